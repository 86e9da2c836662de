//! Networks from parts: product trees, univariate gadgets, and blocks that know what they compute.

pub mod builder;
mod cuts;
pub mod function_gadget;
pub mod function_plan;
pub mod gadget;
pub mod polarization;
pub mod product_tree;
mod size;

pub use size::NetworkSize;
