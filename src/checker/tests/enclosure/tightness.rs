//! Enclosures are exact to first order; the excess is of second order.

use super::{derivatives, ends};
use num_traits::Signed;
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::{Rational, integer, power_of_two, ratio};

/// n sides of width h, the j-th from (1 + j) / 7.
fn sides(n: usize, h: &Rational) -> Vec<Interval> {
    (0..n as i64).map(|j| Interval::new(ratio(1 + j, 7), ratio(1 + j, 7) + h).unwrap()).collect()
}

/// Whether two numbers differ by less than 2^-50.
fn close(a: &Rational, b: &Rational) -> bool {
    (a - b).abs() < power_of_two(-50)
}

#[test]
fn linear_targets_have_their_first_order_width() {
    for n in 2..5_i64 {
        for h in [ratio(1, 3), ratio(1, 8), power_of_two(-20)] {
            let (inf, sup) = ends(n as usize, "mean(y: y[0]) - x[0]/2", &sides(n as usize, &h));
            // |1/n - 1/2| for the own token and 1/n for each of the others.
            let width = (ratio(n - 2, 2 * n) + ratio(n - 1, n)) * &h;
            assert!(close(&(sup - inf), &width), "{n} {h}");
        }
    }
}

#[test]
fn excess_widths_are_quadratic() {
    for k in [3, 6, 12, 20] {
        let h = power_of_two(-k);
        let slack = power_of_two(-50);
        // Around the maximum, where interval arithmetic alone has a width of order h.
        let around = Interval::new(ratio(1, 2) - &h, ratio(1, 2) + &h).unwrap();
        let (inf, sup) = ends(1, "x[0] * (1 - x[0])", &[around]);
        assert!(sup - inf <= integer(4) * &h * &h + &slack, "{k}");
        // Increasing in all coordinates: the exact range is known.
        let boxes = sides(3, &h);
        let (inf, sup) = ends(3, "sum(y: (x[0] + y[0])^2 - x[0] * y[0])", &boxes);
        let at = |end: fn(&Interval) -> &Rational| -> Rational {
            let x = end(&boxes[0]);
            boxes.iter().map(end).map(|y| (x + y) * (x + y) - x * y).sum()
        };
        let excess = (sup - inf) - (at(Interval::sup) - at(Interval::inf));
        assert!(excess <= integer(24) * &h * &h + &slack, "{k} {excess}");
        assert!(excess >= -slack);
    }
}

#[test]
fn quotients_and_powers_are_exact_to_first_order() {
    for (expression, slope) in [
        ("1/x[0]", ratio(-49, 4)),
        ("x[0]^3", ratio(12, 49)),
        ("x[0]^4", ratio(32, 343)),
        ("x[0]^5", ratio(80, 2401)),
    ] {
        for k in [8, 16] {
            let h = power_of_two(-k);
            let side = Interval::new(ratio(2, 7), ratio(2, 7) + &h).unwrap();
            let (inf, sup) = ends(1, expression, &[side]);
            let excess = (sup - inf) - slope.abs() * &h;
            assert!(excess.abs() <= integer(100) * &h * &h, "{expression} {excess}");
        }
    }
}

#[test]
fn signs_decide_kinks() {
    let h = ratio(1, 16);
    // x < y on these boxes, so all three are x - y or its like, of width 2h.
    for expression in [
        "max(y: y[0]) - x[0]",
        "min(y: y[0]) - max(y: y[0])",
        "sum(y: relu(y[0] - x[0]))",
        "sum(y: abs(x[0] - y[0]))",
    ] {
        let (inf, sup) = ends(2, expression, &sides(2, &h));
        assert!(close(&(sup - inf), &(integer(2) * &h)), "{expression}");
    }
    // Undecided: the range is still the one of the kink.
    let around = Interval::new(ratio(-1, 4), ratio(1, 2)).unwrap();
    assert_eq!(ends(1, "abs(x[0])", std::slice::from_ref(&around)), (integer(0), ratio(1, 2)));
    assert_eq!(ends(1, "relu(x[0])", &[around]), (integer(0), ratio(1, 2)));
}

/// Forms whose slopes come from the chords between the range and the centre, not from derivatives on the range.
#[test]
fn slopes_are_those_of_chords() {
    for (expression, side, wanted) in [
        ("abs(x[0]) - x[0]/2", (-1, 3), (ratio(-1, 2), ratio(3, 2))),
        ("abs(x[0]) + x[0]/2", (-3, 1), (ratio(-1, 2), ratio(3, 2))),
        ("relu(x[0]) - x[0]/2", (-1, 3), (ratio(-1, 2), ratio(3, 2))),
        ("x[0] / (1 + x[0])", (0, 2), (integer(0), integer(1))),
        // From 1: (t^4 - 1) / (t - 1) lies between 0 and 40 on [-1, 3].
        ("x[0]^4 - 20*x[0]", (-1, 3), (integer(-59), integer(21))),
    ] {
        let side = Interval::new(integer(side.0), integer(side.1)).unwrap();
        let (inf, sup) = ends(1, expression, &[side]);
        assert!(close(&inf, &wanted.0) && close(&sup, &wanted.1), "{expression} {inf} {sup}");
    }
}

#[test]
fn derivatives_of_one_variable_are_sharp() {
    for (expression, side, wanted) in [
        ("x[0]^2", (-1, 3), (-2, 6)),
        ("x[0]^3", (1, 3), (3, 27)),
        ("x[0]^3", (-3, -1), (3, 27)),
        ("x[0]^4", (-1, 2), (-4, 32)),
        ("abs(x[0])", (-1, 2), (-1, 1)),
        ("abs(x[0])", (1, 2), (1, 1)),
        ("relu(x[0])", (-2, 0), (0, 0)),
        ("relu(x[0])", (0, 2), (1, 1)),
        ("max(2*x[0], 5 - x[0])", (0, 4), (-1, 2)),
        ("max(2*x[0], 5 - x[0])", (2, 4), (2, 2)),
        ("min(2*x[0], 5 - x[0])", (2, 4), (-1, -1)),
        ("7 - 5*x[0]", (2, 2), (-5, -5)),
        ("n^2", (0, 1), (0, 0)),
    ] {
        let side = Interval::new(integer(side.0), integer(side.1)).unwrap();
        let (inf, sup) = derivatives(1, expression, &[side]).remove(0);
        assert!(
            close(&inf, &integer(wanted.0)) && close(&sup, &integer(wanted.1)),
            "{expression} {inf} {sup}"
        );
    }
}

#[test]
fn points_have_thin_enclosures() {
    let point = [Interval::point(ratio(1, 3)), Interval::point(ratio(-2, 7))];
    let (inf, sup) = ends(2, "sum(y: y[0]^5 / (2 + x[0])) - max(y: abs(y[0]))", &point);
    let exact =
        (Rational::pow(&ratio(1, 3), 5) + Rational::pow(&ratio(-2, 7), 5)) / ratio(7, 3) - ratio(1, 3);
    assert!(inf <= exact && exact <= sup && close(&inf, &sup));
}
