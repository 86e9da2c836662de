//! Whether all sums of a form are essential, modulo a prime.
//!
//! A matrix whose rank is full modulo a prime that divides none of its denominators has full rank. That is so for most forms,
//! and numbers of thousands of digits are reduced once.

use super::Sumformer;
use num_bigint::BigInt;
use num_traits::ToPrimitive;
use std::collections::BTreeMap;
use sumformer_checker::arith::number::Rational;
use sumformer_checker::arith::polynomial::Monomial;

/// 2^61 − 1
const PRIME: u64 = (1 << 61) - 1;

/// A row of a matrix, by column; no entry is 0.
type Row = BTreeMap<usize, u64>;

/// Whether the gradients in the sums certainly span everything.
pub(super) fn certainly_full(form: &Sumformer) -> bool {
    let Some(mut rows) = gradients(form) else { return false };
    rows.sort_by_cached_key(Row::len);
    let mut pivots: BTreeMap<usize, Row> = BTreeMap::new();
    for mut row in rows {
        while let Some((&column, &leading)) = row.first_key_value() {
            match pivots.get(&column) {
                Some(pivot) => add_multiple(&mut row, pivot, PRIME - leading),
                None => {
                    let scale = inverse(leading);
                    row.values_mut().for_each(|entry| *entry = times(*entry, scale));
                    pivots.insert(column, row);
                    break;
                }
            }
        }
        if pivots.len() == form.features.len() {
            break;
        }
    }
    pivots.len() == form.features.len()
}

/// The coefficients of ∂f_o/∂p_j, a row for each output and monomial; nothing if a denominator is a multiple of the prime.
fn gradients(form: &Sumformer) -> Option<Vec<Row>> {
    let mut rows: BTreeMap<(usize, Monomial), Row> = BTreeMap::new();
    for (o, psi) in form.psi.iter().enumerate() {
        for (monomial, coefficient) in psi.terms() {
            let coefficient = residue(coefficient)?;
            for &(v, exponent) in monomial.powers() {
                let Some(j) = (v as usize).checked_sub(form.dimension) else { continue };
                let (_, rest) = monomial.without(v);
                let lower = rest.times(&Monomial::from_powers([(v, exponent - 1)]));
                let slope = times(coefficient, exponent.into());
                if slope != 0 {
                    rows.entry((o, lower)).or_default().insert(j, slope);
                }
            }
        }
    }
    Some(rows.into_values().collect())
}

/// Adds a multiple of a row.
fn add_multiple(row: &mut Row, other: &Row, factor: u64) {
    for (&column, &entry) in other {
        let sum = row.entry(column).or_default();
        *sum = (*sum + times(entry, factor)) % PRIME;
    }
    row.retain(|_, entry| *entry != 0);
}

fn residue(value: &Rational) -> Option<u64> {
    let part = |n: BigInt| {
        let rest = (&n % BigInt::from(PRIME) + BigInt::from(PRIME)) % BigInt::from(PRIME);
        rest.to_u64()
    };
    let (numerator, denominator) = (part(value.numer())?, part(value.denom())?);
    (denominator != 0).then(|| times(numerator, inverse(denominator)))
}

fn times(a: u64, b: u64) -> u64 {
    (u128::from(a) * u128::from(b) % u128::from(PRIME)) as u64
}

/// a^(p − 2)
fn inverse(a: u64) -> u64 {
    let (mut power, mut result) = (a, 1);
    for bit in 0..61 {
        if ((PRIME - 2) >> bit) & 1 == 1 {
            result = times(result, power);
        }
        power = times(power, power);
    }
    result
}
