//! Why a network has no value at an input.

use crate::arith::common_denominator::Overflow;
use crate::arith::number::Rational;
use crate::format::FormatError;
use crate::format::network::Network;
use crate::language::Sequence;
use crate::language::target::Tokens;

/// Why a network has no exact value at an input.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SemanticsError {
    /// The network is not well formed.
    #[error(transparent)]
    Network(#[from] FormatError),
    /// A sequence without tokens.
    #[error("the sequence has no tokens")]
    Empty,
    /// The network is for another length.
    #[error("the sequence has {got} tokens, the network is for {wanted}")]
    Length {
        /// n of the network.
        wanted: usize,
        /// Length of the sequence.
        got: usize,
    },
    /// A token of another dimension.
    #[error("token {token} has {got} coordinates, the network reads {wanted}")]
    Dimension {
        /// Index of the token.
        token: usize,
        /// d of the network.
        wanted: usize,
        /// Coordinates of the token.
        got: usize,
    },
    /// A token was asked for that the sequence does not have.
    #[error("there is no token {token} in a sequence of {length}")]
    NoSuchToken {
        /// The index asked for.
        token: usize,
        /// Length of the sequence.
        length: usize,
    },
    /// The attention weights are not known to be rational at this input.
    #[error("block {block}, head {head} has no exact value at this input: {reason}")]
    NotExact {
        /// Index of the block.
        block: usize,
        /// Index of the head in the block.
        head: usize,
        /// What failed, in words.
        reason: String,
    },
    /// Numbers beyond the size that is computed with.
    #[error("an intermediate number has more than {} bits", crate::limits::MAX_INTEGER_BITS)]
    TooLarge,
}

/// Why a pass over one integer type stopped.
pub(super) enum Stop {
    Overflow,
    NotExact { block: usize, head: usize, reason: String },
}

impl From<Overflow> for Stop {
    fn from(_: Overflow) -> Self {
        Self::Overflow
    }
}

/// The sequence must have tokens, as many as the network is for, with as many coordinates as it reads.
pub(super) fn check_shape(network: &Network, sequence: Sequence<'_, Rational>) -> Result<(), SemanticsError> {
    if sequence.is_empty() {
        return Err(SemanticsError::Empty);
    }
    if let Tokens::Fixed(wanted) = network.tokens
        && wanted != sequence.len()
    {
        return Err(SemanticsError::Length { wanted, got: sequence.len() });
    }
    let wanted = network.dimension;
    match sequence.tokens().iter().enumerate().find(|(_, token)| token.len() != wanted) {
        Some((token, row)) => Err(SemanticsError::Dimension { token, wanted, got: row.len() }),
        None => Ok(()),
    }
}
