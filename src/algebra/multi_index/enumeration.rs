//! Streaming enumeration: one multi-index in memory, whatever the count.

use super::MultiIndex;

/// All α ∈ N^d with lo ≤ |α| ≤ hi in graded lexicographic order.
///
/// [`GradedLexicographic::advance`] lends the current α and allocates nothing; the [`Iterator`] hands out copies.
#[derive(Debug, Clone)]
pub struct GradedLexicographic {
    current: Vec<u32>,
    degree: u32,
    hi: u32,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Fresh,
    Running,
    Finished,
}

impl GradedLexicographic {
    /// The enumeration in `dimension` coordinates of all degrees `lo ..= hi` (none if `lo > hi`).
    pub fn new(dimension: usize, lo: u32, hi: u32) -> Self {
        let empty = lo > hi || (dimension == 0 && lo > 0);
        let state = if empty { State::Finished } else { State::Fresh };
        Self { current: vec![0; dimension], degree: lo, hi, state }
    }

    /// The next multi-index, lent until the next call.
    pub fn advance(&mut self) -> Option<&[u32]> {
        let more = match self.state {
            State::Finished => false,
            State::Fresh => {
                if let Some(first) = self.current.first_mut() {
                    *first = self.degree;
                }
                true
            }
            State::Running => self.step(),
        };
        self.state = if more { State::Running } else { State::Finished };
        more.then_some(&*self.current)
    }

    /// Moves on within the degree: one unit leaves the last non-zero exponent before the end and takes everything
    /// at the end along. Otherwise starts the next degree. `false` when all are done.
    fn step(&mut self) -> bool {
        let Some((last, front)) = self.current.split_last_mut() else { return false };
        if let Some(k) = front.iter().rposition(|&e| e > 0) {
            let tail = std::mem::take(last);
            self.current[k] -= 1;
            self.current[k + 1] = tail + 1;
            return true;
        }
        if self.degree >= self.hi {
            return false;
        }
        *last = 0;
        self.degree += 1;
        self.current[0] = self.degree;
        true
    }
}

impl Iterator for GradedLexicographic {
    type Item = MultiIndex;

    fn next(&mut self) -> Option<MultiIndex> {
        self.advance().map(Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{compare, count_checked, degree};
    use super::*;
    use std::cmp::Ordering;

    #[test]
    fn two_variables_up_to_degree_two() {
        let listed: Vec<MultiIndex> = GradedLexicographic::new(2, 0, 2).collect();
        let expected: [[u32; 2]; 6] = [[0, 0], [1, 0], [0, 1], [2, 0], [1, 1], [0, 2]];
        assert_eq!(listed, expected.map(|a| a.into()));
    }

    #[test]
    fn the_listing_is_strictly_increasing_and_complete() {
        for d in 0..5 {
            for (lo, hi) in [(0, 0), (0, 5), (1, 4), (3, 5), (4, 3)] {
                let listed: Vec<MultiIndex> = GradedLexicographic::new(d, lo, hi).collect();
                assert!(listed.windows(2).all(|w| compare(&w[0], &w[1]) == Ordering::Less));
                assert!(listed.iter().all(|a| (u64::from(lo)..=u64::from(hi)).contains(&degree(a))));
                let up_to = |k: u32| count_checked(d as u32, k).map_or(0, |c| c + 1);
                let below = if lo == 0 { 0 } else { up_to(lo - 1) };
                let expected = if lo > hi { 0 } else { up_to(hi) - below };
                assert_eq!(listed.len() as u128, expected, "d = {d}, {lo}..={hi}");
            }
        }
    }

    #[test]
    fn ten_million_are_streamed() {
        let mut stream = GradedLexicographic::new(13, 0, 13);
        let mut streamed = 0u128;
        while stream.advance().is_some() {
            streamed += 1;
        }
        assert_eq!(Some(streamed - 1), count_checked(13, 13));
        assert!(streamed > 10_000_000);
    }
}
