//! Slopes of chords of elementary functions: contained, exact to first order, sharp where a function bends one way.

use super::elementary::{ALL, at, interval_with_elements, meet, number, point};
use super::{derivatives, ends, exact};
use num_traits::Signed;
use proptest::prelude::*;
use sumformer_checker::arith::dyadic::Dyadic;
use sumformer_checker::arith::dyadic_interval::DyadicInterval;
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::{Rational, integer, power_of_two, ratio};
use sumformer_checker::enclosure::image::Image;
use sumformer_checker::language::ast::Function::{Abs, Cos, Exp, Log, Sigmoid, Sin, Sqrt, Tanh};

/// The slope of one chord.
fn quotient(function: sumformer_checker::language::ast::Function, x: Dyadic, y: Dyadic) -> DyadicInterval {
    (at(function, x).unwrap() - at(function, y).unwrap()).divide(point(x) - point(y)).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn chords_contain_difference_quotients((a, [x, y]) in interval_with_elements()) {
        for function in ALL {
            for c in [a, point(y), point(a.mid())] {
                let Ok(image) = Image::new(function, a, c) else { continue };
                let y = if c == a { y } else { c.inf() };
                prop_assert!(meet(image.centre, at(function, y).unwrap()));
                if x != y {
                    prop_assert!(meet(image.chord, quotient(function, x, y)), "{function:?} {a:?} {x:?} {y:?}");
                }
            }
        }
    }

    /// Where the second derivative has one sign, the slopes at the ends are the least and the largest.
    #[test]
    fn chords_are_sharp((a, [_, y]) in interval_with_elements()) {
        let slack = |a: &Rational| power_of_two(-40) * (a.abs() + integer(1));
        for function in [Exp, Log, Sqrt, Tanh, Sigmoid] {
            let one_sided = a.inf().signum() >= 0 || a.sup().signum() <= 0;
            let moderate = a.mag() < number(&integer(20)) && a.wid() > number(&power_of_two(-15));
            if !(one_sided && moderate) || y == a.inf() || y == a.sup() {
                continue;
            }
            let Ok(image) = Image::new(function, a, point(y)) else { continue };
            let slopes = quotient(function, a.inf(), y).hull(quotient(function, a.sup(), y));
            if !image.chord.is_bounded() {
                prop_assert!(function == Sqrt && y.signum() == 0);
                continue;
            }
            let excess = exact(image.chord.wid()) - exact(slopes.wid());
            let scale = exact(slopes.mag()) + exact(image.range.mag()) ;
            prop_assert!(excess <= slack(&scale), "{function:?} {a:?} {y:?} {excess}");
        }
    }
}

/// Over a width h the slopes differ by at most h times the largest second derivative, below 13 here, and rounding.
#[test]
fn chords_are_exact_to_first_order() {
    for start in [ratio(1, 3), ratio(11, 8), ratio(-7, 5), ratio(5, 2)] {
        for k in [3, 10, 20, 28, 40, 55] {
            let h = power_of_two(-k);
            let a = DyadicInterval::new(number(&start), number(&(&start + &h))).unwrap();
            for function in ALL {
                let Ok(image) = Image::new(function, a, point(a.mid())) else { continue };
                let bound = integer(14) * &h + power_of_two(-55);
                assert!(exact(image.chord.wid()) <= bound, "{function:?} {start} {k}");
            }
        }
    }
}

/// Centred forms have the first-order width of the exact range.
#[test]
fn ranges_of_forms_are_exact_to_first_order() {
    for (expression, slope) in [
        ("exp(x[0]) - x[0]", 0),
        ("sin(x[0]) - x[0]", 0),
        ("tanh(x[0]) - 2*x[0]", -1),
        ("4*sigmoid(x[0]) + x[0]", 2),
        ("log(1 + x[0]) + sqrt(1 + 2*x[0])", 2),
        ("cos(x[0])", 0),
    ] {
        for k in [4, 10, 20] {
            let h = power_of_two(-k);
            let (inf, sup) = ends(1, expression, &[Interval::new(integer(0), h.clone()).unwrap()]);
            let excess = (sup - inf) - integer(i64::abs(slope)) * &h;
            assert!(excess <= integer(4) * &h * &h + power_of_two(-55), "{expression} {k} {excess}");
        }
    }
}

#[test]
fn slopes_of_roots_are_unbounded_at_zero_only() {
    let chord = |inf: Rational, sup: Rational, c: Rational| {
        let a = DyadicInterval::new(number(&inf), number(&sup)).unwrap();
        let chord = Image::new(Sqrt, a, point(number(&c))).unwrap().chord;
        (chord.inf().to_rational().unwrap(), chord.sup().to_rational())
    };
    assert_eq!(chord(integer(0), integer(4), integer(0)), (ratio(1, 2), None));
    assert_eq!(chord(integer(0), integer(4), integer(4)), (ratio(1, 4), Some(ratio(1, 2))));
    assert_eq!(chord(integer(1), integer(9), integer(1)), (ratio(1, 4), Some(ratio(1, 2))));
    // The range by its ends stays, through sums and products with unbounded slopes.
    let side = [Interval::new(integer(0), integer(4)).unwrap()];
    assert_eq!(ends(1, "sqrt(x[0]) * 3 - 1", &side), (integer(-1), integer(5)));
    assert_eq!(ends(1, "sqrt(sqrt(16*x[0]^2))", &side), (integer(0), integer(4)));
}

#[test]
fn derivatives_are_enclosed_sharply() {
    let near = |value: &Rational, wanted: f64| {
        (sumformer_checker::arith::number::to_f64(value) - wanted).abs() < 1e-12
    };
    let e = std::f64::consts::E;
    for (expression, inf, sup, low, high) in [
        ("exp(x[0])", 0, 1, 1.0, e),
        ("log(x[0])", 1, 4, 0.25, 1.0),
        ("sqrt(x[0])", 1, 4, 0.25, 0.5),
        ("sin(x[0])", -1, 1, 1_f64.cos(), 1.0),
        ("cos(x[0])", 0, 1, -1_f64.sin(), 0.0),
        ("tanh(x[0])", -1, 2, 1.0 - 2_f64.tanh().powi(2), 1.0),
        ("sigmoid(4*x[0])", -1, 0, 4.0 * (1.0 + e.powi(4)).recip() * (1.0 + e.powi(-4)).recip(), 1.0),
    ] {
        let side = Interval::new(integer(inf), integer(sup)).unwrap();
        let (least, largest) = derivatives(1, expression, &[side]).remove(0);
        assert!(near(&least, low) && near(&largest, high), "{expression} {least} {largest}");
    }
}

#[test]
fn rational_functions_have_images_too() {
    let a = DyadicInterval::new(number(&integer(-1)), number(&integer(3))).unwrap();
    let image = Image::new(Abs, a, point(number(&integer(1)))).unwrap();
    let three = number(&integer(3));
    assert_eq!(image.range, DyadicInterval::new(Dyadic::ZERO, three).unwrap());
    assert_eq!((image.centre, image.chord.sup()), (DyadicInterval::ONE, Dyadic::ONE));
    assert!(Image::new(Sin, a, a).is_ok() && Image::new(Cos, a, a).is_ok());
    assert!(
        Image::new(Tanh, a, a).is_ok() && Image::new(Sigmoid, a, a).is_ok() && Image::new(Exp, a, a).is_ok()
    );
    assert!(Image::new(Log, a, a).is_err());
}
