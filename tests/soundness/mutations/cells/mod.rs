//! The same campaign for networks that are constant on cells: proofs of the discontinuous construction, random networks
//! made by nobody, and mutants of both; whatever verifies must be true at every point that an independent reading of
//! the thresholds suggests.

mod campaign;
mod points;
pub mod proofs;
mod random_network;
mod refusals;
mod rescaling;
mod truth;
