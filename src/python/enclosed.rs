//! Intervals as pairs of arrays.

use crate::arrays::{Batch, Given, answer};
use crate::shape::Leading;
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use sumformer::numeric::FloatInterval;

/// Every float as the number that it is.
pub fn points(given: Given) -> Batch<FloatInterval> {
    match given {
        Given::F64(Batch { leading, numbers }) => {
            Batch { leading, numbers: numbers.into_iter().map(FloatInterval::point).collect() }
        }
        Given::F32(Batch { leading, numbers }) => {
            let point = |number: f32| FloatInterval::point(number.into());
            Batch { leading, numbers: numbers.into_iter().map(point).collect() }
        }
    }
}

/// The lower ends, and the upper ends.
pub fn ends<'py>(
    py: Python<'py>,
    leading: Leading,
    outputs: usize,
    values: &[FloatInterval],
) -> PyResult<Bound<'py, PyTuple>> {
    let end = |end: fn(FloatInterval) -> f64| {
        answer(py, leading, outputs, values.iter().map(|&value| end(value)).collect::<Vec<f64>>())
    };
    PyTuple::new(py, [end(FloatInterval::inf)?, end(FloatInterval::sup)?])
}
