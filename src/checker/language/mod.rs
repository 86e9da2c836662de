//! The target language: what a statement is about.
//!
//! [`load::load_target`] reads a file in three steps, all of which report to one list of [`diagnostics`]:
//! TOML fields, lexemes with their places in the file (through string escapes), and a precedence parser that resolves
//! names and expands abbreviations as it goes, so that the [`ast`] is the only tree. [`values`] computes
//! expressions over any [`Scalar`].

pub mod ast;
mod context;
pub mod diagnostics;
mod expand;
mod fields;
mod lexer;
mod literal;
mod load;
mod names;
mod operand;
mod parser;
mod reduce;
mod shape;
pub mod target;
mod term;
pub mod values;

pub use diagnostics::{Diagnostic, Diagnostics};
pub use load::load_target;
pub use shape::{Shape, TooManyVariables};
pub use term::LONGEST_CHAIN;
pub use values::{EvalError, Scalar, Sequence, evaluate_run, evaluate_sequence, evaluate_token};
