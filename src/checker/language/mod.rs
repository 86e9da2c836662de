//! The target language: what a statement is about.
//!
//! [`load::load_target`] reads a file in three steps, all of which report to one list of [`diagnostics`]:
//! TOML fields, lexemes with their places in the file (through string escapes), and a precedence parser that resolves
//! names and expands abbreviations as it goes, so that the [`ast`] is the only tree. [`print()`] writes expressions
//! back, [`evaluate`] computes them over any [`scalar::Scalar`].

pub mod ast;
mod context;
mod cost;
pub mod diagnostics;
pub mod evaluate;
mod expand;
mod fields;
mod folds;
mod lexer;
mod literal;
mod load;
mod names;
mod node;
mod operand;
mod parser;
mod print;
mod reduce;
pub mod scalar;
mod sequence;
mod shape;
pub mod target;
mod term;
mod value;

pub use context::{MAX_DEPTH, MAX_NODES};
pub use diagnostics::{Diagnostic, Diagnostics};
pub use evaluate::{evaluate_run, evaluate_sequence, evaluate_token};
pub use fields::{MAX_DIMENSION, MAX_TOKENS};
pub use load::{MAX_OUTPUTS, MAX_SOURCE, load_target};
pub use parser::MAX_EXPONENT;
pub use print::{TokenNames, print};
pub use scalar::Scalar;
pub use sequence::Sequence;
pub use shape::{Shape, TooManyVariables};
pub use value::{EvalError, MAX_COORDINATES, MAX_SYMMETRIZED};
