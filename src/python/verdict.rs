//! The class `Verdict`.

use crate::errors::Failure;
use crate::number::fraction;
use pyo3::prelude::*;
use sumformer::checker::arith::decimal::above;
use sumformer::checker::check::{self, Derived, Scope};
use sumformer::checker::refusal::Refusal;

/// What the independent checker says of a proof; true in an ``if`` where the proof is valid.
#[pyclass(frozen, eq, module = "sumformer")]
#[derive(Clone, PartialEq)]
pub struct Verdict {
    inner: check::Verdict,
}

impl From<check::Verdict> for Verdict {
    fn from(inner: check::Verdict) -> Self {
        Self { inner }
    }
}

impl Verdict {
    /// Whether the proof is valid.
    pub fn is_valid(&self) -> bool {
        matches!(self.inner, check::Verdict::Valid(_))
    }

    /// Why the proof is not valid.
    pub fn failure(&self) -> Option<Failure> {
        self.refusal().map(Failure::from)
    }

    fn derived(&self) -> Option<&Derived> {
        match &self.inner {
            check::Verdict::Valid(derived) => Some(derived),
            check::Verdict::Invalid(_) | check::Verdict::Incomplete(_) => None,
        }
    }

    fn refusal(&self) -> Option<&Refusal> {
        match &self.inner {
            check::Verdict::Valid(_) => None,
            check::Verdict::Invalid(refusal) | check::Verdict::Incomplete(refusal) => Some(refusal),
        }
    }
}

#[pymethods]
impl Verdict {
    /// "valid", "invalid" (a claim does not follow) or "incomplete" (no rule covers a step).
    #[getter]
    fn status(&self) -> &'static str {
        match self.inner {
            check::Verdict::Valid(_) => "valid",
            check::Verdict::Invalid(_) => "invalid",
            check::Verdict::Incomplete(_) => "incomplete",
        }
    }

    /// Whether |network - target| <= certified is proved on the whole box.
    #[getter]
    fn valid(&self) -> bool {
        self.is_valid()
    }

    /// The error as derived from the weights, a Fraction that is at most ``certified``; None unless valid.
    #[getter]
    fn bound<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.derived().map(|derived| fraction(py, &derived.bound)).transpose()
    }

    /// Where the error is at most epsilon: "everywhere", or "off the ramps" of a table; None unless valid.
    #[getter]
    fn scope(&self) -> Option<&'static str> {
        self.derived().map(|derived| match derived.scope {
            Scope::Everywhere => "everywhere",
            Scope::OffRamps => "off the ramps",
        })
    }

    /// The parts of the checker that have to be right for it.
    #[getter]
    fn parts(&self) -> Vec<&'static str> {
        self.derived().map_or_else(Vec::new, |derived| derived.parts.iter().map(|part| part.name()).collect())
    }

    /// The rule that failed, or None.
    #[getter]
    fn rule(&self) -> Option<String> {
        self.refusal().map(|refusal| refusal.rule.to_string())
    }

    /// Where it failed, or None.
    #[getter]
    fn place(&self) -> Option<&str> {
        self.refusal().map(|refusal| refusal.place.as_str())
    }

    /// What was wanted and found, or None.
    #[getter]
    fn message(&self) -> Option<&str> {
        self.refusal().map(|refusal| refusal.message.as_str())
    }

    /// Raises Invalid or Incomplete unless valid.
    fn require(&self) -> PyResult<()> {
        self.failure().map_or(Ok(()), |failure| Err(failure.into()))
    }

    fn __bool__(&self) -> bool {
        self.is_valid()
    }

    fn __repr__(&self) -> String {
        let said = match (self.derived(), self.refusal()) {
            (Some(derived), _) => format!("|network - target| <= {}", above(&derived.bound)),
            (None, refusal) => refusal.map_or_else(String::new, ToString::to_string),
        };
        format!("<Verdict {}: {said}>", self.status())
    }
}
