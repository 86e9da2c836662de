//! sin and cos: x = k·π/2 + r with an integer k and |r| ≤ π/4 (about), then series in r².
//!
//! *Reduction.* For |x| < 1/2, k = 0 and r = x. Let 1/2 ≤ |x| < 2^40. Then X = 2^63 x is an integer, as x has 62
//! bits. With π/2 = P·2^-63 + Q·2^-126 + δ, 0 ≤ δ < 2^-126, and k = ⌊(X + P/2)/P⌋, D = X − kP is exact, |D| ≤ P/2 +
//! 1, and 2^126 r = 2^63 D − kQ − 2^126 kδ, so r differs from (2^63 D − kQ)·2^-126 by at most |k|·2^-126, |k| < 2^40.
//! Nothing overflows: |X| < 2^103, |2^63 D| < 2^126, |kQ| < 2^103. Moreover |r| < 0.786.
//!
//! *Series.* sin r = r·S(r²), cos r = C(r²) with S(w) = Σ (−w)^i/(2i + 1)!, C(w) = Σ (−w)^i/(2i)!. The interval of r,
//! rounded to 62 bits below 1, is at most 2u + 2^-85 wide, so that tu ≤ r² < (t + 6)u by [`super::fixed::square`]. On
//! w ≤ 0.618 = τ, 0 ≥ S' ≥ −1/6 and 0 ≥ C' ≥ −1/2, so S(r²) and C(r²) are less by at most u and 3u than S(tu), C(tu).
//! These differ from the sums v of 11 terms by less than 2.62u by (2) plus the remainders, below τ^11/22! < 2^-70. So
//! (v − 4)u ≤ S(r²) ≤ (v + 3)u, (v − 6)u ≤ C(r²) ≤ (v + 3)u, and both are at most 1.
//!
//! *Quarters.* sin(k·π/2 + r) is sin r, cos r, −sin r, −cos r for k = 0, 1, 2, 3 modulo 4, and cos(x) = sin(x + π/2).
//!
//! *Intervals.* On [a, b] sin has its extrema at a, at b and at odd multiples of π/2 between them. If a = k·π/2 + r,
//! then m·π/2 ≥ a implies m ≥ k, as |r| < π/2, and m ≥ k + 1 if moreover r > 0. In the same way m ≤ k, or k − 1 if r
//! < 0, for b. All m within these bounds count, so that no extremum is missed.

use super::constants::{HALF_PI, HALF_PI_LOW};
use super::fixed::{PLACES, TERMS, alternating, between, inverse_factorials, square};
use crate::arith::dyadic::Rounding::{Down, Up};
use crate::arith::dyadic::{Dyadic, rounded};
use crate::arith::dyadic_interval::DyadicInterval;

/// Terms of the series.
const SHORT: usize = 11;

static SIN: [u64; TERMS] = inverse_factorials(1, 2);
static COS: [u64; TERMS] = inverse_factorials(0, 2);

/// Which of the two functions: sin(x + shift·π/2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::enclosure) enum Wave {
    /// sin(x)
    Sin,
    /// cos(x) = sin(x + π/2)
    Cos,
    /// −sin(x) = sin(x + π), the derivative of cos
    MinusSin,
}

impl Wave {
    fn shift(self) -> i64 {
        match self {
            Wave::Sin => 0,
            Wave::Cos => 1,
            Wave::MinusSin => 2,
        }
    }
}

/// quarter·π/2 + rest
#[derive(Debug, Clone, Copy)]
pub(in crate::enclosure) struct Angle {
    quarter: i64,
    rest: DyadicInterval,
}

impl Angle {
    /// Reduces the argument; nothing if it is too large.
    pub(in crate::enclosure) fn new(x: Dyadic) -> Option<Self> {
        // |x| < 2^(exponent + 62), and ≥ half of it.
        if x.signum() == 0 || x.exponent < -62 {
            return Some(Self { quarter: 0, rest: DyadicInterval::point(x)? });
        }
        if x.exponent > 40 - 62 {
            return None;
        }
        let scaled = i128::from(x.mantissa) << (x.exponent + 63);
        let k = (scaled + HALF_PI / 2).div_euclid(HALF_PI);
        let rest = ((scaled - k * HALF_PI) << 63) - k * HALF_PI_LOW;
        let rest =
            DyadicInterval::new(rounded(rest - k.abs(), -126, Down), rounded(rest + k.abs(), -126, Up))?;
        Some(Self { quarter: i64::try_from(k).ok()?, rest })
    }

    /// The value of the function.
    pub(in crate::enclosure) fn value(&self, wave: Wave) -> DyadicInterval {
        let quarter = (self.quarter + wave.shift()).rem_euclid(4);
        let series = |coefficients: &[u64; TERMS], below: u64| {
            let v = alternating(&coefficients[..SHORT], square(self.rest));
            between(v.saturating_sub(below), v.saturating_add(3).min(1 << PLACES), -i64::from(PLACES))
        };
        let value = if quarter % 2 == 0 { self.rest * series(&SIN, 4) } else { series(&COS, 6) };
        if quarter < 2 { value } else { -value }
    }

    /// The extrema between this angle and one that is not smaller: a hull of what is −1 or 1 there.
    pub(in crate::enclosure) fn extrema(&self, to: &Self, wave: Wave) -> Option<DyadicInterval> {
        let first = self.quarter + i64::from(self.rest.inf().signum() > 0);
        let last = to.quarter - i64::from(to.rest.sup().signum() < 0);
        // The first m that is `residue` modulo 4 with the shift.
        let occurs = |residue: i64| first + (residue - wave.shift() - first).rem_euclid(4) <= last;
        match (occurs(1), occurs(3)) {
            (true, true) => Some(DyadicInterval::ONE.hull(-DyadicInterval::ONE)),
            (true, false) => Some(DyadicInterval::ONE),
            (false, true) => Some(-DyadicInterval::ONE),
            (false, false) => None,
        }
    }
}
