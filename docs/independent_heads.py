"""Weighted means and heads with scores of their own, for independent_checker.py: what 6.6 and 6.13 of docs/formats.md say of them."""
from fractions import Fraction as Q
from math import isqrt

from independent_network import exp_enclosure, matrix_product
from independent_target import Refused, Value, add, const, covered, mag, need, poly_range, times, var

# Coordinates of weighted means while it is not known how many atoms there will be.
FIRST = 1 << 40


def factors(tree):
    return factors(tree[1]) + factors(tree[2]) if tree[0] == "*" else [tree]


def quotient(tree, has, wrong):
    """(s, v) of Σ e^s v / Σ e^s"""
    _, above, below = tree
    if below[0] != "reduce" or below[1] not in ("sum", "mean"):
        raise wrong("the divisor is no sum over tokens")
    if below[3]:
        raise wrong("tokens are left out")
    values = factors(above)
    sums = [t for t in values if t[:4] == below[:4]]
    if not sums:
        raise wrong("not sums over the same tokens")
    values.remove(sums[0])
    if any(has("reduce", t) for t in values):
        raise wrong("a factor in front of the sum has reductions")
    values += factors(sums[0][4])
    weights = factors(below[4])
    if max(len(values), len(weights)) > 256:
        raise wrong("too many factors")
    score, value = ("number", Q(0)), ("number", Q(1))
    for weight in weights:
        if weight not in values:
            raise wrong("a weight is not among the factors of the numerator")
        if weight[:2] != ("call", "exp"):
            raise wrong("a weight is not exp of a score")
        values.remove(weight)
        score = ("+", score, weight[2])
    for factor in values:
        value = ("*", value, factor)
    return score, value


def by_head(pass_, tree, depth, details, error, wrong, helpers):
    has, free, size, written, total, built_of = helpers
    levels = sorted(free(tree, depth))
    if len(levels) > 1:
        raise wrong("the node depends on more than one token")
    own, beta, n = levels[0] if levels else 0, details.get("sharpness"), pass_.target.n
    if beta is None:
        if tree[0] != "/":
            raise wrong("not a quotient")
        score, value = quotient(tree, has, wrong)
        if error:
            raise wrong("a weighted mean is computed as it is")
    else:
        if tree[0] != "reduce" or tree[1] not in ("max", "min") or tree[3] or beta <= 0 or not n:
            raise wrong("not an extremum over all of a fixed number of tokens, or not sharp")
        value, reach = tree[4], beta * error
        score = ("*", ("number", beta if tree[1] == "max" else -beta), value)
        if abs(reach + 1) > 4096 or n - 1 > reach * exp_enclosure(reach + 1)[0]:
            raise wrong("not sharp enough")
    pass_.next += size(tree) - 1
    both = [own, depth]
    ring = Value(n, lambda j, k: var((j, k)), False)

    def polynomial(t):
        if has("reduce", t):
            raise wrong("reductions are left")
        try:
            return ring.of(t, {own: 0, depth: 1})
        except Refused as refused:
            raise wrong(f"not a polynomial: {refused}")

    def apart(t):
        if t[:2] in (("call", "cos"), ("call", "sin")):
            try:
                p = ring.of(t[2], {own: 0, depth: 1}) if not has("reduce", t[2]) else {}
            except Refused:
                p = {}
            tokens = [{j for (j, _), _ in m} for m in p]
            if {0, 1} in tokens or {0} not in tokens or {1} not in tokens:
                return t
            sides = [{m: c for m, c in p.items() if m and m[0][0][0] == 0}, {m: c for m, c in p.items() if not m or m[0][0][0] == 1}]
            minus = [all(c < 0 for m, c in side.items() if m) for side in sides]
            x, y = (written({m: -c for m, c in s.items()} if less else s, both) for s, less in zip(sides, minus))

            def product(negative, f, g):
                both = "*", ("call", f, x), ("call", g, y)
                return ("neg", both) if negative else both

            if t[1] == "cos":
                return "+", product(False, "cos", "cos"), product(minus[0] == minus[1], "sin", "sin")
            return "+", product(minus[0], "sin", "cos"), product(minus[1], "cos", "sin")
        if t[0] in ("neg", "^", "+", "-", "*", "/"):
            return tuple(apart(part) if isinstance(part, tuple) else part for part in t)
        return t

    _, moved, score = pass_.unseen(apart(score), depth + 1)
    known, by, value = pass_.unseen(apart(value), depth + 1)
    score, value = polynomial(score), polynomial(value)

    def reach_of(p):
        return poly_range(p, {v: pass_.side(v[1]) for m in p for v, _ in m})

    r = reach_of(value)
    r = max(r[0] - by, known[0]), min(r[1] + by, known[1])
    score = {m: c for m, c in score.items() if any(j == 1 for (j, _), _ in m)}
    parts = {}
    for m, c in value.items():
        mine = tuple((v, e) for v, e in m if v[0] == 0)
        rest = tuple(((0, k), e) for (j, k), e in m if j == 1)
        parts.setdefault(mine, {})[rest] = c
    terms = []
    for mine, p in sorted(parts.items()):
        constant = ("number", p.pop((), Q(0)))
        if p:
            mean = {"score": score, "value": p, "range": reach_of(p)}
            if mean not in pass_.means:
                if len(pass_.means) == 256:
                    raise wrong("too many weighted means")
                pass_.means.append(mean)
            constant = ("+", ("coordinate", own, FIRST + pass_.means.index(mean)), constant)
        terms.append(("*", built_of({mine: Q(1)}, lambda v: ("coordinate", own, v[1])), constant))
    deviation = by + error if beta else by + (known[1] - known[0]) * min(moved / 2, Q(1))
    return r, deviation, total(terms)


def renumbered(pass_):
    """The weighted means behind the atoms; what a coordinate is called then."""
    behind = pass_.d + len(pass_.atoms)
    place = lambda k: k - FIRST + behind if k >= FIRST else k
    for mean in pass_.means:
        for name in ("score", "value"):
            mean[name] = {tuple(((j, place(k)), e) for (j, k), e in m): c for m, c in mean[name].items()}
    return place


def attended(run, head, claim, place):
    """{slot: (polynomial in the own token, error)} that a claimed head adds."""
    mechanism, query, key, values = head
    width, means = run.network.width, run.surrogate.means
    identity = lambda rows: all(v == (i == j) for i, row in enumerate(rows) for j, v in enumerate(row)) and len(rows) == run.n
    attends = mechanism["kind"] == "softmax" or mechanism["kind"] == "linformer" and all(
        "rows" in mechanism[p] and identity(mechanism[p]["rows"]) for p in "ef")
    covered(attends, "attention", place, "scores of its own are covered for softmax only")
    slots = [o["slot"] for o in claim["outputs"]]
    need(slots == sorted({c for _, c in values}), "attention", place, "slots")
    bilinear = matrix_product(query, {(c, r): v for (r, c), v in key.items()})
    root = isqrt(width)
    covered(not bilinear or root * root == width, "attention", place, "the width is no square")
    score, error = {}, Q(0)
    for (a, b), v in bilinear.items():
        (p, e), (q, f) = run.state[a], run.state[b]
        shifted = {tuple(((1, k), i) for (_, k), i in m): c for m, c in q.items()}
        score = add(score, times(p, shifted), v / root)
        error += abs(v) / root * (e * f + (f and f * mag(run.reach(p))) + (e and e * mag(run.reach(q))))
    added = {}
    for output in claim["outputs"]:
        need(output["mean"] < len(means), "attention", place, "there is no such weighted mean")
        mean, factor = means[output["mean"]], output["factor"]
        difference = add(score, mean["score"], Q(-1))
        need(all(j == 0 for m in difference for (j, _), _ in m), "attention", place, "other scores")
        value, off = run.combination({s: v for (s, c), v in values.items() if c == output["slot"]})
        rest = add(value, mean["value"], -factor)
        need(set(rest) <= {()}, "attention", place, "other values")
        k = run.surrogate.d + len(run.surrogate.atoms) + output["mean"]
        width_of = mean["range"][1] - mean["range"][0]
        total = add(const(rest.get((), Q(0))), var((0, k)), factor)
        added[output["slot"]] = total, off + abs(factor) * width_of * min(error / 2, Q(1))
    return added
