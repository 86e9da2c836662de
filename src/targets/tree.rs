//! From what was built to the syntax tree of the language.

use super::expression::{Expression, Node};
use sumformer_checker::arith::number::Rational;
use sumformer_checker::language::ast::{BinaryOp, Expr, ExprKind};

/// More operands in a row are bracketed in parts.
const LONGEST: usize = 32;

/// Why an expression has no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OutOfScope {
    /// A token was carried out of the closure that it belongs to.
    #[error("a token is used outside of the closure that it belongs to; use it inside only")]
    Token,
    /// A reduction leaves out a token that is not there.
    #[error("a token is left out where there is none of it; leave out only tokens of closures around")]
    Excluded,
    /// Too many operations inside of each other.
    #[error("the expression is too deep; keep operations that are inside of each other below 200")]
    TooDeep,
}

/// The tree of an expression in the own token.
pub(super) fn tree(own: u64, expression: &Expression) -> Result<Expr, OutOfScope> {
    Scope { tokens: vec![own] }.tree(expression)
}

/// The tokens that there are, by level.
struct Scope {
    tokens: Vec<u64>,
}

impl Scope {
    fn level(&self, token: u64) -> Option<usize> {
        self.tokens.iter().position(|&known| known == token)
    }

    fn tree(&mut self, expression: &Expression) -> Result<Expr, OutOfScope> {
        let kind = match expression.node() {
            Node::Number(value) => ExprKind::Number(value.clone()),
            Node::Length => ExprKind::Length,
            Node::Coordinate(coordinate) => ExprKind::Coordinate {
                token: self.level(coordinate.token).ok_or(OutOfScope::Token)?,
                index: coordinate.index,
            },
            Node::Negate(inner) => ExprKind::Negate(self.boxed(inner)?),
            Node::Sum(terms) => {
                let terms = terms.iter().map(|(negative, term)| Ok((*negative, self.tree(term)?)));
                return Ok(chain(terms.collect::<Result<_, _>>()?, [BinaryOp::Add, BinaryOp::Subtract]));
            }
            Node::Product(factors) => {
                let factors = factors.iter().map(|factor| Ok((false, self.tree(factor)?)));
                return Ok(chain(factors.collect::<Result<_, _>>()?, [BinaryOp::Multiply, BinaryOp::Divide]));
            }
            Node::Divide(a, b) => ExprKind::Binary(BinaryOp::Divide, self.boxed(a)?, self.boxed(b)?),
            Node::Power(base, exponent) => ExprKind::Power(self.boxed(base)?, *exponent),
            Node::Call(function, argument) => ExprKind::Call(*function, self.boxed(argument)?),
            Node::Extremum(extremum, a, b) => ExprKind::Extremum(*extremum, self.boxed(a)?, self.boxed(b)?),
            Node::Reduce { reduction, bound, excluded, body } => {
                let levels = excluded.iter().map(|&token| self.level(token).ok_or(OutOfScope::Excluded));
                let mut levels: Vec<usize> = levels.collect::<Result<_, _>>()?;
                levels.sort_unstable();
                levels.dedup();
                let binder = binder(self.tokens.len());
                self.tokens.push(*bound);
                let body = self.boxed(body);
                self.tokens.pop();
                ExprKind::Reduce { reduction: *reduction, binder, excluded: levels, body: body? }
            }
            Node::TooDeep => return Err(OutOfScope::TooDeep),
        };
        Ok(at(kind))
    }

    fn boxed(&mut self, expression: &Expression) -> Result<Box<Expr>, OutOfScope> {
        self.tree(expression).map(Box::new)
    }
}

/// Operands from left to right; many of them in parts, and the parts likewise.
fn chain(operands: Vec<(bool, Expr)>, [plain, inverse]: [BinaryOp; 2]) -> Expr {
    let mut operands = operands;
    while operands.len() > LONGEST {
        let mut parts = Vec::new();
        let mut rest = operands.into_iter().peekable();
        while rest.peek().is_some() {
            parts.push((false, row(rest.by_ref().take(LONGEST), plain, inverse)));
        }
        operands = parts;
    }
    row(operands.into_iter(), plain, inverse)
}

fn row(operands: impl Iterator<Item = (bool, Expr)>, plain: BinaryOp, inverse: BinaryOp) -> Expr {
    let join = |left: Option<Expr>, (inverted, right): (bool, Expr)| {
        Some(match (left, inverted) {
            (Some(left), _) => {
                let op = if inverted { inverse } else { plain };
                at(ExprKind::Binary(op, Box::new(left), Box::new(right)))
            }
            // Only parts of a sum begin with what is taken away.
            (None, true) => at(ExprKind::Negate(Box::new(right))),
            (None, false) => right,
        })
    };
    operands.fold(None, join).unwrap_or_else(|| at(ExprKind::Number(Rational::default())))
}

/// There is no text yet in which it could stand.
fn at(kind: ExprKind) -> Expr {
    Expr { kind, span: 0..0 }
}

/// `y`, `z`, `u`, `v`, `w`, then `y6`, `y7` and so on.
fn binder(level: usize) -> String {
    match ["y", "z", "u", "v", "w"].get(level - 1) {
        Some(name) => name.to_string(),
        None => format!("y{level}"),
    }
}
