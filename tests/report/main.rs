//! `sumformer report`: what is on the page is what was proved.

#[path = "../common/proof_set.rs"]
mod proof_set;

mod hostile;
mod numbers;
mod page;
mod pictures;
mod refusals;
