//! Nested sequences of exact numbers, as lists.

use crate::number::{at, fraction, if_of_type, rational};
use crate::shape::Shape;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyFrozenSet, PyList, PySet, PyString};
use sumformer::checker::arith::number::Rational;

/// Tokens of coordinates.
pub type Rows = Vec<Vec<Rational>>;

/// One sequence, or several.
pub struct Exact {
    /// Whether there was a list around the sequences.
    pub is_batch: bool,
    /// The sequences, which may have different lengths where the function takes any.
    pub sequences: Vec<Rows>,
}

/// Reads nested sequences of exact numbers: a list of tokens, or a list of such lists.
pub fn read(value: &Bound<'_, PyAny>, shape: Shape) -> PyResult<Exact> {
    let top = items(value, "X", "a sequence of tokens")?;
    // What is in the first of them decides.
    let first = top.first().map(held).transpose()?.flatten();
    let coordinate = first.as_deref().and_then(<[_]>::first);
    let is_batch = coordinate.map(held).transpose()?.flatten().is_some();
    let sequences = if is_batch {
        top.iter()
            .enumerate()
            .map(|(s, rows)| read_rows(rows, &format!("X[{s}]"), shape))
            .collect::<PyResult<_>>()?
    } else {
        vec![read_rows(value, "X", shape)?]
    };
    Ok(Exact { is_batch, sequences })
}

fn read_rows(value: &Bound<'_, PyAny>, place: &str, shape: Shape) -> PyResult<Rows> {
    let tokens = items(value, place, "a sequence of tokens")?;
    if !shape.takes(tokens.len()) {
        let (wanted, found) = (shape.in_words(), tokens.len());
        return Err(PyValueError::new_err(format!(
            "{place} has {found} tokens; expected the shape {wanted}"
        )));
    }
    tokens.iter().enumerate().map(|(t, token)| read_token(token, &format!("{place}[{t}]"), shape)).collect()
}

fn read_token(value: &Bound<'_, PyAny>, place: &str, shape: Shape) -> PyResult<Vec<Rational>> {
    let coordinates = items(value, place, "a token, which is a sequence of coordinates")?;
    if coordinates.len() != shape.dimension {
        let (wanted, found) = (shape.in_words(), coordinates.len());
        return Err(PyValueError::new_err(format!(
            "{place} has {found} coordinates; expected the shape {wanted}"
        )));
    }
    let read = |(k, coordinate): (usize, &Bound<'_, PyAny>)| {
        rational(coordinate).map_err(|error| at(coordinate.py(), &format!("{place}[{k}]"), error))
    };
    coordinates.iter().enumerate().map(read).collect()
}

/// What a sequence holds, or an error with its place.
fn items<'py>(value: &Bound<'py, PyAny>, place: &str, wanted: &str) -> PyResult<Vec<Bound<'py, PyAny>>> {
    match held(value)? {
        Some(items) => Ok(items),
        None => {
            let name = value.get_type().name()?;
            Err(PyTypeError::new_err(format!("{place}: expected {wanted}, found {name}")))
        }
    }
}

/// What a sequence holds; nothing where there is none. Text is none, nor is what has no order.
fn held<'py>(value: &Bound<'py, PyAny>) -> PyResult<Option<Vec<Bound<'py, PyAny>>>> {
    let other = value.is_instance_of::<PyString>()
        || value.is_instance_of::<PyBytes>()
        || value.is_instance_of::<PySet>()
        || value.is_instance_of::<PyFrozenSet>()
        || value.is_instance_of::<PyDict>();
    if other || if_of_type(value.py(), value.len())?.is_none() {
        return Ok(None);
    }
    value.try_iter()?.collect::<PyResult<_>>().map(Some)
}

/// Rows of `fractions.Fraction` as nested lists.
pub fn write<'py>(py: Python<'py>, answers: &[Rows], is_batch: bool) -> PyResult<Bound<'py, PyList>> {
    let token = |row: &Vec<Rational>| {
        PyList::new(py, row.iter().map(|value| fraction(py, value)).collect::<PyResult<Vec<_>>>()?)
    };
    let sequence = |rows: &Rows| PyList::new(py, rows.iter().map(token).collect::<PyResult<Vec<_>>>()?);
    match answers {
        [only] if !is_batch => sequence(only),
        all => PyList::new(py, all.iter().map(sequence).collect::<PyResult<Vec<_>>>()?),
    }
}
