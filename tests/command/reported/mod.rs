//! What was reported: small inputs that failed once, with what is right for each. One file per subject.

mod edges;
mod evaluation;
mod faces;
mod files;
mod pages;
mod pairs;
mod planning;
mod printing;
mod support;
mod verdicts;
