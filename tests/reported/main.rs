//! What was reported: small inputs that failed once, with what is right for each. One file per subject.

#[path = "../common/proof_set.rs"]
mod proof_set;

mod edges;
mod evaluation;
mod faces;
mod files;
mod kernel;
mod pages;
mod pairs;
mod planning;
mod printing;
mod process;
mod second_checker;
mod support;
mod verdicts;
