//! Enclosures of the values of a target over products of boxes, and of its partial derivatives.
//!
//! The target is evaluated in [`Centred`] forms. For [`TargetEnclosure::enclose`] the centre is the middle of
//! the box and the unit of each coordinate the largest distance of its side from there; the ranges of the outputs
//! then contain all values. For [`TargetEnclosure::partial_derivatives`] each point of the box is a centre and the
//! unit is at least the width of the side: then f(x) − f(c) = Σ_k (s_k / unit_k)(x_k − c_k) for any two points of the
//! box. If they differ in coordinate k only, their difference quotient is s_k / unit_k, so that S_k / unit_k contains
//! every difference quotient in this coordinate, thus the partial derivative where there is one.

use super::coordinates::Coordinates;
use super::exact_range::with_continued_roots;
use super::side::PreparedSide;
use super::slope::Centred;
use crate::arith::dyadic_interval::DyadicInterval;
use crate::language::target::{Body, Target, Tokens};
use crate::language::values::evaluate::Prepared;
use crate::language::{EvalError, Scalar, Sequence};
use crate::limits::{MAX_COORDINATES, MAX_SYMMETRIZED};

/// A target of a fixed length for centred forms, and the coordinates to evaluate it on.
pub(crate) fn prepare(target: &Target) -> Result<(Prepared<Centred>, Coordinates), EvalError> {
    let Tokens::Fixed(n) = target.tokens else { return Err(EvalError::NoLength) };
    let prepared = prepare_for(target)?;
    Ok((prepared, Coordinates::new(n, target.dimension())?))
}

/// A target of a fixed length with so few coordinates that forms of all of them are made, for forms of any kind.
pub(crate) fn prepare_for<S: Scalar>(target: &Target) -> Result<Prepared<S>, EvalError> {
    let Tokens::Fixed(n) = target.tokens else { return Err(EvalError::NoLength) };
    if matches!(target.body, Body::SemiInvariant { symmetrize: true, .. }) && n > MAX_SYMMETRIZED {
        return Err(EvalError::TooManyPermutations(n));
    }
    if n.saturating_mul(target.dimension()) > MAX_COORDINATES {
        return Err(EvalError::TooManyCoordinates(n.saturating_mul(target.dimension())));
    }
    Prepared::new(&with_continued_roots(target), n)
}

/// Encloses the outputs of the own token over products of boxes; one sequence at a time, buffers reused.
pub struct TargetEnclosure {
    prepared: Prepared<Centred>,
    coordinates: Coordinates,
}

impl TargetEnclosure {
    /// Prepares the target for parts of its domain; fails where none of its enclosures exist, or if its length is not fixed.
    pub fn new(target: &Target) -> Result<Self, EvalError> {
        let (prepared, coordinates) = prepare(target)?;
        Ok(Self { prepared, coordinates })
    }

    /// Enclosures of all outputs of token 0 for tokens in the given boxes: `boxes[j*d + k]` is the k-th side of token
    /// j, token 0 the own one.
    pub fn enclose(&mut self, boxes: &[&PreparedSide]) -> Result<Vec<DyadicInterval>, EvalError> {
        self.coordinates.place(boxes.iter().copied(), PreparedSide::middle)?;
        Ok(self.outputs()?.into_iter().map(|output| output.range).collect())
    }

    /// Enclosures of all difference quotients, and so of all partial derivatives, over the given boxes: for each
    /// output one interval per side, in the order of the sides.
    pub fn partial_derivatives(
        &mut self,
        boxes: &[&PreparedSide],
    ) -> Result<Vec<Vec<DyadicInterval>>, EvalError> {
        self.coordinates.place(boxes.iter().copied(), PreparedSide::everywhere)?;
        let quotient = |(k, side): (usize, &&PreparedSide), output: &Centred| {
            DyadicInterval::point(side.width)
                .and_then(|width| output.slope(k).divide(width))
                .ok_or(EvalError::TooWide)
        };
        self.outputs()?
            .iter()
            .map(|output| boxes.iter().enumerate().map(|side| quotient(side, output)).collect())
            .collect()
    }

    /// The outputs of token 0 as centred forms over the present boxes.
    fn outputs(&mut self) -> Result<Vec<Centred>, EvalError> {
        self.prepared.on(Sequence::once(self.coordinates.sequence()))?.run(0)
    }
}
