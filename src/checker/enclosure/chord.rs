//! Slopes of chords of functions of one variable: what (φ(a) − φ(c)) / (a − c) can be, for a ∈ A and c ∈ C, a ≠ c.
//!
//! *Why the ends suffice.* For a convex φ the slope of the chord from c to a does not decrease when a or c grows
//! (three-chord lemma). So the smallest one belongs to (inf A, inf C) and the largest to (sup A, sup C), where equal
//! arguments mean any number that is ≤, or ≥, the slopes nearby, such as a one-sided derivative.

use crate::arith::dyadic::Dyadic;
use crate::arith::dyadic_interval::DyadicInterval;

/// The chords of |t|.
///
/// On one side of 0 they are ±1. From one side to the other, p < 0 < q, the slope is (q + p) / (q − p).
pub(super) fn absolute(a: DyadicInterval, c: DyadicInterval) -> DyadicInterval {
    let all = a.hull(c);
    let (up, down) = (DyadicInterval::ONE, -DyadicInterval::ONE);
    if all.inf().signum() >= 0 {
        return up;
    }
    if all.sup().signum() <= 0 {
        return down;
    }
    let slope = |p: Dyadic, q: Dyadic, one_side: DyadicInterval| {
        if p.signum() * q.signum() >= 0 {
            return Some(one_side);
        }
        let (p, q) = (DyadicInterval::point(p)?, DyadicInterval::point(q)?);
        (p + q).divide(p.abs() + q.abs())
    };
    // On one side of 0 the lower ends give -1 and the upper ones 1, as A and C together have both signs.
    between(slope(a.inf(), c.inf(), down), slope(a.sup(), c.sup(), up))
        .and_then(|slopes| slopes.intersection(down.hull(up)))
        .unwrap_or(down.hull(up))
}

/// The chords of max(t, 0) = (t + |t|) / 2.
pub(super) fn relu(a: DyadicInterval, c: DyadicInterval) -> DyadicInterval {
    (DyadicInterval::ONE + absolute(a, c)) * DyadicInterval::HALF
}

/// The chords of t^exponent, exponent ≥ 1.
///
/// The slope is a polynomial in a and c with coefficients 1. Evaluated over A and C it is sharp (up to rounding) if all
/// numbers have one sign, as then all terms have, and for a square, where it is a + c. Other even powers are convex.
pub(super) fn power(a: DyadicInterval, c: DyadicInterval, exponent: u32) -> DyadicInterval {
    if exponent == 2 {
        return a + c;
    }
    let all = a.hull(c);
    let both_signs = all.inf().signum() < 0 && all.sup().signum() > 0;
    if both_signs && exponent.is_multiple_of(2) {
        let at = |a: Dyadic, c: Dyadic| {
            Some(power_polynomial(DyadicInterval::point(a)?, DyadicInterval::point(c)?, exponent))
        };
        if let Some(slopes) = between(at(a.inf(), c.inf()), at(a.sup(), c.sup())) {
            return slopes;
        }
    }
    power_polynomial(a, c, exponent)
}

/// h_k(a, c) = (a^k − c^k) / (a − c) over intervals, k ≥ 1, by h_{2m} = (a^m + c^m) h_m and
/// h_{m+1} = a h_m + c^m, for the leading binary digits m of k.
fn power_polynomial(a: DyadicInterval, c: DyadicInterval, exponent: u32) -> DyadicInterval {
    let digits = u32::BITS - exponent.leading_zeros();
    let mut slope = DyadicInterval::ONE;
    for later in (0..digits.saturating_sub(1)).rev() {
        let leading = exponent >> (later + 1);
        slope = (a.pow(leading) + c.pow(leading)) * slope;
        if exponent >> later & 1 == 1 {
            slope = a * slope + c.pow(2 * leading);
        }
    }
    slope
}

/// From the lower end of one interval to the upper end of another.
fn between(low: Option<DyadicInterval>, high: Option<DyadicInterval>) -> Option<DyadicInterval> {
    DyadicInterval::new(low?.inf(), high?.sup())
}
