//! Exact numbers on their way in and out: `fractions.Fraction`, integers, text.

use num_bigint::BigInt;
use num_traits::{Signed, Zero};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyFloat, PyString, PyType};
use sumformer::checker::arith::number::{Rational, parse_rational};

/// The number as a `fractions.Fraction`.
pub fn fraction<'py>(py: Python<'py>, value: &Rational) -> PyResult<Bound<'py, PyAny>> {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    CLASS.import(py, "fractions", "Fraction")?.call1((value.numer().clone(), value.denom().clone()))
}

/// An exact number: text as in target files, an integer, or what has a numerator and a denominator. Floats are refused, as
/// few people mean 3602879701896397/36028797018963968 when they write 0.1.
pub fn rational(value: &Bound<'_, PyAny>) -> PyResult<Rational> {
    if let Ok(text) = value.cast::<PyString>() {
        return parse_rational(text.to_str()?).map_err(|error| PyValueError::new_err(error.to_string()));
    }
    if value.is_instance_of::<PyBool>() {
        return Err(PyTypeError::new_err("a truth value is no number; write 0 or 1"));
    }
    // A float of numpy has no numerator, a boolean neither.
    let part = |name: &str| match value.getattr_opt(name)? {
        Some(part) => if_of_type(value.py(), part.extract::<BigInt>()),
        None => Ok(None),
    };
    match (part("numerator")?, part("denominator")?) {
        (Some(numerator), Some(denominator)) if denominator.is_positive() => {
            Ok(Rational::new(numerator, denominator))
        }
        (Some(_), Some(denominator)) if denominator.is_zero() => {
            Err(PyValueError::new_err("a fraction with denominator 0 is no number"))
        }
        (Some(numerator), Some(denominator)) => Ok(Rational::new(-numerator, -denominator)),
        _ => Err(PyTypeError::new_err(inexact(value)?)),
    }
}

/// Nothing where something is of the wrong type; other errors, that of Ctrl-C among them, remain errors.
pub fn if_of_type<T>(py: Python<'_>, result: PyResult<T>) -> PyResult<Option<T>> {
    match result {
        Err(error) if error.is_instance_of::<PyTypeError>(py) => Ok(None),
        other => other.map(Some),
    }
}

/// A positive exact number.
pub fn positive(value: &Bound<'_, PyAny>, name: &str) -> PyResult<Rational> {
    let number = rational(value).map_err(|error| at(value.py(), &format!("`{name}`"), error))?;
    if number.is_positive() {
        return Ok(number);
    }
    Err(PyValueError::new_err(format!("`{name}` is {number}, and has to be positive")))
}

/// The same error, with its place before it.
pub fn at(py: Python<'_>, place: &str, error: PyErr) -> PyErr {
    let message = format!("{place}: {}", error.value(py));
    if error.is_instance_of::<PyTypeError>(py) {
        PyTypeError::new_err(message)
    } else if error.is_instance_of::<PyValueError>(py) {
        PyValueError::new_err(message)
    } else {
        error
    }
}

/// Why something is not taken for an exact number, and what to write instead.
fn inexact(value: &Bound<'_, PyAny>) -> PyResult<String> {
    let name = value.get_type().name()?;
    if let Ok(float) = value.cast::<PyFloat>() {
        let number = float.value();
        return Ok(match Rational::from_float(number) {
            Some(exact) => format!(
                "{number:?} is a binary float, which is exactly {exact}; write \"{number:?}\" for the decimal, or \
                 Fraction({number:?}) for the float"
            ),
            None => format!("{number:?} is no number"),
        });
    }
    let way_out = if value.hasattr("as_integer_ratio")? {
        "Fraction(*value.as_integer_ratio()) is its exact value"
    } else {
        "exact numbers are integers, Fractions, and text such as \"1/3\" or \"0.1\""
    };
    Ok(format!("a {name} is not taken for an exact number; {way_out}"))
}
