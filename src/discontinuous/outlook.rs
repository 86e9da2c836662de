//! How fine a grid will have to be, from the errors on a few entries: a prediction in milliseconds, before any table is
//! looked at in full.

use super::cell_values::{CellValue, Sampler};
use super::grid::Grid;
use super::grid_choice::{BOUND_BITS, finest_grid, slices_at};
use super::{DiscontinuousOptions, GridError, Separation, size};
use crate::codes::CodeKind;
use crate::eval::operations::target_operations;
use num_bigint::BigUint;
use num_traits::ToPrimitive;
use rand::rngs::ChaCha8Rng;
use rand::{Rng, SeedableRng};
use sumformer_checker::arith::dyadic::{Dyadic, Rounding};
use sumformer_checker::arith::number::{Rational, round_down, to_f64};
use sumformer_checker::language::target::Target;

/// Entries that are looked at on every grid, and fewer where one takes long.
const SAMPLES: usize = 192;
/// Operations for all entries of a grid, about; and a target takes at most a quarter of them.
const OPERATIONS: f64 = 2e7;
/// Tokens that are close to each other are so many sides apart at most.
const CLOSE: f64 = 1.0 / 16.0;

/// What is likely to become of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct TableOutlook {
    /// The smallest Δ that looks fine enough.
    pub divisions: u64,
    /// T on that grid.
    pub entries: BigUint,
    /// Hidden units, at most.
    pub units: f64,
    /// Weights, at most.
    pub nonzeros: BigUint,
}

/// A prediction for ε: the smallest grid within the limit on which no sampled entry has a larger error. An error at the
/// finest grid within the limit is an error that every table has there, but for those of other grids.
pub fn table_outlook(
    target: &Target,
    tokens: usize,
    at: CellValue,
    (code, separation): (CodeKind, Separation),
    options: &DiscontinuousOptions,
    epsilon: &Rational,
    max_entries: u64,
) -> Result<TableOutlook, GridError> {
    let limit = Dyadic::from_rational(&round_down(epsilon, BOUND_BITS), Rounding::Down);
    let finest = largest_division(&finest_grid(target, tokens, max_entries)?);
    let mut samples = Samples::new(target, tokens, at, epsilon)?;
    let reached = samples.largest_error(finest)?;
    if reached > limit {
        let reached = reached.to_rational().map_or(f64::INFINITY, |reached| to_f64(&reached));
        return Err(GridError::OutOfSight { epsilon: epsilon.clone(), divisions: finest, reached });
    }
    // Fine enough, and too coarse.
    let (mut good, mut bad) = (finest, 0);
    while good - bad > 1 {
        let middle = bad + (good - bad) / 2;
        *(if samples.largest_error(middle)? <= limit { &mut good } else { &mut bad }) = middle;
    }
    let grid = Grid::new(target.domain.clone(), good)?;
    let size = size(&grid, tokens, target.outputs(), code, separation, options)?;
    let units = size.hidden_units.to_f64().unwrap_or(f64::INFINITY);
    Ok(TableOutlook { divisions: good, entries: size.entries, units, nonzeros: size.nonzeros })
}

fn largest_division(grid: &Grid) -> u64 {
    grid.divisions().iter().copied().max().unwrap_or(1)
}

/// Sequences, and the entries in which they lie on any grid.
struct Samples<'a> {
    target: &'a Target,
    at: CellValue,
    sampler: Sampler,
    /// n·d positions within the sides each.
    places: Vec<Vec<f64>>,
}

impl<'a> Samples<'a> {
    fn new(target: &'a Target, tokens: usize, at: CellValue, epsilon: &Rational) -> Result<Self, GridError> {
        let operations =
            target_operations(target, tokens) as f64 / tokens as f64 + (tokens * target.dimension()) as f64;
        if operations > OPERATIONS / 4.0 {
            return Err(GridError::TooDear(operations));
        }
        let samples = SAMPLES.min((OPERATIONS / operations) as usize);
        let sampler = Sampler::new(target, epsilon)?;
        let mut rng = ChaCha8Rng::seed_from_u64(0);
        let places = (0..samples).map(|s| place(tokens, target.dimension(), s, &mut rng)).collect();
        Ok(Self { target, at, sampler, places })
    }

    /// The largest error of the entries.
    fn largest_error(&mut self, divisions: u64) -> Result<Dyadic, GridError> {
        let grid = Grid::new(self.target.domain.clone(), divisions)?;
        let mut largest = Dyadic::ZERO;
        for place in &self.places {
            let slices = slices_at(&grid, place, self.at);
            largest = largest.max(self.sampler.error(&slices.iter().collect::<Vec<_>>())?);
        }
        Ok(largest)
    }
}

/// Anywhere, at corners, with all tokens close to each other, or with all others the same.
fn place(tokens: usize, dimension: usize, number: usize, rng: &mut ChaCha8Rng) -> Vec<f64> {
    // The last slice is closed, but positions stay below 1.
    let mut uniform = || f64::from(rng.next_u32() >> 8) / f64::from(1_u32 << 24);
    let mut place: Vec<f64> = (0..tokens * dimension).map(|_| uniform()).collect();
    match number % 4 {
        0 => {}
        1 => place.iter_mut().for_each(|u| *u = u.round().min(1.0 - CLOSE * CLOSE)),
        2 => {
            let centre: Vec<f64> = place[..dimension].to_vec();
            for (i, u) in place.iter_mut().enumerate() {
                *u = (centre[i % dimension] * (1.0 - CLOSE) + *u * CLOSE).min(1.0 - CLOSE * CLOSE);
            }
        }
        _ if tokens > 1 => {
            let other: Vec<f64> = place[dimension..2 * dimension].to_vec();
            place[dimension..].chunks_mut(dimension).for_each(|token| token.copy_from_slice(&other));
        }
        _ => {}
    }
    place
}
