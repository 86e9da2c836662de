//! Affine forms: numbers that do not depend on the point, and what is left.
//!
//! Let u_k : B → [−1, 1] be functions on a box B, *symbols*; the first of them are the coordinates, each measured from the middle of its side in
//! units of half its length. A form (R, V, S, ρ) *holds* for f if there are numbers v ∈ V and s_k ∈ S_k, the same for all x ∈ B, such that for each x
//!
//! * f(x) ∈ R and |f(x) − v − Σ_k s_k u_k(x)| ≤ ρ.
//!
//! V and S_k are as wide as rounding makes them. What functions have in common cancels in their difference, as far as it is affine; all else
//! is in ρ, unless it gets a symbol of its own ([`Form::name`]): then it cancels later. With |f − v| ≤ r, r = Σ |s_k| + ρ, and the like for g:
//!
//! * *sum, multiple*: term by term.
//! * *product*: fg = v w + v (g − w) + w (f − v) + (f − v)(g − w), and the last is at most r_f r_g. In a square it is in [0, r²].
//! * *a function φ of one variable*: with m in R and the slopes C of chords from m to all of R, φ(f) = φ(m) + s (f − m), s ∈ C; with any λ this is
//!   φ(m) + λ (f − m) + (s − λ)(f − m).
//! * *relu*: for 0 ≤ λ ≤ 1, relu(t) − λ t falls up to t = 0 and grows from there, so on [l, h] with l < 0 < h it is in [0, max(−λ l, (1 − λ) h)].
//! * *larger of two*: max(f, g) = g + relu(f − g).

use crate::arith::dyadic::{Dyadic, Rounding};
use crate::arith::dyadic_interval::DyadicInterval;
use crate::arith::number::Rational;
use crate::enclosure::PreparedSide;
use crate::enclosure::image::Image;
use crate::language::ast::Function;
use crate::language::{EvalError, Scalar};
use crate::limits::MAX_SYMBOLS;
use crate::work::charge_all;

/// An affine form.
#[derive(Debug, PartialEq, Eq)]
pub struct Form {
    range: DyadicInterval,
    constant: DyadicInterval,
    /// Those that are not listed are 0.
    slopes: Vec<DyadicInterval>,
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
        Self { range: value, constant: value, slopes: Vec::new(), rest: Dyadic::ZERO }
    }

    /// The coordinate with this number, on a side; nothing where the side is too wide.
    pub fn coordinate(number: usize, side: &PreparedSide) -> Option<Self> {
        charge_all(number + 1, 1);
        let (constant, unit) = side.middle()?;
        let mut slopes = vec![DyadicInterval::ZERO; number + 1];
        slopes[number] = DyadicInterval::point(unit)?;
        Some(Self { range: side.range(), constant, slopes, rest: Dyadic::ZERO })
    }

    /// Contains the values.
    pub fn range(&self) -> DyadicInterval {
        self.range
    }

    /// v
    pub fn value(&self) -> DyadicInterval {
        self.constant
    }

    /// ρ
    pub fn rest(&self) -> Dyadic {
        self.rest
    }

    /// Contains the value in the middle of the box, where the first so many symbols are 0.
    pub fn at_middle(&self, coordinates: usize) -> DyadicInterval {
        let others = self.slopes.iter().skip(coordinates);
        let off = others.fold(self.rest, |sum, slope| sum.add(slope.mag(), Rounding::Up));
        self.constant.widen(off)
    }

    /// r, at least |f − v|.
    pub fn radius(&self) -> Dyadic {
        self.slopes.iter().fold(self.rest, |sum, slope| sum.add(slope.mag(), Rounding::Up))
    }

    /// Intersects the range with what the form says.
    pub fn sharpen(&mut self) {
        self.range = self.range.intersection(self.constant.widen(self.radius())).unwrap_or(self.range);
    }

    /// Adds weight·other, one number of these weights, without a look at whether the range becomes sharper.
    pub fn add_multiple(&mut self, other: &Self, weight: DyadicInterval) {
        self.add_deviation(other, weight);
        self.constant = self.constant + weight * other.constant;
        self.range = self.range + weight * other.range;
    }

    /// Adds weight·(f − v) to the form but not to its range, one number of these weights.
    pub fn add_deviation(&mut self, other: &Self, weight: DyadicInterval) {
        charge_all(other.slopes.len(), 1);
        if self.slopes.len() < other.slopes.len() {
            self.slopes.resize(other.slopes.len(), DyadicInterval::ZERO);
        }
        for (own, slope) in self.slopes.iter_mut().zip(&other.slopes) {
            *own = *own + weight * *slope;
        }
        self.add_rest(times(weight.mag(), other.rest));
    }

    /// Something else that is at most this.
    pub fn add_rest(&mut self, more: Dyadic) {
        self.rest = self.rest.add(more, Rounding::Up);
    }

    /// Σ weight·term + constant.
    pub fn combination<'a>(
        terms: impl IntoIterator<Item = (&'a Self, DyadicInterval)>,
        constant: DyadicInterval,
    ) -> Self {
        let mut sum = Self::constant(constant);
        terms.into_iter().for_each(|(term, weight)| sum.add_multiple(term, weight));
        sum.sharpen();
        sum
    }

    /// A form of which range and constant are known, whose deviations are yet to be added.
    pub fn begin(range: DyadicInterval, constant: DyadicInterval) -> Self {
        Self { range, constant, slopes: Vec::new(), rest: Dyadic::ZERO }
    }

    /// What is left becomes a symbol of its own, the next one, while there are symbols.
    pub fn name(&mut self, next: &mut usize) {
        if *next >= MAX_SYMBOLS {
            return;
        }
        let Some(unit) = DyadicInterval::point(self.rest).filter(|_| self.rest != Dyadic::ZERO) else {
            return;
        };
        charge_all(*next + 1, 1);
        self.slopes.resize(self.slopes.len().max(*next + 1), DyadicInterval::ZERO);
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
        let mut form = Self::begin(range, constant + slope * self.constant);
        form.add_deviation(self, slope);
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
        let mut form = Self::begin(self.range.pow(2), self.constant * self.constant + middle);
        form.add_deviation(self, self.constant + self.constant);
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
        Self::combination([(self, DyadicInterval::ONE), (other, DyadicInterval::ONE)], DyadicInterval::ZERO)
    }

    fn sub(&self, other: &Self) -> Self {
        Self::combination([(self, DyadicInterval::ONE), (other, -DyadicInterval::ONE)], DyadicInterval::ZERO)
    }

    fn mul(&self, other: &Self) -> Self {
        let mut form = Self::begin(self.range * other.range, self.constant * other.constant);
        form.add_deviation(other, self.constant);
        form.add_deviation(self, other.constant);
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
        Self::combination([(self, -DyadicInterval::ONE)], DyadicInterval::ZERO)
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
                let mut form = self.relu();
                form.range = self.range.abs();
                form.constant = form.constant + form.constant - self.constant;
                form.slopes.iter_mut().for_each(|slope| *slope = *slope + *slope);
                form.rest = form.rest.add(form.rest, Rounding::Up);
                form.add_deviation(self, -DyadicInterval::ONE);
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
