"""exp, log, sqrt, sin, cos, tanh and sigmoid for the second checker, from docs/formats.md, 6.11.

Series are added up in integers: exact fractions would grow with every term.
"""
from fractions import Fraction as Q
from math import ceil, floor, isqrt

BITS = 192  # significant, of what is handed on
FINE = 256  # after the point, while a series is added up
ONE = 1 << FINE


def outward(low, high):
    """Both ends to BITS significant bits, the lower one down and the upper one up."""
    return rounded(low, floor), rounded(high, ceil)


def rounded(value, side):
    places = BITS - abs(value.numerator).bit_length() + value.denominator.bit_length()
    return Q(side(value * 2 ** places), 2 ** places) if places > 0 else Q(side(value / 2 ** -places) * 2 ** -places)


def fixed(value):
    """⌊value·2^FINE⌋"""
    return (value.numerator << FINE) // value.denominator


def series(first, ratio, terms, error=1):
    """Σ_i first·ratio(0)·…·ratio(i − 1) for i < terms, all in units of 2^-FINE, up to the error.

    Ratios are (numerator, denominator), at most 1/2 in magnitude. A product loses less than a unit by being rounded down,
    and less than another where its ratio was, so every term is off by less than four. `error` is what else there is:
    that of the argument, and the terms that are left out, here less than one unit.
    """
    term, total = first, 0
    for i in range(terms):
        total += term
        numerator, denominator = ratio(i)
        term = term * numerator // denominator
    error += 4 * terms
    return Q(total - error, ONE), Q(total + error, ONE)


# ---- enclosures of values at a number, exact where the program is: bounds may be attained there
def exp(x):
    if x == 0:
        return Q(1), Q(1)
    a, halvings = abs(x), 0
    while a > 2 ** (halvings - 8):
        halvings += 1
    t = fixed(a / 2 ** halvings)  # at most 2^-8, and less than a unit too small: exp(t) is less than two off
    ends = series(ONE, lambda i: (t, i + 1 << FINE), 24, 3)
    for _ in range(halvings):
        ends = outward(ends[0] ** 2, ends[1] ** 2)
    return ends if x >= 0 else outward(1 / ends[1], 1 / ends[0])


def atanh(z):  # |z| <= 1/3, where its slope is at most 9/8
    t = fixed(z)
    square = t * t >> FINE
    return series(t, lambda i: (square * (2 * i + 1), 2 * i + 3 << FINE), 82, 3)


LN_2 = tuple(2 * end for end in atanh(Q(1, 3)))


def log(x):
    if x == 1:
        return Q(0), Q(0)
    k = x.numerator.bit_length() - x.denominator.bit_length()
    m = x / Q(2) ** k  # in (1/2, 2)
    ends = atanh((m - 1) / (m + 1))
    return outward(*(2 * e + (k * LN_2[i] if k >= 0 else k * LN_2[1 - i]) for i, e in enumerate(ends)))


def sqrt(x):
    places = max(0, BITS - (x.numerator.bit_length() - x.denominator.bit_length()) // 2)
    root = isqrt(floor(x * 4 ** places))
    exact = root * root == x * 4 ** places
    return Q(root, 2 ** places), Q(root + (not exact), 2 ** places)


def arctan(inverse):
    return series(fixed(Q(1, inverse)), lambda i: (-2 * i - 1, (2 * i + 3) * inverse ** 2), 90)


HALF_PI = outward(*(8 * arctan(5)[i] - 2 * arctan(239)[1 - i] for i in (0, 1)))


def sin(x, quarters=0):
    """sin(x + quarters·π/2)"""
    if x == 0:
        return (Q([0, 1, 0, -1][quarters % 4]),) * 2
    if abs(x) > 1 << 60:
        return Q(-1), Q(1)
    k = round(x / HALF_PI[0])
    ends = sorted(x - k * end for end in HALF_PI)
    middle, radius = fixed((ends[0] + ends[1]) / 2), (ends[1] - ends[0]) / 2
    even = (k + quarters) % 2 == 0
    square = middle * middle >> FINE
    value = series(middle if even else ONE, lambda i: (-square, (2 * i + 1 + even) * (2 * i + 2 + even) << FINE), 40, 3)
    low, high = value[0] - radius, value[1] + radius  # |sin'| <= 1
    return (low, high) if (k + quarters) % 4 < 2 else (-high, -low)


def sigmoid(x):
    low, high = exp(-x)
    return 1 / (1 + high), 1 / (1 + low)


def tanh(x):
    low, high = sigmoid(2 * x)
    return 2 * low - 1, 2 * high - 1


# ---- over intervals
def hull(*intervals):
    return min(a[0] for a in intervals), max(a[1] for a in intervals)


def wave(a, quarters):
    """The range of sin(x + quarters·π/2)."""
    if a[1] - a[0] > 7:
        return Q(-1), Q(1)
    found = [sin(a[0], quarters), sin(a[1], quarters)]
    for m in range(floor(a[0] / HALF_PI[0]) - 1, ceil(a[1] / HALF_PI[0]) + 2):
        ends = sorted(m * end for end in HALF_PI)
        if (m + quarters) % 2 and ends[0] <= a[1] and a[0] <= ends[1]:
            found.append((Q(1 if (m + quarters) % 4 == 1 else -1),) * 2)
    return max(hull(*found)[0], Q(-1)), min(hull(*found)[1], Q(1))


def unimodal(ends, top, slope):
    """The range of a function that increases up to `top` and decreases from there."""
    values = [slope(end) for end in ends] + ([slope(top)] if ends[0] <= top <= ends[1] else [])
    return min(values), max(values)


def image(name, a, c):
    """The range on a, the range on c, and the slopes of chords between them (None: unbounded)."""
    if name in ("sin", "cos"):
        quarters = int(name == "cos")
        f, ranged, derivative = lambda x: sin(x, quarters), lambda i: wave(i, quarters), wave(a, quarters + 1)
        values = wave(a, quarters)
        bend = "concave" if values[0] >= 0 else "convex" if values[1] <= 0 else None
    else:
        f = {"exp": exp, "log": log, "sqrt": sqrt, "tanh": tanh, "sigmoid": sigmoid}[name]
        ranged = lambda i: (f(i[0])[0], f(i[1])[1])
        values = ranged(a)
        if name == "sqrt":
            low, high = values[0] + ranged(c)[0], values[1] + ranged(c)[1]
            return values, ranged(c), (1 / high, 1 / low) if low > 0 else None
        derivative = {"exp": lambda: values, "log": lambda: (1 / a[1], 1 / a[0]),
                      "tanh": lambda: unimodal(values, Q(0), lambda t: 1 - t * t),
                      "sigmoid": lambda: unimodal(values, Q(1, 2), lambda s: s * (1 - s))}[name]()
        towards_zero = "concave" if a[0] >= 0 else "convex" if a[1] <= 0 else None
        bend = {"exp": "convex", "log": "concave"}.get(name, towards_zero)
    least, largest = derivative
    if bend:
        for end in (0, 1):
            p, q = a[end], c[end]
            if p != q:
                (p, q) = (p, q) if p > q else (q, p)
                slope = (f(p)[0] - f(q)[1]) / (p - q), (f(p)[1] - f(q)[0]) / (p - q)
                if (bend == "convex") == (end == 0):
                    least = max(least, slope[0])
                else:
                    largest = min(largest, slope[1])
    return values, ranged(c), (least, largest)
