//! Exact numbers: rationals, their decimal and fractional notation, and rounding to a coarse dyadic grid.

mod cost;
mod json;
mod numeral;
mod operators;
mod rational;
mod word;

pub(crate) use cost::pay_divisor;
pub use json::{Exact, serde_rational};
pub use numeral::{NumberError, parse_rational};
pub use rational::Rational;

use crate::sizes;
use num_bigint::BigInt;
use num_traits::{One, Signed, ToPrimitive, Zero};

/// The rational with numerator `p` and denominator `q ≠ 0`.
pub fn ratio(p: i64, q: i64) -> Rational {
    Rational::new(p.into(), q.into())
}

/// The integer `p` as a rational.
pub fn integer(p: impl Into<BigInt>) -> Rational {
    Rational::from(p.into())
}

/// `2^exponent`, exactly.
pub fn power_of_two(exponent: i64) -> Rational {
    let magnitude = BigInt::one() << exponent.unsigned_abs();
    if exponent >= 0 { Rational::from(magnitude) } else { Rational::reduced(BigInt::one(), magnitude) }
}

/// ⌊log2 |value|⌋ for a non-zero value.
pub fn floor_log2(value: &Rational) -> i64 {
    let estimate = sizes::bits(value.numer().bits()) - sizes::bits(value.denom().bits());
    if value.abs() < power_of_two(estimate) { estimate - 1 } else { estimate }
}

/// The smallest dyadic number with at most `bits` significant bits that is ≥ `value`.
///
/// Rounding error terms up keeps their size bounded along chains of gadgets.
pub fn round_up(value: &Rational, bits: u32) -> Rational {
    round_dyadic(value, bits, true)
}

/// The largest dyadic number with at most `bits` significant bits that is ≤ `value`.
pub fn round_down(value: &Rational, bits: u32) -> Rational {
    round_dyadic(value, bits, false)
}

fn round_dyadic(value: &Rational, bits: u32, up: bool) -> Rational {
    if value.is_zero() {
        return value.clone();
    }
    let unit = power_of_two(floor_log2(value) + 1 - i64::from(bits.max(1)));
    let scaled = value / &unit;
    (if up { scaled.ceil() } else { scaled.floor() }) * unit
}

/// The nearest `f64`, for display and for heuristics only; never used where a bound is decided.
pub fn to_f64(value: &Rational) -> f64 {
    value.to_f64().unwrap_or(f64::NAN)
}

/// The larger of two rationals.
pub fn max(a: Rational, b: Rational) -> Rational {
    if b <= a { a } else { b }
}

/// The smaller of two rationals.
pub fn min(a: Rational, b: Rational) -> Rational {
    if a <= b { a } else { b }
}

/// The binomial coefficient C(n, k).
pub fn binomial(n: u64, k: u64) -> BigInt {
    if k > n {
        return BigInt::zero();
    }
    (0..k.min(n - k)).fold(BigInt::one(), |c, i| c * (n - i) / (i + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_is_directed_and_tight() {
        for value in
            [ratio(1, 3), ratio(-1, 3), ratio(1000, 7), ratio(1, 1 << 40), integer(8), ratio(255, 256)]
        {
            for bits in [1, 4, 12] {
                let (down, up) = (round_down(&value, bits), round_up(&value, bits));
                assert!(down <= value && value <= up);
                let unit = power_of_two(floor_log2(&value) + 1 - i64::from(bits));
                assert!(&up - &down <= unit);
                assert_eq!(round_up(&up, bits), up);
            }
        }
    }
}
