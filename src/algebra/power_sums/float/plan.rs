//! What is known before any number: which row of a table is made from which, and where every sum stands.

use super::super::split::{DegreeBlock, Split};
use crate::algebra::multi_index::MonomialTable;

/// The order of work for all p_α of one table. Sums stand as in [`Split`]: product rows one after the other.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The first half of the coordinates.
    pub left: Half,
    /// The other half.
    pub right: Half,
    /// Products of rows of both.
    pub blocks: Vec<Block>,
}

/// Monomials in half of the coordinates. Row e of their table holds entry e + 1, as the constant has no row, and
/// rows of the highest degree, which meet nothing but the constant, are only summed.
#[derive(Debug, Clone)]
pub struct Half {
    /// Coordinates: the first rows.
    pub dimension: usize,
    /// Rows in the table.
    pub stored: usize,
    /// Families whose children are stored, then those whose children are only summed.
    pub families: Vec<Family>,
    /// How many families are of the first kind.
    pub kept: usize,
    /// The place among the sums of the sum of every row, stored or not.
    pub places: Vec<u32>,
}

/// The monomials made from one parent by one more factor, which are consecutive rows.
#[derive(Debug, Clone, Copy)]
pub struct Family {
    /// The parent's row.
    pub parent: usize,
    /// The coordinate by which the first child is made; the others follow up to the last coordinate.
    pub variable: usize,
    /// The first child's row.
    pub child: usize,
}

/// The monomials β of one degree, each times the same γ: those of degrees 1 to D − |β|.
#[derive(Debug, Clone, Copy)]
pub struct Block {
    /// The first row in the left table.
    pub row: usize,
    /// Rows.
    pub rows: usize,
    /// Rows of the right table with which each is multiplied: the first ones.
    pub width: usize,
    /// Where the sums of the first row start; those of the next start `width` + 1 later, one being that of γ = 0.
    pub sums: usize,
}

impl Plan {
    /// The plan for tables split in two.
    pub fn new(split: &Split) -> Self {
        let first = split.blocks().next().map_or(0, |block| block.width);
        let of_left = split
            .blocks()
            .skip(1)
            .flat_map(|DegreeBlock { start, rows, width }| {
                (0..rows.len()).map(move |r| (start + r * width) as u32)
            })
            .collect();
        let of_right = (1..first as u32).collect();
        let blocks = split
            .blocks()
            .skip(1)
            .filter(|block| block.width > 1 && !block.rows.is_empty())
            .map(|DegreeBlock { start, rows, width }| Block {
                row: rows.start - 1,
                rows: rows.len(),
                width: width - 1,
                sums: start + 1,
            })
            .collect();
        Self { left: Half::new(&split.left, of_left), right: Half::new(&split.right, of_right), blocks }
    }
}

impl Half {
    fn new(table: &MonomialTable, places: Vec<u32>) -> Self {
        let stored = table.degree_start(table.max_degree().max(2)) - 1;
        let mut families: Vec<Family> = Vec::new();
        for (entry, (parent, variable)) in table.chain().enumerate().filter(|(_, (parent, _))| *parent > 0) {
            if families.last().is_none_or(|last| last.parent != parent - 1) {
                families.push(Family { parent: parent - 1, variable, child: entry });
            }
        }
        let kept = families.partition_point(|family| family.child < stored);
        Self { dimension: table.dimension(), stored, families, kept, places }
    }
}
