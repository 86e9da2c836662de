"""What runtimes compute, beside the bounds of `sumformer deploy`: the largest deviation found, as a share of the bound.

`benches/deployed.sh` makes an environment and runs this in it; `--program` names the command. Every construction is proved, claimed and
exported; sequences of f32 numbers are run by onnxruntime and torch in f32, all at once and one by one, against onnxruntime in f64. Inputs are
random, corners, and equal tokens with random low bits near corners, and steps from the worst of them. A deviation above its bound ends in exit code 1.
"""

import argparse
import importlib.util
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnxruntime

try:
    import torch
except ImportError:
    torch = None

ROOT = Path(__file__).resolve().parents[1]
SMALL = ["any-covariance", "any-spread", "covariance", "determinants", "e2-others", "e3-others", "figure-2-d4", "mixed-moments",
         "pair-potential", "power-seven", "product-of-others", "semi-invariant", "shifted-domain", "softmax-head", "sum-of-squares",
         "third-central-moment"]
ARCHITECTURES = ["transformer", "linformer", "performer"]
LENGTH = 8
# Hidden layers of all sequences of a batch are in memory at once.
BATCH = 256


def command(program, *arguments):
    """Its JSON; `deploy` ends with 3 where a total is above ε."""
    done = subprocess.run([program, "--json", *map(str, arguments)], capture_output=True, text=True)
    if done.returncode not in (0, 3):
        sys.exit(done.stderr)
    return json.loads(done.stdout)["results"]


def box(folder):
    """The sides as f32 numbers inside of them."""
    import tomllib
    from fractions import Fraction

    sides = tomllib.loads((folder / "target.toml").read_text())["domain"]
    low, high = (np.array([np.float32(float(Fraction(str(side[k])))) for side in sides]) for k in (0, 1))
    inside = [[Fraction(float(x)) for x in ends] for ends in (low, high)]
    for k, side in enumerate(sides):
        if inside[0][k] < Fraction(str(side[0])):
            low[k] = np.nextafter(low[k], np.float32(np.inf))
        if inside[1][k] > Fraction(str(side[1])):
            high[k] = np.nextafter(high[k], np.float32(-np.inf))
    return low, high


def sequences(low, high, n, count, random):
    width = high - low
    shares = random.random((count, n, len(low)), dtype=np.float32)
    third = count // 3
    shares[:third] = random.integers(0, 2, shares[:third].shape)
    equal = shares[third : 2 * third, :1] * 2.0 ** -random.integers(0, 20, (third, 1, len(low))).astype(np.float32)
    shares[third : 2 * third] = np.where(random.integers(0, 2, equal.shape) == 1, equal, 1 - equal)
    return np.clip(low + width * shares, low, high).astype(np.float32)


def near(best, low, high, random):
    """Sequences near some, equal tokens staying equal."""
    steps = (high - low) * 2.0 ** -random.integers(2, 24, (*best.shape[:1], 1, best.shape[2])) * random.choice([-1, 0, 1], best.shape)
    equal = (best == best[:, :1]).all(axis=(1, 2))
    steps[equal] = steps[equal][:, :1]
    return np.clip(best + steps, low, high).astype(np.float32)


def deviations(run, exact, tokens):
    return np.abs(run(tokens) - exact(tokens.astype(np.float64))).max(axis=(1, 2))


def onnx(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return lambda tokens: session.run(None, {"tokens": tokens})[0]


def module(folder):
    spec = importlib.util.spec_from_file_location("sumformer_network", folder / "sumformer_network.py")
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    network = loaded.SumformerNetwork.load(folder / "network.f32.safetensors")

    def run(tokens):
        with torch.no_grad():
            return network(torch.from_numpy(tokens)).numpy()

    return run


def row(program, name, architecture, arguments, work):
    folder = work / f"{name}-{architecture}"
    command(program, "prove", ROOT / "constructions" / name, "--architecture", architecture, "-o", folder)
    n = LENGTH if 'tokens = "any"' in "".join((folder / "target.toml").read_text().replace("  ", " ").split("\t")) else None
    n = n or json.loads((folder / "network.json").read_text())["tokens"]
    n = LENGTH if n == "any" else n
    ((claim,),) = [result["deployed"] for result in command(program, "deploy", folder, "--dtype", "f32", "--tokens", n)]
    formats = ["onnx", "safetensors"] + (["torch"] if torch else [])
    for dtype in ("f64", "f32"):
        command_export(program, folder, formats, dtype)
    export = folder / "export"
    exact, single = onnx(export / "network.f64.onnx"), onnx(export / "network.f32.onnx")
    runs = {"ORT": single, "ORT, one by one": lambda tokens: np.concatenate([single(one[None]) for one in tokens])}
    if torch:
        runs["torch"] = module(export)
    low, high = box(folder)
    random = np.random.default_rng(0)
    found = {}
    for kind, run in runs.items():
        alone = kind.endswith("one by one")
        tokens = sequences(low, high, n, arguments.inputs // (10 if alone else 1), random)
        worst = 0.0
        for _ in range(1 + arguments.rounds):
            off = np.concatenate([deviations(run, exact, tokens[i : i + BATCH]) for i in range(0, len(tokens), BATCH)])
            worst = max(worst, float(off.max()))
            best = tokens[np.argsort(off)[-max(len(tokens) // 50, 1) :]]
            tokens = near(np.repeat(best, 20, axis=0), low, high, random)
        found[kind] = worst
    bound = claim["bound"]["float"]
    shares = [f"{found[kind]:.1e}" for kind in runs]
    largest = max(found.values())
    print(f"| {name} | {architecture} | {bound:.1e} | " + " | ".join(shares) + f" | {bound / largest if largest else float('inf'):.1f} |", flush=True)
    return largest <= bound


def command_export(program, folder, formats, dtype):
    arguments = [program, "export", folder, "--format", ",".join(formats), "--dtype", dtype]
    subprocess.run(list(map(str, arguments)), check=True, capture_output=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", default="sumformer")
    parser.add_argument("--inputs", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("names", nargs="*", default=SMALL)
    arguments = parser.parse_args()
    kinds = ["ORT", "ORT, one by one"] + (["torch"] if torch else [])
    print("| target | attention | f32 bound | " + " | ".join(kinds) + " | bound / largest |")
    print("| --- | --- | --- | " + " | ".join("---" for _ in kinds) + " | --- |")
    with tempfile.TemporaryDirectory() as work:
        good = [
            row(arguments.program, name, architecture, arguments, Path(work))
            for name in arguments.names
            for architecture in ARCHITECTURES
        ]
    sys.exit(0 if all(good) else 1)


if __name__ == "__main__":
    main()
