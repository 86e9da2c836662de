//! What is known of |f − B_m f| before anything is computed at nodes.

use super::super::ApproximationError;
use super::derivative::second_derivative;
use crate::discontinuous::{Entries, Grid, table_entries};
use num_bigint::BigInt;
use num_traits::Zero;
use sumformer_checker::arith::dyadic_interval::DyadicInterval;
use sumformer_checker::arith::number::{Rational, integer, max};
use sumformer_checker::enclosure::{PreparedSide, TargetEnclosure};
use sumformer_checker::language::EvalError;
use sumformer_checker::language::target::{Target, Tokens};

/// Products of boxes over which derivatives are enclosed.
const MAX_BOXES: u64 = 4096;
/// The most slices of a side.
const MAX_DIVISIONS: u64 = 64;
/// Bits of the rational square root.
const ROOT_BITS: u32 = 40;

/// Bounds of a derivative in each variable over the whole box, for the sum over all n·d variables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DerivativeBounds {
    /// Per coordinate of the own token.
    pub own: Vec<Rational>,
    /// Per coordinate of any other token.
    pub other: Vec<Rational>,
    /// n − 1.
    pub others: usize,
}

impl DerivativeBounds {
    /// Σ over all variables of bound·w^power, w the widths of the sides.
    fn weighted(&self, target: &Target, power: u32) -> Rational {
        let weight = |bounds: &[Rational]| -> Rational {
            bounds.iter().zip(&target.domain).map(|(bound, side)| bound * side.wid().pow(power)).sum()
        };
        weight(&self.own) + weight(&self.other) * integer(self.others as i64)
    }
}

/// Lipschitz constants of every variable, by enclosures of all difference quotients over a subdivision of the box.
pub fn lipschitz_constants(target: &Target) -> Result<DerivativeBounds, ApproximationError> {
    let mut enclosure = TargetEnclosure::new(target)?;
    over_boxes(target, |sides| enclosure.partial_derivatives(sides))
}

/// Bounds of |∂²f/∂x_k²| in every variable; the derivatives are formed symbolically.
pub fn second_derivatives(target: &Target) -> Result<DerivativeBounds, ApproximationError> {
    let Tokens::Fixed(n) = target.tokens else { return Err(ApproximationError::NoLength) };
    let d = target.dimension();
    let mut enclosures = Vec::new();
    for variable in 0..d * n {
        let derivative = second_derivative(target, variable / d, variable % d)?;
        enclosures.push(TargetEnclosure::new(&derivative)?);
    }
    over_boxes(target, |sides| {
        let mut by_output = vec![vec![DyadicInterval::ZERO; n * d]; target.outputs()];
        for (variable, enclosure) in enclosures.iter_mut().enumerate() {
            for (row, range) in by_output.iter_mut().zip(enclosure.enclose(sides)?) {
                row[variable] = range;
            }
        }
        Ok(by_output)
    })
}

/// The largest magnitudes over all boxes and outputs. `ranges` gives per output one interval per side.
///
/// By symmetry only boxes with ordered other tokens are visited. Any box comes from one of those by a permutation of
/// the others, which permutes the derivatives, so the magnitudes of *all* other tokens count.
fn over_boxes(
    target: &Target,
    mut ranges: impl FnMut(&[&PreparedSide]) -> Result<Vec<Vec<DyadicInterval>>, EvalError>,
) -> Result<DerivativeBounds, ApproximationError> {
    let Tokens::Fixed(n) = target.tokens else { return Err(ApproximationError::NoLength) };
    let d = target.dimension();
    let grid = finest_subdivision(target, n);
    let cells: Vec<Vec<PreparedSide>> =
        (0..grid.cells()).map(|cell| grid.sides(cell).iter().map(PreparedSide::new).collect()).collect();
    let mut bounds =
        DerivativeBounds { own: vec![Rational::zero(); d], other: vec![Rational::zero(); d], others: n - 1 };
    let mut entries = Entries::new(n - 1, grid.cells());
    while let Some((own, others)) = entries.advance() {
        let sides: Vec<&PreparedSide> =
            std::iter::once(&own).chain(others).flat_map(|&cell| &cells[cell as usize]).collect();
        for range in ranges(&sides)? {
            for (variable, range) in range.into_iter().enumerate() {
                let size = range.mag().to_rational().ok_or(EvalError::TooWide)?;
                let bound =
                    if variable < d { &mut bounds.own[variable] } else { &mut bounds.other[variable % d] };
                *bound = max(std::mem::take(bound), size);
            }
        }
    }
    Ok(bounds)
}

/// The finest grid with at most [`MAX_BOXES`] products of cells; the undivided box in any case.
fn finest_subdivision(target: &Target, n: usize) -> Grid {
    let few = |grid: &Grid| table_entries(n, grid.cells()).is_ok_and(|boxes| boxes <= MAX_BOXES.into());
    let grids = (1..=MAX_DIVISIONS).map_while(|slices| Grid::new(target.domain.clone(), slices).ok());
    let mut coarsest = None;
    for grid in grids {
        if coarsest.is_some() && !few(&grid) {
            break;
        }
        coarsest = Some(grid);
    }
    coarsest.expect("a box has coordinates, and one slice to a side is one cell")
}

/// Σ_k L_k·w_k/(2√m): with s the relative position in a side, a node of B_m is away from it by √(s(1−s)/m) ≤ 1/(2√m) in
/// quadratic mean.
pub fn lipschitz_bound(target: &Target, constants: &DerivativeBounds, degree: u32) -> Rational {
    let scale = BigInt::from(1) << ROOT_BITS;
    let root = (BigInt::from(degree) * &scale * &scale).sqrt();
    // The root is rounded down, the bound up.
    constants.weighted(target, 1) * Rational::new(scale, root * 2)
}

/// Σ_k w_k²·‖∂²_k f‖/(8m): the operators in single variables are positive and contractions, and each is off by at most
/// w²‖f''‖·s(1−s)/(2m).
pub fn smooth_bound(target: &Target, second: &DerivativeBounds, degree: u32) -> Rational {
    second.weighted(target, 2) / integer(8 * i64::from(degree))
}
