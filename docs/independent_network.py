"""Reading and exact evaluation of network.json for independent_checker.py, from docs/formats.md alone."""
from fractions import Fraction as Q

from independent_target import covered, need, number, readable


SHAPES = {  # keys of the objects
    "network": "format tokens dimension outputs slots embedding blocks readout", "affine": "weights bias",
    "block": "label attention activation units bias", "unit": "in bias out", "attention": "heads output",
    "head": "mechanism query key value", "uniform": "rank value", "output": "lowering residual",
    "certificate": "format target_sha256 network_sha256 epsilon certified outputs witness latents blocks",
    "certificate with cells":
        "format target_sha256 network_sha256 epsilon certified outputs witness latents blocks cells",
    "cells": "count entries keys", "cells with ramps": "count entries keys ramps", "ramps": "bound measure",
    "latent": "slot range error", "gadget": "units range outputs", "gadget output": "slot polynomial error",
    "certificate with approximations":
        "format target_sha256 network_sha256 epsilon certified outputs witness latents approximations blocks",
    "approximation": "output node by error", "polynomial": "centre coefficients", "product": "centre coefficients",
    "hats": "token coordinate pieces", "thresholds": "low high levels",
    "gadget of an atom": "units range atom outputs", "output of an atom": "slot polynomial factor error",
    "witness": "input token output error", "softmax": "kind", "linformer": "kind e f",
    "performer": "kind normalized features"}


def keys(value, shape):
    readable(isinstance(value, dict) and set(value) == set(SHAPES[shape].split()), f"the keys of a {shape}")
    return value


def natural(text):
    readable(0 <= int(text) < 2 ** 64, "an integer is out of range")
    return int(text)


def sparse(entries, *shape):
    """{index or (row, column): value}"""
    places = [tuple(e[:-1]) for e in entries]
    readable(places == sorted(set(places)), "sparse entries repeated or out of order")
    readable(all(len(p) == len(shape) and all(type(i) is int and 0 <= i < s for i, s in zip(p, shape))
                 for p in places), "a sparse index is out of bounds")
    values = [number(e[-1]) for e in entries]
    readable(all(values), "a zero is stored")
    return {p[0] if len(p) == 1 else p: v for p, v in zip(places, values)}


def affine(data, rows, columns):
    keys(data, "affine")
    return sparse(data["weights"], rows, columns), sparse(data["bias"], columns)


def projection(data, n):
    """(k, entry) with entry(r, j) for a sequence of n tokens."""
    if set(data) == {"uniform"}:
        keys(data["uniform"], "uniform")
        value = Q(1, n) if data["uniform"]["value"] == "1/n" else number(data["uniform"]["value"])
        return data["uniform"]["rank"], lambda r, j: value
    rows = [[number(v) for v in row] for row in data["rows"]]
    readable(all(len(row) == n for row in rows), "a row of a projection")
    return len(rows), lambda r, j: rows[r][j]


SIGMA = {"relu": lambda t: max(t, Q(0)), "relu2": lambda t: max(t, Q(0)) ** 2, "step": lambda t: Q(t >= 0)}


class Network:
    def __init__(self, data):
        keys(data, "network")
        readable(data["format"] == "sumformer-network/1", "network format")
        self.n = None if data["tokens"] == "any" else data["tokens"]
        self.d, self.c, self.width = data["dimension"], data["outputs"], len(data["slots"])
        readable(min(self.n or 1, self.d, self.c, self.width) >= 1, "sizes")
        readable(len(set(data["slots"])) == self.width, "slot names")
        w, self.blocks = self.width, []
        self.embedding, self.readout = affine(data["embedding"], self.d, w), affine(data["readout"], w, self.c)
        for block in data["blocks"]:
            keys(block, "block")
            readable(block["activation"] in SIGMA, "activation")
            units = [(sparse(keys(u, "unit")["in"], w), number(u["bias"]), sparse(u["out"], w))
                     for u in block["units"]]
            heads = [] if block["attention"] is None else self.heads(keys(block["attention"], "attention"))
            self.blocks.append((heads, block["activation"], units, sparse(block["bias"], w)))

    def heads(self, data):
        w, heads = self.width, data["heads"]
        readable(heads, "no head")
        output = sparse(data["output"], len(heads) * w, w)
        for h, head in enumerate(heads):
            mechanism = keys(head, "head")["mechanism"]
            keys(mechanism, mechanism["kind"])
            if mechanism["kind"] == "linformer":
                ranks = [projection(mechanism[p], self.n or 1)[0] for p in "ef"]
                readable(ranks[0] == ranks[1] >= 1, "ranks of E and F")
                readable(self.n or not any("rows" in mechanism[p] for p in "ef"), "rows fix the length")
            if mechanism["kind"] == "performer":
                readable(mechanism["features"], "no feature")
                mechanism = mechanism | {"features": [sparse(v, w) for v in mechanism["features"]]}
            query, key, value = (sparse(head[m], w, w) for m in ("query", "key", "value"))
            own = {(r - h * w, c): v for (r, c), v in output.items() if h * w <= r < (h + 1) * w}
            heads[h] = mechanism, query, key, matrix_product(value, own)
        return heads


def matrix_product(a, b):
    rows, product = {}, {}
    for (k, c), y in b.items():
        rows.setdefault(k, []).append((c, y))
    for (r, k), x in a.items():
        for c, y in rows.get(k, ()):
            product[r, c] = product.get((r, c), 0) + x * y
    return {place: v for place, v in product.items() if v}


def row_times(row, matrix, width):
    image = [Q(0)] * width
    for (r, c), v in matrix.items():
        image[c] += row[r] * v
    return image


# ---- exact evaluation
def weights_of(mechanism, q, keys_):
    """The weights c_j of one query if they are rational for a reason the page lists: head(X) = sum_j c_j V_j."""
    n, kind = len(keys_), mechanism["kind"]
    dot = lambda a, b: sum(x * y for x, y in zip(a, b))
    if kind == "performer":
        if mechanism["normalized"]:
            covered(all(k == keys_[0] for k in keys_), "witness", "witness", "the keys differ")
            return [Q(1, n)] * n
        covered(not any(q) and not any(map(any, keys_)), "witness", "witness", "lambda is not rational")
        return [Q(1)] * n
    if kind == "softmax":
        covered(len({dot(q, k) for k in keys_}) == 1, "witness", "witness", "the scores differ")
        return [Q(1, n)] * n
    (k, e), (_, f) = projection(mechanism["e"], n), projection(mechanism["f"], n)
    if "rows" in mechanism["f"] and any(f(r, j) != f(0, j) for r in range(k) for j in range(n)):
        scores = {sum(e(r, j) * dot(q, keys_[j]) for j in range(n)) for r in range(k)}
        covered(len(scores) == 1, "witness", "witness", "the projected scores differ")
        return [sum(f(r, j) for r in range(k)) / k for j in range(n)]
    return [f(0, j) for j in range(n)]


def evaluate(network, sequence, token):
    w, n = network.width, len(sequence)
    weights, bias = network.embedding
    x = [[a + bias.get(s, 0) for s, a in enumerate(row_times(row, weights, w))] for row in sequence]
    last = max((b for b, block in enumerate(network.blocks) if block[0]), default=-1)
    wanted = range(n) if last >= 0 else [token]
    for b, (heads, activation, units, bias) in enumerate(network.blocks):
        wanted = [token] if b >= last else wanted  # from the last attention on, one query is enough
        z = [list(row) for row in x]
        for mechanism, query, key, value in heads:
            keys_, values = [row_times(r, key, w) for r in x], [row_times(r, value, w) for r in x]
            for i in wanted:
                for c, v in zip(weights_of(mechanism, row_times(x[i], query, w), keys_), values):
                    z[i] = [a + c * b for a, b in zip(z[i], v)]
        for row, old in [(z[i], x[i]) for i in wanted]:
            for s, v in bias.items():
                old[s] += v
            for inputs, bias_1, outputs in units:
                activated = SIGMA[activation](bias_1 + sum(a * row[s] for s, a in inputs.items()))
                for s, a in outputs.items():
                    old[s] += a * activated
    weights, bias = network.readout
    return [a + bias.get(s, 0) for s, a in enumerate(row_times(x[token], weights, network.c))]


def check_witness(target, network, certificate):
    witness, certified = certificate["witness"], number(certificate["certified"])
    if witness is None:
        return
    rows = [[number(v) for v in row] for row in keys(witness, "witness")["input"]]
    i, o = witness["token"], witness["output"]
    need(rows and len(rows) == (target.n or len(rows)) and 0 <= i < len(rows) and 0 <= o < network.c,
         "witness", "witness", "no such token or output")
    need(all(len(row) == network.d and all(a <= v <= b for v, (a, b) in zip(row, target.box)) for row in rows),
         "witness", "witness", "outside the box")
    wanted = target.at(rows, i, o)
    error = abs(evaluate(network, rows, i)[o] - wanted)
    need(error <= certified, "witness", "witness", f"the error there is {error}, above the certified bound")
    need(error == number(witness["error"]), "witness", "witness", f"the error there is {error}")


def rounded(value, up, bits=160):
    """To so many significant bits, towards the given side."""
    if value == 0:
        return value
    log2 = abs(value.numerator).bit_length() - value.denominator.bit_length()
    unit = Q(2) ** (log2 - (abs(value) < Q(2) ** log2) + 1 - bits)
    return unit * (-(-value // unit) if up else value // unit)


def exp_enclosure(x):
    covered(abs(x) <= 4096, "attention", "attention", "an exponent is out of range")
    k = 0
    while abs(x) > Q(2) ** (k - 8):
        k += 1
    ends = []
    for up in (False, True) if x else ():
        t, term, total = rounded(x / 2 ** k, up), Q(1), Q(1)
        for i in range(1, 19):
            term = term * t / i
            total += term
        rest = 2 * abs(term * t / 19)
        total = rounded(total + rest if up else total - rest, up)
        for _ in range(k):
            total = rounded(total * total, up)
        ends.append(total)
    return ends or (Q(1), Q(1))
