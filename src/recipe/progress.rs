//! Whoever watches a proof: told how far it is, and asked whether it should go on.

use super::note::Note;
use crate::certify::boxes::BoxProgress;
use crate::lowering::attention::Architecture;
use crate::planning::WayName;
use sumformer_checker::work::Limits;

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A way is chosen.
    Choosing,
    /// A way is looked at.
    LookingAt(WayName),
    /// The smallest grid is looked for.
    LookingForGrid,
    /// The table is filled.
    Tabulating,
    /// A network is built, and its bound is proved.
    Proving(Architecture),
}

/// Watches a proof. `()` does not care; nothing that is built depends on who watches, but for what is ended.
pub trait Progress {
    /// What a plan, and each proof, may take.
    fn limits(&self) -> Limits {
        Limits::work(u64::MAX)
    }

    /// A step begins.
    fn step(&self, _step: Step) {}

    /// One of the large parts is done: the plan, or the proof for one attention.
    fn done(&self) {}

    /// A grid with so many divisions is looked at; a fine enough one is likely to have so many.
    fn grid(&self, _divisions: u64, _likely: Option<u64>) {}

    /// How far a search over boxes is; `false` leaves the rest open.
    fn boxes(&self, _done: BoxProgress) -> bool {
        true
    }

    /// Something to know, as soon as it is known.
    fn note(&self, _note: &Note) {}
}

impl Progress for () {}
