//! Centred forms: a range, a value at a centre, and the slopes from the centre.
//!
//! Let B be a box, C a part of it, u_k : B × C → [−1, 1] functions of two points, and let f be defined on B. The
//! centred form (R, V, S) *holds* for f if for all x ∈ B and c ∈ C
//!
//! * f(x) ∈ R and f(c) ∈ V;
//! * f(x) − f(c) = Σ_k s_k u_k(x, c) for some numbers s_k ∈ S_k, which may depend on x and c.
//!
//! Each operation keeps this. Write a, b for the values at x and a', b' for those at c:
//!
//! * *sum*: (a + b) − (a' + b') = (a − a') + (b − b'), and the like for differences and negation.
//! * *product*: ab − a'b' = a (b − b') + b' (a − a').
//! * *quotient*: with q' = a'/b', a/b − q' = (a − q'b) / b = ((a − a') − q' (b − b')) / b, as a' = q'b'.
//! * *a function φ of one variable*: φ(a) − φ(a') = s (a − a') with the slope s of the chord, see [`super::image`].
//! * *larger of two*: max(a, b) = b + relu(d) with d = a − b, so that with a slope s of a chord of relu
//!   max(a, b) − max(a', b') = (b − b') + s (d − d') = (1 − s)(b − b') + s (a − a'), where 0 ≤ s ≤ 1. With the
//!   slopes of a and b fixed this is linear in s, so that its values lie in the hull of those at the least and
//!   the largest s. The smaller of two is −max(−a, −b).
//! * *sharper range*: as |u_k| ≤ 1, f(x) ∈ V + Σ_k [−|S_k|, |S_k|]. Together with the range that the operation has as
//!   an interval operation this leaves the intersection, which contains f(x) for every x ∈ B, so it is not empty.
//!
//! Interval arithmetic encloses each right-hand side, one index k at a time: the s_k of a and of b are multiplied by
//! the same numbers for all k. A coordinate x_k itself, with x_k − c_k = unit_k · u_k, has S_k = [unit_k, unit_k].

use super::chord;
use super::image::Image;
use crate::arith::dyadic::{Dyadic, Rounding};
use crate::arith::dyadic_interval::DyadicInterval;
use crate::arith::number::Rational;
use crate::language::ast::Function;
use crate::language::{EvalError, Scalar};

/// A centred form of a function on a box.
#[derive(Debug, PartialEq, Eq)]
pub struct Centred {
    /// Contains the values on the box.
    pub(crate) range: DyadicInterval,
    /// Contains the values at the centres.
    pub(crate) centre: DyadicInterval,
    /// Contain the slopes; those that are not listed are 0.
    pub(crate) slopes: Vec<DyadicInterval>,
}

impl Clone for Centred {
    fn clone(&self) -> Self {
        Self { range: self.range, centre: self.centre, slopes: self.slopes.clone() }
    }

    /// Keeps the memory of the slopes.
    fn clone_from(&mut self, source: &Self) {
        (self.range, self.centre) = (source.range, source.centre);
        self.slopes.clone_from(&source.slopes);
    }
}

impl Centred {
    /// The form with this range and with the one that the slopes give.
    fn new(range: DyadicInterval, centre: DyadicInterval, slopes: Vec<DyadicInterval>) -> Self {
        let mut form = Self { range, centre, slopes };
        form.sharpen();
        form
    }

    /// Intersects the range with what the slopes say.
    fn sharpen(&mut self) {
        let radius = self.slopes.iter().fold(Dyadic::ZERO, |sum, slope| sum.add(slope.mag(), Rounding::Up));
        self.range = self.range.intersection(self.centre.widen(radius)).unwrap_or(self.range);
    }

    /// Contains the values on the box.
    pub fn range(&self) -> DyadicInterval {
        self.range
    }

    /// Contains the values at the centres.
    pub fn centre(&self) -> DyadicInterval {
        self.centre
    }

    fn constant(value: DyadicInterval) -> Self {
        Self { range: value, centre: value, slopes: Vec::new() }
    }

    /// The slope with this index.
    pub fn slope(&self, k: usize) -> DyadicInterval {
        self.slopes.get(k).copied().unwrap_or(DyadicInterval::ZERO)
    }

    fn map(&self, f: impl Fn(DyadicInterval) -> DyadicInterval) -> Vec<DyadicInterval> {
        self.slopes.iter().map(|&s| f(s)).collect()
    }

    /// `f(own slope, slope of other)` for all indices.
    fn combine(
        &self,
        other: &Self,
        f: impl Fn(DyadicInterval, DyadicInterval) -> DyadicInterval,
    ) -> Vec<DyadicInterval> {
        (0..self.slopes.len().max(other.slopes.len())).map(|k| f(self.slope(k), other.slope(k))).collect()
    }

    /// Replaces each slope by `f(own slope, slope of other)`; where other has none f(s, 0) must be s itself.
    fn combine_in_place(
        &mut self,
        other: &Self,
        f: impl Fn(DyadicInterval, DyadicInterval) -> DyadicInterval,
    ) {
        if self.slopes.len() < other.slopes.len() {
            self.slopes.resize(other.slopes.len(), DyadicInterval::ZERO);
        }
        for (own, other) in self.slopes.iter_mut().zip(&other.slopes) {
            *own = f(*own, *other);
        }
    }

    /// φ(self), given the values of φ on the range and at the centres, and the slopes of its chords.
    fn apply(&self, range: DyadicInterval, centre: DyadicInterval, chord: DyadicInterval) -> Self {
        Self::new(range, centre, self.map(|s| s * chord))
    }
}

impl Scalar for Centred {
    fn from_rational(value: &Rational) -> Self {
        Self::constant(DyadicInterval::from_rational(value))
    }

    fn add(&self, other: &Self) -> Self {
        let mut sum = self.clone();
        sum.add_in_place(other);
        sum
    }

    fn sub(&self, other: &Self) -> Self {
        let mut difference = self.clone();
        difference.sub_in_place(other);
        difference
    }

    fn mul(&self, other: &Self) -> Self {
        let mut product = self.clone();
        product.mul_in_place(other);
        product
    }

    fn add_in_place(&mut self, other: &Self) {
        self.combine_in_place(other, |a, b| a + b);
        (self.range, self.centre) = (self.range + other.range, self.centre + other.centre);
        self.sharpen();
    }

    fn sub_in_place(&mut self, other: &Self) {
        self.combine_in_place(other, |a, b| a - b);
        (self.range, self.centre) = (self.range - other.range, self.centre - other.centre);
        self.sharpen();
    }

    fn mul_in_place(&mut self, other: &Self) {
        for slope in &mut self.slopes {
            *slope = other.centre * *slope;
        }
        let range = self.range;
        self.combine_in_place(other, |a, b| a + range * b);
        (self.range, self.centre) = (self.range * other.range, self.centre * other.centre);
        self.sharpen();
    }

    fn div(&self, other: &Self) -> Result<Self, EvalError> {
        let quotient = |a: DyadicInterval, b: DyadicInterval| a.divide(b).ok_or(EvalError::DivisorMayVanish);
        let (range, centre) = (quotient(self.range, other.range)?, quotient(self.centre, other.centre)?);
        let inverse = quotient(DyadicInterval::ONE, other.range)?;
        let slopes = self.combine(other, |a, b| (a - centre * b) * inverse);
        Ok(Self::new(range, centre, slopes))
    }

    fn neg(&self) -> Self {
        let slopes = self.map(|s| -s);
        Self { range: -self.range, centre: -self.centre, slopes }
    }

    fn pow(&self, exponent: u32) -> Result<Self, EvalError> {
        if exponent == 0 {
            return Ok(Self::constant(DyadicInterval::ONE));
        }
        let chord = chord::power(self.range, self.centre, exponent);
        Ok(self.apply(self.range.pow(exponent), self.centre.pow(exponent), chord))
    }

    fn call(&self, function: Function) -> Result<Self, EvalError> {
        // The centres belong to the box, so their values to the range.
        let centre = self.centre.intersection(self.range).unwrap_or(self.range);
        let image = Image::new(function, self.range, centre)?;
        Ok(self.apply(image.range, image.centre, image.chord))
    }

    fn max(&self, other: &Self) -> Self {
        let difference = self.sub(other);
        let chord = chord::relu(difference.range, difference.centre);
        let ends = [chord.inf(), chord.sup()].map(|s| DyadicInterval::point(s).unwrap_or(chord));
        let at =
            |s: DyadicInterval, a: DyadicInterval, b: DyadicInterval| (DyadicInterval::ONE - s) * b + s * a;
        let slopes = self.combine(other, |a, b| at(ends[0], a, b).hull(at(ends[1], a, b)));
        Self::new(self.range.max(other.range), self.centre.max(other.centre), slopes)
    }

    fn min(&self, other: &Self) -> Self {
        self.neg().max(&other.neg()).neg()
    }
}
