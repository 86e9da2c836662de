//! Numbers as integers over one common denominator, in a type that refuses instead of overflowing: first `i128`, then,
//! if that refuses, `BigInt`.

use super::number::{Rational, pay_divisor};
use crate::limits::{MAX_DENOMINATOR_BITS, MAX_INTEGER_BITS};
use crate::work::{charge, limbs};
use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{One, Signed, ToPrimitive};

/// An integer left the range of its type (`i128`) or [`MAX_INTEGER_BITS`] (`BigInt`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Overflow;

/// An integer type that refuses instead of overflowing.
pub(crate) trait Int: Integer + Signed + Clone + Into<BigInt> {
    /// The same number in this type.
    fn read(value: &BigInt) -> Result<Self, Overflow>;
    /// The product.
    fn times(&self, other: &Self) -> Result<Self, Overflow>;
    /// `self += a · b`
    fn add_product(&mut self, a: &Self, b: &Self) -> Result<(), Overflow>;
}

impl Int for i128 {
    fn read(value: &BigInt) -> Result<Self, Overflow> {
        // The least i128 has no negative.
        value.to_i128().filter(|&value| value != i128::MIN).ok_or(Overflow)
    }
    fn times(&self, other: &Self) -> Result<Self, Overflow> {
        self.checked_mul(*other).ok_or(Overflow)
    }
    fn add_product(&mut self, a: &Self, b: &Self) -> Result<(), Overflow> {
        *self = self.checked_add(a.times(b)?).ok_or(Overflow)?;
        Ok(())
    }
}

impl Int for BigInt {
    fn read(value: &BigInt) -> Result<Self, Overflow> {
        charge(limbs(value.bits()));
        if value.bits() <= MAX_INTEGER_BITS { Ok(value.clone()) } else { Err(Overflow) }
    }
    fn times(&self, other: &Self) -> Result<Self, Overflow> {
        charge(4 + limbs(self.bits()) * limbs(other.bits()));
        if self.bits() + other.bits() <= MAX_INTEGER_BITS { Ok(self * other) } else { Err(Overflow) }
    }
    fn add_product(&mut self, a: &Self, b: &Self) -> Result<(), Overflow> {
        *self += a.times(b)?;
        Ok(())
    }
}

/// The least common denominator, refused once it is too large.
pub(crate) fn denominator<'a, T: Int>(
    values: impl IntoIterator<Item = &'a Rational>,
) -> Result<BigInt, Overflow> {
    common(values, |lcm| T::read(lcm).is_ok()).ok_or(Overflow)
}

/// The least common denominator; nothing as soon as it is longer than [`MAX_DENOMINATOR_BITS`].
pub(crate) fn short_denominator<'a>(values: impl IntoIterator<Item = &'a Rational>) -> Option<BigInt> {
    common(values, |lcm| lcm.bits() <= MAX_DENOMINATOR_BITS)
}

fn common<'a>(
    values: impl IntoIterator<Item = &'a Rational>,
    fits: impl Fn(&BigInt) -> bool,
) -> Option<BigInt> {
    let mut lcm = BigInt::one();
    for value in values {
        charge(4);
        // Weights of one kind mostly share their denominator.
        if value.has_denominator(&lcm) {
            continue;
        }
        let denominator = value.denom();
        charge(limbs(lcm.bits()).saturating_mul(limbs(denominator.bits())));
        if !lcm.is_multiple_of(&denominator) {
            pay_divisor(lcm.bits() + denominator.bits());
            // The remainder is short, so that the greatest common divisor is that of two short numbers.
            let common = denominator.gcd(&(&lcm % &denominator));
            lcm *= denominator / common;
            if !fits(&lcm) {
                return None;
            }
        }
    }
    Some(lcm)
}

/// The numerator of `value` over `denominator`, a multiple of its own denominator.
pub(crate) fn numerator<T: Int>(value: &Rational, denominator: &BigInt) -> Result<T, Overflow> {
    let numerator = value.numer();
    if value.has_denominator(denominator) {
        return T::read(&numerator);
    }
    let words = limbs(denominator.bits());
    charge(words.saturating_mul(words.saturating_add(limbs(numerator.bits()))));
    T::read(&(numerator * (denominator / value.denom())))
}
