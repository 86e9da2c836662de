//! Residuals by branch and bound: the search for the tree of boxes that a certificate holds, in parts if wanted.

mod merge;
mod search;
mod slice;
mod tree;
mod worker;

pub use merge::{MergeConflict, merge_trees};
pub use search::{BoxOptions, BoxProgress, BoxReport, BoxSearch, WorstBox, search};
pub use slice::{NoSlice, Slice};
pub use worker::Comparison;
