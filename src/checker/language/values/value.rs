//! Why an expression has no value, and the limits that evaluation has.

use crate::language::ast::{Function, Reduction};
use crate::limits::{MAX_COORDINATES, MAX_SYMMETRIZED};

/// Why a target has no value, or none that can be computed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EvalError {
    /// A denominator is 0.
    #[error("division by zero")]
    DivisionByZero,
    /// The function leads out of the rationals.
    #[error("`{}` has no exact rational value in general", .0.name())]
    NotRational(Function),
    /// An interval evaluation applies the function to numbers where it is not defined.
    #[error("`{}` is not defined on all of the box: the enclosure of its argument reaches out of the domain", .0.name())]
    OffDomain(Function),
    /// An interval evaluation divides by an interval around 0.
    #[error("a divisor may be 0: its enclosure contains 0")]
    DivisorMayVanish,
    /// An enclosure is for sequences of one length.
    #[error("a target for every length is not enclosed; fix the number of tokens")]
    NoLength,
    /// A box has the wrong number of sides.
    #[error("expected {wanted} sides of boxes, got {got}")]
    WrongSides {
        /// Tokens times coordinates.
        wanted: usize,
        /// The number of sides given.
        got: usize,
    },
    /// A box is too wide for the arithmetic.
    #[error("a side of a box is too wide to be enclosed")]
    TooWide,
    /// Too many coordinates for an enclosure.
    #[error("{0} coordinates of tokens are too many to be enclosed; the limit is {MAX_COORDINATES}")]
    TooManyCoordinates(usize),
    /// A mean or an extremum over no token.
    #[error("`{}` over no token", .0.name())]
    EmptyRange(Reduction),
    /// A power of this many bits.
    #[error("a power with about {0} bits is not computed")]
    TooLarge(u64),
    /// A product of this many equal factors.
    #[error("a product of {0} equal factors is not computed")]
    TooManyFactors(usize),
    /// The sequence has the wrong number of tokens.
    #[error("expected {wanted} tokens, got {got}")]
    WrongLength {
        /// n
        wanted: usize,
        /// The number of tokens given.
        got: usize,
    },
    /// A token has the wrong number of coordinates.
    #[error("expected {wanted} coordinates, got {got} in token {token}")]
    WrongDimension {
        /// The token, counted from 0.
        token: usize,
        /// d
        wanted: usize,
        /// The number of coordinates given.
        got: usize,
    },
    /// There is no token with this number.
    #[error("there is no token {token} in a sequence of {length}")]
    NoSuchToken {
        /// The token asked for, counted from 0.
        token: usize,
        /// The number of tokens.
        length: usize,
    },
    /// Averaging over all permutations of the other tokens takes too long.
    #[error("averaging over {0} tokens takes ({0} - 1)! evaluations; the limit is {MAX_SYMMETRIZED} tokens")]
    TooManyPermutations(usize),
    /// An expression refers to a token or a coordinate that does not exist; no parsed target does.
    #[error("an expression refers to a token or a coordinate that does not exist")]
    Unbound,
}
