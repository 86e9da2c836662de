//! What several test binaries and benches share: running the program, texts of targets, proofs, the gallery.
//!
//! A package, so that it is compiled once, and not again as a module of each binary.

pub mod approximants;
pub mod fuzzing;
pub mod gallery;
pub mod process;
pub mod proof_set;
pub mod python;
pub mod targets;

pub use process::{Run, run, sumformer};
pub use targets::target;

/// A file or folder of the repository.
pub fn repository(path: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}
