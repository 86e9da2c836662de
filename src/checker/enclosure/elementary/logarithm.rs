//! log(x) = e·ln 2 + log(m) with x = m·2^e, 1/√2 < m ≤ √2 (about), and log(m) = 2 atanh(z), z = (m − 1)/(m + 1).
//!
//! *Reduction.* m and m − 1 are exact: x has 62 bits and 1 is an integer in units of their last place. The quotient z
//! is computed in intervals, relatively exact to a few units; |z| < 0.1716 as m lies between 0.7071 and 1.4143. (The
//! choice of e matters for the width alone, up to these bounds.)
//!
//! *Series.* atanh(z) = z·P(z²), P(w) = Σ w^i/(2i + 1). The interval of z has absolute values a ≤ b < 0.1717 with b −
//! a below 2^-62, so b² − a² ≤ 4u and w = z² has tu ≤ w < (t + 6)u, see [`super::fixed::square`]. On w ≤ 0.0295 = τ,
//! P increases by a factor below Σ i τ^(i−1)/(2i + 1) < 0.36, so P(w) lies between P(tu) and P(tu) + 2.2u. The sum v
//! of 14 terms has P(tu) ≥ vu, and P(tu) < (v + 2.1)u by (1), as 2/(1 − τ) < 2.07 and the remainder τ^14/29/(1 − τ) <
//! 2^-74. So vu ≤ P(w) < (v + 5)u. With P ≥ 1, products of intervals give log(m), relatively exact. For e = 0 it is
//! the result; otherwise |e ln 2| ≥ 0.69 and |log m| < 0.35, so nothing much cancels in the sum.

use super::constants::LN_2;
use super::fixed::{PLACES, TERMS, between, square, sum};
use crate::arith::dyadic::Rounding::{Down, Up};
use crate::arith::dyadic::{Dyadic, rounded};
use crate::arith::dyadic_interval::DyadicInterval;

/// ⌊√2 · 2^61⌋
const ROOT_OF_TWO: i64 = 3_260_954_456_333_195_553;

/// Terms of the series.
const SHORT: usize = 14;

static COEFFICIENTS: [u64; TERMS] = odd_inverses();

/// ⌊1/(u(2i + 1))⌋
const fn odd_inverses() -> [u64; TERMS] {
    let mut coefficients = [0; TERMS];
    let (mut i, mut odd) = (0, 1);
    while i < TERMS {
        coefficients[i] = (1 << PLACES) / odd;
        (i, odd) = (i + 1, odd + 2);
    }
    coefficients
}

/// log(x); nothing if x ≤ 0.
pub(in crate::enclosure) fn log(x: Dyadic) -> Option<DyadicInterval> {
    if x.signum() <= 0 {
        return None;
    }
    if !x.is_finite() {
        return DyadicInterval::new(log(Dyadic::MAX)?.inf(), Dyadic::INFINITY);
    }
    let places = if x.mantissa <= ROOT_OF_TWO { 61 } else { 62 };
    let exponent = x.exponent + places;
    let m = DyadicInterval::point(Dyadic { mantissa: x.mantissa, exponent: -places })?;
    let (one, two) = (DyadicInterval::ONE, DyadicInterval::ONE + DyadicInterval::ONE);
    let z = (m - one).divide(m + one)?;
    let v = sum(&COEFFICIENTS[..SHORT], square(z));
    let of_m = two * z * between(v, v.saturating_add(5), -i64::from(PLACES));
    if exponent == 0 {
        return Some(of_m);
    }
    let factor = i128::from(exponent);
    let (low, high) = if exponent > 0 { (LN_2, LN_2 + 1) } else { (LN_2 + 1, LN_2) };
    // At most 21 + 96 bits.
    let power = DyadicInterval::new(rounded(factor * low, -96, Down), rounded(factor * high, -96, Up))?;
    Some(power + of_m)
}
