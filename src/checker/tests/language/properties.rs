//! What holds for every expression.

use super::{file, target};
use proptest::prelude::*;
use sumformer_checker::arith::dyadic_interval::DyadicInterval;
use sumformer_checker::language::{Sequence, evaluate_run, read_target};

/// Texts of good expressions for 3 tokens of 2 coordinates, over `x` and the first `bound` of a, b, c.
pub(super) fn expression(bound: usize, depth: u32) -> BoxedStrategy<String> {
    expression_with(&["abs(@)", "relu(@)"], 1, bound, depth)
}

/// The same with these functions, `@` for the argument, and this share of them.
pub(super) fn expression_with(
    functions: &'static [&'static str],
    share: u32,
    bound: usize,
    depth: u32,
) -> BoxedStrategy<String> {
    let names = &["x", "a", "b", "c"][..=bound];
    let leaf = prop_oneof![
        (0..20_u32).prop_map(|k| k.to_string()),
        (0..200_u32).prop_map(|k| format!("{}.{:02}", k / 100, k % 100)),
        (1..9_u32, -60..60_i32).prop_map(|(k, e)| format!("{k}e{e}")),
        Just("n".to_string()),
        (prop::sample::select(names), 0..2_usize).prop_map(|(name, k)| format!("{name}[{k}]")),
    ];
    if depth == 0 {
        return leaf.boxed();
    }
    let inner = move || expression_with(functions, share, bound, depth - 1);
    let mut choices = vec![
        (2, leaf.boxed()),
        (
            4,
            (inner(), prop::sample::select(&["+", "-", "*"][..]), inner())
                .prop_map(|(a, o, b)| format!("({a}) {o} ({b})"))
                .boxed(),
        ),
        (
            2,
            (inner(), prop::sample::select(&["+", "-"][..]), inner())
                .prop_map(|(a, o, b)| format!("{a} {o} {b}"))
                .boxed(),
        ),
        (1, inner().prop_map(|a| format!("-({a})")).boxed()),
        (1, (inner(), 1..9_u32).prop_map(|(a, k)| format!("({a})/{k}")).boxed()),
        (1, (inner(), 0..4_u32).prop_map(|(a, k)| format!("({a})^{k}")).boxed()),
        (share, (prop::sample::select(functions), inner()).prop_map(|(f, a)| f.replace('@', &a)).boxed()),
        (
            1,
            (prop::sample::select(&["max", "min"][..]), inner(), inner())
                .prop_map(|(f, a, b)| format!("{f}({a}, {b})"))
                .boxed(),
        ),
    ];
    if bound < 3 {
        let binder = ["a", "b", "c"][bound];
        let reductions = &["sum", "mean", "prod", "max", "min"][..];
        let parts =
            (prop::sample::select(reductions), prop::sample::subsequence(names, 0..=names.len().min(2)));
        let reduce = (parts, expression_with(functions, share, bound + 1, depth - 1)).prop_map(
            move |((reduction, excluded), body)| {
                let excluded =
                    if excluded.is_empty() { String::new() } else { format!(" != {}", excluded.join(", ")) };
                format!("{reduction}({binder}{excluded}: {body})")
            },
        );
        choices.push((4, reduce.boxed()));
    }
    prop::strategy::Union::new_weighted(choices).boxed()
}

/// Three tokens of two small coordinates.
fn sequence() -> impl Strategy<Value = Vec<Vec<sumformer_checker::arith::number::Rational>>> {
    prop::collection::vec(token(), 3)
}

/// Two small coordinates.
fn token() -> impl Strategy<Value = Vec<sumformer_checker::arith::number::Rational>> {
    let number = (-4..5_i64, 1..4_i64).prop_map(|(p, q)| sumformer_checker::arith::number::ratio(p, q));
    prop::collection::vec(number, 2)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Lemma 2.9: f(PX) = P f(X), exactly.
    #[test]
    fn permuting_tokens_permutes_outputs(
        text in expression(0, 4),
        sequence in sequence(),
        order in Just(vec![0, 1, 2_usize]).prop_shuffle(),
    ) {
        let target = target("3", &text);
        let permuted: Vec<_> = order.iter().map(|&i| sequence[i].clone()).collect();
        let outputs = sumformer_checker::language::evaluate_sequence(&target, &sequence);
        let after = sumformer_checker::language::evaluate_sequence(&target, &permuted);
        let expected = outputs.map(|outputs| order.iter().map(|&i| outputs[i].clone()).collect::<Vec<_>>());
        prop_assert!(expected.is_ok());
        prop_assert_eq!(after, expected);
    }

    /// Keeping the values of inner reductions changes nothing.
    #[test]
    fn evaluation_agrees_with_the_definition(text in expression(0, 4), sequence in sequence(), i in 0..3_usize) {
        let target = target("3", &text);
        let expr = &target.body.expressions()[0];
        let value = super::values::by_definition(expr, &sequence, &mut vec![i]);
        prop_assert_eq!(sumformer_checker::language::evaluate_token(&target, &sequence, i), Ok(vec![value]));
        let all = sumformer_checker::language::evaluate_sequence(&target, &sequence).unwrap();
        for (j, values) in all.iter().enumerate() {
            prop_assert_eq!(&values[0], &super::values::by_definition(expr, &sequence, &mut vec![j]));
        }
    }

    /// Equal neighbours that are counted have the values that they have one by one, exactly and in enclosures; every
    /// length from 1.
    #[test]
    fn runs_agree_with_the_definition(
        text in expression(0, 4),
        runs in prop::collection::vec((token(), 1..4_usize), 1..4),
    ) {
        let (tokens, copies): (Vec<_>, Vec<_>) = runs.into_iter().unzip();
        let n: usize = copies.iter().sum();
        // What excludes as many tokens as there are is refused when it is read.
        let source = file(&n.to_string(), &format!("output = ['''{text}''']"));
        if let (Ok(target), true) = (read_target(&source), n <= 5) {
            let expr = &target.body.expressions()[0];
            let written: Vec<_> =
                tokens.iter().zip(&copies).flat_map(|(t, &c)| std::iter::repeat_n(t.clone(), c)).collect();
            let sequence = Sequence::of_runs(&tokens, &copies).unwrap();
            let enclosed = |x: &Vec<_>| x.iter().map(DyadicInterval::from_rational).collect::<Vec<_>>();
            let intervals: Vec<_> = tokens.iter().map(enclosed).collect();
            let enclosure = Sequence::of_runs(&intervals, &copies).unwrap();
            let mut first = 0;
            for (run, &count) in copies.iter().enumerate() {
                let value = super::values::by_definition(expr, &written, &mut vec![first]);
                let enclosure = evaluate_run(&target, enclosure, run).unwrap()[0];
                prop_assert!(enclosure.contains(&value), "{value} not in {enclosure:?}");
                prop_assert_eq!(evaluate_run(&target, sequence, run), Ok(vec![value]));
                first += count;
            }
        }
    }
}
