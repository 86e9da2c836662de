//! File formats: `network.json` and `certificate.json`.

pub mod certificate;
mod json_lines;
pub mod network;
mod shapes;
pub mod sparse;

pub use certificate::Certificate;
pub use network::Network;

use sha2::{Digest, Sha256};

/// Why a file was not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// Not JSON of the expected shape.
    #[error("{file}: {message}")]
    Json {
        /// Which file.
        file: &'static str,
        /// What serde reports, with line and column.
        message: String,
    },
    /// JSON of the expected shape whose content makes no sense.
    #[error("{file}: {place}: {message}")]
    Structure {
        /// Which file.
        file: &'static str,
        /// Where, in words: `block 3, unit 17`.
        place: String,
        /// What is wrong.
        message: String,
    },
}

/// The SHA-256 of a file's bytes, in lower-case hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
