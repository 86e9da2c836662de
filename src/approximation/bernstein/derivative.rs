//! Symbolic second derivatives of a target in one variable.
//!
//! Sums over tokens are written out in explicit tokens first: then every coordinate is one variable, wherever it stands.

use super::super::ApproximationError;
use sumformer_checker::arith::number::{Rational, integer};
use sumformer_checker::language::EvalError;
use sumformer_checker::language::ast::{BinaryOp, Expr, ExprKind, Reduction, TokenLevel};
use sumformer_checker::language::target::{Body, Target, Tokens};
use sumformer_checker::surrogate::{derivative, size};

/// The most nodes of an expression that is written out or differentiated.
const MAX_NODES: usize = 20_000;

/// ∂²f/∂(coordinate `index` of explicit token `token`)², token 0 the own one, as a target of its own.
///
/// Where it can be enclosed, f is twice differentiable: every function that occurs is so where its derivative has a value.
pub(super) fn second_derivative(
    target: &Target,
    token: TokenLevel,
    index: usize,
) -> Result<Target, ApproximationError> {
    let Tokens::Fixed(n) = target.tokens else { return Err(ApproximationError::NoLength) };
    let differentiate = |expr: &Expr| -> Result<Expr, ApproximationError> {
        let explicit = match &target.body {
            Body::Output(_) => WritingOut { n, nodes: 0 }.expr(expr, &mut vec![0])?,
            Body::SemiInvariant { symmetrize: false, .. } => expr.clone(),
            Body::SemiInvariant { symmetrize: true, .. } => {
                return Err(not_smooth("an average over permutations is not written out"));
            }
        };
        let first = derivative(&explicit, (token, index)).ok_or_else(corner)?;
        let second = derivative(&first, (token, index)).ok_or_else(corner)?;
        if size(&second) > MAX_NODES { Err(not_smooth("its derivatives are too long")) } else { Ok(second) }
    };
    let expressions = target
        .body
        .expressions()
        .iter()
        .map(differentiate)
        .collect::<Result<Vec<_>, ApproximationError>>()?;
    Ok(Target { body: Body::SemiInvariant { expressions, symmetrize: false }, ..target.clone() })
}

fn corner() -> ApproximationError {
    not_smooth("it has corners")
}

fn not_smooth(why: &str) -> ApproximationError {
    ApproximationError::NotSmooth(why.to_string())
}

fn node(kind: ExprKind) -> Expr {
    Expr { kind, span: 0..0 }
}

fn number(value: Rational) -> Expr {
    node(ExprKind::Number(value))
}

fn binary(op: BinaryOp, a: Expr, b: Expr) -> Expr {
    node(ExprKind::Binary(op, Box::new(a), Box::new(b)))
}

fn is_number(expr: &Expr, value: i64) -> bool {
    matches!(&expr.kind, ExprKind::Number(number) if *number == integer(value))
}

/// a + b, a − b and a·b without zeros and ones, which most derivatives are.
fn add(a: Expr, b: Expr) -> Expr {
    match (is_number(&a, 0), is_number(&b, 0)) {
        (true, _) => b,
        (_, true) => a,
        _ => binary(BinaryOp::Add, a, b),
    }
}

fn multiply(a: Expr, b: Expr) -> Expr {
    match (is_number(&a, 0) || is_number(&b, 0), is_number(&a, 1), is_number(&b, 1)) {
        (true, ..) => number(integer(0)),
        (_, true, _) => b,
        (_, _, true) => a,
        _ => binary(BinaryOp::Multiply, a, b),
    }
}

fn divide(a: Expr, b: Expr) -> Expr {
    if is_number(&a, 0) { a } else { binary(BinaryOp::Divide, a, b) }
}

/// Replaces binders by the tokens they run over.
struct WritingOut {
    n: usize,
    nodes: usize,
}

impl WritingOut {
    /// `places[level]` is the explicit token of a binding level.
    fn expr(&mut self, expr: &Expr, places: &mut Vec<usize>) -> Result<Expr, ApproximationError> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err(not_smooth("it is too long in explicit tokens"));
        }
        let kind = match &expr.kind {
            ExprKind::Number(_) => expr.kind.clone(),
            ExprKind::Length => ExprKind::Number(integer(self.n as i64)),
            &ExprKind::Coordinate { token, index } => {
                ExprKind::Coordinate { token: place(places, token)?, index }
            }
            ExprKind::Negate(a) => ExprKind::Negate(self.boxed(a, places)?),
            ExprKind::Binary(op, a, b) => {
                ExprKind::Binary(*op, self.boxed(a, places)?, self.boxed(b, places)?)
            }
            ExprKind::Power(a, exponent) => ExprKind::Power(self.boxed(a, places)?, *exponent),
            ExprKind::Call(function, a) => ExprKind::Call(*function, self.boxed(a, places)?),
            ExprKind::Extremum(..) => return Err(not_smooth("`max` and `min` have corners")),
            ExprKind::Reduce { reduction, excluded, body, .. } => {
                let hidden: Vec<usize> =
                    excluded.iter().map(|&level| place(places, level)).collect::<Result<_, _>>()?;
                let mut terms = Vec::new();
                for place in (0..self.n).filter(|place| !hidden.contains(place)) {
                    places.push(place);
                    let term = self.expr(body, places);
                    places.pop();
                    terms.push(term?);
                }
                return reduced(*reduction, terms);
            }
        };
        Ok(node(kind))
    }

    fn boxed(&mut self, expr: &Expr, places: &mut Vec<usize>) -> Result<Box<Expr>, ApproximationError> {
        self.expr(expr, places).map(Box::new)
    }
}

fn place(places: &[usize], level: TokenLevel) -> Result<usize, ApproximationError> {
    places.get(level).copied().ok_or(ApproximationError::Value(EvalError::Unbound))
}

fn reduced(reduction: Reduction, terms: Vec<Expr>) -> Result<Expr, ApproximationError> {
    let count = integer(terms.len() as i64);
    let (start, join): (i64, fn(Expr, Expr) -> Expr) = match reduction {
        Reduction::Sum | Reduction::Mean => (0, add),
        Reduction::Product => (1, multiply),
        Reduction::Max | Reduction::Min => return Err(not_smooth("`max` and `min` have corners")),
    };
    let total = terms.into_iter().reduce(join).unwrap_or_else(|| number(integer(start)));
    Ok(if reduction == Reduction::Mean { divide(total, number(count)) } else { total })
}
