//! What can be refused.

use num_bigint::BigUint;
use sumformer_checker::language::EvalError;

/// Why there is no approximant.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ApproximationError {
    /// Nodes are for sequences of one length.
    #[error(
        "values at nodes and a given number of latents need a fixed number of tokens, but tokens = \"any\"; leave out --latent and --route"
    )]
    NoLength,
    /// An operator of degree 0, or of one beyond the limit.
    #[error("degree {degree} is not between 1 and {limit}")]
    Degree {
        /// m
        degree: u32,
        /// The largest one.
        limit: u32,
    },
    /// More than the limit, by the closed form.
    #[error("{amount} {what} would be needed, more than the limit of {limit}")]
    TooLarge {
        /// What is counted.
        what: &'static str,
        /// How many.
        amount: BigUint,
        /// The limit.
        limit: u64,
    },
    /// The target has no value, or none that can be computed.
    #[error("the target has no value where one is needed: {0}")]
    Value(#[from] EvalError),
    /// A derivative that the bound needs does not exist, or cannot be bounded.
    #[error("the target cannot be differentiated: {0}")]
    NotSmooth(String),
    /// Least squares needs values.
    #[error("the target has a finite value at none of the sampled sequences")]
    NoSample,
    /// The error asked for is not met by the largest approximant allowed.
    #[error("the largest {what} allowed ({amount}) has an error of {error:.3e} at a sampled point")]
    NotReached {
        /// What is limited.
        what: &'static str,
        /// Its largest value.
        amount: u64,
        /// The sampled error there.
        error: f64,
    },
    /// Interpolation that cancels: its coefficients alone say that it is not worth the while.
    #[error("a polynomial of degree {degree} per variable has coefficients of {coefficient:.0e} that cancel")]
    Cancelling {
        /// The degree at which the search stopped.
        degree: u32,
        /// The coefficient, times the width of its monomial.
        coefficient: f64,
    },
    /// As many latents as are enough, or more.
    #[error("{asked} latents are more than the {available} power sums that are chosen from")]
    TooManyLatents {
        /// N
        asked: usize,
        /// The number of α.
        available: usize,
    },
    /// The approximant does not fit the limits of the target language.
    #[error("the approximant cannot be written as a target file: {0}")]
    Unwritable(String),
}
