//! How far piecewise linear interpolants are from what they interpolate.

use proptest::prelude::*;
use sumformer::approximation::cover::cuts;
use sumformer::reading::load_target;
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::{Rational, integer, ratio, to_f64};
use sumformer_checker::language::evaluate_token;
use sumformer_checker::language::target::{Body, Target};
use sumformer_checker::surrogate::cover::{InterpolantError, Uncovered};
use sumformer_checker::surrogate::derivative;

/// An expression in x[0] and t = x[1], on [0, 1]².
fn function(expression: &str) -> Target {
    let source = format!("name = 't'\ntokens = 1\ndomain = [[0, 1], [0, 1]]\noutput = ['{expression}']\n");
    load_target("t.toml", &source).unwrap_or_else(|problems| panic!("{problems}"))
}

fn within(target: &Target, pieces: u32, error: &Rational) -> bool {
    let first = derivative(&target.body.expressions()[0], (0, 1))
        .map(|first| Target { body: Body::Output(vec![first]), ..target.clone() });
    let domain = [target.domain[0].clone(), target.domain[1].clone()];
    let distance = InterpolantError::new(target, first.as_ref(), 1, &domain[1], pieces);
    distance.is_ok_and(|mut distance| cuts(&mut distance, &domain, error).is_ok())
}

#[test]
fn kinks_cost_a_quarter_of_their_jump() {
    // Jumps of 2, 1, 8, and 6 at the worst.
    for (kernel, jump) in [
        ("abs(x[0] - x[1])", 2),
        ("relu(x[0] - x[1])", 1),
        ("relu(1 - 4*abs(x[0] - x[1] - 1/4))", 8),
        ("3*max(x[0], x[1]) - 3*min(x[0], x[1]) + x[1]", 6),
    ] {
        for pieces in [1, 2, 3, 7, 64, 1000] {
            let error = ratio(jump, 4 * i64::from(pieces));
            assert!(within(&function(kernel), pieces, &(&error * ratio(1001, 1000))), "{kernel}, {pieces}");
        }
        assert!(!within(&function(kernel), 16, &ratio(jump * 99, 100 * 4 * 16)), "{kernel}");
    }
    // Between the knots of a kink that always is at a knot there is none.
    assert!(within(&function("abs(x[1] - 1/2)"), 4, &ratio(1, 1 << 30)));
}

#[test]
fn bends_cost_an_eighth_of_their_square() {
    let square = function("(x[0] - x[1])^2");
    assert!(within(&square, 10, &ratio(2 * 1001, 8 * 100 * 1000)));
    assert!(!within(&square, 10, &ratio(2 * 99, 8 * 100 * 100)));
    // Steep at one end only.
    assert!(within(&function("exp(-8*x[1])"), 8, &ratio(13, 100)));
    assert!(!within(&function("exp(-8*x[1])"), 8, &ratio(5, 100)));
    // Where there is no enclosure there is no proof.
    assert!(!within(&function("log(x[1] - x[0])"), 4, &integer(1000)));
}

#[test]
fn coordinates_without_width_are_not_halved() {
    let kernel = function("abs(x[0] - x[1])");
    let domain = [Interval::point(ratio(1, 3)), kernel.domain[1].clone()];
    let check = |error: Rational| -> Result<String, Uncovered> {
        cuts(&mut InterpolantError::new(&kernel, None, 1, &domain[1], 2)?, &domain, &error)
    };
    assert!(check(ratio(1, 4)).is_ok());
    let message = check(ratio(1, 8)).unwrap_err().to_string();
    assert!(message.contains("not shown to be at most 1/8"), "{message}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// What is accepted is true, and not much more is asked for than is true.
    #[test]
    fn interpolants_are_as_near_as_shown(
        which in 0usize..9, pieces in 1u32..40, (a, b, c) in (-8i64..9, 1i64..9, -8i64..9), places in prop::collection::vec((0.0f64..1.0, 0.0f64..1.0), 200),
    ) {
        let texts = [
            format!("abs(x[0] - {b}*x[1] + {a}/8)"),
            format!("relu({b} - {b}*abs(x[0] - x[1] - {a}/8))*({c} + x[0])"),
            format!("relu(x[1] - x[0] + {a}/8)*x[1] + {c}*relu(x[0] - x[1])"),
            format!("max({a}*x[0]/4, {b}*x[1]/4)*{c}"),
            format!("exp(-{b}*(x[0] - x[1])^2)"),
            format!("relu(sin({b}*x[0] - {a}*x[1]))"),
            format!("1/((x[0] - x[1])^2 + {b}/4) - abs(x[1] - {a}/8)"),
            format!("sigmoid({c}*(x[0] - x[1]))*x[1]"),
            format!("min(abs(x[0] - x[1]), {b}/16)"),
        ];
        let target = function(&texts[which]);
        let value = |x: f64, t: f64| evaluate_token(&target, &[vec![x, t]], 0).unwrap()[0];
        let step = 1.0 / f64::from(pieces);
        let seen = places.iter().map(|&(x, place)| {
            let left = (place * f64::from(pieces)).floor() * step;
            let share = (place - left) / step;
            let chord = value(x, left) * (1.0 - share) + value(x, left + step) * share;
            (value(x, place) - chord).abs()
        }).fold(0.0, f64::max);
        // Refused where samples exceed it.
        if seen > 1e-9 {
            let below = Rational::from_float(seen * 0.999).unwrap();
            prop_assert!(!within(&target, pieces, &below), "{} {}", texts[which], seen);
        }
        // Accepted at an error that bounds of slopes by hand promise: all slopes are at most 400 here, all kinks too.
        let far = integer(200) / integer(i64::from(pieces));
        prop_assert!(within(&target, pieces, &far), "{} {}", texts[which], to_f64(&far));
    }
}
