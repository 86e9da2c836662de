//! Closed intervals with `f64` end points and outward rounding.
//!
//! An operation returns an interval that contains every exact result of its operands; +, −, ×, /, square and sqrt
//! return the smallest such interval. End points may be infinite (the set is then unbounded on that side; infinity
//! is never a member). NaN never occurs: constructors refuse it and the rounding rules below avoid it.

mod exp;
mod expression;
mod side_by_side;

pub(crate) use side_by_side::add_multiple;

use super::rounding::{
    add_down, add_up, div_down, from_rational_down, from_rational_up, mul_down, mul_up, pow_down, pow_up,
    sqrt_down, sqrt_up,
};
use num_traits::{One, Zero};
use std::ops::{Add, AddAssign, Div, Mul, MulAssign, Neg, Sub};
use sumformer_checker::arith::number::Rational;

/// The set of real numbers between `inf` and `sup`, never empty.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FloatInterval {
    inf: f64,
    sup: f64,
}

impl FloatInterval {
    /// The real line.
    pub const ENTIRE: Self = Self { inf: f64::NEG_INFINITY, sup: f64::INFINITY };

    /// The interval `[inf, sup]`; `None` for NaN, `inf > sup`, `inf = +∞` or `sup = −∞`.
    pub fn new(inf: f64, sup: f64) -> Option<Self> {
        (inf <= sup && inf < f64::INFINITY && sup > f64::NEG_INFINITY).then_some(Self { inf, sup })
    }

    /// The interval that contains one number; the real line for NaN or ±∞, of which nothing is known.
    pub fn point(value: f64) -> Self {
        if value.is_finite() { Self { inf: value, sup: value } } else { Self::ENTIRE }
    }

    /// The smallest interval that contains a rational.
    pub fn from_rational(value: &Rational) -> Self {
        Self { inf: from_rational_down(value), sup: from_rational_up(value) }
    }

    /// Lower end point.
    pub fn inf(self) -> f64 {
        self.inf
    }

    /// Upper end point.
    pub fn sup(self) -> f64 {
        self.sup
    }

    /// Midpoint, rounded to nearest; finite, and a member of the interval.
    pub fn mid(self) -> f64 {
        match (self.inf.is_finite(), self.sup.is_finite()) {
            // Halving first would lose a bit of subnormal numbers, adding first can overflow.
            (true, true) => {
                let sum = self.inf + self.sup;
                if sum.is_finite() { sum / 2.0 } else { self.inf / 2.0 + self.sup / 2.0 }
            }
            (true, false) => f64::MAX,
            (false, true) => f64::MIN,
            (false, false) => 0.0,
        }
    }

    /// Radius: the least number, rounded up, with `[mid − rad, mid + rad]` ⊇ self.
    pub fn rad(self) -> f64 {
        let mid = self.mid();
        add_up(self.sup, -mid).max(add_up(mid, -self.inf))
    }

    /// Width `sup − inf`, rounded up.
    pub fn wid(self) -> f64 {
        add_up(self.sup, -self.inf)
    }

    /// Magnitude: the largest absolute value.
    pub fn mag(self) -> f64 {
        self.inf.abs().max(self.sup.abs())
    }

    /// Whether an exact number lies in the interval.
    pub fn contains(self, value: &Rational) -> bool {
        let at_least = Rational::from_float(self.inf).is_none_or(|inf| inf <= *value);
        at_least && Rational::from_float(self.sup).is_none_or(|sup| *value <= sup)
    }

    /// Whether `other` is a subset.
    pub fn encloses(self, other: Self) -> bool {
        self.inf <= other.inf && other.sup <= self.sup
    }

    /// The smallest interval that contains both.
    pub fn hull(self, other: Self) -> Self {
        Self { inf: self.inf.min(other.inf), sup: self.sup.max(other.sup) }
    }

    /// The common part, or `None` if there is none.
    pub fn intersection(self, other: Self) -> Option<Self> {
        Self::new(self.inf.max(other.inf), self.sup.min(other.sup))
    }

    /// `{max(t, 0)}`
    pub fn relu(self) -> Self {
        Self { inf: self.inf.max(0.0), sup: self.sup.max(0.0) }
    }

    /// `{|t|}`
    fn abs(self) -> Self {
        let mig = self.inf.max(-self.sup).max(0.0);
        Self { inf: mig, sup: self.mag() }
    }

    /// The product with the interval that contains one number, with two products instead of eight.
    #[inline(always)]
    fn times_point(self, factor: f64) -> Self {
        let (near, far) = if factor >= 0.0 { (self.inf, self.sup) } else { (self.sup, self.inf) };
        Self { inf: mul_down(factor, near), sup: mul_up(factor, far) }
    }

    /// `{t²}`, never negative.
    pub fn square(self) -> Self {
        let abs = self.abs();
        Self { inf: mul_down(abs.inf, abs.inf), sup: mul_up(abs.sup, abs.sup) }
    }

    /// `{t^exponent}`; even powers are never negative, t^0 = 1.
    pub fn pow(self, exponent: u32) -> Self {
        if exponent == 0 {
            return Self::one();
        }
        if exponent.is_multiple_of(2) {
            let abs = self.abs();
            return Self { inf: pow_down(abs.inf, exponent), sup: pow_up(abs.sup, exponent) };
        }
        // Odd powers are increasing and odd.
        let below = |t: f64| if t < 0.0 { -pow_up(-t, exponent) } else { pow_down(t, exponent) };
        Self { inf: below(self.inf), sup: -below(-self.sup) }
    }

    /// `{√t : t in self, t ≥ 0}`, or `None` if no member is ≥ 0.
    pub fn sqrt(self) -> Option<Self> {
        let domain = self.intersection(Self { inf: 0.0, sup: f64::INFINITY })?;
        Some(Self { inf: sqrt_down(domain.inf), sup: sqrt_up(domain.sup) })
    }
}

impl Add for FloatInterval {
    type Output = Self;
    /// A lower end point is never +∞ and an upper one never −∞, so ∞ − ∞ does not occur.
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self { inf: add_down(self.inf, other.inf), sup: add_up(self.sup, other.sup) }
    }
}

impl Neg for FloatInterval {
    type Output = Self;
    fn neg(self) -> Self {
        Self { inf: -self.sup, sup: -self.inf }
    }
}

impl Sub for FloatInterval {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for FloatInterval {
    type Output = Self;
    /// The extreme values are at corners; 0 · ∞ = 0, because infinity is a bound and not a member.
    fn mul(self, other: Self) -> Self {
        let over = |multiply: fn(f64, f64) -> f64| {
            [
                multiply(self.inf, other.inf),
                multiply(self.inf, other.sup),
                multiply(self.sup, other.inf),
                multiply(self.sup, other.sup),
            ]
        };
        Self {
            inf: over(mul_down).into_iter().fold(f64::INFINITY, f64::min),
            sup: over(mul_up).into_iter().fold(f64::NEG_INFINITY, f64::max),
        }
    }
}

impl Div for FloatInterval {
    type Output = Self;
    /// The real line if the divisor contains 0: sound for every quotient that exists.
    fn div(self, other: Self) -> Self {
        if other.inf <= 0.0 && 0.0 <= other.sup {
            return Self::ENTIRE;
        }
        let (dividend, divisor) = if other.sup < 0.0 { (-self, -other) } else { (self, other) };
        // For a positive divisor a larger dividend gives a larger quotient; the sign decides which divisor is worst.
        let below = |t: f64, near: f64, far: f64| {
            if t == f64::NEG_INFINITY {
                t
            } else if t < 0.0 {
                div_down(t, near)
            } else {
                div_down(t, far)
            }
        };
        Self {
            inf: below(dividend.inf, divisor.inf, divisor.sup),
            sup: -below(-dividend.sup, divisor.inf, divisor.sup),
        }
    }
}

impl AddAssign for FloatInterval {
    #[inline(always)]
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl MulAssign for FloatInterval {
    fn mul_assign(&mut self, other: Self) {
        *self = *self * other;
    }
}

impl Zero for FloatInterval {
    fn zero() -> Self {
        Self { inf: 0.0, sup: 0.0 }
    }
    fn is_zero(&self) -> bool {
        self.inf == 0.0 && self.sup == 0.0
    }
}

impl One for FloatInterval {
    fn one() -> Self {
        Self { inf: 1.0, sup: 1.0 }
    }
}

impl std::fmt::Display for FloatInterval {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "[{:?}, {:?}]", self.inf, self.sup)
    }
}

#[cfg(test)]
mod tests;
