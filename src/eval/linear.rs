//! Targets rewritten so that sums over tokens share what they can: factors that do not depend on a sum's token leave it.
//!
//! *Why it is the same function.* Σ_b (Σ_r o_r · i_r(b)) = Σ_r o_r · Σ_b i_r(b) if no o_r depends on b, and the same for
//! means: sums are linear, whichever tokens they run over. Sums, products and powers in a body are expanded as far as it
//! takes to write it as Σ_r o_r · i_r(b). So `sum(a: sum(b != a: a[0]*b[0]))` becomes `sum(a: a[0] * sum(b != a: b[0]))`,
//! and a polynomial of two tokens costs a pass over the tokens, not one over all pairs.
//!
//! A sum that leaves out several tokens, all of them different, is the sum over all tokens without their terms:
//! Σ_{c ≠ a, b} i(c) = Σ_c i(c) − i(a) − i(b) if a ≠ b. So sums that are nested deeper come apart as well.
//!
//! Exact values stay the same. Rounded ones do not: (x − y)² is written as x² − 2xy + y², whose terms cancel. So this is
//! for what would take too long otherwise.

use num_traits::{One, Zero};
use std::cmp::Ordering;
use std::collections::BTreeSet;
use sumformer_checker::arith::number::{Rational, binomial};
use sumformer_checker::language::ast::{BinaryOp, Expr, ExprKind, Function, Reduction, TokenLevel};
use sumformer_checker::language::target::{Body, Target};

/// The most terms into which a body is expanded.
const MAX_TERMS: usize = 256;

/// The same function, its sums factored.
pub fn factored(target: &Target) -> Target {
    let body = match &target.body {
        Body::Output(expressions) => {
            Body::Output(expressions.iter().map(|e| rewritten(e, &mut vec![Vec::new()])).collect())
        }
        // No binder occurs in these.
        Body::SemiInvariant { .. } => target.body.clone(),
    };
    Target { body, ..target.clone() }
}

/// o · i(b), the first of which does not depend on the bound token.
#[derive(Clone)]
struct Term {
    outer: Expr,
    inner: Expr,
}

/// The expression with the sums in it factored; `scope` has the levels that each level in scope differs from.
fn rewritten(expr: &Expr, scope: &mut Vec<Vec<TokenLevel>>) -> Expr {
    let kind = match &expr.kind {
        ExprKind::Reduce { reduction, binder, excluded, body } => {
            let depth = scope.len();
            scope.push(excluded.clone());
            let body = rewritten(body, scope);
            scope.pop();
            let over = |excluded: &[TokenLevel], body: Expr| {
                let (binder, excluded) = (binder.clone(), excluded.to_vec());
                like(expr, ExprKind::Reduce { reduction: *reduction, binder, excluded, body: Box::new(body) })
            };
            let differ = |(i, f): (usize, &TokenLevel)| excluded[..i].iter().all(|e| scope[*f].contains(e));
            let apart = excluded.len() > 1 && excluded.iter().enumerate().all(differ);
            let sum = |inner: Expr| {
                if !apart || !is_total(&inner) {
                    return over(excluded, inner);
                }
                let left_out = excluded.iter().map(|&e| placed(&inner, depth, e));
                let all = over(&[], inner.clone());
                match reduction {
                    Reduction::Mean => mean_without(&all, left_out.collect()),
                    _ => left_out.fold(all, |rest, term| minus(&rest, &term)),
                }
            };
            let linear = matches!(reduction, Reduction::Sum | Reduction::Mean);
            let terms = if linear { split(&body, depth, apart) } else { None };
            let parts = terms.map(|terms| terms.into_iter().map(|term| times(&term.outer, &sum(term.inner))));
            return parts
                .and_then(|parts| parts.reduce(|a, b| plus(&a, &b)))
                .unwrap_or_else(|| over(excluded, body));
        }
        _ => {
            let scope = std::cell::RefCell::new(scope);
            with_parts(expr, |part| rewritten(part, &mut scope.borrow_mut()))
        }
    };
    like(expr, kind)
}

/// The mean over all tokens but some, from that over all: (n·all − Σ terms) / (n − their number).
fn mean_without(all: &Expr, terms: Vec<Expr>) -> Expr {
    let n = like(all, ExprKind::Length);
    let count = like(all, ExprKind::Number(Rational::from_integer(terms.len().into())));
    let total = terms.iter().fold(times(&n, all), |rest, term| minus(&rest, term));
    like(all, ExprKind::Binary(BinaryOp::Divide, Box::new(total), Box::new(minus(&n, &count))))
}

/// Whether the expression has a value wherever its token stands: it is put where the sum does not run.
fn is_total(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Number(_) | ExprKind::Length | ExprKind::Coordinate { .. } => true,
        ExprKind::Negate(a) | ExprKind::Power(a, _) => is_total(a),
        ExprKind::Call(function, a) => !matches!(function, Function::Log | Function::Sqrt) && is_total(a),
        ExprKind::Binary(BinaryOp::Divide, a, b) => {
            is_total(a) && matches!(&b.kind, ExprKind::Number(value) if !value.is_zero())
        }
        ExprKind::Binary(_, a, b) | ExprKind::Extremum(_, a, b) => is_total(a) && is_total(b),
        ExprKind::Reduce { .. } => false,
    }
}

/// The body of a sum over the token of `level` as a sum of terms; nothing if that takes too many, or does not help.
fn split(body: &Expr, level: TokenLevel, apart: bool) -> Option<Vec<Term>> {
    let terms = expanded(body, level, level + 1)?;
    let separate = |term: &Term| {
        let levels = free(&term.inner, level + 1);
        levels.iter().all(|&l| l == level)
    };
    (terms.iter().all(separate) && (apart || terms.len() > 1 || !is_one(&terms.first()?.outer)))
        .then_some(terms)
}

fn expanded(expr: &Expr, level: TokenLevel, depth: TokenLevel) -> Option<Vec<Term>> {
    let levels = free(expr, depth);
    if !levels.contains(&level) {
        return Some(vec![Term { outer: outside(expr, level), inner: one(expr) }]);
    }
    let whole = || Some(vec![Term { outer: one(expr), inner: expr.clone() }]);
    if levels.len() == 1 {
        return whole();
    }
    let terms = match &expr.kind {
        ExprKind::Negate(a) => {
            let sign = like(expr, ExprKind::Number(-Rational::one()));
            let negated = |term: Term| Term { outer: times(&sign, &term.outer), ..term };
            expanded(a, level, depth)?.into_iter().map(negated).collect()
        }
        ExprKind::Binary(op @ (BinaryOp::Add | BinaryOp::Subtract), a, b) => {
            let mut terms = expanded(a, level, depth)?;
            let sign = if *op == BinaryOp::Add { Rational::one() } else { -Rational::one() };
            let sign = like(expr, ExprKind::Number(sign));
            let signed = |term: Term| Term { outer: times(&sign, &term.outer), ..term };
            terms.extend(expanded(b, level, depth)?.into_iter().map(signed));
            terms
        }
        ExprKind::Binary(BinaryOp::Multiply, a, b) => {
            product(&expanded(a, level, depth)?, &expanded(b, level, depth)?)?
        }
        ExprKind::Binary(BinaryOp::Divide, a, b) if !free(b, depth).contains(&level) => {
            let divisor = outside(b, level);
            let divided = |term: Term| {
                let quotient =
                    ExprKind::Binary(BinaryOp::Divide, Box::new(term.outer), Box::new(divisor.clone()));
                Term { outer: like(expr, quotient), ..term }
            };
            expanded(a, level, depth)?.into_iter().map(divided).collect()
        }
        ExprKind::Power(base, exponent) => {
            let base = expanded(base, level, depth)?;
            multinomial(&base, *exponent)?
        }
        _ => return whole(),
    };
    (terms.len() <= MAX_TERMS).then_some(terms)
}

fn product(a: &[Term], b: &[Term]) -> Option<Vec<Term>> {
    let pair =
        |(a, b): (&Term, &Term)| Term { outer: times(&a.outer, &b.outer), inner: times(&a.inner, &b.inner) };
    let pairs = a.iter().flat_map(|a| b.iter().map(move |b| (a, b)));
    (a.len() * b.len() <= MAX_TERMS).then(|| pairs.map(pair).collect())
}

/// (t_1 + … + t_m)^k: (t_1 + rest)^k = Σ_e C(k, e) t_1^e rest^(k − e).
fn multinomial(terms: &[Term], exponent: u32) -> Option<Vec<Term>> {
    let (first, rest) = terms.split_first()?;
    if rest.is_empty() {
        return Some(vec![Term {
            outer: power(&first.outer, exponent),
            inner: power(&first.inner, exponent),
        }]);
    }
    let mut sum = Vec::new();
    for e in 0..=exponent {
        let choices = binomial(exponent.into(), e.into());
        let choices = like(&first.outer, ExprKind::Number(Rational::from_integer(choices)));
        let head = Term { outer: times(&choices, &power(&first.outer, e)), inner: power(&first.inner, e) };
        sum.extend(product(&[head], &multinomial(rest, exponent - e)?)?);
        if sum.len() > MAX_TERMS {
            return None;
        }
    }
    Some(sum)
}

/// The levels bound outside that occur; the next binder has level `depth`.
fn free(expr: &Expr, depth: TokenLevel) -> BTreeSet<TokenLevel> {
    match &expr.kind {
        ExprKind::Number(_) | ExprKind::Length => BTreeSet::new(),
        ExprKind::Coordinate { token, .. } => BTreeSet::from([*token]),
        ExprKind::Negate(a) | ExprKind::Power(a, _) | ExprKind::Call(_, a) => free(a, depth),
        ExprKind::Binary(_, a, b) | ExprKind::Extremum(_, a, b) => {
            let mut levels = free(a, depth);
            levels.extend(free(b, depth));
            levels
        }
        ExprKind::Reduce { excluded, body, .. } => {
            let mut levels = free(body, depth + 1);
            levels.remove(&depth);
            levels.extend(excluded);
            levels
        }
    }
}

/// What does not depend on the token of `level`, outside its binder.
fn outside(expr: &Expr, level: TokenLevel) -> Expr {
    placed(expr, level, level)
}

/// The expression outside the binder of `level`, at the token of another level instead: binders inside have one binder
/// less around them.
fn placed(expr: &Expr, level: TokenLevel, at: TokenLevel) -> Expr {
    let lower = |l: TokenLevel| match l.cmp(&level) {
        Ordering::Less => l,
        Ordering::Equal => at,
        Ordering::Greater => l - 1,
    };
    let kind = match &expr.kind {
        ExprKind::Coordinate { token, index } => ExprKind::Coordinate { token: lower(*token), index: *index },
        ExprKind::Reduce { reduction, binder, excluded, body } => ExprKind::Reduce {
            reduction: *reduction,
            binder: binder.clone(),
            excluded: excluded.iter().map(|&l| lower(l)).collect(),
            body: Box::new(placed(body, level, at)),
        },
        _ => with_parts(expr, |part| placed(part, level, at)),
    };
    like(expr, kind)
}

/// An expression of the same form with other parts; binders keep their bodies.
fn with_parts(expr: &Expr, map: impl Fn(&Expr) -> Expr) -> ExprKind {
    let part = |part: &Expr| Box::new(map(part));
    match &expr.kind {
        kind @ (ExprKind::Number(_)
        | ExprKind::Length
        | ExprKind::Coordinate { .. }
        | ExprKind::Reduce { .. }) => kind.clone(),
        ExprKind::Negate(a) => ExprKind::Negate(part(a)),
        ExprKind::Binary(op, a, b) => ExprKind::Binary(*op, part(a), part(b)),
        ExprKind::Power(a, exponent) => ExprKind::Power(part(a), *exponent),
        ExprKind::Call(function, a) => ExprKind::Call(*function, part(a)),
        ExprKind::Extremum(extremum, a, b) => ExprKind::Extremum(*extremum, part(a), part(b)),
    }
}

fn like(place: &Expr, kind: ExprKind) -> Expr {
    Expr { kind, span: place.span.clone() }
}

fn one(place: &Expr) -> Expr {
    like(place, ExprKind::Number(Rational::one()))
}

fn is_one(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Number(value) if value.is_one())
}

fn times(a: &Expr, b: &Expr) -> Expr {
    match () {
        _ if is_one(a) => b.clone(),
        _ if is_one(b) => a.clone(),
        _ => like(a, ExprKind::Binary(BinaryOp::Multiply, Box::new(a.clone()), Box::new(b.clone()))),
    }
}

fn plus(a: &Expr, b: &Expr) -> Expr {
    like(a, ExprKind::Binary(BinaryOp::Add, Box::new(a.clone()), Box::new(b.clone())))
}

fn minus(a: &Expr, b: &Expr) -> Expr {
    like(a, ExprKind::Binary(BinaryOp::Subtract, Box::new(a.clone()), Box::new(b.clone())))
}

fn power(a: &Expr, exponent: u32) -> Expr {
    match exponent {
        0 => one(a),
        1 => a.clone(),
        _ if is_one(a) => a.clone(),
        _ => like(a, ExprKind::Power(Box::new(a.clone()), exponent)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::load_target;
    use crate::words::{TokenNames, print};
    use proptest::prelude::*;
    use sumformer_checker::arith::number::ratio;
    use sumformer_checker::language::evaluate_sequence;
    use sumformer_checker::witness::operations::evaluation_operations;

    fn target(tokens: usize, expression: &str) -> Target {
        let source = format!(
            "name = \"t\"\ntokens = {tokens}\ndomain = [[0, 1], [0, 1]]\noutput = [\"{expression}\"]\n"
        );
        load_target("t.toml", &source).unwrap_or_else(|problems| panic!("{problems}"))
    }

    fn printed(target: &Target) -> String {
        print(&target.body.expressions()[0], TokenNames::of(&target.body))
    }

    #[test]
    fn factors_leave_their_sums() {
        for (text, wanted) in [
            ("sum(a: sum(b != a: a[0]*b[0]))/2", "sum(a: a[0]*sum(b != a: b[0]))/2"),
            ("sum(a: (a[0] + x[0])*x[1])", "x[1]*sum(a: a[0]) + x[0]*x[1]*sum(a: 1)"),
            ("mean(a: x[0]*sum(b: b[0]*x[1])*a[1])", "x[0]*(x[1]*sum(b: b[0]))*mean(a: a[1])"),
            ("max(a != x: sum(b != x, a: b[0]))", "max(a != x: sum(b: b[0]) - x[0] - a[0])"),
            ("sum(a: sum(b != x, a: b[0]))", "sum(a: sum(b != x, a: b[0]))"),
            ("max(a != x: sum(b != x, a: 1/(b[0]+1)))", "max(a != x: sum(b != x, a: 1/(b[0]+1)))"),
            ("max(a: a[0]*x[0])", "max(a: a[0]*x[0])"),
            ("sum(a: exp(a[0]*x[0]))", "sum(a: exp(a[0]*x[0]))"),
        ] {
            assert_eq!(printed(&factored(&target(4, text))), printed(&target(4, wanted)), "{text}");
        }
    }

    #[test]
    fn pairs_cost_no_more_than_tokens() {
        for text in [
            "sum(a: sum(b != a: a[0]*b[0]))/2",
            "sum(y: (1 - (x[0]-y[0])^2)^2)",
            "sum(y != x: (x[0]-y[0])*(y[1] - mean(z: z[1]*x[0])))",
            "sum(a: sum(b != a: sum(c != a, b: a[0]*b[0]*c[1])))",
        ] {
            let target = target(1_000_000, text);
            let operations = evaluation_operations(&factored(&target), 1_000_000, 1_000_000);
            assert!(operations < 10_000_000_000, "{text}: {operations}");
        }
    }

    /// Texts over `x` and the first `bound` of a, b, c.
    fn expression(bound: usize, depth: u32) -> BoxedStrategy<String> {
        let names = &["x", "a", "b", "c"][..=bound];
        let leaf = prop_oneof![
            (0..7_u32).prop_map(|k| k.to_string()),
            (prop::sample::select(names), 0..2_usize).prop_map(|(name, k)| format!("{name}[{k}]")),
        ];
        if depth == 0 {
            return leaf.boxed();
        }
        let inner = move || expression(bound, depth - 1);
        let mut choices = vec![
            (1, leaf.boxed()),
            (
                4,
                (inner(), prop::sample::select(&["+", "-", "*"][..]), inner())
                    .prop_map(|(a, o, b)| format!("({a}) {o} ({b})"))
                    .boxed(),
            ),
            (1, inner().prop_map(|a| format!("-({a})")).boxed()),
            (1, (inner(), 1..9_u32).prop_map(|(a, k)| format!("({a})/{k}")).boxed()),
            (2, (inner(), 0..4_u32).prop_map(|(a, k)| format!("({a})^{k}")).boxed()),
            (1, inner().prop_map(|a| format!("relu({a})")).boxed()),
        ];
        if bound < 3 {
            let binder = ["a", "b", "c"][bound];
            let reductions = &["sum", "mean", "sum", "prod", "max"][..];
            let excluded = prop::sample::subsequence(names, 0..=names.len());
            let reduce = (prop::sample::select(reductions), excluded, expression(bound + 1, depth - 1));
            let reduce = reduce.prop_map(move |(reduction, excluded, body)| {
                let list = excluded.join(", ");
                let excluded = if list.is_empty() { list } else { format!(" != {list}") };
                format!("{reduction}({binder}{excluded}: {body})")
            });
            choices.push((5, reduce.boxed()));
        }
        prop::strategy::Union::new_weighted(choices).boxed()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        #[test]
        fn factoring_changes_no_value(
            text in expression(0, 4),
            numbers in prop::collection::vec((-3..4_i64, 1..3_i64), 8),
        ) {
            // More tokens than can be left out.
            let target = target(4, &text);
            let numbers: Vec<Rational> = numbers.into_iter().map(|(p, q)| ratio(p, q)).collect();
            let tokens: Vec<Vec<Rational>> = numbers.chunks(2).map(<[Rational]>::to_vec).collect();
            prop_assert_eq!(evaluate_sequence(&factored(&target), &tokens), evaluate_sequence(&target, &tokens));
        }
    }
}
