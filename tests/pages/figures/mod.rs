//! Figures 1 and 2 of the paper: data, pictures, pairs that φ does not tell apart, and training.

mod collisions;
mod committed;
mod floors;
mod pictures;
mod refusals;
mod support;
#[cfg(feature = "training")]
mod training;
