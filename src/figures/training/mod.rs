//! Training: Sumformers as tensor programs, Adam, and the runs of both figures.
//!
//! A run is one thread's work and depends on its settings only. Weights and sums are `f32`; the library picks the vector
//! instructions of the machine, so another machine may round differently, and a training run magnifies that.

mod model;
mod run;

pub use run::{TrainingError, curve, latent};
