//! A rigorous exponential: argument reduction and a Taylor polynomial with remainder, in interval arithmetic.
//!
//! x = k·ln 2 + r with |r| ≤ 0.35; e^r = Σ_{j ≤ N} r^j/j! + R with |R| ≤ 2|r|^{N+1}/(N+1)!; e^x = 2^k·e^r.
//! Nothing is assumed of the platform's `exp`; the last addition of the Horner scheme dominates the error, so a
//! point is enclosed within a few units in the last place.

use super::FloatInterval;
use crate::numeric::rounding::{exp2, mul_down, mul_up};
use num_traits::One;

/// The leading 33 bits of ln 2: k·LN2_HIGH is exact for |k| < 2^20.
const LN2_HIGH: f64 = f64::from_bits(0x3fe6_2e42_fee0_0000);
/// ln 2 − LN2_HIGH, rounded to nearest.
const LN2_LOW: f64 = f64::from_bits(0x3dea_39ef_3579_3c76);
/// N: with |r| ≤ 0.35 the remainder is below 2^-61.
const DEGREE: i32 = 14;

impl FloatInterval {
    /// `{e^t}`, never negative; unbounded only where e^t exceeds the largest `f64`.
    pub fn exp(self) -> Self {
        // e^t is increasing, so the end points are enclosed separately.
        Self { inf: exp_of_point(self.inf).inf, sup: exp_of_point(self.sup).sup }
    }
}

/// An enclosure of ln 2 − LN2_HIGH, one step to both sides of the rounded value.
pub(super) fn ln2_low() -> FloatInterval {
    FloatInterval { inf: LN2_LOW.next_down(), sup: LN2_LOW.next_up() }
}

/// The head of ln 2, for the test that checks [`ln2_low`] in exact arithmetic.
#[cfg(test)]
pub(super) fn ln2_high() -> f64 {
    LN2_HIGH
}

/// An enclosure of e^x; the limits 0 and ∞ for x = ∓∞.
fn exp_of_point(x: f64) -> FloatInterval {
    // e^710 > the largest f64, e^-746 < half the least positive one.
    if x > 710.0 {
        return FloatInterval { inf: f64::MAX, sup: f64::INFINITY };
    }
    if x < -746.0 {
        return FloatInterval { inf: 0.0, sup: if x == f64::NEG_INFINITY { 0.0 } else { f64::from_bits(1) } };
    }
    let k = (x * std::f64::consts::LOG2_E).round();
    let point = FloatInterval::point;
    let reduced = point(x) - point(k * LN2_HIGH) - point(k) * ln2_low();
    scale(exp_near_zero(reduced), k as i64)
}

/// An enclosure of e^r for |r| ≤ 0.4, where e^|r| ≤ 2 bounds the Lagrange factor.
fn exp_near_zero(r: FloatInterval) -> FloatInterval {
    let mut remainder = 2.0;
    for j in 1..=DEGREE + 1 {
        remainder =
            mul_up(remainder, (FloatInterval::point(r.mag()) / FloatInterval::point(f64::from(j))).sup);
    }
    // Horner with the quotients 1/j inside: 1 + r/1·(1 + r/2·(1 + … )).
    let mut sum = FloatInterval::one();
    for j in (1..=DEGREE).rev() {
        sum = FloatInterval::one() + r * sum / FloatInterval::point(f64::from(j));
    }
    sum + FloatInterval { inf: -remainder, sup: remainder }
}

/// `2^k · t` for t > 0 and |k| ≤ 1100, in two factors, since 2^k itself may not be a number.
fn scale(t: FloatInterval, k: i64) -> FloatInterval {
    let (half, rest) = (k / 2, k - k / 2);
    // The first product is exact (t ≈ 1 and |half| ≤ 550); only the second can be rounded.
    FloatInterval {
        inf: mul_down(t.inf * exp2(half), exp2(rest)),
        sup: mul_up(t.sup * exp2(half), exp2(rest)),
    }
}
