//! How fine a grid has to be: by certified errors of all entries, and by Lipschitz constants before any is looked at.

use super::DiscontinuousError;
use super::cell_values::{CellValue, CellValues, Sampler, Slice, value_unit};
use super::entries::table_entries;
use super::error::check_limit;
use super::grid::Grid;
use num_bigint::{BigInt, BigUint};
use num_traits::{ToPrimitive, Zero};
use sumformer_checker::arith::decimal::above;
use sumformer_checker::arith::dyadic::{Dyadic, Rounding};
use sumformer_checker::arith::number::{Rational, integer, ratio, round_down};
use sumformer_checker::enclosure::{PreparedSide, TargetEnclosure};
use sumformer_checker::language::EvalError;
use sumformer_checker::language::target::Target;

/// Bounds in certificates are rounded up to this many significant bits, so ε is first rounded down to them.
pub const BOUND_BITS: u32 = 24;

/// The most table entries that may be allowed: the checker takes no more.
pub const MOST_ENTRIES: u64 = 1 << 22;

/// Why no grid was chosen.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum GridError {
    /// No enclosures.
    #[error(transparent)]
    Target(#[from] EvalError),
    /// No such grid or table.
    #[error(transparent)]
    Refused(#[from] DiscontinuousError),
    /// The table would be too large before the error is small enough.
    #[error(
        "epsilon = {epsilon} needs a grid finer than Δ = {divisions}, and Δ = {} has {entries} table entries, more than the limit of {limit}; use {}",
        .divisions + 1, .ways.join(" or ")
    )]
    TooFine {
        /// ε.
        epsilon: Rational,
        /// The finest grid within the limit.
        divisions: u64,
        /// T of the next.
        entries: BigUint,
        /// The limit.
        limit: u64,
        /// Options that work.
        ways: Box<[String]>,
    },
    /// What a few entries say, without looking at all of them.
    #[error(
        "epsilon = {epsilon} is out of sight: on the finest grid within the limit of entries, Δ = {divisions}, some entry is off \
         by {reached:.3e}"
    )]
    OutOfSight {
        /// ε.
        epsilon: Rational,
        /// The finest grid within the limit.
        divisions: u64,
        /// The largest error of the entries that were looked at.
        reached: f64,
    },
    /// Entries cannot be looked at.
    #[error("a value of the target takes about {0:.0e} operations, and a table has many")]
    TooDear(f64),
    /// The error does not depend on the grid.
    #[error("no grid helps: every side of the box is a point, and the values are off by up to {0}")]
    NoSides(String),
}

/// The smallest Δ whose entries all have a certified error of at most ε.
///
/// Errors need not fall with every step of Δ, so every Δ is tried; the places where earlier grids failed are looked at
/// first, which settles nearly all of them at once.
pub fn smallest_grid(
    target: &Target,
    tokens: usize,
    at: CellValue,
    epsilon: &Rational,
    max_entries: u64,
    progress: &dyn Fn(u64),
) -> Result<Grid, GridError> {
    let limit = Dyadic::from_rational(&round_down(epsilon, BOUND_BITS), Rounding::Down);
    let mut sampler = Sampler::new(target, epsilon)?;
    let mut failed: Vec<Vec<f64>> = Vec::new();
    let mut last: Option<Grid> = None;
    for divisions in 1.. {
        let grid = Grid::new(target.domain.clone(), divisions)?;
        let unchanged = last.as_ref().is_some_and(|last| last.cells() == grid.cells());
        let entries = table_entries(tokens, grid.cells())?;
        if entries > BigUint::from(max_entries) || unchanged {
            let last = last.unwrap_or(grid);
            let reached = CellValues::new(target, &last, at, epsilon).largest_error(tokens - 1)?;
            let reached = reached.to_rational();
            if unchanged {
                let reached = reached.map_or_else(|| "an unknown amount".into(), |reached| above(&reached));
                return Err(GridError::NoSides(reached));
            }
            return Err(GridError::TooFine {
                epsilon: epsilon.clone(),
                divisions: divisions - 1,
                entries,
                limit: max_entries,
                ways: ways_out(target, tokens, at, epsilon, reached),
            });
        }
        progress(divisions);
        let place = failed.iter().rposition(|place| {
            let slices = slices_at(&grid, place, at);
            sampler.error(&slices.iter().collect::<Vec<_>>()).is_ok_and(|error| error > limit)
        });
        if let Some(place) = place {
            // The place that fails now is the likeliest to fail next.
            let place = failed.remove(place);
            failed.push(place);
        } else {
            let values = CellValues::new(target, &grid, at, epsilon);
            match values.exceeding(tokens - 1, limit)? {
                None => return Ok(grid),
                Some(entry) => failed.push(relative_places(&grid, &entry)),
            }
        }
        last = Some(grid);
    }
    unreachable!("every table passes the limit in the end")
}

/// The grid with the largest Δ whose table has at most `max_entries` entries; Δ = 1 if the sides of the box are points.
pub fn finest_grid(target: &Target, tokens: usize, max_entries: u64) -> Result<Grid, DiscontinuousError> {
    let limit = BigUint::from(max_entries);
    let grid = |divisions| Grid::new(target.domain.clone(), divisions);
    let fits = |divisions| -> Result<bool, DiscontinuousError> {
        Ok(table_entries(tokens, grid(divisions)?.cells())? <= limit)
    };
    let mut low = 1;
    check_limit("entries", table_entries(tokens, grid(1)?.cells())?, max_entries)?;
    if target.domain.iter().any(|side| !side.wid().is_zero()) {
        // By doubling first: far beyond the limit T has too many digits to be counted quickly. It passes the limit before
        // Δ does.
        let mut high = 2;
        while fits(high).unwrap_or(false) {
            (low, high) = (high, 2 * high);
        }
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            *(if fits(middle).unwrap_or(false) { &mut low } else { &mut high }) = middle;
        }
    }
    grid(low)
}

/// Options with which there is a grid: a larger ε, and as many entries as Lipschitz constants ask for, if they are known
/// and so many are ever allowed.
fn ways_out(
    target: &Target,
    tokens: usize,
    at: CellValue,
    epsilon: &Rational,
    reached: Option<Rational>,
) -> Box<[String]> {
    // For a larger ε values are rounded more coarsely, by at most ε/2^11.
    let mut ways = vec![reached.map_or_else(
        || "a larger --epsilon".into(),
        |reached| format!("--epsilon {}", above(&(reached * ratio(1001, 1000)))),
    )];
    let enough = a_priori_divisions(target, tokens, at, epsilon).and_then(|divisions| {
        // The same rounding, made up for by slightly finer cells.
        let divisions = divisions.to_u64()?;
        let grid = Grid::new(target.domain.clone(), divisions + divisions / 500 + 1).ok()?;
        table_entries(tokens, grid.cells()).ok()?.to_u64().filter(|&entries| entries <= MOST_ENTRIES)
    });
    ways.extend(enough.map(|entries| format!("--max-entries {entries}")));
    ways.into()
}

/// The middles of an entry's slices, as positions in [0, 1] within the sides.
fn relative_places(grid: &Grid, entry: &[u64]) -> Vec<f64> {
    let place = |(q, &divisions): (u64, &u64)| (q as f64 + 0.5) / divisions as f64;
    entry.iter().flat_map(|&cell| grid.slices(cell).into_iter().zip(grid.divisions()).map(place)).collect()
}

/// The slices that hold given positions.
pub(super) fn slices_at(grid: &Grid, places: &[f64], at: CellValue) -> Vec<Slice> {
    let slice = |(i, &place): (usize, &f64)| {
        let k = i % grid.dimension();
        let divisions = grid.divisions()[k];
        Slice::new(grid, k, ((place * divisions as f64) as u64).min(divisions - 1), at)
    };
    places.iter().enumerate().map(slice).collect()
}

/// The Δ that Lipschitz constants promise: with |∂_k f| ≤ L_k over the box and sides of width w_k, all n·d of them,
/// cells of width w_k/Δ have |f − f(corner)| ≤ Σ_k L_k·w_k/Δ, and half of that from the centre; values are rounded to
/// half a unit. `None` where no constants are known.
pub fn a_priori_divisions(
    target: &Target,
    tokens: usize,
    at: CellValue,
    epsilon: &Rational,
) -> Option<BigInt> {
    let mut enclosure = TargetEnclosure::new(target).ok()?;
    let sides: Vec<PreparedSide> = target.domain.iter().map(PreparedSide::new).collect();
    let boxes: Vec<&PreparedSide> = (0..tokens).flat_map(|_| &sides).collect();
    let widths: Vec<Rational> = (0..tokens).flat_map(|_| &target.domain).map(|side| side.wid()).collect();
    let per_output = enclosure.partial_derivatives(&boxes).ok()?;
    let variation = |derivatives: &Vec<_>| -> Option<Rational> {
        derivatives
            .iter()
            .zip(&widths)
            .map(|(slope, width): (&sumformer_checker::arith::dyadic_interval::DyadicInterval, _)| {
                Some(slope.mag().to_rational()? * width)
            })
            .sum()
    };
    let totals: Vec<Rational> = per_output.iter().map(variation).collect::<Option<_>>()?;
    let largest = totals.into_iter().max()?;
    let share = match at {
        CellValue::Centre => integer(2),
        CellValue::Corner => integer(1),
    };
    let divisions = (largest / ((epsilon - value_unit(epsilon) / integer(2)) * share)).ceil().to_integer();
    Some(divisions.max(1.into()))
}
