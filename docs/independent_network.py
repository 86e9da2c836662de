"""Networks and their exact evaluation for independent_checker.py, from docs/formats.md alone."""
from fractions import Fraction as Q

from independent_target import covered, need


def projection(data, n):
    """(k, entry) with entry(r, j) for a sequence of n tokens."""
    if "uniform" in data:
        value = data["uniform"]["value"]
        value = Q(1, n) if value == "1/n" else value
        return data["uniform"]["rank"], lambda r, j: value
    return len(data["rows"]), lambda r, j: data["rows"][r][j]


SIGMA = {"relu": lambda t: max(t, Q(0)), "relu2": lambda t: max(t, Q(0)) ** 2, "step": lambda t: Q(t >= 0)}


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
    witness, certified = certificate["witness"], certificate["certified"]
    if witness is None:
        return
    rows = witness["input"]
    covered("copies" not in witness and witness.get("kind", "exact") == "exact", "witness", "witness", "its kind")
    i, o = witness["token"], witness["output"]
    need(rows and len(rows) == (target.n or len(rows)) and i < len(rows) and o < network.c,
         "witness", "witness", "no such token or output")
    need(all(len(row) == network.d and all(a <= v <= b for v, (a, b) in zip(row, target.box)) for row in rows),
         "witness", "witness", "outside the box")
    wanted = target.at(rows, i, o)
    error = abs(evaluate(network, rows, i)[o] - wanted)
    need(error <= certified, "witness", "witness", f"the error there is {error}, above the certified bound")
    need(error == witness["error"], "witness", "witness", f"the error there is {error}")


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
