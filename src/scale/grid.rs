//! The smallest grid that proves an error, from certified errors of all table entries, and its network in closed form.

use super::discontinuous::{DiscontinuousPoint, DiscontinuousSizes, sizes_on};
use crate::codes::CodeKind;
use crate::discontinuous::{
    CellValue, GridError, Separation, TableLayout, a_priori_divisions, smallest_grid, table_entries,
};
use num_bigint::{BigInt, BigUint};
use sumformer_checker::arith::number::Rational;
use sumformer_checker::language::target::Target;

/// What is varied, but for the target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GridPoint {
    /// n.
    pub tokens: usize,
    /// ε.
    pub epsilon: Rational,
    /// φ*.
    pub code: CodeKind,
    /// How the look-up is spread over blocks, a size for each.
    pub layouts: Vec<TableLayout>,
    /// No larger table is looked at.
    pub max_entries: u64,
}

/// What is known of the smallest grid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GridRow {
    /// Δ(ε).
    pub divisions: u64,
    /// The Δ that Lipschitz constants promise, if there are any.
    pub a_priori: Option<BigInt>,
    /// M.
    pub cells: u64,
    /// T.
    pub entries: BigUint,
    /// The network with step units, softmax attention and zero scores, for each layout; sizes count every jump, so for values
    /// that repeat they are upper bounds.
    pub sizes: Vec<DiscontinuousSizes>,
}

/// The row of a target at a point.
pub fn grid_row(target: &Target, point: &GridPoint) -> Result<GridRow, GridError> {
    let at = CellValue::Centre;
    let grid = smallest_grid(target, point.tokens, at, &point.epsilon, point.max_entries, &|_| ())?;
    let divisions = grid.divisions().iter().copied().max().unwrap_or(1);
    let size = |&layout: &TableLayout| {
        let sizes = DiscontinuousPoint {
            tokens: point.tokens,
            dimension: grid.dimension(),
            divisions,
            code: point.code,
            separation: Separation::Others,
            layout,
            outputs: target.outputs(),
        };
        sizes_on(&sizes, &grid)
    };
    Ok(GridRow {
        divisions,
        a_priori: a_priori_divisions(target, point.tokens, at, &point.epsilon),
        cells: grid.cells(),
        entries: table_entries(point.tokens, grid.cells())?,
        sizes: point.layouts.iter().map(size).collect::<Result<_, _>>()?,
    })
}
