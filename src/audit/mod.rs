//! The paper as an executable: every definition and theorem instantiated, and every formula that fails beside its repair.
//!
//! A [`Row`] is one statement of *Sumformer: Universal Approximation for Efficient Transformers*. Its *printed* instances take
//! the statement as it is printed, with the weights as printed, over exact numbers; its *repaired* ones put the repair in
//! their place, and where it is a network the checker verifies a certificate for it. Every instance says what is to come out,
//! so an audit that finds something else fails.

mod definitions;
mod findings;
mod proof;
mod row;
mod stream;
#[cfg(test)]
mod tests;
mod theorems;

pub use row::{By, Evidence, Instance, Kind, Numbers, Outcome, Row};

use crate::parallel;
use definitions::DEFINITIONS;
use findings::FINDINGS;
use theorems::THEOREMS;

/// An identifier, and what makes its row.
type Entry = (&'static str, fn() -> Row);

fn entries() -> impl Iterator<Item = Entry> {
    DEFINITIONS.into_iter().chain(THEOREMS).chain(FINDINGS)
}

/// The identifiers of all rows: definitions, theorems, findings, each in the order of the paper.
pub fn identifiers() -> impl Iterator<Item = &'static str> {
    entries().map(|(id, _)| id)
}

/// The rows that `wanted` names, in the order of [`identifiers`]; `report` is called with each when it is done.
pub fn audit(wanted: &(dyn Fn(&str) -> bool + Sync), report: &(dyn Fn(&Row) + Sync)) -> Vec<Row> {
    let chosen: Vec<Entry> = entries().filter(|(id, _)| wanted(id)).collect();
    parallel::map(chosen, |(_, row)| {
        let row = row();
        report(&row);
        row
    })
}
