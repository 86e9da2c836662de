//! Target files for people: read to the end, every problem named at its place, with what to write instead.
//!
//! What is good is read as the checker reads it ([`read_target`](sumformer_checker::language::read_target)), and nodes have their
//! own places in the file besides. Nothing rests on this: a proof is about what the checker reads.
//!
//! [`load_target`] reports to one list of [`Diagnostics`] from the TOML fields, from the lexemes with their places in the file
//! (through string escapes), and from a precedence parser that goes on behind a problem.

mod agreement;
mod context;
mod diagnostics;
mod fields;
mod lexer;
mod literal;
mod load;
mod operand;
mod parser;
mod reduce;
#[cfg(test)]
mod tests;
mod words;

#[cfg(test)]
pub(crate) use agreement::without_places;
pub use diagnostics::{Diagnostic, Diagnostics, Location};
pub use load::load_target;
