//! Bounds from above: non-negative numbers whose sums and products are rounded up.

use crate::arith::dyadic::{Dyadic, Rounding};
use crate::arith::dyadic_interval::DyadicInterval;
use crate::arith::number::Rational;
use crate::work::charge;
use num_traits::Signed;

/// Something that is at most this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Bound(Dyadic);

impl Bound {
    pub const ZERO: Self = Self(Dyadic::ZERO);

    /// |value|
    pub fn of(value: &Rational) -> Self {
        Self(Dyadic::from_rational(&value.abs(), Rounding::Up))
    }

    /// The magnitude of all numbers of an interval.
    pub fn magnitude(interval: DyadicInterval) -> Self {
        Self(interval.mag())
    }

    /// What the numbers of an interval are at most, 0 where they are negative.
    pub fn positive_part(interval: DyadicInterval) -> Self {
        Self(Dyadic::max(interval.sup(), Dyadic::ZERO))
    }

    /// A number of things.
    pub fn count(number: u64) -> Self {
        Self::of(&Rational::from_integer(number.into()))
    }

    /// 2^exponent
    pub fn power_of_two(exponent: i64) -> Self {
        Self::of(&crate::arith::number::power_of_two(exponent))
    }

    /// The bound itself.
    pub fn get(self) -> Dyadic {
        self.0
    }

    pub fn is_zero(self) -> bool {
        self.0 == Dyadic::ZERO
    }

    /// self/(1 − share); nothing where that is not at most twice as much.
    pub fn over_one_minus(self, share: Self) -> Option<Self> {
        let left = Dyadic::ONE.sub(share.0, Rounding::Down);
        if left < Dyadic::HALF {
            return None;
        }
        self.0.div(left, Rounding::Up).map(Self)
    }
}

impl Default for Bound {
    fn default() -> Self {
        Self::ZERO
    }
}

impl std::ops::Add for Bound {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        charge(1);
        Self(self.0.add(other.0, Rounding::Up))
    }
}

impl std::ops::AddAssign for Bound {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl std::ops::Mul for Bound {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        charge(2);
        Self(self.0.mul(other.0, Rounding::Up))
    }
}

impl std::iter::Sum for Bound {
    fn sum<I: Iterator<Item = Self>>(items: I) -> Self {
        items.fold(Self::ZERO, |sum, item| sum + item)
    }
}
