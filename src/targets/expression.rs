//! Expressions, cheap to copy by reference.

use std::sync::Arc;
use sumformer_checker::arith::number::Rational;
use sumformer_checker::language::ast::{Extremum, Function, Reduction};
use sumformer_checker::limits::MAX_TREE_DEPTH;

/// An expression in the coordinates of tokens.
#[derive(Debug, Clone)]
pub struct Expression {
    node: Arc<Node>,
    /// The longest way down; never much more than texts may have, so that nothing that walks down runs out of stack.
    height: usize,
}

/// The forms of an expression. Sums and products are lists, as programs build long ones term by term.
#[derive(Debug, Clone)]
pub(super) enum Node {
    Number(Rational),
    Length,
    Coordinate(Coordinate),
    Negate(Expression),
    /// Terms, and whether they are subtracted.
    Sum(Vec<(bool, Expression)>),
    Product(Vec<Expression>),
    Divide(Expression, Expression),
    Power(Expression, u32),
    Call(Function, Expression),
    Extremum(Extremum, Expression, Expression),
    Reduce {
        reduction: Reduction,
        bound: u64,
        excluded: Vec<u64>,
        body: Expression,
    },
    /// What is too deep to be written down.
    TooDeep,
}

/// A coordinate of a token: `x[0]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coordinate {
    pub(super) token: u64,
    pub(super) index: usize,
}

/// n, the length of the sequence.
pub fn length() -> Expression {
    Expression { node: Arc::new(Node::Length), height: 0 }
}

impl Expression {
    pub(super) fn node(&self) -> &Node {
        &self.node
    }

    /// A node above others, of which this is the height of the highest.
    pub(super) fn above(node: Node, below: usize) -> Self {
        if below > MAX_TREE_DEPTH {
            return Self { node: Arc::new(Node::TooDeep), height: below };
        }
        Self { node: Arc::new(node), height: below + 1 }
    }

    pub(super) fn height(&self) -> usize {
        self.height
    }

    /// One more term.
    pub(super) fn plus(mut self, negative: bool, term: Expression) -> Self {
        let height = self.height.max(term.height + 1);
        if let (Node::Sum(_), false) = (&*self.node, term.height > MAX_TREE_DEPTH) {
            if let Node::Sum(terms) = Arc::make_mut(&mut self.node) {
                terms.push((negative, term));
            }
            return Self { height, ..self };
        }
        let below = self.height.max(term.height);
        Self::above(Node::Sum(vec![(false, self), (negative, term)]), below)
    }

    /// One more factor.
    pub(super) fn times(mut self, factor: Expression) -> Self {
        let height = self.height.max(factor.height + 1);
        if let (Node::Product(_), false) = (&*self.node, factor.height > MAX_TREE_DEPTH) {
            if let Node::Product(factors) = Arc::make_mut(&mut self.node) {
                factors.push(factor);
            }
            return Self { height, ..self };
        }
        let below = self.height.max(factor.height);
        Self::above(Node::Product(vec![self, factor]), below)
    }
}

impl From<&Expression> for Expression {
    fn from(expression: &Expression) -> Self {
        expression.clone()
    }
}

impl From<Coordinate> for Expression {
    fn from(coordinate: Coordinate) -> Self {
        Self { node: Arc::new(Node::Coordinate(coordinate)), height: 0 }
    }
}

impl From<Rational> for Expression {
    fn from(number: Rational) -> Self {
        Self { node: Arc::new(Node::Number(number)), height: 0 }
    }
}

impl From<i64> for Expression {
    fn from(number: i64) -> Self {
        Rational::from_integer(number.into()).into()
    }
}
