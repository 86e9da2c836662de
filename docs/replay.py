#!/usr/bin/env python3
"""Runs the commands of a documentation page and compares their outputs with the page.

    python3 docs/replay.py [--write] docs/tutorial.md

Every console block is run, in the order of the page, in one scratch folder. A TOML block is written to the file that the
text before it names last. Times in tables are not compared, nor how many lines of the checker a verdict rests on. `sumformer` must be on the path. With --write the page is
brought up to date. Exit code 1 if an output differs.
"""
import re, subprocess, sys, tempfile
from pathlib import Path

BLOCK = re.compile(r"^```(toml|console)\n(.*?)^```$", re.M | re.S)


def comparable(text):
    text = re.sub(r"( +\d+\.\d{3}){2}$", " TIMES", text, flags=re.M)
    return re.sub(r"rests on \S+ lines of the checker: .*", "rests on LINES", text).split("\n")


def replay(page, scratch):
    """The page with the outputs that its commands have now."""
    text = page.read_text()

    def current(block):
        kind, body = block.groups()
        if kind == "toml":
            names = re.findall(r"`([\w.-]+\.toml)`", text[:block.start()])
            if names:
                (scratch / names[-1]).write_text(body)
            return block[0]
        lines = body.splitlines()
        command = [line[2:] for line in lines if line[:2] in ("$ ", "> ")]
        shown = lines[:len(command)]
        if command[0].startswith(("for ", "cargo tree")):
            return block[0]  # about the repository, not about a proof
        run = subprocess.run(["bash", "-c", "\n".join(command)], cwd=scratch, capture_output=True, text=True)
        output = (run.stdout + run.stderr).rstrip("\n")
        fresh = "\n".join(shown + ([output] if output else [])) + "\n"
        return block[0] if comparable(fresh) == comparable(body) else f"```console\n{fresh}```"

    return text, BLOCK.sub(current, text)


def main():
    pages = [Path(name) for name in sys.argv[1:] if name != "--write"]
    stale = False
    for page in pages:
        with tempfile.TemporaryDirectory() as scratch:
            (Path(scratch) / "docs").symlink_to(page.resolve().parent)
            before, after = replay(page, Path(scratch))
        for old, new in zip(before.split("\n"), after.split("\n")):
            if old != new:
                print(f"{page}:\n  - {old}\n  + {new}")
                break
        stale |= before != after
        if "--write" in sys.argv:
            page.write_text(after)
    sys.exit(1 if stale else 0)


if __name__ == "__main__":
    main()
