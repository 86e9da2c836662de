//! Small changes of syntax trees.

use crate::arith::number::Rational;
use crate::language::ast::{BinaryOp, Expr, ExprKind, Function, Reduction, TokenLevel};
use crate::work::charge;
use num_traits::Zero;
use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::mem::discriminant;

/// A node that stands nowhere in a file.
pub(super) fn node(kind: ExprKind) -> Expr {
    Expr { kind, span: 0..0 }
}

pub(super) fn number(value: Rational) -> Expr {
    node(ExprKind::Number(value))
}

pub(super) fn coordinate(token: TokenLevel, index: usize) -> Expr {
    node(ExprKind::Coordinate { token, index })
}

pub(super) fn binary(op: BinaryOp, left: Expr, right: Expr) -> Expr {
    node(ExprKind::Binary(op, Box::new(left), Box::new(right)))
}

pub(super) fn call(function: Function, argument: Expr) -> Expr {
    node(ExprKind::Call(function, Box::new(argument)))
}

/// The sum, as a tree of logarithmic height.
pub(super) fn sum(mut terms: Vec<Expr>) -> Expr {
    match terms.len() {
        0 => number(Rational::zero()),
        1 => terms.remove(0),
        length => {
            let right = terms.split_off(length / 2);
            binary(BinaryOp::Add, sum(terms), sum(right))
        }
    }
}

/// Σ coefficients[k]·base^k by Horner's rule.
pub(super) fn polynomial(base: &Expr, coefficients: &[Rational]) -> Expr {
    let mut rest = coefficients.iter().rev().cloned().map(number);
    let leading = rest.next().unwrap_or_else(|| number(Rational::zero()));
    rest.fold(leading, |value, coefficient| {
        binary(BinaryOp::Add, binary(BinaryOp::Multiply, value, base.clone()), coefficient)
    })
}

/// The children of a node, in the order in which they are written; whoever walks through a tree pays here.
pub fn children(expr: &Expr) -> Vec<&Expr> {
    charge(2);
    expr.children()
}

/// A number that equal trees have in common, and others hardly ever.
pub(super) fn fingerprint(expr: &Expr) -> u64 {
    fn feed(expr: &Expr, hasher: &mut DefaultHasher) {
        discriminant(&expr.kind).hash(hasher);
        match &expr.kind {
            ExprKind::Number(value) => (value.numer(), value.denom()).hash(hasher),
            ExprKind::Coordinate { token, index } => (token, index).hash(hasher),
            ExprKind::Power(_, exponent) => exponent.hash(hasher),
            ExprKind::Binary(op, ..) => discriminant(op).hash(hasher),
            ExprKind::Extremum(extremum, ..) => discriminant(extremum).hash(hasher),
            ExprKind::Call(function, _) => discriminant(function).hash(hasher),
            ExprKind::Reduce { reduction, excluded, .. } => (discriminant(reduction), excluded).hash(hasher),
            ExprKind::Length | ExprKind::Negate(_) => {}
        }
        children(expr).into_iter().for_each(|child| feed(child, hasher));
    }
    let mut hasher = DefaultHasher::new();
    feed(expr, &mut hasher);
    hasher.finish()
}

/// How many nodes a tree has.
pub fn size(expr: &Expr) -> usize {
    1 + children(expr).into_iter().map(size).sum::<usize>()
}

/// Whether a reduction over tokens occurs.
pub(super) fn has_reductions(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Reduce { .. }) || children(expr).into_iter().any(has_reductions)
}

/// Whether no coordinate of a token occurs, so that the value is a constant.
pub(super) fn is_closed(expr: &Expr) -> bool {
    !matches!(expr.kind, ExprKind::Coordinate { .. }) && children(expr).into_iter().all(is_closed)
}

/// The tokens bound outside on which a value may depend; `depth` levels are in scope.
pub fn free_levels(expr: &Expr, depth: usize) -> BTreeSet<TokenLevel> {
    fn collect(expr: &Expr, depth: usize, found: &mut BTreeSet<TokenLevel>) {
        match &expr.kind {
            ExprKind::Coordinate { token, .. } if *token < depth => {
                found.insert(*token);
            }
            ExprKind::Reduce { excluded, .. } => found.extend(excluded.iter().filter(|&&l| l < depth)),
            _ => {}
        }
        children(expr).into_iter().for_each(|child| collect(child, depth, found));
    }
    let mut found = BTreeSet::new();
    collect(expr, depth, &mut found);
    found
}

/// Whether an expression in several tokens is a product of factors in one token each, or a root, magnitude or power of such a
/// product; `depth` levels are in scope.
pub(super) fn separates(expr: &Expr, depth: usize) -> bool {
    fn factors_in_one_token(expr: &Expr, depth: usize) -> bool {
        match &expr.kind {
            ExprKind::Binary(BinaryOp::Multiply, a, b) => {
                factors_in_one_token(a, depth) && factors_in_one_token(b, depth)
            }
            ExprKind::Call(Function::Sqrt | Function::Abs, a) | ExprKind::Power(a, _) => {
                factors_in_one_token(a, depth)
            }
            _ => free_levels(expr, depth).len() <= 1,
        }
    }
    let is_product = matches!(
        expr.kind,
        ExprKind::Binary(BinaryOp::Multiply, ..)
            | ExprKind::Call(Function::Sqrt | Function::Abs, _)
            | ExprKind::Power(..)
    );
    is_product && free_levels(expr, depth).len() > 1 && factors_in_one_token(expr, depth)
}

/// The tree with level `l` replaced by `level(l)` and coordinates by what `coordinate(level, index)` makes of them (in
/// old levels), products with 0 folded; all places forgotten, so that equal trees compare equal.
pub(super) fn relabel(
    expr: &Expr,
    level: &dyn Fn(TokenLevel) -> TokenLevel,
    coordinate: &dyn Fn(TokenLevel, usize) -> Expr,
) -> Expr {
    charge(8);
    let inner = |e: &Expr| Box::new(relabel(e, level, coordinate));
    node(match &expr.kind {
        ExprKind::Number(_) | ExprKind::Length => expr.kind.clone(),
        ExprKind::Coordinate { token, index } => return coordinate(*token, *index),
        ExprKind::Negate(a) => ExprKind::Negate(inner(a)),
        ExprKind::Power(a, exponent) => ExprKind::Power(inner(a), *exponent),
        ExprKind::Call(function, a) => ExprKind::Call(*function, inner(a)),
        ExprKind::Binary(op, a, b) => {
            let (a, b) = (inner(a), inner(b));
            // Where a coordinate has become 0, what it is multiplied with is gone.
            if *op == BinaryOp::Multiply && (is_zero(&a) || is_zero(&b)) {
                ExprKind::Number(Rational::zero())
            } else {
                ExprKind::Binary(*op, a, b)
            }
        }
        ExprKind::Extremum(extremum, a, b) => ExprKind::Extremum(*extremum, inner(a), inner(b)),
        ExprKind::Reduce { reduction, excluded, body, .. } => ExprKind::Reduce {
            reduction: *reduction,
            binder: "y".into(),
            excluded: excluded.iter().map(|&l| level(l)).collect(),
            body: inner(body),
        },
    })
}

/// Gives coordinates other numbers.
pub(super) fn renumber(expr: &mut Expr, number: &dyn Fn(usize) -> usize) {
    charge(4);
    match &mut expr.kind {
        ExprKind::Number(_) | ExprKind::Length => {}
        ExprKind::Coordinate { index, .. } => *index = number(*index),
        ExprKind::Negate(a) | ExprKind::Power(a, _) | ExprKind::Call(_, a) => renumber(a, number),
        ExprKind::Binary(_, a, b) | ExprKind::Extremum(_, a, b) => {
            renumber(a, number);
            renumber(b, number);
        }
        ExprKind::Reduce { body, .. } => renumber(body, number),
    }
}

fn is_zero(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Number(value) if value.is_zero())
}

/// A reduction like another one, over another body.
pub(super) fn reduce(reduction: Reduction, binder: &str, excluded: &[TokenLevel], body: Expr) -> Expr {
    node(ExprKind::Reduce {
        reduction,
        binder: binder.into(),
        excluded: excluded.to_vec(),
        body: Box::new(body),
    })
}
