//! The class `Target`.

use crate::arrays::{self, Batch, Given, answer};
use crate::errors::{Failure, Kind};
use crate::files::read_file;
use crate::number::fraction;
use crate::sequences::{self, Rows};
use crate::shape::{Leading, Shape};
use crate::{enclosed, job};
use pyo3::exceptions::{PyFloatingPointError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple, PyType};
use std::hash::{Hash, Hasher};
use std::path::PathBuf;
use std::sync::Arc;
use sumformer::checker::arith::number::Rational;
use sumformer::checker::language::target::{self, Tokens};
use sumformer::checker::language::{EvalError, Scalar, evaluate_sequence};
use sumformer::checker::limits::MAX_SOURCE;
use sumformer::numeric::FloatInterval;
use sumformer::parallel;
use sumformer::reading::load_target;

/// The name of a target's file, in a proof and in messages.
pub const FILE: &str = "target.toml";

/// A function of sequences of tokens, read from text.
///
/// It maps n tokens of d coordinates to n tokens of c outputs, and permuting the tokens permutes the outputs. Made by
/// ``Target.parse(text)`` or ``Target.load(path)``; ``target(X)`` evaluates it.
#[pyclass(frozen, eq, hash, module = "sumformer")]
pub struct Target {
    inner: Arc<target::Target>,
}

/// Targets with the same text are equal.
impl PartialEq for Target {
    fn eq(&self, other: &Self) -> bool {
        self.inner.source == other.inner.source
    }
}

impl Hash for Target {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.inner.source.hash(state);
    }
}

impl From<Arc<target::Target>> for Target {
    fn from(inner: Arc<target::Target>) -> Self {
        Self { inner }
    }
}

impl Target {
    /// What it holds.
    pub fn shared(&self) -> Arc<target::Target> {
        self.inner.clone()
    }

    /// What its text says.
    pub fn read(name: &str, text: &str) -> PyResult<Self> {
        Ok(Self { inner: Arc::new(load_target(name, text).map_err(Failure::from)?) })
    }

    /// A file, or a folder with one.
    pub fn at(path: &std::path::Path) -> PyResult<Self> {
        let file = if path.is_dir() { path.join(FILE) } else { path.to_path_buf() };
        let name = file.display().to_string();
        // A file that is too long is told so, and not read to its end, which it may not have.
        let bytes = read_file(&file, MAX_SOURCE as u64 + 1)?;
        let text = String::from_utf8(bytes)
            .map_err(|error| PyValueError::new_err(format!("{name}: not UTF-8: {error}")))?;
        Self::read(&name, &text)
    }

    fn shape(&self) -> Shape {
        Shape { tokens: self.inner.tokens, dimension: self.inner.dimension() }
    }

    /// The values on all sequences of a batch, n × c each.
    fn values<S>(&self, py: Python<'_>, leading: Leading, numbers: Vec<S>) -> PyResult<Vec<S>>
    where
        S: Scalar + Copy + Send + Sync + 'static,
    {
        let (target, width) = (self.shared(), leading.tokens * self.inner.dimension());
        let values = job::run(py, move |_| {
            let sequences: Vec<&[S]> = numbers.chunks_exact(width).collect();
            let one = |&sequence: &&[S]| {
                let rows: Vec<Vec<S>> =
                    sequence.chunks_exact(target.dimension()).map(<[S]>::to_vec).collect();
                evaluate_sequence(&target, &rows)
            };
            parallel::try_map(&sequences, one)
        })?;
        Ok(values.map_err(no_value)?.concat().concat())
    }

    fn rounded<'py, S>(&self, py: Python<'py>, batch: Batch<S>) -> PyResult<Bound<'py, PyAny>>
    where
        S: Scalar + Copy + Send + Sync + numpy::Element + num_traits::Float + 'static,
    {
        let (leading, outputs) = (batch.leading, self.inner.outputs());
        let values = self.values(py, leading, batch.numbers)?;
        if let Some(at) = values.iter().position(|value| !value.is_finite()) {
            return Err(PyFloatingPointError::new_err(format!(
                "the target at X[{}], output {}, is no number in this type; interval(X) says more",
                leading.place(at / outputs),
                at % outputs
            )));
        }
        answer(py, leading, outputs, values)
    }
}

/// Why there is no value.
pub fn no_value(error: EvalError) -> PyErr {
    match error {
        EvalError::NotRational(_) => {
            Failure::new(Kind::Incomplete, format!("{error}; interval(X) encloses the value")).into()
        }
        EvalError::TooLarge(_) | EvalError::TooManyFactors(_) | EvalError::TooManyPermutations(_) => {
            Failure::new(Kind::Incomplete, error.to_string()).into()
        }
        _ => PyValueError::new_err(error.to_string()),
    }
}

#[pymethods]
impl Target {
    /// Reads the text of a target file; ``name`` is what errors call it.
    ///
    /// Raises TargetError, with line, column and what to write instead.
    #[classmethod]
    #[pyo3(signature = (text, name = "target.toml"))]
    fn parse(_class: &Bound<'_, PyType>, text: &str, name: &str) -> PyResult<Self> {
        Self::read(name, text)
    }

    /// Reads a target file, or the ``target.toml`` of a folder.
    #[classmethod]
    fn load(_class: &Bound<'_, PyType>, path: PathBuf) -> PyResult<Self> {
        Self::at(&path)
    }

    /// The name in the file.
    #[getter]
    fn name(&self) -> &str {
        &self.inner.name
    }

    /// The text of the file.
    #[getter]
    fn text(&self) -> &str {
        &self.inner.source
    }

    /// n, or "any" for targets of every length.
    #[getter]
    fn tokens<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        tokens(py, self.inner.tokens)
    }

    /// d, the coordinates of a token.
    #[getter]
    fn dimension(&self) -> usize {
        self.inner.dimension()
    }

    /// c, the outputs for each token.
    #[getter]
    fn outputs(&self) -> usize {
        self.inner.outputs()
    }

    /// The box of each token: d pairs of Fractions.
    #[getter]
    fn domain<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let sides = self
            .inner
            .domain
            .iter()
            .map(|side| PyTuple::new(py, [fraction(py, side.inf())?, fraction(py, side.sup())?]));
        PyList::new(py, sides.collect::<PyResult<Vec<_>>>()?)
    }

    /// The error that the file asks for, or None.
    #[getter]
    fn epsilon<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.inner.epsilon.as_ref().map(|epsilon| fraction(py, epsilon)).transpose()
    }

    /// The values at X, an array of shape (n, d) or (batch, n, d): an array of shape (n, c) or (batch, n, c), in the type
    /// of X (float64 or float32; float64 for integers), rounded in every step.
    fn __call__<'py>(&self, py: Python<'py>, x: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        match arrays::read(x, self.shape())? {
            Given::F64(batch) => self.rounded(py, batch),
            Given::F32(batch) => self.rounded(py, batch),
        }
    }

    /// The values at nested sequences of Fractions, integers or text ("1/3"; "0.1" is 1/10), of shape (n, d) or
    /// (batch, n, d): nested lists of Fractions.
    ///
    /// Raises Incomplete where a value is irrational.
    fn exact<'py>(&self, py: Python<'py>, x: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyList>> {
        let given = sequences::read(x, self.shape())?;
        let target = self.shared();
        let values = job::run(py, move |_| {
            given
                .sequences
                .iter()
                .map(|rows| evaluate_sequence::<Rational>(&target, rows))
                .collect::<Result<Vec<Rows>, _>>()
        })?;
        sequences::write(py, &values.map_err(no_value)?, given.is_batch)
    }

    /// Enclosures of the values at X, whose floats are taken as they are: a pair of float64 arrays (lower, upper) of shape
    /// (n, c) or (batch, n, c).
    fn interval<'py>(&self, py: Python<'py>, x: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyTuple>> {
        let batch = enclosed::points(arrays::read(x, self.shape())?);
        let values: Vec<FloatInterval> = self.values(py, batch.leading, batch.numbers)?;
        enclosed::ends(py, batch.leading, self.inner.outputs(), &values)
    }

    fn __repr__(&self) -> String {
        let Self { inner } = self;
        format!(
            "<Target {}: {}, d = {}, {} output(s)>",
            inner.name,
            inner.tokens,
            inner.dimension(),
            inner.outputs()
        )
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (&str,))> {
        Ok((py.get_type::<Self>().getattr("parse")?, (&self.inner.source,)))
    }
}

/// n, or "any".
pub fn tokens(py: Python<'_>, tokens: Tokens) -> PyResult<Bound<'_, PyAny>> {
    Ok(match tokens {
        Tokens::Fixed(n) => n.into_pyobject(py)?.into_any(),
        Tokens::Any => "any".into_pyobject(py)?.into_any(),
    })
}
