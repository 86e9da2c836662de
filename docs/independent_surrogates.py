"""Surrogates and atoms for independent_checker.py: section 6.13 of docs/formats.md, and what 6.4 says of atoms.

Trees are those of independent_target.py with abbreviations expanded, tokens given by their levels, and binders by theirs.
Errors of replacements are proved in other ways than the program does: by chords and second derivatives.
"""
from bisect import bisect_left
from fractions import Fraction as Q
from functools import reduce
from math import factorial

from independent_functions import hull, image, outward, sqrt
from independent_heads import FIRST, by_head, renumbered
from independent_target import KNOWN, Refused, Value, add, const, covered, ipow, mag, mul, need, orbits, power, times, var

REFUSED_PARTS = 1 << 12
EXACT = ("abs", "relu", "hat", "inverse", "identity")
plus = lambda a, b: (a[0] + b[0], a[1] + b[1])
minus = lambda a, b: (a[0] - b[1], a[1] - b[0])
widened = lambda a, r: (a[0] - r, a[1] + r)
scaled = lambda a, c: mul(a, (c, c))
NUMBER = lambda c: ("number", c)


# ---- functions of one variable
def monotone(f):
    return lambda a: (f(a[0]), f(a[1]))


def hat_range(a):
    top = Q(1) if a[0] <= 0 <= a[1] else max(KNOWN["hat"](a[0]), KNOWN["hat"](a[1]))
    return min(KNOWN["hat"](a[0]), KNOWN["hat"](a[1])), top


def absolute(a):
    return (Q(0), mag(a)) if a[0] < 0 < a[1] else tuple(sorted(map(abs, a)))


def defined(name, a):
    return not (name == "inverse" and a[0] <= 0 <= a[1] or name == "log" and a[0] <= 0 or name == "sqrt" and a[0] < 0)


def positive(a):
    return tuple(max(end, Q(0)) for end in a)


def values(name, a):
    """The range of the function on an interval on which it is defined."""
    simple = {"relu": monotone(KNOWN["relu"]), "identity": lambda a: a, "hat": hat_range, "abs": absolute,
              "inverse": lambda a: (1 / a[1], 1 / a[0]), "root": lambda a: values("sqrt", positive(a))}
    return simple[name](a) if name in simple else outward(*image(name, a, a)[0])


def steepest(name, a):
    """The largest slope of a chord, or None."""
    if name in ("abs", "relu", "hat", "identity"):
        return Q(0) if name == "relu" and a[1] <= 0 or name == "hat" and (a[0] >= 1 or a[1] <= -1) else Q(1)
    if name == "inverse":
        return max(1 / a[0] ** 2, 1 / a[1] ** 2)
    chord = image(*("sqrt", positive(a), positive(a)) if name == "root" else (name, a, a))[2]
    return chord and mag(outward(*chord))


def moved(name, a, c, distance):
    """|φ(s) − φ(t)| is at most this for s in a and t in its part c within a distance, or None."""
    if not distance:
        return Q(0)
    slope = steepest(name, a)
    if name != "root":
        return slope and slope * distance
    if slope is None:
        chord = image("sqrt", positive(a), positive(c))[2]
        slope = chord and mag(outward(*chord))
    return min([sqrt(distance)[1]] + ([slope * distance] if slope else []))


def slopes(name, a):
    """Contains all derivatives between kinks, or None."""
    pieces = {"abs": [(-1, None, 0), (1, 0, None)], "relu": [(0, None, 0), (1, 0, None)], "identity": [(1, None, None)],
              "hat": [(0, None, -1), (1, -1, 0), (-1, 0, 1), (0, 1, None)]}
    if name in pieces:
        met = [Q(s) for s, low, high in pieces[name]
               if (low is None or a[1] > low or a[0] == a[1] == low) and (high is None or a[0] < high)]
        return (min(met), max(met)) if met else (Q(-1), Q(1))
    if name == "inverse":
        return scaled(ipow(values(name, a), 2), Q(-1))
    chord = image(name, a, a)[2]
    return chord and outward(*chord)


def curvature(name, a):
    """Contains the second derivative on the interval, or None where it is not bounded."""
    if name in ("abs", "relu", "hat", "identity"):
        kinks = {"abs": [0], "relu": [0], "hat": [-1, 0, 1], "identity": []}[name]
        return None if any(a[0] < k < a[1] for k in kinks) else (Q(0), Q(0))
    if name in ("exp", "sin", "cos"):
        return scaled(values(name, a), Q(1 if name == "exp" else -1))
    if name == "log":
        return -1 / a[0] ** 2, -1 / a[1] ** 2
    if name == "sqrt":
        return tuple(-1 / (4 * t * root[0]) for t, root in zip(a, map(sqrt, a))) if a[0] > 0 and sqrt(a[0])[0] else None
    if name == "root":
        return curvature("sqrt", a) if a[1] > 0 else (Q(0), Q(0))
    if name == "inverse":
        return tuple(sorted((2 / a[0] ** 3, 2 / a[1] ** 3)))
    if name == "sigmoid":
        return scaled(curvature("tanh", scaled(a, Q(1, 2))), Q(1, 8))
    t, third = values("tanh", a), sqrt(Q(1, 3))
    found, top = [-2 * end * (1 - end * end) for end in t], 4 * sqrt(Q(3))[1] / 9
    found += [sign * top for sign in (1, -1) if t[0] <= -sign * third[0] <= t[1] or t[0] <= -sign * third[1] <= t[1]]
    return min(found), max(found)


# ---- bounds by halving
def least(a):
    """The smallest magnitude."""
    return max(a[0], -a[1], Q(0))


def below(parts, bound, attained, allowed, split, refused, left=REFUSED_PARTS):
    """Halves parts until the bound of each is at most what is allowed, or more is attained at its ends."""
    while parts:
        part = parts.pop()
        if bound(part) > allowed:
            left -= 1
            if left < 0 or attained(part) > allowed:
                raise refused
            parts += split(part)


def near_polynomial(name, centre, coefficients, a, allowed, refused):
    """|function − polynomial| ≤ allowed on the interval."""
    if not defined(name, a):
        raise refused
    at = lambda t: sum(c * (t - centre) ** k for k, c in enumerate(coefficients))
    known = {}

    def difference(t):
        if t not in known:
            known[t] = minus(values(name, (t, t)), (at(t), at(t)))
        return known[t]

    def bound(part):
        half, ends = (part[1] - part[0]) / 2, mag(hull(difference(part[0]), difference(part[1])))
        bend = curvature(name, part)
        if bend is None:
            return mag(minus(values(name, part), hull((at(part[0]),) * 2, (at(part[1]),) * 2))) if half else ends
        # The polynomial's second derivative, from its expansion at the middle.
        middle, second = sum(part) / 2, (Q(0), Q(0))
        shifted = list(coefficients)
        for i in range(len(shifted)):
            for j in range(len(shifted) - 2, i - 1, -1):
                shifted[j] += shifted[j + 1] * (middle - centre)
        for k, c in enumerate(shifted[2:]):
            reach = ipow((-half, half), k)
            second = plus(second, scaled(reach, c * (k + 1) * (k + 2)))
        return ends + mag(minus(bend, second)) * half ** 2 / 2

    attained = lambda part: max(least(difference(end)) for end in part)
    cuts = sorted({a[0], a[1]} | {Q(k) for k in (-1, 0, 1) if name in EXACT and a[0] < k < a[1]})
    halves = lambda part: [(part[0], sum(part) / 2), (sum(part) / 2, part[1])]
    if a[0] == a[1]:
        below([a], bound, attained, allowed, lambda part: [part], refused)
    below(list(zip(cuts, cuts[1:])), bound, attained, allowed, halves, refused)


def near_function(units, claim, name, shift, side, allowed, place):
    """|Σ weight·relu(a·t + b) − affine(t) − factor·function(t + shift)| ≤ allowed on the side, for one slot."""
    polynomial, factor = claim
    error = Refused("invalid", "gadget-error", place, "not shown to be as close to the function as claimed")
    if not defined(name, plus(side, (shift, shift))):
        raise error
    # The units minus the affine function are linear between the kinks: slope and value at 0 right of each.
    constant, slope = ([-c for c in polynomial] + [Q(0)] * 2)[:2]
    turns = []
    for a, b, w in units:
        turns.append((-b / a, abs(a) * w, b * w if a > 0 else -b * w))
        if a < 0:
            slope, constant = slope + a * w, constant + b * w
    turns.sort()
    kinks, lines = [t for t, _, _ in turns], [(slope, constant)]
    for _, change, shifted in turns:
        lines.append((lines[-1][0] + change, lines[-1][1] + shifted))
    cuts = sorted({side[0], side[1]} | {t for t in kinks if side[0] < t < side[1]}
                  | {k - shift for k in (-1, 0, 1) if name in EXACT and side[0] < k - shift < side[1]})

    def node(t):
        slope, constant = lines[bisect_left(kinks, t)]
        d = slope * t + constant
        return t, d, minus((d, d), scaled(values(name, (t + shift, t + shift)), factor))

    def highest(e, f, q):
        return max(e, f) if q <= 0 or abs(f - e) >= q else (e + f) / 2 + q / 4 + (f - e) ** 2 / (4 * q)

    def bound(part):
        (l, d, e), (r, f, g) = part
        if l == r:
            return mag(e)
        across = l + shift, r + shift
        bend = curvature(name, across)
        if bend is None:
            return mag(minus(hull((d, d), (f, f)), scaled(values(name, across), factor)))
        q = scaled(bend, factor * (r - l) ** 2 / 2)
        return max(highest(e[1], g[1], q[1]), highest(-e[0], -g[0], -q[0]))

    def halves(part):
        middle = node((part[0][0] + part[1][0]) / 2)
        return [(part[0], middle), (middle, part[1])] if part[0][0] < part[1][0] else [part]

    attained = lambda part: max(least(end[2]) for end in part)
    nodes = [node(t) for t in cuts]
    below(list(zip(nodes, nodes[1:])) or [(nodes[0], nodes[0])], bound, attained, allowed, halves, error)


# ---- trees
def children(tree):
    return tree[4:] if tree[0] == "reduce" else tuple(t for t in tree[1:] if isinstance(t, tuple))


def size(tree):
    return 1 + sum(map(size, children(tree)))


def resolved(tree, env, depth, own):
    """Names replaced by levels; `own` are the names that an abbreviation sees."""
    inner = lambda t: resolved(t, env, depth, own)
    kind = tree[0]
    if kind == "where":
        return resolved(tree[1], own, depth, own)
    if kind == "coordinate":
        return kind, env[tree[1]], tree[2]
    if kind == "reduce":
        levels = tuple(sorted({env[name] for name in tree[3]}))
        return kind, tree[1], depth, levels, resolved(tree[4], env | {tree[2]: depth}, depth + 1, own)
    return tuple(inner(t) if isinstance(t, tuple) else t for t in tree)


def rebuilt(tree, level, coordinate):
    """Levels and coordinates (in old levels) replaced."""
    if tree[0] == "coordinate":
        return coordinate(tree[1], tree[2])
    if tree[0] == "reduce":
        return tree[:2] + (level(tree[2]), tuple(map(level, tree[3])), rebuilt(tree[4], level, coordinate))
    built = tuple(rebuilt(t, level, coordinate) if isinstance(t, tuple) else t for t in tree)
    return NUMBER(Q(0)) if tree[0] == "*" and NUMBER(Q(0)) in built[1:] else built


def nearest_short(value):
    """With 40 significant bits."""
    if not value:
        return value
    exponent = 0
    while abs(value) >= Q(2) ** (exponent + 1):
        exponent += 1
    while abs(value) < Q(2) ** exponent:
        exponent -= 1
    unit = Q(2) ** (exponent - 39)
    return (value / unit + Q(1, 2)) // 1 * unit


def free(tree, depth):
    found = {tree[1]} if tree[0] == "coordinate" else set(tree[3]) if tree[0] == "reduce" else set()
    return {l for l in found if l < depth}.union(*(free(t, depth) for t in children(tree)))


def separates(tree, depth):
    """A product of factors in one token each, in several altogether, or a root, magnitude or power of it."""
    def single(t):
        if t[0] == "*":
            return single(t[1]) and single(t[2])
        if t[0] == "^" or t[:2] in (("call", "sqrt"), ("call", "abs")):
            return single(t[1] if t[0] == "^" else t[2])
        return len(free(t, depth)) <= 1
    return (tree[0] in "*^" or tree[:2] in (("call", "sqrt"), ("call", "abs"))) and len(free(tree, depth)) > 1 and single(tree)


def places(tree):
    """The coordinates that occur, as (level, index)."""
    return {tree[1:]} if tree[0] == "coordinate" else set().union(*map(places, children(tree)))


def has(kind, tree):
    return tree[0] == kind or any(has(kind, t) for t in children(tree))


def total(terms):
    half = len(terms) // 2
    return terms[0] if len(terms) == 1 else ("+", total(terms[:half]), total(terms[half:])) if terms else NUMBER(Q(0))


def horner(base, coefficients):
    coefficients = coefficients or [Q(0)]
    tree = NUMBER(coefficients[-1])
    for c in reversed(coefficients[:-1]):
        tree = ("+", ("*", tree, base), NUMBER(c))
    return tree


def chebyshev(polynomial, side):
    """The coefficients of products of Chebyshev polynomials T_a of the coordinates scaled to [-1, 1], from those of powers."""
    for v in {v for m in polynomial for v, _ in m}:
        low, high = side(v)
        powers, expanded = [[Q(1)]], {}
        for m, c in polynomial.items():
            exponent, rest = dict(m).get(v, 0), tuple(p for p in m if p[0] != v)
            while len(powers) <= exponent:
                last = powers[-1] + [Q(0)]  # times (low + high)/2 + (high - low)/2 u, u T_a = (T_(a+1) + T_|a-1|)/2
                following = [(low + high) / 2 * q for q in last]
                for a, q in enumerate(last[:-1]):
                    for b in (a + 1, abs(a - 1)):
                        following[b] += (high - low) / 4 * q
                powers.append(following)
            for a, q in enumerate(powers[exponent]):
                m = tuple(sorted(rest + ((v, a),))) if a else rest
                expanded[m] = expanded.get(m, Q(0)) + c * q
        polynomial = expanded
    return polynomial


def written(polynomial, levels):
    """A polynomial in the tokens 0 and 1 as a tree over the given levels."""
    return built_of(polynomial, lambda v: ("coordinate", levels[v[0]], v[1]))


def built_of(polynomial, variable):
    """A polynomial as a tree, with what stands for its variables."""
    terms = []
    for m, c in sorted(polynomial.items()):
        factors = [variable(v) if e == 1 else ("^", variable(v), e) for v, e in m]
        tree = NUMBER(c) if c != 1 or not factors else None
        for factor in factors:
            tree = factor if tree is None else ("*", tree, factor)
        terms.append(tree)
    return total(terms)


class Surrogate:
    """Normal forms over extended tokens, atoms, and deviations."""

    def __init__(self, target, approximations):
        self.target, self.d, self.box, self.atoms, self.means = target, len(target.box), list(target.box), [], []
        self.deviations = [Q(0)] * len(target.trees)
        if not approximations:
            try:
                self.forms = [target.polynomial(tree) for tree in target.trees]
                return
            except Refused as refused:
                if refused.verdict != "incomplete":
                    raise
        names = [f"x{j + 1}" for j in range(target.n or 1)] if target.explicit else ["x"]
        own = {name: level for level, name in enumerate(names)}
        self.pending = [(a["output"], a["node"], a) for a in approximations]
        order = [(a["output"], a["node"], "pair" not in a["by"]) for a in approximations]
        need(all(p < q for p, q in zip(order, order[1:])), "approximation", "approximations", "order")
        trees, self.in_sums = [], 0
        for self.output, tree in enumerate(target.trees):
            self.next = 0
            _, self.deviations[self.output], tree = self.visit(resolved(tree, own, len(own), own), len(own))
            trees.append(tree)
        need(not self.pending, "approximation", "approximations", "one is not reached")
        need(not target.explicit or self.in_sums in (0, len(trees)), "approximation", "approximations", "outputs in explicit tokens")
        self.box += [known["range"] for known in self.atoms + self.means]
        place = renumbered(self)
        named = lambda tree: rebuilt(tree, lambda l: l, lambda l, k: ("coordinate", l, place(k))) if self.means else tree
        for atom in self.atoms:
            atom["argument"] = named(atom["argument"])
        self.forms = [self.expanded(named(tree)) for tree in trees]
        for atom in self.atoms:
            atom["form"] = self.expanded(atom["argument"])

    def expanded(self, tree, in_sums=None):
        ring = Value(self.target.n, lambda j, k: var((j, k)), False)
        explicit = self.target.explicit and not (self.in_sums if in_sums is None else in_sums)
        levels = range(self.target.n) if explicit else [0]
        p = ring.of(tree, {level: level for level in levels})
        if explicit:
            self.target.require_symmetry(p)
        return p

    # Each returns (range of the node, deviation, surrogate).
    def visit(self, tree, depth):
        is_replaced, value = self.counted(tree, depth)
        return value if is_replaced else self.inside(tree, depth)

    def unseen(self, tree, depth):
        kept, self.next = self.next, None
        try:
            return self.visit(tree, depth)
        finally:
            self.next = kept

    def skip(self, trees):
        if self.next is not None:
            self.next += sum(map(size, trees))

    def counted(self, tree, depth):
        """(whether it is replaced, by what)"""
        here = None if self.next is None else (self.output, self.next)
        if here:
            self.next += 1
            if self.pending and self.pending[0][:2] == here:
                return True, self.replaced(tree, depth, self.pending.pop(0)[2])
        return False, None

    def factors(self, tree, depth):
        is_replaced, value = self.counted(tree, depth)
        return [value] if is_replaced else self.factors_inside(tree, depth)

    def factors_inside(self, tree, depth):
        """Of a product, or of a root, magnitude or power of one; one factor otherwise."""
        if tree[0] == "*":
            return self.factors(tree[1], depth) + self.factors(tree[2], depth)
        if tree[0] == "^":
            return [self.power(f, tree[2]) for f in self.factors(tree[1], depth)]
        if tree[:2] in (("call", "sqrt"), ("call", "abs")):
            found = self.factors(tree[2], depth)
            if tree[1] == "sqrt" and any(r[0] < e for r, e, _ in found):
                return [self.call("sqrt", reduce(self.product, found), depth)]
            return [self.call(tree[1], f, depth) for f in found]
        return [self.inside(tree, depth)]

    def power(self, base, k):
        r, e, t = base
        return ipow(r, k), k and k * mag(ipow(widened(r, e), k - 1)) * e, ("^", t, k)

    def inside(self, tree, depth):
        kind = tree[0]
        if kind == "number":
            return (tree[1], tree[1]), Q(0), tree
        if kind == "n":
            return (Q(self.target.n),) * 2, Q(0), tree
        if kind == "coordinate":
            k = tree[2]
            return self.side(k), Q(0), tree
        if kind == "reduce":
            return self.reduced(tree, depth)
        if kind == "call" and separates(tree, depth):
            return reduce(self.product, self.factors_inside(tree, depth))
        if kind == "/" and separates(tree[2], depth):
            numerator = self.visit(tree[1], depth)
            inverses = [self.call("inverse", f, depth) for f in self.factors(tree[2], depth)]
            return self.product(numerator, reduce(self.product, inverses))
        parts = [self.visit(child, depth) for child in children(tree)]
        if kind == "neg":
            (r, e, t), = parts
            return (-r[1], -r[0]), e, ("neg", t)
        if kind == "^":
            return self.power(parts[0], tree[2])
        if kind == "call" and len(parts) == 1:
            return self.call(tree[1], parts[0], depth)
        (a, e, s), (b, f, t) = parts
        if kind == "call":
            larger = tree[1] == "max"
            difference = (minus(a, b), e + f, ("-", s, t)) if larger else (minus(b, a), e + f, ("-", t, s))
            pick = max if larger else min
            relu = self.call("relu", difference, depth)[2]
            return (pick(a[0], b[0]), pick(a[1], b[1])), max(e, f), ("+" if larger else "-", t, relu)
        if kind == "/" and has("coordinate", t):
            r, change, built = self.product(parts[0], self.call("inverse", parts[1], depth))
            known, whole = self.known_quotient(tree[1], tree[2], b, depth), widened(b, f)
            r = (max(r[0], known[0]), min(r[1], known[1])) if known else r
            return r, min(change, (e + mag(r) * f) * mag(values("inverse", whole))), built
        if kind == "/":
            whole = widened(b, f)
            covered(defined("inverse", whole), "residual", "target", "a division by something that may be 0")
            quotient = mul(a, values("inverse", b))
            return quotient, (e + mag(quotient) * f) * mag(values("inverse", whole)), ("/", s, t)
        if kind == "*":
            return self.product(*parts)
        return (plus if kind == "+" else minus)(a, b), e + f, (kind, s, t)

    def product(self, left, right):
        (a, e, s), (b, f, t) = left, right
        return mul(a, b), mag(a) * f + mag(widened(b, f)) * e, ("*", s, t)

    def side(self, k):
        """The range of a coordinate, an atom, or a weighted mean."""
        if k >= FIRST:
            return self.means[k - FIRST]["range"]
        return self.box[k] if k < self.d else self.atoms[k - self.d]["range"]

    def plain(self, tree):
        """The range of an expression without functions that leave the rationals, or None."""
        kind = tree[0]
        if kind in ("number", "n", "coordinate"):
            return None if kind == "n" and not self.target.n or kind == "coordinate" and tree[2] >= self.d else self.inside(tree, 0)[0]
        parts = [self.plain(child) for child in children(tree)]
        if None in parts:
            return None
        a, b = parts[0], parts[-1]
        if kind == "reduce":
            n, excluded = self.target.n, len(tree[3])
            if tree[1] == "prod":
                return (Q(0), Q(1)) if 0 <= a[0] and a[1] <= 1 else None
            if tree[1] != "sum":
                return a
            return n and mul(a, (Q(max(0, n - excluded)), Q(max(0, n - min(1, excluded)))))
        if kind == "call" and tree[1] in ("max", "min"):
            pick = max if tree[1] == "max" else min
            return pick(a[0], b[0]), pick(a[1], b[1])
        if kind == "call":
            return values(tree[1], a) if tree[1] in EXACT else None
        if kind == "/":
            return mul(a, values("inverse", b)) if defined("inverse", b) else None
        return {"neg": lambda: (-a[1], -a[0]), "^": lambda: ipow(a, tree[2]), "*": lambda: mul(a, b),
                "+": lambda: plus(a, b), "-": lambda: minus(a, b)}[kind]()

    def positive(self, tree, depth):
        """Whether a value that depends on at most two tokens is positive, wherever they are."""
        levels = free(tree, depth)
        if len(levels) > 2 or has("reduce", tree) or has("n", tree) and not self.target.n:
            return False
        box = {(l, k): side for l in levels for k, side in enumerate(self.box[:self.d])}
        wrong = lambda why: Refused("incomplete", "", "")
        try:
            return jet(self.length(tree), box, next(iter(box), (0, 0)), wrong)[0][0] > 0
        except Refused:
            return False

    def known_quotient(self, numerator, divisor, below, depth):
        """A range of a quotient whose parts vary together: a weighted mean, or by Cauchy and Schwarz. Else None."""
        factors = lambda t: factors(t[1]) + factors(t[2]) if t[0] == "*" else [t]
        if divisor[0] == "reduce":
            if below[0] <= 0 or not self.positive(divisor[4], depth + 1) or numerator[:4] != divisor[:4] or divisor[1] not in ("sum", "mean"):
                return None
            rest, reach = factors(numerator[4]), (Q(1), Q(1))
            for weight in factors(divisor[4]):
                if weight not in rest:
                    return None
                rest.remove(weight)
            for value in map(self.plain, rest):
                reach = reach and value and mul(reach, value)
            return reach
        roots = factors(divisor)
        if any(t[:2] != ("call", "sqrt") or has("reduce", t) for t in roots) or len(roots) > 2 or has("reduce", numerator):
            return None
        levels = sorted(set().union(*(free(t, depth) for t in [numerator] + roots)))
        if len(levels) > len(roots):
            return None
        ring = Value(self.target.n, lambda j, k: var((j, k)), False)
        try:
            terms, *squares = (ring.of(t, {l: i for i, l in enumerate(levels)}) for t in [numerator] + [t[2] for t in roots])
        except Refused:
            return None
        rest, bound = {0, 1}, Q(1)

        def part(token):
            found = {}
            for m, c in terms.items():
                own = tuple((v, 2 * e) for v, e in m if v[0] == token)
                found[own] = found.get(own, 0) + abs(c)
            return found

        for square in squares:
            own = {v[0] for m in square for v, _ in m}
            if len(own) != 1 or not own <= rest or any(c < 0 or any(e % 2 for _, e in m) for m, c in square.items()):
                return None
            token = own.pop()
            rest.remove(token)
            if any(not square.get(m) for m in part(token)):
                return None
            bound *= max((c / square[m] for m, c in part(token).items()), default=Q(0))
        for token in rest:
            if any(part(token)):
                return None
            bound *= sum(part(token).values())
        root = sqrt(bound)[1]
        return -root, root

    def reduced(self, tree, depth):
        _, name, binder, excluded, body = tree
        r, e, t = self.visit(body, depth + 1)
        covered(name not in ("max", "min") or not has("coordinate", t), "residual", "target", f"{name} over tokens")
        built = ("reduce", name, binder, excluded, t)
        own = self.own_term(body, depth + 1) if name in ("sum", "mean") and not excluded else None
        if own:
            own = plus(own, scaled(r, Q(self.target.n - 1)))
            own = own if name == "sum" else scaled(own, Q(1, self.target.n))
        if name in ("mean", "max", "min"):
            return (max(r[0], own[0]), min(r[1], own[1])) if own else r, e, built
        n = self.target.n
        covered(n, "residual", "target", f"{name} for every length")
        fewest, most = max(0, n - len(excluded)), max(0, n - min(1, len(excluded)))
        if name == "sum":
            r = mul(r, (Q(fewest), Q(most)))
            return (max(r[0], own[0]), min(r[1], own[1])) if own else r, most * e, built
        reach = None
        power = Q(1), Q(1)
        for m in range(most + 1):
            reach = reach and hull(reach, power) if reach else power if m >= fewest else None
            power = mul(power, r)
        return reach, most * max(Q(1), mag(widened(r, e))) ** max(0, most - 1) * e, built

    def own_term(self, body, depth):
        """The range of what the own token adds to a sum over all of them, by the mean value theorem, or None."""
        if not self.target.n or depth != 2 or len(free(body, depth)) != 2 or has("reduce", body):
            return None
        tree = rebuilt(self.length(body), lambda l: l, lambda l, k: ("coordinate", 0, k))
        box, wrong = {(0, k): side for k, side in enumerate(self.box[:self.d])}, lambda why: Refused("incomplete", "", "")
        middle = {t: (sum(side) / 2,) * 2 for t, side in box.items()}
        try:
            value, around, spread = jet(tree, box, (0, 0), wrong)[0], jet(tree, middle, (0, 0), wrong)[0], Q(0)
            for t, side in box.items():
                slope = jet(tree, box, t, wrong)[1]
                if slope is None:
                    return value
                spread += mag(slope) * (side[1] - side[0]) / 2
        except Refused:
            return None
        return max(value[0], around[0] - spread), min(value[1], around[1] + spread)

    def length(self, tree):
        """The tree with n as a number."""
        if tree == ("n",):
            return NUMBER(Q(self.target.n))
        return tuple(self.length(t) if isinstance(t, tuple) else t for t in tree)

    def call(self, name, argument, depth):
        r, e, t = argument
        name, whole = self.continued(name, r), widened(r, e)
        covered(defined(name, whole), "residual", "target", f"{name} may be off its domain on {whole}")
        deviation = moved(name, whole, r, e)
        covered(deviation is not None, "residual", "target", f"slopes of {name}")
        if not has("coordinate", t):
            if name in EXACT:
                return values(name, r), deviation, ("call", name, t)
            reach = values(name, whole)
            short = nearest_short(reach[0])
            covered(short == nearest_short(reach[1]), "residual", "target", f"{name} of a constant")
            return values(name, r), max(short - reach[0], reach[1] - short), ("number", short)
        levels = free(t, depth)
        covered(len(levels) <= 1, "residual", "target", f"{name} of {len(levels)} tokens")
        own = min(levels, default=0)
        level = lambda l: l - depth + 1 if l >= depth else 0
        t = rebuilt(t, level, lambda l, k: ("coordinate", level(l), k))
        for number, atom in enumerate(self.atoms):
            if (atom["function"], atom["argument"]) == (name, t):
                break
        else:
            number = len(self.atoms)
            self.atoms.append({"function": name, "argument": t, "reach": whole, "range": values(name, whole)})
        return values(name, r), deviation, ("coordinate", own, self.d + number)

    def continued(self, name, r):
        covered(defined(name, r), "residual", "target", f"{name} may be off its domain on {r}")
        return "root" if name == "sqrt" else name

    # ---- replacements
    def replaced(self, tree, depth, approximation):
        error, by = approximation["error"], approximation["by"]
        wrong = lambda why: Refused("invalid", "approximation", f"node {approximation['node']}", why)
        if error < 0:
            raise wrong("a negative error")
        if by == "name":
            if error:
                raise wrong("a name has no error")
            return self.call("identity", self.inside(tree, depth), depth)
        (kind, details), = by.items()
        if kind in ("polynomial", "product", "composite"):
            centre, coefficients = details["centre"], details["coefficients"]
            if len(coefficients) > 65:
                raise wrong("degree")
            base = lambda t: ("-", t, NUMBER(centre)) if centre else t
            q = lambda t: horner(base(t), coefficients)
            near = lambda name, a: near_polynomial(name, centre, coefficients, a, error, wrong("the polynomial's distance"))
        if kind == "polynomial":
            return self.by_polynomial(tree, depth, q, near, error, wrong)
        if kind == "product":
            return self.by_product(tree, depth, q, near, error, wrong)
        if kind == "composite":
            return self.by_composite(tree, depth, details["inner"], q, error, wrong)
        if kind == "head":
            helpers = has, free, size, written, total, built_of
            return by_head(self, tree, depth, details, error, wrong, helpers)
        if kind == "pair":
            return self.by_pair(tree, depth, details["terms"], error, wrong)
        kinds = {"hats": self.by_hats, "grid": self.by_grid, "thresholds": self.by_thresholds,
                 "logarithms": self.by_logarithms}
        return kinds[kind](tree, depth, details, error, wrong)

    def by_polynomial(self, tree, depth, q, near, error, wrong):
        one = tree[0] == "call" and len(tree) == 3
        if not one and tree[0] != "/":
            raise wrong("neither a function nor a quotient")
        numerator = None if one else self.visit(tree[1], depth)
        name = tree[1] if one else "inverse"
        r, e, t = self.visit(tree[2], depth)
        name = self.continued(name, r)
        near(name, widened(r, e))
        change = moved(name, widened(r, e), r, e)
        if change is None:
            raise wrong("slopes are not bounded")
        value = values(name, r), error + change, q(t)
        return value if one else self.product(numerator, value)

    def by_composite(self, tree, depth, inner, q, error, wrong):
        own = self.next - 1
        if not own < inner < own + size(tree):
            raise wrong("that node is not inside")
        place, node = inner - own, tree
        while place:  # down to the node, in preorder
            place -= 1
            for child in children(node):
                if place < size(child):
                    node = child
                    break
                place -= size(child)
        plain = lambda t: rebuilt(t, lambda l: l, lambda l, k: ("coordinate", l, k))
        wanted, t = plain(node), ("coordinate", 0, 0)

        def outer(part):
            if part == wanted:
                return t
            if part[0] in ("coordinate", "reduce") or part == ("n",) and not self.target.n:
                raise LookupError
            if part == ("n",):
                return NUMBER(Q(self.target.n))
            return tuple(outer(p) if isinstance(p, tuple) else p for p in part)

        numerator = None
        try:
            function = outer(plain(tree))
        except LookupError:
            try:
                covers = tree[0] == "/" and outer(plain(tree[2]))
            except LookupError:
                covers = False
            if not covers:
                raise wrong("no function of that node alone")
            function, numerator = ("/", NUMBER(Q(1)), covers), self.visit(tree[1], depth)
        self.next = inner
        r, e, b = self.visit(node, depth)
        self.next = own + size(tree)
        if e:
            raise wrong("the node is not exact")
        reach, difference = [], ("-", function, q(t))

        def bound(part):
            middle, half = sum(part) / 2, (part[1] - part[0]) / 2
            try:
                value = jet(function, {(0, 0): part}, (0, 0), wrong)[0]
                d, first, second = jet(difference, {(0, 0): part}, (0, 0), wrong)
                at, slope, _ = jet(difference, {(0, 0): (middle, middle)}, (0, 0), wrong)
            except Refused:
                if not half:
                    raise
                return error + 1
            found = [mag(d)]
            if first:
                found.append(mag(at) + half * mag(first))
            if slope and second:
                found.append(mag(at) + half * mag(slope) + half ** 2 / 2 * mag(second))
            if min(found) <= error:
                reach.append(value)
            return min(found)

        halves = lambda part: [(part[0], sum(part) / 2), (sum(part) / 2, part[1])]
        below([r], bound, lambda part: Q(0), error, halves, wrong("the polynomial's distance"))
        value = hull(*reach), error, q(b)
        return value if numerator is None else self.product(numerator, value)

    def pair(self, tree, depth, wrong):
        levels = sorted(free(tree, depth))
        if len(levels) != 2 or has("reduce", tree):
            raise wrong("not a function of two tokens without reductions")
        return levels

    def by_pair(self, tree, depth, terms, error, wrong):
        levels, factors = self.pair(tree, depth, wrong), []
        for term in terms:
            factors.append([])
            for j, side in enumerate(("first", "second")):
                p = {}
                for powers, c in term[side]:
                    if any(k >= self.d or self.box[k][0] == self.box[k][1] for k, _ in powers) or sum(e for _, e in powers) > 64:
                        raise wrong("coordinate or degree")
                    monomial = const(Q(1))
                    for k, e in powers:
                        monomial = times(monomial, power(var((j, k)), e))
                    p = add(p, monomial, c)
                factors[-1].append(p)
        self.next -= 1
        r, e, t = self.visit(tree, depth)
        if any(k >= self.d for _, k in places(t)):
            raise wrong("functions are left")
        try:
            ring = Value(self.target.n, lambda j, k: var((j, k)), False)
            distance = chebyshev(ring.of(t, {levels[0]: 0, levels[1]: 1}), lambda v: self.box[v[1]])
        except Refused:
            raise wrong("what else stands for the node is not a polynomial")
        unit = lambda v: (Q(-1), Q(1))
        for first, second in factors:
            distance = add(distance, times(chebyshev(first, unit), chebyshev(second, unit)), Q(-1))
        if sum(map(abs, distance.values())) > error:
            raise wrong("the distance from what else stands for the node")

        def named(tree, reach):
            s, f, t = self.unseen(tree, depth)
            return self.call("identity", ((max(s[0], reach[0]), min(s[1], reach[1])), f, t), depth)

        def coordinate(v):
            (low, high), place = self.box[v[1]], ("coordinate", levels[v[0]], v[1])
            if (low, high) == (-1, 1):
                return place
            return named(("*", NUMBER(2 / (high - low)), ("-", place, NUMBER((low + high) / 2))), (Q(-1), Q(1)))[2]

        products = []
        for pair in factors:
            names = []
            for p in pair:
                scaled_to = {v: coordinate(v) for v in sorted({v for m in p for v, _ in m})}
                c = chebyshev(p, unit)
                middle, spread = c.get((), Q(0)), sum(abs(c[m]) for m in c if m)
                names.append(named(built_of(p, scaled_to.get), (middle - spread, middle + spread))[2])
            products.append(("*", *names))
        return r, e + error, total(products)

    def by_product(self, tree, depth, q, near, error, wrong):
        if tree[:2] != ("call", "exp"):
            raise wrong("not exp")
        argument = tree[2]
        levels = self.pair(argument, depth, wrong)
        try:
            ring = Value(self.target.n, lambda j, k: var((j, k)), False)
            p = ring.of(argument, {levels[0]: 0, levels[1]: 1})
        except Refused:
            raise wrong("the exponent is not a polynomial")
        parts = [{}, {}, {}]  # of the first token, of the second, mixed
        for m, c in p.items():
            tokens = {j for (j, _), _ in m}
            if m:
                parts[2 if len(tokens) == 2 else tokens.pop()][m] = c
        if () in p:
            parts[next((i for i in (0, 1) if parts[i]), 2)][()] = p[()]
        whole = values("exp", self.unseen(argument, depth)[0])
        self.skip([argument])
        r, _, middle = self.unseen(written(parts[2], levels), depth)
        near("exp", r)
        deviation, built = error, q(middle)
        for part in parts[:2]:
            if part:
                r, _, t = self.unseen(("call", "exp", written(part, levels)), depth)
                deviation, built = deviation * mag(r), ("*", t, built)
        return whole, deviation, built

    def pair_function(self, tree, depth, details, wrong):
        """(numerator or None, the function, token, coordinate, pieces), the function having no other coordinate of the token."""
        token, k, pieces = (details[key] for key in ("token", "coordinate", "pieces"))
        if not 1 <= pieces <= 4096 or k >= self.d or self.box[k][0] == self.box[k][1]:
            raise wrong("pieces or coordinate")
        def fits(part):
            if token not in self.pair(part, depth, wrong) or any(l == token and i != k for l, i in places(part)):
                raise wrong("token, or other coordinates of it")
            return self.length(part)

        try:
            return None, fits(tree), token, k, pieces
        except Refused:
            if tree[0] != "/":
                raise
            return tree[1], fits(("/", NUMBER(Q(1)), tree[2])), token, k, pieces

    def knots(self, tree, t, pieces, error, wrong):
        """Knots of the coordinate t = (token, index), the hats there, and the range, the interpolant being within error."""
        low, high = self.box[t[1]]
        if low == high:
            raise wrong("a coordinate that does not vary")
        step = (high - low) / pieces
        kept, reach, bent = sorted(place for place in places(tree) if place != t), [], {}

        def bound(part):
            sides, side = part
            bent[part] = False
            try:
                value, first, second = jet(tree, {t: side} | dict(zip(kept, sides)), t, wrong)
            except Refused:  # it may be defined on the halves
                return error + 1
            bent[part] = second is not None
            jump = (first[1] - first[0]) * step / 4 if first and side[1] - side[0] >= step else None
            smooth = mag(second) * step ** 2 / 8 if second else None
            found = [b for b in (jump, smooth) if b is not None]
            if found and min(found) <= error:
                reach.append(value)
            return min(found) if found else error + 1

        def halves(part):
            """Of several pieces; then of what is widest, of a piece where there is a second derivative on all of it."""
            sides, side = part
            count = int((side[1] - side[0]) / step)
            length = lambda i: (sides[i][1] - sides[i][0]) / ((start[i][1] - start[i][0]) or 1)
            widest = max(range(len(sides)), key=length)
            if count > 1 or bent[part] and side[1] - side[0] > (high - low) * length(widest):
                middle = side[0] + count // 2 * step if count > 1 else sum(side) / 2
                return [(sides, (side[0], middle)), (sides, (middle, side[1]))]
            l, h = sides[widest]
            put = lambda half: (sides[:widest] + (half,) + sides[widest + 1:], side)
            return [put((l, (l + h) / 2)), put(((l + h) / 2, h))]

        start = tuple(self.box[i] for _, i in kept)
        below([(start, (low, high))], bound, lambda part: Q(0), error, halves, wrong("the interpolant's distance"),
              REFUSED_PARTS * pieces)
        hat = lambda knot: ("call", "hat", ("*", NUMBER(1 / step), ("-", ("coordinate", *t), NUMBER(knot))))
        return [low + r * step for r in range(pieces + 1)], hat, hull(*reach)

    def by_hats(self, whole, depth, details, error, wrong):
        own = self.next - 1
        numerator, tree, token, k, pieces = self.pair_function(whole, depth, details, wrong)
        knots, hat, reach = self.knots(tree, (token, k), pieces, error, wrong)
        numerator = numerator and self.visit(numerator, depth)
        self.next = own + size(whole)
        at = lambda t: rebuilt(tree, lambda l: l, lambda l, i: NUMBER(t) if l == token else ("coordinate", l, i))
        _, rounding, built = self.unseen(total([("*", hat(t), at(t)) for t in knots]), depth)
        value = reach, error + rounding, built
        return self.product(numerator, value) if numerator else value

    def by_grid(self, whole, depth, details, error, wrong):
        own = self.next - 1
        numerator, tree, token, k, pieces = self.pair_function(whole, depth, details, wrong)
        others = sorted(place for place in places(tree) if place[0] != token)
        if len(others) != 1 or not error:
            raise wrong("another coordinate of the other token, or no error")
        row_knots, row_hat, _ = self.knots(tree, others[0], pieces, error / 2, wrong)
        knots, hat, reach = self.knots(tree, (token, k), pieces, error / 2, wrong)
        numerator = numerator and self.visit(numerator, depth)
        self.next = own + size(whole)
        exponent = 0
        while Q(2) ** exponent > error:
            exponent -= 1
        while Q(2) ** (exponent + 1) <= error:
            exponent += 1
        unit, terms = Q(2) ** (exponent - 16), []
        for row in row_knots:
            at = []
            for column in knots:
                point = {others[0]: (row, row), (token, k): (column, column)}
                low, high = ((end / unit + Q(1, 2)) // 1 * unit for end in jet(tree, point, (token, k), wrong)[0])
                covered(low == high, "residual", "target", "a value at a knot")
                at.append(low)
            _, _, built = self.unseen(total([("*", NUMBER(v), hat(t)) for v, t in zip(at, knots)]), depth)
            named = self.call("identity", ((min(at), max(at)), Q(0), built), depth)
            terms.append(self.product(self.unseen(row_hat(row), depth), named)[2])
        value = reach, error + unit / 2, total(terms)
        return self.product(numerator, value) if numerator else value

    def by_logarithms(self, tree, depth, details, error, wrong):
        """A whole output: products of shifted factors as exp of sums of their logarithms."""
        base, shift, n = details["base"], details["shift"], self.target.n
        indices, exponents = [k for k, _ in base], [e for _, e in base]
        if self.next != 1 or not n or not base or indices != sorted(set(indices)) or indices[-1] >= self.d \
                or 0 in exponents or sum(exponents) > 64:
            raise wrong("not a whole output, or no factor")
        largest = lambda powers: reduce(lambda a, b: a * b, (mag(ipow(self.box[k], e)) for k, e in powers), Q(1))
        low, high = reduce(mul, (ipow(self.box[k], e) for k, e in base), (Q(1), Q(1)))
        if low < 0 or shift < 0 or low + shift <= 0:
            raise wrong("a factor that is not positive")
        change, kept, quotients = Q(0), [], []
        z = lambda level: ("+", self.over([base], level), NUMBER(shift)) if shift else self.over([base], level)
        for (own, parts, _), c in orbits(self.expanded(tree, False)).items():
            orders = reduce(lambda a, b: a * b, range(n - len(parts), n), 1)
            p, rest, left = parts.count(tuple(base)), [part for part in parts if part != tuple(base)], n - 1 - len(parts)
            taken = p >= max(1, details["least"])
            if (n - 1 - p if taken else len(parts)) > 16:
                raise wrong("too many sums within each other")
            if taken:
                change += abs(c) * largest(own) * reduce(lambda a, b: a * b, map(largest, rest), Q(1)) * ((high + shift) ** p - high ** p)
                c, levels = c * factorial(p) / factorial(left), rest + [()] * left
            else:
                levels = list(parts)
            inner = self.over(levels, 1, (lambda level: ("call", "inverse", z(level))) if taken else None)
            for level in reversed(range(1, len(levels) + 1)):
                inner = "reduce", "sum", level, tuple(range(level)), inner
            factors = [NUMBER(c / orders), self.over([own], 0), inner]
            (quotients if taken else kept).append(reduce(lambda a, b: ("*", a, b), [f for f in factors if f is not None]))
        if change > error:
            raise wrong("the shift changes more")
        product = "call", "exp", ("reduce", "sum", 1, (0,), ("call", "log", z(1)))
        self.next, self.in_sums = size(tree), self.in_sums + 1
        r, e, built = self.unseen(("+", total(kept), ("*", product, total(quotients))), 1)
        return widened(r, error), e + error, built

    @staticmethod
    def over(parts, first, further=None):
        """The product of power products of tokens of increasing levels, each with a further factor if there are any, or None."""
        factors = []
        for level, powers in enumerate(parts, first):
            factors += [("^", ("coordinate", level, k), e) for k, e in powers] + ([further(level)] if further else [])
        return reduce(lambda a, b: ("*", a, b), factors) if factors else None

    def by_thresholds(self, tree, depth, details, error, wrong):
        if tree[0] != "reduce" or tree[1] not in ("max", "min"):
            raise wrong("not an extremum over tokens")
        sign = Q(1 if tree[1] == "max" else -1)
        low, high, levels = details["low"], details["high"], details["levels"]
        if not 1 <= levels <= 4096:
            raise wrong("levels")
        r, e, body = self.visit(tree[4], depth + 1)
        covers = scaled(widened(r, e), sign)
        if not (low < high and low <= covers[0] and covers[1] <= high):
            raise wrong("values beyond the thresholds")
        step = (high - low) / levels
        if error < step / 2:
            raise wrong("the error is at least half a step")
        signed = ("*", NUMBER(sign), body)
        beyond = lambda i: ("call", "relu", ("-", signed, NUMBER(low + i * step)))
        one, terms = NUMBER(Q(1)), []
        for i in range(levels):
            ramp = ("*", NUMBER(1 / step), ("-", beyond(i), beyond(i + 1)))
            terms.append(("-", one, ("call", "relu", ("-", one, ("reduce", "sum", tree[2], tree[3], ramp)))))
        built = ("+", NUMBER(low - step / 2), ("*", NUMBER(step), total(terms)))
        _, rounding, built = self.unseen(("*", NUMBER(sign), built), depth)
        return r, e + step / 2 + rounding, built


def jet(tree, box, t, wrong):
    """Ranges of a value and of its first two derivatives in t (None where there is none), over a box."""
    of = lambda s: jet(s, box, t, wrong)
    kind, zero = tree[0], (Q(0), Q(0))
    if kind == "number":
        return (tree[1], tree[1]), zero, zero
    if kind == "coordinate":
        return box[tree[1:]], ((Q(1), Q(1)) if tree[1:] == t else zero), zero
    parts = [of(child) for child in children(tree)]
    both = lambda f, *arguments: None if None in arguments else f(*arguments)
    a, e, g = parts[0]
    if kind == "neg":
        return tuple(both(lambda s: scaled(s, Q(-1)), s) for s in parts[0])
    if kind == "^":
        k = tree[2]
        outer = lambda i: ipow(a, k - i) if k >= i else zero
        first = both(lambda e: scaled(mul(outer(1), e), Q(k)), e)
        second = both(lambda e, g: plus(scaled(mul(outer(2), ipow(e, 2)), Q(k * (k - 1))), scaled(mul(outer(1), g), Q(k))), e, g)
        return ipow(a, k), first, second
    if kind == "call" and len(parts) == 1:
        return composed(tree[1], parts[0], wrong)
    b, f, h = parts[1]
    combined = lambda op: tuple(both(op, p, q) for p, q in zip(*parts))
    multiplied = lambda p, q: (
        mul(p[0], q[0]), both(lambda e, f: plus(mul(e, q[0]), mul(p[0], f)), p[1], q[1]),
        both(lambda e, f, g, h: plus(plus(mul(g, q[0]), scaled(mul(e, f), Q(2))), mul(p[0], h)), p[1], q[1], p[2], q[2]))
    if kind == "call":
        p, q = (parts[0], parts[1]) if tree[1] == "max" else (parts[1], parts[0])
        difference = tuple(both(minus, s, r) for s, r in zip(p, q))
        relu = composed("relu", difference, wrong)
        return tuple(both(plus if tree[1] == "max" else minus, s, r) for s, r in zip(parts[1], relu))
    if kind in "+-":
        return combined(plus if kind == "+" else minus)
    return multiplied(parts[0], composed("inverse", parts[1], wrong) if kind == "/" else parts[1])


def composed(name, inner, wrong):
    a, e, g = inner
    if not defined(name, a):
        raise wrong(f"{name} may be off its domain")
    slope, bend, zero = slopes(name, a), curvature(name, a), (Q(0), Q(0))
    if (e, g) == (zero, zero):
        return values(name, a), zero, zero
    first = None if slope is None or e is None else mul(slope, e)
    second = None if None in (slope, bend, e, g) else plus(mul(bend, ipow(e, 2)), mul(slope, g))
    return values(name, a), first, second


def atom_of(run, gadget, direction, place):
    """(the atom, the constant c, the range that the variable may have, the error of its argument)"""
    atoms, index = run.surrogate.atoms, gadget["atom"]
    need(index < len(atoms), "gadget-units", place, "there is no such atom")
    covered(index not in run.computed, "gadget-units", place, "the atom is computed a second time")
    run.computed.add(index)
    p, error = run.combination(direction)
    difference = orbits(add(run.unfolded(p), atoms[index]["form"], Q(-1)))
    need(set(difference) <= {((), (), ())}, "gadget-units", place, "its variable is not the atom's argument")
    constant = difference.get(((), (), ()), Q(0))
    low, high = run.reach(p)
    reach = plus(atoms[index]["reach"], (constant, constant))
    return atoms[index], -constant, widened((max(low, reach[0]), min(high, reach[1])), error), error
