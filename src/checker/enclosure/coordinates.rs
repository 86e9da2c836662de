//! The coordinates of all tokens as centred forms over a product of boxes.

use super::side::PreparedSide;
use super::slope::Centred;
use crate::arith::dyadic::Dyadic;
use crate::arith::dyadic_interval::DyadicInterval;
use crate::language::EvalError;
use crate::limits::MAX_COORDINATES;

/// n tokens of d coordinates; number k, counted token by token, has slopes up to index k.
pub(crate) struct Coordinates(Vec<Vec<Centred>>);

impl Coordinates {
    /// Coordinates that are 0 so far.
    pub(super) fn new(n: usize, d: usize) -> Result<Self, EvalError> {
        if n.saturating_mul(d) > MAX_COORDINATES {
            return Err(EvalError::TooManyCoordinates(n.saturating_mul(d)));
        }
        let coordinate = |k: usize| Centred {
            range: DyadicInterval::ZERO,
            centre: DyadicInterval::ZERO,
            slopes: vec![DyadicInterval::ZERO; k + 1],
        };
        Ok(Self((0..n).map(|j| (0..d).map(|k| coordinate(j * d + k)).collect()).collect()))
    }

    /// Moves to other boxes: a side per coordinate, `place` says what its centres and its unit are.
    pub(crate) fn place<'a>(
        &mut self,
        boxes: impl ExactSizeIterator<Item = &'a PreparedSide>,
        place: impl Fn(&PreparedSide) -> Option<(DyadicInterval, Dyadic)>,
    ) -> Result<(), EvalError> {
        let (wanted, got) = (self.0.iter().map(Vec::len).sum(), boxes.len());
        if wanted != got {
            return Err(EvalError::WrongSides { wanted, got });
        }
        for (coordinate, side) in self.0.iter_mut().flatten().zip(boxes) {
            let (centre, unit) = place(side).ok_or(EvalError::TooWide)?;
            let unit = DyadicInterval::point(unit).ok_or(EvalError::TooWide)?;
            (coordinate.range, coordinate.centre) = (side.range(), centre);
            if let Some(slope) = coordinate.slopes.last_mut() {
                *slope = unit;
            }
        }
        Ok(())
    }

    /// The tokens.
    pub(crate) fn sequence(&self) -> &[Vec<Centred>] {
        &self.0
    }
}
