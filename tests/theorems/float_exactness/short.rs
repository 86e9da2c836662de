//! A software format with P significand bits, so that every code outgrows it while its table is still small.

use num_traits::{One, Zero};
use std::ops::{Add, AddAssign, Div, Mul, MulAssign, Sub};
use sumformer::numeric::{Scalar, Summation};
use sumformer_checker::arith::number::{Rational, floor_log2, power_of_two, to_f64};

/// The nearest number of p significand bits, ties to even.
pub fn rounded(value: &Rational, p: u32) -> Rational {
    if value.is_zero() {
        return value.clone();
    }
    let unit = power_of_two(floor_log2(value) + 1 - i64::from(p));
    let (scaled, half) = (value / &unit, power_of_two(-1));
    let below = scaled.floor();
    let rest = &scaled - &below;
    let odd = below.numer().bit(0);
    let up = rest > half || (rest == half && odd);
    (below + Rational::from_integer(u8::from(up).into())) * unit
}

/// Every operation of `f64` rounded to P ≤ 25 bits; rounding twice then changes nothing (Figueroa). The exponent is
/// that of `f64`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Short<const P: u32>(f64);

impl<const P: u32> Short<P> {
    fn round(value: f64) -> Self {
        if value == 0.0 || !value.is_finite() {
            return Self(value);
        }
        let (bits, dropped) = (value.to_bits(), 53 - P);
        let last = (bits >> dropped) & 1;
        let up = bits + (1 << (dropped - 1)) - 1 + last;
        Self(f64::from_bits(up >> dropped << dropped))
    }
}

macro_rules! rounded_operation {
    ($trait:ident, $name:ident, $operation:tt) => {
        impl<const P: u32> $trait for Short<P> {
            type Output = Self;
            fn $name(self, other: Self) -> Self {
                Self::round(self.0 $operation other.0)
            }
        }
    };
}
rounded_operation!(Add, add, +);
rounded_operation!(Sub, sub, -);
rounded_operation!(Mul, mul, *);
rounded_operation!(Div, div, /);

impl<const P: u32> AddAssign for Short<P> {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl<const P: u32> MulAssign for Short<P> {
    fn mul_assign(&mut self, other: Self) {
        *self = *self * other;
    }
}

impl<const P: u32> Zero for Short<P> {
    fn zero() -> Self {
        Self(0.0)
    }
    fn is_zero(&self) -> bool {
        self.0 == 0.0
    }
}

impl<const P: u32> One for Short<P> {
    fn one() -> Self {
        Self(1.0)
    }
}

impl<const P: u32> Scalar for Short<P> {
    fn from_rational(value: &Rational) -> Self {
        Self(to_f64(&rounded(value, P)))
    }
    fn relu(self) -> Self {
        Self(Scalar::relu(self.0))
    }
    fn step(self) -> Self {
        Self(Scalar::step(self.0))
    }
    fn square(self) -> Self {
        self * self
    }
    fn exp(self) -> Self {
        Self::round(f64::exp(self.0))
    }
    fn sqrt(self) -> Self {
        Self::round(f64::sqrt(self.0))
    }
    fn is_meaningful(self) -> bool {
        self.0.is_finite()
    }
    fn sort(terms: &mut [Self]) {
        terms.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    }
    fn reference(values: &[Self]) -> Self {
        Self(values.iter().map(|value| value.0).fold(f64::NEG_INFINITY, f64::max))
    }
    fn softmax(scores: &mut [Self], summation: Summation, scratch: &mut Vec<Self>) {
        let maximum = Self::reference(scores);
        scores.iter_mut().for_each(|score| *score = Scalar::exp(*score - maximum));
        scratch.clear();
        scratch.extend_from_slice(scores);
        let sum = summation.sum(scratch);
        scores.iter_mut().for_each(|score| *score = *score / sum);
    }
    fn within_hull(self, _: impl Iterator<Item = Self>) -> Self {
        self
    }
}

/// Formats whose numbers are read off exactly.
pub trait Format: Scalar {
    const BITS: u32;
    fn value(self) -> f64;
}

impl Format for f32 {
    const BITS: u32 = f32::MANTISSA_DIGITS;
    fn value(self) -> f64 {
        self.into()
    }
}

impl Format for f64 {
    const BITS: u32 = f64::MANTISSA_DIGITS;
    fn value(self) -> f64 {
        self
    }
}

impl<const P: u32> Format for Short<P> {
    const BITS: u32 = P;
    fn value(self) -> f64 {
        self.0
    }
}
