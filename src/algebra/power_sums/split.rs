//! The two halves of the coordinates and where each p_{(β,γ)} sits between the products and the final order.

use super::super::multi_index::{GradedLexicographic, MonomialTable, TableError};

/// Tables of both halves. A *product row* belongs to one β and holds p_{(β,γ)} for all γ with |γ| ≤ D − |β|, so the
/// rows of one degree |β| form a matrix; rows follow one another in graded lexicographic order of β.
#[derive(Debug, Clone)]
pub(super) struct Split {
    pub(super) left: MonomialTable,
    pub(super) right: MonomialTable,
    /// For every entry of the full table from 1 on, its place among the product rows.
    pub(super) places: Vec<u32>,
}

/// The product rows of one degree |β|.
pub(super) struct DegreeBlock {
    /// First place of the block.
    pub(super) start: usize,
    /// Entries β of the left table.
    pub(super) rows: std::ops::Range<usize>,
    /// Length of each row: the entries γ of the right table are `0..width`.
    pub(super) width: usize,
}

impl Split {
    pub(super) fn new(table: &MonomialTable) -> Result<Self, TableError> {
        let (d, max_degree) = (table.dimension(), table.max_degree());
        let left = MonomialTable::new(d / 2, max_degree)?;
        let right = MonomialTable::new(d - d / 2, max_degree)?;
        let mut split = Self { left, right, places: Vec::with_capacity(table.len()) };
        let row_starts: Vec<usize> = split
            .blocks()
            .flat_map(|block| (0..block.rows.len()).map(move |r| block.start + r * block.width))
            .collect();
        let mut stream = GradedLexicographic::new(d, 1, max_degree);
        while let Some(alpha) = stream.advance() {
            let (beta, gamma) = alpha.split_at(d / 2);
            let places = split.left.entry(beta).zip(split.right.entry(gamma));
            split.places.extend(places.map(|(b, g)| (row_starts[b] + g) as u32));
        }
        Ok(split)
    }

    /// The blocks |β| = 0, …, D.
    pub(super) fn blocks(&self) -> impl Iterator<Item = DegreeBlock> {
        let max_degree = self.left.max_degree();
        let mut start = 0;
        (0..=max_degree).map(move |k| {
            let rows = self.left.degree_start(k)..self.left.degree_start(k + 1);
            let width = self.right.degree_start(max_degree - k + 1);
            let block = DegreeBlock { start, rows, width };
            start += block.rows.len() * width;
            block
        })
    }

    /// Coordinates of a token.
    pub(super) fn dimension(&self) -> usize {
        self.left.dimension() + self.right.dimension()
    }

    /// Places in all product rows: one more than there are results, for p_0.
    pub(super) fn products(&self) -> usize {
        self.places.len() + 1
    }
}
