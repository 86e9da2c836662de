"""How few sums, for the whole gallery: `python3 benches/latent.py --program target/debug/sumformer --data FILE` measures what is
not in FILE yet, a line of JSON for each construction, and prints the table of docs/latent.md.

For each construction the floors (`latent`, derived anew by `check`), and the network with power sums, with what `prove` takes by itself, and with
the fewest sums (`--latent N`) where `latent` shows that fewer do.
"""

import argparse
import json
import subprocess
import tempfile
import time
from fractions import Fraction
from pathlib import Path

CONSTRUCTIONS = Path(__file__).resolve().parent.parent / "constructions"


def run(program, *arguments):
    """The JSON of a command and its seconds; nothing where it has none."""
    start = time.perf_counter()
    done = subprocess.run([program, "--json", *map(str, arguments)], capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - start
    return (json.loads(done.stdout) if done.stdout.strip() else None), seconds, done.returncode


def network(program, target, folder, *arguments):
    """Sums, hidden units, bound and seconds of the network, or why there is none."""
    found, _, code = run(program, "prove", target, "-o", folder, *arguments)
    if code != 0:
        return {"exit": code}
    result = found["results"][0]
    seconds = result["seconds"]
    return {
        "construction": result["construction"],
        "sums": result.get("latent", {}).get("dimension"),
        "units": result["hidden_units"],
        "certified": result["certified"]["exact"],
        "prove": seconds["choose"] + seconds["prove"],
        "check": seconds["check"],
    }


def measure(program, name, options):
    """All that is measured of a construction."""
    target = CONSTRUCTIONS / name
    threads = ["--threads", options.threads]
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        limits = ["--starts", options.starts, "--time-limit", options.time_limit]
        until = ["--until", options.until] if options.until else []
        tokens = ["--tokens", options.tokens] if options.tokens else []
        stairs, search, _ = run(program, "latent", target, "-o", folder / "floors", *limits, *until, *tokens, *threads)
        checked, check, code = run(program, "check", folder / "floors", *threads)
        if code != 0:
            raise SystemExit(f"{name}: {checked}")
        before = network(program, target, folder / "before", "--latent", "powers", *threads)
        # What is asked for is not weighed against tables.
        now = network(program, target, folder / "now", "--construction", "continuous", *threads)
        decided, fewer = stairs["decided"], None
        if decided and decided < now.get("sums", 0):
            fewer = network(program, target, folder / "fewer", "--latent", decided, *threads)
    return {
        "name": name,
        "n": stairs["n"],
        "epsilon": stairs["epsilon"]["exact"],
        "floors": [step["floor"]["exact"] for step in stairs["staircase"]],
        "decided": decided,
        "search": search,
        "check": check,
        "before": before,
        "now": now,
        "fewer": fewer,
    }


def down(number):
    """Three digits of a number, rounded down."""
    value = Fraction(number)
    if value <= 0:
        return "0"
    scale = 0
    while value * 10**scale < 100:
        scale += 1
    while value * Fraction(10) ** scale >= 1000:
        scale -= 1
    digits = int(value * Fraction(10) ** scale)
    return f"{float(Fraction(digits) / Fraction(10) ** scale):.3g}"


def row(record):
    """A row of the table."""
    epsilon = Fraction(record["epsilon"])
    before, now, fewer = record["before"], record["now"], record.get("fewer")
    used = fewer["sums"] if fewer else now.get("sums")
    floors = [floor for floor in record["floors"] if Fraction(floor) > 0]
    needed = max((k + 1 for k, floor in enumerate(record["floors"]) if Fraction(floor) > epsilon), default=0)
    least = f"**{needed}**" if needed == used else f"{needed} to {used}" if used else f"{needed} or more"
    below = [floor for k, floor in enumerate(floors) if used and k == used - 1]
    also = lambda key: f"{now.get(key, '')}; {fewer[key]}" if fewer else now.get(key, "")
    cells = [
        record["name"],
        record["n"],
        record["epsilon"],
        before.get("sums", ""),
        also("sums"),
        down(below[0]) if below else "",
        least,
        ", ".join(down(floor) for floor in floors),
        before.get("units", ""),
        also("units"),
        f"{record['search']:.1f}, {record['check']:.2f}",
    ]
    return "| " + " | ".join(map(str, cells)) + " |"


HEAD = [
    "target", "n", "ε", "d' before", "d' now", "floor with d' − 1", "fewest sums", "floor with 0, 1, 2, … sums", "units before", "units now",
    "seconds: search, check",
]  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="constructions (default: all)")
    parser.add_argument("--program", default="sumformer")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--starts", type=int, default=100)
    parser.add_argument("--time-limit", type=int, default=90)
    parser.add_argument("--until", type=int, help="floors for fewer sums than this")
    parser.add_argument("--tokens", type=int, help="the length, for targets of every length")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    known = {}
    if options.data.exists():
        known = {record["name"]: record for record in map(json.loads, options.data.read_text().splitlines())}
    names = options.names or sorted(folder.name for folder in CONSTRUCTIONS.iterdir() if folder.is_dir())
    for name in names:
        if name not in known:
            known[name] = measure(options.program, name, options)
            with options.data.open("a") as data:
                data.write(json.dumps(known[name]) + "\n")
    print("| " + " | ".join(HEAD) + " |")
    print("|" + " --- |" * len(HEAD))
    for name in names:
        print(row(known[name]))


if __name__ == "__main__":
    main()
