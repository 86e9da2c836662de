//! From a built network to a proof: witness search and the certificate.

pub mod boxes;
mod cell_witness;
pub mod emit;
pub mod error_function;
pub mod floats;
pub mod given;
mod merge;
mod piecewise;
pub mod search;
pub mod witness;

pub use emit::{Proof, ProofError, prove, prove_by_boxes, prove_on_cells};
pub use merge::{MergeError, Merged, merge_proofs};
