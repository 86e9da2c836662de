//! What went wrong, until the interpreter can be told: then it is one of the exceptions of `sumformer/errors.py`.

use pyo3::prelude::*;
use pyo3::types::PyTuple;
use sumformer::checker::check::UnreadableProof;
use sumformer::checker::refusal::{Refusal, RefusalKind};
use sumformer::reading::{Diagnostic, Diagnostics, load_target};

/// The exceptions by their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Neither of the others.
    Error,
    /// A target's text is wrong, or nothing can come of it.
    TargetError,
    /// Something does not hold, or says nothing.
    Invalid,
    /// Something may hold, but this program does not lead there.
    Incomplete,
}

/// An exception that is to be raised.
#[derive(Debug, Clone)]
pub struct Failure {
    kind: Kind,
    message: String,
    problems: Option<Box<Diagnostics>>,
    rule: Option<(String, String)>,
    ways: Vec<String>,
}

impl Failure {
    /// Of this kind, in a sentence that says the way out.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), problems: None, rule: None, ways: Vec::new() }
    }

    /// The same at a place in a target's text.
    pub fn located(kind: Kind, diagnostics: Diagnostics) -> Self {
        let message = diagnostics.list().first().map_or_else(String::new, |first| first.message.clone());
        Self { problems: Some(Box::new(diagnostics)), ..Self::new(kind, message) }
    }

    /// With the ways that were looked at, a line for each.
    pub fn among(self, ways: Vec<String>) -> Self {
        Self { ways, ..self }
    }

    /// The exception, with what belongs to it: problems, rule, place, ways, and the proofs that came of it nevertheless.
    pub fn raise(&self, py: Python<'_>, proofs: Vec<Py<PyAny>>) -> PyErr {
        let exception = || {
            let class = py.import("sumformer.errors")?.getattr(format!("{:?}", self.kind))?;
            let problems = self.problems.as_deref().map(|all| listed(py, all)).transpose()?;
            let problems = problems.map_or_else(|| Ok(PyTuple::empty(py)), |list| PyTuple::new(py, list))?;
            let (rule, place) = self.rule.clone().unzip();
            class.call1((
                &self.message,
                problems,
                rule,
                place,
                PyTuple::new(py, &self.ways)?,
                PyTuple::new(py, proofs)?,
            ))
        };
        exception().map_or_else(|error| error, PyErr::from_value)
    }
}

/// Problems as `sumformer.errors.Problem` has them.
fn listed<'py>(py: Python<'py>, all: &Diagnostics) -> PyResult<Vec<Bound<'py, PyAny>>> {
    let class = py.import("sumformer.errors")?.getattr("Problem")?;
    let one = |problem: &Diagnostic| {
        let Diagnostic { message, label, help, span } = problem;
        let (at, source) = (all.location(problem), all.source());
        let line = source.split('\n').nth(at.line - 1).unwrap_or_default();
        // What goes on in the next line is not underlined there.
        let length = source[span.clone()].split('\n').next().unwrap_or_default().chars().count();
        class.call1((all.file(), at.line, at.column, length, message, label, help, line))
    };
    all.list().iter().map(one).collect()
}

impl From<Diagnostics> for Failure {
    fn from(diagnostics: Diagnostics) -> Self {
        Self::located(Kind::TargetError, diagnostics)
    }
}

impl From<&Refusal> for Failure {
    fn from(refusal: &Refusal) -> Self {
        let kind = match refusal.kind {
            RefusalKind::Invalid => Kind::Invalid,
            RefusalKind::Unsupported => Kind::Incomplete,
        };
        let rule = Some((refusal.rule.to_string(), refusal.place.clone()));
        Self { rule, ..Self::new(kind, refusal.to_string()) }
    }
}

impl Failure {
    /// Files that say nothing. The checker names the first problem of a target; here all of them are.
    pub fn unreadable(error: UnreadableProof, target: &[u8]) -> Self {
        let text = std::str::from_utf8(target).ok().filter(|_| matches!(error, UnreadableProof::Target(_)));
        match text.map(|text| load_target("target.toml", text)) {
            Some(Err(problems)) => problems.into(),
            _ => Self::new(Kind::Invalid, error.to_string()),
        }
    }
}

impl From<Failure> for PyErr {
    fn from(failure: Failure) -> Self {
        Python::attach(|py| failure.raise(py, Vec::new()))
    }
}
