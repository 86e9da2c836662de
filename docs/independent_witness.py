"""The witness (6.2 of formats.md) for independent_checker.py: target and network at one input, from the page alone.

Numbers are fractions where they are exact and pairs (`Pair`, an interval that contains the number) where they are not.
Rows stand for runs of equal tokens.
"""
import itertools
from fractions import Fraction as Q

from independent_functions import image, outward, sqrt
from independent_network import projection, row_times
from independent_target import Refused, covered, ipow, mul, need, readable


class Pair:
    def __init__(self, low, high):
        self.ends = outward(low, high)

    def __add__(self, other):
        a, b = self.ends, ends(other)
        return Pair(a[0] + b[0], a[1] + b[1])

    def __neg__(self):
        return Pair(-self.ends[1], -self.ends[0])

    def __sub__(self, other):
        return self + -other

    def __rsub__(self, other):
        return -self + other

    def __mul__(self, other):
        return Pair(*mul(self.ends, ends(other)))

    def __truediv__(self, other):
        return self * inverse(other)

    def __rtruediv__(self, other):
        return inverse(self) * other

    def __pow__(self, exponent):
        return Pair(*ipow(self.ends, exponent))

    __radd__, __rmul__ = __add__, __mul__


def ends(value):
    return value.ends if isinstance(value, Pair) else (value, value)


def inverse(value):
    low, high = ends(value)
    covered(low > 0 or high < 0, "witness", "witness", "a divisor may be 0")
    return Pair(1 / high, 1 / low) if isinstance(value, Pair) else Q(1) / value


def extremum(name, *values):
    choose = max if name == "max" else min
    if any(isinstance(v, Pair) for v in values):
        return Pair(*(choose(ends(v)[i] for v in values) for i in (0, 1)))
    return choose(values)


def function(name, value, exact):
    if name == "relu":
        return extremum("max", value, Q(0))
    if name == "abs":
        return extremum("max", value, -value, Q(0))
    covered(not exact, "witness", "witness", f"{name} leaves the rationals")
    low = ends(value)[0]
    covered(low > 0 if name == "log" else low >= 0 or name != "sqrt", "witness", "witness", f"{name} off its domain")
    return Pair(*image(name, ends(value), ends(value))[0])


# ---- the target
class Values:
    """Trees at a sequence of runs; a token is (run, which of its copies)."""

    def __init__(self, rows, copies, exact):
        self.rows, self.copies, self.exact = rows, copies, exact

    def of(self, tree, env):
        kind = tree[0]
        if kind in ("number", "n"):
            return tree[1] if kind == "number" else Q(sum(self.copies))
        if kind == "coordinate":
            return self.rows[env[tree[1]][0]][tree[2]]
        if kind == "where":  # an abbreviation sees the own token (or x1..xn) only
            return self.of(tree[1], {t: env[t] for t in env["free"]} | {"free": env["free"]})
        if kind == "reduce":
            return self.reduce(*tree[1:], env)
        values = [self.of(t, env) for t in tree[1:] if isinstance(t, tuple)]
        if kind == "^":
            return values[0] ** tree[2] if tree[2] else Q(1)
        if kind == "neg":
            return -values[0]
        if kind == "call":
            return function(tree[1], *values, self.exact) if len(values) == 1 else extremum(tree[1], *values)
        if kind == "/":
            covered(values[1] != 0, "witness", "witness", "division by zero")
        return {"+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "/": lambda a, b: a / b}[kind](*values)

    def reduce(self, name, binder, excluded, body, env):
        hidden, named, found = {env[t] for t in excluded}, {p for t, p in env.items() if t != "free"}, []
        for run, copies in enumerate(self.copies):
            here = sorted(p for p in named if p[0] == run)
            places = [(p, 1) for p in here if p not in hidden]
            if copies > len(here):  # all others at once: exchanging two of them changes nothing
                other = next(c for c in range(copies) if (run, c) not in here)
                places.append(((run, other), copies - len(here)))
            found += [(self.of(body, env | {binder: place}), times) for place, times in places]
        readable(found or name in ("sum", "prod"), f"{name} over no token")
        if name in ("max", "min"):
            return extremum(name, *(v for v, _ in found))
        total = Q(1) if name == "prod" else Q(0)
        for value, times in found:
            total = total * (value if times == 1 else value ** times) if name == "prod" else total + value * times
        return total / sum(times for _, times in found) if name == "mean" else total


def target_at(target, rows, copies, own, output, exact):
    values, tree, n = Values(rows, copies, exact), target.trees[output], sum(copies)
    if not target.explicit:
        return values.of(tree, {"x": own, "free": ("x",)})
    covered(not (target.symmetrize and n > 8), "witness", "witness", "too many permutations")
    places = [(run, copy) for run, count in enumerate(copies) for copy in range(count)]
    names, total = tuple(f"x{j + 1}" for j in range(n)), Q(0)
    others = [p for p in places if p != own]
    orders = list(itertools.permutations(others)) if target.symmetrize else [others]
    for order in orders:
        total = total + values.of(tree, dict(zip(names, (own, *order))) | {"free": names})
    return total / len(orders)


# ---- the network
SIGMA = {"relu": lambda t: extremum("max", t, Q(0)), "relu2": lambda t: extremum("max", t, Q(0)) ** 2}


def step(t):
    low, high = ends(t)
    return Q(1) if low >= 0 else Q(0) if high < 0 else Pair(Q(0), Q(1))


def exp(t):
    return Q(1) if t == 0 else Pair(*image("exp", ends(t), ends(t))[0])


def dot(a, b):
    return sum((x * y for x, y in zip(a, b)), Q(0))


def same(rows):
    return all(row == rows[0] for row in rows)


def by_run(entry, r, copies):
    """Sums of the entries of row r of a projection over the runs."""
    positions = iter(range(sum(copies)))
    return [sum(entry(r, next(positions)) for _ in range(count)) for count in copies]


def rational_weights(mechanism, q, ks, copies):
    """The weights of the runs if they are rational for a reason that section 4 lists: head(X) = Σ_j c_j V_j."""
    n, kind = sum(copies), mechanism["kind"]
    if kind == "performer" and mechanism["normalized"]:
        covered(same(ks), "witness", "witness", "the keys differ")
        return [Q(c, n) for c in copies]
    if kind == "performer":
        covered(not any(q) and not any(map(any, ks)), "witness", "witness", "λ is not rational")
        return [Q(c) for c in copies]
    if kind == "softmax":
        covered(same([dot(q, k) for k in ks]), "witness", "witness", "the scores differ")
        return [Q(c, n) for c in copies]
    rank, rows = projected(mechanism, copies)
    if not same([f for _, f in rows]):
        scores = [sum((w * dot(q, k) for w, k in zip(e, ks)), Q(0)) for e, _ in rows]
        covered(same(scores), "witness", "witness", "the projected scores differ")
    return [sum(column) / rank for column in zip(*(f for _, f in rows))]


def projected(mechanism, copies):
    """(k, the rows of E and F by run), one of each if all are equal"""
    n = sum(copies)
    (rank, e), (_, f) = projection(mechanism["e"], n), projection(mechanism["f"], n)
    if all("uniform" in mechanism[p] for p in "ef"):
        rank = 1  # all rows are equal: one stands for them
    entries = lambda p, g, r: [g(0, 0) * c for c in copies] if "uniform" in mechanism[p] else by_run(g, r, copies)
    return rank, [(entries("e", e, r), entries("f", f, r)) for r in range(rank)]


def enclosed_weights(mechanism, q, ks, copies, width):
    """Enclosures of the weights of the runs, from the definitions of section 4."""
    kind = mechanism["kind"]
    if kind == "performer":
        def feature(z):
            half = dot(z, z) / 2
            return [exp(sum((w * z[s] for s, w in omega.items()), Q(0)) - half) for omega in mechanism["features"]]
        weights = [dot(feature(q), feature(k)) / len(mechanism["features"]) * c for k, c in zip(ks, copies)]
        return [w / sum(weights, Q(0)) for w in weights] if mechanism["normalized"] else weights
    root = Pair(*sqrt(Q(width)))
    if kind == "softmax":
        weights = [exp(dot(q, k) / root) * c for k, c in zip(ks, copies)]
        return [w / sum(weights, Q(0)) for w in weights]
    _, rows = projected(mechanism, copies)
    weights = [exp(sum((w * dot(q, k) for w, k in zip(e, ks)), Q(0)) / root) for e, _ in rows]
    total = sum(weights, Q(0))
    return [sum((w * f[j] for w, (_, f) in zip(weights, rows)), Q(0)) / total for j in range(len(copies))]


def weights_of(mechanism, q, ks, copies, width, exact):
    try:
        return rational_weights(mechanism, q, ks, copies)
    except Refused:
        if exact:
            raise
    return enclosed_weights(mechanism, q, ks, copies, width)


def network_at(network, rows, copies, own, exact):
    """All outputs of the tokens of run `own`."""
    w, n = network.width, len(rows)
    weights, bias = network.embedding
    x = [[a + bias.get(s, 0) for s, a in enumerate(row_times(row, weights, w))] for row in rows]
    last = max((b for b, block in enumerate(network.blocks) if block[0]), default=-1)
    wanted = range(n) if last >= 0 else [own]
    for b, (heads, activation, units, bias) in enumerate(network.blocks):
        wanted = [own] if b >= last else wanted  # from the last attention on, one query is enough
        z = [list(row) for row in x]
        for mechanism, query, key, value in heads:
            ks, values = [row_times(r, key, w) for r in x], [row_times(r, value, w) for r in x]
            for i in wanted:
                for c, v in zip(weights_of(mechanism, row_times(x[i], query, w), ks, copies, w, exact), values):
                    z[i] = [a + c * b for a, b in zip(z[i], v)]
        sigma = SIGMA.get(activation, step)
        for row, old in [(z[i], x[i]) for i in wanted]:
            for s, v in bias.items():
                old[s] += v
            for inputs, bias_1, outputs in units:
                activated = sigma(bias_1 + sum(a * row[s] for s, a in inputs.items()))
                for s, a in outputs.items():
                    old[s] += a * activated
    weights, bias = network.readout
    return [a + bias.get(s, 0) for s, a in enumerate(row_times(x[own], weights, network.c))]


def check_witness(target, network, certificate):
    witness, certified = certificate["witness"], certificate["certified"]
    if witness is None:
        return
    rows, stated = witness["input"], witness["error"]
    copies = witness.get("copies") or [1] * len(rows)
    need(len(copies) == len(rows) and all(copies), "witness", "witness", "one positive count for each row")
    n, i, o = sum(copies), witness["token"], witness["output"]
    need(n and n == (target.n or n) and i < n and o < network.c, "witness", "witness", "no such token or output")
    need(all(len(row) == network.d and all(a <= v <= b for v, (a, b) in zip(row, target.box)) for row in rows),
         "witness", "witness", "outside the box")
    own = next(run for run in range(len(rows)) if i < sum(copies[:run + 1]))
    exact = witness.get("kind", "exact") == "exact"
    wanted = target_at(target, rows, copies, (own, 0), o, exact)
    error = function("abs", network_at(network, rows, copies, own, exact)[o] - wanted, exact)
    low, high = ends(error)
    need(low <= certified, "witness", "witness", "the error there is above the certified bound")
    if exact:
        need(error == stated, "witness", "witness", f"the error there is {error}")
    else:
        need(0 <= stated <= high, "witness", "witness", "the error there is another one")
        covered(stated <= low, "witness", "witness", "the error there is not known so well")
