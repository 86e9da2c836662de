//! The syntax tree of a target expression, names already resolved.

use crate::arith::number::{Rational, max, min};
use num_traits::{One, Signed, Zero};
use std::ops::Range;

/// Byte range in the target file.
pub type Span = Range<usize>;

/// A token in scope, by binding level.
///
/// In an `output` expression level 0 is the own token `x` and level r ≥ 1 is bound by the r-th enclosing binder
/// (outermost first). In a `semi_invariant` expression level i is the explicit token `x{i+1}`, and binders do not occur.
pub type TokenLevel = usize;

/// An expression and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands in the file; for an expanded `[where]` name, the place of the definition's text.
    pub span: Span,
}

impl Expr {
    /// The children, in the order in which they are written.
    pub fn children(&self) -> Vec<&Expr> {
        match &self.kind {
            ExprKind::Number(_) | ExprKind::Length | ExprKind::Coordinate { .. } => Vec::new(),
            ExprKind::Negate(inner) | ExprKind::Power(inner, _) | ExprKind::Call(_, inner) => vec![inner],
            ExprKind::Binary(_, a, b) | ExprKind::Extremum(_, a, b) => vec![a, b],
            ExprKind::Reduce { body, .. } => vec![body],
        }
    }

    /// The same, to be changed.
    pub fn children_mut(&mut self) -> Vec<&mut Expr> {
        match &mut self.kind {
            ExprKind::Number(_) | ExprKind::Length | ExprKind::Coordinate { .. } => Vec::new(),
            ExprKind::Negate(inner) | ExprKind::Power(inner, _) | ExprKind::Call(_, inner) => vec![inner],
            ExprKind::Binary(_, a, b) | ExprKind::Extremum(_, a, b) => vec![a, b],
            ExprKind::Reduce { body, .. } => vec![body],
        }
    }
}

/// The forms of an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExprKind {
    /// An exact number.
    Number(Rational),
    /// `n`, the sequence length.
    Length,
    /// `x[k]`: coordinate `index` (0-based) of a token in scope.
    Coordinate {
        /// Which token.
        token: TokenLevel,
        /// Which coordinate, below the target's d.
        index: usize,
    },
    /// `-e`.
    Negate(Box<Expr>),
    /// `a + b` and its like.
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `e ^ k` with a literal natural exponent; `e^0 = 1`.
    Power(Box<Expr>, u32),
    /// `sum(y != x: e)` and its like; the bound token's level is the number of enclosing binders plus one.
    Reduce {
        /// Which reduction.
        reduction: Reduction,
        /// The name written for the bound token.
        binder: String,
        /// Tokens of outer scopes the bound one differs from (as positions in the sequence), increasing levels.
        excluded: Vec<TokenLevel>,
        /// What is reduced.
        body: Box<Expr>,
    },
    /// `exp(e)` and its like.
    Call(Function, Box<Expr>),
    /// `max(a, b)` or `min(a, b)`.
    Extremum(Extremum, Box<Expr>, Box<Expr>),
}

/// Binary arithmetic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinaryOp {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
}

/// Reductions over tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reduction {
    /// The sum; 0 when empty.
    Sum,
    /// The mean; an error when empty.
    Mean,
    /// The product; 1 when empty.
    Product,
    /// The largest value; an error when empty.
    Max,
    /// The smallest value; an error when empty.
    Min,
}

/// Extremum of two arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extremum {
    /// `max(a, b)`
    Max,
    /// `min(a, b)`
    Min,
}

/// Functions of one real variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// `exp`
    Exp,
    /// Natural logarithm.
    Log,
    /// Square root.
    Sqrt,
    /// `√max(t, 0)`, which only surrogates have: the square root continued by its value at the end of its domain.
    Root,
    /// `sin`
    Sin,
    /// `cos`
    Cos,
    /// Hyperbolic tangent.
    Tanh,
    /// `1 / (1 + exp(-t))`
    Sigmoid,
    /// Absolute value.
    Abs,
    /// `max(t, 0)`
    Relu,
    /// `1/t`. Target files write divisions; surrogates turn them into products with it.
    Inverse,
    /// `max(1 - |t|, 0)`, which only surrogates have.
    Hat,
    /// `t`, which only surrogates have: a value with a name.
    Identity,
}

impl Function {
    /// What stands for the function in a surrogate, whose arguments may leave the domain: continued where it has a value at the end
    /// of its domain, otherwise itself.
    pub(crate) fn continued(self) -> Self {
        if self == Self::Sqrt { Self::Root } else { self }
    }

    /// The value at a rational number, where that is one for every such number but 0.
    pub fn at_rational(self, value: &Rational) -> Option<Rational> {
        match self {
            Self::Abs => Some(value.abs()),
            Self::Relu => Some(max(value.clone(), Rational::zero())),
            Self::Identity => Some(value.clone()),
            Self::Inverse if !value.is_zero() => Some(value.recip()),
            Self::Hat => Some(max(Rational::one() - value.abs(), Rational::zero())),
            _ => None,
        }
    }
}

impl Extremum {
    /// Of two numbers.
    pub fn of(self, a: Rational, b: Rational) -> Rational {
        match self {
            Self::Max => max(a, b),
            Self::Min => min(a, b),
        }
    }
}
