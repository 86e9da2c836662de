//! Elementary functions obey their equations and inequalities, at numbers and over intervals.

use super::dyadic::dyadic;
use super::exact;
use num_traits::Signed;
use proptest::prelude::*;
use sumformer_checker::arith::dyadic::Rounding::{Down, Up};
use sumformer_checker::arith::dyadic::{Dyadic, LIMIT};
use sumformer_checker::arith::dyadic_interval::DyadicInterval;
use sumformer_checker::arith::number::{Rational, floor_log2, integer, power_of_two, ratio};
use sumformer_checker::enclosure::image::Image;
use sumformer_checker::language::EvalError;
use sumformer_checker::language::ast::Function::{self, Cos, Exp, Log, Sigmoid, Sin, Sqrt, Tanh};

pub(super) const ALL: [Function; 7] = [Exp, Log, Sqrt, Sin, Cos, Tanh, Sigmoid];

pub(super) fn number(value: &Rational) -> Dyadic {
    Dyadic::from_rational(value, Down)
}

pub(super) fn point(value: Dyadic) -> DyadicInterval {
    DyadicInterval::point(value).unwrap()
}

/// The enclosure of the values over an interval; nothing off the domain.
pub(super) fn over(function: Function, a: DyadicInterval) -> Option<DyadicInterval> {
    Image::new(function, a, a).ok().map(|image| image.range)
}

pub(super) fn at(function: Function, x: Dyadic) -> Option<DyadicInterval> {
    over(function, point(x))
}

fn of(function: Function, a: DyadicInterval) -> DyadicInterval {
    over(function, a).unwrap()
}

/// Two enclosures of one number have a common element.
pub(super) fn meet(a: DyadicInterval, b: DyadicInterval) -> bool {
    a.intersection(b).is_some()
}

/// A width below 2^-bits times the number (or 1, whichever is larger).
fn thin(a: DyadicInterval, bits: i64) -> bool {
    exact(a.wid()) * power_of_two(bits) <= exact(a.mag()).max(integer(1))
}

/// Numbers of all signs and sizes between 2^low and 2^high.
fn sized(low: i64, high: i64) -> impl Strategy<Value = Dyadic> {
    let numbers = (any::<i64>(), 0..62_u32, low..high);
    numbers.prop_map(move |(m, cut, e)| {
        let m = integer(if m >> cut == 0 { 1 } else { m >> cut });
        let shift = e - floor_log2(&m.abs());
        number(&(m * power_of_two(shift)))
    })
}

/// An interval, and two of its elements.
pub(super) fn interval_with_elements() -> impl Strategy<Value = (DyadicInterval, [Dyadic; 2])> {
    (sized(-20, 6), sized(-40, 5), [0..9_i64, 0..9_i64]).prop_map(|(a, width, places)| {
        let sup = a.add(width.abs(), Up);
        let interval = DyadicInterval::new(a, sup).unwrap();
        let place =
            |place: i64| number(&(exact(a) + (exact(sup) - exact(a)) * ratio(place, 8))).max(a).min(sup);
        (interval, places.map(place))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn exponentials_multiply(a in sized(-70, 10), b in sized(-70, 10)) {
        let (a, b) = (point(a), point(b));
        prop_assert!(meet(of(Exp, a + b), of(Exp, a) * of(Exp, b)));
        let one = of(Exp, a) * of(Exp, -a);
        prop_assert!(one.contains(&integer(1)) && thin(one, 56));
    }

    #[test]
    fn logarithms_invert_exponentials(x in sized(-70, 10)) {
        let again = of(Log, of(Exp, point(x)));
        prop_assert!(again.contains(&exact(x)) && thin(again, 52), "{again:?}");
        let again = of(Exp, of(Log, point(x.abs())));
        prop_assert!(again.contains(&exact(x.abs())) && thin(again, 48), "{again:?}");
    }

    #[test]
    fn logarithms_add(a in sized(-300, 300), b in sized(-300, 300)) {
        let (a, b) = (point(a.abs()), point(b.abs()));
        prop_assert!(meet(of(Log, a * b), of(Log, a) + of(Log, b)));
        prop_assert!(meet(of(Log, a.divide(b).unwrap()), of(Log, a) - of(Log, b)));
    }

    #[test]
    fn square_roots_are_rounded(x in dyadic()) {
        let Some(root) = at(Sqrt, x) else {
            prop_assert!(x < Dyadic::ZERO);
            return Ok(());
        };
        let (low, high, x) = (exact(root.inf()), exact(root.sup()), exact(x));
        prop_assert!(&low * &low <= x && x <= &high * &high);
        if low != high {
            // Neighbours: there is no number of 62 bits between them.
            let unit = power_of_two(floor_log2(&low) - 61);
            prop_assert_eq!(high, &low + &unit);
            prop_assert!(&low * &low < x);
        }
    }

    #[test]
    fn angles_add(a in sized(-70, 30), b in sized(-70, 30)) {
        let (a, b) = (point(a), point(b));
        let [sin_a, cos_a, sin_b, cos_b] = [of(Sin, a), of(Cos, a), of(Sin, b), of(Cos, b)];
        let circle = sin_a.pow(2) + cos_a.pow(2);
        prop_assert!(circle.contains(&integer(1)) && thin(circle, 55));
        // The angle a + b may be an interval.
        prop_assert!(meet(of(Sin, a + b), sin_a * cos_b + cos_a * sin_b));
        prop_assert!(meet(of(Cos, a - b), cos_a * cos_b + sin_a * sin_b));
        prop_assert_eq!((of(Sin, -a), of(Cos, -a)), (-sin_a, cos_a));
    }

    #[test]
    fn saturating_functions_agree(t in sized(-70, 8)) {
        let (t, one) = (point(t), DyadicInterval::ONE);
        let (tanh, sigmoid) = (of(Tanh, t), of(Sigmoid, t + t));
        prop_assert!(meet(tanh, sigmoid + sigmoid - one));
        prop_assert_eq!(of(Tanh, -t), -tanh);
        prop_assert!((of(Sigmoid, -(t + t)) + sigmoid).contains(&integer(1)));
        // sigmoid(t) = exp(t) sigmoid(-t), tanh(2t) (1 + tanh² t) = 2 tanh t, tanh t < t.
        prop_assert!(meet(sigmoid, of(Exp, t + t) * of(Sigmoid, -(t + t))));
        prop_assert!(meet(of(Tanh, t + t) * (one + tanh.pow(2)), tanh + tanh));
        prop_assert!(tanh.abs().inf() <= t.mag() && of(Sin, t).abs().inf() <= t.mag());
    }

    #[test]
    fn bounds_are_ordered(a in sized(-70, 12), b in sized(-70, 12)) {
        let (a, b) = (a.min(b), a.max(b));
        for function in ALL {
            let (Some(low), Some(high)) = (at(function, a), at(function, b)) else {
                prop_assert!(matches!(function, Log | Sqrt) && a.signum() < 0);
                continue;
            };
            prop_assert!(low.inf() <= low.sup() && high.inf() <= high.sup());
            prop_assert!(matches!(function, Sin | Cos) || low.inf() <= high.sup(), "{function:?}");
        }
    }

    #[test]
    fn intervals_contain_the_values_of_their_elements((a, elements) in interval_with_elements()) {
        for function in ALL {
            let Some(range) = over(function, a) else {
                prop_assert!(a.inf().signum() < 0 || function == Log && a.inf().signum() == 0);
                continue;
            };
            for x in elements {
                let value = at(function, x).unwrap();
                prop_assert!(meet(range, value), "{function:?} {a:?} {x:?}");
            }
        }
    }
}

#[test]
fn extrema_of_waves_are_found_and_no_others() {
    let range = |function: Function, inf: Rational, sup: Rational| {
        let range = of(function, DyadicInterval::new(number(&inf), number(&sup)).unwrap());
        (exact(range.inf()), exact(range.sup()))
    };
    let (one, hundredth) = (integer(1), ratio(1, 100));
    for turn in [-1000, -8, -4, 0, 4, 12, 40, 100_000_000] {
        // Multiples m of π/2: 355/226 is less than 10^-6 off at m = 1.
        let near = |m: i64, off: &Rational| {
            let pi = Rational::new(
                "31415926535897932384626433832795028841971".parse().unwrap(),
                "10000000000000000000000000000000000000000".parse().unwrap(),
            );
            pi * ratio(turn + m, 2) + off
        };
        for (function, shift) in [(Sin, 0), (Cos, -1)] {
            let around = |m: i64| range(function, near(m + shift, &-&hundredth), near(m + shift, &hundredth));
            let between =
                |m: i64| range(function, near(m + shift, &hundredth), near(m + 1 + shift, &-&hundredth));
            assert_eq!(around(1).1, one);
            assert_eq!(around(3).0, -&one);
            assert!(around(0).1 < ratio(1, 99) && around(2).0 > ratio(-1, 99));
            assert!(around(1).0 > ratio(99, 100) && around(3).1 < ratio(-99, 100));
            for m in 0..4 {
                let (inf, sup) = between(m);
                assert!(-&one < inf && sup < one, "{function:?} {m} {turn}");
            }
            let wide = range(function, near(shift, &hundredth), near(shift + 3, &hundredth));
            assert_eq!(wide, (-&one, one.clone()));
        }
    }
    assert_eq!(range(Sin, integer(0), integer(7)), (-&one, one.clone()));
    assert_eq!(range(Cos, integer(-1), integer(0)).1, one);
}

#[test]
fn simple_values_are_exact() {
    let at = |function: Function, x: i64| at(function, number(&integer(x))).unwrap();
    assert_eq!(at(Exp, 0), DyadicInterval::ONE);
    assert_eq!(at(Log, 1), DyadicInterval::ZERO);
    assert_eq!((at(Sqrt, 0), at(Sqrt, 49)), (DyadicInterval::ZERO, point(number(&integer(7)))));
    assert_eq!((at(Sin, 0), at(Tanh, 0)), (DyadicInterval::ZERO, DyadicInterval::ZERO));
    assert_eq!(at(Sigmoid, 0), DyadicInterval::HALF);
    assert_eq!(at(Cos, 0).sup(), Dyadic::ONE);
}

/// Every pair of extreme ends, the infinite ones included, and finite numbers between them.
#[test]
fn extreme_arguments_are_survived() {
    let two = number(&integer(2));
    let mut ends: Vec<Dyadic> = [0, 1, 2, 19, 20, 21, 22, 40, 41, 1000, LIMIT as u32]
        .into_iter()
        .flat_map(|e| [two.pow(e, Down), Dyadic::ONE.div(two.pow(e, Down), Down).unwrap()])
        .chain([Dyadic::TINY, Dyadic::MAX, Dyadic::INFINITY])
        .flat_map(|x| [x, -x])
        .chain([Dyadic::ZERO])
        .collect();
    ends.sort();
    for function in ALL {
        for (i, &inf) in ends.iter().enumerate() {
            for (j, &sup) in ends.iter().enumerate().skip(i) {
                let Some(a) = DyadicInterval::new(inf, sup) else { continue };
                let (inside, mid) = (&ends[i..=j], point(a.mid()));
                let image = match Image::new(function, a, mid) {
                    Ok(image) => image,
                    Err(error) => {
                        assert_eq!(error, EvalError::OffDomain(function));
                        assert!(inf < Dyadic::ZERO || function == Log && inf == Dyadic::ZERO);
                        continue;
                    }
                };
                assert!(matches!(function, Sqrt | Sin | Cos) || image.chord.sup().signum() >= 0);
                for &x in inside.iter().filter(|x| x.is_finite()) {
                    let value = at(function, x).unwrap();
                    assert!(meet(image.range, value), "{function:?} {a:?} {x:?}");
                    assert!(value.inf() <= image.range.sup() && image.range.inf() <= value.sup());
                }
            }
        }
    }
    // What the limits are.
    let exp = |x: Dyadic| at(Exp, x).unwrap();
    assert_eq!((exp(-Dyadic::MAX).inf(), exp(-Dyadic::MAX).sup()), (Dyadic::ZERO, Dyadic::TINY));
    assert_eq!((exp(Dyadic::MAX).inf(), exp(Dyadic::MAX).sup()), (Dyadic::MAX, Dyadic::INFINITY));
    let unbounded = DyadicInterval::new(Dyadic::ONE, Dyadic::INFINITY).unwrap();
    assert_eq!(of(Log, unbounded), DyadicInterval::new(Dyadic::ZERO, Dyadic::INFINITY).unwrap());
    let far = DyadicInterval::new(number(&integer(3)), Dyadic::INFINITY).unwrap();
    assert!(exact(of(Log, far).inf()) > integer(1) && !of(Log, far).sup().is_finite());
    assert_eq!(of(Sqrt, unbounded), DyadicInterval::new(Dyadic::ONE, Dyadic::INFINITY).unwrap());
    assert_eq!(of(Tanh, unbounded).sup(), Dyadic::ONE);
}
