//! B_m and interpolation in the symmetric frame.

use super::target;
use itertools::Itertools;
use num_traits::{One, Signed, Zero};
use proptest::prelude::*;
use sumformer::approximation::ApproximationError;
use sumformer::approximation::bernstein::{
    Frame, NodeValues, Operator, Values, approximant, choose_operator, lipschitz_bound, lipschitz_constants,
    node_count, polynomials, sampled_error, second_derivatives, smallest_degree, smooth_bound,
};
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::{Rational, integer, ratio};
use sumformer_checker::enclosure::{PreparedSide, TargetEnclosure};
use sumformer_checker::language::evaluate_token;
use sumformer_checker::language::target::{Target, Tokens};
use sumformer_checker::limits::MAX_TERMS;
use sumformer_checker::normal_form::NormalForm;
use sumformer_checker::normal_form::expansion::expand_target;

fn length(target: &Target) -> usize {
    match target.tokens {
        Tokens::Fixed(n) => n,
        Tokens::Any => panic!("a fixed length"),
    }
}

fn frame(operator: Operator, degree: u32, target: &Target) -> Frame {
    Frame::new(operator, degree, &target.domain).expect("a frame")
}

fn exact_forms(target: &Target, frame: &Frame) -> Vec<NormalForm> {
    let values = NodeValues::new(target, frame, &Values::Exact).expect("rational values");
    polynomials(target, frame, &values).expect("few nodes")
}

/// Σ over *all* tuples of nodes, as the operator is defined, at one sequence.
fn tensor_sum(target: &Target, frame: &Frame, sequence: &[Vec<Rational>]) -> Rational {
    let weight = |k: usize, v: usize, x: &Rational| -> Rational {
        frame.basis(k)[v].iter().rev().fold(Rational::zero(), |value, c| value * x + c)
    };
    let token_nodes: Vec<Vec<usize>> =
        frame.nodes().iter().map(|side| 0..side.len()).multi_cartesian_product().collect();
    (0..sequence.len())
        .map(|_| token_nodes.iter())
        .multi_cartesian_product()
        .map(|nodes| {
            let at = |token: &Vec<usize>| -> Vec<Rational> {
                token.iter().enumerate().map(|(k, &v)| frame.nodes()[k][v].clone()).collect()
            };
            let point: Vec<Vec<Rational>> = nodes.iter().map(|token| at(token)).collect();
            let weights: Rational = nodes
                .iter()
                .zip(sequence)
                .flat_map(|(token, x)| token.iter().enumerate().map(move |(k, &v)| weight(k, v, &x[k])))
                .product();
            evaluate_token(target, &point, 0).expect("a value")[0].clone() * weights
        })
        .sum()
}

/// A point of the box for every coordinate, from relative positions in hundredths.
fn place(target: &Target, relative: &[u8]) -> Vec<Vec<Rational>> {
    let d = target.dimension();
    let coordinate = |(i, &u): (usize, &u8)| {
        let side = &target.domain[i % d];
        side.inf() + side.wid() * ratio(i64::from(u % 101), 100)
    };
    let flat: Vec<Rational> = relative.iter().enumerate().map(coordinate).collect();
    flat.chunks(d).take(length(target)).map(<[Rational]>::to_vec).collect()
}

/// |f − p| at a sequence, at most.
fn distance(target: &Target, polynomial: &Target, sequence: &[Vec<Rational>]) -> Rational {
    let points: Vec<PreparedSide> =
        sequence.iter().flatten().map(|x| PreparedSide::new(&Interval::point(x.clone()))).collect();
    let mut enclosure = TargetEnclosure::new(target).expect("enclosures");
    let range = enclosure.enclose(&points.iter().collect::<Vec<_>>()).expect("a range")[0];
    let value = evaluate_token(polynomial, sequence, 0).expect("a value")[0].clone();
    let end = |end: Option<Rational>| (end.expect("bounded") - &value).abs();
    end(range.inf().to_rational()).max(end(range.sup().to_rational()))
}

const UNIT: (&str, &str) = ("0", "1");
const ODD: (&str, &str) = ("-2/3", "5/7");

/// Targets that leave the polynomials, with the sides of their boxes.
fn smooth_targets() -> Vec<Target> {
    vec![
        target(2, &[UNIT], "exp(x[0]*mean(y: y[0]))"),
        target(3, &[UNIT], "x[0]/(1 + sum(y: y[0]^2))"),
        target(2, &[ODD, UNIT], "sqrt(1/10 + sum(y: (x[0] - y[0])^2*y[1]))"),
        target(3, &[ODD], "sin(x[0])*prod(y != x: 1 + y[0]^2/4) + tanh(sum(y: y[0]))"),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn constants_and_affine_functions_are_reproduced(
        tokens in 1_usize..4, degree in 1_u32..6, a in -9_i64..9, b in -9_i64..9, c in -9_i64..9,
    ) {
        let affine = target(tokens, &[ODD], &format!("{a}/7 + {b}/3*x[0] + {c}/5*sum(y: y[0])"));
        let expected = expand_target(&affine, MAX_TERMS).expect("a polynomial");
        for operator in [Operator::Bernstein, Operator::Chebyshev] {
            let frame = frame(operator, degree, &affine);
            prop_assert_eq!(&exact_forms(&affine, &frame), &expected);
        }
    }

    #[test]
    fn multisets_of_nodes_give_the_sum_over_all_tuples(
        operator in prop::sample::select(vec![Operator::Bernstein, Operator::Chebyshev]),
        which in 0_usize..3, relative in prop::collection::vec(any::<u8>(), 6),
    ) {
        let (target, degree) = [
            (target(3, &[ODD], "abs(x[0] - sum(y: y[0]^2)) + prod(y != x: y[0] - 1/3)"), 3),
            (target(2, &[UNIT, ODD], "x[1]/(2 + sum(y: y[0]*y[1]))"), 2),
            (target(4, &[UNIT], "max(y != x: y[0]) - x[0]*min(y: y[0]^2)"), 2),
        ][which].clone();
        let frame = frame(operator, degree, &target);
        let made = approximant(&target, &frame, &Values::Exact, None).expect("an approximant");
        let sequence = place(&target, &relative);
        let value = evaluate_token(&made.target, &sequence, 0).expect("a value")[0].clone();
        prop_assert_eq!(value, tensor_sum(&target, &frame, &sequence));
        prop_assert_eq!(node_count(&frame, length(&target)), made.nodes.into());
        prop_assert!(made.terms() <= made.nodes);
    }

    #[test]
    fn the_error_is_within_both_a_priori_bounds(
        which in 0_usize..4, degree in 1_u32..6, relative in prop::collection::vec(any::<u8>(), 6),
    ) {
        let target = &smooth_targets()[which];
        let frame = frame(Operator::Bernstein, degree, target);
        let unit = ratio(1, 1 << 20);
        let made = approximant(target, &frame, &Values::Rounded(unit), None).expect("an approximant");
        let error = distance(target, &made.target, &place(target, &relative));
        let rounding = &made.node_rounding;
        prop_assert!(rounding <= &ratio(1, 1 << 20));
        let lipschitz = lipschitz_bound(target, &lipschitz_constants(target).expect("bounded"), degree);
        prop_assert!(error <= &lipschitz + rounding, "{error} > {lipschitz}");
        let smooth = smooth_bound(target, &second_derivatives(target).expect("smooth"), degree);
        prop_assert!(error <= &smooth + rounding, "{error} > {smooth}");
    }

    #[test]
    fn interpolation_is_exact_at_nodes_up_to_the_stated_rounding(
        which in 0_usize..4, nodes in prop::collection::vec(any::<prop::sample::Index>(), 6),
    ) {
        let target = &smooth_targets()[which];
        let frame = frame(Operator::Chebyshev, 3, target);
        let d = target.dimension();
        let slack = ratio(1, 1 << 16);
        let made = approximant(target, &frame, &Values::Rounded(ratio(1, 1 << 20)), Some(&slack))
            .expect("an approximant");
        prop_assert!(made.coefficient_rounding <= slack);
        let flat: Vec<Rational> = nodes
            .iter()
            .enumerate()
            .map(|(i, index)| index.get(&frame.nodes()[i % d]).clone())
            .take(length(target) * d)
            .collect();
        let sequence: Vec<Vec<Rational>> = flat.chunks(d).map(<[Rational]>::to_vec).collect();
        let error = distance(target, &made.target, &sequence);
        prop_assert!(error <= &made.node_rounding + &made.coefficient_rounding + ratio(1, 1 << 40));
    }
}

/// g written in explicit tokens: the symmetry of B_m g in x2..xn is decided from the sum over *all* nodes, and its
/// average over permutations is B_m g again.
#[test]
fn the_operator_of_a_semi_invariant_function_is_semi_invariant() {
    for target in smooth_targets() {
        let frame = frame(Operator::Bernstein, 2, &target);
        // B_m of a polynomial near f, so that all values are exact.
        let made = approximant(&target, &frame, &Values::Rounded(ratio(1, 1 << 12)), None).expect("made");
        let again = approximant(&made.target, &frame, &Values::Exact, None).expect("made");
        let n = length(&target);
        let relative: Vec<u8> = (0..n * target.dimension()).map(|i| (37 * i + 11) as u8).collect();
        let sequence = place(&target, &relative);
        let values: Vec<Rational> = (1..n)
            .permutations(n - 1)
            .map(|others| {
                let order = std::iter::once(0).chain(others);
                let permuted: Vec<_> = order.map(|j| sequence[j].clone()).collect();
                tensor_sum(&made.target, &frame, &permuted)
            })
            .collect();
        let mean: Rational = values.iter().sum::<Rational>() / integer(values.len() as i64);
        assert!(values.iter().all(|value| *value == mean));
        assert_eq!(evaluate_token(&again.target, &sequence, 0), Ok(vec![mean]));
    }
}

#[test]
fn an_approximant_is_what_its_file_says() {
    let target = target(3, &[UNIT], "exp(x[0]*mean(y: y[0]))");
    let frame = frame(Operator::Bernstein, 3, &target);
    let made = approximant(&target, &frame, &Values::Rounded(ratio(1, 1 << 10)), None).expect("made");
    let again = sumformer::reading::load_target("again", &made.target.source).expect("readable");
    assert_eq!(again, made.target);
    assert_eq!(expand_target(&again, MAX_TERMS).expect("a polynomial"), made.forms);
    assert!(made.target.source.contains("sum(y1 != x: ") && made.target.source.contains("sum(y2 != x, y1: "));
}

#[test]
fn the_smallest_degree_meets_the_error_and_the_one_below_does_not() {
    let target = target(2, &[UNIT], "exp(x[0]*mean(y: y[0]))");
    for operator in [Operator::Bernstein, Operator::Chebyshev] {
        let guess = smallest_degree(&target, operator, 0.01, f64::INFINITY).expect("reached");
        let error = |degree| sampled_error(&target, &frame(operator, degree, &target)).expect("sampled");
        assert!(error(guess.degree) <= 0.01 && guess.degree > 1);
        assert!(error(guess.degree - 1) > 0.01);
    }
    assert_eq!(choose_operator(&target, 0.01, f64::INFINITY).expect("reached").operator, Operator::Chebyshev);
}

#[test]
fn sizes_are_refused_before_any_work() {
    let many = target(40, &[UNIT, UNIT], "exp(mean(y: y[0]))");
    let frame = Frame::new(Operator::Bernstein, 2, &many.domain).expect("a frame");
    let refused = approximant(&many, &frame, &Values::Exact, None);
    let Err(ApproximationError::TooLarge { amount, .. }) = refused else { panic!("{refused:?}") };
    assert_eq!(amount, node_count(&frame, 40));
    let corner = target(2, &[UNIT], "abs(x[0] - mean(y: y[0]))");
    assert!(matches!(second_derivatives(&corner), Err(ApproximationError::NotSmooth(_))));
    assert!(lipschitz_constants(&corner).expect("bounded").own[0] <= Rational::one());
}
