//! The piecewise constant network against n, d, Δ, code and layout, in closed form.

use crate::codes::{CodeKind, information_bound};
use crate::discontinuous::{
    DiscontinuousError, DiscontinuousOptions, DiscontinuousSize, Grid, Jump, Separation, TableLayout, size,
    table_entries,
};
use crate::lowering::attention::{Architecture, Scores};
use crate::parallel;
use num_bigint::BigUint;
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::{Rational, integer};

/// What is varied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DiscontinuousPoint {
    /// n.
    pub tokens: usize,
    /// d.
    pub dimension: usize,
    /// Δ, cells to a side of [0, 1]^d.
    pub divisions: u64,
    /// φ*.
    pub code: CodeKind,
    /// Which multiset Σ tells.
    pub separation: Separation,
    /// How the look-up is spread over blocks.
    pub layout: TableLayout,
    /// c.
    pub outputs: usize,
}

/// Sizes at a point; what a limit forbids is an error in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiscontinuousRow {
    /// The point.
    pub point: DiscontinuousPoint,
    /// M = Δ^d, if it fits 64 bits.
    pub cells: Option<u64>,
    /// T = M·C(M+n−2, n−1), the entries of the table.
    pub entries: Option<BigUint>,
    /// n·Δ^(nd)/n!, the paper's count of its entries, with 1/ε read as Δ.
    pub paper_entries: Rational,
    /// The network with step units, softmax attention and zero scores.
    pub sizes: Result<DiscontinuousSizes, DiscontinuousError>,
}

/// The sizes of a network, and the least bits any code could do with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiscontinuousSizes {
    /// The network.
    pub network: DiscontinuousSize,
    /// ⌈log2 C(M+s−1, s)⌉.
    pub information_bound: u64,
}

/// The row of a point.
pub fn discontinuous_row(point: DiscontinuousPoint) -> DiscontinuousRow {
    let unit = Interval::new(integer(0), integer(1)).unwrap_or_else(|_| Interval::point(integer(0)));
    let grid = Grid::new(vec![unit; point.dimension], point.divisions);
    let cells = grid.as_ref().ok().map(Grid::cells);
    DiscontinuousRow {
        point,
        cells,
        entries: cells.and_then(|cells| table_entries(point.tokens, cells).ok()),
        paper_entries: paper_entries(&point),
        sizes: grid.and_then(|grid| sizes_on(&point, &grid)),
    }
}

/// The rows of all points, in their order.
pub fn discontinuous_table(points: &[DiscontinuousPoint]) -> Vec<DiscontinuousRow> {
    parallel::map(points, |&point| discontinuous_row(point))
}

/// The sizes at a point for a grid of any box.
pub(super) fn sizes_on(
    point: &DiscontinuousPoint,
    grid: &Grid,
) -> Result<DiscontinuousSizes, DiscontinuousError> {
    let options = DiscontinuousOptions {
        architecture: Architecture::Transformer,
        scores: Scores::Zero,
        layout: point.layout,
        jump: Jump::Step,
    };
    let network = size(grid, point.tokens, point.outputs, point.code, point.separation, &options)?;
    let separated = match point.separation {
        Separation::Others => point.tokens - 1,
        Separation::All => point.tokens,
    };
    let separated = u32::try_from(separated).map_err(|_| DiscontinuousError::TooManyTokens(point.tokens))?;
    Ok(DiscontinuousSizes { network, information_bound: information_bound(grid.cells(), separated)? })
}

fn paper_entries(point: &DiscontinuousPoint) -> Rational {
    let cubes = BigUint::from(point.divisions).pow((point.tokens * point.dimension) as u32);
    let orders: BigUint = (1..=point.tokens).map(BigUint::from).product();
    Rational::new((cubes * point.tokens).into(), orders.into())
}
