"""Exact numbers come in exactly or not at all, and go out as Fractions."""

import decimal
from fractions import Fraction

import numpy as np
import pytest

THIRD = Fraction(1, 3)


def mean_of_squares(values):
    return [[sum(v * v for v in values) / len(values) - v] for v in values]


@pytest.mark.parametrize(
    "given",
    [
        ["1/3", "0.1", "1e-3", "-2.5"],
        [THIRD, Fraction(1, 10), Fraction(1, 1000), Fraction(-5, 2)],
        [1, 0, -3, 10**30],
        [np.int64(3), np.uint8(7), "1/7", THIRD],
        [Fraction(10**400, 7), 0, 0, 1],
    ],
)
def test_numbers_are_exact(every_length, given):
    values = [Fraction(v) if isinstance(v, (str, Fraction)) else Fraction(int(v)) for v in given]
    result = every_length.target.exact([[v] for v in given])
    assert result == mean_of_squares(values)
    assert all(type(value) is Fraction for row in result for value in row)


def test_containers(every_length):
    exact = every_length.target.exact
    wanted = mean_of_squares([THIRD, Fraction(0)])
    assert exact((["1/3"], (0,))) == wanted
    assert exact(np.array([[THIRD], [0]], object)) == wanted
    assert exact(np.array([["1/3"], ["0"]])) == wanted
    assert exact([[["1/3"], [0]]]) == [wanted]
    # Sequences of several lengths.
    assert exact([[["1/3"], [0]], [["1/3"]]]) == [wanted, mean_of_squares([THIRD])]


WRONG = {
    "float": ([[0.1]], TypeError, r'X\[0\]\[0\]: 0\.1 is a binary float.*"0\.1".*Fraction\(0\.1\)'),
    "whole-float": ([[1.0]], TypeError, "binary float"),
    "numpy-float": ([[np.float64(0.5)]], TypeError, "binary float"),
    "float32": ([[np.float32(0.5)]], TypeError, "float32 is not taken"),
    "array": (np.zeros((1, 1)), TypeError, "binary float"),
    "nan": ([[float("nan")]], TypeError, "NaN is no number"),
    "decimal": ([[decimal.Decimal("0.1")]], TypeError, "as_integer_ratio"),
    "bool": ([[True]], TypeError, "truth value"),
    "numpy-bool": ([[np.True_]], TypeError, "not taken"),
    "none": ([[None]], TypeError, "NoneType is not taken"),
    "complex": ([[1j]], TypeError, "complex is not taken"),
    "words": ([["a third"]], ValueError, r"X\[0\]\[0\]: `a third` is not an exact number"),
    "zero": ([["1/0"]], ValueError, "divides by zero"),
    "huge": ([["1e9999999"]], ValueError, "longer or larger"),
    "empty-text": ([[""]], ValueError, "not an exact number"),
    "text": ("1/3", TypeError, "X: expected a sequence of tokens, found str"),
    "flat": (["1/3"], TypeError, r"X\[0\]: expected a token.*found str"),
    "number": (3, TypeError, "found int"),
    "deep": ([[[[1]]]], TypeError, "list is not taken"),
    "wide": ([[1, 2]], ValueError, r"X\[0\] has 2 coordinates; expected the shape \(n, 1\)"),
    "no-tokens": ([], ValueError, "X has 0 tokens"),
    "ragged": ([[[1]], []], ValueError, r"X\[1\] has 0 tokens"),
    "set": ([{1}], TypeError, "found set"),
    "frozenset": (frozenset({(1,)}), TypeError, "found frozenset"),
    "dictionary": ({0: [1]}, TypeError, "found dict"),
    "generator": ((x for x in [[1]]), TypeError, "found generator"),
    "0-d": (np.array(1), TypeError, "found ndarray"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_numbers_are_refused(every_length, case):
    given, error, words = WRONG[case]
    for function in (every_length.target, every_length.network):
        with pytest.raises(error, match=words):
            function.exact(given)


def test_fixed_lengths(products):
    with pytest.raises(ValueError, match=r"X has 3 tokens; expected the shape \(4, 2\) or \(batch, 4, 2\)"):
        products.network.exact([[0, 0]] * 3)


def test_what_only_looks_like_a_fraction(every_length):
    class Odd:
        numerator = 1

        def __init__(self, denominator):
            self.denominator = denominator

    exact = every_length.target.exact
    assert exact([[Odd(-2)]]) == exact([["-1/2"]])
    with pytest.raises(ValueError, match="denominator 0"):
        exact([[Odd(0)]])
    with pytest.raises(TypeError, match="Odd is not taken"):
        exact([[Odd("2")]])


def test_an_error_on_the_way_is_not_hidden(every_length):
    class Broken(list):
        def __iter__(self):
            raise RuntimeError("no")

    class Interrupted:
        @property
        def numerator(self):
            raise KeyboardInterrupt

    with pytest.raises(RuntimeError, match="no"):
        every_length.target.exact(Broken([[1]]))
    with pytest.raises(KeyboardInterrupt):
        every_length.target.exact([[1], [Interrupted()]])


def test_irrational_values_are_incomplete(constructions):
    import sumformer

    target = sumformer.Target.load(constructions / "softmax-head")
    with pytest.raises(sumformer.Incomplete, match=r"`exp` has no exact.*interval\(X\)"):
        target.exact([["1/2", 0]])
    X = np.array([[0.5, 0.0], [0.25, 0.75]])
    lower, upper = target.interval(X)
    assert np.all(lower <= target(X)) and np.all(target(X) <= upper) and np.all(upper - lower < 1e-12)
