//! Explicit transformer weights for equivariant functions, with a proved error bound.

pub mod algebra;
pub mod approximation;
pub mod audit;
pub mod certify;
pub mod cli;
pub mod codes;
pub mod discontinuous;
pub mod eval;
pub mod figures;
pub mod lowering;
pub mod network;
pub mod numeric;
pub mod parallel;
pub mod planning;
pub mod report;
pub mod scale;
pub mod sumformer;
