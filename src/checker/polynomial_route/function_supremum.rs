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
//! *Refinement.* D is linear on each half of a piece too. The piece with the largest bound is halved until that bound
//! is within 1/256 of a value that |E| has, or as often as is allowed: what is left are the roundings.

use super::supremum::{Kink, Pieces, TooMuch, suprema};
use crate::arith::dyadic::Dyadic;
use crate::arith::dyadic::Rounding::Down;
use crate::arith::dyadic_interval::DyadicInterval;
use crate::arith::interval::Interval;
use crate::arith::number::{Exact, Rational, integer};
use crate::enclosure::curvature::curvature;
use crate::enclosure::image::Image;
use crate::enclosure::refinement::{Bounded, refine};
use crate::format::network::Activation;
use crate::language::EvalError;
use crate::language::ast::Function;
use crate::sizes::count;
use num_bigint::BigInt;

/// Halvings per output: this many, and twice the number of pieces.
const FREE_HALVINGS: u64 = 128;
/// The bound exceeds an attained value by at most this part of it, if there are halvings enough.
const TOLERANCE: i64 = 256;

/// Why no bound was computed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotBounded {
    /// The function is not defined on the range, or too large there.
    #[error(transparent)]
    Function(#[from] EvalError),
    /// Too much work, or too long numbers.
    #[error(transparent)]
    TooMuch(#[from] TooMuch),
    /// The polynomial besides the function is not affine.
    #[error("beside a function there is only an affine polynomial, not one of degree {0}")]
    Degree(usize),
}

/// At least `sup |Σ weight·relu(…) − (a + b·t) − factor·φ(t + shift)|` over the range for every claim: coefficients of
/// 1 and t, and the factor. Exact for `abs`, `relu` and `hat`.
pub(super) fn function_suprema(
    range: &Interval,
    function: Function,
    shift: &Rational,
    claims: &[(&[Exact], &Rational)],
    kinks: &[Kink],
) -> Result<Vec<Rational>, NotBounded> {
    if let Some((polynomial, _)) = claims.iter().find(|(polynomial, _)| polynomial.len() > 2) {
        return Err(NotBounded::Degree(polynomial.len() - 1));
    }
    if let Some(relus) = as_relus(function) {
        let units = relus.iter().map(|&(slope, breakpoint, weight)| Kink {
            slope: integer(slope),
            breakpoint: integer(breakpoint) - shift,
            weights: claims.iter().map(|(_, factor)| *factor * integer(-weight)).collect(),
        });
        let kinks: Vec<Kink> = kinks.iter().cloned().chain(units).collect();
        let affine: Vec<&[Exact]> = claims.iter().map(|(polynomial, _)| *polynomial).collect();
        return Ok(suprema(range, &affine, &kinks, Activation::Relu)?);
    }
    let pieces = Pieces::new(range, kinks, Activation::Relu, 1)?;
    claims
        .iter()
        .enumerate()
        .map(|(output, (polynomial, factor))| {
            let mut knots: Vec<(BigInt, BigInt)> = Vec::new();
            let unit = pieces.visit(output, polynomial, |difference, left, right| {
                for end in [left, right] {
                    if knots.last().is_none_or(|(last, _)| last != end) {
                        knots.push((end.clone(), &difference[0] + &difference[1] * end));
                    }
                }
            })?;
            let distance = Distance { function, factor: DyadicInterval::from_rational(factor) };
            let nodes = knots.into_iter().map(|(knot, value)| {
                let argument = DyadicInterval::from_fraction(
                    &(knot * shift.denom() + shift.numer() * pieces.scale()),
                    &(pieces.scale() * shift.denom()),
                );
                distance.node(argument, DyadicInterval::from_fraction(&value, &unit))
            });
            let supremum = distance.supremum(&nodes.collect::<Result<Vec<_>, _>>()?)?;
            supremum.to_rational().ok_or(NotBounded::Function(EvalError::TooWide))
        })
        .collect()
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

/// The function E = D − F·φ, D linear between nodes.
struct Distance {
    function: Function,
    /// F
    factor: DyadicInterval,
}

/// What is known at a point.
#[derive(Clone, Copy)]
struct Node {
    /// t + c
    argument: DyadicInterval,
    /// D(t)
    linear: DyadicInterval,
    /// E(t)
    error: DyadicInterval,
}

/// Two nodes between which D is linear.
struct Part {
    ends: [Node; 2],
    bound: Dyadic,
}

impl Bounded for Part {
    fn bound(&self) -> Dyadic {
        self.bound
    }
}

impl Node {
    /// A lower bound of |E(t)|.
    fn attained(&self) -> Dyadic {
        self.error.abs().inf()
    }
}

impl Distance {
    fn node(&self, argument: DyadicInterval, linear: DyadicInterval) -> Result<Node, EvalError> {
        let value = Image::new(self.function, argument, argument)?.range;
        Ok(Node { argument, linear, error: linear - self.factor * value })
    }

    /// At least the supremum of |E| over all nodes and between neighbours.
    fn supremum(&self, nodes: &[Node]) -> Result<Dyadic, NotBounded> {
        let mut attained = nodes.iter().map(Node::attained).fold(Dyadic::ZERO, Dyadic::max);
        let parts: Vec<Part> =
            nodes.windows(2).map(|pair| self.part([pair[0], pair[1]])).collect::<Result<_, _>>()?;
        let mut halvings = FREE_HALVINGS + 2 * count(parts.len());
        let tolerance = DyadicInterval::ONE.divide(DyadicInterval::from_integer(TOLERANCE));
        let tolerance = tolerance.map_or(Dyadic::ZERO, DyadicInterval::inf);
        let worst = refine(parts, |part| -> Result<_, NotBounded> {
            if halvings == 0 || part.bound <= attained.add(attained.mul(tolerance, Down), Down) {
                return Ok(None);
            }
            halvings -= 1;
            let middle = self.middle(&part.ends)?;
            attained = attained.max(middle.attained());
            let [left, right] = part.ends;
            Ok(Some([self.part([left, middle])?, self.part([middle, right])?]))
        })?;
        // A range that is a point has no parts.
        Ok(worst.map_or_else(
            || nodes.iter().map(|node| node.error.mag()).fold(Dyadic::ZERO, Dyadic::max),
            |part| part.bound,
        ))
    }

    fn middle(&self, [left, right]: &[Node; 2]) -> Result<Node, EvalError> {
        let mean = |a: DyadicInterval, b: DyadicInterval| (a + b) * DyadicInterval::HALF;
        self.node(mean(left.argument, right.argument), mean(left.linear, right.linear))
    }

    fn part(&self, ends: [Node; 2]) -> Result<Part, EvalError> {
        let [left, right] = &ends;
        let across = left.argument.hull(right.argument);
        let length = right.argument - left.argument;
        let bend = curvature(self.function, across)?;
        let parabola = self.factor * bend * length.pow(2) * DyadicInterval::HALF;
        let above = highest(left.error.sup(), right.error.sup(), parabola.sup());
        let below = highest(-left.error.inf(), -right.error.inf(), -parabola.inf());
        let mut bound = above.max(below);
        if !bound.is_finite() {
            let values = Image::new(self.function, across, across)?.range;
            bound = (left.linear.hull(right.linear) - self.factor * values).mag();
        }
        Ok(Part { ends, bound })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arith::number::{max, ratio};
    use num_traits::{One, Signed, Zero};
    use proptest::prelude::*;

    const SMOOTH: [Function; 8] = [
        Function::Exp,
        Function::Log,
        Function::Sqrt,
        Function::Sin,
        Function::Cos,
        Function::Tanh,
        Function::Sigmoid,
        Function::Inverse,
    ];

    /// φ(t) up to 2^-50 of its size.
    fn value(function: Function, t: &Rational) -> Rational {
        let t = DyadicInterval::from_rational(t);
        let range = Image::new(function, t, t).unwrap().range;
        assert!(range.is_bounded());
        range.mid().to_rational().unwrap()
    }

    fn kink(slope: Rational, breakpoint: Rational, weight: Rational) -> Kink {
        Kink { slope, breakpoint, weights: vec![weight] }
    }

    fn evaluate(kinks: &[Kink], t: &Rational) -> Rational {
        let relu = |t: Rational| if t.is_positive() { t } else { Rational::zero() };
        kinks.iter().map(|k| &k.weights[0] * relu(&k.slope * (t - &k.breakpoint))).sum()
    }

    fn bound(
        range: (&Rational, &Rational),
        function: Function,
        shift: &Rational,
        (affine, factor): (&[Exact], &Rational),
        kinks: &[Kink],
    ) -> Result<Rational, NotBounded> {
        let range = Interval::new(range.0.clone(), range.1.clone()).unwrap();
        function_suprema(&range, function, shift, &[(affine, factor)], kinks)
            .map(|mut suprema| suprema.remove(0))
    }

    /// The interpolant of factor·φ(t + shift) at equally spaced knots: its units, and its value at the first knot.
    fn interpolant(
        function: Function,
        shift: &Rational,
        factor: &Rational,
        (lo, hi): (&Rational, &Rational),
        pieces: i64,
    ) -> (Vec<Kink>, Rational) {
        let step = (hi - lo) / integer(pieces.max(1));
        let at = |k: i64| factor * value(function, &(lo + &step * integer(k) + shift));
        let mut slope = Rational::zero();
        let kinks = (0..pieces)
            .map(|k| {
                let next = (at(k + 1) - at(k)) / &step;
                let change = &next - &slope;
                slope = next;
                kink(Rational::one(), lo + &step * integer(k), change)
            })
            .collect();
        (kinks, at(0))
    }

    #[test]
    fn functions_that_are_sums_of_relus_are_exact() {
        let one = integer(1);
        let relu = [kink(one.clone(), ratio(-1, 3), one.clone())];
        let abs = [kink(integer(2), ratio(-1, 3), ratio(1, 2)), kink(integer(-1), ratio(-1, 3), one.clone())];
        let hat = [(-4, 1), (-1, -2), (2, 1)].map(|(at, w)| kink(one.clone(), ratio(at, 3), integer(w)));
        let range = (&integer(-7), &ratio(22, 3));
        for (function, kinks) in
            [(Function::Relu, &relu[..]), (Function::Abs, &abs[..]), (Function::Hat, &hat[..])]
        {
            let exact = bound(range, function, &ratio(1, 3), (&[], &one), kinks);
            assert_eq!(exact, Ok(Rational::zero()), "{function:?}");
        }
        // |t| - 1/4 - hat(t) on [-2, 2]: -5/4 at 0, 7/4 at the ends.
        let abs = [
            kink(one.clone(), Rational::zero(), one.clone()),
            kink(-one.clone(), Rational::zero(), one.clone()),
        ];
        let far = bound(
            (&integer(-2), &integer(2)),
            Function::Hat,
            &Rational::zero(),
            (&[Exact(ratio(1, 4))], &one),
            &abs,
        );
        assert_eq!(far, Ok(ratio(7, 4)));
    }

    #[test]
    fn a_balanced_interpolant_has_half_the_error_of_the_interpolant() {
        // exp on [0, 1] in pieces of length h: nearly e·h²/8 at the middle of the last piece.
        for pieces in [16, 64, 256] {
            let (zero, one) = (Rational::zero(), Rational::one());
            let (kinks, first) = interpolant(Function::Exp, &zero, &one, (&zero, &one), pieces);
            let e = value(Function::Exp, &one);
            let largest = &e / integer(8 * pieces * pieces);
            let affine = |offset: Rational| [Exact(offset - &first)];
            let plain =
                bound((&zero, &one), Function::Exp, &zero, (&affine(zero.clone()), &one), &kinks).unwrap();
            assert!(plain < largest && plain > &largest * (one.clone() - ratio(1, pieces)));
            // Lowered by half of it.
            let half = &plain / integer(2);
            let balanced =
                bound((&zero, &one), Function::Exp, &zero, (&affine(half.clone()), &one), &kinks).unwrap();
            assert!(half <= balanced && balanced <= half * ratio(101, 100));
        }
    }

    #[test]
    fn the_root_is_covered_from_0_on() {
        let (zero, one) = (Rational::zero(), Rational::one());
        // t - √t has its minimum −1/4 at t = 1/4; also if 0 is shifted to 1/3.
        let units = [kink(one.clone(), ratio(1, 3), one.clone())];
        let range = (&ratio(1, 3), &ratio(4, 3));
        let error = bound(range, Function::Sqrt, &ratio(-1, 3), (&[], &one), &units).unwrap();
        assert!(error >= ratio(1, 4) && error < ratio(251, 1000), "{error}");
        // A point.
        let error = bound((&zero, &zero), Function::Sqrt, &ratio(1, 4), (&[], &integer(2)), &units).unwrap();
        assert_eq!(error, one);
    }

    #[test]
    fn what_is_not_defined_or_not_affine_is_refused() {
        let (zero, one) = (Rational::zero(), Rational::one());
        for (function, shift) in
            [(Function::Log, zero.clone()), (Function::Sqrt, -one.clone()), (Function::Inverse, ratio(-1, 2))]
        {
            let result = bound((&zero, &one), function, &shift, (&[], &one), &[]);
            assert!(matches!(result, Err(NotBounded::Function(_))), "{function:?} {result:?}");
        }
        let result = bound((&zero, &integer(1_i64 << 40)), Function::Exp, &zero, (&[], &one), &[]);
        assert_eq!(result, Err(NotBounded::Function(EvalError::TooWide)));
        let square = [zero.clone(), zero.clone(), one.clone()].map(Exact);
        assert_eq!(
            bound((&zero, &one), Function::Exp, &zero, (&square, &one), &[]),
            Err(NotBounded::Degree(2))
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100))]
        #[test]
        fn the_bound_exceeds_the_distance_by_less_than_a_hundredth(
            which in 0..SMOOTH.len(),
            (lo, width) in (1..40_i64, 1..60_i64),
            (shift, factor) in (0..7_i64, prop_oneof![-3..0_i64, 1..4_i64]),
            pieces in 0..7_i64,
            (offset, slope) in (-40..40_i64, -3..4_i64),
            nearly in any::<bool>(),
        ) {
            let function = SMOOTH[which];
            let domain = matches!(function, Function::Log | Function::Sqrt | Function::Inverse);
            let (lo, shift, factor) = (ratio(if domain { lo } else { lo - 20 }, 7), ratio(shift, 3), ratio(factor, 2));
            let hi = &lo + ratio(width, 8);
            let (kinks, first) = interpolant(function, &shift, &factor, (&lo, &hi), pieces);
            // Close to the interpolant, or anywhere.
            let affine = if nearly {
                [Exact(ratio(offset, 40 * (1 + 8 * pieces * pieces)) - first), Exact(Rational::zero())]
            } else {
                [Exact(ratio(offset, 9)), Exact(ratio(slope, 2))]
            };
            let bound = bound((&lo, &hi), function, &shift, (&affine, &factor), &kinks).unwrap();
            // All break points are among the samples.
            let step = (&hi - &lo) / integer(840);
            let sampled = (0..=840).map(|k| {
                let t = &lo + &step * integer(k);
                let claimed = &affine[0].0 + &affine[1].0 * &t + &factor * value(function, &(&t + &shift));
                (evaluate(&kinks, &t) - claimed).abs()
            }).fold(Rational::zero(), max);
            let rounding = ratio(1, 1 << 40);
            prop_assert!(sampled <= &bound + &rounding, "{sampled} > {bound}");
            // Between two samples the distance exceeds those there by at most |factor·φ''|·step²/8.
            let bend = curvature(function, DyadicInterval::enclosing(&Interval::new(&lo + &shift, &hi + &shift).unwrap()));
            let between = bend.unwrap().mag().to_rational().unwrap() * factor.abs() * &step * &step / integer(8);
            prop_assert!(bound <= &sampled * ratio(257, 256) + between + rounding, "{bound} over {sampled}");
        }
    }
}
