//! What a forward pass needs of a number.

use super::rounding::{BINARY32, BINARY64, nearest};
use super::{FloatInterval, Summation, float_interval};
use num_traits::{One, Zero};
use std::fmt::Debug;
use std::ops::{AddAssign, Div, MulAssign, Sub};
use sumformer_checker::arith::number::Rational;

/// A number a network can be evaluated in.
pub trait Scalar:
    Copy
    + Debug
    + PartialEq
    + Send
    + Sync
    + 'static
    + Zero
    + One
    + Sub<Output = Self>
    + Div<Output = Self>
    + AddAssign
    + MulAssign
{
    /// The nearest number, ties to even; for intervals, the smallest enclosure.
    fn from_rational(value: &Rational) -> Self;
    /// max(t, 0)
    fn relu(self) -> Self;
    /// 1 if t ≥ 0, else 0; for intervals all that occurs in them.
    fn step(self) -> Self;
    /// t²
    fn square(self) -> Self;
    /// e^t
    fn exp(self) -> Self;
    /// √t for t ≥ 0
    fn sqrt(self) -> Self;
    /// Whether the number says something about the exact result: finite for floats; always for intervals, whose
    /// infinite end points are bounds.
    fn is_meaningful(self) -> bool;
    /// Rearranges the terms of a sum so that the order no longer depends on where they came from.
    fn sort(terms: &mut [Self]);
    /// A number close to the maximum, to be subtracted before exponentials that are divided by their sum.
    fn reference(values: &[Self]) -> Self;
    /// Replaces scores s_j by exp(s_j) / Σ_l exp(s_l). `scratch` is overwritten.
    fn softmax(scores: &mut [Self], summation: Summation, scratch: &mut Vec<Self>);
    /// Uses that this number is a convex combination of the values; only intervals gain by it.
    fn within_hull(self, values: impl Iterator<Item = Self>) -> Self;

    /// `sums += factor · numbers`
    #[inline(always)]
    fn add_multiple<const L: usize>(sums: &mut [Self; L], factor: Self, numbers: &[Self; L]) {
        for (sum, &number) in sums.iter_mut().zip(numbers) {
            *sum += factor * number;
        }
    }

    /// The number of tokens or features.
    fn from_count(count: usize) -> Self {
        Self::from_rational(&Rational::from_integer(count.into()))
    }
}

macro_rules! float_scalar {
    ($float:ident, $format:expr) => {
        impl Scalar for $float {
            fn from_rational(value: &Rational) -> Self {
                nearest(value, $format) as $float
            }
            fn relu(self) -> Self {
                // Unlike `max`, keeps NaN.
                if self < 0.0 { 0.0 } else { self }
            }
            fn step(self) -> Self {
                // Keeps NaN.
                if self >= 0.0 {
                    1.0
                } else if self < 0.0 {
                    0.0
                } else {
                    self
                }
            }
            fn square(self) -> Self {
                self * self
            }
            fn exp(self) -> Self {
                $float::exp(self)
            }
            fn sqrt(self) -> Self {
                $float::sqrt(self)
            }
            fn is_meaningful(self) -> bool {
                self.is_finite()
            }
            fn sort(terms: &mut [Self]) {
                terms.sort_unstable_by($float::total_cmp);
            }
            fn reference(values: &[Self]) -> Self {
                values.iter().copied().fold($float::NEG_INFINITY, $float::max)
            }
            fn softmax(scores: &mut [Self], summation: Summation, scratch: &mut Vec<Self>) {
                let maximum = Self::reference(scores);
                scores.iter_mut().for_each(|score| *score = Scalar::exp(*score - maximum));
                scratch.clear();
                scratch.extend_from_slice(scores);
                let sum = summation.sum(scratch);
                scores.iter_mut().for_each(|score| *score /= sum);
            }
            fn within_hull(self, _: impl Iterator<Item = Self>) -> Self {
                self
            }
        }
    };
}

float_scalar!(f64, BINARY64);
float_scalar!(f32, BINARY32);

impl Scalar for FloatInterval {
    fn from_rational(value: &Rational) -> Self {
        FloatInterval::from_rational(value)
    }
    fn relu(self) -> Self {
        FloatInterval::relu(self)
    }
    fn step(self) -> Self {
        let (zero, one) = (Self::zero(), Self::one());
        if self.inf() >= 0.0 {
            one
        } else if self.sup() < 0.0 {
            zero
        } else {
            zero.hull(one)
        }
    }
    fn square(self) -> Self {
        FloatInterval::square(self)
    }
    fn exp(self) -> Self {
        FloatInterval::exp(self)
    }
    fn sqrt(self) -> Self {
        FloatInterval::sqrt(self).unwrap_or(Self::ENTIRE)
    }
    fn is_meaningful(self) -> bool {
        true
    }
    #[inline(always)]
    fn add_multiple<const L: usize>(sums: &mut [Self; L], factor: Self, numbers: &[Self; L]) {
        if factor.inf() == factor.sup() {
            // Nearly all weights have few bits.
            float_interval::add_multiple(sums, factor.inf(), numbers);
        } else {
            for (sum, &number) in sums.iter_mut().zip(numbers) {
                *sum += factor * number;
            }
        }
    }
    /// Lower and upper end points are sorted separately: they are added up separately, and the r-th smallest lower
    /// end point is at most the r-th smallest upper one.
    fn sort(terms: &mut [Self]) {
        let sorted = |end: fn(Self) -> f64| {
            let mut ends: Vec<f64> = terms.iter().map(|&term| end(term)).collect();
            ends.sort_unstable_by(f64::total_cmp);
            ends
        };
        let (lower, upper) = (sorted(Self::inf), sorted(Self::sup));
        for ((term, inf), sup) in terms.iter_mut().zip(lower).zip(upper) {
            *term = Self::new(inf, sup).unwrap_or(Self::ENTIRE);
        }
    }
    fn reference(values: &[Self]) -> Self {
        let sup = values.iter().map(|value| value.sup()).fold(f64::NEG_INFINITY, f64::max);
        if sup.is_finite() { Self::point(sup) } else { Self::zero() }
    }
    /// e_j/(e_j + rest) grows with e_j and falls with the rest, so each end point is taken where it is extreme; the
    /// plain quotient of intervals would count e_j twice.
    fn softmax(scores: &mut [Self], summation: Summation, scratch: &mut Vec<Self>) {
        let reference = Self::reference(scores);
        scores.iter_mut().for_each(|score| *score = (*score - reference).exp());
        scratch.clear();
        scratch.extend_from_slice(scores);
        let total = summation.sum(scratch);
        let (least, most) = (Self::point(total.inf()), Self::point(total.sup()));
        let unit = Self::zero().hull(Self::one());
        for weight in scores {
            let (low, high) = (Self::point(weight.inf()), Self::point(weight.sup()));
            let (fewest_others, other_most) = ((least - low).relu(), most - high);
            let (inf, sup) = ((low / (low + other_most)).inf(), (high / (high + fewest_others)).sup());
            *weight = Self::new(inf, sup).and_then(|weight| weight.intersection(unit)).unwrap_or(unit);
        }
    }
    fn within_hull(self, values: impl Iterator<Item = Self>) -> Self {
        values.reduce(Self::hull).and_then(|hull| self.intersection(hull)).unwrap_or(self)
    }
}
