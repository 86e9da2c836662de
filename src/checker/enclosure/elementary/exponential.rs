//! exp(x) = 2^k · exp(r) with k = ⌊x / ln 2⌋, 0 ≤ r < ln 2.
//!
//! *Reduction.* Let |x| < 2^21, X = ⌊2^96 x⌋, L = ⌊2^96 ln 2⌋, and X = kL + R with 0 ≤ R < L. Then |k| < 2^22, and
//! 2^96 (x − k ln 2) = R + θ − kλ with θ, λ ∈ [0, 1): it differs from R by less than 2^22 + 1. Let t = ⌊R/2^34⌋, in
//! units of u = 2^-62. So r = x − k ln 2 has tu − 2^-73 < r < (t + 1)u + 2^-73.
//!
//! *Series.* For s = tu ≤ ln 2 < 0.6932 = τ the 20 terms are summed to v with exp(s) ≥ vu, and exp(s) < (v + 6.6)u by
//! (1) in [`super::fixed`], where 2/(1 − τ) < 6.52, and as the remainder is at most τ^20/20! · 1/(1 − τ/21) < 0.01u.
//!
//! *Together.* exp(s) ≤ 2. So exp(r) > exp(s)(1 − 2^-73) > (v − 1)u, and exp(r) < exp(s)·exp(u + 2^-73), which
//! exceeds exp(s) by less than 2.01u, so exp(r) < (v + 9)u.
//!
//! *Ends.* exp(x) − 1 has the sign of x. For |x| ≥ 2^21 the value is outside of [2^(-3·10^6), 2^(3·10^6)], so beyond
//! the finite numbers on its side.

use super::constants::LN_2;
use super::fixed::{TERMS, between, inverse_factorials, sum};
use crate::arith::dyadic::Dyadic;
use crate::arith::dyadic_interval::DyadicInterval;

static COEFFICIENTS: [u64; TERMS] = inverse_factorials(0, 1);

/// exp(x)
pub(in crate::enclosure) fn exp(x: Dyadic) -> DyadicInterval {
    match x.signum() {
        0 => DyadicInterval::ONE,
        1 => unclamped(x).max(DyadicInterval::ONE),
        _ => unclamped(x).min(DyadicInterval::ONE),
    }
}

/// The mantissa has 62 bits, so that 2^(exponent + 61) ≤ |x| < 2^(exponent + 62).
fn unclamped(x: Dyadic) -> DyadicInterval {
    if x.exponent > 21 - 62 {
        let (low, high) =
            if x.signum() > 0 { (Dyadic::MAX, Dyadic::INFINITY) } else { (Dyadic::ZERO, Dyadic::TINY) };
        return DyadicInterval::new(low, high).unwrap_or(DyadicInterval::WHOLE);
    }
    let (mantissa, shift) = (i128::from(x.mantissa), x.exponent + 96);
    let scaled = if shift >= 0 { mantissa << shift } else { mantissa >> (-shift).min(127) };
    let (k, rest) = (scaled.div_euclid(LN_2), scaled.rem_euclid(LN_2));
    // 0 ≤ R < 2^96 and |k| < 2^22.
    let (Ok(t), Ok(k)) = (u64::try_from(rest >> 34), i64::try_from(k)) else { return DyadicInterval::WHOLE };
    let v = sum(&COEFFICIENTS, t);
    between(v.saturating_sub(1), v.saturating_add(9), k - 62)
}
