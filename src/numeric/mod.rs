//! Numbers for evaluation: directed rounding, intervals with `f64` end points, and the scalar a forward pass runs in.

pub mod float_interval;
pub mod rounding;
pub mod scalar;
pub mod summation;
mod vectorize;

pub use float_interval::FloatInterval;
pub use scalar::Scalar;
pub use summation::Summation;
pub use vectorize::{VectorLoop, vectorized};
