//! √x by an integer square root, rounded to 62 bits exactly.
//!
//! x = m·2^e with 2^61 ≤ m < 2^62. With s = 62 or 61, whichever makes e − s even, √x = √(m·2^s) · 2^((e−s)/2), and
//! 2^122 ≤ m·2^s < 2^124, so that the root ρ = ⌊√(m·2^s)⌋ has exactly 62 bits: it is the floor at 62 bits, and the
//! ceiling is ρ or ρ + 1, depending on whether ρ² = m·2^s. For x = ∞ the upper bound ∞ comes out, as Ω is far above
//! the range.

use crate::arith::dyadic::Rounding::{Down, Up};
use crate::arith::dyadic::{Dyadic, rounded};
use crate::arith::dyadic_interval::DyadicInterval;

/// √x; nothing if x < 0.
pub(in crate::enclosure) fn sqrt(x: Dyadic) -> Option<DyadicInterval> {
    if x.signum() <= 0 {
        return (x.signum() == 0).then_some(DyadicInterval::ZERO);
    }
    let shift = 62 - x.exponent.rem_euclid(2);
    let square = u128::from(x.mantissa.unsigned_abs()) << shift;
    let root = square.isqrt();
    let (low, high) = (root, root + u128::from(root * root != square));
    let [low, high] = [i128::try_from(low).ok()?, i128::try_from(high).ok()?];
    let exponent = (i64::from(x.exponent) - i64::from(shift)) / 2;
    DyadicInterval::new(rounded(low, exponent, Down), rounded(high, exponent, Up))
}
