//! The normal form against its definition: augmented monomials summed over distinct tokens, means over all.

use num_traits::{One, Zero};
use proptest::prelude::*;
use sumformer_checker::arith::number::{Rational, ratio};
use sumformer_checker::arith::polynomial::Monomial;
use sumformer_checker::language::target::{Target, Tokens};
use sumformer_checker::language::{evaluate_token, read_target};
use sumformer_checker::normal_form::expansion::{ExpansionError, expand_target, expand_target_in};
use sumformer_checker::normal_form::{NormalForm, Others, SumsOf};

const LIMIT: usize = 100_000;

/// A polynomial expression in scope of x and `bound` further tokens.
fn expression(bound: usize, depth: u32, means_only: bool) -> BoxedStrategy<String> {
    let names = &["x", "a", "b"][..=bound];
    let leaf = prop_oneof![
        (1..5_u32).prop_map(|k| k.to_string()),
        (prop::sample::select(names), 0..2_usize).prop_map(|(name, k)| format!("{name}[{k}]")),
    ];
    if depth == 0 {
        return leaf.boxed();
    }
    let inner = move || expression(bound, depth - 1, means_only);
    let mut forms = vec![
        leaf.boxed(),
        (inner(), inner(), prop::sample::select(vec!["+", "-", "*"]))
            .prop_map(|(a, b, op)| format!("({a} {op} {b})"))
            .boxed(),
        (inner(), 0..3_u32).prop_map(|(a, k)| format!("({a})^{k}")).boxed(),
        (inner(), 1..4_u32).prop_map(|(a, k)| format!("(-{a}/{k})")).boxed(),
    ];
    if bound < 2 {
        let fresh = ["a", "b"][bound];
        let reductions: &[&str] = if means_only { &["mean"] } else { &["sum", "mean", "prod", "sum"] };
        let excluded: Vec<String> = if means_only {
            vec![String::new()]
        } else {
            ["", " != x", " != a", " != x, a"][..if bound == 0 { 2 } else { 4 }]
                .iter()
                .map(ToString::to_string)
                .collect()
        };
        forms.push(
            (
                expression(bound + 1, depth - 1, means_only),
                prop::sample::select(reductions),
                prop::sample::select(excluded),
            )
                .prop_map(move |(body, reduction, excluded)| {
                    format!("{reduction}({fresh}{excluded}: {body})")
                })
                .boxed(),
        );
    }
    prop::strategy::Union::new(forms).boxed()
}

fn target(tokens: &str, expression: &str) -> Option<Target> {
    let source =
        format!("name = \"t\"\ntokens = {tokens}\ndomain = [[0, 1], [0, 1]]\noutput = [\"{expression}\"]\n");
    read_target(&source).ok()
}

fn sequence(n: usize) -> impl Strategy<Value = Vec<Vec<Rational>>> {
    let number = (-3..4_i64, 1..3_i64).prop_map(|(p, q)| ratio(p, q));
    prop::collection::vec(prop::collection::vec(number, 2), n)
}

fn power_product(monomial: &Monomial, token: &[Rational]) -> Rational {
    monomial.powers().iter().fold(Rational::one(), |v, &(k, e)| v * token[k as usize].pow(e))
}

/// Σ over distinct j_1..j_k among `tokens` of Π x_{j_r}^{β_r}, term by term.
fn augmented(parts: &[Monomial], tokens: &[Vec<Rational>], used: &mut Vec<usize>) -> Rational {
    let Some((part, rest)) = parts.split_first() else { return Rational::one() };
    let mut sum = Rational::zero();
    for j in 0..tokens.len() {
        if !used.contains(&j) {
            used.push(j);
            sum += power_product(part, &tokens[j]) * augmented(rest, tokens, used);
            used.pop();
        }
    }
    sum
}

/// The value of a normal form with one named token, at token `i`.
fn evaluate(form: &NormalForm, tokens: &[Vec<Rational>], i: usize) -> Rational {
    let others: Vec<Vec<Rational>> =
        tokens.iter().enumerate().filter(|&(j, _)| j != i).map(|(_, t)| t.clone()).collect();
    let sum = |part: &Monomial, over: &[Vec<Rational>]| -> Rational {
        over.iter().map(|t| power_product(part, t)).sum()
    };
    let n = Rational::from_integer(tokens.len().into());
    form.terms()
        .map(|(basis, coefficient)| {
            let symmetric = match form.others() {
                Others::Count(_) => augmented(&basis.parts, &others, &mut Vec::new()),
                Others::Means => basis.parts.iter().fold(Rational::one(), |v, p| v * sum(p, tokens) / &n),
                Others::Sums { of: SumsOf::All, .. } => {
                    basis.parts.iter().fold(Rational::one(), |v, p| v * sum(p, tokens))
                }
                Others::Sums { of: SumsOf::Others, .. } => {
                    basis.parts.iter().fold(Rational::one(), |v, p| v * sum(p, &others))
                }
            };
            coefficient * power_product(&basis.named, &tokens[i]) * symmetric
        })
        .sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn normal_form_is_the_target_for_every_fixed_length(
        (n, tokens) in (1..5_usize).prop_flat_map(|n| (Just(n), sequence(n))),
        text in expression(0, 3, false),
    ) {
        let Some(target) = target(&n.to_string(), &text) else { return Ok(()) };
        let others = [
            Others::Count(n - 1),
            Others::Sums { rest: n - 1, of: SumsOf::All },
            Others::Sums { rest: n - 1, of: SumsOf::Others },
        ];
        for others in others {
            let forms = match expand_target_in(&target, others, LIMIT) {
                Ok(forms) => forms,
                // A product over tokens has no reading in written sums; the canonical form always exists.
                Err(ExpansionError::TooLarge { .. }) if others != Others::Count(n - 1) => continue,
                Err(error) => return Err(TestCaseError::fail(format!("{text}: {error}"))),
            };
            for i in 0..n {
                let wanted = evaluate_token(&target, &tokens, i).unwrap().remove(0);
                prop_assert_eq!(evaluate(&forms[0], &tokens, i), wanted, "{} in {:?}", text, others);
            }
        }
    }

    #[test]
    fn normal_form_in_means_is_the_target_for_every_length(
        tokens in (1..5_usize).prop_flat_map(sequence),
        text in expression(0, 3, true),
    ) {
        let target = target("\"any\"", &text).expect("means are allowed for every length");
        let forms = expand_target(&target, LIMIT).unwrap();
        for i in 0..tokens.len() {
            let wanted = evaluate_token(&target, &tokens, i).unwrap().remove(0);
            prop_assert_eq!(evaluate(&forms[0], &tokens, i), wanted, "{}", text);
        }
    }

    #[test]
    fn normal_form_does_not_depend_on_how_the_target_is_written(
        n in 1..5_usize, text in expression(0, 2, false), other in expression(0, 2, false),
    ) {
        let (Some(left), Some(right)) = (
            target(&n.to_string(), &format!("({text})*({other}) + sum(a: ({text}))")),
            target(&n.to_string(), &format!("sum(a != x: ({text})) + ({other})*({text}) + ({text})")),
        ) else { return Ok(()) };
        prop_assert_eq!(expand_target(&left, LIMIT).unwrap(), expand_target(&right, LIMIT).unwrap());
    }
}

#[test]
fn power_sums_of_few_tokens_satisfy_relations_that_only_the_canonical_form_sees() {
    // For two others p_1³ − 3 p_1 p_2 + 2 p_3 = 6 e_3 = 0.
    let p = |k: u32| format!("sum(a != x: a[0]^{k})");
    let relation = format!("{}^3 - 3*{}*{} + 2*{}", p(1), p(1), p(2), p(3));
    let target = target("3", &relation).unwrap();
    assert!(expand_target(&target, LIMIT).unwrap()[0].is_zero());
    let written = expand_target_in(&target, Others::Sums { rest: 2, of: SumsOf::Others }, LIMIT).unwrap();
    assert!(!written[0].is_zero());
    assert_eq!(target.tokens, Tokens::Fixed(3));
}

#[test]
fn hostile_expressions_are_refused_instead_of_filling_the_memory() {
    let nested = (0..40).fold("x[0]".to_string(), |e, k| format!("sum(t{k}: {e} + t{k}[0])"));
    for text in [
        "(x[0] + sum(a: a[0]))^10000",
        "prod(a: x[0] + a[0] + a[1] + 1)^50",
        "sum(a: a[0] + a[1])^30 * sum(a: a[0]^2 + a[1])^30",
        &nested,
    ] {
        let target = target("50", text).unwrap_or_else(|| panic!("{text} parses"));
        let start = std::time::Instant::now();
        assert!(expand_target(&target, LIMIT).is_err(), "{text}");
        assert!(start.elapsed().as_secs() < 120, "{text}");
    }
}
