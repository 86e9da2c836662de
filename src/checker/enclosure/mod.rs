//! Enclosures of the values of a target over products of boxes, and of its partial derivatives.
//!
//! The target is evaluated in [`slope::Centred`] forms. For [`TargetEnclosure::enclose`] the centre is the middle of
//! the box and the unit of each coordinate the largest distance of its side from there; the ranges of the outputs
//! then contain all values. For [`TargetEnclosure::partial_derivatives`] each point of the box is a centre and the
//! unit is at least the width of the side: then f(x) − f(c) = Σ_k (s_k / unit_k)(x_k − c_k) for any two points of the
//! box. If they differ in coordinate k only, their difference quotient is s_k / unit_k, so that S_k / unit_k contains
//! every difference quotient in this coordinate, thus the partial derivative where there is one.
//!
//! [`dyadic`] numbers are calculated with in integers; [`interval`]s of them round outward; `elementary` encloses
//! exp, log, sin and their like at dyadic numbers, [`image`] over intervals; [`slope`] has the rules.

mod chord;
pub mod dyadic;
mod elementary;
pub mod image;
pub mod interval;
pub mod slope;

use crate::interval::Interval;
use crate::language::EvalError;
use crate::language::evaluate::{MAX_SYMMETRIZED, Prepared};
use crate::language::target::{Body, Target, Tokens};
use dyadic::{Dyadic, Rounding};
use interval::DyadicInterval;
use slope::Centred;

/// One side of a token's box, prepared: its enclosure and its midpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreparedSide {
    range: DyadicInterval,
    mid: Dyadic,
    /// At least the distance of the middle from any number of the range.
    radius: Dyadic,
    /// At least the distance of any two numbers of the range; positive.
    width: Dyadic,
}

impl PreparedSide {
    /// Prepares a side; it may be a point.
    pub fn new(side: &Interval) -> Self {
        let range = DyadicInterval::enclosing(side);
        let mid = range.mid();
        let radius = mid.sub(range.inf(), Rounding::Up).max(range.sup().sub(mid, Rounding::Up));
        let width = if range.wid() == Dyadic::ZERO { Dyadic::ONE } else { range.wid() };
        Self { range, mid, radius, width }
    }
}

/// The largest number of coordinates, tokens times dimension, over which a target is enclosed: a form has a slope for
/// each of them, and there is one for each of them.
pub const MAX_COORDINATES: usize = 1024;

/// Encloses the outputs of the own token over products of boxes; one sequence at a time, buffers reused.
pub struct TargetEnclosure {
    prepared: Prepared<Centred>,
    /// The coordinates over the present boxes; number k has slopes up to index k.
    sequence: Vec<Vec<Centred>>,
}

impl TargetEnclosure {
    /// Prepares the target; fails where none of its enclosures exist, or if its length is not fixed.
    pub fn new(target: &Target) -> Result<Self, EvalError> {
        let Tokens::Fixed(n) = target.tokens else { return Err(EvalError::NoLength) };
        if matches!(target.body, Body::SemiInvariant { symmetrize: true, .. }) && n > MAX_SYMMETRIZED {
            return Err(EvalError::TooManyPermutations(n));
        }
        let d = target.dimension();
        if n.saturating_mul(d) > MAX_COORDINATES {
            return Err(EvalError::TooManyCoordinates(n.saturating_mul(d)));
        }
        let coordinate = |k: usize| Centred {
            range: DyadicInterval::ZERO,
            centre: DyadicInterval::ZERO,
            slopes: vec![DyadicInterval::ZERO; k + 1],
        };
        let sequence = (0..n).map(|j| (0..d).map(|k| coordinate(j * d + k)).collect()).collect();
        Ok(Self { prepared: Prepared::new(target, n)?, sequence })
    }

    /// Enclosures of all outputs of token 0 for tokens in the given boxes: `boxes[j*d + k]` is the k-th side of token
    /// j, token 0 the own one.
    pub fn enclose(&mut self, boxes: &[&PreparedSide]) -> Result<Vec<DyadicInterval>, EvalError> {
        let outputs = self.evaluate(boxes, |side| Some((DyadicInterval::point(side.mid)?, side.radius)))?;
        Ok(outputs.into_iter().map(|output| output.range).collect())
    }

    /// Enclosures of all difference quotients, and so of all partial derivatives, over the given boxes: for each
    /// output one interval per side, in the order of the sides.
    pub fn partial_derivatives(
        &mut self,
        boxes: &[&PreparedSide],
    ) -> Result<Vec<Vec<DyadicInterval>>, EvalError> {
        let outputs = self.evaluate(boxes, |side| Some((side.range, side.width)))?;
        let quotient = |(k, side): (usize, &&PreparedSide), output: &Centred| {
            DyadicInterval::point(side.width)
                .and_then(|width| output.slope(k).divide(width))
                .ok_or(EvalError::TooWide)
        };
        outputs
            .iter()
            .map(|output| boxes.iter().enumerate().map(|side| quotient(side, output)).collect())
            .collect()
    }

    /// The outputs of token 0 as centred forms, given the centre and the unit of each side.
    fn evaluate(
        &mut self,
        boxes: &[&PreparedSide],
        place: impl Fn(&PreparedSide) -> Option<(DyadicInterval, Dyadic)>,
    ) -> Result<Vec<Centred>, EvalError> {
        let (wanted, got) = (self.sequence.iter().map(Vec::len).sum(), boxes.len());
        if wanted != got {
            return Err(EvalError::WrongSides { wanted, got });
        }
        for (coordinate, side) in self.sequence.iter_mut().flatten().zip(boxes) {
            let (centre, unit) = place(side).ok_or(EvalError::TooWide)?;
            let unit = DyadicInterval::point(unit).ok_or(EvalError::TooWide)?;
            (coordinate.range, coordinate.centre) = (side.range, centre);
            if let Some(slope) = coordinate.slopes.last_mut() {
                *slope = unit;
            }
        }
        self.prepared.on(&self.sequence)?.token(0)
    }
}
