//! Residuals by branch and bound: what the rule promises, what it refuses, and the search for its trees.

mod command;
mod mutations;
mod parts;
mod properties;
mod refusals;
mod search;
mod support;
