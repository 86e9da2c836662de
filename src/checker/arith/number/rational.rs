//! The number type: a reduced fraction whose order cannot recurse, and whose operations pay for themselves.

use super::cost;
use super::word::Word;
use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::float::FloatCore;
use num_traits::{Num, One, Pow, Signed, ToPrimitive, Zero};
use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

/// A rational number, always reduced, with a positive denominator.
///
/// Numbers of two machine words, a numerator in `i64` and a denominator in `u64`, lie where they are, in 16 bytes; longer ones elsewhere.
///
/// [`BigRational`] compares by the continued fractions of both sides, one stack frame per common step: two long
/// numbers made for the purpose overflow the stack. This one compares by cross multiplication.
#[derive(PartialEq, Eq, Hash)]
pub struct Rational(Repr);

/// Short whenever that is possible, so that equal numbers are represented alike.
enum Repr {
    Short(Word),
    Long(Box<BigRational>),
}

impl Rational {
    /// `numerator / denominator`, reduced; the denominator must not be 0.
    pub fn new(numerator: BigInt, denominator: BigInt) -> Self {
        cost::reduction(&numerator, &denominator);
        Self::of_fraction(BigRational::new(numerator, denominator))
    }

    /// The integer as a rational.
    pub fn from_integer(value: BigInt) -> Self {
        Self::of_fraction(BigRational::from_integer(value))
    }

    /// A fraction that the caller knows to be reduced, with a positive denominator.
    pub fn reduced(numerator: BigInt, denominator: BigInt) -> Self {
        debug_assert!(denominator.is_positive() && numerator.gcd(&denominator).is_one());
        Self::of_fraction(BigRational::new_raw(numerator, denominator))
    }

    /// The same, of integers of two words.
    pub(super) fn of_parts(numerator: i128, denominator: u128) -> Self {
        match Word::reduced(numerator, denominator) {
            Some(word) => Self(Repr::Short(word)),
            None => Self(Repr::Long(Box::new(BigRational::new_raw(numerator.into(), denominator.into())))),
        }
    }

    fn of_fraction(fraction: BigRational) -> Self {
        let word = || Word::reduced(fraction.numer().to_i64()?.into(), fraction.denom().to_u64()?.into());
        match word() {
            Some(word) => Self(Repr::Short(word)),
            None => Self(Repr::Long(Box::new(fraction))),
        }
    }

    fn fraction(&self) -> Cow<'_, BigRational> {
        match &self.0 {
            Repr::Short(_) => Cow::Owned(BigRational::new_raw(self.numer(), self.denom())),
            Repr::Long(fraction) => Cow::Borrowed(fraction),
        }
    }

    fn word(&self) -> Option<Word> {
        match self.0 {
            Repr::Short(word) => Some(word),
            Repr::Long(_) => None,
        }
    }

    /// What `short` makes of words, a reduced fraction, and else `long` of others.
    pub(super) fn combine(
        &self,
        other: &Self,
        short: impl FnOnce(Word, Word) -> Option<(i128, u128)>,
        long: impl FnOnce(&BigRational, &BigRational) -> BigRational,
    ) -> Self {
        match self.word().zip(other.word()).and_then(|(a, b)| short(a, b)) {
            Some((numerator, denominator)) => Self::of_parts(numerator, denominator),
            None => Self::of_fraction(long(&self.fraction(), &other.fraction())),
        }
    }

    /// The value of a float, exactly; nothing for NaN and infinities.
    pub fn from_float<T: FloatCore>(value: T) -> Option<Self> {
        BigRational::from_float(value).map(Self::of_fraction)
    }

    /// The numerator.
    pub fn numer(&self) -> BigInt {
        match &self.0 {
            Repr::Short(word) => word.numerator().into(),
            Repr::Long(fraction) => fraction.numer().clone(),
        }
    }

    /// The denominator, positive.
    pub fn denom(&self) -> BigInt {
        match &self.0 {
            Repr::Short(word) => word.denominator().into(),
            Repr::Long(fraction) => fraction.denom().clone(),
        }
    }

    /// Whether the denominator is this one.
    pub(crate) fn has_denominator(&self, denominator: &BigInt) -> bool {
        match &self.0 {
            Repr::Short(word) => denominator.to_u64() == Some(word.denominator()),
            Repr::Long(fraction) => fraction.denom() == denominator,
        }
    }

    /// The bits of numerator and denominator together.
    pub fn bits(&self) -> u64 {
        match &self.0 {
            Repr::Short(word) => word.bits(),
            Repr::Long(fraction) => fraction.numer().bits() + fraction.denom().bits(),
        }
    }

    /// Whether the denominator is 1.
    pub fn is_integer(&self) -> bool {
        match &self.0 {
            Repr::Short(word) => word.denominator() == 1,
            Repr::Long(fraction) => fraction.denom().is_one(),
        }
    }

    /// The largest integer that is not larger.
    pub fn floor(&self) -> Self {
        cost::division(self.bits());
        match &self.0 {
            Repr::Short(word) => Self::of_parts(word.floor(), 1),
            Repr::Long(fraction) => Self::of_fraction(fraction.floor()),
        }
    }

    /// The smallest integer that is not smaller.
    pub fn ceil(&self) -> Self {
        cost::division(self.bits());
        match &self.0 {
            Repr::Short(word) => Self::of_parts(word.ceil(), 1),
            Repr::Long(fraction) => Self::of_fraction(fraction.ceil()),
        }
    }

    /// The nearest integer, halves away from 0.
    pub fn round(&self) -> Self {
        cost::division(self.bits());
        Self::of_fraction(self.fraction().round())
    }

    /// The integer part, rounded towards 0.
    pub fn to_integer(&self) -> BigInt {
        cost::division(self.bits());
        self.fraction().to_integer()
    }

    /// `1 / self`; the number must not be 0.
    pub fn recip(&self) -> Self {
        cost::copy(self.bits());
        Self::of_fraction(self.fraction().recip())
    }

    /// `self^exponent`; 1 for exponent 0.
    pub fn pow(&self, exponent: u32) -> Self {
        cost::power(self.bits(), exponent);
        match self.word().and_then(|word| word.power(exponent)) {
            Some(word) => Self(Repr::Short(word)),
            None => Self::of_fraction(Pow::pow(&*self.fraction(), exponent)),
        }
    }

    pub(super) fn negated(&self) -> Self {
        match &self.0 {
            Repr::Short(word) => Self::of_parts(-i128::from(word.numerator()), word.denominator().into()),
            Repr::Long(fraction) => Self::of_fraction(-&**fraction),
        }
    }
}

impl PartialEq for Repr {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Short(a), Self::Short(b)) => a == b,
            // `BigRational` goes through continued fractions here, too.
            (Self::Long(a), Self::Long(b)) => a.denom() == b.denom() && a.numer() == b.numer(),
            _ => false,
        }
    }
}

impl Eq for Repr {}

impl Hash for Repr {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Self::Short(word) => word.hash(state),
            Self::Long(fraction) => (fraction.numer(), fraction.denom()).hash(state),
        }
    }
}

impl Default for Rational {
    fn default() -> Self {
        Self::zero()
    }
}

impl Clone for Rational {
    fn clone(&self) -> Self {
        cost::copy(self.bits());
        match &self.0 {
            Repr::Short(word) => Self(Repr::Short(*word)),
            Repr::Long(fraction) => Self(Repr::Long(fraction.clone())),
        }
    }
}

impl Ord for Rational {
    fn cmp(&self, other: &Self) -> Ordering {
        let (a, b) = match (&self.0, &other.0) {
            (Repr::Short(a), Repr::Short(b)) => return a.cmp(b),
            _ => (self.fraction(), other.fraction()),
        };
        if a.denom() == b.denom() || a.numer().sign() != b.numer().sign() {
            return a.numer().cmp(b.numer());
        }
        cost::comparison(self.bits(), other.bits());
        (a.numer() * b.denom()).cmp(&(b.numer() * a.denom()))
    }
}

impl PartialOrd for Rational {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Rational {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        cost::printing(self.bits());
        fmt::Display::fmt(&*self.fraction(), f)
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
        Self(Repr::Short(Word::ZERO))
    }

    fn is_zero(&self) -> bool {
        self.0 == Repr::Short(Word::ZERO)
    }
}

impl One for Rational {
    fn one() -> Self {
        Self(Repr::Short(Word::ONE))
    }

    fn is_one(&self) -> bool {
        self.0 == Repr::Short(Word::ONE)
    }
}

impl Num for Rational {
    type FromStrRadixErr = num_rational::ParseRatioError;

    fn from_str_radix(text: &str, radix: u32) -> Result<Self, Self::FromStrRadixErr> {
        BigRational::from_str_radix(text, radix).map(Self::of_fraction)
    }
}

impl Signed for Rational {
    fn abs(&self) -> Self {
        if self.is_negative() { -self } else { self.clone() }
    }

    fn abs_sub(&self, other: &Self) -> Self {
        if self <= other { Self::zero() } else { self - other }
    }

    fn signum(&self) -> Self {
        let (positive, negative) = (self.is_positive(), self.is_negative());
        Self::of_parts(i128::from(positive) - i128::from(negative), 1)
    }

    fn is_positive(&self) -> bool {
        match &self.0 {
            Repr::Short(word) => word.numerator() > 0,
            Repr::Long(fraction) => fraction.is_positive(),
        }
    }

    fn is_negative(&self) -> bool {
        match &self.0 {
            Repr::Short(word) => word.numerator() < 0,
            Repr::Long(fraction) => fraction.is_negative(),
        }
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
        cost::division(self.bits());
        match self.word().and_then(Word::to_f64) {
            Some(value) => Some(value),
            None => self.fraction().to_f64(),
        }
    }
}
