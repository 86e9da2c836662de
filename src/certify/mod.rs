//! From a built network to a proof: witness search and the certificate.

mod cell_witness;
pub mod emit;
pub mod error_function;
mod piecewise;
pub mod search;
pub mod witness;

pub use emit::{Proof, prove, prove_on_cells};
