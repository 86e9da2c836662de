//! Taylor's formula holds with the enclosed coefficients, and they are those of known series.

use super::elementary::{ALL, meet, over, point};
use proptest::prelude::*;
use sumformer_checker::arith::dyadic_interval::DyadicInterval;
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::{Rational, ratio};
use sumformer_checker::enclosure::taylor::expansion;
use sumformer_checker::language::ast::Function::{self, Abs, Hat, Inverse, Log, Relu, Sigmoid, Sqrt, Tanh};

fn any_function() -> impl Strategy<Value = Function> {
    let others = [Inverse, Abs, Relu, Hat];
    (0..ALL.len() + others.len())
        .prop_map(move |k| if k < ALL.len() { ALL[k] } else { others[k - ALL.len()] })
}

proptest! {
    #[test]
    fn the_function_is_its_expansion(
        function in any_function(), k in -60..60_i64, width in 1..32_i64, (i, c) in (0..9_i64, 0..9_i64), order in 1..12_usize,
    ) {
        let k = if matches!(function, Log | Inverse) { k.abs() + 1 } else if function == Sqrt { k.abs() } else { k };
        let (lo, width) = (ratio(k, 16), ratio(width, 32));
        let whole = DyadicInterval::enclosing(&Interval::new(lo.clone(), &lo + &width).unwrap());
        let at = |i: i64| DyadicInterval::from_rational(&(&lo + &width * ratio(i, 8)));
        let (t, centre) = (at(i), point(at(c).mid()));
        let list = expansion(function, whole, centre, order).unwrap();
        let sum = list.iter().rev().fold(DyadicInterval::ZERO, |sum, &c| sum * (t - centre) + c);
        prop_assert!(meet(sum, over(function, t).unwrap()));
        if i == c {
            prop_assert!(!meet(sum + DyadicInterval::from_rational(&ratio(1, 1 << 40)), over(function, t).unwrap()));
        }
    }
}

#[test]
fn known_series_are_found() {
    let series: [(Function, i64, [Rational; 6]); 5] = [
        (Tanh, 0, [(0, 1), (1, 1), (0, 1), (-1, 3), (0, 1), (2, 15)].map(|(p, q)| ratio(p, q))),
        (Sigmoid, 0, [(1, 2), (1, 4), (0, 1), (-1, 48), (0, 1), (1, 480)].map(|(p, q)| ratio(p, q))),
        (Log, 1, [(0, 1), (1, 1), (-1, 2), (1, 3), (-1, 4), (1, 5)].map(|(p, q)| ratio(p, q))),
        (Sqrt, 1, [(1, 1), (1, 2), (-1, 8), (1, 16), (-5, 128), (7, 256)].map(|(p, q)| ratio(p, q))),
        (Inverse, -1, [(-1, 1); 6].map(|(p, q)| ratio(p, q))),
    ];
    for (function, at, coefficients) in series {
        let at = DyadicInterval::from_integer(at);
        let list = expansion(function, at, at, 5).unwrap();
        assert_eq!(list.len(), 6);
        for (enclosure, coefficient) in list.iter().zip(&coefficients) {
            assert!(enclosure.contains(coefficient), "{function:?} {enclosure:?} {coefficient}");
            assert!(enclosure.wid() < DyadicInterval::from_rational(&ratio(1, 1 << 50)).inf());
        }
    }
}
