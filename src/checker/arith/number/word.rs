//! Fractions of machine words, as nearly all weights are: no memory of their own, and products that fit two words.
//!
//! *Why results are reduced* (Knuth, The Art of Computer Programming, vol. 2, section 4.5.1). If a/b and c/d are, then a prime that
//! divides ac and bd divides a and d, or c and b: all that is common is gcd(a, d)·gcd(c, b). Of a sum with b = g·b', d = g·d',
//! g = gcd(b, d), a prime that divides n = a·d' + c·b' and b' divides a·d', but not d', so it would divide a and b; likewise for d'. So n and
//! g·b'·d' have in common what n and g have.

use num_integer::Integer;
use num_traits::ToPrimitive;
use std::cmp::Ordering;
use std::num::NonZeroU64;

/// Numerator and denominator of a reduced fraction.
type Parts = (i128, u128);

/// A reduced fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Word {
    numerator: i64,
    denominator: NonZeroU64,
}

impl Word {
    pub(super) const ZERO: Self = Self { numerator: 0, denominator: NonZeroU64::MIN };
    pub(super) const ONE: Self = Self { numerator: 1, denominator: NonZeroU64::MIN };

    /// A fraction that is known to be reduced, if it is short enough.
    pub(super) fn reduced(numerator: i128, denominator: u128) -> Option<Self> {
        let denominator = NonZeroU64::new(u64::try_from(denominator).ok()?)?;
        Some(Self { numerator: i64::try_from(numerator).ok()?, denominator })
    }

    pub(super) fn numerator(self) -> i64 {
        self.numerator
    }

    pub(super) fn denominator(self) -> u64 {
        self.denominator.get()
    }

    /// The bits of both numbers.
    pub(super) fn bits(self) -> u64 {
        let zeros = self.numerator.unsigned_abs().leading_zeros() + self.denominator.leading_zeros();
        u64::from(2 * u64::BITS - zeros)
    }

    /// The sum with `sign` times the other, unless it takes more than two words on the way.
    pub(super) fn combination(self, other: Self, sign: i128) -> Option<Parts> {
        let (a, b) = (self.denominator(), other.denominator());
        let common = divisor(a, b);
        let (left, right) = (a / common, b / common);
        let first = i128::from(self.numerator) * i128::from(right);
        let second = i128::from(other.numerator) * i128::from(left) * sign;
        let numerator = first.checked_add(second)?;
        // Nothing else is common.
        let rest = match common {
            1 => 1,
            common => divisor(u64::try_from(numerator.unsigned_abs() % u128::from(common)).ok()?, common),
        };
        Some((numerator / i128::from(rest), u128::from(left) * u128::from(b / rest)))
    }

    pub(super) fn product(self, other: Self) -> Parts {
        let (a, b, c, d) = (self.numerator, self.denominator(), other.numerator, other.denominator());
        let (first, second) = (divisor(a.unsigned_abs(), d), divisor(c.unsigned_abs(), b));
        let numerator = i128::from(a) / i128::from(first) * (i128::from(c) / i128::from(second));
        (numerator, u128::from(b / second) * u128::from(d / first))
    }

    /// The quotient by a number that is not 0.
    pub(super) fn quotient(self, other: Self) -> Parts {
        let (a, b, c, d) = (self.numerator, self.denominator(), other.numerator, other.denominator());
        let size = c.unsigned_abs();
        let (first, second) = (divisor(a.unsigned_abs(), size), divisor(d, b));
        let numerator = i128::from(a) / i128::from(first) * i128::from(d / second);
        let denominator = u128::from(b / second) * u128::from(size / first);
        (if c < 0 { -numerator } else { numerator }, denominator)
    }

    pub(super) fn power(self, exponent: u32) -> Option<Self> {
        let numerator = self.numerator.checked_pow(exponent)?;
        Self::reduced(numerator.into(), self.denominator().checked_pow(exponent)?.into())
    }

    pub(super) fn floor(self) -> i128 {
        i128::from(self.numerator).div_euclid(self.denominator().into())
    }

    pub(super) fn ceil(self) -> i128 {
        -(-i128::from(self.numerator)).div_euclid(self.denominator().into())
    }

    /// The nearest float, where both numbers are floats, so that one division rounds.
    pub(super) fn to_f64(self) -> Option<f64> {
        let exact = |bits: u32| bits <= f64::MANTISSA_DIGITS;
        let bits = |number: u64| u64::BITS - number.leading_zeros();
        let (numerator, denominator) = (self.numerator.to_f64()?, self.denominator().to_f64()?);
        (exact(bits(self.numerator.unsigned_abs())) && exact(bits(self.denominator())))
            .then(|| numerator / denominator)
    }
}

impl Ord for Word {
    fn cmp(&self, other: &Self) -> Ordering {
        let across = |a: &Self, b: &Self| i128::from(a.numerator) * i128::from(b.denominator());
        across(self, other).cmp(&across(other, self))
    }
}

impl PartialOrd for Word {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The greatest common divisor of two numbers of which the second is not 0.
pub(super) fn divisor(a: u64, b: u64) -> u64 {
    match (a, b) {
        (0, b) => b,
        (1, _) | (_, 1) => 1,
        (a, b) if b.is_power_of_two() => 1 << a.trailing_zeros().min(b.trailing_zeros()),
        (a, b) if a.is_power_of_two() => 1 << a.trailing_zeros().min(b.trailing_zeros()),
        (a, b) => a.gcd(&b),
    }
}
