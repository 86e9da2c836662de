//! The replacement for one node.

use super::exponent::{explicit_polynomial, mixed_range};
use super::hats::hats;
use crate::approximation::univariate::{PolynomialApproximation, approximate};
use sumformer_checker::format::certificate::{Approximation, Replacement};
use sumformer_checker::interval::Interval;
use sumformer_checker::language::ast::{BinaryOp, Expr, ExprKind, Function, Reduction};
use sumformer_checker::language::target::{Body, Target};
use sumformer_checker::number::{Exact, Rational, integer, round_up, to_f64};
use sumformer_checker::surrogate::{Site, children, free_levels, size};

/// Polynomials of higher degree in the tokens cancel more than hats cost.
const MAX_SMOOTH_DEGREE: usize = 8;
/// As many thresholds as the checker takes.
const MAX_LEVELS: f64 = 4096.0;

/// A node on the way from the root to the site, with its number and the levels in scope.
struct Ancestor<'a> {
    expr: &'a Expr,
    node: usize,
    depth: usize,
}

/// What to put in the place of a site, with the given error; otherwise why nothing fits.
pub fn choose(target: &Target, site: &Site, error: &Rational) -> Result<Approximation, String> {
    let depth = match &target.body {
        Body::Output(_) => 1,
        Body::SemiInvariant { .. } => {
            return Err("a semi-invariant target has no sums to put it in; write it as `output`".into());
        }
    };
    let root = &target.body.expressions()[site.output];
    let path = path(root, site.node, depth);
    let Some(node) = path.last() else { return Err("the node is not there".into()) };
    let made = |node: usize, by: Replacement, error: &Rational| Approximation {
        output: site.output,
        node,
        by,
        error: Exact(error.clone()),
    };
    let Some(function) = site.function else {
        let (by, error) = thresholds(node.expr, &site.argument, error)?;
        return Ok(made(site.node, by, &error));
    };
    let polynomial = polynomial(target, node, function, &site.argument, error);
    if let Some((by, degree, error)) = &polynomial
        && *degree <= MAX_SMOOTH_DEGREE
    {
        return Ok(made(site.node, by.clone(), error));
    }
    // The largest expression around the site that depends on two tokens, has no sums, and can be interpolated.
    let pairwise = path.iter().filter(|a| free_levels(a.expr, a.depth).len() == 2 && !has_reductions(a.expr));
    for around in pairwise {
        if let Some(by) = hats(target, around.expr, around.depth, error) {
            return Ok(made(around.node, by, error));
        }
    }
    match polynomial {
        Some((by, _, error)) => Ok(made(site.node, by, &error)),
        None => Err(format!(
            "no polynomial of degree 64 is within {:.1e} of it on [{:.4}, {:.4}], and hats need an expression that depends \
             on a single coordinate of one of the two tokens",
            to_f64(error),
            to_f64(site.argument.inf()),
            to_f64(site.argument.sup())
        )),
    }
}

/// The nodes from the root to the one with this number.
fn path(root: &Expr, number: usize, depth: usize) -> Vec<Ancestor<'_>> {
    let mut path = vec![Ancestor { expr: root, node: 0, depth }];
    while let Some(last) = path.last() {
        if last.node == number {
            return path;
        }
        let depth = last.depth + usize::from(matches!(last.expr.kind, ExprKind::Reduce { .. }));
        let mut node = last.node + 1;
        let mut inside = None;
        for child in children(last.expr) {
            let next = node + size(child);
            if (node..next).contains(&number) {
                inside = Some(Ancestor { expr: child, node, depth });
            }
            node = next;
        }
        match inside {
            Some(inside) => path.push(inside),
            None => return Vec::new(),
        }
    }
    path
}

fn has_reductions(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Reduce { .. }) || children(expr).into_iter().any(has_reductions)
}

/// A polynomial in the argument, or in the mixed terms of an exponent; with its degree in the tokens and its error.
fn polynomial(
    target: &Target,
    node: &Ancestor<'_>,
    function: Function,
    argument: &Interval,
    error: &Rational,
) -> Option<(Replacement, usize, Rational)> {
    let inner = match &node.expr.kind {
        ExprKind::Call(_, inner) => inner,
        ExprKind::Binary(BinaryOp::Divide, _, divisor) => divisor,
        _ => return None,
    };
    let exponent = explicit_polynomial(target, inner);
    let degree = exponent.as_ref().map_or(1, |p| p.degree().max(1) as usize);
    let mixed = exponent.filter(|_| function == Function::Exp).and_then(|p| mixed_range(target, &p));
    let product = mixed.is_some();
    let range = mixed.unwrap_or_else(|| argument.clone());
    let PolynomialApproximation { centre, coefficients, error } = approximate(function, &range, error)?;
    let degree = degree * coefficients.len().saturating_sub(1);
    let centre = Exact(centre);
    let coefficients = coefficients.into_iter().map(Exact).collect();
    let by = match product {
        true => Replacement::Product { centre, coefficients },
        false => Replacement::Polynomial { centre, coefficients },
    };
    Some((by, degree, error))
}

/// Thresholds between the ends of what an extremum runs over.
fn thresholds(expr: &Expr, range: &Interval, error: &Rational) -> Result<(Replacement, Rational), String> {
    let (low, high) = match expr.kind {
        ExprKind::Reduce { reduction: Reduction::Min, .. } => (-range.sup(), -range.inf()),
        _ => (range.inf().clone(), range.sup().clone()),
    };
    // Where it does not vary, one step above it is enough.
    let high = if high == low { high + error } else { high };
    let width = &high - &low;
    // Half a step is to stay below the error when it is rounded up.
    let levels = ((to_f64(&width) / (2.0 * to_f64(error))).floor() + 1.0).max(1.0);
    if levels > MAX_LEVELS {
        return Err(format!("{levels} threshold features would be needed, more than {MAX_LEVELS}"));
    }
    let half = width / integer(2 * levels as i64);
    let replacement = Replacement::Thresholds { low: Exact(low), high: Exact(high), levels: levels as u32 };
    Ok((replacement, round_up(&half, 24)))
}
