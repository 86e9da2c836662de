#!/usr/bin/env python3
"""Derives every answer of this suite again: check_answers.py [FOLDER]

Reads networks (ONNX) and properties (VNN-LIB 1.0 and 2.0) by itself and computes with fractions alone: no float, nothing of the
program that made the suite. Of answers.json it takes what is claimed, and the counterexamples.

sat: the counterexample lies in the box, its coordinates are single-precision numbers, and the network's exact output satisfies the property.
unsat: the network's output over the box is bounded as a sum of functions of one variable each, pieces of polynomials of degree at most 2
(Form below), and the bound does not reach the threshold.
Besides: where both kinds are asked of a network, the bound is the value at the counterexample, so that it is the extreme.

Needs Python 3.10 and nothing else. Exit code 1 if anything is not as claimed.
"""

import json
import struct
import sys
from fractions import Fraction
from itertools import product
from pathlib import Path

# ---------------------------------------------------------------- protocol buffers


def fields(data):
    """The fields of a message: (number, value); values are integers or bytes."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(data):
        key = varint()
        if key & 7 == 0:
            yield key >> 3, varint()
        elif key & 7 == 2:
            length = varint()
            yield key >> 3, data[at : at + length]
            at += length
        else:
            size = {1: 8, 5: 4}[key & 7]
            yield key >> 3, data[at : at + size]
            at += size


def every(data, number):
    return [value for found, value in fields(data) if found == number]


def one(data, number, default=None):
    found = every(data, number)
    return found[-1] if found else default


def signed(value):
    return value - (1 << 64) if value >> 63 else value


def tensor(data):
    """An initializer: its name and its numbers, exactly."""
    shape = [signed(extent) for extent in every(data, 1)]
    raw, kind = one(data, 9, b""), one(data, 2)
    if kind == 1:
        values = [Fraction(value) for (value,) in struct.iter_unpack("<f", raw)]
    elif kind == 7:
        values = [Fraction(value) for (value,) in struct.iter_unpack("<q", raw)]
    else:
        raise ValueError(f"tensor type {kind}")
    return one(data, 8).decode(), Tensor(shape, values)


def attribute(data):
    name = one(data, 1).decode()
    listed = [signed(value) for value in every(data, 8)]
    return name, listed if listed else signed(one(data, 3, 0))


def shape_of(value_info):
    """The shape of an input or output; a dimension with a name stands for 1."""
    dims = every(one(one(one(value_info, 2), 1), 2), 1)
    return [one(dim, 1, 1) for dim in dims]


class Model:
    """The nodes of a graph, its tensors, its input and output."""

    def __init__(self, path):
        graph = one(path.read_bytes(), 7)
        self.tensors = dict(tensor(data) for data in every(graph, 5))
        self.nodes = [
            (
                one(node, 4).decode(),
                [name.decode() for name in every(node, 1)],
                one(node, 2).decode(),
                dict(attribute(data) for data in every(node, 5)),
            )
            for node in every(graph, 1)
        ]
        (self.input,) = [(one(data, 1).decode(), shape_of(data)) for data in every(graph, 11)]
        (self.output,) = [(one(data, 1).decode(), shape_of(data)) for data in every(graph, 12)]

    def run(self, inputs):
        """The outputs, row by row, for inputs that are fractions or forms."""
        name, shape = self.input
        values = {**self.tensors, name: Tensor(shape, list(inputs))}
        for operator, sources, result, attributes in self.nodes:
            values[result] = OPERATORS[operator](*[values[source] for source in sources], **attributes)
        return [settled(value) for value in values[self.output[0]].values]


# ---------------------------------------------------------------- tensors and operators


class Tensor:
    """Numbers or forms, row by row."""

    def __init__(self, shape, values):
        self.shape, self.values = list(shape), values

    def rows(self):
        width = self.shape[-1]
        return [self.values[at : at + width] for at in range(0, len(self.values), width)]

    def matrices(self):
        """The matrices in the last two dimensions."""
        rows, height = self.rows(), self.shape[-2]
        return [rows[at : at + height] for at in range(0, len(rows), height)]


def broadcast(a, b, combine):
    """Entry by entry; the shape of one ends with that of the other, or has 1 where the other has more."""
    length = max(len(a.shape), len(b.shape))
    shapes = [[1] * (length - len(t.shape)) + t.shape for t in (a, b)]
    shape = [max(pair) for pair in zip(*shapes)]
    values = []
    for place in product(*map(range, shape)):
        picked = []
        for t, own in zip((a, b), shapes):
            at = 0
            for extent, index in zip(own, place):
                at = at * extent + (index if extent > 1 else 0)
            picked.append(t.values[at])
        values.append(combine(*picked))
    return Tensor(shape, values)


def each(combine):
    return lambda t: Tensor(t.shape, [combine(value) for value in t.values])


def matmul(a, b):
    lefts, rights = a.matrices(), b.matrices()
    if len(rights) == 1:
        rights = rights * len(lefts)
    if len(lefts) == 1:
        lefts = lefts * len(rights)
    values = []
    for left, right in zip(lefts, rights):
        for row in left:
            for column in range(b.shape[-1]):
                total = Fraction(0)
                for x, line in zip(row, right):
                    # What is 0 says nothing, and most weights are.
                    if not is_zero(x) and not is_zero(line[column]):
                        total = add(total, multiply(x, line[column]))
                values.append(settled(total) if is_weighted(total) else total)
    return Tensor((a.shape if len(a.shape) >= len(b.shape) else b.shape)[:-2] + [a.shape[-2], b.shape[-1]], values)


def transpose(t, perm):
    if perm != [0, 2, 1]:
        raise ValueError(f"Transpose {perm}")
    values = [row[column] for matrix in t.matrices() for column in range(t.shape[-1]) for row in matrix]
    return Tensor([t.shape[0], t.shape[2], t.shape[1]], values)


def reduce(t, axis, mean):
    """The sum or the mean over the last dimension or the one before."""
    if axis == len(t.shape) - 1:
        values, shape = [total(row) for row in t.rows()], t.shape[:-1] + [1]
    elif axis == len(t.shape) - 2:
        values = [total(column) for matrix in t.matrices() for column in zip(*matrix)]
        shape = t.shape[:-2] + [1, t.shape[-1]]
    else:
        raise ValueError(f"axis {axis}")
    factor = Fraction(1, t.shape[axis]) if mean else Fraction(1)
    return Tensor(shape, [multiply(factor, value) for value in values])


def total(values):
    sum_ = Fraction(0)
    for value in values:
        sum_ = add(sum_, value)
    return sum_


def softmax(t, axis):
    """Rows of equal numbers become 1/n; others become weights that are positive and add up to 1."""
    if axis not in (-1, len(t.shape) - 1):
        raise ValueError(f"Softmax over {axis}")
    values = []
    for row in t.rows():
        row = [settled(value) for value in row]
        if all(isinstance(value, Fraction) and value == row[0] for value in row):
            values += [Fraction(1, len(row))] * len(row)
        else:
            number = Mixture.fresh()
            values += [Mixture({((number, place),): Fraction(1)}, len(row)) for place in range(len(row))]
    return Tensor(t.shape, values)


OPERATORS = {
    "MatMul": matmul,
    "Add": lambda a, b: broadcast(a, b, add),
    "Sub": lambda a, b: broadcast(a, b, lambda x, y: add(x, multiply(Fraction(-1), y))),
    "Mul": lambda a, b: broadcast(a, b, multiply),
    "Div": lambda a, b: broadcast(a, b, divide),
    "Relu": each(lambda x: apply(x, relu)),
    "GreaterOrEqual": lambda a, b: broadcast(a, b, lambda x, y: apply(add(x, multiply(Fraction(-1), y)), step)),
    "Cast": lambda t, to: t,
    "Concat": lambda *ts, axis: Tensor(
        ts[0].shape[:-1] + [sum(t.shape[-1] for t in ts)],
        [value for rows in zip(*[t.rows() for t in ts]) for row in rows for value in row],
    ),
    "Transpose": transpose,
    "ReduceSum": lambda t, axes, keepdims: reduce(t, int(axes.values[0]), False),
    "ReduceMean": lambda t, axes, keepdims: reduce(t, axes[0], True),
    "Softmax": softmax,
    "Exp": each(lambda x: exponential(settled(x))),
}

# ---------------------------------------------------------------- functions of one variable


class Curve:
    """Polynomials of degree at most 2 between points, and values at the points."""

    def __init__(self, points, values, pieces):
        self.points, self.values, self.pieces = points, values, pieces

    @staticmethod
    def line(low, high):
        """t"""
        if low == high:
            return Curve([low], [low], [])
        return Curve([low, high], [low, high], [(Fraction(0), Fraction(1), Fraction(0))])

    def refined(self, points):
        """The same, with these points among its own."""
        values, pieces = [], []
        for place, point in enumerate(points):
            values.append(self.at(point))
            if place:
                pieces.append(self.pieces[self.piece(points[place - 1])])
        return Curve(points, values, pieces)

    def piece(self, point):
        """The piece right of a point."""
        low, high = 0, len(self.points) - 1
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.points[middle] <= point else (low, middle)
        return low

    def at(self, point):
        place = self.piece(point)
        for near in (place, place + 1):
            if near < len(self.points) and self.points[near] == point:
                return self.values[near]
        return evaluate(self.pieces[place], point)

    def join(self, other, values, pieces):
        points = sorted(set(self.points) | set(other.points))
        a, b = self.refined(points), other.refined(points)
        return Curve(
            points,
            [values(x, y) for x, y in zip(a.values, b.values)],
            [pieces(x, y) for x, y in zip(a.pieces, b.pieces)],
        ).simplified()

    def plus(self, other):
        return self.join(other, lambda x, y: x + y, lambda x, y: tuple(p + q for p, q in zip(x, y)))

    def times(self, other):
        return self.join(other, lambda x, y: x * y, polynomial_product)

    def scaled(self, factor, constant=Fraction(0)):
        return Curve(
            self.points,
            [factor * value + constant for value in self.values],
            [(factor * a + constant, factor * b, factor * c) for a, b, c in self.pieces],
        )

    def mapped(self, function):
        """A function with a jump or a kink at 0 only, of this one."""
        points = set(self.points)
        for left, right, piece in zip(self.points, self.points[1:], self.pieces):
            points |= {root for root in roots(piece, left, right)}
        fine = self.refined(sorted(points))
        pieces = []
        for left, right, piece in zip(fine.points, fine.points[1:], fine.pieces):
            pieces.append(function(evaluate(piece, (left + right) / 2), piece))
        return Curve(fine.points, [function(value, None) for value in fine.values], pieces).simplified()

    def simplified(self):
        """Without points where nothing happens."""
        keep = [0]
        for place in range(1, len(self.points) - 1):
            same = self.pieces[place - 1] == self.pieces[place]
            if not same or evaluate(self.pieces[place], self.points[place]) != self.values[place]:
                keep.append(place)
        if len(self.points) > 1:
            keep.append(len(self.points) - 1)
        return Curve(
            [self.points[place] for place in keep],
            [self.values[place] for place in keep],
            [self.pieces[place] for place in keep[:-1]],
        )

    def range(self):
        """The least and the largest value, or what they come near to."""
        found = list(self.values)
        for left, right, piece in zip(self.points, self.points[1:], self.pieces):
            found += [evaluate(piece, left), evaluate(piece, right)]
            if piece[2]:
                top = -piece[1] / (2 * piece[2])
                if left < top < right:
                    found.append(evaluate(piece, top))
        return min(found), max(found)

    def affine(self):
        """(constant, slope) if it is one line, with nothing else at any point."""
        if len(self.pieces) != 1 or self.pieces[0][2]:
            return None
        ends = all(evaluate(self.pieces[0], point) == value for point, value in zip(self.points, self.values))
        return self.pieces[0][:2] if ends else None

    def key(self):
        return tuple(self.points), tuple(self.values), tuple(self.pieces)


def evaluate(piece, t):
    return piece[0] + t * (piece[1] + t * piece[2])


def polynomial_product(p, q):
    coefficients = [Fraction(0)] * 5
    for i, a in enumerate(p):
        for j, b in enumerate(q):
            coefficients[i + j] += a * b
    if any(coefficients[3:]):
        raise ValueError("a piece has a degree above 2")
    return tuple(coefficients[:3])


def roots(piece, left, right):
    """Where a piece changes its sign inside of an interval; one that is no fraction is refused."""
    a, b, c = piece
    if c == 0:
        found = [-a / b] if b else []
    else:
        square = b * b - 4 * a * c
        if square < 0:
            return []
        numerator, denominator = (isqrt_exactly(n) for n in (square.numerator, square.denominator))
        if numerator is None or denominator is None:
            raise ValueError("a curve crosses 0 where there is no fraction")
        found = [(-b + sign * Fraction(numerator, denominator)) / (2 * c) for sign in (1, -1)]
    return [root for root in found if left < root < right]


def isqrt_exactly(number):
    import math

    root = math.isqrt(number)
    return root if root * root == number else None


def relu(value, piece):
    if piece is None:
        return max(value, Fraction(0))
    return piece if value > 0 else (Fraction(0),) * 3


def step(value, piece):
    if piece is None:
        return Fraction(value >= 0)
    # A piece that is 0 everywhere is not below 0.
    return (Fraction(value >= 0), Fraction(0), Fraction(0))


# ---------------------------------------------------------------- sums over variables


class Variable:
    """Something that ranges over an interval: an input, or a sum of functions of other variables (its definition)."""

    known = {}

    def __init__(self, low, high, definition=None):
        self.low, self.high, self.definition = low, high, definition

    @staticmethod
    def standing_for(form):
        """A variable for a form without constant, up to a factor: (variable, factor)."""
        low, high = form.range()
        factor = high - low
        first = form.terms[min(form.terms, key=lambda variable: id(variable))]
        slopes = [piece[1] for piece in first.pieces if piece[1]]
        if slopes and slopes[0] < 0:
            factor = -factor
        unit = form.scaled(1 / factor)
        key = tuple(sorted((id(variable), curve.key()) for variable, curve in unit.terms.items()))
        if key not in Variable.known:
            Variable.known[key] = Variable(*unit.range(), definition=unit)
        return Variable.known[key], factor


class Form:
    """A constant and a sum of curves, each in a variable of its own."""

    def __init__(self, constant, terms):
        self.constant, self.terms = constant, terms

    @staticmethod
    def of(variable):
        return Form(Fraction(0), {variable: Curve.line(variable.low, variable.high)})

    def plus(self, other):
        terms = dict(self.terms)
        for variable, curve in other.terms.items():
            terms[variable] = terms[variable].plus(curve) if variable in terms else curve
        return Form(self.constant + other.constant, terms).settled()

    def scaled(self, factor):
        return Form(factor * self.constant, {v: c.scaled(factor) for v, c in self.terms.items()})

    def settled(self):
        """Curves start at 0, and constant ones are gone."""
        constant, terms = self.constant, {}
        for variable, curve in self.terms.items():
            constant += curve.values[0]
            curve = curve.scaled(Fraction(1), -curve.values[0])
            if curve.affine() != (0, 0):
                terms[variable] = curve
        return Form(constant, terms)

    def expanded(self):
        """Straight curves in defined variables become what these are defined as, so that it meets what else depends on that."""
        form = self
        while True:
            straight = [v for v, curve in form.terms.items() if v.definition and curve.affine()]
            if not straight or len(form.terms) == 1:
                return form
            variable = straight[-1]
            constant, slope = form.terms[variable].affine()
            rest = {v: curve for v, curve in form.terms.items() if v is not variable}
            form = Form(form.constant + constant, rest).plus(variable.definition.scaled(slope))

    def range(self):
        form = self.expanded()
        low = high = form.constant
        for curve in form.terms.values():
            bounds = curve.range()
            low, high = low + bounds[0], high + bounds[1]
        return low, high

    def in_one_variable(self):
        """(variable, curve) of which this is the value."""
        if len(self.terms) == 1:
            ((variable, curve),) = self.terms.items()
            return variable, curve.scaled(Fraction(1), self.constant)
        form = self.expanded()
        if len(form.terms) < 2:
            return form.in_one_variable()
        variable, factor = Variable.standing_for(Form(Fraction(0), form.terms))
        return variable, Curve.line(variable.low, variable.high).scaled(factor, form.constant)


class Mixture:
    """Σ key · form, the keys being products of positive numbers of which nothing else is known.

    A row of softmax has keys (row, place) that add up to 1; exponentials have keys of their own.
    """

    count = 0

    def __init__(self, parts, width=None):
        self.parts, self.width = parts, width

    @staticmethod
    def fresh():
        Mixture.count += 1
        return Mixture.count


def is_zero(value):
    return isinstance(value, Fraction) and value == 0


def as_form(value):
    value = settled(value)
    return value if isinstance(value, Form) else Form(value, {})


def tidy(form):
    """A form without terms is a number."""
    return form if form.terms else form.constant


def add(a, b):
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        return a + b
    if isinstance(a, Mixture) and isinstance(b, Mixture):
        parts = dict(a.parts)
        for key, value in b.parts.items():
            parts[key] = add(parts[key], value) if key in parts else value
        return Mixture(parts, a.width or b.width)
    if is_zero(a):
        return b
    if is_zero(b):
        return a
    return tidy(as_form(a).plus(as_form(b)))


def multiply(a, b):
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        return a * b
    if isinstance(b, Mixture) and not isinstance(a, Mixture):
        a, b = b, a
    if isinstance(a, Mixture):
        others = b.parts if isinstance(b, Mixture) else {(): b}
        parts = {}
        for (key, x), (other, y) in product(a.parts.items(), others.items()):
            place, value = tuple(sorted(key + other)), multiply(x, y)
            parts[place] = add(parts[place], value) if place in parts else value
        return Mixture(parts, a.width)
    if isinstance(a, Fraction):
        return tidy(b.scaled(a)) if a else Fraction(0)
    if isinstance(b, Fraction):
        return multiply(b, a)
    if len(a.terms) == 1 and a.terms.keys() == b.terms.keys():
        (variable, first), (_, second) = a.in_one_variable(), b.in_one_variable()
        return tidy(Form(Fraction(0), {variable: first.times(second)}).settled())
    # ab = ((a + b)² − (a − b)²)/4, and a square is a function of one variable.
    total_, difference = add(a, b), add(a, multiply(Fraction(-1), b))
    return multiply(Fraction(1, 4), add(square(total_), multiply(Fraction(-1), square(difference))))


def square(value):
    if isinstance(value, Fraction):
        return value * value
    variable, curve = value.in_one_variable()
    return tidy(Form(Fraction(0), {variable: curve.times(curve)}).settled())


def divide(a, b):
    b = b if isinstance(b, Mixture) else settled(b)
    if isinstance(b, Fraction):
        return multiply(1 / b, a)
    if isinstance(b, Mixture) and all(isinstance(value, Fraction) and value > 0 for value in b.parts.values()):
        # Σ key·x / Σ key·c is a convex combination of the x/c.
        parts = a.parts if isinstance(a, Mixture) else {}
        if set(parts) <= set(b.parts):
            return between([multiply(1 / c, parts.get(key, Fraction(0))) for key, c in b.parts.items()])
    raise ValueError("a quotient is no convex combination")


def is_weighted(value):
    """Whether this is a row of softmax times something."""
    return isinstance(value, Mixture) and value.width is not None and all(len(key) == 1 for key in value.parts)


def settled(value):
    """A mixture whose keys add up to 1, as what lies between its forms; everything else as it is."""
    if not isinstance(value, Mixture):
        return value
    if not is_weighted(value) or len({row for ((row, _),) in value.parts}) != 1:
        raise ValueError("weights are read by themselves")
    missing = value.width - len(value.parts)
    return between(list(value.parts.values()) + [Fraction(0)] * bool(missing))


def between(values):
    """Anything between the least and the largest of some values."""
    forms = [as_form(value) for value in values]
    low, high = min(form.range()[0] for form in forms), max(form.range()[1] for form in forms)
    return low if low == high else Form.of(Variable(low, high))


def exponential(value):
    """A positive number; that of 0 is 1, and equal numbers have equal exponentials."""
    if isinstance(value, Fraction):
        return Fraction(1) if value == 0 else Mixture({(("exp", value),): Fraction(1)})
    return Mixture({((Mixture.fresh(), 0),): Fraction(1)})


def apply(value, function):
    """A function with a jump or a kink at 0 only."""
    value = settled(value)
    if isinstance(value, Fraction):
        return function(value, None)
    variable, curve = value.in_one_variable()
    return tidy(Form(Fraction(0), {variable: curve.mapped(function)}).settled())


# ---------------------------------------------------------------- properties


def tokens(text):
    text = "\n".join(line.split(";")[0] for line in text.splitlines())
    return text.replace("(", " ( ").replace(")", " ) ").split()


def expressions(words):
    """Nested lists of words."""
    stack = [[]]
    for word in words:
        if word == "(":
            stack.append([])
        elif word == ")":
            last = stack.pop()
            stack[-1].append(last)
        else:
            stack[-1].append(word)
    if len(stack) != 1:
        raise ValueError("brackets do not match")
    return stack[0]


class Property:
    """A box, and what a counterexample satisfies: relation, compared expression, threshold."""

    def __init__(self, text, model):
        self.shapes = {"X": model.input[1], "Y": model.output[1]}
        inputs = 1
        for extent in self.shapes["X"]:
            inputs *= extent
        ends = [[None, None] for _ in range(inputs)]
        self.condition = None
        for expression in expressions(tokens(text)):
            if expression[0] != "assert":
                continue
            relation, left, right = expression[1]
            place = self.variable(left)
            if place and place[0] == "X":
                ends[place[1]][relation == "<="] = Fraction(right)
            elif self.condition is None:
                self.condition = relation, left, Fraction(right)
            else:
                raise ValueError("two conditions on outputs")
        self.box = [tuple(pair) for pair in ends]
        if any(end is None for pair in self.box for end in pair) or self.condition is None:
            raise ValueError("something is not bounded")

    def variable(self, word):
        """(X or Y, place), of X_3 and of X[0,1,1]."""
        if not isinstance(word, str) or word[0] not in "XY" or word[1:2] not in ("_", "["):
            return None
        if word[1] == "_":
            return word[0], int(word[2:])
        at = 0
        for extent, index in zip(self.shapes[word[0]], word[2:-1].split(",")):
            at = at * extent + int(index)
        return word[0], at

    def compared(self, inputs, outputs, expression=None):
        expression = self.condition[1] if expression is None else expression
        place = self.variable(expression)
        if place:
            return {"X": inputs, "Y": outputs}[place[0]][place[1]]
        if isinstance(expression, str):
            return Fraction(expression)
        operator, *parts = expression
        values = [self.compared(inputs, outputs, part) for part in parts]
        if operator == "*":
            # Factors last, so that products are recognised whatever stands before them.
            values.sort(key=lambda value: isinstance(value, Fraction))
        result = values[0]
        for value in values[1:]:
            result = {
                "-": lambda a, b: add(a, multiply(Fraction(-1), b)),
                "+": add,
                "*": multiply,
            }[operator](result, value)
        return result

    def holds(self, value):
        relation, _, limit = self.condition
        return value >= limit if relation == ">=" else value <= limit

    def bound(self, model):
        """What the compared expression does not go beyond on the box."""
        inputs = [low if low == high else Form.of(Variable(low, high)) for low, high in self.box]
        low, high = as_form(self.compared(inputs, model.run(inputs))).range()
        return high if self.condition[0] == ">=" else low


def is_single(value):
    """Whether single precision has a number."""
    bits = value.denominator.bit_length() - 1
    odd = abs(value.numerator)
    while odd and odd % 2 == 0:
        odd //= 2
    return value.denominator == 1 << bits and odd < 1 << 24 and bits <= 149 and abs(value) < 1 << 128


# ---------------------------------------------------------------- the suite


def check(folder, entry, models, bounds):
    """What is wrong with an answer; nothing if it is right."""
    model = models.setdefault(entry["onnx"], None) or Model(folder / entry["onnx"])
    models[entry["onnx"]] = model
    texts = [(folder / entry[key]).read_text(encoding="utf-8") for key in ("vnnlib", "vnnlib2") if entry[key]]
    properties = [Property(text, model) for text in texts]
    conditions = {(p.condition[0], p.condition[2], tuple(p.box)) for p in properties}
    if len(conditions) != 1:
        return "the two versions say different things"
    question = properties[-1]
    if entry["answer"] == "sat":
        witness = [Fraction(x) for x in entry["witness"]]
        if not all(is_single(x) for x in witness):
            return "a coordinate is no single-precision number"
        if not all(low <= x <= high for x, (low, high) in zip(witness, question.box)):
            return "the counterexample is outside of the box"
        value = question.compared(witness, model.run(witness))
        return None if question.holds(value) else f"the output is {value}"
    if str(question.condition[2]) != entry["threshold"]:
        return "the threshold is another"
    key = entry["onnx"], question.condition[0], tuple(question.box), str(question.condition[1])
    if key not in bounds:
        bounds[key] = question.bound(model)
    bound = bounds[key]
    if question.holds(bound):
        return f"nothing is derived but the bound {bound}"
    return None if bound == Fraction(entry["extreme"]) else f"the bound is {bound}, and not the extreme"


def main(folder):
    index = json.loads((folder / "answers.json").read_text(encoding="utf-8"))
    models, bounds, wrong = {}, {}, 0
    for entry in index["instances"]:
        try:
            problem = check(folder, entry, models, bounds)
        except (ValueError, KeyError, IndexError, TypeError) as error:
            problem = f"not derived: {type(error).__name__}: {error}"
        if problem:
            wrong += 1
            print(f"{entry['name']}: {problem}")
    right = len(index["instances"]) - wrong
    print(f"{right} answers derived, {wrong} not")
    return wrong == 0 and right > 0


if __name__ == "__main__":
    if len(sys.argv) > 2:
        sys.exit(__doc__.strip())
    sys.exit(0 if main(Path(sys.argv[1] if len(sys.argv) == 2 else Path(__file__).parent)) else 1)
