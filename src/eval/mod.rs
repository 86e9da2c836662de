//! Forward passes of a network in `f64`, `f32` or intervals, and the input of `eval`.
//!
//! The exact pass over Q is [`sumformer_checker::witness::semantics`]; here attention is computed as the architectures define
//! it, exponentials included, so scores need not be constant.

mod attention;
mod forward;
pub mod implied;
pub mod input;
pub mod linear;
mod matrix;
pub mod operations;
pub mod surrogate;
#[cfg(test)]
mod tests;
mod tile;

pub use forward::{Forward, Workspace};

use sumformer_checker::format::FormatError;

/// Why a forward pass gave no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EvalError {
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
    /// The number format overflowed.
    #[error("output {output} of token {token} is not finite: the number format overflowed on the way")]
    NotFinite {
        /// Index of the token.
        token: usize,
        /// Index of the output coordinate.
        output: usize,
    },
}
