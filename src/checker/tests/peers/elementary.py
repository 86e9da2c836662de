"""Writes values of elementary functions, computed by mpmath: python3 elementary.py ROWS_PER_FUNCTION SEED [special]

Each row is `function m e v f`, hexadecimal m and v: the value at m * 2^e lies strictly between (v - 1) 2^f and (v + 1) 2^f.
With `special`, arguments where something happens come first. The table next to this file is `150 1 special`.
"""

import random
import sys

from mpmath import mp, mpf

mp.prec = 160
BITS = 104

FUNCTIONS = {
    "exp": mp.exp,
    "log": mp.log,
    "sqrt": mp.sqrt,
    "sin": mp.sin,
    "cos": mp.cos,
    "tanh": mp.tanh,
    "sigmoid": lambda x: 1 / (1 + mp.exp(-x)),
}


def normal(m, e):
    """The same number with 62 bits; those beyond are cut off."""
    shift = abs(m).bit_length() - 62
    if m == 0:
        return 0, 0
    m = (abs(m) >> shift if shift > 0 else abs(m) << -shift) * (1 if m > 0 else -1)
    return m, e + shift


def parts(value, bits):
    sign, man, exp, bc = value._mpf_
    shift = bc - bits
    man = man >> shift if shift > 0 else man << -shift
    return (-int(man) if sign else int(man)), exp + shift


def neighbours(value):
    m, e = normal(*parts(mpf(value), 62))
    return [(m + k, e) for k in (-1, 0, 1, 2)]


def special(name):
    """Arguments where something happens."""
    rows = [(0, 0)]
    for e in (-300, -130, -64, -63, -62, -61, -60, -33, -31, -5, -2, -1, 0, 1, 2, 4, 5, 6, 7, 12, 19, 20):
        rows += [(m, e + s) for m, s in ((1, 0), ((1 << 62) - 1, -62), ((1 << 61) + 1, -61), (3, -1))]
    rows += [pair for c in (mp.ln2, mp.sqrt(2), 1 / mp.sqrt(2), 1, mp.e, mp.mpf(1) / 3) for pair in neighbours(c)]
    if name in ("sin", "cos"):
        turns = [1, 2, 3, 4, 5, 6, 7, 8, 11, 103993, 6381956970095103, 2**20 + 1, 2**35 + 3, 699999999999]
        rows += [pair for k in turns if k < 2**40 for pair in neighbours(k * mp.pi / 2)]
        rows += [pair for k in (1, 3, 5, 7, 9) for pair in neighbours(k * mp.pi / 4)]
        rows += [((1 << 62) - 1, 40 - 62), (1, 40), (1, 41), (12345, 60)]
    if name == "exp":
        rows += [pair for k in (1, 2, 3, 10, 1000, 2**20 - 1, 2**20 + 61, 2**20 + 62, 2**20 + 63, 2**21) for pair in neighbours(k * mp.ln2)]
        rows += [(1, 21), (3, 20), (1, 22)]
    if name in ("log", "sqrt"):
        rows += [(5, e) for e in (-(2**20) + 59, -(2**20) + 60, 2**20, 2**19, 1001, -1001)]
        rows += [((1 << 61) + k, -61) for k in range(-9, 10)] + [(k * k, 2 * k) for k in range(1, 20)]
        return [(abs(m), e) for m, e in rows if m or name == "sqrt"]
    return rows + [(-m, e) for m, e in rows]


def arbitrary(name, rng):
    m = rng.getrandbits(rng.choice((5, 20, 53, 62, 62))) + 1
    low, high = {"exp": (-70, 20), "log": (-2000, 2000), "sqrt": (-2000, 2000), "tanh": (-70, 7), "sigmoid": (-70, 12)}.get(name, (-70, 39))
    mode = rng.random()
    e = rng.randint(low, high) if mode < 0.4 else rng.randint(-6, 3)
    if name in ("sin", "cos") and mode > 0.9:
        m, e = rng.choice(neighbours(rng.randint(1, 2 ** rng.randint(1, 39)) * mp.pi / 2))
        return m * rng.choice((-1, 1)), e
    if name == "log" and mode > 0.8:
        return (1 << 61) + rng.choice((-1, 1)) * rng.getrandbits(rng.randint(1, 60)), -61
    negative = name not in ("log", "sqrt") and rng.random() < 0.5
    return (-m if negative else m), e - m.bit_length()


def main():
    count, rng = int(sys.argv[1]), random.Random(int(sys.argv[2]))
    out = []
    for name, function in FUNCTIONS.items():
        arguments = special(name) if "special" in sys.argv else []
        arguments += [arbitrary(name, rng) for _ in range(count)]
        for m, e in arguments:
            m, e = normal(m, e)
            value = function(mpf((0 if m >= 0 else 1, abs(m), e, abs(m).bit_length())))
            v, f = parts(value, BITS) if value else (0, 0)
            out.append(f"{name} {m:x} {e} {v:x} {f}\n")
            if len(out) > 1000:
                sys.stdout.writelines(out)
                out.clear()
    sys.stdout.writelines(out)


main()
