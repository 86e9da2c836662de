"""Power sums and polynomials in them, against sums written out."""

import itertools
import math
from fractions import Fraction

import pytest

import sumformer

TOKENS = [[1, Fraction(1, 2)], [3, -4], [Fraction(-2, 3), 6], [0, 1]]


def power(token, alpha):
    return math.prod((Fraction(c) ** a for c, a in zip(token, alpha)), start=Fraction(1))


def test_power_sums():
    sums = sumformer.power_sums(TOKENS, 3)
    alphas = [alpha for alpha in itertools.product(range(4), repeat=2) if 1 <= sum(alpha) <= 3]
    assert set(sums) == set(alphas) and list(sums)[:5] == [(1, 0), (0, 1), (2, 0), (1, 1), (0, 2)]
    assert all(sums[alpha] == sum(power(token, alpha) for token in TOKENS) for alpha in alphas)
    assert sumformer.power_sums([["1/3"]], 2) == {(1,): Fraction(1, 3), (2,): Fraction(1, 9)}


@pytest.mark.parametrize("parts", [[(1, 0), (0, 1)], [(2, 1)], [(1, 0), (1, 0), (1, 0)], [(1, 1), (0, 2), (3, 0)], []])
def test_augmented_monomials(parts):
    wanted = sum(
        math.prod((power(token, part) for token, part in zip(chosen, parts)), start=Fraction(1))
        for chosen in itertools.permutations(TOKENS, len(parts))
    )
    sums = sumformer.power_sums(TOKENS, 9)
    found = sum(
        coefficient * math.prod((sums[alpha] ** exponent for alpha, exponent in factors), start=Fraction(1))
        for factors, coefficient in sumformer.augmented_monomial(parts).items()
    )
    assert found == wanted


WRONG = [
    (lambda: sumformer.power_sums(TOKENS, 0), ValueError, "`degree` is 0"),
    (lambda: sumformer.power_sums(TOKENS, -1), ValueError, "`degree` is -1"),
    (lambda: sumformer.power_sums(TOKENS, 10**9), sumformer.Error, "fit a table"),
    (lambda: sumformer.power_sums([], 2), ValueError, "X has 0 tokens"),
    (lambda: sumformer.power_sums([[]], 2), ValueError, "0 coordinates"),
    (lambda: sumformer.power_sums([[1], [1, 2]], 2), ValueError, r"X\[1\] has 2 coordinates"),
    (lambda: sumformer.power_sums([[[1]]], 2), ValueError, "one sequence"),
    (lambda: sumformer.power_sums([[0.5]], 2), TypeError, "binary float"),
    (lambda: sumformer.power_sums(7, 2), TypeError, "found int"),
    (lambda: sumformer.augmented_monomial([(0, 0)]), ValueError, "zero multi-index"),
    (lambda: sumformer.augmented_monomial([(1, 0), (1,)]), ValueError, "has 1 coordinates"),
    (lambda: sumformer.augmented_monomial([(1, 0)] * 3, max_terms=1), sumformer.Error, "more than 1 terms"),
    (lambda: sumformer.augmented_monomial([(-1, 0)]), OverflowError, "out of range"),
    (lambda: sumformer.augmented_monomial([(0.5, 0)]), TypeError, "float"),
]


@pytest.mark.parametrize("number", range(len(WRONG)))
def test_what_makes_no_sense_is_refused(number):
    call, error, words = WRONG[number]
    with pytest.raises(error, match=words):
        call()
