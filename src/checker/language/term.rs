//! Syntax trees under construction, with what the parser has to know about them.

use super::ast::{BinaryOp, Expr, ExprKind, Extremum, Function, Span};
use crate::arith::number::Rational;
use num_traits::Zero;

/// The longest chain `a + b + …` that is kept as written; longer ones are balanced.
pub const LONGEST_CHAIN: usize = 32;

/// Constants beyond this size are treated as unknown, so that looking for divisions by zero stays cheap.
const CONSTANT_BITS: u64 = 512;

/// An expression, its height as a tree, and its value if it is constant and small.
#[derive(Debug, Clone)]
pub struct Term {
    /// The expression.
    pub expr: Expr,
    /// Where it stands in the text being read; for an abbreviation its use, not its definition.
    pub place: Span,
    /// The nodes of the longest path down.
    pub height: usize,
    /// Its value.
    pub constant: Option<Box<Rational>>,
}

impl Term {
    /// A node without children.
    pub fn leaf(kind: ExprKind, span: Span, constant: Option<Rational>) -> Self {
        Self { expr: Expr { kind, span: span.clone() }, place: span, height: 1, constant: boxed(constant) }
    }

    /// A node with one child.
    fn unary(self, span: Span, constant: Option<Rational>, kind: impl FnOnce(Box<Expr>) -> ExprKind) -> Self {
        let height = self.height + 1;
        Self {
            expr: Expr { kind: kind(Box::new(self.expr)), span: span.clone() },
            place: span,
            height,
            constant: boxed(constant),
        }
    }

    /// `-self`
    pub fn negate(self, span: Span) -> Self {
        let constant = self.constant.as_deref().map(|c| -c);
        self.unary(span, constant, ExprKind::Negate)
    }

    /// `self ^ exponent`
    pub fn power(self, exponent: u32, span: Span) -> Self {
        let affordable = |c: &&Rational| c.bits() <= 2 || c.bits() * u64::from(exponent) <= CONSTANT_BITS;
        let constant = self.constant.as_deref().filter(affordable).map(|c| c.pow(exponent));
        self.unary(span, constant, |base| ExprKind::Power(base, exponent))
    }

    /// `function(self)`
    pub fn call(self, function: Function, span: Span) -> Self {
        let constant = self.constant.as_deref().and_then(|c| function.at_rational(c));
        self.unary(span, constant, |argument| ExprKind::Call(function, argument))
    }

    /// A reduction with `self` as its body.
    pub fn reduce(self, span: Span, kind: impl FnOnce(Box<Expr>) -> ExprKind) -> Self {
        self.unary(span, None, kind)
    }

    /// `self op other`; a division by the constant 0 has no value.
    pub fn binary(self, op: BinaryOp, other: Self) -> Self {
        let constant = self.constant.as_deref().zip(other.constant.as_deref()).and_then(|(a, b)| match op {
            BinaryOp::Add => Some(a + b),
            BinaryOp::Subtract => Some(a - b),
            BinaryOp::Multiply => Some(a * b),
            BinaryOp::Divide => (!b.is_zero()).then(|| a / b),
        });
        let span =
            self.expr.span.start.min(other.expr.span.start)..self.expr.span.end.max(other.expr.span.end);
        self.join(other, span, constant, |a, b| ExprKind::Binary(op, a, b))
    }

    /// `max(self, other)` or `min(self, other)`
    pub fn extremum(self, extremum: Extremum, other: Self, span: Span) -> Self {
        let constants = self.constant.as_deref().cloned().zip(other.constant.as_deref().cloned());
        let constant = constants.map(|(a, b)| extremum.of(a, b));
        self.join(other, span, constant, |a, b| ExprKind::Extremum(extremum, a, b))
    }

    fn join(
        self,
        other: Self,
        span: Span,
        constant: Option<Rational>,
        kind: impl FnOnce(Box<Expr>, Box<Expr>) -> ExprKind,
    ) -> Self {
        let height = self.height.max(other.height) + 1;
        let kind = kind(Box::new(self.expr), Box::new(other.expr));
        Self { expr: Expr { kind, span: span.clone() }, place: span, height, constant: boxed(constant) }
    }
}

/// Boxed, because the parser has many terms on its stack.
fn boxed(value: Option<Rational>) -> Option<Box<Rational>> {
    value.filter(|value| value.bits() <= CONSTANT_BITS).map(Box::new)
}

/// The operators of one level of precedence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chain {
    /// `+` and, inverted, `-`
    Sum,
    /// `*` and, inverted, `/`
    Product,
}

impl Chain {
    /// The operator in front of an operand.
    fn operator(self, inverted: bool) -> BinaryOp {
        match (self, inverted) {
            (Chain::Sum, false) => BinaryOp::Add,
            (Chain::Sum, true) => BinaryOp::Subtract,
            (Chain::Product, false) => BinaryOp::Multiply,
            (Chain::Product, true) => BinaryOp::Divide,
        }
    }
}

/// Joins the operands of `a + b - c …`, those after the first each with whether its operator is the inverted one.
///
/// Short chains associate to the left. A sum of ten thousand monomials would make a tree of height ten thousand, on which
/// no recursive function is safe, so long chains are halved: a + … - (c - d …) is the same number. Products
/// with divisions are left alone, because a/(b/d) and a/b·d differ at d = 0.
pub fn assemble<E>(
    chain: Chain,
    first: Term,
    rest: Vec<(bool, Term)>,
    join: &mut impl FnMut(BinaryOp, Term, Term) -> Result<Term, E>,
) -> Result<Term, E> {
    let balance = chain == Chain::Sum || rest.iter().all(|(inverted, _)| !inverted);
    halve(chain, first, rest, if balance { LONGEST_CHAIN } else { usize::MAX }, join)
}

fn halve<E>(
    chain: Chain,
    first: Term,
    mut rest: Vec<(bool, Term)>,
    longest: usize,
    join: &mut impl FnMut(BinaryOp, Term, Term) -> Result<Term, E>,
) -> Result<Term, E> {
    if rest.len() < longest {
        let mut join = |left, (inverted, right)| join(chain.operator(inverted), left, right);
        return rest.into_iter().try_fold(first, &mut join);
    }
    let mut right = rest.split_off(rest.len().div_ceil(2) - 1);
    let (flip, middle) = right.remove(0);
    if flip {
        right.iter_mut().for_each(|(inverted, _)| *inverted = !*inverted);
    }
    // The left spine of the result, at most this long plus one per halving, must itself be a chain that is kept.
    let longest = longest.min(LONGEST_CHAIN / 2);
    let left = halve(chain, first, rest, longest, join)?;
    let right = halve(chain, middle, right, longest, join)?;
    join(chain.operator(flip), left, right)
}
