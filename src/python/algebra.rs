//! Power sums, and polynomials in them (Theorem 2.12 of the paper).

use crate::errors::{Failure, Kind};
use crate::job;
use crate::number::fraction;
use crate::options::whole;
use crate::sequences;
use crate::shape::Shape;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use sumformer::algebra::MultiIndex;
use sumformer::algebra::power_sums::PowerSums;
use sumformer::algebra::rewriting::{RewritingError, augmented_monomial as augmented};
use sumformer::checker::arith::number::Rational;
use sumformer::checker::language::target::Tokens;

/// All power sums of a sequence: a dict from (a_1, ..., a_d) with 1 <= a_1 + ... + a_d <= degree to the sum over the tokens x of
/// x_1^a_1 ... x_d^a_d, a Fraction.
///
/// x is a nested sequence of Fractions, integers or text, of shape (n, d).
#[pyfunction]
pub fn power_sums<'py>(
    py: Python<'py>,
    x: &Bound<'py, PyAny>,
    degree: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyDict>> {
    let degree = whole("degree", degree, 1..=u32::MAX.into(), &[])?;
    let degree = u32::try_from(degree).unwrap_or(u32::MAX);
    let dimension = x.get_item(0).and_then(|token| token.len()).unwrap_or(1).max(1);
    let given = sequences::read(x, Shape { tokens: Tokens::Any, dimension })?;
    if given.is_batch {
        return Err(PyValueError::new_err("expected one sequence, of shape (n, d)"));
    }
    let tokens: Vec<Rational> = given.sequences.concat().concat();
    let sums = job::run(py, move |_| {
        let prepared = PowerSums::new(dimension, degree).map_err(|error| error.to_string())?;
        let values = prepared.evaluate_exact(&tokens).map_err(|error| error.to_string())?;
        Ok((prepared, values))
    })?;
    let (prepared, values) = sums.map_err(|error: String| Failure::new(Kind::Error, error))?;
    let all = PyDict::new(py);
    for (entry, value) in (1..).zip(&values) {
        // Entry 0 is the number of tokens.
        let alpha = prepared.table().multi_index(entry).unwrap_or_default();
        all.set_item(PyTuple::new(py, alpha.iter())?, fraction(py, value)?)?;
    }
    Ok(all)
}

/// The sum over distinct tokens y_1, ..., y_k of y_1^parts[0] ... y_k^parts[k-1], as a polynomial in power sums: a dict from tuples
/// of pairs ((a_1, ..., a_d), exponent) to Fractions.
///
/// parts has k tuples of d exponents each. Raises Error beyond ``max_terms`` terms.
#[pyfunction]
#[pyo3(signature = (parts, max_terms = 200_000))]
pub fn augmented_monomial(
    py: Python<'_>,
    parts: Vec<Vec<u32>>,
    max_terms: usize,
) -> PyResult<Bound<'_, PyDict>> {
    let parts: Vec<MultiIndex> = parts.into_iter().map(Vec::into_boxed_slice).collect();
    let rewritten = job::run(py, move |_| augmented(&parts, max_terms))?.map_err(|error| match error {
        RewritingError::TooManyTerms { .. } => Failure::new(Kind::Error, error.to_string()).into(),
        other => PyValueError::new_err(other.to_string()),
    })?;
    let all = PyDict::new(py);
    for (factors, coefficient) in rewritten.terms() {
        let factors = factors.map(|(alpha, exponent)| Ok((PyTuple::new(py, alpha.iter())?, exponent)));
        let factors = PyTuple::new(py, factors.collect::<PyResult<Vec<_>>>()?)?;
        all.set_item(factors, fraction(py, &coefficient)?)?;
    }
    Ok(all)
}
