//! Explicit transformer weights for equivariant functions, with a proved error bound.

pub mod eval;
pub mod numeric;
