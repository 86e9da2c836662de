//! Best first: of parts that have upper bounds, the one with the largest bound is split until its bound is good enough.

use crate::arith::dyadic::Dyadic;
use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// A part of an interval with an upper bound for what is wanted there.
pub(crate) trait Bounded {
    /// The bound.
    fn bound(&self) -> Dyadic;
}

/// Hands the part with the largest bound to `split`, which either replaces it by two or stops, and returns the part at
/// which it stopped: its bound holds for all parts. Nothing if there are no parts.
pub(crate) fn refine<P: Bounded, E>(
    parts: Vec<P>,
    mut split: impl FnMut(&P) -> Result<Option<[P; 2]>, E>,
) -> Result<Option<P>, E> {
    let mut heap: BinaryHeap<Ranked<P>> = parts.into_iter().map(Ranked).collect();
    while let Some(Ranked(worst)) = heap.pop() {
        match split(&worst)? {
            Some(halves) => heap.extend(halves.map(Ranked)),
            None => return Ok(Some(worst)),
        }
    }
    Ok(None)
}

/// Parts in the order of their bounds.
struct Ranked<P>(P);

impl<P: Bounded> Ord for Ranked<P> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.bound().cmp(&other.0.bound())
    }
}

impl<P: Bounded> PartialOrd for Ranked<P> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<P: Bounded> PartialEq for Ranked<P> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<P: Bounded> Eq for Ranked<P> {}
