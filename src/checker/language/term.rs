//! Syntax trees under construction, with what the parser has to know about them.

use super::ast::{BinaryOp, Expr, ExprKind, Extremum, Function, Span};
use crate::arith::number::{Rational, max, min};
use num_traits::{One, Signed, Zero};

/// The longest chain `a + b + …` that is kept as written; longer ones are balanced.
pub const LONGEST_CHAIN: usize = 32;

/// Constants beyond this size are treated as unknown, so that looking for divisions by zero stays cheap.
const CONSTANT_BITS: u64 = 512;

/// An expression, its height as a tree, and its value if it is constant and small.
#[derive(Debug, Clone)]
pub(super) struct Term {
    pub(super) expr: Expr,
    /// Where it stands in the text being read; for an abbreviation its use, not its definition.
    pub(super) place: Span,
    pub(super) height: usize,
    pub(super) constant: Option<Box<Rational>>,
}

impl Term {
    /// A node without children.
    pub(super) fn leaf(kind: ExprKind, span: Span, constant: Option<Rational>) -> Self {
        Self { expr: Expr { kind, span: span.clone() }, place: span, height: 1, constant: boxed(constant) }
    }

    /// What stands in for text that was reported.
    pub(super) fn placeholder(span: Span) -> Self {
        Self::leaf(ExprKind::Number(Rational::zero()), span, None)
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
    pub(super) fn negate(self, span: Span) -> Self {
        let constant = self.constant.as_deref().map(|c| -c);
        self.unary(span, constant, ExprKind::Negate)
    }

    /// `self ^ exponent`
    pub(super) fn power(self, exponent: u32, span: Span) -> Self {
        let affordable = |c: &&Rational| bits(c) <= 2 || bits(c) * u64::from(exponent) <= CONSTANT_BITS;
        let constant = self.constant.as_deref().filter(affordable).map(|c| c.pow(exponent));
        self.unary(span, constant, |base| ExprKind::Power(base, exponent))
    }

    /// `function(self)`
    pub(super) fn call(self, function: Function, span: Span) -> Self {
        let constant = self.constant.as_deref().and_then(|c| match function {
            Function::Abs => Some(c.abs()),
            Function::Relu => Some(max(c.clone(), Rational::zero())),
            _ => None,
        });
        self.unary(span, constant, |argument| ExprKind::Call(function, argument))
    }

    /// A reduction with `self` as its body.
    pub(super) fn reduce(self, span: Span, kind: impl FnOnce(Box<Expr>) -> ExprKind) -> Self {
        self.unary(span, None, kind)
    }

    /// `self op other`; a division by the constant 0 has no value.
    pub(super) fn binary(self, op: BinaryOp, other: Self) -> Self {
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
    pub(super) fn extremum(self, extremum: Extremum, other: Self, span: Span) -> Self {
        let constant =
            self.constant.as_deref().cloned().zip(other.constant.as_deref().cloned()).map(|(a, b)| {
                match extremum {
                    Extremum::Max => max(a, b),
                    Extremum::Min => min(a, b),
                }
            });
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

fn bits(value: &Rational) -> u64 {
    if value.denom().is_one() {
        value.numer().bits() + 1
    } else {
        value.numer().bits() + value.denom().bits()
    }
}

/// Boxed, because the parser has many terms on its stack.
fn boxed(value: Option<Rational>) -> Option<Box<Rational>> {
    value.filter(|value| bits(value) <= CONSTANT_BITS).map(Box::new)
}

/// The operators of one level of precedence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Chain {
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

/// Joins the operands of `a + b - c …`, each with whether its operator is the inverted one.
///
/// Short chains associate to the left. A sum of ten thousand monomials would make a tree of height ten thousand, on which
/// no recursive function is safe, so long chains are halved: a + … - (c - d …) is the same number. Products
/// with divisions are left alone, because a/(b/d) and a/b·d differ at d = 0.
pub(super) fn assemble(
    chain: Chain,
    operands: Vec<(bool, Term)>,
    join: &mut impl FnMut(BinaryOp, Term, Term) -> Term,
) -> Option<Term> {
    let balance = chain == Chain::Sum || operands.iter().all(|(inverted, _)| !inverted);
    halve(chain, operands, if balance { LONGEST_CHAIN } else { usize::MAX }, join)
}

fn halve(
    chain: Chain,
    mut operands: Vec<(bool, Term)>,
    longest: usize,
    join: &mut impl FnMut(BinaryOp, Term, Term) -> Term,
) -> Option<Term> {
    if operands.len() <= longest {
        let mut operands = operands.into_iter();
        let (_, first) = operands.next()?;
        return Some(
            operands.fold(first, |left, (inverted, right)| join(chain.operator(inverted), left, right)),
        );
    }
    let mut right = operands.split_off(operands.len() / 2);
    let flip = right.first().is_some_and(|(inverted, _)| *inverted);
    if flip {
        right.iter_mut().for_each(|(inverted, _)| *inverted = !*inverted);
    }
    // The left spine of the result, at most this long plus one per halving, must itself be a chain that is kept.
    let longest = longest.min(LONGEST_CHAIN / 2);
    let (left, right) = (halve(chain, operands, longest, join)?, halve(chain, right, longest, join)?);
    Some(join(chain.operator(flip), left, right))
}
