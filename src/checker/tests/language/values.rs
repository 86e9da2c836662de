//! Values of targets, by hand and against a direct evaluation of the definition.

use super::{file, load, target};
use std::time::{Duration, Instant};
use sumformer_checker::arith::number::{Rational, integer, ratio};
use sumformer_checker::language::ast::{BinaryOp, Expr, ExprKind, Extremum, Function, Reduction};
use sumformer_checker::language::{EvalError, Sequence, evaluate_run, evaluate_sequence, evaluate_token};

/// The value straight from the definition, without keeping anything; total on what the tests generate.
pub(super) fn by_definition(expr: &Expr, sequence: &[Vec<Rational>], at: &mut Vec<usize>) -> Rational {
    let zero = integer(0);
    match &expr.kind {
        ExprKind::Number(value) => value.clone(),
        ExprKind::Length => Rational::from_integer(sequence.len().into()),
        ExprKind::Coordinate { token, index } => sequence[at[*token]][*index].clone(),
        ExprKind::Negate(a) => -by_definition(a, sequence, at),
        ExprKind::Binary(op, a, b) => {
            let (a, b) = (by_definition(a, sequence, at), by_definition(b, sequence, at));
            match op {
                BinaryOp::Add => a + b,
                BinaryOp::Subtract => a - b,
                BinaryOp::Multiply => a * b,
                BinaryOp::Divide => a / b,
            }
        }
        ExprKind::Power(a, k) => {
            let a = by_definition(a, sequence, at);
            (0..*k).fold(integer(1), |power, _| power * &a)
        }
        ExprKind::Call(Function::Abs, a) => {
            let a = by_definition(a, sequence, at);
            if a < zero { -a } else { a }
        }
        ExprKind::Call(_, a) => by_definition(a, sequence, at).max(zero),
        ExprKind::Extremum(Extremum::Max, a, b) => {
            by_definition(a, sequence, at).max(by_definition(b, sequence, at))
        }
        ExprKind::Extremum(Extremum::Min, a, b) => {
            by_definition(a, sequence, at).min(by_definition(b, sequence, at))
        }
        ExprKind::Reduce { reduction, excluded, body, .. } => {
            let mut values = Vec::new();
            for j in 0..sequence.len() {
                if excluded.iter().all(|&level| at[level] != j) {
                    at.push(j);
                    values.push(by_definition(body, sequence, at));
                    at.pop();
                }
            }
            let count = Rational::from_integer(values.len().into());
            match reduction {
                Reduction::Sum => values.iter().sum(),
                Reduction::Mean => values.iter().sum::<Rational>() / count,
                Reduction::Product => values.iter().product(),
                Reduction::Max => values.into_iter().max().unwrap(),
                Reduction::Min => values.into_iter().min().unwrap(),
            }
        }
    }
}

fn tokens(values: &[i64]) -> Vec<Vec<Rational>> {
    values.iter().map(|&v| vec![integer(v), integer(10 * v)]).collect()
}

/// The values of all tokens of the single output.
fn values(text: &str, sequence: &[Vec<Rational>]) -> Vec<Rational> {
    let target = target(&sequence.len().to_string(), text);
    evaluate_sequence(&target, sequence).unwrap().into_iter().map(|mut outputs| outputs.remove(0)).collect()
}

#[test]
fn values_by_hand() {
    for (text, expected) in [
        ("x[0] - x[1]/5", [ratio(-1, 1), ratio(-2, 1), ratio(-4, 1)]),
        ("sum(y: y[0])", [integer(7), integer(7), integer(7)]),
        ("sum(y != x: y[0])", [integer(6), integer(5), integer(3)]),
        ("mean(y != x: y[0])", [integer(3), ratio(5, 2), ratio(3, 2)]),
        ("prod(y: y[0] - x[0])", [integer(0), integer(0), integer(0)]),
        ("prod(y != x: y[0] - x[0])", [integer(3), integer(-2), integer(6)]),
        ("max(y != x: y[0]) - min(y != x: y[0])", [integer(2), integer(3), integer(1)]),
        ("sum(y != x: sum(z != x, y: y[0] * z[0]))", [integer(16), integer(8), integer(4)]),
        ("sum(y: sum(z != y: x[0]))", [integer(6), integer(12), integer(24)]),
        ("(x[0] - x[0])^0 + n", [integer(4), integer(4), integer(4)]),
        ("sum(y != x: sum(z != x, y: sum(w != x, y, z: 5)))", [integer(0), integer(0), integer(0)]),
        ("sum(y != x: sum(z != x, y: prod(w != x, y, z: 5)))", [integer(2), integer(2), integer(2)]),
        ("max(abs(-x[0]), 2) * relu(x[0] - 1)", [integer(0), integer(2), integer(12)]),
        ("-x[0]^2", [integer(-1), integer(-4), integer(-16)]),
    ] {
        assert_eq!(values(text, &tokens(&[1, 2, 4])), expected, "{text}");
    }
}

/// `!=` compares positions: two tokens with equal coordinates differ.
#[test]
fn positions_differ_not_values() {
    assert_eq!(values("sum(y != x: y[0])", &tokens(&[3, 3])), [integer(3), integer(3)]);
    assert_eq!(values("sum(y != x: 1)", &tokens(&[3, 3, 3])), vec![integer(2); 3]);
}

/// Excluding two tokens that may coincide leaves n − 1 or n − 2 over.
#[test]
fn coinciding_exclusions_count_once() {
    let expected = vec![integer(2) + integer(1) + integer(1); 3];
    assert_eq!(values("sum(y: sum(z != x, y: 1))", &tokens(&[1, 2, 4])), expected);
    assert_eq!(values("sum(y: mean(z != x, y: 1))", &tokens(&[1, 2, 4])), vec![integer(3); 3]);
}

#[test]
fn any_length_is_the_length_of_the_sequence() {
    let target = target("\"any\"", "mean(y: y[0]) - x[0]");
    for values in [&[5][..], &[1, 2, 6]] {
        let mean = ratio(values.iter().sum(), values.len() as i64);
        for (i, &value) in values.iter().enumerate() {
            assert_eq!(evaluate_token(&target, &tokens(values), i), Ok(vec![&mean - integer(value)]));
        }
    }
    assert_eq!(evaluate_sequence::<f64>(&target, &[]), Ok(Vec::new()));
}

#[test]
fn semi_invariant_takes_the_own_token_first() {
    let plain = load(&file("3", "semi_invariant = ['x1[0] + 10*x2[0] + 100*x3[0]', 'x1[1]']"));
    let sequence = tokens(&[1, 2, 4]);
    let first = |target, i| evaluate_token(target, &sequence, i).unwrap()[0].clone();
    assert_eq!([0, 1, 2].map(|i| first(&plain, i)), [421, 412, 214].map(integer));
    let averaged = load(&file("3", "semi_invariant = ['x1[0] + 10*x2[0] + 100*x3[0]']\nsymmetrize = true"));
    assert_eq!([0, 1, 2].map(|i| first(&averaged, i)), [331, 277, 169].map(integer));
}

/// The average over all 4! orders of four others: each of them stands first 6 times.
#[test]
fn symmetrizing_meets_every_order_once() {
    let target = load(&file("5", "semi_invariant = ['x2[0]^4*x3[0]^3*x4[0]^2*x5[0]']\nsymmetrize = true"));
    let others = [2_i64, 3, 5, 7];
    let mut sum = 0;
    for a in 0..4 {
        for b in (0..4).filter(|&b| b != a) {
            for c in (0..4).filter(|&c| c != a && c != b) {
                sum += others[a].pow(4) * others[b].pow(3) * others[c].pow(2) * others[6 - a - b - c];
            }
        }
    }
    assert_eq!(evaluate_token(&target, &tokens(&[1, 2, 3, 5, 7]), 0), Ok(vec![ratio(sum, 24)]));
    let single = load(&file("1", "semi_invariant = ['x1[0]']\nsymmetrize = true"));
    assert_eq!(evaluate_token(&single, &tokens(&[9]), 0), Ok(vec![integer(9)]));
    let long = load(&file("9", "semi_invariant = ['x2[0]']\nsymmetrize = true"));
    assert_eq!(evaluate_token(&long, &tokens(&[1; 9]), 0), Err(EvalError::TooManyPermutations(9)));
}

#[test]
fn failures_are_values() {
    let at = |text: &str| evaluate_token(&target("2", text), &tokens(&[1, 2]), 0);
    assert_eq!(at("1/(x[0]-1)"), Err(EvalError::DivisionByZero));
    assert_eq!(at("sum(y: exp(y[0]))"), Err(EvalError::NotRational(Function::Exp)));
    assert_eq!(at("sum(y != x: 0*log(y[0]))"), Err(EvalError::NotRational(Function::Log)));
    assert!(matches!(at("((1+n)^10000)^10000"), Err(EvalError::TooLarge(_))));
    assert_eq!(at("((1-n)^10000)^10000"), Ok(vec![integer(1)]));
    let good = target("2", "x[0]");
    assert_eq!(evaluate_token(&good, &tokens(&[1]), 0), Err(EvalError::WrongLength { wanted: 2, got: 1 }));
    assert_eq!(
        evaluate_token(&good, &tokens(&[1, 2]), 2),
        Err(EvalError::NoSuchToken { token: 2, length: 2 })
    );
    let ragged = [vec![1.0, 2.0], vec![1.0]];
    assert_eq!(
        evaluate_token(&good, &ragged, 0),
        Err(EvalError::WrongDimension { token: 1, wanted: 2, got: 1 })
    );
}

#[test]
fn floats_follow_the_same_definition() {
    let target = target(
        "2",
        "exp(x[0]) + log(2) * sigmoid(0) / sqrt(4) + tanh(0) + sin(0) + cos(0) + min(x[0], x[1])^3",
    );
    let values = evaluate_token(&target, &[vec![1.0, 2.0], vec![0.0, 0.0]], 0).unwrap();
    assert!((values[0] - (1_f64.exp() + 2_f64.ln() / 4.0 + 2.0)).abs() < 1e-14);
    let quotient = super::target("2", "1/x[0] - max(x[1], 0)");
    assert_eq!(evaluate_token(&quotient, &[vec![0.0, 1.0], vec![1.0, 1.0]], 0), Ok(vec![f64::INFINITY]));
    assert!(evaluate_token(&quotient, &[vec![1.0, f64::NAN], vec![1.0, 1.0]], 0).unwrap()[0].is_nan());
}

/// Without keeping the inner means this would take 8·10^12 steps.
#[test]
fn inner_reductions_are_not_repeated() {
    let target = target("20000", "sum(y: y[0] * mean(z: z[0] + mean(w: w[0]))) + mean(y: y[1])");
    let sequence: Vec<Vec<f64>> = (0..20_000).map(|k| vec![f64::from(k % 2), 1.0]).collect();
    let start = Instant::now();
    let outputs = evaluate_sequence(&target, &sequence).unwrap();
    assert!(outputs.iter().all(|output| (output[0] - 10_001.0).abs() < 1e-6), "{:?}", outputs[0]);
    assert!(start.elapsed() < Duration::from_secs(10), "took {:?}", start.elapsed());
}

/// Many runs: what is excluded is left out of a tree of values, and sums are added in pairs.
#[test]
fn long_sequences_agree_with_the_definition() {
    let bodies = [
        "z[0]",
        "z[0] * y[1]",
        "max(z[0], y[0]) - x[1]",
        "sum(w != z, x: w[0] * y[0])",
        "mean(w: w[0] / z[0])",
    ];
    let reductions = ["sum", "mean", "prod", "max", "min"];
    let exclusions = ["", " != x", " != y", " != x, y"];
    let copies: Vec<usize> = (0..66).map(|run| 1 + usize::from(run % 33 == 0)).collect();
    let numbers = [integer(-1), ratio(1, 2), integer(1), integer(2)];
    let token = |run: usize| vec![numbers[run * run % 7 % 4].clone(), numbers[run / 4 % 4].clone()];
    let runs: Vec<_> = (0..66).map(token).collect();
    let written: Vec<_> =
        runs.iter().zip(&copies).flat_map(|(token, &n)| std::iter::repeat_n(token.clone(), n)).collect();
    let sequence = Sequence::of_runs(&runs, &copies).unwrap();
    let n = written.len().to_string();
    for (number, body) in bodies.iter().enumerate() {
        for (k, inner) in reductions.iter().enumerate() {
            let outer = reductions[(k + number) % 5];
            let excluded = exclusions[(k + 2 * number + 1) % 4];
            let text = format!("{outer}(y{}: {inner}(z{excluded}: {body}))", ["", " != x"][k % 2]);
            let target = target(&n, &text);
            let expr = &target.body.expressions()[0];
            for (run, position) in [(0, 0), (33, 34)] {
                let value = by_definition(expr, &written, &mut vec![position]);
                assert_eq!(evaluate_run(&target, sequence, run), Ok(vec![value.clone()]), "{text} at {run}");
                assert_eq!(
                    evaluate_token(&target, &written, position),
                    Ok(vec![value]),
                    "{text} at {position}"
                );
            }
        }
    }
}

/// Seconds, where the definition takes days.
#[test]
fn long_sequences_take_little_time() {
    let n = 100_000;
    let tokens: Vec<Vec<f64>> = (0..n).map(|j| vec![f64::from(j % 7), 1.0]).collect();
    let outer: Vec<Vec<f64>> = tokens.clone();
    for text in ["sum(y: min(z != y: z[0]) * y[1])", "max(y != x: y[0]) + mean(y: mean(z: z[0]) * y[0])"] {
        let values = evaluate_sequence(&target(&n.to_string(), text), &outer).unwrap();
        assert!(values.iter().all(|value| value[0].is_finite()), "{text}");
    }
    // A run of equal tokens costs as much as one.
    let long = target("1000000", "sum(y: sum(z != y: y[0]*z[0]) + x[0]) + min(y != x: y[1])");
    let runs = [vec![integer(3), integer(0)], vec![integer(2), integer(5)]];
    let sequence = Sequence::of_runs(&runs, &[1, 999_999]).unwrap();
    let m = integer(999_999);
    // 3·2m twice, and 4·m(m − 1); x[0] = 3 for all m + 1.
    let wanted =
        integer(12) * &m + integer(4) * &m * (&m - integer(1)) + integer(3) * (&m + integer(1)) + integer(5);
    assert_eq!(evaluate_run(&long, sequence, 0), Ok(vec![wanted]));
}
