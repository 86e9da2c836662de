//! Interval operations contain every result on elements, and little else.

use super::dyadic::dyadic;
use super::exact;
use num_traits::Signed;
use proptest::prelude::*;
use sumformer_checker::arith::dyadic::Dyadic;
use sumformer_checker::arith::dyadic_interval::DyadicInterval;
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::{Rational, integer, max, min, power_of_two, ratio};

fn interval() -> impl Strategy<Value = DyadicInterval> {
    (dyadic(), dyadic()).prop_map(|(a, b)| DyadicInterval::new(a.min(b), a.max(b)).unwrap())
}

fn exact_interval(a: DyadicInterval) -> Interval {
    Interval::new(exact(a.inf()), exact(a.sup())).unwrap()
}

/// All quotients, if 0 is no divisor.
fn quotients(a: &Interval, b: &Interval) -> Option<Interval> {
    let inverse = Interval::new(b.sup().recip_or_none()?, b.inf().recip_or_none()?).ok()?;
    Some(a * &inverse)
}

trait Reciprocal {
    fn recip_or_none(&self) -> Option<Rational>;
}

impl Reciprocal for Rational {
    fn recip_or_none(&self) -> Option<Rational> {
        (*self != integer(0)).then(|| self.recip())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    /// The exact sets, rounded outward as little as possible.
    #[test]
    fn operations_are_sharp(a in interval(), b in interval()) {
        let (p, q) = (exact_interval(a), exact_interval(b));
        let enclosing = |exact: &Interval| DyadicInterval::enclosing(exact);
        prop_assert_eq!(a + b, enclosing(&(&p + &q)));
        prop_assert_eq!(a - b, enclosing(&(&p + &q.scale(&integer(-1)))));
        prop_assert_eq!(a * b, enclosing(&(&p * &q)));
        prop_assert_eq!(a.divide(b), if q.contains(&integer(0)) { None } else { quotients(&p, &q).map(|q| enclosing(&q)) });
        prop_assert_eq!(a.hull(b), enclosing(&p.hull(&q)));
        let both = Interval::new(max(p.inf().clone(), q.inf().clone()), min(p.sup().clone(), q.sup().clone()));
        prop_assert_eq!(a.intersection(b), both.ok().map(|both| enclosing(&both)));
        prop_assert_eq!(exact(a.mag()), p.mag());
        prop_assert!(exact(a.wid()) >= p.wid());
        let mid = exact(a.mid());
        prop_assert!(p.contains(&mid) && (mid - p.mid()).abs() <= p.mag() * power_of_two(-60));
    }

    #[test]
    fn powers_are_sharp(a in interval(), exponent in 0..30_u32) {
        let (power, wanted) = (exact_interval(a.pow(exponent)), exact_interval(a).power(exponent));
        prop_assert!(power.encloses(&wanted));
        for (end, wanted) in [(power.inf(), wanted.inf()), (power.sup(), wanted.sup())] {
            prop_assert!((end - wanted).abs() * power_of_two(54) <= wanted.abs());
        }
    }

    #[test]
    fn elements_stay_inside(a in interval(), b in interval(), s in 0..9_i64, t in 0..9_i64) {
        let (p, q) = (exact_interval(a), exact_interval(b));
        let (x, y) = (p.inf() + p.wid() * ratio(s, 8), q.inf() + q.wid() * ratio(t, 8));
        prop_assert!(a.contains(&x) && !a.contains(&(p.sup() + ratio(1, 3))) && !a.contains(&(p.inf() - ratio(1, 3))));
        prop_assert!(a.abs().contains(&x.abs()));
        prop_assert!(a.max(b).contains(&max(x.clone(), y.clone())));
        prop_assert!(a.min(b).contains(&min(x, y)));
    }
}

#[test]
fn signs_of_absolute_values_and_extrema() {
    let of = |a: i64, b: i64| DyadicInterval::enclosing(&Interval::new(integer(a), integer(b)).unwrap());
    assert_eq!([of(-3, 2).abs(), of(-3, -2).abs(), of(2, 3).abs()], [of(0, 3), of(2, 3), of(2, 3)]);
    assert_eq!((of(-3, 2).max(of(-1, 1)), of(-3, 2).min(of(-1, 1))), (of(-1, 2), of(-3, 1)));
}

/// ±2^3000 are far outside of what the finite ends bound, so they stand for unbounded elements.
#[test]
fn unbounded_intervals_contain_their_results() {
    let large = power_of_two(3000);
    let elements: Vec<Rational> = (-5..6).map(integer).chain([ratio(1, 2), large.clone(), -large]).collect();
    let end =
        |value: i64| Dyadic::from_rational(&integer(value), sumformer_checker::arith::dyadic::Rounding::Down);
    let (low, high) = (-Dyadic::INFINITY, Dyadic::INFINITY);
    let intervals: Vec<DyadicInterval> = [
        (low, end(-1)),
        (low, end(0)),
        (low, end(3)),
        (low, high),
        (end(-2), high),
        (end(0), high),
        (end(4), high),
        (end(0), end(0)),
        (end(-1), end(4)),
        (end(2), end(3)),
        (end(-3), end(-2)),
    ]
    .map(|(inf, sup)| DyadicInterval::new(inf, sup).unwrap())
    .into();
    for &a in &intervals {
        assert!(a.mid().is_finite() && a.contains(&exact(a.mid())), "{a:?}");
        for &b in &intervals {
            for x in elements.iter().filter(|&x| a.contains(x)) {
                for y in elements.iter().filter(|&y| b.contains(y)) {
                    assert!((a + b).contains(&(x + y)) && (a - b).contains(&(x - y)), "{a:?} {b:?} {x} {y}");
                    assert!((a * b).contains(&(x * y)), "{a:?} {b:?} {x} {y}");
                    assert!(
                        a.divide(b).is_none_or(|quotient| quotient.contains(&(x / y))),
                        "{a:?} {b:?} {x} {y}"
                    );
                    assert!(a.pow(3).contains(&(x * x * x)) && a.pow(2).contains(&(x * x)), "{a:?} {x}");
                }
            }
        }
    }
    assert_eq!(intervals[6].divide(intervals[6]), DyadicInterval::new(Dyadic::ZERO, high));
    assert_eq!(intervals[4] * intervals[7], DyadicInterval::ZERO);
    assert_eq!(DyadicInterval::new(high, high), None);
    assert_eq!(DyadicInterval::new(low, low), None);
    assert_eq!(DyadicInterval::new(end(1), end(0)), None);
}
