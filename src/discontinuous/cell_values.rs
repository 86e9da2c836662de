//! What the piecewise constant function is on each entry, and how far the target is from it there.

use super::grid::Grid;
use crate::parallel;
use itertools::Itertools;
use sumformer_checker::arith::dyadic::Dyadic;
use sumformer_checker::arith::dyadic_interval::DyadicInterval;
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::{Rational, floor_log2, power_of_two};
use sumformer_checker::enclosure::{PreparedSide, TargetEnclosure};
use sumformer_checker::language::EvalError;
use sumformer_checker::language::target::Target;

/// Values are multiples of 2^−g, with 2^−g about ε/2^this: short numbers, and a loss of a thousandth of ε.
const VALUE_BITS: i64 = 10;

/// Values for an error of about ε are multiples of this.
pub fn value_unit(epsilon: &Rational) -> Rational {
    power_of_two(floor_log2(epsilon) - VALUE_BITS)
}

/// Where a cell's value is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CellValue {
    /// At the midpoint: half the error of the corner for a function that is about linear on a cell.
    Centre,
    /// At the lowest point, as in (29).
    Corner,
}

/// A slice of a side, and the point where the value is taken.
#[derive(Debug, Clone)]
pub struct Slice {
    side: PreparedSide,
    point: PreparedSide,
}

impl Slice {
    /// Prepares the q-th slice of side k.
    pub fn new(grid: &Grid, k: usize, q: u64, at: CellValue) -> Self {
        let side = grid.slice(k, q);
        let point = match at {
            CellValue::Centre => side.mid(),
            CellValue::Corner => side.inf().clone(),
        };
        Self { side: PreparedSide::new(&side), point: PreparedSide::new(&Interval::point(point)) }
    }
}

/// Evaluates a target on entries; one per thread.
pub struct Sampler {
    enclosure: TargetEnclosure,
    unit: Rational,
}

impl Sampler {
    /// For an error of about `epsilon`. Fails where the target has no enclosures.
    pub fn new(target: &Target, epsilon: &Rational) -> Result<Self, EvalError> {
        Ok(Self { enclosure: TargetEnclosure::new(target)?, unit: value_unit(epsilon) })
    }

    /// The values of an entry, one per output: the target at its points, rounded to a multiple of the unit.
    pub fn values(&mut self, entry: &[&Slice]) -> Result<Vec<Rational>, EvalError> {
        let points: Vec<&PreparedSide> = entry.iter().map(|slice| &slice.point).collect();
        let rounded = |value: &DyadicInterval| {
            let middle = value.mid().to_rational().ok_or(EvalError::TooWide)?;
            Ok((middle / &self.unit).round() * &self.unit)
        };
        self.enclosure.enclose(&points)?.iter().map(rounded).collect()
    }

    /// An upper bound on the distance of every output from its value on the entry's cells.
    pub fn error(&mut self, entry: &[&Slice]) -> Result<Dyadic, EvalError> {
        let values = self.values(entry)?;
        let sides: Vec<&PreparedSide> = entry.iter().map(|slice| &slice.side).collect();
        let ranges = self.enclosure.enclose(&sides)?;
        let distance = |(range, value): (&DyadicInterval, &Rational)| {
            (*range - DyadicInterval::from_rational(value)).mag()
        };
        Ok(ranges.iter().zip(&values).map(distance).max().unwrap_or(Dyadic::ZERO))
    }
}

/// All slices of a grid, prepared.
pub struct CellValues<'a> {
    target: &'a Target,
    grid: &'a Grid,
    epsilon: &'a Rational,
    slices: Vec<Vec<Slice>>,
}

impl<'a> CellValues<'a> {
    /// The values of `target`, for an error of about `epsilon`.
    pub fn new(target: &'a Target, grid: &'a Grid, at: CellValue, epsilon: &'a Rational) -> Self {
        let side =
            |(k, &divisions): (usize, &u64)| (0..divisions).map(|q| Slice::new(grid, k, q, at)).collect();
        Self { target, grid, epsilon, slices: grid.divisions().iter().enumerate().map(side).collect() }
    }

    /// A sampler for one thread.
    pub fn sampler(&self) -> Result<Sampler, EvalError> {
        Sampler::new(self.target, self.epsilon)
    }

    /// The slices of an entry, those of the own token first.
    pub fn entry(&self, own: u64, others: &[u64]) -> Vec<&Slice> {
        let slices = |cell: u64| {
            self.grid.slices(cell).into_iter().zip(&self.slices).map(|(q, side)| &side[q as usize])
        };
        std::iter::once(own).chain(others.iter().copied()).flat_map(slices).collect()
    }

    /// An entry on which the error exceeds `limit`, own cell first, if there is one. Own cells are shared out among the
    /// threads: which entry is found may depend on them, whether there is one does not.
    pub fn exceeding(&self, others: usize, limit: Dyadic) -> Result<Option<Vec<u64>>, EvalError> {
        let search = |own: u64| {
            let mut sampler = self.sampler()?;
            for others in (0..self.grid.cells()).combinations_with_replacement(others) {
                if sampler.error(&self.entry(own, &others))? > limit {
                    return Ok(Some(std::iter::once(own).chain(others).collect()));
                }
            }
            Ok(None)
        };
        parallel::find_map(self.grid.cells(), |own| search(own).transpose()).transpose()
    }

    /// The largest error of all entries.
    pub fn largest_error(&self, others: usize) -> Result<Dyadic, EvalError> {
        let largest = |own: usize| {
            let mut sampler = self.sampler()?;
            (0..self.grid.cells())
                .combinations_with_replacement(others)
                .try_fold(Dyadic::ZERO, |largest, others| {
                    Ok(largest.max(sampler.error(&self.entry(own as u64, &others))?))
                })
        };
        let largest = parallel::try_map(0..self.grid.cells() as usize, largest)?;
        Ok(largest.into_iter().max().unwrap_or(Dyadic::ZERO))
    }
}
