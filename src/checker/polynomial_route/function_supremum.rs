//! The largest distance of a piecewise linear function to an affine one plus a multiple of a function φ.
//!
//! *Statement.* Let D(t) = Σ weight·relu(slope·(t − breakpoint)) − (a + b·t). For each output the result is at least
//! sup |D(t) − F·φ(t + c)| over the range.
//!
//! *`abs`, `relu`, `hat`* are sums of relu themselves: |t| = relu(t) + relu(−t) and hat(t) = relu(t + 1) − 2 relu(t) +
//! relu(t − 1). With these as further units of weight −F the distance is that of `supremum`, and exact.
//!
//! *All others.* Between neighbouring break points l < r, h = r − l, D is linear. Let E = D − F·φ(· + c) and I the
//! chord of φ(· + c), the linear function with the same values at l and r. Then E = (D − F·I) + F·(I − φ). The first
//! part is linear and is E(l) and E(r) at the ends; for the second, the error formula of interpolation says
//! I(t) − φ(t + c) = φ''(ξ)/2 · (t − l)(r − t) for some ξ between l + c and r + c. So with s = (t − l)/h ∈ [0, 1] and
//! an enclosure [q, Q] of F·φ''·h²/2
//!
//! E(l)(1 − s) + E(r)s + q·s(1 − s) ≤ E ≤ E(l)(1 − s) + E(r)s + Q·s(1 − s).
//!
//! *The maximum of e(1 − s) + e's + Q·s(1 − s)* on [0, 1] is that of the ends for Q ≤ 0, where the parabola is convex.
//! For Q > 0 the vertex is at s = 1/2 + (e' − e)/(2Q): if |e' − e| ≥ Q it is not inside, and the ends have the maximum
//! again; in any case no value exceeds that at the vertex, (e + e')/2 + Q/4 + (e' − e)²/(4Q). The minimum is the same
//! for −E. The sum is thus bounded as a whole: where the chord is off by h²φ''/8 and E(l), E(r) are −h²φ''/16, so is E.
//!
//! *Where φ'' is not bounded* (the root at 0), E ∈ hull(D(l), D(r)) − F·φ([l, r] + c).
//!
//! *Cuts.* D is linear on each half of a piece too, so a piece may be cut into parts, as the certificate says: the finer, the
//! nearer the bound is to the supremum. What is left then are the roundings.

use super::supremum::{Kink, NoSupremum, Pieces, suprema};
use crate::arith::dyadic::Dyadic;
use crate::arith::dyadic_interval::DyadicInterval;
use crate::arith::interval::Interval;
use crate::arith::number::{Exact, Rational, integer};
use crate::enclosure::curvature::curvature;
use crate::enclosure::image::Image;
use crate::format::network::Activation;
use crate::language::EvalError;
use crate::language::ast::Function;
use crate::subdivision::{Cuts, NotCut};
use num_bigint::BigInt;

/// Why no bound was computed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotBounded {
    /// The function is not defined on the range, or too large there.
    #[error(transparent)]
    Function(#[from] EvalError),
    /// Too much work, or too long numbers.
    #[error(transparent)]
    NoSupremum(#[from] NoSupremum),
    /// The polynomial besides the function is not affine.
    #[error("beside a function there is only an affine polynomial, not one of degree {0}")]
    Degree(usize),
    /// The pieces are not cut as the certificate says.
    #[error(transparent)]
    Cuts(#[from] NotCut),
}

/// What is claimed of one output: an affine polynomial plus factor·φ.
#[derive(Debug, Clone, Copy)]
pub(super) struct FunctionClaim<'a> {
    /// Coefficients of 1 and t.
    pub affine: &'a [Exact],
    /// F
    pub factor: &'a Rational,
    /// How the pieces are cut.
    pub cuts: &'a str,
}

/// At least `sup |Σ weight·relu(…) − (a + b·t) − factor·φ(t + shift)|` over the range for every claim. Exact for `abs`, `relu` and
/// `hat`.
pub(super) fn function_suprema(
    range: &Interval,
    function: Function,
    shift: &Rational,
    claims: &[FunctionClaim<'_>],
    kinks: &[Kink],
) -> Result<Vec<Rational>, NotBounded> {
    let cuts = claims.iter().map(|claim| Cuts::new(claim.cuts));
    match FunctionDistances::new(range, function, shift, claims, kinks)? {
        FunctionDistances::Exact(suprema) => {
            cuts.into_iter().try_for_each(|cuts| cuts.require_end())?;
            Ok(suprema)
        }
        FunctionDistances::InParts(distances) => {
            distances.iter().zip(cuts).map(|(distance, cuts)| distance.supremum(cuts)).collect()
        }
    }
}

/// How far the outputs of units are from what is claimed of them.
pub enum FunctionDistances {
    /// The suprema: φ is a sum of relu itself.
    Exact(Vec<Rational>),
    /// Something to be bounded part by part.
    InParts(Vec<FunctionDistance>),
}

impl FunctionDistances {
    /// For every claim, whatever its cuts.
    pub(super) fn new(
        range: &Interval,
        function: Function,
        shift: &Rational,
        claims: &[FunctionClaim<'_>],
        kinks: &[Kink],
    ) -> Result<Self, NotBounded> {
        if let Some(claim) = claims.iter().find(|claim| claim.affine.len() > 2) {
            return Err(NotBounded::Degree(claim.affine.len() - 1));
        }
        if let Some(relus) = as_relus(function) {
            let units = relus.iter().map(|&(slope, breakpoint, weight)| Kink {
                slope: integer(slope),
                breakpoint: integer(breakpoint) - shift,
                weights: claims.iter().map(|claim| claim.factor * integer(-weight)).collect(),
            });
            let kinks: Vec<Kink> = kinks.iter().cloned().chain(units).collect();
            let affine: Vec<&[Exact]> = claims.iter().map(|claim| claim.affine).collect();
            return Ok(Self::Exact(suprema(range, &affine, &kinks, Activation::Relu)?));
        }
        let pieces = Pieces::new(range, kinks, Activation::Relu, 1)?;
        let distance = |(output, claim): (usize, &FunctionClaim<'_>)| {
            let mut points: Vec<(BigInt, BigInt)> = Vec::new();
            let unit = pieces.visit(output, claim.affine, |difference, left, right| {
                for end in [left, right] {
                    if points.last().is_none_or(|(last, _)| last != end) {
                        points.push((end.clone(), &difference[0] + &difference[1] * end));
                    }
                }
            })?;
            let mut distance = FunctionDistance {
                function,
                factor: DyadicInterval::from_rational(claim.factor),
                pieces: Vec::new(),
            };
            let knots = points.into_iter().map(|(point, value)| {
                let argument = DyadicInterval::from_fraction(
                    &(point * shift.denom() + shift.numer() * pieces.scale()),
                    &(pieces.scale() * shift.denom()),
                );
                distance.knot(argument, DyadicInterval::from_fraction(&value, &unit))
            });
            let knots: Vec<Knot> = knots.collect::<Result<_, _>>()?;
            distance.pieces = match knots[..] {
                [point] => vec![Segment { ends: [point, point] }],
                _ => knots.windows(2).map(|pair| Segment { ends: [pair[0], pair[1]] }).collect(),
            };
            Ok(distance)
        };
        claims.iter().enumerate().map(distance).collect::<Result<_, NotBounded>>().map(Self::InParts)
    }
}

/// (slope, break point, weight) of the units of relu whose sum is the function.
fn as_relus(function: Function) -> Option<&'static [(i64, i64, i64)]> {
    match function {
        Function::Relu => Some(&[(1, 0, 1)]),
        Function::Abs => Some(&[(1, 0, 1), (-1, 0, 1)]),
        Function::Identity => Some(&[(1, 0, 1), (-1, 0, -1)]),
        Function::Hat => Some(&[(1, -1, 1), (1, 0, -2), (1, 1, 1)]),
        Function::Exp
        | Function::Log
        | Function::Sqrt
        | Function::Root
        | Function::Sin
        | Function::Cos
        | Function::Tanh
        | Function::Sigmoid
        | Function::Inverse => None,
    }
}

/// The function E = D − F·φ, D linear on every piece.
pub struct FunctionDistance {
    function: Function,
    /// F
    factor: DyadicInterval,
    pieces: Vec<Segment>,
}

/// What is known at a point.
#[derive(Debug, Clone, Copy)]
struct Knot {
    /// t + c
    argument: DyadicInterval,
    /// D(t)
    linear: DyadicInterval,
    /// E(t)
    error: DyadicInterval,
}

/// Two points between which D is linear.
#[derive(Debug, Clone, Copy)]
pub struct Segment {
    ends: [Knot; 2],
}

impl Segment {
    /// |E| has a value that is at least this.
    pub fn attained(&self) -> Dyadic {
        let [left, right] = self.ends.map(|end| end.error.abs().inf());
        left.max(right)
    }
}

impl FunctionDistance {
    /// The pieces between break points, from left to right.
    pub fn pieces(&self) -> &[Segment] {
        &self.pieces
    }

    /// The largest bound on the parts into which the pieces are cut.
    fn supremum(&self, mut cuts: Cuts<'_>) -> Result<Rational, NotBounded> {
        let mut largest = Dyadic::ZERO;
        for piece in &self.pieces {
            cuts.for_each_leaf(
                &mut largest,
                *piece,
                |_, part, side| if side == 0 { Ok(Some(self.halves(part)?)) } else { Ok(None) },
                |largest, part| {
                    *largest = Dyadic::max(*largest, self.bound(part)?);
                    Ok::<(), NotBounded>(())
                },
            )?;
        }
        cuts.require_end()?;
        largest.to_rational().ok_or(NotBounded::Function(EvalError::TooWide))
    }

    fn knot(&self, argument: DyadicInterval, linear: DyadicInterval) -> Result<Knot, EvalError> {
        let value = Image::new(self.function, argument, argument)?.range;
        Ok(Knot { argument, linear, error: linear - self.factor * value })
    }

    /// The part cut in the middle.
    pub fn halves(&self, part: &Segment) -> Result<[Segment; 2], EvalError> {
        let [left, right] = part.ends;
        let mean = |a: DyadicInterval, b: DyadicInterval| (a + b) * DyadicInterval::HALF;
        let middle = self.knot(mean(left.argument, right.argument), mean(left.linear, right.linear))?;
        Ok([Segment { ends: [left, middle] }, Segment { ends: [middle, right] }])
    }

    /// At least |E| on the part.
    pub fn bound(&self, part: &Segment) -> Result<Dyadic, EvalError> {
        let [left, right] = &part.ends;
        let across = left.argument.hull(right.argument);
        let length = right.argument - left.argument;
        let bend = curvature(self.function, across)?;
        let parabola = self.factor * bend * length.pow(2) * DyadicInterval::HALF;
        let above = highest(left.error.sup(), right.error.sup(), parabola.sup());
        let below = highest(-left.error.inf(), -right.error.inf(), -parabola.inf());
        let bound = above.max(below);
        if bound.is_finite() {
            return Ok(bound);
        }
        let values = Image::new(self.function, across, across)?.range;
        Ok((left.linear.hull(right.linear) - self.factor * values).mag())
    }
}

/// At least e(1 − s) + e's + Q·s(1 − s) for all 0 ≤ s ≤ 1.
fn highest(e: Dyadic, other: Dyadic, q: Dyadic) -> Dyadic {
    let ends = e.max(other);
    if q.signum() <= 0 {
        return ends;
    }
    let points = [e, other, q].map(DyadicInterval::point);
    let [Some(first), Some(second), Some(parabola)] = points else { return Dyadic::INFINITY };
    let step = (second - first).abs();
    if step.inf() >= q {
        return ends;
    }
    let half = DyadicInterval::HALF;
    let vertex =
        step.pow(2).divide(parabola).map(|excess| ((parabola + excess) * half + first + second) * half);
    vertex.map_or(Dyadic::INFINITY, DyadicInterval::sup)
}
