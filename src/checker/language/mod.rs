//! The target language: what a statement is about.
//!
//! [`read_target`] reads a file in three steps: TOML fields, lexemes, and a precedence parser that resolves names and expands
//! abbreviations as it goes, so that the [`ast`] is the only tree. The first problem ends it; who wants to name all of
//! them, each at its place, reads the file by other means first. [`values`] computes expressions over any [`Scalar`].

pub mod ast;
mod error;
pub mod expand;
pub mod lexer;
pub mod names;
mod parse;
mod read;
mod shape;
pub mod target;
pub mod term;
pub mod values;

pub use error::TargetError;
pub use parse::BITS_PER_NODE;
pub use read::{KEYS, big_integer, possible_atoms, read_target};
pub use shape::{Shape, TooManyVariables};
pub use values::{EvalError, Scalar, Sequence, evaluate_run, evaluate_sequence, evaluate_token};
