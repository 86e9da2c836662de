//! What there is to say of proofs, as data: for `explain`, in words, and for `report`, as a page.

pub mod boxes;
pub mod cells;
pub mod chain;
pub mod facts;
pub mod floors;
pub mod numbers;
pub mod proof;
pub mod slice;
pub mod sparsity;
pub mod stream;
pub mod surrogate;
pub mod witness;
pub mod words;
