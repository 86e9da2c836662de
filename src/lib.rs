//! Explicit transformer weights for equivariant functions, with a proved error bound.

pub mod algebra;
pub mod approximation;
#[cfg(feature = "cli")]
pub mod audit;
pub mod certify;
#[cfg(feature = "cli")]
pub mod cli;
pub mod codes;
pub mod discontinuous;
pub mod eval;
#[cfg(feature = "cli")]
pub mod figures;
pub mod lowering;
pub mod network;
pub mod numeric;
pub mod parallel;
pub mod planning;
pub mod prelude;
pub mod recipe;
#[cfg(feature = "cli")]
pub mod report;
#[cfg(feature = "cli")]
pub mod scale;
pub mod sumformer;

/// The independent checker: numbers, the target language, the files, and the rules.
pub use sumformer_checker as checker;
