//! From a built network to a proof: witness search and the certificate.

pub mod emit;
pub mod witness;

pub use emit::{Proof, prove};
