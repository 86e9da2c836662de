"""What runtimes make of exported networks: the largest deviation from exact values, sizes and seconds.

`benches/runtimes.sh` makes an environment and runs this in it. Every construction is proved for every attention, exported in every
type, and run on the same inputs, corners of the box among them: by onnxruntime, by torch if it is there, and by ours. Exact values are
those of the certified network, before its weights were rounded; so in half precision most of a deviation is the rounding of weights.
"""

import argparse
import json
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

import sumformer

try:
    import torch
except ImportError:
    torch = None

ROOT = Path(__file__).resolve().parents[1]
ARCHITECTURES = ["transformer", "linformer", "performer"]
NUMPY = {"f64": np.float64, "f32": np.float32, "f16": np.float16}
TORCH = {} if torch is None else {"f64": torch.float64, "f32": torch.float32, "f16": torch.float16, "bf16": torch.bfloat16}
# Multiplications of rationals that exact values may take.
AFFORDABLE = 4e8
# Larger dense files in f64 are left out.
LARGEST = 5e8


def inputs(target, n, count):
    """Sequences whose numbers all types have: corners, then a grid of sixteenths of the box."""
    random = np.random.default_rng(0)
    low, high = (np.array([float(ends[side]) for ends in target.domain]) for side in (0, 1))
    steps = random.integers(0, 17, (count, n, target.dimension))
    corners = count // 4
    steps[:corners] = 16 * random.integers(0, 2, steps[:corners].shape)
    # Equal tokens: where roundings add up.
    steps[corners : 2 * corners] = steps[corners : 2 * corners, :1]
    tokens = low + (high - low) * steps / 16
    return tokens.astype(np.float16).astype(np.float64).clip(low, high)


def exact(network, tokens):
    """Exact values, rounded to f64 at the very end; for large networks an enclosure."""
    work = network.nonzeros * tokens.shape[0] * tokens.shape[1]
    if work <= AFFORDABLE:
        rationals = [[[Fraction(float(x)) for x in token] for token in sequence] for sequence in tokens]
        values = np.array([[[float(v) for v in token] for token in sequence] for sequence in network.exact(rationals)])
        return values, values
    return network.interval(tokens)


def deviation(outputs, enclosure):
    low, high = enclosure
    outputs = np.asarray(outputs, np.float64)
    return max(np.abs(outputs - low).max(), np.abs(outputs - high).max())


def best(repeats, call):
    """The result, and the least seconds."""
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        result = call()
        seconds.append(time.perf_counter() - start)
    return result, min(seconds)


def in_onnxruntime(path, dtype, tokens):
    def load():
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])

    session, loading = best(1, load)
    if dtype == "bf16":
        # numpy has no such type; torch has.
        if torch is None:
            return None, loading, None
        given = torch.tensor(tokens).to(torch.bfloat16)
        value = onnxruntime.OrtValue.ortvalue_from_numpy_with_onnx_type(
            given.view(torch.int16).numpy().view(np.uint16), onnx.TensorProto.BFLOAT16
        )
        binding = session.io_binding()
        binding.bind_ortvalue_input("tokens", value)
        binding.bind_output("outputs", "cpu")
        _, running = best(3, lambda: session.run_with_iobinding(binding))
        (found,) = binding.get_outputs()
        return torch.from_dlpack(found._ortvalue.to_dlpack()).to(torch.float64).numpy(), loading, running
    given = tokens.astype(NUMPY[dtype])
    (outputs,), running = best(3, lambda: session.run(None, {"tokens": given}))
    return outputs, loading, running


def in_torch(proof, dtype, tokens):
    torch.set_num_threads(1)
    module, loading = best(1, lambda: proof.to_torch(dtype))
    given = torch.tensor(tokens).to(module.dtype)
    with torch.no_grad():
        outputs, running = best(3, lambda: module(given))
    return outputs.to(torch.float64).numpy(), loading, running


def rows(name, architecture, arguments, folder):
    """One row for each type."""
    target = sumformer.Target.load(ROOT / "constructions" / name / "target.toml")
    n = 5 if target.tokens == "any" else target.tokens
    (proof,) = sumformer.prove(target, architecture=architecture)
    dense = 16 * proof.network.hidden_units * proof.network.width
    if dense > LARGEST:
        print(f"{name} {architecture}: left out, {dense:.1e} bytes", file=sys.stderr)
        return
    tokens = inputs(target, n, arguments.inputs)
    enclosure = exact(proof.network, tokens)
    for dtype in ["f64", "f32", "f16", "bf16"]:
        path = folder / f"network.{dtype}.onnx"
        counted = proof.export(path, dtype=dtype)
        onnx.checker.check_model(str(path), full_check=True)
        row = {
            "target": name, "architecture": architecture, "dtype": dtype, "n": n, "d": target.dimension,
            "units": proof.network.hidden_units, "certified": float(proof.certified), "bytes": path.stat().st_size,
            "rounded": counted["rounded"], "nonzeros": counted["nonzeros"],
            "exact_width": float(np.max(enclosure[1] - enclosure[0])),
        }
        outputs, row["onnxruntime_load_s"], row["onnxruntime_run_s"] = in_onnxruntime(path, dtype, tokens)
        row["onnxruntime"] = None if outputs is None else deviation(outputs, enclosure)
        if torch is not None:
            outputs, row["torch_load_s"], row["torch_run_s"] = in_torch(proof, dtype, tokens)
            row["torch"] = deviation(outputs, enclosure)
        if dtype in ("f64", "f32"):
            given = tokens.astype(NUMPY[dtype])
            network, row["ours_load_s"] = best(1, lambda: sumformer.Network.load(path))
            outputs, row["ours_run_s"] = best(3, lambda: network(given))
            row["ours"] = deviation(outputs, enclosure)
        path.unlink()
        yield row


def short(value):
    return "" if value is None else f"{value:.1e}".replace("e-0", "e-").replace("e+0", "e")


def table(all_rows):
    """A line for each target and attention: deviations by type, then bytes and seconds in f32."""
    lines = ["| target | attention | n·d | units | certified | ORT f64 | ORT f32 | ORT f16 | ORT bf16 | torch f64 | torch f32 | ours f64 | ours f32 | bytes (f32) | load: ORT/ours | run: ORT/ours |"]
    lines.append("|" + " --- |" * 16)
    by_network = {}
    for row in all_rows:
        by_network.setdefault((row["target"], row["architecture"]), {})[row["dtype"]] = row
    for (name, architecture), by_type in by_network.items():
        f64, f32 = by_type["f64"], by_type["f32"]
        cells = [name, architecture, f64["n"] * f64["d"], f64["units"], short(f64["certified"])]
        cells += [short(by_type[dtype]["onnxruntime"]) for dtype in ("f64", "f32", "f16", "bf16")]
        cells += [short(row.get("torch")) for row in (f64, f32)] + [short(row["ours"]) for row in (f64, f32)]
        cells += [f32["bytes"]]
        cells += [f"{f32['onnxruntime_load_s'] / f32['ours_load_s']:.2f}", f"{f32['onnxruntime_run_s'] / f32['ours_run_s']:.2f}"]
        lines.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", help="names in constructions/ (default: all)")
    parser.add_argument("--inputs", type=int, default=1000)
    parser.add_argument("--architecture", action="append", choices=ARCHITECTURES)
    parser.add_argument("--json", type=Path, help="write all rows there")
    arguments = parser.parse_args()
    names = arguments.targets or sorted(path.name for path in (ROOT / "constructions").iterdir())
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            for architecture in arguments.architecture or ARCHITECTURES:
                start = time.perf_counter()
                found.extend(rows(name, architecture, arguments, Path(folder)))
                print(f"{name} {architecture}: {time.perf_counter() - start:.1f} s", file=sys.stderr, flush=True)
                if arguments.json:
                    arguments.json.write_text(json.dumps(found, indent=1) + "\n")
    versions = f"onnxruntime {onnxruntime.__version__}, torch {None if torch is None else torch.__version__}, numpy {np.__version__}"
    print(f"{versions}; {arguments.inputs} inputs each; one thread for runtimes\n\n{table(found)}")


if __name__ == "__main__":
    main()
