//! Arrays of numpy: what is taken, exactly, and what is refused, with the way out.
//!
//! Whatever the order, the strides, the alignment and the byte order: numpy makes a fresh copy in rows, in which nobody else
//! writes while the interpreter's lock is released. What would be lost on the way is refused: masks, the units of subclasses, digits of long
//! integers, exactness of long doubles.

use crate::shape::{Leading, Shape};
use num_traits::Float;
use numpy::prelude::*;
use numpy::{Element, PyArray1, PyArrayDyn, PyUntypedArray};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::IntoPyDict;

/// Integers up to this one are `f64`s.
const EXACT_INTEGERS: u64 = 1 << 53;

/// Sequences of one length.
#[derive(Debug, Clone)]
pub struct Batch<S> {
    /// How many, of how many tokens.
    pub leading: Leading,
    /// One after the other, n × d each.
    pub numbers: Vec<S>,
}

/// A batch in the type that it came in.
pub enum Given {
    /// `float64`, or integers.
    F64(Batch<f64>),
    /// `float32`
    F32(Batch<f32>),
}

/// Reads an array of shape (n, d) or (batch, n, d).
pub fn read(array: &Bound<'_, PyAny>, shape: Shape) -> PyResult<Given> {
    let py = array.py();
    // Without numpy the cast would panic.
    let numpy = py.import("numpy")?;
    let Ok(untyped) = array.cast::<PyUntypedArray>() else {
        let name = array.get_type().name()?;
        return Err(PyTypeError::new_err(format!(
            "expected a numpy array of shape {}, found {name}; numpy.asarray(X) may make one of it, and exact(X) takes \
             nested lists of exact numbers",
            shape.in_words()
        )));
    };
    plain(untyped, &numpy)?;
    let dtype = untyped.dtype();
    let (kind, code) = (dtype.kind(), dtype.char());
    let leading = shape.leading(untyped.shape())?;
    let d = shape.dimension;
    match (kind, code) {
        (b'f', b'd') => finite::<f64>(leading, d, copied(array, &numpy, "float64")?).map(Given::F64),
        (b'f', b'f') => finite::<f32>(leading, d, copied(array, &numpy, "float32")?).map(Given::F32),
        (b'i', _) => {
            let numbers = copied::<i64>(array, &numpy, "int64")?;
            let long = numbers.iter().copied().find(|number| number.unsigned_abs() > EXACT_INTEGERS);
            short(long)?;
            finite(leading, d, numbers.into_iter().map(|number| number as f64).collect()).map(Given::F64)
        }
        (b'u', _) => {
            let numbers = copied::<u64>(array, &numpy, "uint64")?;
            short(numbers.iter().copied().find(|&number| number > EXACT_INTEGERS))?;
            finite(leading, d, numbers.into_iter().map(|number| number as f64).collect()).map(Given::F64)
        }
        _ => {
            let way_out = match (kind, code) {
                (b'f', b'e') => "X.astype(numpy.float32) is exact",
                (b'f', _) => "X.astype(numpy.float64) rounds it",
                (b'b', _) => "X.astype(numpy.float64) makes numbers of it",
                (b'O', _) => "exact(X) takes Fractions, integers and text",
                _ => "give real numbers",
            };
            Err(PyTypeError::new_err(format!(
                "expected an array of float64, float32 or integers, found {}; {way_out}",
                dtype.str()?
            )))
        }
    }
}

/// Refuses subclasses that mean more than their numbers.
fn plain(array: &Bound<'_, PyUntypedArray>, numpy: &Bound<'_, PyModule>) -> PyResult<()> {
    let class = array.get_type();
    if class.is(numpy.getattr("ndarray")?) || class.is(numpy.getattr("memmap")?) {
        return Ok(());
    }
    let masked = numpy.getattr("ma")?;
    if class.is(masked.getattr("MaskedArray")?) {
        if !masked.call_method1("is_masked", (array,))?.extract::<bool>()? {
            return Ok(());
        }
        return Err(PyTypeError::new_err(
            "the array is masked in places, where it has no values; X.filled(value) fills them in",
        ));
    }
    Err(PyTypeError::new_err(format!(
        "the array is a {}, whose meaning may be more than its numbers; numpy.asarray(X) has the numbers alone",
        class.name()?
    )))
}

/// The elements in the order of rows.
fn copied<T: Element + Copy>(
    array: &Bound<'_, PyAny>,
    numpy: &Bound<'_, PyModule>,
    dtype: &str,
) -> PyResult<Vec<T>> {
    let py = array.py();
    let options = [
        ("order", "C".into_pyobject(py)?.into_any()),
        ("copy", true.into_pyobject(py)?.to_owned().into_any()),
    ];
    let copy = numpy.call_method("array", (array, dtype), Some(&options.into_py_dict(py)?))?;
    let copy = copy.cast_into::<PyArrayDyn<T>>()?;
    Ok(copy.readonly().as_slice()?.to_vec())
}

fn short(long: Option<impl std::fmt::Display>) -> PyResult<()> {
    long.map_or(Ok(()), |number| {
        Err(PyValueError::new_err(format!(
            "{number} lies beyond 2^53, where not every integer is a float64; exact(X) computes with integers as they are, and \
             X.astype(numpy.float64) rounds"
        )))
    })
}

/// With its numbers, all of them finite.
fn finite<S: Float + std::fmt::Debug>(
    leading: Leading,
    dimension: usize,
    numbers: Vec<S>,
) -> PyResult<Batch<S>> {
    if let Some(at) = numbers.iter().position(|number| !number.is_finite()) {
        let (token, coordinate) = (at / dimension, at % dimension);
        let message =
            format!("X[{}, {coordinate}] is {:?}, which is no number", leading.place(token), numbers[at]);
        return Err(PyValueError::new_err(message));
    }
    Ok(Batch { leading, numbers })
}

/// An array of the same leading shape, with so many outputs for each token.
pub fn answer<'py, S: Element>(
    py: Python<'py>,
    leading: Leading,
    outputs: usize,
    numbers: Vec<S>,
) -> PyResult<Bound<'py, PyAny>> {
    let flat = PyArray1::from_vec(py, numbers);
    Ok(match leading.batch {
        Some(batch) => flat.reshape([batch, leading.tokens, outputs])?.into_any(),
        None => flat.reshape([leading.tokens, outputs])?.into_any(),
    })
}
