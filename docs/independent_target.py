"""Numbers, polynomials and the meaning of targets for independent_checker.py, from docs/target-language.md alone.

A polynomial is a dict {monomial: coefficient}; a monomial is a sorted tuple of (variable, exponent). Variables are
(j, k): coordinate k of token j; (-1, gamma): the mean of y^gamma over all tokens; (-2, i): latent i; (-3, s): slot s.
"""
import itertools, re, sys
from fractions import Fraction as Q
from math import comb


class Refused(Exception):
    def __init__(self, verdict, rule, place, why=""):
        super().__init__(f"{verdict}: {place}: rule `{rule}`: {why}")
        self.verdict = verdict


def need(condition, rule, place, why=""):
    if not condition:
        raise Refused("invalid", rule, place, why)


def covered(condition, rule, place, why=""):
    if not condition:
        raise Refused("incomplete", rule, place, why)


def readable(condition, why):
    if not condition:
        raise Refused("unreadable", "format", "files", why)


# ---- numbers, intervals, polynomials
SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200b)))
NUMERAL = re.compile(rf"([+-]?[0-9]+)(?:[{SPACE}]*/[{SPACE}]*([0-9]+)|(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?)")
sys.set_int_max_str_digits(0)


def number(text):
    readable(type(text) is str and len(text.encode()) <= 10_000, "not a number, or too long a one")
    found = NUMERAL.fullmatch(text.strip(SPACE))
    readable(found, f"not a number: {text[:40]}")
    whole, denominator, decimals, exponent = found.groups()
    if denominator is not None:
        readable(int(denominator) != 0, "zero denominator")
        return Q(int(whole), int(denominator))
    if decimals is None and exponent is None:
        return Q(int(whole))
    exponent = int(exponent or 0)
    readable(abs(exponent) <= 2000, "a decimal exponent is too large")
    return Q(int(whole + (decimals or ""))) * Q(10) ** (exponent - len(decimals or ""))


def mul(a, b):
    products = [x * y for x in a for y in b]
    return min(products), max(products)


def ipow(a, e):
    low, high = sorted((a[0] ** e, a[1] ** e))
    return (Q(0), high) if e % 2 == 0 and a[0] < 0 < a[1] else (low, high)


def mag(a):
    return max(abs(a[0]), abs(a[1]))


def const(c):
    return {(): c} if c else {}


def var(v):
    return {((v, 1),): Q(1)}


def add(p, q, factor=Q(1)):
    total = dict(p)
    for m, c in q.items():
        total[m] = total.get(m, 0) + factor * c
        if not total[m]:
            del total[m]
    return total


def times_monomial(a, b):
    powers = dict(a)
    for v, e in b:
        powers[v] = powers.get(v, 0) + e
    return tuple(sorted(powers.items()))


def times(p, q):
    total = {}
    for (a, x), (b, y) in itertools.product(p.items(), q.items()):
        m = times_monomial(a, b)
        total[m] = total.get(m, 0) + x * y
    return {m: c for m, c in total.items() if c}


def power(p, e):
    result = const(Q(1))
    for _ in range(e):
        result = times(result, p)
    return result


def substitute(p, image):
    total, cache = {}, {}
    for m, c in p.items():
        term = const(c)
        for v, e in m:
            if (v, e) not in cache:
                cache[v, e] = power(image(v), e)
            term = times(term, cache[v, e])
        total = add(total, term)
    return total


def constant_of(p):
    return p.get((), Q(0)) if set(p) <= {()} else None


def bernstein(p, names, box):
    """The Bernstein coefficients of p, a dict {exponents: coefficient}, one variable after the other."""
    for at, v in enumerate(names):
        (a, b), lines = box[v], {}
        degree = max(e[at] for e in p)
        for e, c in p.items():
            lines.setdefault(e[:at] + (None,) + e[at + 1:], {})[e[at]] = c
        p = {}
        for rest, line in lines.items():
            shifted = [(b - a) ** i * sum(comb(l, i) * a ** (l - i) * c for l, c in line.items() if l >= i)
                       for i in range(degree + 1)]
            for j in range(degree + 1):
                p[rest[:at] + (j,) + rest[at + 1:]] = sum(
                    Q(comb(j, i), comb(degree, i)) * shifted[i] for i in range(j + 1))
    return list(p.values())


def poly_range(p, box):
    low = high = Q(0)
    for m, c in p.items():
        term = (c, c)
        for v, e in m:
            term = mul(term, ipow(box[v], e))
        low, high = low + term[0], high + term[1]
    names = sorted({v for m in p for v, _ in m})
    size = 1
    for v in names:
        size *= 1 + max(dict(m).get(v, 0) for m in p)
    if sum(map(len, p)) > len(names) and size <= 1024:
        values = bernstein({tuple(dict(m).get(v, 0) for v in names): c for m, c in p.items()}, names, box)
        # Exponents that no term has are zeros; every line of the tensor is filled as soon as one entry is.
        low, high = max(low, min(values)), min(high, max(values))
    return low, high


# ---- the target language: trees of tuples, and their values in a ring of polynomials
# Of constants. `hat`, `identity` and `inverse` are not in the language, only in surrogates.
KNOWN = {"abs": abs, "relu": lambda t: max(t, Q(0)), "max": max, "min": min, "identity": lambda t: t,
         "inverse": lambda t: 1 / t, "hat": lambda t: max(1 - abs(t), Q(0))}


class Value:
    """Trees over polynomials. tokens: a number of positions, or None for the ring of means (every length)."""

    def __init__(self, tokens, coordinate, numeric):
        self.tokens, self.coordinate, self.numeric = tokens, coordinate, numeric

    def of(self, tree, env):
        kind = tree[0]
        if kind == "number":
            return const(tree[1])
        if kind == "n":
            return const(Q(self.tokens))
        if kind == "coordinate":
            return self.coordinate(env[tree[1]], tree[2])
        if kind == "where":  # an abbreviation sees the own token (or x1..xn) only
            return self.of(tree[1], {t: j for t, j in env.items() if t in env["free"]} | {"free": env["free"]})
        if kind == "neg":
            return add({}, self.of(tree[1], env), Q(-1))
        if kind == "^":
            return power(self.of(tree[1], env), tree[2])
        if kind == "reduce":
            return self.reduce(*tree[1:], env)
        values = [self.of(t, env) for t in tree[1:] if isinstance(t, tuple)]
        if kind in ("+", "-"):
            return add(*values, Q(1) if kind == "+" else Q(-1))
        if kind == "*":
            return times(*values)
        numbers = [constant_of(p) for p in values]
        if kind == "/":
            covered(numbers[1] is not None, "residual", "target", "not a polynomial")
            need(numbers[1] != 0, "residual", "target", "division by zero")
            return add({}, values[0], 1 / numbers[1])
        covered(tree[1] in KNOWN and None not in numbers, "residual", "target", "not a polynomial")
        return const(KNOWN[tree[1]](*numbers))

    def reduce(self, name, binder, excluded, body, env):
        if self.tokens is None:
            token, total = 1 + max(j for j in env.values() if isinstance(j, int)), {}
            for m, c in self.of(body, env | {binder: token}).items():
                gamma = tuple(sorted((v[1], e) for v, e in m if v[0] == token))
                rest = tuple((v, e) for v, e in m if v[0] != token)
                total = add(total, {times_monomial(rest, (((-1, gamma), 1),) if gamma else ()): c})
            return total
        hidden = {env[t] for t in excluded}
        values = [self.of(body, env | {binder: j}) for j in range(self.tokens) if j not in hidden]
        if name in ("max", "min"):
            covered(self.numeric, "residual", "target", "not a polynomial")
            return const((max if name == "max" else min)(map(constant_of, values)))
        total = const(Q(1)) if name == "prod" else {}
        for value in values:
            total = times(total, value) if name == "prod" else add(total, value)
        return add({}, total, Q(1, len(values))) if name == "mean" else total


def moved(tree, centre):
    """The tree with each coordinate replaced by a sum, where that is not 0 more."""
    if tree[0] == "coordinate":
        return ("+", tree, ("number", centre[tree[2]])) if centre[tree[2]] else tree
    if tree[0] == "reduce":
        return *tree[:-1], moved(tree[-1], centre)
    return tuple(moved(t, centre) if isinstance(t, tuple) else t for t in tree)


class Target:
    def __init__(self, n, box, trees, explicit, symmetrize):
        self.n, self.box, self.trees, self.explicit, self.symmetrize = n, box, trees, explicit, symmetrize

    def seen_from(self, centre):
        """The same function of tokens less `centre`."""
        box = tuple((a - c, b - c) for (a, b), c in zip(self.box, centre))
        return Target(self.n, box, [moved(t, centre) for t in self.trees], self.explicit, self.symmetrize)

    def values(self, tree, tokens, coordinate, own, numeric, ring=Value):
        """The tree with its own token at position `own`; a list of values over all orders under symmetrize."""
        value, others = ring(tokens, coordinate, numeric), [j for j in range(tokens or 1) if j != own]
        if not self.explicit:
            return [value.of(tree, {"x": own, "free": ("x",)})]
        names = tuple(f"x{j + 1}" for j in range(tokens))
        orders = itertools.permutations(others) if self.symmetrize and numeric else [others]
        return [value.of(tree, dict(zip(names, (own, *order))) | {"free": names}) for order in orders]

    def polynomial(self, tree):
        p = self.values(tree, self.n, lambda j, k: var((j, k)), 0, False)[0]
        self.require_symmetry(p)
        return p

    def require_symmetry(self, p):
        for j in range(1, (self.n or 1) - 1) if self.explicit and not self.symmetrize else ():
            swap = lambda v: var(({j: j + 1, j + 1: j}.get(v[0], v[0]), v[1]))
            need(substitute(p, swap) == p, "residual", "target", f"not symmetric in x{j + 1}, x{j + 2}")


def orbits(p):
    """Sums of coefficients over the permutations of the tokens 1, 2, …: the normal form of a symmetric p."""
    total = {}
    for m, c in p.items():
        parts = {}
        for (j, k), e in m:
            parts.setdefault(j, []).append((k, e))
        own, means = tuple(parts.pop(0, ())), tuple(parts.pop(-1, ()))
        key = own, tuple(sorted(map(tuple, parts.values()))), means
        total[key] = total.get(key, 0) + c
    return {k: c for k, c in total.items() if c}
