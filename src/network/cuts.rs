//! Where the pieces of a function's gadget are cut, so that the checker's bound is near the distance.
//!
//! Best first: of all parts, the one with the largest bound is halved, until that bound is within 1/256 of a value that the distance
//! has, or as often as is allowed.

use crate::words::push_node;
use std::cmp::Ordering;
use std::collections::BinaryHeap;
use sumformer_checker::arith::dyadic::Dyadic;
use sumformer_checker::arith::dyadic::Rounding::Down;
use sumformer_checker::arith::dyadic_interval::DyadicInterval;
use sumformer_checker::language::EvalError;
use sumformer_checker::polynomial_route::function_supremum::{FunctionDistance, Segment};
use sumformer_checker::subdivision::text::{Leaf, Node};

/// Halvings per output: this many, and twice the number of pieces.
const FREE_HALVINGS: usize = 128;
/// The bound exceeds an attained value by at most this part of it, if there are halvings enough.
const TOLERANCE: i64 = 256;

/// A bound on a distance, and the cuts that prove it: the text of a certificate.
pub fn cut(distance: &FunctionDistance) -> Result<(Dyadic, String), EvalError> {
    let mut tree = Tree { distance, nodes: Vec::new() };
    for piece in distance.pieces() {
        tree.add(*piece)?;
    }
    let pieces = tree.nodes.len();
    let tolerance = DyadicInterval::ONE.divide(DyadicInterval::from_integer(TOLERANCE));
    let tolerance = tolerance.map_or(Dyadic::ZERO, DyadicInterval::inf);
    let mut attained = distance.pieces().iter().map(Segment::attained).fold(Dyadic::ZERO, Dyadic::max);
    let mut open: BinaryHeap<Open> = (0..pieces).map(|node| tree.open(node)).collect();
    let mut left = FREE_HALVINGS + 2 * pieces;
    while let Some(Open { bound, node }) = open.pop() {
        if left == 0 || bound <= attained.add(attained.mul(tolerance, Down), Down) {
            return Ok((bound, tree.text(pieces)));
        }
        left -= 1;
        let halves = distance.halves(&tree.nodes[node].part)?;
        attained = halves.iter().map(Segment::attained).fold(attained, Dyadic::max);
        let first = tree.add(halves[0])?;
        tree.add(halves[1])?;
        tree.nodes[node].halves = Some(first);
        open.extend([tree.open(first), tree.open(first + 1)]);
    }
    Ok((Dyadic::ZERO, String::new()))
}

/// All parts that were looked at, the pieces first.
struct Tree<'a> {
    distance: &'a FunctionDistance,
    nodes: Vec<Looked>,
}

/// A part with its bound; its halves stand there and behind it.
struct Looked {
    part: Segment,
    bound: Dyadic,
    halves: Option<usize>,
}

impl Tree<'_> {
    fn add(&mut self, part: Segment) -> Result<usize, EvalError> {
        let bound = self.distance.bound(&part)?;
        self.nodes.push(Looked { part, bound, halves: None });
        Ok(self.nodes.len() - 1)
    }

    fn open(&self, node: usize) -> Open {
        Open { bound: self.nodes[node].bound, node }
    }

    /// The trees of all pieces; leaves at the end go without saying.
    fn text(&self, pieces: usize) -> String {
        let mut text = String::new();
        let mut open: Vec<usize> = (0..pieces).rev().collect();
        while let Some(node) = open.pop() {
            match self.nodes[node].halves {
                None => push_node(&mut text, Node::Leaf(Leaf::Enclosed)),
                Some(first) => {
                    push_node(&mut text, Node::Split(0));
                    open.extend([first + 1, first]);
                }
            }
        }
        text.truncate(text.trim_end_matches('.').len());
        text
    }
}

/// A part that may be cut, in the order of its bound.
struct Open {
    bound: Dyadic,
    node: usize,
}

impl Ord for Open {
    fn cmp(&self, other: &Self) -> Ordering {
        self.bound.cmp(&other.bound)
    }
}

impl PartialOrd for Open {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Open {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Open {}

#[cfg(test)]
mod tests {
    use super::*;
    use num_traits::{One, Signed, Zero};
    use proptest::prelude::*;
    use sumformer_checker::arith::interval::Interval;
    use sumformer_checker::arith::number::{Exact, Rational, integer, max, ratio};
    use sumformer_checker::enclosure::curvature::curvature;
    use sumformer_checker::enclosure::image::Image;
    use sumformer_checker::format::certificate::{Gadget, GadgetOutput};
    use sumformer_checker::format::network::{Activation, Unit};
    use sumformer_checker::format::sparse::SparseVector;
    use sumformer_checker::language::ast::Function;
    use sumformer_checker::polynomial_route::function_supremum::FunctionDistances;
    use sumformer_checker::polynomial_route::gadget::{check_atom_gadget, function_distances};
    use sumformer_checker::refusal::{Refusal, Rule};

    /// A unit of relu: `weight·relu(slope·(t − breakpoint))`.
    struct Kink {
        slope: Rational,
        breakpoint: Rational,
        weight: Rational,
    }

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
        Kink { slope, breakpoint, weight }
    }

    fn evaluate(kinks: &[Kink], t: &Rational) -> Rational {
        let relu = |t: Rational| if t.is_positive() { t } else { Rational::zero() };
        kinks.iter().map(|k| &k.weight * relu(&k.slope * (t - &k.breakpoint))).sum()
    }

    /// The bound that is found, which the checker confirms with the cuts, and does not with less.
    fn bound(
        range: (&Rational, &Rational),
        function: Function,
        shift: &Rational,
        (affine, factor): (&[Exact], &Rational),
        kinks: &[Kink],
    ) -> Result<Rational, Refusal> {
        let unit = |slope: &Rational, bias: Rational, weight: &Rational| Unit {
            input: SparseVector::from_entries([(0, slope.clone())]),
            bias: Exact(bias),
            output: SparseVector::from_entries([(1, weight.clone())]),
        };
        // The first unit says what t is.
        let first = unit(&Rational::one(), Rational::zero(), &Rational::zero());
        let units = kinks.iter().map(|k| unit(&k.slope, -&k.slope * &k.breakpoint, &k.weight));
        let units: Vec<Unit> = std::iter::once(first).chain(units).collect();
        let trimmed = affine.iter().rposition(|c| !c.0.is_zero()).map_or(0, |last| last + 1);
        let mut gadget = Gadget {
            units: units.len(),
            range: Interval::new(range.0.clone(), range.1.clone()).unwrap(),
            atom: Some(0),
            outputs: vec![GadgetOutput {
                slot: 1,
                polynomial: affine[..trimmed].to_vec(),
                factor: Some(Exact(factor.clone())),
                error: Exact(Rational::zero()),
                cuts: String::new(),
            }],
        };
        let (bound, cuts) = match function_distances(&gadget, &units, function, shift)? {
            FunctionDistances::Exact(suprema) => (suprema[0].clone(), String::new()),
            FunctionDistances::InParts(distances) => {
                let found = cut(&distances[0]);
                let (bound, cuts) = found.map_err(|e| Rule::GadgetError.invalid("gadget", e.to_string()))?;
                let large = || Rule::GadgetError.invalid("gadget", "too large to be defined");
                (bound.to_rational().ok_or_else(large)?, cuts)
            }
        };
        let mut check = |error: &Rational, cuts: &str| {
            gadget.outputs[0].error = Exact(error.clone());
            gadget.outputs[0].cuts = cuts.to_string();
            check_atom_gadget(&gadget, &units, Activation::Relu, (function, shift), &|| "gadget".into())
        };
        assert_eq!(check(&bound, &cuts), Ok(()));
        if bound.is_positive() {
            assert!(check(&(&bound * ratio(1023, 1024)), &cuts).is_err(), "{function:?}, {bound}");
        }
        Ok(bound)
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
            let refused = bound((&zero, &one), function, &shift, (&[], &one), &[]).unwrap_err();
            assert!(
                refused.message.contains("not defined") || refused.message.contains("divisor"),
                "{function:?} {refused:?}"
            );
        }
        let far = bound((&zero, &integer(1_i64 << 40)), Function::Exp, &zero, (&[], &one), &[]).unwrap_err();
        assert!(!far.message.is_empty(), "{far:?}");
        let square = [zero.clone(), zero.clone(), one.clone()].map(Exact);
        let bent = bound((&zero, &one), Function::Exp, &zero, (&square, &one), &[]).unwrap_err();
        assert!(bent.message.contains("affine"), "{bent:?}");
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
