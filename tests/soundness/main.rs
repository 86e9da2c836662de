//! What is accepted is true: damaged and invented proofs, random targets, and a second checker that agrees.

mod dice;
mod exports;
mod floats;
mod floors;
mod fuzz;
mod given;
mod independent_checker;
mod kernel;
mod mutations;
mod random_targets;
mod second_checker;
mod verified;
