//! Why a target has no surrogate.

use crate::arith::interval::Interval;
use crate::language::ast::{Function, Span};
use crate::normal_form::expansion::ExpansionError;
use crate::refusal::{Refusal, Rule};

/// Why a target has no surrogate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SurrogateError {
    /// A node needs an approximation that there is none of.
    #[error("{what}")]
    NotCovered {
        /// What is not covered.
        what: String,
        /// Where.
        span: Span,
        /// What an approximation would have to be about, where one could be given.
        site: Option<Box<Site>>,
    },
    /// A function is not defined, or not known to be, wherever its argument goes.
    #[error("{what}")]
    OffDomain {
        /// What is not defined, and where its argument goes.
        what: String,
        /// What to change.
        help: String,
        /// Where it stands.
        span: Span,
        /// Whether there is an input without a value, not only none that is known.
        certain: bool,
    },
    /// What replaces parts of an argument moves it off the domain of the function.
    #[error("`{}` is not defined everywhere within {distance} of its argument, which is as much as replacements move it", .function.name())]
    LeavesDomain {
        /// The function.
        function: Function,
        /// How far the argument may move.
        distance: String,
        /// Where it stands.
        span: Span,
    },
    /// An approximation of the certificate is not one.
    #[error("approximation {index}: {message}")]
    Wrong {
        /// Which one, counted from 0.
        index: usize,
        /// Why not.
        message: String,
    },
    /// The surrogate has no normal form.
    #[error(transparent)]
    Expansion(#[from] ExpansionError),
}

impl SurrogateError {
    /// What the checker says.
    pub fn refusal(self) -> Refusal {
        let message = self.to_string();
        match self {
            SurrogateError::Wrong { index, message } => {
                Rule::Approximation.invalid(format!("approximation {index}"), message)
            }
            SurrogateError::NotCovered { .. }
            | SurrogateError::OffDomain { .. }
            | SurrogateError::LeavesDomain { .. } => Rule::Residual.unsupported("target", message),
            SurrogateError::Expansion(error) => match error {
                ExpansionError::NotPolynomial { .. } | ExpansionError::TooLarge { .. } => {
                    Rule::Residual.unsupported("target", message)
                }
                ExpansionError::Undefined { .. } | ExpansionError::NotSymmetric { .. } => {
                    Rule::Residual.invalid("target", message)
                }
            },
        }
    }
}

/// A node that has to be replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// The output.
    pub output: usize,
    /// The node's number in its tree, as approximations count.
    pub node: usize,
    /// The function, for a call or a division; nothing for an extremum over tokens.
    pub function: Option<Function>,
    /// What the argument ranges over, or what the extremum runs over does.
    pub argument: Interval,
}
