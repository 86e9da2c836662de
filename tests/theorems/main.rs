//! The statements of the paper, and of this crate beyond it, as properties of the constructions; nothing is run as a process.

mod approximation;
mod centre;
mod discontinuous;
mod essential_networks;
mod essential_sums;
mod float_exactness;
mod floors;
mod latent_dimension;
mod library;
mod power_sums;
mod scale;
mod surrogates;
mod theorem_2_12;
mod theorem_2_13;
mod theorem_4_1;
mod weighted_means;
