//! What operations on rationals cost, in units of [`crate::work`].
//!
//! Results are reduced by a binary greatest common divisor, whose every step removes a bit or two of two numbers and
//! goes through their limbs; products and quotients take less.

use crate::work::{charge, limbs};
use num_bigint::BigInt;

/// What any operation takes, however short its numbers.
const OPERATION: u64 = 8;

/// Pays for a greatest common divisor, a least common multiple, or an operation that reduces, of numbers that have so many bits together.
#[inline]
pub(crate) fn pay_divisor(bits: u64) {
    charge(OPERATION + divisor(bits));
}

/// A greatest common divisor of numbers that have so many bits together.
fn divisor(bits: u64) -> u64 {
    (bits / 2).saturating_mul(limbs(bits))
}

/// Reducing a fraction.
pub(super) fn reduction(numerator: &BigInt, denominator: &BigInt) {
    charge(OPERATION + divisor(numerator.bits() + denominator.bits()));
}

/// Cross multiplication of numbers that have so many bits.
#[inline]
pub(super) fn comparison(a: u64, b: u64) {
    charge(OPERATION + limbs(a).saturating_mul(limbs(b)));
}

/// The integer part.
pub(super) fn division(bits: u64) {
    let limbs = limbs(bits);
    charge(OPERATION + limbs.saturating_mul(limbs));
}

/// A copy, or a change of sign.
#[inline]
pub(super) fn copy(bits: u64) {
    charge(limbs(bits));
}

/// A power, by repeated squaring; the last square is as long as all before it together.
pub(super) fn power(bits: u64, exponent: u32) {
    let limbs = limbs(bits.saturating_mul(u64::from(exponent)));
    charge(OPERATION + limbs.saturating_mul(limbs));
}

/// Decimal digits, for which a long number is divided again and again.
pub(super) fn printing(bits: u64) {
    let limbs = limbs(bits);
    charge(OPERATION + limbs.saturating_mul(limbs));
}
