//! From a built network to a proof: witness search and the certificate.

pub mod emit;
pub mod error_function;
mod piecewise;
pub mod search;
pub mod witness;

pub use emit::{Proof, prove};
