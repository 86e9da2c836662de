//! The class `Witness`.

use crate::number::fraction;
use crate::sequences;
use pyo3::prelude::*;
use pyo3::types::PyList;
use sumformer::checker::format::certificate;

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

#[pymethods]
impl Witness {
    /// The sequence: n tokens, each a list of d Fractions.
    #[getter]
    fn sequence<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let copies = self.inner.copies.iter().copied().chain(std::iter::repeat(1));
        let tokens = self.inner.input.iter().zip(copies).flat_map(|(token, copies)| {
            let token: Vec<_> = token.iter().map(|coordinate| coordinate.0.clone()).collect();
            std::iter::repeat_n(token, copies)
        });
        sequences::write(py, &[tokens.collect()], false)
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
