//! The contiguous table of all α with 0 ≤ |α| ≤ D, each known by its parent.

use super::{MultiIndex, binomial_sum, count_checked, degree};

/// The longest table that is built (8 bytes per entry); longer ones are refused instead of filling the memory.
pub const MAX_TABLE_LENGTH: usize = 1 << 26;

/// Why a table was not built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// C(D+d, d) entries are more than [`MAX_TABLE_LENGTH`].
    #[error(
        "{entries} monomials of degree up to {max_degree} in {dimension} coordinates are more than the {MAX_TABLE_LENGTH} that fit a table"
    )]
    TooLong {
        /// Coordinates d.
        dimension: usize,
        /// Largest degree D.
        max_degree: u32,
        /// How many there would be.
        entries: String,
    },
}

/// All α ∈ N^d with |α| ≤ D in graded lexicographic order, entry 0 being α = 0.
///
/// An entry α ≠ 0 is stored as its *parent* α − e_k, k the last non-zero coordinate, and k: all monomials of a token
/// cost one multiplication each. The entries with parent i are consecutive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonomialTable {
    dimension: usize,
    parents: Vec<u32>,
    variables: Vec<u32>,
    /// `degree_starts[k]` is the first entry of degree k; one more for the end.
    degree_starts: Vec<usize>,
}

impl MonomialTable {
    /// The table for `dimension` coordinates up to `max_degree`.
    pub fn new(dimension: usize, max_degree: u32) -> Result<Self, TableError> {
        let length = table_length(dimension, max_degree)?;
        let mut parents = Vec::with_capacity(length);
        let mut variables = Vec::with_capacity(length);
        // Entry 0 is its own parent and is never multiplied; the two vectors keep one index.
        parents.push(0);
        variables.push(0);
        let mut degree_starts = vec![0, 1];
        for k in 1..=max_degree as usize {
            for parent in degree_starts[k - 1]..degree_starts[k] {
                let last = variables[parent];
                for variable in last..dimension as u32 {
                    parents.push(parent as u32);
                    variables.push(variable);
                }
            }
            if dimension == 0 {
                break;
            }
            degree_starts.push(parents.len());
        }
        degree_starts.resize(max_degree as usize + 2, length);
        Ok(Self { dimension, parents, variables, degree_starts })
    }

    /// Coordinates d.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// Largest degree D.
    pub fn max_degree(&self) -> u32 {
        (self.degree_starts.len() - 2) as u32
    }

    /// Number of entries, α = 0 included: C(D+d, d).
    pub fn len(&self) -> usize {
        self.parents.len()
    }

    /// A table is never empty: it contains α = 0.
    pub fn is_empty(&self) -> bool {
        self.parents.is_empty()
    }

    /// The first entry of degree k (the length for k > D).
    pub fn degree_start(&self, k: u32) -> usize {
        self.degree_starts.get(k as usize).copied().unwrap_or(self.len())
    }

    /// (parent entry, variable) of an entry ≥ 1.
    pub fn parent(&self, entry: usize) -> Option<(usize, usize)> {
        (entry > 0 && entry < self.len())
            .then(|| (self.parents[entry] as usize, self.variables[entry] as usize))
    }

    /// (parent entry, variable) of every entry from 1 on, in order.
    pub fn chain(&self) -> impl ExactSizeIterator<Item = (usize, usize)> {
        self.parents.iter().zip(&self.variables).skip(1).map(|(&p, &v)| (p as usize, v as usize))
    }

    /// The exponents of an entry.
    pub fn multi_index(&self, entry: usize) -> Option<MultiIndex> {
        let mut alpha = vec![0; self.dimension].into_boxed_slice();
        let mut at = (entry < self.len()).then_some(entry)?;
        while let Some((parent, variable)) = self.parent(at) {
            alpha[variable] += 1;
            at = parent;
        }
        Some(alpha)
    }

    /// The entry of a multi-index: the inverse of [`MonomialTable::multi_index`], in closed form.
    ///
    /// Before α come all smaller degrees, and for every coordinate k the β that agree with α before k and exceed it
    /// there: as many as there are monomials of degree < Σ_{l>k} α_l in the coordinates after k.
    pub fn entry(&self, alpha: &[u32]) -> Option<usize> {
        let total = degree(alpha);
        if alpha.len() != self.dimension || total > u64::from(self.max_degree()) {
            return None;
        }
        let mut entry = self.degree_start(total as u32);
        let mut rest = total;
        for (k, &exponent) in alpha.iter().enumerate() {
            rest -= u64::from(exponent);
            if rest == 0 {
                break;
            }
            let after = (self.dimension - 1 - k) as u128;
            entry += usize::try_from(binomial_sum(after, u128::from(rest) - 1)?).ok()?;
        }
        Some(entry)
    }
}

fn table_length(dimension: usize, max_degree: u32) -> Result<usize, TableError> {
    let d = u32::try_from(dimension).unwrap_or(u32::MAX);
    let fits = |c: u128| usize::try_from(c).ok().filter(|&c| c < MAX_TABLE_LENGTH).map(|c| c + 1);
    // One slot per degree is kept even where all degrees ≥ 1 are empty (d = 0).
    let degrees_fit = (max_degree as usize) < MAX_TABLE_LENGTH;
    count_checked(d, max_degree).and_then(fits).filter(|_| degrees_fit).ok_or_else(|| TableError::TooLong {
        dimension,
        max_degree,
        entries: count_checked(d, max_degree).map_or("over 10^38".to_string(), |c| (c + 1).to_string()),
    })
}

#[cfg(test)]
mod tests {
    use super::super::GradedLexicographic;
    use super::*;

    #[test]
    fn parents_are_one_factor_less_and_entries_invert() {
        for (d, max_degree) in [(0, 3), (1, 6), (2, 5), (3, 4), (5, 3), (4, 0), (9, 1)] {
            let table = MonomialTable::new(d, max_degree).unwrap();
            let listed: Vec<MultiIndex> = GradedLexicographic::new(d, 0, max_degree).collect();
            assert_eq!(table.len(), listed.len());
            assert_eq!(table.max_degree(), max_degree);
            for (entry, alpha) in listed.iter().enumerate() {
                assert_eq!(table.multi_index(entry).as_ref(), Some(alpha));
                assert_eq!(table.entry(alpha), Some(entry));
                let k = degree(alpha) as u32;
                assert!((table.degree_start(k)..table.degree_start(k + 1)).contains(&entry));
                let Some((parent, variable)) = table.parent(entry) else {
                    assert_eq!(entry, 0);
                    continue;
                };
                let mut expected = alpha.clone();
                expected[variable] -= 1;
                assert_eq!(listed[parent], expected);
                assert_eq!(alpha.iter().rposition(|&e| e > 0), Some(variable));
            }
            assert_eq!(table.multi_index(table.len()), None);
            assert_eq!(table.entry(&vec![0; d + 1]), None);
        }
        let table = MonomialTable::new(2, 3).unwrap();
        assert_eq!(table.entry(&[2, 2]), None);
        assert_eq!(table.entry(&[u32::MAX, u32::MAX]), None);
    }

    #[test]
    fn long_tables_are_refused_with_their_length() {
        let refused = MonomialTable::new(20, 20).unwrap_err();
        assert!(refused.to_string().starts_with("137846528820 monomials"), "{refused}");
        assert!(MonomialTable::new(1000, 1000).is_err());
        assert!(MonomialTable::new(0, u32::MAX).is_err());
    }
}
