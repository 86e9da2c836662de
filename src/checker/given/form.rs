//! Affine forms: numbers that do not depend on the point, and what is left.
//!
//! Let u_k : B → [−1, 1] be functions on a box B, *symbols*; the first of them are the coordinates, each measured from the middle of its side in
//! units of half its length. A form (R, v, s, ρ) *holds* for f if for each x ∈ B
//!
//! * f(x) ∈ R and |f(x) − v − Σ_k s_k u_k(x)| ≤ ρ.
//!
//! v and the s_k are multiples of 2^−42, and what rounding takes from them is in ρ. What functions have in common cancels in their difference, as far as it is affine; all else
//! is in ρ, unless it gets a symbol of its own ([`Form::name`]): then it cancels later. With |f − v| ≤ r, r = Σ |s_k| + ρ, and the like for g:
//!
//! * *sum, multiple*: term by term.
//! * *product*: fg = v w + v (g − w) + w (f − v) + (f − v)(g − w), and the last is at most r_f r_g. In a square it is in [0, r²].
//! * *a function φ of one variable*: with m in R and the slopes C of chords from m to all of R, φ(f) = φ(m) + s (f − m), s ∈ C; with any λ this is
//!   φ(m) + λ (f − m) + (s − λ)(f − m).
//! * *relu*: for 0 ≤ λ ≤ 1, relu(t) − λ t falls up to t = 0 and grows from there, so on [l, h] with l < 0 < h it is in [0, max(−λ l, (1 − λ) h)].
//! * *larger of two*: max(f, g) = g + relu(f − g).

use crate::arith::dyadic::{Dyadic, Rounding, rounded};
use crate::arith::dyadic_interval::DyadicInterval;
use crate::arith::number::Rational;
use crate::enclosure::PreparedSide;
use crate::enclosure::image::Image;
use crate::language::ast::Function;
use crate::language::{EvalError, Scalar};
use crate::limits::MAX_SYMBOLS;
use crate::work::charge_all;

/// Binary places of v and slopes: their size is that of the functions on the box, not relative to it.
const PLACES: i32 = 42;

/// A number in units of 2^−[`PLACES`], to the nearest one; nothing where it is too large.
fn in_units(value: Dyadic) -> Option<i64> {
    let up = value.exponent.checked_add(PLACES)?;
    match u32::try_from(-up) {
        Ok(0) => Some(value.mantissa),
        // Mantissas are below 2^62.
        Ok(down) if down <= 62 => Some((value.mantissa + (1 << (down - 1))) >> down),
        Ok(_) => Some(0),
        Err(_) => (value.mantissa == 0).then_some(0),
    }
}

/// So many units, or a little more.
fn units(count: i128) -> Dyadic {
    rounded(count, -i64::from(PLACES), Rounding::Up)
}

/// So many units.
fn of_units(count: i64) -> DyadicInterval {
    let count = i128::from(count);
    DyadicInterval::new(-units(-count), units(count)).unwrap_or(DyadicInterval::WHOLE)
}

/// A number that forms are multiplied by, of which this is known.
#[derive(Debug, Clone, Copy)]
pub struct Factor {
    interval: DyadicInterval,
    /// A number near it, in units; nothing where it is too large.
    near: Option<i64>,
    /// Whether it is within half a unit of all numbers of the interval.
    is_nearest: bool,
    /// At least the distance of any number of the interval.
    off: Dyadic,
}

impl Factor {
    /// One number of an interval.
    pub fn new(interval: DyadicInterval) -> Self {
        let near = in_units(interval.mid()).filter(|_| interval.is_bounded());
        let off = near.map_or(Dyadic::INFINITY, |near| (interval - of_units(near)).mag());
        let half_a_unit = rounded(1, -i64::from(PLACES) - 1, Rounding::Down);
        Self { interval, near, is_nearest: off <= half_a_unit, off }
    }

    /// A rational number.
    pub fn of(value: &Rational) -> Self {
        Self::new(DyadicInterval::from_rational(value))
    }
}

/// An affine form.
#[derive(Debug, PartialEq, Eq)]
pub struct Form {
    range: DyadicInterval,
    /// In units of 2^−42.
    constant: i64,
    /// In units of 2^−42. Those that are not listed are 0.
    slopes: Vec<i64>,
    rest: Dyadic,
}

impl Clone for Form {
    /// Whoever copies slopes pays for them.
    fn clone(&self) -> Self {
        charge_all(self.slopes.len(), 1);
        Self { range: self.range, constant: self.constant, slopes: self.slopes.clone(), rest: self.rest }
    }
}

/// At least the distance of any number of the interval from a point.
fn distance(interval: DyadicInterval, point: Dyadic) -> Dyadic {
    interval.sup().sub(point, Rounding::Up).max(point.sub(interval.inf(), Rounding::Up))
}

/// Σ |s_k|
fn sum_of(slopes: &[i64]) -> Dyadic {
    units(slopes.iter().map(|&slope| i128::from(slope).abs()).sum())
}

/// The middle, and the distance of all others from there.
pub(super) fn around(interval: DyadicInterval) -> (DyadicInterval, Dyadic) {
    let middle = DyadicInterval::point(interval.mid()).unwrap_or(DyadicInterval::ZERO);
    (middle, distance(interval, middle.inf()).max(Dyadic::ZERO))
}

pub(super) fn times(a: Dyadic, b: Dyadic) -> Dyadic {
    if a == Dyadic::ZERO || b == Dyadic::ZERO { Dyadic::ZERO } else { a.mul(b, Rounding::Up) }
}

impl Form {
    /// A number.
    pub fn constant(value: DyadicInterval) -> Self {
        Self::begin(value, value)
    }

    /// The coordinate with this number, on a side; nothing where the side is too wide.
    pub fn coordinate(number: usize, side: &PreparedSide) -> Option<Self> {
        charge_all(number + 1, 1);
        let (constant, unit) = side.middle()?;
        let mut form = Self::begin(side.range(), constant);
        form.slopes.resize(number + 1, 0);
        form.put(number, unit);
        Some(form)
    }

    /// Contains the values.
    pub fn range(&self) -> DyadicInterval {
        self.range
    }

    /// v
    pub fn value(&self) -> DyadicInterval {
        of_units(self.constant)
    }

    /// ρ
    pub fn rest(&self) -> Dyadic {
        self.rest
    }

    /// Adds value·u to the form, u being a symbol without a slope so far.
    fn put(&mut self, symbol: usize, value: Dyadic) {
        let slope = in_units(value).unwrap_or(0);
        self.slopes[symbol] = slope;
        self.add_rest(distance(of_units(slope), value));
    }

    /// Contains the value in the middle of the box, where the first so many symbols are 0.
    pub fn at_middle(&self, coordinates: usize) -> DyadicInterval {
        let others = self.slopes.get(coordinates..).unwrap_or(&[]);
        self.value().widen(sum_of(others).add(self.rest, Rounding::Up))
    }

    /// r, at least |f − v|.
    pub fn radius(&self) -> Dyadic {
        sum_of(&self.slopes).add(self.rest, Rounding::Up)
    }

    /// Intersects the range with what the form says.
    pub fn sharpen(&mut self) {
        self.range = self.range.intersection(self.value().widen(self.radius())).unwrap_or(self.range);
    }

    /// Adds factor·other, without a look at whether the range becomes sharper.
    pub fn add_multiple(&mut self, other: &Self, factor: &Factor) {
        self.range = self.range + factor.interval * other.range;
        self.add_parts(other, factor, other.constant);
    }

    /// Adds factor·(f − v) to the form but not to its range.
    pub fn add_deviation(&mut self, other: &Self, factor: &Factor) {
        self.add_parts(other, factor, 0);
    }

    /// Adds factor·(f − v + constant), constant in units, but not to the range.
    fn add_parts(&mut self, other: &Self, factor: &Factor, constant: i64) {
        charge_all(other.slopes.len() + 1, 1);
        let Some(near) = factor.near else {
            let most = other.radius().add(of_units(constant).mag(), Rounding::Up);
            return self.add_rest(times(factor.interval.mag(), most));
        };
        if self.slopes.len() < other.slopes.len() {
            self.slopes.resize(other.slopes.len(), 0);
        }
        // Units: half of them from rounding, whole ones that do not fit, and what was multiplied.
        let (mut halves, mut left, mut size) = (0_i128, 0_i128, 0_i128);
        let mut add = |own: &mut i64, part: i64| {
            size += i128::from(part).abs();
            let product = i128::from(near) * i128::from(part);
            // Half a unit away at most; not at all from what is whole.
            let whole = (product + (1 << (PLACES - 1))) >> PLACES;
            halves += i128::from(whole << PLACES != product);
            match i64::try_from(whole).ok().and_then(|whole| own.checked_add(whole)) {
                Some(sum) => *own = sum,
                None => left += whole.abs(),
            }
        };
        add(&mut self.constant, constant);
        self.slopes.iter_mut().zip(&other.slopes).for_each(|(own, &slope)| add(own, slope));
        // The factor itself is only near: off by half a unit, `size` times.
        if factor.is_nearest {
            let by_factor = if factor.off == Dyadic::ZERO { 0 } else { (size >> (PLACES + 1)) + 1 };
            self.add_units((halves + 1) / 2 + left + by_factor);
        } else {
            self.add_units((halves + 1) / 2 + left);
            self.add_rest(times(factor.off, units(size)));
        }
        self.add_rest(times(factor.interval.mag(), other.rest));
    }

    fn add_units(&mut self, count: i128) {
        if count != 0 {
            self.add_rest(units(count));
        }
    }

    /// Something else that is at most this.
    pub fn add_rest(&mut self, more: Dyadic) {
        self.rest = self.rest.add(more, Rounding::Up);
    }

    /// Σ factor·term + constant.
    pub fn combination<'a>(
        terms: impl IntoIterator<Item = (&'a Self, &'a Factor)>,
        constant: DyadicInterval,
    ) -> Self {
        let mut sum = Self::constant(constant);
        terms.into_iter().for_each(|(term, factor)| sum.add_multiple(term, factor));
        sum.sharpen();
        sum
    }

    /// A form of which range and constant are known, whose deviations are yet to be added.
    pub fn begin(range: DyadicInterval, constant: DyadicInterval) -> Self {
        let units = in_units(constant.mid()).filter(|_| constant.is_bounded()).unwrap_or(0);
        let rest = (constant - of_units(units)).mag();
        Self { range, constant: units, slopes: Vec::new(), rest }
    }

    /// What is left becomes a symbol of its own, the next one, while there are symbols.
    pub fn name(&mut self, next: &mut usize) {
        if *next >= MAX_SYMBOLS {
            return;
        }
        // Any number that is not smaller.
        let Some(unit) = in_units(self.rest).filter(|_| self.rest != Dyadic::ZERO) else { return };
        let Some(unit) = unit.checked_add(1) else { return };
        charge_all(*next + 1, 1);
        self.slopes.resize(self.slopes.len().max(*next + 1), 0);
        self.slopes[*next] = unit;
        self.rest = Dyadic::ZERO;
        *next += 1;
    }

    /// λ·f + constant, up to something of at most `error`; the values are in `range`.
    fn linear(
        &self,
        slope: DyadicInterval,
        constant: DyadicInterval,
        error: Dyadic,
        range: DyadicInterval,
    ) -> Self {
        let mut form = Self::begin(range, constant);
        form.add_parts(self, &Factor::new(slope), self.constant);
        form.add_rest(error);
        form.sharpen();
        form
    }

    /// max(f, 0)
    pub fn relu(&self) -> Self {
        let (low, high) = (self.range.inf(), self.range.sup());
        let zero = DyadicInterval::ZERO;
        if low.signum() >= 0 {
            return self.clone();
        }
        if high.signum() <= 0 {
            return Self::constant(zero);
        }
        let range = self.range.max(zero);
        let share = DyadicInterval::point(high).zip(DyadicInterval::point(-low));
        let Some(slope) = share.and_then(|(high, depth)| high.divide(high + depth)) else {
            return Self { range, ..Self::begin(range, zero).widened(high) };
        };
        // Any number between 0 and 1.
        let slope = slope.mid().max(Dyadic::ZERO).min(Dyadic::ONE);
        let rest = Dyadic::ONE.sub(slope, Rounding::Up);
        let most = times(slope, low.abs()).max(times(rest, high));
        let Some((slope, half)) =
            DyadicInterval::point(slope).zip(DyadicInterval::point(times(most, Dyadic::HALF)))
        else {
            return Self { range, ..Self::begin(range, zero).widened(high) };
        };
        self.linear(slope, half, half.sup(), range)
    }

    fn widened(mut self, rest: Dyadic) -> Self {
        self.add_rest(rest);
        self
    }

    fn square(&self) -> Self {
        let radius = self.radius();
        let half = times(times(radius, radius), Dyadic::HALF);
        let Some(middle) = DyadicInterval::point(half) else { return self.mul(self) };
        let mut form = Self::begin(self.range.pow(2), self.value() * self.value() + middle);
        form.add_deviation(self, &Factor::new(self.value() + self.value()));
        form.add_rest(half);
        form.sharpen();
        form
    }
}

impl Scalar for Form {
    fn from_rational(value: &Rational) -> Self {
        Self::constant(DyadicInterval::from_rational(value))
    }

    fn add(&self, other: &Self) -> Self {
        let mut sum = self.clone();
        sum.add_multiple(other, &Factor::new(DyadicInterval::ONE));
        sum.sharpen();
        sum
    }

    fn sub(&self, other: &Self) -> Self {
        let mut difference = self.clone();
        difference.add_multiple(other, &Factor::new(-DyadicInterval::ONE));
        difference.sharpen();
        difference
    }

    fn mul(&self, other: &Self) -> Self {
        let mut form = Self::begin(self.range * other.range, self.value() * other.value());
        form.add_deviation(other, &Factor::new(self.value()));
        form.add_deviation(self, &Factor::new(other.value()));
        form.add_rest(times(self.radius(), other.radius()));
        form.sharpen();
        form
    }

    fn div(&self, other: &Self) -> Result<Self, EvalError> {
        let range = self.range.divide(other.range).ok_or(EvalError::DivisorMayVanish)?;
        let mut quotient = self.mul(&other.call(Function::Inverse)?);
        quotient.range = quotient.range.intersection(range).unwrap_or(range);
        Ok(quotient)
    }

    fn neg(&self) -> Self {
        Self::combination([(self, &Factor::new(-DyadicInterval::ONE))], DyadicInterval::ZERO)
    }

    fn pow(&self, exponent: u32) -> Result<Self, EvalError> {
        let mut power = match exponent {
            0 => return Ok(Self::constant(DyadicInterval::ONE)),
            1 => return Ok(self.clone()),
            even if even.is_multiple_of(2) => self.pow(exponent / 2)?.square(),
            _ => self.pow(exponent - 1)?.mul(self),
        };
        power.range = power.range.intersection(self.range.pow(exponent)).unwrap_or(power.range);
        Ok(power)
    }

    fn call(&self, function: Function) -> Result<Self, EvalError> {
        match function {
            Function::Relu => return Ok(self.relu()),
            Function::Abs => {
                let relu = self.relu();
                let mut form = Self::begin(self.range.abs(), DyadicInterval::ZERO);
                form.add_parts(&relu, &Factor::new(DyadicInterval::from_integer(2)), relu.constant);
                form.add_parts(self, &Factor::new(-DyadicInterval::ONE), self.constant);
                form.sharpen();
                return Ok(form);
            }
            _ => {}
        }
        let middle = DyadicInterval::point(self.range.mid()).ok_or(EvalError::TooWide)?;
        let image = Image::new(function, self.range, middle)?;
        let (slope, off) = around(image.chord);
        let error = times(off, distance(self.range, middle.inf()).max(Dyadic::ZERO));
        Ok(self.linear(slope, image.centre - slope * middle, error, image.range))
    }

    fn max(&self, other: &Self) -> Self {
        let mut form = other.add(&self.sub(other).relu());
        let range = self.range.max(other.range);
        form.range = form.range.intersection(range).unwrap_or(range);
        form
    }

    fn min(&self, other: &Self) -> Self {
        self.neg().max(&other.neg()).neg()
    }
}
