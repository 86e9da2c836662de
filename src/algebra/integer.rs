//! Integers that stay in a machine word while they fit: the coefficients of hot loops.

use num_bigint::BigInt;
use num_integer::Integer as _;
use num_traits::{One, ToPrimitive};
use sumformer_checker::arith::number::Rational;
use sumformer_checker::work::{charge, limbs};

/// The least common multiple of the denominators.
pub(crate) fn common_denominator<'a>(values: impl IntoIterator<Item = &'a Rational>) -> BigInt {
    values.into_iter().fold(BigInt::one(), |lcm, value| {
        let bits = lcm.bits() + value.denom().bits();
        charge(limbs(bits).saturating_mul(limbs(bits)));
        if lcm.is_multiple_of(&value.denom()) {
            return lcm;
        }
        charge((bits / 2).saturating_mul(limbs(bits)));
        lcm.lcm(&value.denom())
    })
}

/// An integer. Canonical: `Small` whenever it fits, so that derived equality is equality of values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Integer {
    Small(i128),
    Large(BigInt),
}

impl Integer {
    pub(super) const ONE: Self = Self::Small(1);

    pub(super) fn is_zero(&self) -> bool {
        matches!(self, Self::Small(0))
    }

    pub(super) fn to_big(&self) -> BigInt {
        match self {
            Self::Small(value) => BigInt::from(*value),
            Self::Large(value) => value.clone(),
        }
    }

    /// 128-bit words needed: what a coefficient counts against a size limit.
    pub(super) fn words(&self) -> usize {
        match self {
            Self::Small(_) => 1,
            Self::Large(value) => (value.bits() / 128 + 1) as usize,
        }
    }

    pub(super) fn add(&mut self, other: &Self) {
        if let (Self::Small(a), Self::Small(b)) = (&*self, other)
            && let Some(sum) = a.checked_add(*b)
        {
            *self = Self::Small(sum);
            return;
        }
        *self = (self.to_big() + other.to_big()).into();
    }

    pub(super) fn times(&self, other: &Self) -> Self {
        if let (Self::Small(a), Self::Small(b)) = (self, other)
            && let Some(product) = a.checked_mul(*b)
        {
            return Self::Small(product);
        }
        (self.to_big() * other.to_big()).into()
    }

    /// self / divisor for a divisor known to divide; truncated towards zero otherwise, 0 for divisor 0.
    pub(super) fn exact_quotient(&self, divisor: &Self) -> Self {
        match (self, divisor) {
            (_, Self::Small(1)) => self.clone(),
            (_, Self::Small(0)) => Self::Small(0),
            (Self::Small(a), Self::Small(b)) if *b > 0 => Self::Small(a / b),
            _ => (self.to_big() / divisor.to_big()).into(),
        }
    }

    /// The non-negative greatest common divisor.
    pub(super) fn gcd(&self, other: &Self) -> Self {
        if let (Self::Small(a), Self::Small(b)) = (self, other) {
            return BigInt::from(gcd(a.unsigned_abs(), b.unsigned_abs())).into();
        }
        self.to_big().gcd(&other.to_big()).into()
    }

    /// The positive least common multiple of two positive integers.
    pub(super) fn lcm(&self, other: &Self) -> Self {
        self.exact_quotient(&self.gcd(other)).times(other)
    }
}

impl From<BigInt> for Integer {
    fn from(value: BigInt) -> Self {
        value.to_i128().map_or(Self::Large(value), Self::Small)
    }
}

/// k!.
pub(super) fn factorial(k: u32) -> Integer {
    (2..=i128::from(k)).fold(Integer::ONE, |product, i| product.times(&Integer::Small(i)))
}

/// gcd of machine integers, dropping to 64 bits as soon as both fit.
pub(super) fn gcd(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        if let (Ok(x), Ok(y)) = (u64::try_from(a), u64::try_from(b)) {
            return u128::from(x.gcd(&y));
        }
        (a, b) = (b, a % b);
    }
    a
}
