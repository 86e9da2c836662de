//! Expressions that are functions of the value of one node inside them: which node, and which polynomial in it.

use super::exponent::explicit_polynomial;
use super::replacement::Ancestor;
use crate::approximation::cover::cuts;
use crate::approximation::univariate::{PolynomialApproximation, approximate_by};
use std::cell::Cell;
use sumformer_checker::arith::number::{Exact, Rational};
use sumformer_checker::format::certificate::Replacement;
use sumformer_checker::language::ast::{BinaryOp, Expr, ExprKind};
use sumformer_checker::language::evaluate_token;
use sumformer_checker::language::target::{Body, Target};
use sumformer_checker::surrogate::cover::Magnitude;
use sumformer_checker::surrogate::{children, composite as as_function, free_levels, size};
use sumformer_checker::work::{Limits, within};

/// A proof of an error that takes more is given up.
const MAX_WORK: u64 = 1 << 26;

/// After so many proofs that were given up there is no other.
const MAX_REFUSED: u32 = 4;

/// A polynomial in an inner node, with the size of what it expands to.
pub struct Composite {
    /// By what the expression is replaced.
    pub by: Replacement,
    /// Its degree in the tokens.
    pub degree: usize,
    /// At most as many terms.
    pub terms: f64,
    /// The certified error.
    pub error: Rational,
}

/// The expression, or its divisor's inverse, by a polynomial in the smallest node that it is a function of; nothing if there is
/// none within the error whose degree in the tokens is at most `highest`.
pub fn composite(
    target: &Target,
    around: &Ancestor<'_>,
    error: &Rational,
    highest: usize,
) -> Option<Composite> {
    let mut nodes = Vec::new();
    subtrees(around.expr, 0, &mut nodes);
    nodes.retain(|(_, node)| free_levels(node, around.depth).len() == 2);
    nodes.sort_by_key(|(number, node)| (size(node), *number));
    let (place, inner, function) =
        nodes.into_iter().filter(|(place, _)| *place > 0).find_map(|(place, inner)| {
            as_function(target, around.expr, around.depth, place).map(|function| (place, inner, function))
        })?;
    let value = |t: f64| evaluate_token(&function, &[vec![t]], 0).ok().map(|values| values[0]);
    let range = function.domain[0].clone();
    let refused = Cell::new(0);
    let certify = |found: &PolynomialApproximation| {
        // Where there are kinks, higher degrees are as hard to prove.
        if refused.get() == MAX_REFUSED {
            return false;
        }
        let difference = minus_polynomial(&function, found);
        let prove = || cuts(&mut Magnitude::new(&difference).ok()?, &function.domain, &found.error).ok();
        let proved = within(Limits::work(MAX_WORK), prove).is_ok_and(|proved| proved.is_some());
        refused.set(refused.get() + u32::from(!proved));
        proved
    };
    let (inside, _) = size_of(target, inner, 1);
    let found = approximate_by(value, highest / inside, &range, error, certify)?;
    let outer = found.coefficients.len().saturating_sub(1);
    let (degree, terms) = size_of(target, inner, outer);
    let by = Replacement::Composite {
        inner: around.node + place,
        centre: Exact(found.centre),
        coefficients: found.coefficients.into_iter().map(Exact).collect(),
    };
    Some(Composite { by, degree, terms, error: found.error })
}

/// The degree of a polynomial of the given degree in an expression, and a bound on its terms.
pub fn size_of(target: &Target, inner: &Expr, outer: usize) -> (usize, f64) {
    match explicit_polynomial(target, inner) {
        None => (outer, outer as f64 + 1.0),
        Some(inner) => {
            let variables: std::collections::BTreeSet<u32> =
                inner.terms().flat_map(|(m, _)| m.powers().iter().map(|&(v, _)| v)).collect();
            let degree = outer * inner.degree().max(1) as usize;
            let in_terms = binomial(outer + inner.len(), outer);
            (degree, in_terms.min(binomial(degree + variables.len(), variables.len())))
        }
    }
}

/// C(n, k), about.
fn binomial(n: usize, k: usize) -> f64 {
    (1..=k.min(n - k)).map(|i| (n + 1 - i) as f64 / i as f64).product()
}

fn subtrees<'a>(expr: &'a Expr, number: usize, found: &mut Vec<(usize, &'a Expr)>) {
    found.push((number, expr));
    let mut next = number + 1;
    for child in children(expr) {
        subtrees(child, next, found);
        next += size(child);
    }
}

/// F(t) − q(t)
fn minus_polynomial(function: &Target, found: &PolynomialApproximation) -> Target {
    let node = |kind: ExprKind| Expr { kind, span: 0..0 };
    let binary = |op, a: Expr, b: Expr| node(ExprKind::Binary(op, Box::new(a), Box::new(b)));
    let number = |value: &Rational| node(ExprKind::Number(value.clone()));
    let t = || node(ExprKind::Coordinate { token: 0, index: 0 });
    let u = || binary(BinaryOp::Subtract, t(), number(&found.centre));
    let zero = number(&Rational::default());
    let q = found
        .coefficients
        .iter()
        .rev()
        .fold(zero, |q, c| binary(BinaryOp::Add, binary(BinaryOp::Multiply, q, u()), number(c)));
    let expressions = function.body.expressions().iter().cloned();
    let outputs = expressions.map(|f| binary(BinaryOp::Subtract, f, q.clone())).collect();
    Target { body: Body::Output(outputs), ..function.clone() }
}
