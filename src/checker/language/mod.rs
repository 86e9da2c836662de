//! The target language: what a statement is about.

pub mod ast;
pub mod target;
