//! A form's units as functions with finitely many levels: break points, the value at each, and what is between them.

use super::forms::Form;
use super::span::Span;
use crate::arith::common_denominator::{Int, Overflow, numerator, short_denominator};
use crate::arith::number::Rational;
use crate::format::network::Activation;
use crate::language::values::folds::Folds;
use num_bigint::BigInt;
use num_traits::Signed;
use std::cell::OnceCell;
use std::collections::BTreeMap;

/// Everything the units add, as a function of τ = scale·t at integers τ.
pub(super) struct Lookup<T> {
    /// Strictly increasing.
    breaks: Vec<T>,
    pub outputs: Vec<Levels<T>>,
}

/// What is added to one slot, in units of 1/`unit`.
pub(super) struct Levels<T> {
    pub slot: usize,
    pub unit: BigInt,
    /// The value at each break point.
    at: Vec<T>,
    /// The value before the first, between neighbouring ones, after the last; where sloped, only a marker.
    pieces: Vec<T>,
    /// Pieces that are not constant: relu between two break points, within the hull of the values there.
    sloped: Vec<bool>,
    extremes: OnceCell<Folds<Span<T>>>,
}

/// Why a form has no levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LookupError {
    /// The integers do not fit.
    Overflow,
    /// The units grow without bound on one side.
    Unbounded,
}

impl From<Overflow> for LookupError {
    fn from(_: Overflow) -> Self {
        Self::Overflow
    }
}

/// Where a number stands among m break points: 2i before the i-th (after the one before), 2i + 1 at it.
type Place = usize;

impl<T: Int> Lookup<T> {
    /// Tabulates the units; `scale` is a common denominator of all break points.
    pub fn new(form: &Form<'_>, scale: &BigInt) -> Result<Self, LookupError> {
        let mut knots: Vec<(T, usize)> = Vec::with_capacity(form.units.len());
        let mut by_slot = BTreeMap::<usize, Vec<(usize, &Rational)>>::new();
        for (u, unit) in form.units.iter().enumerate() {
            knots.push((numerator(&Form::kink(unit).breakpoint, scale)?, u));
            unit.output.iter().for_each(|(slot, weight)| by_slot.entry(slot).or_default().push((u, weight)));
        }
        knots.sort_unstable();
        let mut breaks: Vec<T> = Vec::with_capacity(knots.len());
        let mut place = vec![0; knots.len()];
        for (knot, u) in knots {
            if breaks.last() != Some(&knot) {
                breaks.push(knot);
            }
            place[u] = breaks.len() - 1;
        }
        let outputs = by_slot.into_iter().map(|(slot, weights)| {
            let rising = |u: usize| Form::rising(form.units[u]);
            match form.activation {
                Activation::Step => steps(slot, &weights, &place, breaks.len(), rising),
                _ => ramps(slot, form, &weights, &place, &breaks, scale),
            }
        });
        let outputs = outputs.collect::<Result<_, _>>()?;
        Ok(Self { breaks, outputs })
    }

    /// How many break points there are.
    pub fn len(&self) -> usize {
        self.breaks.len()
    }

    /// Where τ stands.
    pub fn place(&self, tau: &T) -> Place {
        let at = self.breaks.partition_point(|knot| knot < tau);
        2 * at + usize::from(self.breaks.get(at) == Some(tau))
    }
}

/// Step units: 1 from the break point on if rising, up to and including it if falling.
fn steps<T: Int>(
    slot: usize,
    weights: &[(usize, &Rational)],
    place: &[usize],
    breaks: usize,
    rising: impl Fn(usize) -> bool,
) -> Result<Levels<T>, LookupError> {
    let unit = short_denominator(weights.iter().map(|(_, weight)| *weight)).ok_or(Overflow)?;
    let mut changes = vec![(T::zero(), T::zero()); breaks];
    let mut value = T::zero();
    let one = T::one();
    for &(u, weight) in weights {
        let weight: T = numerator(weight, &unit)?;
        let (at, after) = &mut changes[place[u]];
        if rising(u) {
            at.add_product(&weight, &one)?;
        } else {
            after.add_product(&weight, &-T::one())?;
            value.add_product(&weight, &one)?;
        }
    }
    let mut levels = Levels::constant(slot, unit, value.clone(), breaks);
    for (at, after) in changes {
        value.add_product(&at, &one)?;
        levels.at.push(value.clone());
        value.add_product(&after, &one)?;
        levels.pieces.push(value.clone());
        levels.sloped.push(false);
    }
    Ok(levels)
}

/// ReLU units whose slopes cancel far out on both sides, in units of 1/(scale · denominator of the slopes).
fn ramps<T: Int>(
    slot: usize,
    form: &Form<'_>,
    weights: &[(usize, &Rational)],
    place: &[usize],
    breaks: &[T],
    scale: &BigInt,
) -> Result<Levels<T>, LookupError> {
    // (place, change of slope on the right of it is ±lead, rising)
    let leads: Vec<(usize, Rational, bool)> = weights
        .iter()
        .map(|&(u, weight)| {
            let slope = Form::kink(form.units[u]).slope;
            (place[u], &slope * weight, slope.is_positive())
        })
        .collect();
    let lead_unit = short_denominator(leads.iter().map(|(_, lead, _)| lead)).ok_or(Overflow)?;
    let mut changes = vec![T::zero(); breaks.len()];
    let (mut slope, mut value) = (T::zero(), T::zero());
    let (one, minus) = (T::one(), -T::one());
    for (at, lead, rising) in &leads {
        let lead: T = numerator(lead, &lead_unit)?;
        if *rising {
            changes[*at].add_product(&lead, &one)?;
        } else {
            changes[*at].add_product(&lead, &minus)?;
            slope.add_product(&lead, &one)?;
            // Not minus the break point: the least machine integer has no negative.
            value.add_product(&lead.times(&breaks[*at])?, &minus)?;
        }
    }
    if !slope.is_zero() {
        return Err(LookupError::Unbounded);
    }
    let unit = scale * lead_unit;
    T::read(&unit)?;
    let mut levels = Levels::constant(slot, unit, value.clone(), breaks.len());
    for (i, change) in changes.iter().enumerate() {
        levels.at.push(value.clone());
        slope.add_product(change, &one)?;
        let flat = slope.is_zero();
        levels.pieces.push(if flat { value.clone() } else { T::zero() });
        levels.sloped.push(!flat);
        if let Some(next) = breaks.get(i + 1) {
            let mut length = next.clone();
            length.add_product(&breaks[i], &minus)?;
            value.add_product(&slope, &length)?;
        }
    }
    if slope.is_zero() { Ok(levels) } else { Err(LookupError::Unbounded) }
}

impl<T: Int> Levels<T> {
    fn constant(slot: usize, unit: BigInt, value: T, breaks: usize) -> Self {
        let (mut pieces, mut sloped) = (Vec::with_capacity(breaks + 1), Vec::with_capacity(breaks + 1));
        pieces.push(value);
        sloped.push(false);
        Self { slot, unit, at: Vec::with_capacity(breaks), pieces, sloped, extremes: OnceCell::new() }
    }

    /// Whether the value is constant around a place between break points, or the place is a break point.
    pub fn is_flat(&self, place: Place) -> bool {
        place % 2 == 1 || !self.sloped[place / 2]
    }

    /// The least and the largest value from one place to another.
    pub fn range(&self, from: Place, to: Place) -> Span<T> {
        if from == to {
            return self.item(from);
        }
        let items = || (0..2 * self.at.len() + 1).map(|place| Some(self.item(place))).collect();
        let extremes = self.extremes.get_or_init(|| Folds::new(items(), &Span::hull));
        extremes.over(from..to + 1, &Span::hull).unwrap_or_else(|| self.item(from))
    }

    /// The least and the largest value anywhere.
    pub fn hull(&self) -> Span<T> {
        (1..2 * self.at.len() + 1).fold(self.item(0), |all, place| all.hull(&self.item(place)))
    }

    fn item(&self, place: Place) -> Span<T> {
        let i = place / 2;
        let point = |value: &T| Span { low: value.clone(), high: value.clone() };
        match (place % 2 == 1, self.sloped[i]) {
            (true, _) => point(&self.at[i]),
            (_, false) => point(&self.pieces[i]),
            // The outer pieces are flat, so a sloped one has two neighbours.
            _ => point(&self.at[i - 1]).hull(&point(&self.at[i])),
        }
    }

    /// Multiplies all values, and the unit's denominator, by a positive integer.
    pub fn rescale(&mut self, factor: &BigInt) -> Result<(), Overflow> {
        let by = T::read(factor)?;
        for value in self.at.iter_mut().chain(&mut self.pieces) {
            *value = value.times(&by)?;
        }
        self.unit *= factor;
        self.extremes = OnceCell::new();
        Ok(())
    }
}
