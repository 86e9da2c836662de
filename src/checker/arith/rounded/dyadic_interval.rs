//! Closed intervals with dyadic ends: every operation contains all results of the exact one on elements.
//!
//! *Why.* The exact set {a ∘ b : a ∈ A, b ∈ B} of each operation below is an interval whose ends are values of ∘ at
//! ends of A and B (or 0), because ∘ is monotone in each argument on each side of 0; the lower end is then computed
//! with rounding down and the upper one with rounding up. What ±∞ means as an end is in [`super::dyadic`].

use super::dyadic::{
    self, Dyadic,
    Rounding::{Down, Up},
    rounded,
};
use crate::arith::interval::Interval;
use crate::arith::number::Rational;
use crate::work::charge;
use num_bigint::BigInt;

/// What a sum takes, in units of [`crate::work`].
const SUM: u64 = 1;
/// What a product or a quotient takes.
const PRODUCT: u64 = 2;

/// The numbers t with inf ≤ t ≤ sup; an end ±∞ bounds nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DyadicInterval {
    /// Below +∞.
    inf: Dyadic,
    /// Above −∞.
    sup: Dyadic,
}

impl DyadicInterval {
    /// [0, 0].
    pub const ZERO: Self = Self { inf: Dyadic::ZERO, sup: Dyadic::ZERO };
    /// [1, 1].
    pub const ONE: Self = Self { inf: Dyadic::ONE, sup: Dyadic::ONE };
    /// [1/2, 1/2].
    pub const HALF: Self = Self { inf: Dyadic::HALF, sup: Dyadic::HALF };

    /// [−∞, ∞].
    pub const WHOLE: Self = Self {
        inf: Dyadic { mantissa: -Dyadic::INFINITY.mantissa, exponent: Dyadic::INFINITY.exponent },
        sup: Dyadic::INFINITY,
    };

    /// The interval [inf, sup]; nothing if no number lies in it.
    pub fn new(inf: Dyadic, sup: Dyadic) -> Option<Self> {
        (inf <= sup && inf != Dyadic::INFINITY && sup != -Dyadic::INFINITY).then_some(Self { inf, sup })
    }

    /// The interval [value, value] of a finite number.
    pub fn point(value: Dyadic) -> Option<Self> {
        Self::new(value, value)
    }

    /// The integer, exactly if it has at most 62 bits.
    pub fn from_integer(value: i64) -> Self {
        Self { inf: rounded(value.into(), 0, Down), sup: rounded(value.into(), 0, Up) }
    }

    /// The interval rounded outward.
    pub fn enclosing(interval: &Interval) -> Self {
        Self {
            inf: Dyadic::from_rational(interval.inf(), Down),
            sup: Dyadic::from_rational(interval.sup(), Up),
        }
    }

    /// The smallest interval that contains the number.
    pub fn from_rational(value: &Rational) -> Self {
        Self { inf: Dyadic::from_rational(value, Down), sup: Dyadic::from_rational(value, Up) }
    }

    /// The smallest interval that contains numerator / denominator, which need not be reduced; the denominator is
    /// positive.
    pub fn from_fraction(numerator: &BigInt, denominator: &BigInt) -> Self {
        let rounded = |rounding| Dyadic::from_fraction(numerator, denominator, rounding);
        Self { inf: rounded(Down), sup: rounded(Up) }
    }

    /// The smallest interval that contains index / 2^level; a point if the index has at most 62 bits.
    pub fn fraction(index: u64, level: u32) -> Self {
        let rounded = |rounding| dyadic::rounded(index.into(), -i64::from(level), rounding);
        Self { inf: rounded(Down), sup: rounded(Up) }
    }

    /// Lower end, −∞ if there is none.
    pub fn inf(self) -> Dyadic {
        self.inf
    }

    /// Upper end, ∞ if there is none.
    pub fn sup(self) -> Dyadic {
        self.sup
    }

    /// Whether both ends are numbers.
    pub fn is_bounded(self) -> bool {
        self.inf.is_finite() && self.sup.is_finite()
    }

    /// Whether the number lies in the interval.
    pub fn contains(self, value: &Rational) -> bool {
        self.inf.to_rational().is_none_or(|inf| inf <= *value)
            && self.sup.to_rational().is_none_or(|sup| *value <= sup)
    }

    /// The largest absolute value; ∞ if there is none.
    #[inline]
    pub fn mag(self) -> Dyadic {
        self.inf.abs().max(self.sup.abs())
    }

    /// At least the width; ∞ if there is none.
    pub fn wid(self) -> Dyadic {
        self.sup.sub(self.inf, Up)
    }

    /// A number of the interval, the middle up to rounding.
    pub fn mid(self) -> Dyadic {
        charge(PRODUCT);
        // Half a sum that is rounded down is at most sup. It is less than inf, or −∞, only if the sum leaves the range.
        let half = self.inf.add(self.sup, Down).mul(Dyadic::HALF, Down);
        half.max(self.inf).max(-Dyadic::MAX)
    }

    #[inline]
    fn is_zero(self) -> bool {
        self.inf.signum() == 0 && self.sup.signum() == 0
    }

    /// `{a / b}`; nothing if 0 is among the b.
    #[inline]
    pub fn divide(self, other: Self) -> Option<Self> {
        charge(PRODUCT);
        if other.sup.signum() < 0 {
            return (-self).divide(-other);
        }
        if other.inf.signum() <= 0 {
            return None;
        }
        let low = if self.inf.signum() >= 0 { other.sup } else { other.inf };
        let high = if self.sup.signum() >= 0 { other.inf } else { other.sup };
        Some(Self { inf: self.inf.div(low, Down)?, sup: self.sup.div(high, Up)? })
    }

    /// `{a^exponent}`: odd powers are increasing, even ones are powers of |a|.
    pub fn pow(self, exponent: u32) -> Self {
        charge(2 * PRODUCT * u64::from(exponent.checked_ilog2().unwrap_or(0) + 1));
        let base = if exponent.is_multiple_of(2) { self.abs() } else { self };
        Self { inf: base.inf.pow(exponent, Down), sup: base.sup.pow(exponent, Up) }
    }

    /// `{|a|}`
    pub fn abs(self) -> Self {
        if self.inf.signum() >= 0 {
            return self;
        }
        if self.sup.signum() <= 0 {
            return -self;
        }
        Self { inf: Dyadic::ZERO, sup: self.mag() }
    }

    /// `{max(a, b)}`
    pub fn max(self, other: Self) -> Self {
        Self { inf: self.inf.max(other.inf), sup: self.sup.max(other.sup) }
    }

    /// `{min(a, b)}`
    pub fn min(self, other: Self) -> Self {
        Self { inf: self.inf.min(other.inf), sup: self.sup.min(other.sup) }
    }

    /// The smallest interval that contains both.
    pub fn hull(self, other: Self) -> Self {
        Self { inf: self.inf.min(other.inf), sup: self.sup.max(other.sup) }
    }

    /// What lies in both; nothing if there is no such number.
    #[inline]
    pub fn intersection(self, other: Self) -> Option<Self> {
        let (inf, sup) = (self.inf.max(other.inf), self.sup.min(other.sup));
        (inf <= sup).then_some(Self { inf, sup })
    }

    /// The interval widened by `radius ≥ 0` on both sides.
    #[inline]
    pub fn widen(self, radius: Dyadic) -> Self {
        charge(SUM);
        Self { inf: self.inf.sub(radius, Down), sup: self.sup.add(radius, Up) }
    }
}

impl std::ops::Neg for DyadicInterval {
    type Output = Self;
    /// Exact.
    #[inline]
    fn neg(self) -> Self {
        Self { inf: -self.sup, sup: -self.inf }
    }
}

impl std::ops::Add for DyadicInterval {
    type Output = Self;
    #[inline]
    fn add(self, other: Self) -> Self {
        charge(SUM);
        Self { inf: self.inf.add(other.inf, Down), sup: self.sup.add(other.sup, Up) }
    }
}

impl std::ops::Sub for DyadicInterval {
    type Output = Self;
    #[inline]
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl std::ops::Mul for DyadicInterval {
    type Output = Self;
    #[inline]
    fn mul(self, other: Self) -> Self {
        charge(PRODUCT);
        if self.is_zero() || other.is_zero() {
            return Self::ZERO;
        }
        let (a, b) = (self, other);
        let positive = |a: Self| a.inf.signum() >= 0;
        let negative = |a: Self| a.sup.signum() <= 0;
        if positive(a) {
            // The lower end of b is multiplied by what makes the product smallest, the upper one by the opposite.
            let low = if positive(b) { a.inf } else { a.sup };
            let high = if negative(b) { a.inf } else { a.sup };
            return Self { inf: low.mul(b.inf, Down), sup: high.mul(b.sup, Up) };
        }
        if negative(a) {
            return -(-a * b);
        }
        if positive(b) || negative(b) {
            return b * a;
        }
        Self {
            inf: a.inf.mul(b.sup, Down).min(a.sup.mul(b.inf, Down)),
            sup: a.inf.mul(b.inf, Up).max(a.sup.mul(b.sup, Up)),
        }
    }
}

/// The range in decimals, rounded outward.
impl std::fmt::Display for DyadicInterval {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [inf, sup] = [self.inf(), self.sup()].map(Dyadic::to_rational);
        f.write_str(&crate::arith::decimal::range(inf.as_ref(), sup.as_ref()))
    }
}
