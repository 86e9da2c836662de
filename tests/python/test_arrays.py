"""Arrays of every kind are read as the numbers that they hold, or refused with the way out."""

from fractions import Fraction

import numpy as np
import pytest

# Sixteenths: every sum and product on the way has few bits, so that floats are exact.
VALUES = (np.arange(3 * 4 * 2).reshape(3, 4, 2) * 7 % 33 - 16) / 16


class Quantity(np.ndarray):
    """An array that means more than its numbers."""


def misaligned(values):
    raw = np.zeros(values.nbytes + 1, np.uint8)
    array = raw[1:].view(values.dtype).reshape(values.shape)
    array[...] = values
    return array


def field(values):
    records = np.zeros(values.shape, [("mark", "u1"), ("value", values.dtype)])
    records["value"] = values
    return records["value"]


def read_only(values):
    array = values.copy()
    array.flags.writeable = False
    return array


def memory_map(values, tmp_path):
    array = np.memmap(tmp_path / "values", values.dtype, "w+", shape=values.shape)
    array[...] = values
    return array


def every_second(values):
    wide = np.full((*values.shape[:-1], 2 * values.shape[-1]), np.nan, values.dtype)
    wide[..., ::2] = values
    return wide[..., ::2]


LAYOUTS = {
    "rows": np.ascontiguousarray,
    "columns": np.asfortranarray,
    "transposed": lambda v: np.ascontiguousarray(v.T).T,
    "reversed": lambda v: v[:, ::-1].copy()[:, ::-1],
    "reversed-coordinates": lambda v: v[..., ::-1].copy()[..., ::-1],
    "every-second": every_second,
    "inner-axis-moved": lambda v: np.moveaxis(np.ascontiguousarray(np.moveaxis(v, 1, 0)), 0, 1),
    "misaligned": misaligned,
    "field": field,
    "read-only": read_only,
    "big-endian": lambda v: v.astype(v.dtype.newbyteorder(">")),
    "little-endian": lambda v: v.astype(v.dtype.newbyteorder("<")),
    "big-endian-columns": lambda v: np.asfortranarray(v.astype(v.dtype.newbyteorder(">"))),
    "masked-nowhere": lambda v: np.ma.masked_array(v),
    "masked-nowhere-but-could-be": lambda v: np.ma.masked_array(v, mask=np.zeros(v.shape, bool)),
}


def exactly(function, array):
    """The values as Fractions, by exact arithmetic on what the array holds."""
    nested = [[[Fraction(float(c)) for c in token] for token in sequence] for sequence in array]
    return function.exact(nested)


def require_exact(function, given, plain):
    result = function(given)
    # In the machine's byte order.
    assert result.dtype == plain.dtype and result.dtype.isnative
    assert result.flags.c_contiguous and result.flags.writeable and type(result) is np.ndarray
    assert result.shape == (*plain.shape[:-1], function.outputs)
    rows = plain if plain.ndim == 3 else plain[None]
    got = result if plain.ndim == 3 else result[None]
    assert [[[Fraction(float(c)) for c in t] for t in s] for s in got] == exactly(function, rows)
    lower, upper = function.interval(given)
    assert np.array_equal(lower, upper) and np.array_equal(lower, result.astype(np.float64))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("batch", [True, False])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts(products, layout, batch, dtype):
    for function in (products.network, products.target):
        plain = VALUES.astype(dtype)
        given = LAYOUTS[layout](plain)
        assert np.array_equal(given, plain)
        if batch:
            require_exact(function, given, plain)
        else:
            for one, wanted in zip(given, plain):
                require_exact(function, one, wanted)


def test_memory_maps(products, tmp_path):
    require_exact(products.network, memory_map(VALUES, tmp_path), VALUES)


def test_repeated_rows_without_memory_of_their_own(products):
    given = np.broadcast_to(VALUES[0], (5, 4, 2))
    require_exact(products.network, given, given.copy())


@pytest.mark.parametrize("dtype", ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", ">i4", ">u8", np.intp, np.longlong])
def test_integers(products, dtype):
    given = np.asarray(np.abs(VALUES) > 0.5, dtype=dtype)
    require_exact(products.network, given, given.astype(np.float64))
    require_exact(products.target, given, given.astype(np.float64))


@pytest.mark.parametrize("number", [2**53 + 1, -(2**53) - 1, 2**53 + 2, 2**63 - 1, 2**64 - 1])
def test_long_integers_are_never_rounded(every_length, number):
    given = np.array([[0], [number]], np.int64 if number < 2**63 else np.uint64)
    for function in (every_length.target, every_length.network):
        with pytest.raises(ValueError, match=rf"{number} lies beyond 2\^53.*exact\(X\)"):
            function(given)
    assert every_length.target.exact(given) == every_length.target.exact([[0], [number]])
    almost = np.array([[0], [2**53]])
    assert every_length.network(almost).dtype == np.float64


def test_empty_batches(products, every_length):
    for dtype in (np.float64, np.float32):
        result = products.network(np.zeros((0, 4, 2), dtype))
        assert result.shape == (0, 4, 2) and result.dtype == dtype
        assert products.target(np.zeros((0, 4, 2), dtype)).shape == (0, 4, 2)
    lower, upper = every_length.network.interval(np.zeros((0, 7, 1)))
    assert lower.shape == upper.shape == (0, 7, 1)


def test_every_length(every_length):
    for n in (1, 2, 33):
        given = np.linspace(0, 1, n)[:, None]
        error = np.abs(every_length.network(given) - every_length.target(given))
        assert error.shape == (n, 1) and error.max() <= every_length.certified


WRONG = {
    "scalar": (np.float64(1.0), TypeError, "found float64"),
    "0-d": (np.array(1.0), ValueError, r"found \(\)"),
    "1-d": (np.zeros(8), ValueError, r"found \(8,\)"),
    "4-d": (np.zeros((1, 3, 4, 2)), ValueError, r"found \(1, 3, 4, 2\)"),
    "tokens": (np.zeros((3, 2)), ValueError, r"\(4, 2\) or \(batch, 4, 2\), found \(3, 2\)"),
    "coordinates": (np.zeros((4, 3)), ValueError, r"found \(4, 3\)"),
    "no-tokens": (np.zeros((2, 0, 2)), ValueError, r"found \(2, 0, 2\)"),
    "no-coordinates": (np.zeros((4, 0)), ValueError, r"found \(4, 0\)"),
    "list": ([[0.0, 0.0]] * 4, TypeError, r"found list; numpy\.asarray"),
    "tuple": (((0, 0),) * 4, TypeError, "found tuple"),
    "text": ("[[0, 0]]", TypeError, "found str"),
    "none": (None, TypeError, "found NoneType"),
    "float16": (np.zeros((4, 2), np.float16), TypeError, r"X\.astype\(numpy\.float32\) is exact"),
    "longdouble": (np.zeros((4, 2), np.longdouble), TypeError, r"X\.astype\(numpy\.float64\) rounds"),
    "bool": (np.zeros((4, 2), bool), TypeError, r"found bool.*astype"),
    "complex": (np.zeros((4, 2), complex), TypeError, "real numbers"),
    "object": (np.full((4, 2), Fraction(1, 3), object), TypeError, r"exact\(X\) takes Fractions"),
    "strings": (np.full((4, 2), "0.5"), TypeError, "found <U3"),
    "bytes": (np.full((4, 2), b"0.5"), TypeError, r"found \|S3"),
    "dates": (np.zeros((4, 2), "M8[s]"), TypeError, "found datetime64|found <M8"),
    "records": (np.zeros((4, 2), [("a", "f8")]), TypeError, "real numbers"),
    "nan": (np.where(np.arange(8).reshape(4, 2) == 5, np.nan, 0), ValueError, r"X\[2, 1\] is NaN"),
    "inf": (np.where(np.arange(8).reshape(1, 4, 2) == 3, -np.inf, 0), ValueError, r"X\[0, 1, 1\] is -inf"),
    "masked": (np.ma.masked_array(np.zeros((4, 2)), np.eye(4, 2)), TypeError, r"X\.filled\(value\)"),
    "matrix": (np.zeros((4, 2)).view(np.matrix), TypeError, r"matrix.*numpy\.asarray"),
    "subclass": (np.zeros((4, 2)).view(Quantity), TypeError, r"Quantity.*numpy\.asarray"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_arrays_are_refused(products, case):
    given, error, words = WRONG[case]
    for function in (
        products.network,
        products.target,
        products.network.interval,
        products.target.interval,
    ):
        with pytest.raises(error, match=words):
            function(given)


def test_overflow_is_an_error(every_length):
    with pytest.raises(FloatingPointError, match=r"exact\(X\)"):
        every_length.network(np.full((2, 1), 3e38, np.float32) * np.float32(1.1))
    with pytest.raises(FloatingPointError, match=r"X\[0\], output 0"):
        every_length.target(np.full((2, 1), 1e300))


def test_results_do_not_depend_on_the_batch(products):
    many = np.random.default_rng(1).uniform(-1, 1, (2000, 4, 2))
    together = products.network(many)
    assert all(np.array_equal(products.network(one), row) for one, row in zip(many[::97], together[::97]))


def test_nobody_writes_into_the_argument(products):
    given = VALUES.copy()
    result = products.network(given)
    result[...] = 7
    assert np.array_equal(given, VALUES) and not np.array_equal(products.network(given), result)
