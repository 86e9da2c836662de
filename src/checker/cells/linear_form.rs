//! Linear forms of the slots after the attention, compiled: a number for the own cell, one for each other cell, and what
//! look-ups have written meanwhile.

use super::additive::{combination, require_no_token};
use super::budget::Budget;
use super::refuse::{denominators, unsupported, with_short_denominators};
use super::span::Span;
use super::tokens::TokenStates;
use crate::arith::common_denominator::{Int, Overflow, numerator};
use crate::arith::interval::Interval;
use crate::arith::number::Rational;
use crate::attention::split::Split;
use crate::format::sparse::SparseVector;
use crate::limits::MAX_CELL_VALUES;
use crate::refusal::Refusal;
use num_bigint::BigInt;

/// A linear form of an entry: own[a] + Σ_j other[c_j] + Σ weight·(what earlier look-ups wrote), in units of 1/unit.
pub(super) struct Additive<T> {
    pub unit: BigInt,
    pub own: Vec<Span<T>>,
    pub other: Vec<Span<T>>,
    /// Writers read, with weights.
    pub inputs: Vec<(usize, T)>,
    /// Whether the own cell makes no difference.
    pub own_constant: bool,
}

/// Why nothing was compiled, or a run stopped.
pub(super) enum Stop {
    /// Another integer type is needed.
    Overflow,
    Refused(Refusal),
}

impl From<Overflow> for Stop {
    fn from(_: Overflow) -> Self {
        Stop::Overflow
    }
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Stop::Refused(refusal)
    }
}

/// Slots while the stages are compiled: their additive part, and who has written them (writer, unit).
pub(super) struct Slots<'a> {
    pub additive: Vec<Split>,
    pub writers: Vec<Vec<(usize, BigInt)>>,
    pub states: &'a TokenStates,
    pub n: usize,
    pub budget: Budget,
    /// Forms so far.
    pub stored: usize,
}

impl Slots<'_> {
    /// Refuses more forms than there is room for.
    pub fn require_room(&mut self, forms: usize, place: &str) -> Result<(), Refusal> {
        self.stored += forms;
        let numbers = self.stored.saturating_mul(self.states.values.len().saturating_add(self.n));
        if numbers.saturating_mul(self.budget.words()) > MAX_CELL_VALUES {
            return Err(unsupported(
                place,
                format!("there are too many cells and look-ups: {MAX_CELL_VALUES} words are the limit"),
            ));
        }
        Ok(())
    }

    /// direction·slots + constant at every cell, on a scale on which `breaks` are integers too.
    pub fn form<T: Int>(
        &mut self,
        direction: &SparseVector,
        constant: &Rational,
        breaks: &[Rational],
        place: &str,
    ) -> Result<Additive<T>, Stop> {
        let mut split = combination(&self.additive, direction, &self.budget);
        split.constant += constant;
        require_no_token(&split, &self.states.holds_token, place)?;
        let here = || place.to_string();
        let values = &self.states.values;
        // An interval has two ends, and each is multiplied, added and reduced.
        let reads = |slot: &usize| split.own.contains_key(slot) || split.mean.contains_key(slot);
        let stored: usize = values.iter().map(Vec::len).sum();
        let terms = values.iter().flatten().filter(|(slot, _)| reads(slot)).count();
        let written: usize = direction.iter().map(|(slot, _)| self.writers[slot].len()).sum();
        let read = 8 * terms.saturating_add(written) + stored / 8;
        self.budget.spend(values.len().saturating_add(breaks.len()).saturating_add(read));
        self.require_room(1, place)?;
        let share = Rational::new(1.into(), self.n.into());
        let zero = Rational::default();
        let value = |cell: &[(usize, Interval)],
                     start: &Rational,
                     weight: &dyn Fn(usize) -> Option<Rational>| {
            cell.iter().try_fold(Interval::point(start.clone()), |sum, (slot, value)| match weight(*slot) {
                Some(weight) => with_short_denominators(&sum + &value.scale(&weight), &here),
                None => Ok(sum),
            })
        };
        let others = |slot: usize| split.mean.get(&slot).map(|weight| weight * &share);
        let alone = |slot: usize| match (split.own.get(&slot), others(slot)) {
            (Some(own), Some(mean)) => Some(own + mean),
            (own, mean) => own.cloned().or(mean),
        };
        let own: Vec<Interval> =
            values.iter().map(|cell| value(cell, &split.constant, &alone)).collect::<Result<_, Refusal>>()?;
        let other: Vec<Interval> =
            values.iter().map(|cell| value(cell, &zero, &others)).collect::<Result<_, Refusal>>()?;
        let inputs: Vec<(usize, Rational)> = direction
            .iter()
            .flat_map(|(slot, weight)| {
                self.writers[slot]
                    .iter()
                    .map(move |(writer, unit)| (*writer, weight / Rational::from_integer(unit.clone())))
            })
            .collect();
        let ends = own.iter().chain(&other).flat_map(|v| [v.inf(), v.sup()]);
        let unit = denominators(ends.chain(breaks).chain(inputs.iter().map(|(_, w)| w)), &here)?;
        self.budget.lengthen(unit.bits());
        let spans = |values: &[Interval]| {
            values
                .iter()
                .map(|v| Ok(Span { low: numerator(v.inf(), &unit)?, high: numerator(v.sup(), &unit)? }))
                .collect::<Result<Vec<Span<T>>, Overflow>>()
        };
        let own = spans(&own)?;
        Ok(Additive {
            own_constant: own.windows(2).all(|pair| pair[0] == pair[1]),
            own,
            other: spans(&other)?,
            inputs: inputs
                .iter()
                .map(|(writer, w)| Ok((*writer, numerator(w, &unit)?)))
                .collect::<Result<_, Overflow>>()?,
            unit,
        })
    }
}
