//! What can be refused.

use crate::codes::CodeError;
use num_bigint::BigUint;
use num_traits::One;
use sumformer_checker::arith::number::Rational;

/// Why there is no grid, no table or no network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DiscontinuousError {
    /// d = 0.
    #[error("a grid needs at least one coordinate")]
    NoCoordinates,
    /// Δ = 0.
    #[error("a grid needs at least one cell to a side")]
    NoDivisions,
    /// M does not fit 64 bits.
    #[error("{divisions}^{sides} cells are more than can be numbered")]
    TooManyCells {
        /// Δ.
        divisions: u64,
        /// Sides that are divided.
        sides: usize,
    },
    /// n = 0.
    #[error("a sequence needs at least one token")]
    NoTokens,
    /// n does not fit 32 bits.
    #[error("{0} tokens are more than any code separates")]
    TooManyTokens(usize),
    /// c = 0.
    #[error("a function needs at least one output")]
    NoOutputs,
    /// A closed form passes a limit.
    #[error("the table would have {} {what}, more than the limit of {limit}", shown(.amount))]
    TooLarge {
        /// What is counted.
        what: &'static str,
        /// How many.
        amount: BigUint,
        /// The limit.
        limit: u64,
    },
    /// An entry has not c values.
    #[error("a table entry has {got} values, not {wanted}")]
    WrongOutputs {
        /// c.
        wanted: usize,
        /// The number given.
        got: usize,
    },
    /// Two entries with one key: a defect of the code.
    #[error(
        "two entries of the table have the same key: the code does not separate (a defect of the constructor)"
    )]
    SameKey,
    /// Ramps that do not leave a part of every cell flat.
    #[error(
        "ramps of relative width η = {eta} need 0 < η·Δ < 1 with Δ = {divisions}, so that every cell keeps a flat part"
    )]
    Ramp {
        /// η.
        eta: Rational,
        /// The largest number of slices of a side.
        divisions: u64,
    },
    /// No such code.
    #[error(transparent)]
    Code(#[from] CodeError),
}

/// Why there is no table: a refusal, or a value that could not be computed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableError<E> {
    /// Sizes, codes, keys.
    #[error(transparent)]
    Refused(#[from] DiscontinuousError),
    /// The function that gives the values failed.
    #[error(transparent)]
    Value(E),
}

impl<E> From<CodeError> for TableError<E> {
    fn from(error: CodeError) -> Self {
        Self::Refused(error.into())
    }
}

/// Refuses an amount above the limit.
pub(super) fn check_limit(what: &'static str, amount: BigUint, limit: u64) -> Result<(), DiscontinuousError> {
    if amount > BigUint::from(limit) {
        return Err(DiscontinuousError::TooLarge { what, amount, limit });
    }
    Ok(())
}

/// All digits, or the power of two just below a number too long to read.
fn shown(amount: &BigUint) -> String {
    if amount.bits() <= 256 {
        return amount.to_string();
    }
    let least = if (BigUint::one() << (amount.bits() - 1)) == *amount { "" } else { "more than " };
    format!("{least}2^{}", amount.bits() - 1)
}
