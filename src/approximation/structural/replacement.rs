//! The replacement for one node.

use super::composite::{composite, size_of};
use super::exponent::{explicit_polynomial, mixed_range};
use super::hats::{coordinates, hats};
use crate::approximation::univariate::{MAX_DEGREE, PolynomialApproximation, approximate};
use sumformer_checker::arith::decimal::{above, range};
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::{Exact, Rational, integer, round_up, to_f64};
use sumformer_checker::format::certificate::{Approximation, Replacement};
use sumformer_checker::language::ast::{BinaryOp, Expr, ExprKind, Function, Reduction};
use sumformer_checker::language::target::{Body, Target};
use sumformer_checker::surrogate::{Site, children, free_levels, size};

/// Polynomials of higher degree in the tokens cancel more than hats cost.
const MAX_SMOOTH_DEGREE: usize = 8;
/// What would expand to more terms is not tried.
const MAX_TERMS: f64 = 20_000.0;
/// The same for composites, each term of which takes thousands of hidden units.
const MAX_COMPOSITE_TERMS: f64 = 500.0;
/// As many thresholds as the checker takes.
const MAX_LEVELS: f64 = 4096.0;

/// A node on the way from the root to the site, with its number and the levels in scope.
pub struct Ancestor<'a> {
    /// The node.
    pub expr: &'a Expr,
    /// Its number.
    pub node: usize,
    /// The levels in scope.
    pub depth: usize,
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
        cuts: String::new(),
    };
    let Some(function) = site.function else {
        let (by, error) = thresholds(node.expr, &site.argument, error)?;
        return Ok(made(site.node, by, &error));
    };
    let kernels = kernels(&path);
    let whole = kernels.first().copied();
    // A function of the polynomial that stands for another one would have the product of their degrees.
    let nested = whole.is_some_and(|kernel| {
        path.iter().any(|a| a.node >= kernel.node && a.node < node.node && bends(a.expr))
    });
    let composite = |highest: usize| {
        let kernel = whole.filter(|_| nested)?;
        composite(target, kernel, error, highest).map(|found| (kernel.node, found))
    };
    if let Some((node, found)) = composite(MAX_SMOOTH_DEGREE) {
        return Ok(made(node, found.by, &found.error));
    }
    let polynomial = polynomial(target, node, function, &site.argument, error);
    if let Some((by, degree, _, error)) = &polynomial
        && *degree <= MAX_SMOOTH_DEGREE
        && !nested
    {
        return Ok(made(site.node, by.clone(), error));
    }
    for around in kernels {
        if let Some(by) = hats(target, around.expr, around.depth, error) {
            return Ok(made(around.node, by, error));
        }
    }
    let found = composite(2 * MAX_DEGREE);
    let found = found
        .map(|(node, found)| (node, found.by, found.degree, found.terms, found.error, MAX_COMPOSITE_TERMS));
    let polynomial =
        polynomial.map(|(by, degree, terms, error)| (site.node, by, degree, terms, error, MAX_TERMS));
    match found.or(polynomial) {
        Some((node, by, _, terms, error, most)) if terms <= most => Ok(made(node, by, &error)),
        Some((_, _, degree, terms, _, most)) => Err(format!(
            "a polynomial that is within {:.1e} of it has degree {degree} in the tokens and up to {terms:.0} terms, each with hundreds \
             of hidden units, where {most} terms are allowed; {HATS}",
            to_f64(error)
        )),
        None => Err(format!(
            "no polynomial of degree 64 is within {} of it on {}; {HATS}",
            above(error),
            range(Some(site.argument.inf()), Some(site.argument.sup()))
        )),
    }
}

/// A polynomial in the argument, of any degree, in the place of a function of two tokens: it is not what the network computes.
pub fn choose_smooth(target: &Target, site: &Site, error: &Rational) -> Result<Approximation, String> {
    let Body::Output(expressions) = &target.body else { return Err("there are no sums".into()) };
    let path = path(&expressions[site.output], site.node, 1);
    let (Some(node), Some(function)) = (path.last(), site.function) else {
        return Err("there is no function".into());
    };
    if free_levels(node.expr, node.depth).len() != 2 {
        return Err("it is no function of two tokens".into());
    }
    let found = approximate(function, &site.argument, error).ok_or("no polynomial is near it")?;
    let by = Replacement::Polynomial {
        centre: Exact(found.centre),
        coefficients: found.coefficients.into_iter().map(Exact).collect(),
    };
    Ok(Approximation {
        output: site.output,
        node: site.node,
        by,
        error: Exact(found.error),
        cuts: String::new(),
    })
}

/// What hats can do.
const HATS: &str = "hats need an expression that depends on a single coordinate of one of the two tokens, and to reach that with at most \
     1024 pieces";

/// Whether a node is more than a polynomial in its children.
fn bends(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Call(..) | ExprKind::Extremum(..) => true,
        ExprKind::Binary(BinaryOp::Divide, _, divisor) => !coordinates(divisor).is_empty(),
        _ => false,
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

/// The expressions around the last one that could be replaced in its place, the best first: the largest one in the same
/// coordinates (or the quotient by it), as factors in other coordinates are better left outside; then larger ones, the largest
/// first.
fn kernels<'a, 'b>(path: &'b [Ancestor<'a>]) -> Vec<&'b Ancestor<'a>> {
    let own = path.last().map(|a| coordinates(a.expr));
    let of_two = |a: &&Ancestor<'_>| free_levels(a.expr, a.depth).len() == 2 && !has_reductions(a.expr);
    let same = |a: &Ancestor<'_>| Some(coordinates(a.expr)) == own;
    let divides = |a: &Ancestor<'_>| match &a.expr.kind {
        ExprKind::Binary(BinaryOp::Divide, _, divisor) => Some(coordinates(divisor)) == own,
        _ => false,
    };
    let first = path.iter().position(|a| same(a) || divides(a) && !same(a)).unwrap_or(0);
    let (larger, inside) = path.split_at(first);
    let quotient = inside.first().filter(|a| divides(a) && !same(a));
    let inside = inside.iter().filter(|a| same(a)).filter(of_two);
    quotient.into_iter().chain(inside).chain(larger.iter().filter(of_two)).collect()
}

fn has_reductions(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Reduce { .. }) || children(expr).into_iter().any(has_reductions)
}

/// A polynomial in the argument, or in the mixed terms of an exponent; with its degree in the tokens, a bound on its terms, and its
/// error.
fn polynomial(
    target: &Target,
    node: &Ancestor<'_>,
    function: Function,
    argument: &Interval,
    error: &Rational,
) -> Option<(Replacement, usize, f64, Rational)> {
    let inner = match &node.expr.kind {
        ExprKind::Call(_, inner) => inner,
        ExprKind::Binary(BinaryOp::Divide, _, divisor) => divisor,
        _ => return None,
    };
    let exponent = explicit_polynomial(target, inner);
    let mixed = exponent.filter(|_| function == Function::Exp).and_then(|p| mixed_range(target, &p));
    let product = mixed.is_some();
    let range = mixed.unwrap_or_else(|| argument.clone());
    let PolynomialApproximation { centre, coefficients, error } = approximate(function, &range, error)?;
    let (degree, terms) = size_of(target, inner, coefficients.len().saturating_sub(1));
    let centre = Exact(centre);
    let coefficients = coefficients.into_iter().map(Exact).collect();
    let by = match product {
        true => Replacement::Product { centre, coefficients },
        false => Replacement::Polynomial { centre, coefficients },
    };
    Some((by, degree, terms, error))
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
