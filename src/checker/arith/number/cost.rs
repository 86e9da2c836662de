//! What operations on rationals cost, in units of [`crate::work`].
//!
//! Results are reduced by a binary greatest common divisor, whose every step removes a bit or two of two numbers and
//! goes through their limbs; products and quotients take less.

use crate::work::{charge, limbs};
use num_bigint::BigInt;
use num_rational::BigRational;

/// What any operation takes, however short its numbers.
const OPERATION: u64 = 8;

fn bits(value: &BigRational) -> u64 {
    value.numer().bits() + value.denom().bits()
}

/// Pays for a greatest common divisor, or a least common multiple, of numbers that have so many bits together.
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

/// A sum or difference.
#[inline]
pub(super) fn sum(a: &BigRational, b: &BigRational) {
    charge(OPERATION + divisor(bits(a) + bits(b)));
}

/// A product or quotient.
#[inline]
pub(super) fn product(a: &BigRational, b: &BigRational) {
    charge(OPERATION + divisor(bits(a) + bits(b)));
}

/// Cross multiplication.
#[inline]
pub(super) fn comparison(a: &BigRational, b: &BigRational) {
    let (a, b) = (limbs(bits(a)), limbs(bits(b)));
    charge(OPERATION + a.saturating_mul(b));
}

/// The integer part.
pub(super) fn division(value: &BigRational) {
    let limbs = limbs(bits(value));
    charge(OPERATION + limbs.saturating_mul(limbs));
}

/// A copy, or a change of sign.
#[inline]
pub(super) fn copy(value: &BigRational) {
    charge(limbs(bits(value)));
}

/// A power, by repeated squaring; the last square is as long as all before it together.
pub(super) fn power(value: &BigRational, exponent: u32) {
    let limbs = limbs(bits(value).saturating_mul(u64::from(exponent)));
    charge(OPERATION + limbs.saturating_mul(limbs));
}

/// Decimal digits, for which a long number is divided again and again.
pub(super) fn printing(value: &BigRational) {
    let limbs = limbs(bits(value));
    charge(OPERATION + limbs.saturating_mul(limbs));
}
