"""Ours beside the best peer, workload by workload; `benches/peers.sh` calls this in an environment with the peers.

Both sides take turns, `--rounds` times; the shortest run of each counts, as everything else on the machine only adds time. A new
kind of workload is a function that yields `Workload`s, in `KINDS`, and its name in `benches/peers.rs`.
"""

import os
import sys

# One thread each. glibc keeps freed memory, as our evaluator does: otherwise numpy pays for fresh pages in every call.
ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "RAYON_NUM_THREADS": "1",
    "MALLOC_MMAP_THRESHOLD_": str(1 << 25),
    "MALLOC_TRIM_THRESHOLD_": str(1 << 34),
}
# The machine at hand as it is: other variables of the kind would choose kernels for another one.
WANTED = {key: value for key, value in os.environ.items() if not key.startswith("OPENBLAS_")} | ENVIRONMENT
if dict(os.environ) != WANTED:
    os.execve(sys.executable, [sys.executable, *sys.argv], WANTED)

import argparse
import json
import math
import subprocess
import tempfile
import time
from dataclasses import dataclass
from typing import Callable

import numpy as np


@dataclass
class Workload:
    """What is computed: its name, the line of numbers for our side, and for every peer a function and the sum of its results."""

    name: str
    numbers: str
    peers: dict[str, Callable[[], object]]
    total: Callable[[object], float]
    tolerance: float


# Floats: the four shapes by which this is judged, then short, long, narrow, shallow and high ones.
FLOATS = [
    (8, 4, 8, 256), (16, 4, 16, 16), (1024, 4, 8, 4), (8, 8, 8, 16),
    (3, 4, 8, 1), (8, 8, 8, 1), (100, 4, 8, 1), (100_000, 4, 8, 1), (3, 4, 8, 64), (100, 4, 8, 16),
    (8, 1, 8, 256), (100_000, 1, 8, 1), (3, 2, 12, 1), (8, 4, 2, 256), (8, 8, 2, 16), (8, 4, 12, 16), (3, 8, 12, 1), (100, 6, 12, 2),
]  # fmt: skip


def table(rows, degree):
    """Monomials of the rows of an (h, tokens) array up to a degree, one row each, and where every degree starts."""
    h, tokens = rows.shape
    out = np.empty((math.comb(degree + h, h), tokens), rows.dtype)
    out[0] = 1
    starts, leads, end = [0, 1], [0] * (h + 1), 1
    for k in range(1, degree + 1):
        new = []
        for v in range(h):
            # Those of the degree before whose first variable is v or later, times variable v.
            first = leads[v] if k > 1 else 0
            count = (starts[-1] - first) if k > 1 else 1
            new.append(end)
            np.multiply(out[first : first + count], rows[v], out=out[end : end + count])
            end += count
        leads = [*new, end]
        starts.append(end)
    return out, starts


def split_gemm(tokens, degree, apart):
    """All power sums of a batch (B, n, d) as one matrix product for each degree of the first half of the coordinates.

    `apart`: one sequence after the other, or all of a batch in one call.
    """
    batch, n, d = tokens.shape
    h = d // 2
    rows = np.ascontiguousarray(tokens.reshape(batch * n, d).T)
    first, firsts = table(rows[:h], degree) if h else (np.ones((1, batch * n), rows.dtype), [0] + [1] * (degree + 1))
    second, seconds = table(rows[h:], degree)
    out = np.empty((batch, math.comb(degree + d, d)), rows.dtype)
    if apart:
        for b in range(batch):
            left, right, at = first[:, b * n : (b + 1) * n], second[:, b * n : (b + 1) * n].T, 0
            for k in range(degree + 1):
                height, width = firsts[k + 1] - firsts[k], seconds[degree - k + 1]
                np.matmul(left[firsts[k] : firsts[k + 1]], right[:, :width], out=out[b, at : at + height * width].reshape(height, width))
                at += height * width
        return out
    left, at = first.reshape(-1, batch, n).transpose(1, 0, 2), 0
    right = np.ascontiguousarray(second.reshape(-1, batch, n).transpose(1, 2, 0))
    for k in range(degree + 1):
        height, width = firsts[k + 1] - firsts[k], seconds[degree - k + 1]
        out[:, at : at + height * width] = np.matmul(left[:, firsts[k] : firsts[k + 1]], right[:, :, :width]).reshape(batch, -1)
        at += height * width
    return out


def floats(kind):
    """All power sums of a batch in floating point, beside numpy."""
    for n, d, degree, batch in FLOATS:
        tokens = np.random.default_rng(0).uniform(-1, 1, size=(batch, n, d)).astype(np.float32)
        numbers = " ".join(f"{bits:x}" for bits in tokens.astype(np.float64).ravel().view(np.uint64).tolist())
        typed = tokens.astype(kind)
        yield Workload(
            f"{'f64' if kind is np.float64 else 'f32'}/n{n}_d{d}_D{degree}_B{batch}",
            numbers,
            {
                "numpy, sequence by sequence": lambda x=typed, k=degree: split_gemm(x, k, True),
                "numpy, whole batch": lambda x=typed, k=degree: split_gemm(x, k, False),
            },
            # p_0 is among the peer's results.
            lambda out, count=n * batch: float(out.sum(dtype=np.float64)) - count,
            1e-9 if kind is np.float64 else 2e-2,
        )


def fractions(numerators, d):
    """Tokens, each coordinate as numerator and denominator."""
    return [[(a, 97) for a in numerators[i : i + d]] for i in range(0, len(numerators), d)]


def over_one_denominator(rows):
    """The common denominator, and the tokens' numerators over it."""
    import flint

    common = math.lcm(*(q for row in rows for _, q in row))
    return flint.fmpz(common), [[flint.fmpz(a * (common // q)) for a, q in row] for row in rows]


def exact_integers(numerators, d, degree):
    """Power sums over a common denominator, token by token, as reduced FLINT rationals."""
    import flint

    chain, leads, degrees = [(-1, v) for v in range(d)], [*range(d), d], [1] * d
    for k in range(2, degree + 1):
        new, end = [], leads[-1]
        for v in range(d):
            new.append(len(chain))
            chain += [(parent, v) for parent in range(leads[v], end)]
        degrees += [k] * (len(chain) - len(degrees))
        leads = [*new, len(chain)]
    rows = fractions(numerators, d)

    def run():
        common, numbers = over_one_denominator(rows)
        sums, powers = [flint.fmpz(0)] * len(chain), [common**k for k in range(degree + 1)]
        for row in numbers:
            monomials = []
            for i, (parent, v) in enumerate(chain):
                monomials.append(row[v] if parent < 0 else monomials[parent] * row[v])
                sums[i] += monomials[i]
        return [flint.fmpq(s, powers[k]) for s, k in zip(sums, degrees)]

    return run


def exact_matrices(numerators, d, degree):
    """The same as one FLINT matrix product for each degree of the first half of the coordinates."""
    import flint

    rows, h = fractions(numerators, d), d // 2

    def blocks(rows):
        """Rows of monomials, degree by degree."""
        columns, out = list(zip(*rows)), [[[flint.fmpz(1)] * len(rows)]]
        previous = [(out[0][0], 0)]
        for _ in range(degree):
            previous = [
                ([a * b for a, b in zip(monomial, columns[v])], v)
                for monomial, last in previous
                for v in range(last, len(columns))
            ]
            out.append([monomial for monomial, _ in previous])
        return out

    def run():
        common, numbers = over_one_denominator(rows)
        first, second = blocks([row[:h] for row in numbers]), blocks([row[h:] for row in numbers])
        powers, out = [common**k for k in range(degree + 1)], []
        for k in range(degree + 1):
            others = [(g, row) for g in range(degree - k + 1) for row in second[g]]
            product = flint.fmpz_mat(first[k]) * flint.fmpz_mat([row for _, row in others]).transpose()
            out += [flint.fmpq(e, powers[k + others[i % len(others)][0]]) for i, e in enumerate(product.entries())]
        return out[1:]

    return run


def exact():
    """Power sums of one sequence over Q, beside python-flint."""
    for n, d, degree in [(6, 3, 6), (8, 4, 8), (16, 4, 16)]:
        numerators = np.random.default_rng(1).integers(-96, 97, size=n * d).tolist()
        yield Workload(
            f"exact/n{n}_d{d}_D{degree}",
            " ".join(map(str, numerators)),
            {
                "FLINT, integers": exact_integers(numerators, d, degree),
                "FLINT, matrices": exact_matrices(numerators, d, degree),
            },
            lambda out: math.fsum(int(x.p) / int(x.q) for x in out),
            1e-9,
        )


# Networks: name, n, d, and the least and the largest coordinate of the box.
NETWORKS = [("half-mean-3", 3, 1, 0, 1), ("softmax-head", 5, 2, 0, 1), ("pair-potential", 8, 2, 0, 1)]


def forward(export):
    """256 sequences through a proved network, beside onnxruntime on the exported file."""
    import onnxruntime

    for name, n, d, low, high in NETWORKS:
        for dtype in ["f64", "f32"]:
            path = export(f"{name}_{dtype}")
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = 1
            session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
            tokens = np.random.default_rng(2).uniform(low, high, size=(256, n, d)).astype(np.float32)
            numbers = " ".join(f"{bits:x}" for bits in tokens.astype(np.float64).ravel().view(np.uint64).tolist())
            typed = tokens.astype(np.float64 if dtype == "f64" else np.float32)
            yield Workload(
                f"forward/{name}_{dtype}",
                f"{path} {n} {numbers}",
                {"onnxruntime": lambda s=session, x=typed: s.run(None, {"tokens": x})[0]},
                lambda out: float(out.sum(dtype=np.float64)),
                1e-9 if dtype == "f64" else 1e-3,
            )


KINDS = [lambda _: floats(np.float64), lambda _: floats(np.float32), lambda _: exact(), forward]


def shortest(run, total, seconds):
    """The shortest of all runs that fit into some time, after one whose results are summed up."""
    total, best, start = total(run()), math.inf, time.perf_counter()
    while time.perf_counter() - start < seconds:
        before = time.perf_counter()
        # Nothing is held, so that the next run may have the same memory.
        run()
        best = min(best, time.perf_counter() - before)
    return best, total


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="beginnings of names; all workloads if there are none")
    parser.add_argument("--ours", required=True, action="append", help="the program built from benches/peers.rs; several are compared")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each side")
    parser.add_argument("--seconds", type=float, default=0.1, help="length of a turn")
    parser.add_argument("--markdown", action="store_true", help="the table of docs/results.md instead of lines")
    parser.add_argument("--json", help="a file for all times, in seconds")
    arguments = parser.parse_args()
    programs = [subprocess.Popen([path, "serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for path in arguments.ours]
    folder = tempfile.TemporaryDirectory()

    def ask(program, request, numbers):
        print(f"{request}\n{numbers}", file=program.stdin, flush=True)
        return map(float, program.stdout.readline().split())

    def export(name):
        path = f"{folder.name}/{name}.onnx"
        ask(programs[0], f"export/{name} 0", path)
        return path

    results = {}
    for workload in (workload for kind in KINDS for workload in kind(export)):
        if arguments.names and not any(workload.name.startswith(name) for name in arguments.names):
            continue
        times = {}
        for _ in range(arguments.rounds):
            for path, program in zip(arguments.ours, programs):
                seconds, total = ask(program, f"{workload.name} {arguments.seconds}", workload.numbers)
                times[path] = min(times.get(path, math.inf), seconds)
            for peer, run in workload.peers.items():
                seconds, theirs = shortest(run, workload.total, arguments.seconds)
                times[peer] = min(times.get(peer, math.inf), seconds)
                # Both sides have the same results, or there is nothing to compare.
                if abs(theirs - total) > workload.tolerance * max(1.0, abs(theirs)):
                    sys.exit(f"{workload.name}: our results sum up to {total}, those of {peer} to {theirs}")
        best = min(workload.peers, key=times.get)
        ratios = [times[path] / times[best] for path in arguments.ours]
        results[workload.name] = {"ratio": ratios[0], "peer": best, "seconds": times}
        ours = [f"{times[path] * 1e6:.4g}" for path in arguments.ours]
        if arguments.markdown:
            cells = [f"`{workload.name}`", *ours, f"{best} {times[best] * 1e6:.4g}", *(f"{ratio:.2g}" for ratio in ratios)]
            print(f"| {' | '.join(cells)} |", flush=True)
        else:
            print(f"ratio {workload.name} {' '.join(f'{ratio:.3g}' for ratio in ratios)}", flush=True)
            print(f"  ours {' '.join(ours)} µs, {best} {times[best] * 1e6:.4g} µs", file=sys.stderr)
    if arguments.json:
        with open(arguments.json, "w") as file:
            json.dump(results, file, indent=1)


if __name__ == "__main__":
    main()
