//! The number type: a reduced fraction whose order cannot recurse, and whose operations pay for themselves.

use super::cost;
use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::float::FloatCore;
use num_traits::{Num, One, Pow, Signed, ToPrimitive, Zero};
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

/// A rational number, always reduced, with a positive denominator.
///
/// [`BigRational`] compares by the continued fractions of both sides, one stack frame per common step: two long
/// numbers made for the purpose overflow the stack. This one compares by cross multiplication.
#[derive(Default)]
pub struct Rational(pub(super) BigRational);

impl Rational {
    /// `numerator / denominator`, reduced; the denominator must not be 0.
    pub fn new(numerator: BigInt, denominator: BigInt) -> Self {
        cost::reduction(&numerator, &denominator);
        Self(BigRational::new(numerator, denominator))
    }

    /// The integer as a rational.
    pub fn from_integer(value: BigInt) -> Self {
        Self(BigRational::from_integer(value))
    }

    /// A fraction that the caller knows to be reduced, with a positive denominator.
    pub fn reduced(numerator: BigInt, denominator: BigInt) -> Self {
        debug_assert!(denominator.is_positive() && numerator.gcd(&denominator).is_one());
        Self(BigRational::new_raw(numerator, denominator))
    }

    /// The value of a float, exactly; nothing for NaN and infinities.
    pub fn from_float<T: FloatCore>(value: T) -> Option<Self> {
        BigRational::from_float(value).map(Self)
    }

    /// The numerator.
    pub fn numer(&self) -> &BigInt {
        self.0.numer()
    }

    /// The denominator, positive.
    pub fn denom(&self) -> &BigInt {
        self.0.denom()
    }

    /// Whether the denominator is 1.
    pub fn is_integer(&self) -> bool {
        self.denom().is_one()
    }

    /// The largest integer that is not larger.
    pub fn floor(&self) -> Self {
        cost::division(&self.0);
        Self(self.0.floor())
    }

    /// The smallest integer that is not smaller.
    pub fn ceil(&self) -> Self {
        cost::division(&self.0);
        Self(self.0.ceil())
    }

    /// The nearest integer, halves away from 0.
    pub fn round(&self) -> Self {
        cost::division(&self.0);
        Self(self.0.round())
    }

    /// The integer part, rounded towards 0.
    pub fn to_integer(&self) -> BigInt {
        cost::division(&self.0);
        self.0.to_integer()
    }

    /// `1 / self`; the number must not be 0.
    pub fn recip(&self) -> Self {
        cost::copy(&self.0);
        Self(self.0.recip())
    }

    /// `self^exponent`; 1 for exponent 0.
    pub fn pow(&self, exponent: u32) -> Self {
        cost::power(&self.0, exponent);
        Self(Pow::pow(&self.0, exponent))
    }
}

impl Clone for Rational {
    fn clone(&self) -> Self {
        cost::copy(&self.0);
        Self(self.0.clone())
    }
}

impl PartialEq for Rational {
    fn eq(&self, other: &Self) -> bool {
        self.denom() == other.denom() && self.numer() == other.numer()
    }
}

impl Eq for Rational {}

impl Hash for Rational {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.numer().hash(state);
        self.denom().hash(state);
    }
}

impl Ord for Rational {
    fn cmp(&self, other: &Self) -> Ordering {
        if self.denom() == other.denom() || self.numer().sign() != other.numer().sign() {
            return self.numer().cmp(other.numer());
        }
        cost::comparison(&self.0, &other.0);
        (self.numer() * other.denom()).cmp(&(other.numer() * self.denom()))
    }
}

impl PartialOrd for Rational {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Rational {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        cost::printing(&self.0);
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Rational {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<BigInt> for Rational {
    fn from(value: BigInt) -> Self {
        Self::from_integer(value)
    }
}

impl Zero for Rational {
    fn zero() -> Self {
        Self(BigRational::zero())
    }

    fn is_zero(&self) -> bool {
        self.0.is_zero()
    }
}

impl One for Rational {
    fn one() -> Self {
        Self(BigRational::one())
    }

    fn is_one(&self) -> bool {
        self.numer().is_one() && self.denom().is_one()
    }
}

impl Num for Rational {
    type FromStrRadixErr = num_rational::ParseRatioError;

    fn from_str_radix(text: &str, radix: u32) -> Result<Self, Self::FromStrRadixErr> {
        BigRational::from_str_radix(text, radix).map(Self)
    }
}

impl Signed for Rational {
    fn abs(&self) -> Self {
        cost::copy(&self.0);
        Self(self.0.abs())
    }

    fn abs_sub(&self, other: &Self) -> Self {
        if self <= other { Self::zero() } else { self - other }
    }

    fn signum(&self) -> Self {
        Self(self.0.signum())
    }

    fn is_positive(&self) -> bool {
        self.numer().is_positive()
    }

    fn is_negative(&self) -> bool {
        self.numer().is_negative()
    }
}

impl ToPrimitive for Rational {
    fn to_i64(&self) -> Option<i64> {
        self.to_integer().to_i64()
    }

    fn to_u64(&self) -> Option<u64> {
        self.to_integer().to_u64()
    }

    fn to_f64(&self) -> Option<f64> {
        cost::division(&self.0);
        self.0.to_f64()
    }
}
