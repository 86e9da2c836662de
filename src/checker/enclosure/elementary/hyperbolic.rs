//! sigmoid(x) = 1/(1 + exp(−x)) and tanh(x), both without cancellation.
//!
//! *sigmoid.* The formula takes exp(−x) once and has neither cancellation nor overflow: 1 + E ≥ 1 is relatively as
//! exact as E is, and for E beyond the range the quotient is next to 0. As E > 0, the bounds lie in [0, 1].
//!
//! *tanh* is odd. For |x| ≥ 1/2 it is 2/(1 + E) − 1 with E = exp(−2|x|) < 0.37, at least 0.46: the difference loses
//! about two bits. For |x| < 1/2 it is sinh(x)/cosh(x) = x·S(x²)/C(x²) with S(w) = Σ w^i/(2i + 1)!, C(w) = Σ
//! w^i/(2i)!. x² has tu ≤ x² < (t + 2)u (its interval is a point; only the two roundings of [`super::fixed::square`]
//! count), and x² ≤ 1/4 = τ. There S' < 0.18 and C' < 0.53. By (1) in [`super::fixed`], with 2/(1 − τ) < 2.67 and
//! remainders below 2^-80, the sums v of the first 11 terms have vu ≤ S(x²) < (v + 2.67 + 0.36 + 0.01)u and vu ≤
//! C(x²) < (v + 2.67 + 1.06 + 0.01)u: within 4u.

use super::exponential::exp;
use super::fixed::{PLACES, TERMS, between, inverse_factorials, square, sum};
use crate::arith::dyadic::Dyadic;
use crate::arith::dyadic::Rounding::Down;
use crate::arith::dyadic_interval::DyadicInterval;

/// Terms of the series for |x| < 1/2.
const SHORT: usize = 11;

static SINH: [u64; TERMS] = inverse_factorials(1, 2);
static COSH: [u64; TERMS] = inverse_factorials(0, 2);

/// 1/(1 + exp(−x))
pub(in crate::enclosure) fn sigmoid(x: Dyadic) -> DyadicInterval {
    in_unit(DyadicInterval::ONE.divide(DyadicInterval::ONE + exp(-x)))
}

/// tanh(x)
pub(in crate::enclosure) fn tanh(x: Dyadic) -> DyadicInterval {
    if x.signum() < 0 { -of_positive(-x) } else { of_positive(x) }
}

fn of_positive(x: Dyadic) -> DyadicInterval {
    let one = DyadicInterval::ONE;
    let quotient = if x < Dyadic::HALF {
        DyadicInterval::point(x).and_then(|x| {
            let t = square(x);
            let [sinh, cosh] = [&SINH, &COSH].map(|coefficients| {
                let v = sum(&coefficients[..SHORT], t);
                between(v, v.saturating_add(4), -i64::from(PLACES))
            });
            (x * sinh).divide(cosh)
        })
    } else {
        // Doubling is exact, or else −2x is beyond the range and exp is next to 0 on both sides.
        let e = exp((-x).add(-x, Down));
        (one + one).divide(one + e).map(|q| q - one)
    };
    in_unit(quotient)
}

/// What lies in [0, 1], where the value is; all of that without bounds.
fn in_unit(bounds: Option<DyadicInterval>) -> DyadicInterval {
    let unit = DyadicInterval::ZERO.hull(DyadicInterval::ONE);
    bounds.and_then(|bounds| bounds.intersection(unit)).unwrap_or(unit)
}
