//! Enclosures contain the exact values and difference quotients of random expressions.

use super::properties::{expression, expression_with};
use super::{file, load, target};
use proptest::prelude::*;
use sumformer_checker::arith::dyadic_interval::DyadicInterval;
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::{Rational, ratio};
use sumformer_checker::enclosure::{PreparedSide, TargetEnclosure};
use sumformer_checker::language::evaluate_token;
use sumformer_checker::language::target::Target;

/// Tokens and coordinates of the generated expressions.
const SIDES: usize = 6;

/// A side, a point among the boxes or not much wider than 1.
fn side() -> impl Strategy<Value = Interval> {
    (-6..7_i64, 1..5_i64, 0..5_i64, 1..9_i64)
        .prop_map(|(p, q, w, s)| Interval::new(ratio(p, q), ratio(p, q) + ratio(w, s)).unwrap())
}

fn sides() -> impl Strategy<Value = Vec<Interval>> {
    prop::collection::vec(side(), SIDES)
}

/// Positions in the sides, in eighths; ends are frequent.
fn places() -> impl Strategy<Value = Vec<i64>> {
    prop::collection::vec(prop_oneof![Just(0), Just(8), 0..9_i64], SIDES)
}

/// Sums of quotients of good expressions; the divisors are at least 1.
fn quotient() -> impl Strategy<Value = String> {
    (expression(0, 3), expression(0, 2), expression(0, 2))
        .prop_map(|(a, b, c)| format!("({a}) / (1 + ({b})^2) - ({c}) / (-1 - abs({b}))^3"))
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![expression(0, 4), quotient()]
}

/// Expressions with functions that have no exact values; those of a restricted domain are applied within it.
fn transcendental() -> impl Strategy<Value = String> {
    const FUNCTIONS: [&str; 12] = [
        "exp(@)",
        "exp(-abs(@))",
        "exp((@)/8)",
        "log(0.01 + abs(@))",
        "log(exp(@))",
        "sqrt(abs(@))",
        "sqrt(1 + (@)^2)",
        "sin(@)",
        "cos(@)",
        "tanh(@)",
        "sigmoid(@)",
        "relu(@)",
    ];
    expression_with(&FUNCTIONS, 12, 0, 4)
}

/// The enclosure of the value at a point.
fn at_point(enclosure: &mut TargetEnclosure, sides: &[Interval], places: &[i64]) -> Option<DyadicInterval> {
    let point: Vec<Interval> = point(sides, places).concat().into_iter().map(Interval::point).collect();
    try_enclose(enclosure, &point)
}

fn point(sides: &[Interval], places: &[i64]) -> Vec<Vec<Rational>> {
    let at = |(side, &place): (&Interval, &i64)| side.inf() + side.wid() * ratio(place, 8);
    let coordinates: Vec<Rational> = sides.iter().zip(places).map(at).collect();
    coordinates.chunks(2).map(<[Rational]>::to_vec).collect()
}

fn value(target: &Target, sides: &[Interval], places: &[i64]) -> Rational {
    evaluate_token(target, &point(sides, places), 0).unwrap().remove(0)
}

fn enclose(enclosure: &mut TargetEnclosure, sides: &[Interval]) -> DyadicInterval {
    try_enclose(enclosure, sides).unwrap()
}

fn try_enclose(enclosure: &mut TargetEnclosure, sides: &[Interval]) -> Option<DyadicInterval> {
    let sides: Vec<PreparedSide> = sides.iter().map(PreparedSide::new).collect();
    enclosure.enclose(&sides.iter().collect::<Vec<_>>()).ok().map(|outputs| outputs[0])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn values_are_enclosed(text in text(), sides in sides(), places in prop::collection::vec(places(), 6)) {
        let target = target("3", &text);
        let enclosure = enclose(&mut TargetEnclosure::new(&target).unwrap(), &sides);
        for places in &places {
            let value = value(&target, &sides, places);
            prop_assert!(enclosure.contains(&value), "{value} is not in {enclosure:?}");
        }
    }

    #[test]
    fn difference_quotients_are_enclosed(text in text(), sides in sides(), places in places(), other in places()) {
        let target = target("3", &text);
        let prepared: Vec<PreparedSide> = sides.iter().map(PreparedSide::new).collect();
        let derivatives = TargetEnclosure::new(&target)
            .unwrap()
            .partial_derivatives(&prepared.iter().collect::<Vec<_>>())
            .unwrap()
            .remove(0);
        prop_assert_eq!(derivatives.len(), SIDES);
        for k in 0..SIDES {
            let mut moved = places.clone();
            moved[k] = if other[k] == places[k] { 8 - places[k] } else { other[k] };
            let step = sides[k].wid() * ratio(moved[k] - places[k], 8);
            if step == ratio(0, 1) {
                continue;
            }
            let quotient = (value(&target, &sides, &moved) - value(&target, &sides, &places)) / step;
            prop_assert!(derivatives[k].contains(&quotient), "{k}: {quotient} is not in {:?}", derivatives[k]);
        }
    }

    /// The values are known up to the enclosures at points, which are thin as a rule. An `exp` that leaves the range may
    /// be 0 in an enclosure, so that a logarithm refuses it: then the box must refuse it as well.
    #[test]
    fn values_of_transcendental_expressions_are_enclosed(
        text in transcendental(),
        sides in sides(),
        places in prop::collection::vec(places(), 6),
    ) {
        let mut enclosure = TargetEnclosure::new(&target("3", &text)).unwrap();
        let over = try_enclose(&mut enclosure, &sides);
        for places in &places {
            let at = at_point(&mut enclosure, &sides, places);
            let Some(over) = over else { continue };
            prop_assert!(at.is_some_and(|at| at.intersection(over).is_some()), "{text}: {at:?} {over:?}");
        }
    }

    #[test]
    fn difference_quotients_of_transcendental_expressions_are_enclosed(
        text in transcendental(),
        sides in sides(),
        places in places(),
    ) {
        let mut enclosure = TargetEnclosure::new(&target("3", &text)).unwrap();
        let prepared: Vec<PreparedSide> = sides.iter().map(PreparedSide::new).collect();
        let derivatives = enclosure.partial_derivatives(&prepared.iter().collect::<Vec<_>>());
        let Ok(derivatives) = derivatives.map(|mut outputs| outputs.remove(0)) else { return Ok(()) };
        for k in 0..SIDES {
            let mut moved = places.clone();
            moved[k] = 8 - places[k];
            let step = sides[k].wid() * ratio(moved[k] - places[k], 8);
            if step == ratio(0, 1) {
                continue;
            }
            let (Some(there), Some(here)) =
                (at_point(&mut enclosure, &sides, &moved), at_point(&mut enclosure, &sides, &places))
            else {
                continue;
            };
            let quotient = (there - here).divide(DyadicInterval::from_rational(&step)).unwrap();
            prop_assert!(quotient.intersection(derivatives[k]).is_some(), "{text} {k}: {quotient:?} {:?}", derivatives[k]);
        }
    }

    /// Nothing is left over from the boxes before.
    #[test]
    fn enclosures_do_not_depend_on_history(text in text(), first in sides(), second in sides()) {
        let target = target("3", &text);
        let mut used = TargetEnclosure::new(&target).unwrap();
        enclose(&mut used, &first);
        let fresh = enclose(&mut TargetEnclosure::new(&target).unwrap(), &second);
        prop_assert_eq!(enclose(&mut used, &second), fresh);
    }

    #[test]
    fn explicit_tokens_are_enclosed(sides in sides(), places in places(), symmetrize in any::<bool>()) {
        let (expression, keys) = if symmetrize {
            ("x1[0] * x2[1] - max(x3[0], x2[0]^3)", "symmetrize = true")
        } else {
            ("x1[1]^2 * (x2[0] - abs(x3[1])) * (x3[0] - abs(x2[1]))", "")
        };
        let target = load(&file("3", &format!("semi_invariant = ['{expression}']\n{keys}")));
        let enclosure = enclose(&mut TargetEnclosure::new(&target).unwrap(), &sides);
        prop_assert!(enclosure.contains(&value(&target, &sides, &places)));
    }
}
