"""Networks that are constant on cells, for independent_checker.py: section 6.11 of docs/formats.md and nothing else.

Values are pairs (low, high) of fractions; a step network has low = high everywhere. Every entry is run on its own.
"""
import itertools
from bisect import bisect_left, bisect_right
from fractions import Fraction as Q
from math import comb

from independent_functions import image
from independent_target import Value, covered, ipow, mag, mul, need

plus = lambda a, b: (a[0] + b[0], a[1] + b[1])
scaled = lambda a, c: (min(a[0] * c, a[1] * c), max(a[0] * c, a[1] * c))
hull = lambda a, b: (min(a[0], b[0]), max(a[1], b[1]))
point = lambda c: (c, c)


def weighted(weights, slots, constant=Q(0)):
    total = point(constant)
    for s, w in weights.items():
        total = plus(total, scaled(slots.get(s, point(Q(0))), w))
    return total


# ---- units by direction, blocks by group
class Form:
    """Units that read multiples of one direction: per slot a function of t with levels at and between break points."""

    def __init__(self, direction, activation):
        self.direction, self.activation, self.units = direction, activation, []

    def tabulate(self):
        self.breaks = sorted({b for _, b, _ in self.units})
        self.at, self.between = {}, {}
        for slot in sorted({s for *_, out in self.units for s in out}):
            units = [(a, b, out[slot]) for a, b, out in self.units if slot in out]
            if self.activation == "step":
                value = lambda t, units=units: sum(w for a, b, w in units if a * (t - b) >= 0)
            else:
                value = lambda t, units=units: sum(w * a * (t - b) for a, b, w in units if a * (t - b) > 0)
                for side in (True, False):
                    covered(sum(w * a for a, _, w in units if (a > 0) == side) == 0, "cells", "cells", "unbounded")
            at = [value(b) for b in self.breaks]
            ends = [self.breaks[0] - 1] + self.breaks + [self.breaks[-1] + 1]
            middle = [value((a + b) / 2) for a, b in zip(ends, ends[1:])]
            self.at[slot] = [point(v) for v in at]
            if self.activation == "relu":  # continuous: flat where both ends agree, as in the middle
                sides = [at[0]] + at + [at[-1]]
                self.between[slot] = [(min(p), max(p)) for p in zip(sides, sides[1:])]
            else:
                self.between[slot] = [point(v) for v in middle]

    def of(self, t):
        """What is added to each slot for t in an interval."""
        low, high = bisect_left(self.breaks, t[0]), bisect_left(self.breaks, t[1])
        at_low = low < len(self.breaks) and self.breaks[low] == t[0]
        last = bisect_right(self.breaks, t[1])
        added = {}
        for slot, at in self.at.items():
            parts = at[low:last]  # the break points in [low, high]
            parts += self.between[slot][low + at_low:high + 1]  # the stretches that meet it
            added[slot] = (min(p[0] for p in parts), max(p[1] for p in parts))
        return added


class Group:
    """Blocks of which none reads what an earlier one writes: they act as one."""

    def __init__(self, blocks):
        forms, self.bias = {}, {}
        for _, activation, units, bias in blocks:
            covered(activation != "relu2", "cells", "cells", "relu2")
            for inputs, b, out in units:
                need(inputs, "cells", "cells", "a unit without inputs")
                lead = inputs[min(inputs)]
                direction = {s: w / lead for s, w in inputs.items()}
                key = activation, tuple(sorted(direction.items()))
                forms.setdefault(key, Form(direction, activation)).units.append((lead, -b / lead, out))
            for s, v in bias.items():
                self.bias[s] = self.bias.get(s, 0) + v
        self.forms = list(forms.values())

    def tabulated(self):
        for form in self.forms:
            form.tabulate()
        return self

    def writes(self):
        return set(self.bias) | {s for form in self.forms for *_, out in form.units for s in out}


def groups(blocks):
    runs, written = [], set()
    for block in blocks:
        if not runs or any(s in written for inputs, _, _ in block[2] for s in inputs):
            runs.append([])
            written = set()
        runs[-1].append(block)
        written |= set(block[3]) | {s for _, _, out in block[2] for s in out}
    return [Group(run).tabulated() for run in runs]


# ---- before the attention: cells
class Cells:
    """The pieces of every coordinate, the cells, and what every slot holds on each."""

    def __init__(self, box, embedding, before, width):
        weights, bias = embedding
        self.token = [{k: w for (k, s), w in weights.items() if s == slot} for slot in range(width)]
        self.start = [bias.get(slot, Q(0)) for slot in range(width)]
        self.written, sources, cuts = set(), [], [set() for _ in box]
        for group in before:
            for form in group.forms:
                sources.append((form, self.source(form)))
                if sources[-1][1]:
                    k, scale, offset = sources[-1][1]
                    for a, b, _ in form.units:
                        cuts[k].add(((b - offset) / scale, form.activation == "step" and a * scale < 0))
            self.written |= group.writes()
        self.sides = [self.pieces(side, cut) for side, cut in zip(box, cuts)]
        self.flat = [[True] * len(pieces) for pieces in self.sides]
        for form, source in sources:
            if source:
                k, scale, offset = source
                for i, (low, high) in enumerate(self.sides[k]):
                    values = form.of(point((low + high) / 2 * scale + offset))
                    self.flat[k][i] &= all(low == high for low, high in values.values())
        covered(all(map(any, self.flat)), "cells", "cells", "constant nowhere")
        pieces = list(itertools.product(*(range(len(p)) for p in self.sides)))
        self.is_cell = [all(self.flat[k][i] for k, i in enumerate(piece)) for piece in pieces]
        self.boxes = [[self.sides[k][i] for k, i in enumerate(piece)] for piece in pieces]
        self.slots = [self.run(piece, before, iter(sources)) for piece in pieces]

    def source(self, form):
        """(k, scale, offset) with t = scale x_k + offset, or None if t is made of what blocks wrote."""
        total, offset = {}, Q(0)
        for s, w in form.direction.items():
            offset += self.start[s] * w
            for k, v in self.token[s].items():
                total[k] = total.get(k, 0) + v * w
        total = {k: v for k, v in total.items() if v}
        covered(not total or len(total) == 1 and not self.written & set(form.direction), "cells", "cells",
                "a unit reads more than one coordinate")
        return (*list(total.items())[0], offset) if total else None

    def pieces(self, side, cuts):
        (low, high), ends = side, []
        for at, after in sorted(cuts):
            if (low <= at < high) if after else (low < at <= high):
                ends.append(at)
        return list(zip([low] + ends, ends + [high]))

    def run(self, piece, before, sources):
        added = {}
        for group in before:
            seen = {s: plus(v, point(self.start[s])) for s, v in added.items()}
            new = [{s: point(v) for s, v in group.bias.items()}]
            for form in group.forms:
                _, source = next(sources)
                if source:
                    k, scale, offset = source
                    low, high = self.sides[k][piece[k]]
                    t = point((low + high) / 2) if self.flat[k][piece[k]] else (low, high)
                    t = plus(scaled(t, scale), point(offset))
                else:
                    t = weighted(form.direction, {s: seen.get(s, point(self.start[s])) for s in form.direction})
                new.append(form.of(t))
            for values in new:
                for s, v in values.items():
                    added[s] = plus(added.get(s, point(Q(0))), v)
        return {s: plus(added.get(s, point(Q(0))), point(c))
                for s, c in enumerate(self.start) if not self.token[s]}

    def constant(self, slot):
        return None if self.token[slot] or slot in self.written else self.start[slot]

    def ramp_measure(self, n):
        share = Q(1)
        for pieces, flat in zip(self.sides, self.flat):
            total = sum(b - a for a, b in pieces)
            share *= sum(b - a for (a, b), f in zip(pieces, flat) if f) / total if total else 1
        return 1 - share ** n


# ---- in the attention block, and after it
def affine(form):
    """slot -> (slope, value at 0) if the units are affine on the whole line."""
    covered(form.activation == "relu", "cells", "cells", "steps in the attention block")
    found = {}
    for slot in {s for *_, out in form.units for s in out}:
        changes, slope, constant = {}, Q(0), Q(0)
        for a, b, out in form.units:
            w = out.get(slot, Q(0))
            changes[b] = changes.get(b, 0) + abs(a) * w
            if a < 0:
                slope, constant = slope + a * w, constant - a * w * b
        covered(not any(changes.values()), "cells", "cells", "not affine in the attention block")
        found[slot] = slope, constant
    return found


class Split:
    """own·X_i + mean·(1/n) Σ_j X_j + constant, by slots before the attention block."""

    def __init__(self, own=(), mean=(), constant=Q(0)):
        self.own, self.mean, self.constant = dict(own), dict(mean), constant

    def add(self, other, factor):
        for mine, theirs in ((self.own, other.own), (self.mean, other.mean)):
            for s, v in theirs.items():
                mine[s] = mine.get(s, 0) + v * factor
        self.constant += other.constant * factor

    def of(self, weights, slots):
        for s, w in weights.items():
            self.add(slots[s], w)
        return self


def after_attention(width, block, values):
    slots = [Split({s: Q(1)}) for s in range(width)]
    if block is None:
        return slots
    attended = [Split({s: Q(1)}) for s in range(width)]
    for (row, column), v in values.items():
        attended[column].mean[row] = v
    group = Group([block])
    for form in group.forms:
        variable = Split().of(form.direction, attended)
        for slot, (slope, constant) in affine(form).items():
            slots[slot].add(variable, slope)
            slots[slot].constant += constant
    for s, v in group.bias.items():
        slots[s].constant += v
    return slots


class Tail:
    """The network from the attention on, for one entry after another."""

    def __init__(self, network, cells, slots, after):
        self.cells, self.slots, self.after, self.n = cells, slots, after, network.n
        weights, bias = network.readout
        self.outputs = [({s: w for (s, o), w in weights.items() if o == output}, bias.get(output, Q(0)))
                        for output in range(network.c)]
        self.shares = {}
        for direction in [form.direction for group in after for form in group.forms] + [w for w, _ in self.outputs]:
            self.shares[id(direction)] = self.shares_of(direction)

    def shares_of(self, direction):
        """What the own cell and what each other cell adds, by cell."""
        split = Split().of(direction, self.slots)
        for s in {s for part in (split.own, split.mean) for s, v in part.items() if v}:
            covered(not self.cells.token[s], "cells", "cells", f"slot {s} holds the token")
        others = {s: v / self.n for s, v in split.mean.items() if v}
        own = {s: split.own.get(s, 0) + others.get(s, 0) for s in set(split.own) | set(others)}
        own = {s: v for s, v in own.items() if v}
        slots = self.cells.slots
        return [weighted(own, cell, split.constant) for cell in slots], [weighted(others, cell) for cell in slots]

    def run(self, entry):
        """(outputs, key)"""
        written, key = {}, ()
        for group in self.after:
            new, key = [{s: point(v) for s, v in group.bias.items()}], []
            for form in group.forms:
                t = self.value(form.direction, entry, written)
                key.append(t[0])
                new.append(form.of(t))
            for values in new:
                for s, v in values.items():
                    written[s] = plus(written.get(s, point(Q(0))), v)
        outputs = [plus(self.value(weights, entry, written), point(constant)) for weights, constant in self.outputs]
        return outputs, tuple(key)

    def value(self, direction, entry, written):
        own, others = self.shares[id(direction)]
        total = plus(own[entry[0]], weighted(direction, written))
        for cell in entry[1:]:
            total = plus(total, others[cell])
        return total

    def hull(self, output):
        """Everything an output may be."""
        outer = lambda parts: (min(p[0] for p in parts), max(p[1] for p in parts))
        written = {}
        for group in self.after:
            parts = [{s: point(v) for s, v in group.bias.items()}]
            parts += [{s: outer(form.at[s] + form.between[s]) for s in form.at} for form in group.forms]
            for values in parts:
                for s, v in values.items():
                    written[s] = plus(written.get(s, point(Q(0))), v)
        weights, bias = self.outputs[output]
        own, others = self.shares[id(weights)]
        total = plus(outer(own), scaled(outer(others), Q(self.n - 1)))
        return plus(plus(total, weighted(weights, written)), point(bias))


# ---- the target on boxes
class Centred:
    """Range, value at the centre, slopes: f(x) − f(c) = Σ_k s_k u_k with |u_k| ≤ 1 and s_k in the k-th slope."""

    def __init__(self, range_, centre, slopes):
        radius = sum(map(mag, slopes.values()))
        self.slopes, self.centre = slopes, centre
        self.range = max(range_[0], centre[0] - radius), min(range_[1], centre[1] + radius)

    def both(self, other, f):
        zero = point(Q(0))
        return {k: f(self.slopes.get(k, zero), other.slopes.get(k, zero))
                for k in set(self.slopes) | set(other.slopes)}

    def add(self, other, sign=1):
        term = lambda a, b: plus(a, scaled(b, Q(sign)))
        return Centred(term(self.range, other.range), term(self.centre, other.centre), self.both(other, term))

    def times(self, other):
        slope = lambda a, b: plus(mul(self.range, b), mul(other.centre, a))
        return Centred(mul(self.range, other.range), mul(self.centre, other.centre), self.both(other, slope))

    def over(self, other):
        covered(not other.range[0] <= 0 <= other.range[1], "residual", "target", "a divisor may be 0")
        inverse = lambda a: (1 / a[1], 1 / a[0])
        quotient = mul(self.centre, inverse(other.centre))
        slope = lambda a, b: mul(plus(a, scaled(mul(quotient, b), Q(-1))), inverse(other.range))
        return Centred(mul(self.range, inverse(other.range)), quotient, self.both(other, slope))

    def power(self, e):
        if e == 0:
            return const(Q(1))
        chord = power_chord(self.range, self.centre, e)
        return Centred(ipow(self.range, e), ipow(self.centre, e), {k: mul(s, chord) for k, s in self.slopes.items()})

    def absolute(self):
        size = lambda a: (Q(0) if a[0] <= 0 <= a[1] else min(map(abs, a)), mag(a))
        chord = abs_chord(self.range, self.centre)
        return Centred(size(self.range), size(self.centre), {k: mul(s, chord) for k, s in self.slopes.items()})

    def relu(self):
        positive = lambda a: (max(a[0], Q(0)), max(a[1], Q(0)))
        chord = relu_chord(self.range, self.centre)
        return Centred(positive(self.range), positive(self.centre), {k: mul(s, chord) for k, s in self.slopes.items()})

    def function(self, name):
        low = self.range[0]
        covered(low > 0 if name == "log" else low >= 0 or name != "sqrt", "residual", "target", f"{name} off its domain")
        range_, centre, chord = image(name, self.range, self.centre)
        if chord is None:  # one more coordinate u instead of a slope
            return Centred(range_, centre, {object(): point(max(range_[1] - centre[0], centre[1] - range_[0]))})
        return Centred(range_, centre, {k: mul(s, chord) for k, s in self.slopes.items()})

    def largest(self, other):
        difference = self.add(other, -1)
        ends = relu_chord(difference.range, difference.centre)
        slope = lambda a, b: hull(*(plus(scaled(b, 1 - s), scaled(a, s)) for s in ends))
        top = lambda a, b: (max(a[0], b[0]), max(a[1], b[1]))
        return Centred(top(self.range, other.range), top(self.centre, other.centre), self.both(other, slope))


def const(c):
    return Centred(point(c), point(c), {})


def power_polynomial(a, c, e):
    if e == 1:
        return point(Q(1))
    m = e // 2
    slope = mul(plus(ipow(a, m), ipow(c, m)), power_polynomial(a, c, m))
    return plus(mul(a, slope), ipow(c, 2 * m)) if e % 2 else slope


def power_chord(a, c, e):
    low, high = hull(a, c)
    if e % 2 == 0 and e > 2 and low < 0 < high:  # convex: the ends decide
        return tuple(power_polynomial(point(a[i]), point(c[i]), e)[i] for i in (0, 1))
    return power_polynomial(a, c, e)


def abs_chord(a, c):
    low, high = hull(a, c)
    if low >= 0 or high <= 0:
        return point(Q(1) if low >= 0 else Q(-1))
    slope = lambda p, q, one_side: one_side if p * q >= 0 else Q(p + q) / (abs(p) + abs(q))
    return slope(a[0], c[0], Q(-1)), slope(a[1], c[1], Q(1))


def relu_chord(a, c):
    return tuple((1 + s) / 2 for s in abs_chord(a, c))


class Enclosed(Value):
    """Trees over centred forms."""

    def of(self, tree, env):
        kind = tree[0]
        if kind in ("where", "reduce", "coordinate"):
            return super().of(tree, env)
        if kind in ("number", "n"):
            return const(tree[1] if kind == "number" else Q(self.tokens))
        values = [self.of(t, env) for t in tree[1:] if isinstance(t, tuple)]
        if kind == "neg":
            return const(Q(0)).add(values[0], -1)
        if kind == "^":
            return values[0].power(tree[2])
        if kind in ("+", "-"):
            return values[0].add(values[1], 1 if kind == "+" else -1)
        if kind in ("*", "/"):
            return values[0].times(values[1]) if kind == "*" else values[0].over(values[1])
        if tree[1] in ("max", "min"):
            return extremum(tree[1], *values)
        if tree[1] in ("abs", "relu"):
            return values[0].absolute() if tree[1] == "abs" else values[0].relu()
        return values[0].function(tree[1])

    def reduce(self, name, binder, excluded, body, env):
        hidden = {env[t] for t in excluded}
        values = [self.of(body, env | {binder: j}) for j in range(self.tokens) if j not in hidden]
        total = values[0] if values else const(Q(name == "prod"))
        for value in values[1:]:
            total = (total.times(value) if name == "prod" else
                     extremum(name, total, value) if name in ("max", "min") else total.add(value))
        return total.over(const(Q(len(values)))) if name == "mean" else total


def extremum(name, a, b):
    zero = const(Q(0))
    return a.largest(b) if name == "max" else zero.add(zero.add(a, -1).largest(zero.add(b, -1)), -1)


def enclosures(target, boxes):
    """Intervals that contain the outputs of token 0 for tokens in the boxes."""
    def coordinate(j, k):
        low, high = boxes[j][k]
        return Centred((low, high), point((low + high) / 2), {(j, k): point((high - low) / 2)})
    for tree in target.trees:
        found = target.values(tree, target.n, coordinate, 0, True, Enclosed)
        total = found[0]
        for value in found[1:]:
            total = total.add(value)
        yield total.over(const(Q(len(found)))).range


# ---- the rule
def check_cells(target, network, certificate, mean_layer):
    """Checks the claims about cells; returns the bound of each output and the claim about ramps, or None."""
    claim = certificate["route"]["cells"]
    n, width = target.n, network.width
    covered(n, "cells", "tokens", "every length")
    covered(not (target.symmetrize and n > 8), "residual", "target", "too many permutations")
    if target.explicit and not target.symmetrize:
        for tree in target.trees:
            target.polynomial(tree)  # refuses what is not symmetric
    attention = [b for b, block in enumerate(network.blocks) if block[0]]
    covered(len(attention) <= 1, "attention", "attention", "a second attention layer")
    split = attention[0] if attention else len(network.blocks)
    cells = Cells(target.box, network.embedding, groups(network.blocks[:split]), width)
    block, values = None, {}
    if attention:
        block = network.blocks[split]
        values, spread = mean_layer(block[0], cells.constant)
        covered(not spread, "cells", "attention", "the multiple of the mean is only enclosed")
    tail = Tail(network, cells, after_attention(width, block, values), groups(network.blocks[split + 1:]))

    every, flat = range(len(cells.boxes)), [c for c in range(len(cells.boxes)) if cells.is_cell[c]]
    found, bounds = set(), [Q(0)] * network.c

    def compare(entry):
        outputs, key = tail.run(entry)
        for o, wanted in enumerate(enclosures(target, [cells.boxes[c] for c in entry])):
            bounds[o] = max(bounds[o], distance(wanted, outputs[o]))
        return key

    for own, others in entries(flat, n):
        found.add(compare((own, *others)))
    m = len(flat)
    for name, value in (("count", m), ("entries", m * comb(m + n - 2, n - 1)), ("keys", len(found))):
        need(claim[name] == value, "cells", f"cells, {name}", f"{value} are found")
    need((m < len(every)) == ("ramps" in claim), "cells", "cells, ramps", "ramps")
    ramps = None
    if m < len(every):
        ramps = claim["ramps"]
        need(ramps["bound"] >= max(bounds), "residual", "cells, ramps", f"{max(bounds)} is derived")
        need(1 >= ramps["measure"] >= cells.ramp_measure(n), "cells", "cells, ramps, measure")
        for own, others in entries(every, n):
            if not all(cells.is_cell[c] for c in (own, *others)):
                compare((own, *others))
        wide = list(enclosures(target, [target.box] * n))
        claimed = [o["residual"] for o in certificate["outputs"]]
        for o in range(network.c):  # whichever of the two bounds does
            if bounds[o] > claimed[o]:
                bounds[o] = min(bounds[o], distance(wide[o], tail.hull(o)))
    return bounds, ramps


def entries(cells, n):
    return itertools.product(cells, itertools.combinations_with_replacement(cells, n - 1))


def distance(wanted, got):
    return max(wanted[1] - got[0], got[1] - wanted[0])
