#!/usr/bin/env python3
"""Makes the properties of this suite: generate_properties.py SEED

Every extreme in extremes.json is moved beyond and before: to the next single-precision number, by a millionth, and by a part of it
that the seed decides. Properties, instances.csv, instances2.csv and answers.json are written anew; the networks stay as they are.
Needs Python 3.10 and nothing else.
"""

import json
import random
import struct
import sys
from fractions import Fraction
from pathlib import Path

HERE = Path(__file__).resolve().parent


def single(number):
    """The single-precision number with these bits of a double, as a fraction; numbers beyond the largest are refused."""
    return Fraction(struct.unpack("<f", struct.pack("<f", number))[0])


def next_single(value, up):
    """The nearest single-precision number above (or below) a number, other than that number."""
    candidate = single(float(value))
    while candidate == value or (candidate > value) != up:
        (bits,) = struct.unpack("<i", struct.pack("<f", float(candidate)))
        ordered = bits if bits >= 0 else -(bits & 0x7FFFFFFF)
        ordered += 1 if up else -1
        bits = ordered if ordered >= 0 else (-ordered) | 0x80000000
        candidate = Fraction(struct.unpack("<f", struct.pack("<I", bits & 0xFFFFFFFF))[0])
    return candidate


def threshold(extreme, margin, up):
    """A number so far beyond (up) or before the extreme; none at 0 where there is no next number that programs tell from 0."""
    if margin == 0 and extreme == 0:
        return None
    distance = margin * (abs(extreme) or 1)
    return next_single(extreme + distance if up else extreme - distance, up)


def decimal(value):
    """A dyadic number with digits on both sides of the point, exactly."""
    places = value.denominator.bit_length() - 1
    if value.denominator != 1 << places:
        raise ValueError(f"{value} is no finite decimal")
    digits = str(abs(value.numerator) * 5**places).rjust(places + 1, "0")
    whole, fraction = digits[: len(digits) - places], digits[len(digits) - places :]
    return ("-" if value < 0 else "") + whole + "." + (fraction or "0")


def index(shape, entry):
    """The index of an entry in a tensor, row by row."""
    places = []
    for extent in reversed(shape):
        entry, place = divmod(entry, extent)
        places.insert(0, str(place))
    return ",".join(places)


def count(shape):
    product = 1
    for extent in shape:
        product *= extent
    return product


def version_1(specimen, name, limit):
    """The property in VNN-LIB 1.0, which cannot subtract products."""
    if specimen["subtracted"]:
        return None
    lines = [comment(specimen, name)]
    lines += [f"(declare-const X_{i} Real)" for i in range(len(specimen["domain"]))]
    lines += [f"(declare-const Y_{i} Real)" for i in range(count(specimen["output"]))]
    lines += bounds(specimen, lambda i: f"X_{i}")
    lines.append(f"(assert ({relation(specimen)} Y_0 {decimal(limit)}))")
    return "\n".join(lines) + "\n"


def version_2(specimen, name, limit):
    """The property in VNN-LIB 2.0."""

    def x(i):
        return f"X[{index(specimen['input'], i)}]"

    compared = f"Y[{index(specimen['output'], 0)}]"
    for coefficient, i, j in specimen["subtracted"]:
        compared = f"(- {compared} (* {decimal(Fraction(coefficient))} {x(i)} {x(j)}))"
    shape = {key: ", ".join(map(str, specimen[key])) for key in ("input", "output")}
    lines = [
        comment(specimen, name),
        "(vnnlib-version <2.0>)",
        "(declare-network f",
        f"  (declare-input X float32 [{shape['input']}])",
        f"  (declare-output Y float32 [{shape['output']}])",
        ")",
    ]
    lines += bounds(specimen, x)
    lines.append(f"(assert ({relation(specimen)} {compared} {decimal(limit)}))")
    return "\n".join(lines) + "\n"


def comment(specimen, name):
    return f"; {name}: the {specimen['side']} value is exactly {specimen['extreme']}"


def relation(specimen):
    return ">=" if specimen["side"] == "largest" else "<="


def bounds(specimen, name):
    lines = []
    for i, (low, high) in enumerate(specimen["domain"]):
        lines.append(f"(assert (>= {name(i)} {decimal(Fraction(low))}))")
        lines.append(f"(assert (<= {name(i)} {decimal(Fraction(high))}))")
    return lines


def reaches(specimen, value, limit):
    return value >= limit if specimen["side"] == "largest" else value <= limit


def instances(specimen, dice):
    """Name, margin, answer and threshold of every question."""
    drawn = Fraction(dice.randrange(1 << 10, 1 << 20), 1 << 30)
    extreme = Fraction(specimen["extreme"])
    floats = [Fraction(specimen[key]) for key in ("f32", "f64")]
    for margin, distance in ("ulp", Fraction(0)), ("millionth", Fraction(1, 10**6)), ("seeded", drawn):
        for answer in "unsat", "sat":
            up = (specimen["side"] == "largest") == (answer == "unsat")
            limit = threshold(extreme, distance, up)
            # A counterexample that floats do not confirm is not asked for.
            if limit is None or (answer == "sat" and not all(reaches(specimen, f, limit) for f in floats)):
                continue
            yield f"{specimen['name']}-{margin}-{answer}", margin, answer, limit


def main(seed):
    suite = json.loads((HERE / "extremes.json").read_text(encoding="utf-8"))
    earlier = json.loads((HERE / "answers.json").read_text(encoding="utf-8"))
    old = {entry[key] for entry in earlier["instances"] for key in ("vnnlib", "vnnlib2") if entry[key]}
    for path in old:
        (HERE / path).unlink(missing_ok=True)
    dice = random.Random(seed)
    tables = {"vnnlib": [], "vnnlib2": []}
    answers, written = [], []
    for specimen in suite["specimens"]:
        for name, margin, answer, limit in instances(specimen, dice):
            paths = {}
            texts = {"vnnlib": version_1(specimen, name, limit), "vnnlib2": version_2(specimen, name, limit)}
            for folder, text in texts.items():
                paths[folder] = f"{folder}/{name}.vnnlib" if text else None
                if text:
                    (HERE / folder).mkdir(exist_ok=True)
                    (HERE / paths[folder]).write_text(text, encoding="utf-8", newline="\n")
                    tables[folder].append(f"{specimen['onnx']},{paths[folder]},{suite['timeout']}\n")
                    written.append(paths[folder])
            answers.append({
                "name": name,
                "family": specimen["family"],
                "onnx": specimen["onnx"],
                **paths,
                "answer": answer,
                "margin": margin,
                "threshold": str(limit),
                "extreme": specimen["extreme"],
                "witness": specimen["at"] if answer == "sat" else None,
                "reason": specimen["reason"],
                "proof": specimen["proof"],
            })
    for folder, table in ("vnnlib", "instances.csv"), ("vnnlib2", "instances2.csv"):
        (HERE / table).write_text("".join(tables[folder]), encoding="utf-8", newline="\n")
    files = sorted((set(earlier["files"]) - old) | set(written))
    index = {**earlier, "instances": answers, "files": files}
    (HERE / "answers.json").write_text(json.dumps(index, indent=2, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")
    print(f"{len(answers)} properties")


if __name__ == "__main__":
    if len(sys.argv) != 2 or not sys.argv[1].isdigit():
        sys.exit(__doc__.strip())
    main(int(sys.argv[1]))
