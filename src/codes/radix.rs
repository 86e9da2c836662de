//! Powers of s + 1. No cell occurs more than s times, so base s + 1 needs no carries and the digits of a sum are the
//! counts. The paper's base n + 1 is s = n; for the n − 1 other tokens base n suffices.

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{Pow, ToPrimitive, Zero};

/// (s+1)^cell.
pub(super) fn word(cell: u64, separated: u32) -> BigInt {
    Pow::pow(BigInt::from(u64::from(separated) + 1), cell)
}

/// The digits of a non-negative sum in base s + 1, lowest first, without zeros at the end. For s = 0, base 1, every
/// word is 1 and the only sum 0, without digits.
pub(super) fn digits(sum: &BigInt, separated: u32) -> Vec<BigInt> {
    let base = u64::from(separated) + 1;
    if base == 1 {
        return Vec::new();
    }
    // As many digits at once as fit a machine word: long divisions are what takes time.
    let length = (1..u64::BITS).take_while(|&e| base.checked_pow(e).is_some()).last().unwrap_or(1);
    let chunk = BigInt::from(base.pow(length));
    let (mut rest, mut digits) = (sum.clone(), Vec::new());
    while !rest.is_zero() {
        let (quotient, remainder) = rest.div_rem(&chunk);
        rest = quotient;
        let mut part = remainder.to_u64().unwrap_or_default();
        for _ in 0..length {
            digits.push(BigInt::from(part % base));
            part /= base;
        }
    }
    digits.truncate(digits.iter().rposition(|digit| !digit.is_zero()).map_or(0, |last| last + 1));
    digits
}
