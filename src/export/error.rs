//! Why a network is not exported.

use super::Format;
use super::dtype::Dtype;
use thiserror::Error;

/// Why a file cannot be written.
#[derive(Debug, Error)]
pub enum ExportError {
    /// A weight is beyond the largest number of the type.
    #[error("{tensor}{index:?} = {value} is too large for {dtype}; a wider type has it")]
    Overflow {
        /// The tensor.
        tensor: String,
        /// The index in it.
        index: Vec<usize>,
        /// The weight, shortened.
        value: String,
        /// The type.
        dtype: Dtype,
    },
    /// More bytes than the format, or a machine, can hold.
    #[error(
        "as {format} in {dtype} the dense tensors take {bytes} bytes, more than the {limit} that {reason}"
    )]
    TooLarge {
        /// The format.
        format: Format,
        /// The type.
        dtype: Dtype,
        /// The bytes that would be needed.
        bytes: u128,
        /// The bytes that there can be.
        limit: u128,
        /// Whose limit it is.
        reason: &'static str,
    },
    /// The format does not have the type.
    #[error("numpy has no bf16, so that no npz file can hold it; safetensors can")]
    NoBf16InNpz,
    /// Writing failed.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}
