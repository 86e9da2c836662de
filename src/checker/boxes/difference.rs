//! Enclosures of target − Sumformer over products of boxes, both in one centred form.
//!
//! The slopes of the two are subtracted before their ranges are taken: where a polynomial is near the target, so are
//! its slopes, and the range of the difference is that of something small up to the square of the box's width.

use super::implied::{ImpliedSumformer, PreparedSumformer};
use crate::arith::dyadic_interval::DyadicInterval;
use crate::enclosure::PreparedSide;
use crate::enclosure::coordinates::Coordinates;
use crate::enclosure::slope::Centred;
use crate::language::target::{Target, Tokens};
use crate::language::values::evaluate::Prepared;
use crate::language::{EvalError, Scalar, Sequence};

/// The difference of a target from what it is compared with, on a box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Distance {
    /// Contains its values.
    pub range: DyadicInterval,
    /// Contains its value in the middle of the box.
    pub centre: DyadicInterval,
    /// How much each coordinate contributes at most, where that is known; it is of use for a search only.
    pub slopes: Vec<DyadicInterval>,
}

/// Encloses the difference at token 0 of a target from something that is the same function for every token, and for every order of the others.
pub trait Difference {
    /// One for each output; `sides[j*d + k]` is the k-th side of token j, token 0 the own one.
    fn distances(&mut self, sides: &[PreparedSide]) -> Result<Vec<Distance>, EvalError>;
}

impl Difference for DifferenceEnclosure {
    fn distances(&mut self, sides: &[PreparedSide]) -> Result<Vec<Distance>, EvalError> {
        let distance = |output: &Centred| Distance {
            range: output.range(),
            centre: output.centre(),
            slopes: (0..sides.len()).map(|k| output.slope(k)).collect(),
        };
        Ok(self.enclose(sides)?.iter().map(distance).collect())
    }
}

/// Encloses target − Sumformer at token 0; one product of boxes at a time, buffers reused.
pub struct DifferenceEnclosure {
    target: Prepared<Centred>,
    sumformer: PreparedSumformer<Centred>,
    coordinates: Coordinates,
}

impl DifferenceEnclosure {
    /// Prepares both; fails where [`crate::enclosure::TargetEnclosure::new`] fails, or if the outputs are not as many.
    pub fn new(target: &Target, sumformer: &ImpliedSumformer) -> Result<Self, EvalError> {
        if target.tokens == Tokens::Any {
            return Err(EvalError::NoLength);
        }
        let d = target.dimension();
        let (prepared, coordinates) = crate::enclosure::target::prepare(target)?;
        // An output without its polynomial would be bounded as if the Sumformer were 0.
        if sumformer.outputs() != target.outputs() {
            return Err(EvalError::Unbound);
        }
        let sumformer = PreparedSumformer::new(sumformer, d).ok_or(EvalError::NoLength)?;
        Ok(Self { target: prepared, sumformer, coordinates })
    }

    /// Centred forms of target − Sumformer, one per output; slope number k belongs to the k-th side, its unit being the
    /// distance of the side's ends from the middle. `sides[j*d + k]` is the k-th side of token j, token 0 the own one.
    pub fn enclose(&mut self, sides: &[PreparedSide]) -> Result<Vec<Centred>, EvalError> {
        self.coordinates.place(sides.iter(), PreparedSide::middle)?;
        let sequence = self.coordinates.sequence();
        let mut outputs = self.target.on(Sequence::once(sequence))?.run(0)?;
        self.sumformer.at_first(sequence, |number, value| {
            if let Some(output) = outputs.get_mut(number) {
                output.sub_in_place(value);
            }
        })?;
        Ok(outputs)
    }
}
