"""Networks for independent_checker.py, from docs/formats.md alone."""
from fractions import Fraction as Q

from independent_target import covered


def projection(data, n):
    """(k, entry) with entry(r, j) for a sequence of n tokens."""
    if "uniform" in data:
        value = data["uniform"]["value"]
        value = Q(1, n) if value == "1/n" else value
        return data["uniform"]["rank"], lambda r, j: value
    return len(data["rows"]), lambda r, j: data["rows"][r][j]


class Network:
    def __init__(self, data):
        self.n, self.d, self.c, self.width = data["tokens"], data["dimension"], data["outputs"], len(data["slots"])
        self.embedding, self.readout = data["embedding"], data["readout"]
        self.blocks = [(self.heads(block["attention"]), block["activation"], block["units"], block["bias"])
                       for block in data["blocks"]]

    def heads(self, attention):
        """(mechanism, W_Q, W_K, W_V times its rows of the output matrix) for each head."""
        heads, w = [], self.width
        for h, head in enumerate(attention["heads"] if attention else ()):
            own = {(r - h * w, c): v for (r, c), v in attention["output"].items() if h * w <= r < (h + 1) * w}
            heads.append((head["mechanism"], head["query"], head["key"], matrix_product(head["value"], own)))
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
