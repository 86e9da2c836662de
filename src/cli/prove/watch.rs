//! The recipe's progress on a terminal, and its limits.

use super::words;
use crate::certify::boxes::BoxProgress;
use crate::cli::limits::Deadline;
use crate::cli::output::say;
use crate::cli::progress::Progress;
use crate::planning::WayName;
use crate::recipe::{Note, Step};
use std::cell::Cell;
use std::time::Instant;
use sumformer_checker::work::Limits;

/// A bar, notes as they come, and the end of the time.
pub(super) struct Terminal {
    bar: Progress,
    deadline: Deadline,
    /// When a search over boxes is to end: the check encloses the same boxes once more.
    enough: Cell<Instant>,
}

impl Terminal {
    /// For so many proofs, until the deadline.
    pub(super) fn new(proofs: usize, deadline: Deadline) -> Self {
        let enough = Cell::new(deadline.halfway());
        Self { bar: Progress::new(proofs as u64 + 1), deadline, enough }
    }

    /// Everything is done.
    pub(super) fn finish(&self) {
        self.bar.finish();
    }

    /// What is being done.
    pub(super) fn shown(&self) -> String {
        self.bar.shown()
    }
}

impl crate::recipe::Progress for Terminal {
    fn limits(&self) -> Limits {
        self.deadline.limits()
    }

    fn step(&self, step: Step) {
        self.bar.step(match step {
            Step::Choosing => "choosing a way".to_string(),
            Step::LookingAt(WayName::Structural) => "planning the structural route".to_string(),
            Step::LookingAt(WayName::Bernstein) => "looking at values at nodes".to_string(),
            Step::LookingAt(WayName::Table) => "looking at tables".to_string(),
            Step::LookingForGrid => "looking for the smallest grid".to_string(),
            Step::Tabulating => "tabulating".to_string(),
            Step::Proving(architecture) => {
                self.enough.set(self.deadline.halfway());
                format!("proving the {}", architecture.name())
            }
        });
    }

    fn done(&self) {
        self.bar.done();
    }

    fn grid(&self, divisions: u64, likely: Option<u64>) {
        match likely {
            Some(likely) => self.bar.part(divisions.min(likely), likely, &format!("Δ = {divisions}")),
            None => self.bar.detail(format!("Δ = {divisions}")),
        }
    }

    fn boxes(&self, done: BoxProgress) -> bool {
        self.bar.detail(format!("{} boxes closed, {} waiting", done.closed, done.waiting));
        done.waiting == 0 || Instant::now() <= self.enough.get()
    }

    fn note(&self, note: &Note) {
        say(format!("note: {}", words::note(note)));
    }
}
