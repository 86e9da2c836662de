//! All table entries: own cell and multiset of the others' cells.

use super::engine::Engine;
use super::linear_form::Stop;
use super::span::Span;
use crate::arith::common_denominator::Int;
use crate::arith::number::binomial;
use crate::sizes::count;
use num_bigint::BigInt;

/// M·C(M + n − 2, n − 1): the entries of a table over M cells for n tokens.
pub fn entry_count(n: usize, cells: usize) -> BigInt {
    let (n, m) = (count(n), count(cells));
    BigInt::from(m) * binomial((m + n).saturating_sub(2), n.saturating_sub(1))
}

/// One entry and what the network makes of it.
pub(super) struct Entry<'a, T> {
    pub own: usize,
    /// In increasing order.
    pub others: &'a [usize],
    pub outputs: &'a [Span<T>],
    /// The arguments of the last look-ups.
    pub key: &'a [T],
}

/// Visits all entries over cells 0..`cells`; multisets in lexicographic order, own cells innermost. With `beyond`
/// only those in which some cell is at least `beyond`.
pub(super) fn for_each_entry<T: Int>(
    engine: &Engine<T>,
    n: usize,
    cells: usize,
    beyond: Option<usize>,
    visit: &mut dyn FnMut(Entry<'_, T>) -> Result<(), Stop>,
) -> Result<(), Stop> {
    let mut others = vec![0; n - 1];
    // Level l holds the sums over the first l others.
    let mut sums = vec![engine.empty_sums(); n];
    let (mut outputs, mut key) = (Vec::new(), Vec::new());
    let mut changed = 0;
    loop {
        for level in changed..n - 1 {
            let (before, after) = sums.split_at_mut(level + 1);
            engine.add_other(&before[level], others[level], &mut after[0])?;
        }
        let shared = engine.run_shared(&sums[n - 1])?;
        let first = match beyond {
            Some(beyond) if others.iter().all(|&cell| cell < beyond) => beyond,
            _ => 0,
        };
        for own in first..cells {
            let mut written = shared.clone();
            engine.run_own(&sums[n - 1], own, &mut written, &mut outputs, &mut key)?;
            visit(Entry { own, others: &others, outputs: &outputs, key: &key })?;
        }
        // The next sorted multiset: raise the last one that can be raised.
        let Some(at) = others.iter().rposition(|&cell| cell + 1 < cells) else { return Ok(()) };
        let next = others[at] + 1;
        others[at..].fill(next);
        changed = at;
    }
}
