//! Second derivatives, and images over rational intervals, against values of the function.

use super::elementary::{ALL, meet, over};
use super::exact;
use proptest::prelude::*;
use sumformer_checker::arith::dyadic_interval::DyadicInterval;
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::{Rational, integer, ratio, to_f64};
use sumformer_checker::enclosure::curvature::curvature;
use sumformer_checker::enclosure::univariate::{image, lipschitz};
use sumformer_checker::language::EvalError;
use sumformer_checker::language::ast::Function::{
    self, Abs, Exp, Hat, Inverse, Log, Relu, Sigmoid, Sqrt, Tanh,
};

fn smooth() -> impl Strategy<Value = Function> {
    (0..=ALL.len()).prop_map(|k| ALL.get(k).copied().unwrap_or(Inverse))
}

fn interval(lo: Rational, hi: Rational) -> Interval {
    Interval::new(lo, hi).unwrap()
}

fn bend(function: Function, lo: Rational, hi: Rational) -> DyadicInterval {
    curvature(function, DyadicInterval::enclosing(&interval(lo, hi))).unwrap()
}

fn value(function: Function, t: &Rational) -> DyadicInterval {
    over(function, DyadicInterval::from_rational(t)).unwrap()
}

/// (φ(m − h) − 2φ(m) + φ(m + h))/h², which is φ'' somewhere between.
fn second_difference(function: Function, m: &Rational, h: &Rational) -> DyadicInterval {
    let [left, middle, right] = [m - h, m.clone(), m + h].map(|t| value(function, &t));
    (left - middle - middle + right).divide(DyadicInterval::from_rational(&(h * h))).unwrap()
}

fn place(function: Function, k: i64) -> Rational {
    ratio(if matches!(function, Log | Sqrt | Inverse) { k.abs() + 1 } else { k }, 16)
}

proptest! {
    #[test]
    fn second_differences_are_second_derivatives(
        function in smooth(), k in -80..80_i64, width in 1..64_i64, (from, to) in (0..15_i64, 1..16_i64),
    ) {
        let (lo, width) = (place(function, k), ratio(width, 32));
        let bend = bend(function, lo.clone(), &lo + &width);
        let (from, to) = (from.min(to - 1), from.max(to));
        let h = &width * ratio(to - from, 32);
        let m = &lo + &width * ratio(to + from, 32);
        prop_assert!(meet(bend, second_difference(function, &m, &h)));
    }

    #[test]
    fn second_derivatives_are_tight(function in smooth(), k in -80..80_i64, width in 0..64_i64) {
        // The ends of the enclosure are second derivatives at points of the interval.
        let (lo, width) = (place(function, k), ratio(width, 32));
        let bend = bend(function, lo.clone(), &lo + &width);
        let h = ratio(1, 1 << 14);
        let at = |j: i64| to_f64(&exact(second_difference(function, &(&lo + &width * ratio(j, 64)), &h).mid()));
        let samples: Vec<f64> = (0..=64).map(at).collect();
        let (least, largest) = samples.iter().fold((f64::MAX, f64::MIN), |(a, b), &x| (a.min(x), b.max(x)));
        let (inf, sup) = (to_f64(&exact(bend.inf())), to_f64(&exact(bend.sup())));
        let slack = 2e-3 * (1.0 + sup.abs().max(inf.abs()));
        prop_assert!(inf >= least - slack && sup <= largest + slack, "{inf} {least} {largest} {sup}");
    }

    #[test]
    fn images_contain_values_and_slopes(function in smooth(), k in -80..80_i64, width in 1..64_i64, (i, j) in (0..9_i64, 0..9_i64)) {
        let (lo, width) = (place(function, k), ratio(width, 32));
        let range = interval(lo.clone(), &lo + &width);
        let [s, t] = [i, j].map(|i| &lo + &width * ratio(i, 8));
        let [at_s, at_t] = [&s, &t].map(|t| value(function, t));
        let image = image(function, &range).unwrap();
        prop_assert!(meet(DyadicInterval::enclosing(&image), at_s));
        let slope = lipschitz(function, &range).unwrap();
        let rise = exact((at_s - at_t).abs().inf());
        let run = if s < t { &t - &s } else { &s - &t };
        prop_assert!(rise <= slope * run);
    }
}

#[test]
fn the_extrema_of_the_second_derivatives_of_sigmoids_are_found() {
    // 4√3/9 = 0.7698003589195010…, √3/18 = 0.0962250448649376…
    for (function, peak) in [(Tanh, 0.769_800_358_919_501), (Sigmoid, 0.096_225_044_864_937_6)] {
        let bend = bend(function, integer(-3), integer(3));
        assert!((to_f64(&exact(bend.sup())) - peak).abs() < 1e-14);
        assert!((to_f64(&exact(bend.inf())) + peak).abs() < 1e-14);
    }
}

#[test]
fn between_kinks_nothing_bends() {
    for (function, kinks) in [(Abs, &[0][..]), (Relu, &[0]), (Hat, &[-1, 0, 1])] {
        for k in -8..8 {
            let bend = bend(function, ratio(k, 4), ratio(k + 2, 4));
            let kink = kinks.contains(&((k + 1) / 4)) && (k + 1) % 4 == 0;
            assert_eq!(
                bend,
                if kink { DyadicInterval::WHOLE } else { DyadicInterval::ZERO },
                "{function:?} {k}"
            );
        }
    }
}

#[test]
fn the_ends_of_domains_are_seen() {
    let unit = |lo: i64| interval(integer(lo), integer(1));
    assert!(!bend(Sqrt, integer(0), integer(1)).is_bounded());
    assert_eq!(lipschitz(Sqrt, &unit(0)), Err(EvalError::TooWide));
    assert_eq!(image(Sqrt, &unit(0)), Ok(unit(0)));
    assert_eq!(image(Exp, &interval(integer(0), integer(1_i64 << 40))), Err(EvalError::TooWide));
    for (function, lo) in [(Log, 0), (Sqrt, -1), (Inverse, 0)] {
        assert!(image(function, &unit(lo)).is_err() && lipschitz(function, &unit(lo)).is_err());
        assert!(curvature(function, DyadicInterval::enclosing(&unit(lo))).is_err());
    }
    for function in [Abs, Relu] {
        assert_eq!(lipschitz(function, &unit(-1)), Ok(integer(1)));
    }
}
