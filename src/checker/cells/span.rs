//! Integers, or all integers between two.

use crate::arith::common_denominator::{Int, Overflow};
use crate::arith::dyadic_interval::DyadicInterval;
use num_bigint::BigInt;

/// All integers from `low` to `high`: a single one unless a ramp is involved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Span<T> {
    pub low: T,
    pub high: T,
}

impl<T: Int> Span<T> {
    pub fn zero() -> Self {
        Self { low: T::zero(), high: T::zero() }
    }

    /// `self += other`
    pub fn add(&mut self, other: &Self) -> Result<(), Overflow> {
        let one = T::one();
        self.low.add_product(&other.low, &one)?;
        self.high.add_product(&other.high, &one)
    }

    /// `self += factor·other`
    pub fn add_scaled(&mut self, other: &Self, factor: &T) -> Result<(), Overflow> {
        let (low, high) =
            if factor.is_negative() { (&other.high, &other.low) } else { (&other.low, &other.high) };
        self.low.add_product(low, factor)?;
        self.high.add_product(high, factor)
    }

    /// The smallest span that contains both.
    pub fn hull(self, other: &Self) -> Self {
        let low = if other.low < self.low { other.low.clone() } else { self.low };
        Self { low, high: if other.high > self.high { other.high.clone() } else { self.high } }
    }

    /// Encloses the rational interval, for a unit 1/`unit`.
    pub fn over(&self, unit: &BigInt) -> DyadicInterval {
        // Not reduced: that would take longer than all else.
        let end = |value: &T| DyadicInterval::from_fraction(&value.clone().into(), unit);
        let low = end(&self.low);
        if self.low == self.high { low } else { low.hull(end(&self.high)) }
    }
}
