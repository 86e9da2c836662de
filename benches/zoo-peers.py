"""What other programs say to the questions of `sumformer zoo`: run by benches/zoo-peers.sh.

1. onnxruntime evaluates every counterexample in single precision: is it one there?
2. The package vnnlib parses every property in VNN-LIB 2.0.
3. Verifiers, as processes, get some questions each, with a time limit: right, wrong, or no answer. What they give as a counterexample is
   evaluated exactly; an `unsat` where there is an exact counterexample is written down with it.
"""

import argparse
import importlib.metadata
import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path

import numpy
import onnxruntime
import vnnlib


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("program", help="sumformer, or a folder that it wrote")
    parser.add_argument("--size", default="small")
    parser.add_argument("--networks", type=int, default=1, help="networks of each family")
    parser.add_argument("--seconds", type=int, default=60, help="for one question")
    parser.add_argument("--budget", type=int, default=3600, help="seconds for all questions; what is left then is not asked")
    parser.add_argument("--margin", default="millionth", help="ulp, millionth or all")
    parser.add_argument("--peers", default="vibecheck,neuralsat")
    parser.add_argument("--json")
    return parser.parse_args()


def load(folder):
    """The suite's own reader: it evaluates exactly."""
    spec = importlib.util.spec_from_file_location("check_answers", folder / "check_answers.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run_onnxruntime(folder, reader, entries):
    """How many counterexamples are ones in onnxruntime, and those that are not."""
    sessions, failed, total = {}, [], 0
    for entry in entries:
        if entry["answer"] != "sat":
            continue
        path = str(folder / entry["onnx"])
        if path not in sessions:
            sessions[path] = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        session, model = sessions[path], reader.Model(folder / entry["onnx"])
        witness = [Fraction(x) for x in entry["witness"]]
        data = numpy.array([float(x) for x in witness], dtype=numpy.float32).reshape(model.input[1])
        output = session.run(None, {session.get_inputs()[0].name: data})[0].reshape(-1)
        question = reader.Property((folder / entry["vnnlib2"]).read_text(), model)
        value = question.compared(witness, [Fraction(float(y)) for y in output])
        total += 1
        if not question.holds(value):
            failed.append(entry["name"])
    return total, failed


def run_parser(folder, entries):
    """How many properties the parser reads, and what it says to others."""
    failed = []
    for entry in entries:
        try:
            vnnlib.parse_query_string((folder / entry["vnnlib2"]).read_text())
        except vnnlib.VNNLibException as error:
            failed.append((entry["name"], str(error)))
    return len(entries), failed


def vibecheck(network, spec, seconds, result):
    here = Path(sys.executable).parent / "vibecheck"
    return [here, "--net", network, "--spec", spec, "--timeout", str(seconds), "--device", "cpu", "--results-file", result]


def neuralsat(network, spec, seconds, result):
    source = Path(importlib.util.find_spec("src").origin).parent
    command = [sys.executable, source / "main.py", "--net", network, "--spec", spec, "--timeout", str(seconds)]
    return command + ["--device", "cpu", "--verbosity", "0", "--result_file", result, "--export_cex"]


# Name, package, command, version of VNN-LIB.
PEERS = [("vibecheck", "vibecheck-nn", vibecheck, "vnnlib2"), ("neuralsat", "neuralsat", neuralsat, "vnnlib")]


def ask(command, network, spec, seconds, environment):
    """Verdict, seconds, and what stands in the file of results."""
    with tempfile.TemporaryDirectory() as place:
        result = Path(place) / "result"
        started = time.monotonic()
        try:
            # Starting takes a while, which is not the peer's.
            done = subprocess.run(
                [str(part) for part in command(network, spec, seconds, result)],
                cwd=place, env=environment, timeout=2 * seconds + 60, capture_output=True, text=True,
            )
        except subprocess.TimeoutExpired:
            return "timeout", time.monotonic() - started, ""
        spent = time.monotonic() - started
        text = result.read_text() if result.exists() else ""
        words = re.split(r"[\s,]+", text.strip().lower())
        verdict = next((word for word in ("unsat", "sat", "timeout", "unknown") if word == words[0]), None)
        if verdict is None:
            lines = (done.stderr or done.stdout).strip().splitlines()
            return "error", spent, lines[-1][:200] if lines else ""
        return verdict, spent, text


def counterexample(text, count):
    """The inputs of a counterexample, exactly as they stand there: `(X_0 0.5)`, or after a line `X float32 [1,2]` a number a line."""
    found = [value for _, value in sorted((int(i), v) for i, v in re.findall(r"\(\s*X_(\d+)\s+([-+0-9.eE]+)\s*\)", text))]
    if not found:
        tensor = re.search(r"^X \w+ \[[0-9, ]*\]\n((?:[-+0-9.eE]+\n?)*)", text, re.MULTILINE)
        found = tensor.group(1).split() if tensor else []
    return [Fraction(value) for value in found] if len(found) == count else None


def replayed(reader, folder, entry, text):
    """What a peer's counterexample is, exactly."""
    model = reader.Model(folder / entry["onnx"])
    question = reader.Property((folder / entry["vnnlib2"]).read_text(), model)
    point = counterexample(text, len(question.box))
    if point is None:
        return "its point was not read"
    inside = all(low <= x <= high for x, (low, high) in zip(point, question.box))
    try:
        value = question.compared(point, model.run(point))
    except ValueError:
        return "its point has no exact value"
    distance = float(value - question.condition[2])
    return f"{'in' if inside else 'OUTSIDE of'} the box, exactly {distance:+.2e} from the threshold: {'confirmed' if inside and question.holds(value) else 'not confirmed'}"


def chosen(entries, networks, margin):
    """Questions about the first networks of each family."""
    first = {}
    for entry in entries:
        names = first.setdefault(entry["family"], [])
        if entry["onnx"] not in names and len(names) < networks:
            names.append(entry["onnx"])
    return [e for e in entries if e["onnx"] in first[e["family"]] and margin in ("all", e["margin"])]


def main():
    options = arguments()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(options.program)
        if not folder.is_dir():
            folder = Path(place) / "suite"
            subprocess.run([options.program, "zoo", "-o", folder, "--size", options.size], check=True)
        folder = folder.resolve()
        reader = load(folder)
        entries = json.loads((folder / "answers.json").read_text())["instances"]
        total, failed = run_onnxruntime(folder, reader, entries)
        print(f"onnxruntime {onnxruntime.__version__}: {total - len(failed)} of {total} counterexamples confirmed {failed}", flush=True)
        total, failed = run_parser(folder, entries)
        version = importlib.metadata.version("vnnlib")
        print(f"vnnlib {version}: {total - len(failed)} of {total} properties read {failed[:3]}", flush=True)
        rows = verify(folder, reader, chosen(entries, options.networks, options.margin), options)
    print()
    for name, package, _, _ in PEERS:
        print(f"{name} {importlib.metadata.version(package)}")
    print("| family | " + " | ".join(name for name, *_ in PEERS) + " |")
    print("| --- |" + " --- |" * len(PEERS))
    for family in dict.fromkeys(row["family"] for row in rows):
        cells = [cell([r for r in rows if r["family"] == family and r["peer"] == name]) for name, *_ in PEERS]
        print(f"| {family} | " + " | ".join(cells) + " |")
    if options.json:
        Path(options.json).write_text(json.dumps(rows, indent=1) + "\n")


def verify(folder, reader, entries, options):
    """One row for each question and peer."""
    source = Path(importlib.util.find_spec("src").origin).parent
    environment = {**os.environ, "PYTHONPATH": str(source), "CUDA_VISIBLE_DEVICES": ""}
    rows, end = [], time.monotonic() + options.budget
    for entry in entries:
        for name, _, command, version in PEERS:
            if name not in options.peers.split(",") or not entry[version] or time.monotonic() > end:
                continue
            verdict, seconds, text = ask(command, folder / entry["onnx"], folder / entry[version], options.seconds, environment)
            row = {"peer": name, "family": entry["family"], "question": entry["name"], "answer": entry["answer"]}
            row |= {"verdict": verdict, "seconds": round(seconds, 1), "says": text[:2000] if verdict == "error" else ""}
            if verdict == "sat":
                row["says"] = replayed(reader, folder, entry, text)
            elif verdict == "unsat" and entry["answer"] == "sat":
                row["says"] = f"but {entry['witness']} is a counterexample"
            rows.append(row)
            print(json.dumps(row), flush=True)
    return rows


def cell(rows):
    """Right, wrong, without an answer, and seconds."""
    if not rows:
        return "not asked"
    right = sum(row["verdict"] == row["answer"] for row in rows)
    wrong = sum(row["verdict"] in ("sat", "unsat") and row["verdict"] != row["answer"] for row in rows)
    times = [row["seconds"] for row in rows]
    return f"{right} right, {wrong} wrong, {len(rows) - right - wrong} without an answer; {min(times):.0f} to {max(times):.0f} s"


if __name__ == "__main__":
    main()
