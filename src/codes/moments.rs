//! Power sums of the cell numbers.

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{One, Zero};
use std::iter::successors;

/// c, c², …, c^s.
pub(super) fn word(cell: u64, separated: u32) -> Vec<BigInt> {
    let cell = BigInt::from(cell);
    successors(Some(cell.clone()), |power| Some(power * &cell)).take(separated as usize).collect()
}

/// The s numbers in 0..M with power sums p_1..p_s: the roots of Σ_k (−1)^k e_k t^{s−k}, with the e_k from Newton's
/// identities k·e_k = Σ_{1≤i≤k} (−1)^{i−1} e_{k−i} p_i. In increasing order; none if there are no such numbers.
pub(super) fn decode(power_sums: &[BigInt], cells: u64) -> Option<Vec<u64>> {
    // Coefficients (−1)^k e_k, highest power of t first; the signs turn the identity into k·a_k = −Σ a_{k−i} p_i.
    let mut coefficients = vec![BigInt::one()];
    for k in 1..=power_sums.len() {
        let sum: BigInt = coefficients.iter().rev().zip(power_sums).map(|(a, p)| a * p).sum();
        let (quotient, remainder) = (-sum).div_rem(&BigInt::from(k));
        if !remainder.is_zero() {
            return None;
        }
        coefficients.push(quotient);
    }
    integer_roots(coefficients, cells - 1)
}

/// The roots of a monic polynomial, if all are integers in 0..=largest, in increasing order.
///
/// Newton's iteration from above: right of the largest root r of a polynomial with real roots only,
/// P/P' = 1/Σ 1/(t − r_i) ≤ t − r, so t − ⌊P/P'⌋ does not pass r; and t − 1 does not pass an integer r < t. Where a
/// sign shows that not all roots are real and at most t, there is no answer.
fn integer_roots(mut coefficients: Vec<BigInt>, largest: u64) -> Option<Vec<u64>> {
    let mut roots = Vec::new();
    let mut t = largest;
    while coefficients.len() > 1 {
        let (quotient, value) = divide_by_linear(&coefficients, t);
        if value.is_zero() {
            roots.push(t);
            coefficients = quotient;
            continue;
        }
        // P = Q·(x − t) + P(t), so P'(t) = Q(t).
        let slope = divide_by_linear(&quotient, t).1;
        if value < BigInt::zero() || slope <= BigInt::zero() {
            return None;
        }
        let step = u64::try_from(value / slope).ok()?;
        t = t.checked_sub(step.max(1))?;
    }
    roots.reverse();
    Some(roots)
}

/// Horner's scheme: the quotient by x − t and the value at t, coefficients from the highest power on.
fn divide_by_linear(coefficients: &[BigInt], t: u64) -> (Vec<BigInt>, BigInt) {
    let mut row = Vec::with_capacity(coefficients.len());
    let mut value = BigInt::zero();
    for coefficient in coefficients {
        value = value * t + coefficient;
        row.push(value.clone());
    }
    row.pop();
    (row, value)
}
