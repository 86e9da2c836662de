//! Weighted means in a target, which heads with scores of their own compute.

use super::StructuralError;
use num_traits::Zero;
use sumformer_checker::arith::number::{Exact, Rational, integer, round_up, to_f64};
use sumformer_checker::format::certificate::{Approximation, Replacement};
use sumformer_checker::language::ast::{BinaryOp, Expr, ExprKind, Reduction};
use sumformer_checker::language::target::{Body, Target, Tokens};
use sumformer_checker::surrogate::{Weighted, children, size};

/// Significant bits of a sharpness.
const SHARPNESS_BITS: u32 = 8;

/// The outermost weighted means of a target as they are, and its maxima and minima over tokens by sharp heads up to `error`.
pub(super) fn weighted_means(
    target: &Target,
    error: &Rational,
) -> Result<Vec<Approximation>, StructuralError> {
    let Body::Output(expressions) = &target.body else { return Err(StructuralError::NoHeads) };
    let mut found = Vec::new();
    for (output, expr) in expressions.iter().enumerate() {
        collect(
            target,
            expr,
            (0, 1),
            &mut |node, sharpness: Option<Rational>| {
                let error = Exact(if sharpness.is_some() { error.clone() } else { Rational::zero() });
                let by = Replacement::Head { sharpness: sharpness.map(Exact) };
                found.push(Approximation { output, node, by, error, cuts: String::new() });
            },
            error,
        );
    }
    if found.is_empty() { Err(StructuralError::NoHeads) } else { Ok(found) }
}

/// Walks through the nodes that stand in no weighted mean.
fn collect(
    target: &Target,
    expr: &Expr,
    (node, depth): (usize, usize),
    found: &mut dyn FnMut(usize, Option<Rational>),
    error: &Rational,
) {
    let sharpness = match (&expr.kind, target.tokens) {
        (ExprKind::Reduce { reduction: Reduction::Max | Reduction::Min, .. }, Tokens::Fixed(n)) => {
            Some(sharpness(n, error))
        }
        _ => None,
    };
    let may_be = sharpness.is_some() || matches!(expr.kind, ExprKind::Binary(BinaryOp::Divide, ..));
    if may_be && Weighted::of(expr, depth, sharpness.as_ref()).is_ok() {
        found(node, sharpness);
        return;
    }
    let depth = depth + usize::from(matches!(expr.kind, ExprKind::Reduce { .. }));
    let mut next = node + 1;
    for child in children(expr) {
        collect(target, child, (next, depth), found, error);
        next += size(child);
    }
}

/// β with n − 1 ≤ λ e^(1+λ), λ = β·error.
fn sharpness(n: usize, error: &Rational) -> Rational {
    let others = n as f64 - 1.0;
    let (mut low, mut high) = (0.0, 64.0);
    for _ in 0..64 {
        let middle = f64::midpoint(low, high);
        if middle * (1.0 + middle).exp() < others { low = middle } else { high = middle }
    }
    // A hair more than bisection says.
    let lambda = Rational::from_float(high * 1.0001 + 1e-6).unwrap_or_else(|| integer(64));
    let beta = round_up(&(lambda / error), SHARPNESS_BITS);
    debug_assert!(to_f64(&beta) > 0.0);
    beta
}
