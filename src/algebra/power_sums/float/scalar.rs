//! The numbers of a batch, and the vectors that there are for them.

use super::lanes::Task;
use std::ops::{Add, Mul};

/// Numbers of a batch: f64 or f32.
pub trait Scalar: Copy + Default + Send + Sync + Add<Output = Self> + Mul<Output = Self> + Vectors {}

impl Scalar for f64 {}
impl Scalar for f32 {}

/// Numbers with vectors. As it cannot be named outside, there are no others.
pub trait Vectors: Sized {
    /// Does a task with the best vectors that the machine has.
    fn run(task: impl Task<Self>);
}

impl Vectors for f64 {
    fn run(task: impl Task<f64>) {
        #[cfg(feature = "fast")]
        super::registers::run_f64(task);
        #[cfg(not(feature = "fast"))]
        task.run(super::lanes::Arrays::new());
    }
}

impl Vectors for f32 {
    fn run(task: impl Task<f32>) {
        #[cfg(feature = "fast")]
        super::registers::run_f32(task);
        #[cfg(not(feature = "fast"))]
        task.run(super::lanes::Arrays::new());
    }
}
