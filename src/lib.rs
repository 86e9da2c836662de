//! Explicit transformer weights for equivariant functions, with a proved error bound.

pub mod algebra;
pub mod lowering;
pub mod network;
pub mod sumformer;
