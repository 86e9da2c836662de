//! The class `Witness`.

use crate::number::fraction;
use crate::sequences;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyList;
use sumformer::checker::arith::number::{Exact, Rational};
use sumformer::checker::format::certificate;

/// Longer sequences are only told in runs.
const LONGEST: usize = 1 << 20;

/// An input at which the error of the network is known.
#[pyclass(frozen, module = "sumformer")]
pub struct Witness {
    inner: certificate::Witness,
}

impl From<certificate::Witness> for Witness {
    fn from(inner: certificate::Witness) -> Self {
        Self { inner }
    }
}

impl Witness {
    /// Tokens, and how often each stands there in a row.
    fn runs_of_tokens(&self) -> Vec<(Vec<Rational>, usize)> {
        let certificate::Witness { input, copies, .. } = &self.inner;
        let token = |token: &Vec<Exact>| token.iter().map(|coordinate| coordinate.0.clone()).collect();
        match copies.is_empty() {
            true => input.iter().map(|row| (token(row), 1)).collect(),
            false => input.iter().map(token).zip(copies.iter().copied()).collect(),
        }
    }
}

#[pymethods]
impl Witness {
    /// The sequence: n tokens, each a list of d Fractions.
    ///
    /// Raises ValueError where it is too long to be written out; ``runs`` has it then.
    #[getter]
    fn sequence<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let runs = self.runs_of_tokens();
        let length = runs.iter().fold(0_usize, |sum, (_, copies)| sum.saturating_add(*copies));
        if length > LONGEST {
            let message = format!(
                "the sequence has {length} tokens, too many to be written out; `runs` has equal ones once"
            );
            return Err(PyValueError::new_err(message));
        }
        let tokens = runs.into_iter().flat_map(|(token, copies)| std::iter::repeat_n(token, copies));
        sequences::write(py, &[tokens.collect()], false)
    }

    /// The same as pairs: a token, and how often it stands there in a row.
    #[getter]
    fn runs<'py>(&self, py: Python<'py>) -> PyResult<Vec<(Bound<'py, PyAny>, usize)>> {
        let run = |(token, copies): (Vec<Rational>, usize)| {
            Ok((sequences::write(py, &[vec![token]], false)?.get_item(0)?, copies))
        };
        self.runs_of_tokens().into_iter().map(run).collect()
    }

    /// The token, counted from 0.
    #[getter]
    fn token(&self) -> usize {
        self.inner.token
    }

    /// The output, counted from 0.
    #[getter]
    fn output(&self) -> usize {
        self.inner.output
    }

    /// |network - target| there, or a Fraction that is not larger, as ``kind`` says.
    #[getter]
    fn error<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        fraction(py, &self.inner.error.0)
    }

    /// "exact" or "lower bound".
    #[getter]
    fn kind(&self) -> &'static str {
        self.inner.kind.name()
    }

    fn __repr__(&self) -> String {
        let certificate::Witness { token, output, error, kind, .. } = &self.inner;
        format!("<Witness: error {} ({}) at token {token}, output {output}>", error.0, kind.name())
    }
}
