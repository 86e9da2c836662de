//! The root continued beyond the end of its domain: values, slopes, curvature, and how far it moves.

use super::elementary::{at, interval_with_elements, meet, over, point};
use super::exact;
use num_traits::{Signed, Zero};
use proptest::prelude::*;
use sumformer_checker::arith::dyadic::Dyadic;
use sumformer_checker::arith::dyadic::Rounding::Up;
use sumformer_checker::arith::dyadic_interval::DyadicInterval;
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::{Rational, integer, ratio};
use sumformer_checker::enclosure::curvature::curvature;
use sumformer_checker::enclosure::image::{Image, moved};
use sumformer_checker::enclosure::univariate;
use sumformer_checker::language::EvalError;
use sumformer_checker::language::ast::Function::{Root, Sqrt};

/// Intervals around 0, beside it and at it, with two elements.
fn near_zero() -> impl Strategy<Value = (DyadicInterval, [Dyadic; 2])> {
    (-8..8_i64, 0..12_i64, [0..9_i64, 0..9_i64]).prop_map(|(low, width, places)| {
        let at = |place: i64| ratio(8 * low + width * place, 64);
        let number = |value: Rational| Dyadic::from_rational(&value, Up);
        let a = DyadicInterval::new(number(at(0)), number(at(8))).unwrap();
        (a, places.map(|place| number(at(place))))
    })
}

fn either() -> impl Strategy<Value = (DyadicInterval, [Dyadic; 2])> {
    prop_oneof![near_zero(), interval_with_elements()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn it_is_the_root_of_the_positive_part((a, [x, _]) in either()) {
        let positive = point(x.max(Dyadic::ZERO));
        prop_assert_eq!(at(Root, x), over(Sqrt, positive));
        prop_assert!(meet(over(Root, a).unwrap(), at(Root, x).unwrap()));
    }

    #[test]
    fn chords_contain_difference_quotients((a, [x, y]) in either()) {
        for c in [a, point(y)] {
            let image = Image::new(Root, a, c).unwrap();
            prop_assert!(meet(image.centre, at(Root, y).unwrap()));
            if x != y {
                let rise = at(Root, x).unwrap() - at(Root, y).unwrap();
                prop_assert!(meet(image.chord, rise.divide(point(x) - point(y)).unwrap()), "{a:?} {x:?} {y:?}");
            }
        }
    }

    /// |√max(s, 0) − √max(t, 0)|² ≤ |s − t|: no more than the root of the distance, with any slopes.
    #[test]
    fn it_moves_at_most_by_the_root_of_the_distance((a, [x, y]) in either()) {
        let (distance, rise) = ((point(x) - point(y)).mag(), (at(Root, x).unwrap() - at(Root, y).unwrap()).abs());
        prop_assert!(exact(rise.inf()) * exact(rise.inf()) <= exact(distance));
        for c in [a, point(y)] {
            let bound = moved(Root, a, c, distance).unwrap();
            prop_assert!(bound.is_finite() && exact(rise.inf()) <= exact(bound), "{a:?} {c:?} {x:?} {y:?}");
        }
        let rational = |a: DyadicInterval| Interval::new(exact(a.inf()), exact(a.sup())).unwrap();
        let bound = univariate::moved(Root, &rational(a), &rational(point(y)), &exact(distance)).unwrap();
        prop_assert!(exact(rise.inf()) <= bound);
    }

    #[test]
    fn second_differences_are_second_derivatives((a, [x, y]) in near_zero()) {
        let bend = curvature(Root, a).unwrap();
        if x != y {
            let middle = (point(x) + point(y)) * DyadicInterval::HALF;
            let [left, centre, right] = [point(x), middle, point(y)].map(|t| over(Root, t).unwrap());
            let half = (point(x) - point(y)) * DyadicInterval::HALF;
            let difference = (left - centre - centre + right).divide(half.pow(2)).unwrap();
            prop_assert!(meet(bend, difference), "{a:?} {x:?} {y:?}");
        }
    }
}

#[test]
fn the_modulus_is_the_least_of_its_bounds() {
    let interval = |lo: i64, hi: i64| Interval::new(ratio(lo, 100), ratio(hi, 100)).unwrap();
    let within = |value: Rational, wanted: Rational| {
        assert!(value >= wanted && value <= &wanted * ratio(1001, 1000), "{value} is not near {wanted}");
    };
    // At 0 only the root of the distance is finite.
    within(
        univariate::moved(Root, &interval(-1, 100), &interval(0, 100), &ratio(1, 10_000)).unwrap(),
        ratio(1, 100),
    );
    // From [1/100, 1] down to below 0, at most 1/√(1/100) = 10 times the distance.
    let bound = univariate::moved(Root, &interval(-1, 100), &interval(1, 100), &ratio(1, 10_000)).unwrap();
    within(bound, ratio(1, 1000));
    // Away from 0 the slope 1/(2√(1/4)) = 1.
    within(
        univariate::moved(Root, &interval(25, 100), &interval(25, 100), &ratio(1, 100)).unwrap(),
        ratio(1, 100),
    );
    // Nothing moves by nothing.
    assert!(univariate::moved(Root, &interval(-1, 1), &interval(0, 1), &integer(0)).unwrap().is_zero());
    // The root itself is not continued.
    assert_eq!(univariate::image(Sqrt, &interval(-1, 1)), Err(EvalError::OffDomain(Sqrt)));
    assert!(!univariate::image(Root, &interval(-1, 1)).unwrap().inf().is_negative());
}
