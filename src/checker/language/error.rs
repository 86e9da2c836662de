//! Why a target file is not read.

use super::ast::Span;

/// The first thing that is wrong with a target file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("target.toml, byte {at}: {message}")]
pub struct TargetError {
    /// Where the value stands that is not read, or 0 for what is missing.
    pub at: usize,
    /// What is wrong with it.
    pub message: String,
}

pub(super) type Read<T> = Result<T, TargetError>;

pub(super) fn wrong<T>(place: &Span, message: impl Into<String>) -> Read<T> {
    Err(TargetError { at: place.start, message: message.into() })
}
