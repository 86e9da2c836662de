//! The entries of the table: every own cell with every multiset of the other cells.

use super::DiscontinuousError;
use super::key::separated_others;
use crate::codes::multisets;
use num_bigint::BigUint;

/// T = M·C(M+n−2, n−1), the number of (own cell, multiset of the n − 1 others) for n ≥ 1 tokens and M cells.
pub fn table_entries(tokens: usize, cells: u64) -> Result<BigUint, DiscontinuousError> {
    Ok(multisets(cells, separated_others(tokens)?)? * cells)
}

/// All entries: multisets in lexicographic order as increasing sequences, and for each the own cells 0..M.
///
/// [`Entries::advance`] lends the current entry and allocates nothing.
#[derive(Debug, Clone)]
pub struct Entries {
    cells: u64,
    others: Vec<u64>,
    /// The own cell of the next entry.
    own: u64,
}

impl Entries {
    /// The entries for `others` = n − 1 other tokens among `cells` = M cells (none if M = 0).
    pub fn new(others: usize, cells: u64) -> Self {
        Self { cells, others: vec![0; others], own: 0 }
    }

    /// The next entry, own cell and others in increasing order, lent until the next call.
    pub fn advance(&mut self) -> Option<(u64, &[u64])> {
        if self.own == self.cells {
            let last = self.cells.checked_sub(1)?;
            // Count up like an odometer whose digits never decrease; at the end `own` stays at M.
            let at = self.others.iter().rposition(|&cell| cell < last)?;
            let next = self.others[at] + 1;
            self.others[at..].fill(next);
            self.own = 0;
        }
        self.own += 1;
        Some((self.own - 1, &self.others))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use itertools::Itertools;

    #[test]
    fn entries_are_in_order_and_as_many_as_the_closed_form() {
        for (tokens, cells) in [(1, 1), (1, 5), (2, 1), (2, 4), (3, 3), (4, 2), (5, 4)] {
            let mut entries = Entries::new(tokens - 1, cells);
            let mut listed = Vec::new();
            while let Some((own, others)) = entries.advance() {
                listed.push((own, others.to_vec()));
            }
            assert!(entries.advance().is_none());
            let expected: Vec<_> = (0..cells)
                .combinations_with_replacement(tokens - 1)
                .flat_map(|others| (0..cells).map(move |own| (own, others.clone())))
                .collect();
            assert_eq!(listed, expected, "n = {tokens}, M = {cells}");
            assert_eq!(table_entries(tokens, cells), Ok(BigUint::from(expected.len())));
        }
    }

    #[test]
    fn a_closed_form_that_nobody_could_list() {
        // 4·C(4 + 10 − 2, 9) = 4·220, and M = 2^40 with n = 3: M·M(M + 1)/2.
        assert_eq!(table_entries(10, 4), Ok(BigUint::from(880u32)));
        let cells = BigUint::from(1u64 << 40);
        assert_eq!(table_entries(3, 1 << 40), Ok(&cells * &cells * (&cells + 1u32) / 2u32));
        assert_eq!(table_entries(0, 4), Err(DiscontinuousError::NoTokens));
    }
}
