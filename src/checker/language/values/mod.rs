//! The values of targets over any [`scalar::Scalar`], for witnesses and enclosures.

mod cost;
pub mod evaluate;
pub(crate) mod folds;
mod node;
pub mod scalar;
mod sequence;
mod value;

pub use evaluate::{evaluate_run, evaluate_sequence, evaluate_token};
pub use scalar::Scalar;
pub use sequence::Sequence;
pub use value::EvalError;
