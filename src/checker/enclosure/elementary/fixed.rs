//! Power series in fixed point: the integer m stands for m·u, u = 2^-62. All numbers are ≥ 0 and below 4.
//!
//! *Horner's rule.* For s_i = c_i + t·s_{i+1}, i < N, s_N = 0, the integers v_i = ⌊c_i/u⌋ + ⌊t·v_{i+1}⌋ are computed.
//! Each of the two roundings loses less than 1, and 0 ≤ t ≤ τ < 1, so that the loss e_i = s_i/u − v_i has 0 ≤ e_i < 2
//! + τ·e_{i+1}:
//!
//! > **(1)** 0 ≤ s_0/u − v_0 < 2/(1 − τ).
//!
//! With alternating signs, s_i = c_i − t·s_{i+1}, the two losses in v_i = ⌊c_i/u⌋ − ⌊t·v_{i+1}⌋ have opposite signs,
//! so that
//! |e_i| < 1 + τ·|e_{i+1}|:
//!
//! > **(2)** |s_0/u − v_0| < 1/(1 − τ).
//!
//! *No overflow.* In the series here 0 ≤ v_i, 0 ≤ s_i ≤ 2 — for alternating signs because c_i ≥ c_{i+1} and t < 1 —
//! so v_i < 2^63 + 8, and a product of two such integers has at most 127 bits.

use crate::arith::dyadic::Rounding::{Down, Up};
use crate::arith::dyadic::{Dyadic, rounded};
use crate::arith::dyadic_interval::DyadicInterval;

/// The number of binary places.
pub(super) const PLACES: u32 = 62;

/// The number of terms of each series.
pub(super) const TERMS: usize = 20;

/// ⌊1/(u·(first + step·i)!)⌋ for i < `TERMS`; 0 beyond 30!, where 1/k! < u.
pub(super) const fn inverse_factorials(first: usize, step: usize) -> [u64; TERMS] {
    let mut coefficients = [0; TERMS];
    let mut i = 0;
    while i < TERMS && first + step * i <= 30 {
        // 20! is the last that has 64 bits, and has 62: beyond, the quotient by the factors from 21 on is taken.
        let (mut quotient, mut factorial, mut k, mut factor) = (1_u64 << PLACES, 1_u64, 2, 2_u64);
        while k <= first + step * i {
            if k <= 20 {
                factorial *= factor;
            } else {
                quotient /= factor;
            }
            (k, factor) = (k + 1, factor + 1);
        }
        coefficients[i] = quotient / factorial;
        i += 1;
    }
    coefficients
}

#[inline]
fn times(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    // Below 2^64, see above; what is larger than any sum here is a bound too.
    u64::try_from(product >> PLACES).unwrap_or(u64::MAX)
}

/// Σ c_i t^i for the first `terms` coefficients, with the error (1).
#[inline]
pub(super) fn sum(coefficients: &[u64], t: u64) -> u64 {
    coefficients.iter().rev().fold(0, |rest, &c| c.saturating_add(times(t, rest)))
}

/// Σ c_i (−t)^i, with the error (2).
#[inline]
pub(super) fn alternating(coefficients: &[u64], t: u64) -> u64 {
    coefficients.iter().rev().fold(0, |rest, &c| c.saturating_sub(times(t, rest)))
}

/// The interval from low·2^exponent to high·2^exponent.
#[inline]
pub(super) fn between(low: u64, high: u64, exponent: i64) -> DyadicInterval {
    let (low, high) = (rounded(low.into(), exponent, Down), rounded(high.into(), exponent, Up));
    DyadicInterval::new(low, high).unwrap_or(DyadicInterval::WHOLE)
}

/// A t with t·u ≤ r² for all r of an interval.
///
/// If [a, b] are the absolute values of its elements, b < 1 and b² − a² ≤ 4u, then r² < (t + 6)u: a² is rounded down
/// to 62 bits, where the last place is at most u, and then to u.
#[inline]
pub(super) fn square(r: DyadicInterval) -> u64 {
    floor(r.abs().inf().pow(2, Down))
}

/// ⌊value/u⌋ for 0 ≤ value < 1; something smaller for other numbers.
fn floor(value: Dyadic) -> u64 {
    let shift = -(i64::from(value.exponent) + i64::from(PLACES));
    if value.mantissa < 0 || shift < 0 { 0 } else { value.mantissa.unsigned_abs() >> shift.min(63) }
}
