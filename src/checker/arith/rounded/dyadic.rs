//! Dyadic numbers with 62 significant bits and directed rounding: integers and shifts only, nothing allocated.
//!
//! *What an operation promises.* With [`Rounding::Down`] the result is ≤ the exact value, with [`Rounding::Up`] it is
//! ≥ it, and it is the exact value if that has at most 62 significant bits and lies in the range. Every operation
//! first writes its exact value as an integer of at most 127 bits times a power of two — or, where more bits
//! would be needed, as an integer with the same floor and ceiling at 62 bits (see `add` and `div`) — and
//! `rounded` then takes that floor or ceiling.
//!
//! *Range.* Finite numbers that are not 0 have exponents of absolute value ≤ [`LIMIT`]. A result beyond that is
//! replaced, in the direction of rounding, by the nearest of 0, the smallest and the largest finite number, and ±∞.
//! An end ±∞ of an interval means that the interval is unbounded there. It is stored as ±Ω, Ω = 2^(2^31 + 60), and
//! calculated with as if it were that number. This is right for the ends of intervals: where the exact result at the
//! end is unbounded, the result at Ω exceeds the finite range by far and becomes ∞ again; where it tends to 0
//! (a quotient by Ω), the result at Ω is below the range and becomes 0 when rounded towards 0, and a bound of the
//! right sign else; 0 · Ω is 0, the supremum of {0 · t : t finite}. Lower ends are never +∞ and upper ends never
//! −∞, because rounding down gives no +∞, so that Ω − Ω occurs only in the middle of the whole line, which may be 0.

use crate::arith::number::{Rational, power_of_two};
use crate::sizes;
use crate::work::{charge, limbs};
use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{ToPrimitive, Zero};
use std::cmp::Ordering;

/// The number of significant bits.
const BITS: u32 = 62;

/// The same as an exponent.
const PLACES: i32 = 62;
const _: () = assert!(PLACES.unsigned_abs() == BITS);

/// The largest absolute value of the exponent of a finite number.
pub const LIMIT: i32 = 1 << 20;

/// The exponent of ±∞.
const INFINITE: i32 = i32::MAX;

/// The direction of rounding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    /// To a number that is not larger.
    Down,
    /// To a number that is not smaller.
    Up,
}

/// The number mantissa · 2^exponent, or ±∞.
///
/// Unless the number is 0 (mantissa and exponent 0), the mantissa has exactly 62 bits: each number has one form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Dyadic {
    pub(crate) mantissa: i64,
    pub(crate) exponent: i32,
}

/// mantissa · 2^exponent, rounded.
#[inline]
pub(crate) fn rounded(mantissa: i128, exponent: i64, rounding: Rounding) -> Dyadic {
    if mantissa == 0 {
        return Dyadic::ZERO;
    }
    let length = i128::BITS - mantissa.unsigned_abs().leading_zeros();
    let (mut mantissa, mut exponent) = if length <= BITS {
        let missing = BITS - length;
        let Ok(short) = i64::try_from(mantissa) else { return unbounded(rounding) };
        (short << missing, exponent - i64::from(missing))
    } else {
        let excess = length - BITS;
        // An arithmetic shift is the floor for both signs; it has at most 62 bits, or is ±2^62.
        let Ok(floor) = i64::try_from(mantissa >> excess) else { return unbounded(rounding) };
        let inexact = i128::from(floor) << excess != mantissa;
        (floor + i64::from(inexact && rounding == Rounding::Up), exponent + i64::from(excess))
    };
    if mantissa.unsigned_abs() == 1 << BITS {
        (mantissa, exponent) = (mantissa / 2, exponent + 1);
    }
    if let Some(exponent) = i32::try_from(exponent).ok().filter(|e| e.unsigned_abs() <= LIMIT.unsigned_abs())
    {
        return Dyadic { mantissa, exponent };
    }
    let away = (mantissa > 0) == (rounding == Rounding::Up);
    let magnitude = match (exponent > 0, away) {
        (true, true) => Dyadic::INFINITY,
        (true, false) => Dyadic::MAX,
        (false, true) => Dyadic::TINY,
        (false, false) => Dyadic::ZERO,
    };
    if mantissa > 0 { magnitude } else { -magnitude }
}

/// What is never wrong; not reached, as at most 62 bits fit.
#[cold]
fn unbounded(rounding: Rounding) -> Dyadic {
    match rounding {
        Rounding::Down => -Dyadic::INFINITY,
        Rounding::Up => Dyadic::INFINITY,
    }
}

impl Dyadic {
    /// 0.
    pub const ZERO: Self = Self { mantissa: 0, exponent: 0 };
    /// 1.
    pub const ONE: Self = Self { mantissa: 1 << (BITS - 1), exponent: 1 - PLACES };
    /// 1/2.
    pub const HALF: Self = Self { mantissa: 1 << (BITS - 1), exponent: -PLACES };
    /// The largest finite number.
    pub const MAX: Self = Self { mantissa: (1 << BITS) - 1, exponent: LIMIT };
    /// The smallest positive number.
    pub const TINY: Self = Self { mantissa: 1 << (BITS - 1), exponent: -LIMIT };
    /// The upper end of an interval that is unbounded above.
    pub const INFINITY: Self = Self { mantissa: 1 << (BITS - 1), exponent: INFINITE };

    /// The rational, rounded.
    pub fn from_rational(value: &Rational, rounding: Rounding) -> Self {
        Self::from_fraction(&value.numer(), &value.denom(), rounding)
    }

    /// The fraction, which need not be reduced, rounded; the denominator is positive.
    pub fn from_fraction(numerator: &BigInt, denominator: &BigInt, rounding: Rounding) -> Self {
        let length = limbs(numerator.bits() + denominator.bits());
        charge(length.saturating_mul(length));
        if numerator.is_zero() {
            return Self::ZERO;
        }
        // An integer over a power of two is shifted only; most numbers here are.
        if denominator.trailing_zeros() == Some(denominator.bits() - 1)
            && let Some(mantissa) = numerator.to_i128().filter(|m| m.unsigned_abs() <= 1 << 126)
        {
            return rounded(mantissa, 1 - sizes::bits(denominator.bits()), rounding);
        }
        // The quotient of the shifted numbers has 65 or 66 bits; the appended bit says whether it is exact, which
        // changes neither floor nor ceiling at 62 bits.
        let shift = 65 - sizes::bits(numerator.bits()) + sizes::bits(denominator.bits());
        let (left, right) = (shift.max(0).unsigned_abs(), shift.min(0).unsigned_abs());
        let (quotient, remainder) = (numerator << left).div_mod_floor(&(denominator << right));
        let appended: BigInt = quotient * 2 + u8::from(!remainder.is_zero());
        match appended.to_i128() {
            Some(mantissa) => rounded(mantissa, -shift - 1, rounding),
            // Not reached: at most 67 bits. The bounds that are always true:
            None => unbounded(rounding),
        }
    }

    /// The number itself; nothing for ±∞.
    pub fn to_rational(self) -> Option<Rational> {
        self.is_finite()
            .then(|| Rational::from(BigInt::from(self.mantissa)) * power_of_two(self.exponent.into()))
    }

    /// Whether it is a number, not ±∞.
    pub fn is_finite(self) -> bool {
        self.exponent != INFINITE
    }

    /// −1, 0 or 1.
    #[inline]
    pub fn signum(self) -> i64 {
        self.mantissa.signum()
    }

    /// How many bits the odd part of its mantissa has, and ⌊log2 |self|⌋; nothing for 0 and ±∞.
    pub fn odd_part(self) -> Option<(u32, i64)> {
        let found = (BITS - self.mantissa.trailing_zeros(), i64::from(self.exponent) + i64::from(BITS) - 1);
        (self.mantissa != 0 && self.is_finite()).then_some(found)
    }

    /// `|self|`, exactly.
    #[inline]
    pub fn abs(self) -> Self {
        Self { mantissa: self.mantissa.abs(), exponent: self.exponent }
    }

    /// `self + other`, rounded.
    #[inline]
    pub fn add(self, other: Self, rounding: Rounding) -> Self {
        if self.mantissa == 0 {
            return other;
        }
        if other.mantissa == 0 {
            return self;
        }
        self.add_nonzero(other, rounding)
    }

    fn add_nonzero(self, other: Self, rounding: Rounding) -> Self {
        let (high, low) = if self.exponent >= other.exponent { (self, other) } else { (other, self) };
        let difference = i64::from(high.exponent) - i64::from(low.exponent);
        let mantissa = i128::from(high.mantissa);
        if difference <= 64 {
            let sum = (mantissa << difference) + i128::from(low.mantissa);
            return rounded(sum, low.exponent.into(), rounding);
        }
        // |low| is below 1/8 of high's last place. At 62 bits — the places of the sum are at least half of high's —
        // every such number gives the floor and the ceiling that 1/16 of the same sign gives.
        rounded((mantissa << 4) + i128::from(low.signum()), i64::from(high.exponent) - 4, rounding)
    }

    /// `self - other`, rounded.
    #[inline]
    pub fn sub(self, other: Self, rounding: Rounding) -> Self {
        self.add(-other, rounding)
    }

    /// `self · other`, rounded.
    #[inline]
    pub fn mul(self, other: Self, rounding: Rounding) -> Self {
        let product = i128::from(self.mantissa) * i128::from(other.mantissa);
        rounded(product, i64::from(self.exponent) + i64::from(other.exponent), rounding)
    }

    /// `self / other`, rounded; nothing if `other` is 0.
    #[inline]
    pub fn div(self, other: Self, rounding: Rounding) -> Option<Self> {
        if other.mantissa == 0 {
            return None;
        }
        let numerator = i128::from(self.mantissa.unsigned_abs()) << 64;
        let denominator = i128::from(other.mantissa.unsigned_abs());
        // 64 or 65 bits, and one more that says whether the division is exact, as in `from_rational`.
        let quotient = numerator / denominator;
        let magnitude = 2 * quotient + i128::from(quotient * denominator != numerator);
        let mantissa = if (self.mantissa < 0) == (other.mantissa < 0) { magnitude } else { -magnitude };
        Some(rounded(mantissa, i64::from(self.exponent) - i64::from(other.exponent) - 65, rounding))
    }

    /// `self^exponent`, rounded; 1 for exponent 0.
    pub fn pow(self, exponent: u32, rounding: Rounding) -> Self {
        let negative = self.mantissa < 0 && exponent % 2 == 1;
        // Rounding |self|^exponent: all factors are ≥ 0, where products are monotone in each of them.
        let rounding = if negative { rounding.opposite() } else { rounding };
        let (mut power, mut square, mut rest) = (Self::ONE, self.abs(), exponent);
        while rest > 0 {
            if rest % 2 == 1 {
                power = power.mul(square, rounding);
            }
            rest /= 2;
            if rest > 0 {
                square = square.mul(square, rounding);
            }
        }
        if negative { -power } else { power }
    }
}

impl std::ops::Neg for Dyadic {
    type Output = Self;
    /// Exact.
    #[inline]
    fn neg(self) -> Self {
        Self { mantissa: -self.mantissa, exponent: self.exponent }
    }
}

impl Rounding {
    /// The other direction.
    pub fn opposite(self) -> Self {
        match self {
            Rounding::Down => Rounding::Up,
            Rounding::Up => Rounding::Down,
        }
    }
}

impl Ord for Dyadic {
    /// All mantissas have the same number of bits, so that among numbers of one sign the exponents come first.
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        let by_exponent = match self.signum().cmp(&other.signum()) {
            Ordering::Equal if self.mantissa > 0 => self.exponent.cmp(&other.exponent),
            Ordering::Equal => other.exponent.cmp(&self.exponent),
            decided => return decided,
        };
        by_exponent.then(self.mantissa.cmp(&other.mantissa))
    }
}

impl PartialOrd for Dyadic {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
