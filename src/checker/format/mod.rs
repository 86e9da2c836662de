//! File formats: `network.json` and `certificate.json`.

pub mod certificate;
pub mod claim;
pub mod floats;
pub mod floor;
pub mod network;
mod read;
mod shapes;
pub mod sparse;

pub use certificate::Certificate;
pub use network::Network;
pub use read::{FormatError, json_in_words};

use sha2::{Digest, Sha256};

/// The SHA-256 of a file's bytes, in lower-case hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
