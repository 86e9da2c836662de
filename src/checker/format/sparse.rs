//! Sparse exact vectors and matrices as they stand in the files.

use crate::arith::number::{Exact, Rational};
use num_traits::{One, Zero};
use serde::{Deserialize, Serialize};
use std::collections::btree_map::Entry;

/// A sparse vector: pairs `[index, "value"]`, indices strictly increasing, no stored zeros.
///
/// Boxed, since a large network has millions of them: a growing `Vec` would keep room for four entries at least.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SparseVector(Box<[(usize, Exact)]>);

impl SparseVector {
    /// Collects entries in any order; repeated indices are added up, zeros dropped.
    pub fn from_entries(entries: impl IntoIterator<Item = (usize, Rational)>) -> Self {
        let mut map = std::collections::BTreeMap::<usize, Rational>::new();
        for (index, value) in entries {
            add(map.entry(index), value);
        }
        Self(map.into_iter().filter(|(_, v)| !v.is_zero()).map(|(i, v)| (i, Exact(v))).collect())
    }

    /// The entries, indices increasing.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (usize, &Rational)> + Clone {
        self.0.iter().map(|(index, Exact(value))| (*index, value))
    }

    /// Number of stored entries.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing is stored: the zero vector.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The entry at an index.
    pub fn get(&self, index: usize) -> Rational {
        self.0
            .binary_search_by_key(&index, |(i, _)| *i)
            .map_or_else(|_| Rational::zero(), |at| self.0[at].1.0.clone())
    }

    /// The non-zero factor a with `self = a · direction`, if there is one.
    pub fn proportion(&self, direction: &Self) -> Option<Rational> {
        if self.len() != direction.len() {
            return None;
        }
        let mut factor: Option<Rational> = None;
        for ((i, a), (j, b)) in self.iter().zip(direction.iter()) {
            if i != j {
                return None;
            }
            match &factor {
                Some(factor) if (b * factor) != *a => return None,
                Some(_) => {}
                None => factor = Some(if b.is_one() { a.clone() } else { a / b }),
            }
        }
        factor
    }

    /// Checks order, zeros and the index bound; says what is wrong.
    pub fn validate(&self, dimension: usize) -> Result<(), String> {
        for (position, (index, Exact(value))) in self.0.iter().enumerate() {
            if *index >= dimension {
                return Err(format!("index {index} is outside 0..{dimension}"));
            }
            if position > 0 && self.0[position - 1].0 >= *index {
                return Err(format!("index {index} is repeated or out of order"));
            }
            if value.is_zero() {
                return Err(format!("a zero is stored at index {index}"));
            }
        }
        Ok(())
    }
}

/// Adds a value; most places get one only, and adding to zero takes a gcd.
fn add<K: Ord>(place: Entry<'_, K, Rational>, value: Rational) {
    match place {
        Entry::Vacant(place) => {
            place.insert(value);
        }
        Entry::Occupied(mut place) => *place.get_mut() += value,
    }
}

/// A sparse matrix: triples `[row, column, "value"]` in row-major order, no stored zeros.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SparseMatrix(Box<[(usize, usize, Exact)]>);

impl SparseMatrix {
    /// Collects entries in any order; repeated places are added up, zeros dropped.
    pub fn from_entries(entries: impl IntoIterator<Item = (usize, usize, Rational)>) -> Self {
        let mut map = std::collections::BTreeMap::<(usize, usize), Rational>::new();
        for (row, column, value) in entries {
            add(map.entry((row, column)), value);
        }
        Self(map.into_iter().filter(|(_, v)| !v.is_zero()).map(|((r, c), v)| (r, c, Exact(v))).collect())
    }

    /// `factor` times the identity of the given size.
    pub fn scaled_identity(size: usize, factor: Rational) -> Self {
        Self::from_entries((0..size).map(|i| (i, i, factor.clone())))
    }

    /// The entries (row, column, value) in row-major order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (usize, usize, &Rational)> + Clone {
        self.0.iter().map(|(row, column, Exact(value))| (*row, *column, value))
    }

    /// Number of stored entries.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing is stored: the zero matrix.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The entries of one row.
    pub fn row(&self, row: usize) -> impl Iterator<Item = (usize, &Rational)> {
        let start = self.0.partition_point(|(r, _, _)| *r < row);
        self.0[start..].iter().take_while(move |(r, _, _)| *r == row).map(|(_, c, Exact(v))| (*c, v))
    }

    /// The entries of some rows.
    pub fn rows(&self, rows: std::ops::Range<usize>) -> impl Iterator<Item = (usize, usize, &Rational)> {
        let start = self.0.partition_point(|(r, _, _)| *r < rows.start);
        self.0[start..]
            .iter()
            .take_while(move |(r, _, _)| rows.contains(r))
            .map(|(r, c, Exact(v))| (*r, *c, v))
    }

    /// The product `self · other`.
    pub fn times(&self, other: &Self) -> Self {
        Self::from_entries(
            self.iter()
                .flat_map(|(r, k, a)| other.row(k).map(move |(c, b)| (r, c, a * b)).collect::<Vec<_>>()),
        )
    }

    /// The transpose.
    pub fn transpose(&self) -> Self {
        Self::from_entries(self.iter().map(|(r, c, v)| (c, r, v.clone())))
    }

    /// Checks order, zeros and shape; says what is wrong.
    pub fn validate(&self, rows: usize, columns: usize) -> Result<(), String> {
        for (position, (row, column, Exact(value))) in self.0.iter().enumerate() {
            if *row >= rows || *column >= columns {
                return Err(format!("entry ({row}, {column}) is outside a {rows} × {columns} matrix"));
            }
            if position > 0 && (self.0[position - 1].0, self.0[position - 1].1) >= (*row, *column) {
                return Err(format!("entry ({row}, {column}) is repeated or out of order"));
            }
            if value.is_zero() {
                return Err(format!("a zero is stored at ({row}, {column})"));
            }
        }
        Ok(())
    }
}
