//! Verification instances whose answers are known: networks with exact weights, and what they reach at most.
//!
//! A [`Specimen`] is a network on a box with its extreme: an exact rational, a point where it is taken, and the reason why
//! nothing goes beyond. [`Suite::new`] moves every extreme to just above and just below, which gives questions with known
//! answers, and [`Suite::files`] writes them as VNN-COMP reads them. The same seed and size give the same bytes.

mod dice;
mod error;
mod evaluate;
mod families;
mod files;
mod instance;
mod model;
mod profile;
mod proved;
mod readme;
mod shapes;
mod specimen;
mod stack;
mod suite;
mod unroll;
mod vnnlib;

pub use error::ZooError;
pub use families::{FAMILIES, Family};
pub use files::{FORMAT, Files, INDEX};
pub use instance::{Answer, Instance, Margin};
pub use model::Model;
pub use proved::proved;
pub use specimen::{Known, Side, Specimen, Term};
pub use suite::{SIZES, Size, Suite};
pub use unroll::unroll;
