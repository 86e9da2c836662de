//! One side of a token's box.

use crate::arith::dyadic::{Dyadic, Rounding};
use crate::arith::dyadic_interval::DyadicInterval;
use crate::arith::interval::Interval;

/// One side of a token's box, prepared: its enclosure and its midpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreparedSide {
    range: DyadicInterval,
    mid: Dyadic,
    /// At least the distance of the middle from any number of the range.
    radius: Dyadic,
    /// At least the distance of any two numbers of the range; positive.
    pub(super) width: Dyadic,
}

impl PreparedSide {
    /// Prepares a side; it may be a point.
    pub fn new(side: &Interval) -> Self {
        Self::enclosing(DyadicInterval::enclosing(side))
    }

    /// Prepares a side of which an enclosure is known.
    pub fn enclosing(range: DyadicInterval) -> Self {
        let mid = range.mid();
        let radius = mid.sub(range.inf(), Rounding::Up).max(range.sup().sub(mid, Rounding::Up));
        let width = if range.wid() == Dyadic::ZERO { Dyadic::ONE } else { range.wid() };
        Self { range, mid, radius, width }
    }

    /// Contains the side.
    pub fn range(&self) -> DyadicInterval {
        self.range
    }

    /// The middle as the only centre, and the unit for it.
    pub(crate) fn middle(&self) -> Option<(DyadicInterval, Dyadic)> {
        Some((DyadicInterval::point(self.mid)?, self.radius))
    }

    /// All points as centres, and the unit for them.
    pub(super) fn everywhere(&self) -> Option<(DyadicInterval, Dyadic)> {
        Some((self.range, self.width))
    }
}
