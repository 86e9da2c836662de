//! An expression prepared for repeated evaluation: constants converted once, loops that keep their last value.
//!
//! A reduction inside others costs one loop per binder. Where its value does not depend on the innermost tokens, it is
//! kept from one round of the loop to the next, so that `sum(y: y[0] * mean(z: z[0]))` takes 2n steps, not n². What
//! is kept belongs to one sequence; [`Node::forget`] comes before the next.

use super::ast::{BinaryOp, Expr, ExprKind, Extremum, Function, Reduction, TokenLevel};
use super::evaluate::EvalError;
use super::scalar::Scalar;
use crate::number::Rational;
use num_bigint::BigInt;
use std::collections::BTreeSet;

/// An expression prepared for repeated evaluation.
pub(super) enum Node<S> {
    Constant(S),
    Coordinate(TokenLevel, usize),
    Negate(Box<Node<S>>),
    Binary(BinaryOp, Box<Node<S>>, Box<Node<S>>),
    Power(Box<Node<S>>, u32),
    Reduce(Box<Loop<S>>),
    Call(Function, Box<Node<S>>),
    Extremum(Extremum, Box<Node<S>>, Box<Node<S>>),
}

/// A reduction, and its last value if that may be asked for again.
pub(super) struct Loop<S> {
    reduction: Reduction,
    excluded: Vec<TokenLevel>,
    body: Node<S>,
    /// The levels the value depends on.
    free: Vec<TokenLevel>,
    /// Where the tokens of these levels stood, and the value then.
    last: Option<(Vec<usize>, S)>,
}

/// Turns expressions into nodes.
pub(super) struct Preparation {
    /// n, the number of tokens.
    pub(super) length: usize,
}

impl Preparation {
    /// The node, and the levels it depends on; `depth` is the level the next binder gets.
    pub(super) fn node<S: Scalar>(&self, expr: &Expr, depth: TokenLevel) -> (Node<S>, BTreeSet<TokenLevel>) {
        match &expr.kind {
            ExprKind::Number(value) => (Node::Constant(S::from_rational(value)), BTreeSet::new()),
            ExprKind::Length => (Node::Constant(count(self.length)), BTreeSet::new()),
            &ExprKind::Coordinate { token, index } => {
                (Node::Coordinate(token, index), BTreeSet::from([token]))
            }
            ExprKind::Negate(inner) => self.unary(inner, depth, Node::Negate),
            ExprKind::Binary(op, a, b) => self.both(a, b, depth, |a, b| Node::Binary(*op, a, b)),
            ExprKind::Power(base, exponent) => self.unary(base, depth, |base| Node::Power(base, *exponent)),
            ExprKind::Call(function, inner) => self.unary(inner, depth, |inner| Node::Call(*function, inner)),
            ExprKind::Extremum(extremum, a, b) => {
                self.both(a, b, depth, |a, b| Node::Extremum(*extremum, a, b))
            }
            ExprKind::Reduce { reduction, excluded, body, .. } => {
                let (body, mut free) = self.node(body, depth + 1);
                free.remove(&depth);
                free.extend(excluded);
                let (reduction, excluded) = (*reduction, excluded.clone());
                let reduce =
                    Loop { reduction, excluded, body, free: free.iter().copied().collect(), last: None };
                (Node::Reduce(Box::new(reduce)), free)
            }
        }
    }

    fn unary<S: Scalar>(
        &self,
        inner: &Expr,
        depth: TokenLevel,
        make: impl FnOnce(Box<Node<S>>) -> Node<S>,
    ) -> (Node<S>, BTreeSet<TokenLevel>) {
        let (inner, free) = self.node(inner, depth);
        (make(Box::new(inner)), free)
    }

    fn both<S: Scalar>(
        &self,
        a: &Expr,
        b: &Expr,
        depth: TokenLevel,
        make: impl FnOnce(Box<Node<S>>, Box<Node<S>>) -> Node<S>,
    ) -> (Node<S>, BTreeSet<TokenLevel>) {
        let (a, mut free) = self.node(a, depth);
        let (b, more) = self.node(b, depth);
        free.extend(more);
        (make(Box::new(a), Box::new(b)), free)
    }
}

/// The number of tokens in some range, as a number.
pub(super) fn count<S: Scalar>(tokens: usize) -> S {
    S::from_rational(&Rational::from_integer(BigInt::from(tokens)))
}

impl<S> Node<S> {
    /// Forgets the values kept in the loops: they belong to one sequence.
    pub(super) fn forget(&mut self) {
        match self {
            Node::Constant(_) | Node::Coordinate(..) => {}
            Node::Negate(inner) | Node::Power(inner, _) | Node::Call(_, inner) => inner.forget(),
            Node::Binary(_, a, b) | Node::Extremum(_, a, b) => {
                a.forget();
                b.forget();
            }
            Node::Reduce(reduce) => {
                reduce.last = None;
                reduce.body.forget();
            }
        }
    }
}

impl<S: Scalar> Node<S> {
    /// The value with the tokens of levels 0, 1, … at `positions`, which is left as it was.
    pub(super) fn evaluate(
        &mut self,
        sequence: &[Vec<S>],
        positions: &mut Vec<usize>,
    ) -> Result<S, EvalError> {
        Ok(match self {
            Node::Constant(value) => value.clone(),
            Node::Coordinate(token, index) => positions
                .get(*token)
                .and_then(|&position| sequence.get(position)?.get(*index))
                .ok_or(EvalError::Unbound)?
                .clone(),
            Node::Negate(inner) => inner.evaluate(sequence, positions)?.neg(),
            Node::Binary(op, a, b) => {
                let (mut a, b) = (a.evaluate(sequence, positions)?, b.evaluate(sequence, positions)?);
                match op {
                    BinaryOp::Add => a.add_in_place(&b),
                    BinaryOp::Subtract => a.sub_in_place(&b),
                    BinaryOp::Multiply => a.mul_in_place(&b),
                    BinaryOp::Divide => a = a.div(&b)?,
                }
                a
            }
            Node::Power(base, exponent) => base.evaluate(sequence, positions)?.pow(*exponent)?,
            Node::Call(function, inner) => inner.evaluate(sequence, positions)?.call(*function)?,
            Node::Extremum(extremum, a, b) => {
                let (a, b) = (a.evaluate(sequence, positions)?, b.evaluate(sequence, positions)?);
                match extremum {
                    Extremum::Max => a.max(&b),
                    Extremum::Min => a.min(&b),
                }
            }
            Node::Reduce(reduce) => reduce.value(sequence, positions)?,
        })
    }
}

impl<S: Scalar> Loop<S> {
    /// The value, from the last time if nothing it depends on has moved.
    fn value(&mut self, sequence: &[Vec<S>], positions: &mut Vec<usize>) -> Result<S, EvalError> {
        let place = |&level: &TokenLevel| positions.get(level).copied().ok_or(EvalError::Unbound);
        let places: Vec<usize> = self.free.iter().map(place).collect::<Result<_, _>>()?;
        if let Some((last, value)) = &self.last
            && *last == places
        {
            return Ok(value.clone());
        }
        let excluded: BTreeSet<usize> = self.excluded.iter().map(place).collect::<Result<_, _>>()?;
        let value = self.reduce(sequence, positions, &excluded)?;
        self.last = Some((places, value.clone()));
        Ok(value)
    }

    /// Runs over all positions but the excluded ones.
    fn reduce(
        &mut self,
        sequence: &[Vec<S>],
        positions: &mut Vec<usize>,
        excluded: &BTreeSet<usize>,
    ) -> Result<S, EvalError> {
        let mut total: Option<S> = None;
        for position in (0..sequence.len()).filter(|position| !excluded.contains(position)) {
            positions.push(position);
            let value = self.body.evaluate(sequence, positions);
            positions.pop();
            let value = value?;
            match (&mut total, self.reduction) {
                (None, _) => total = Some(value),
                (Some(total), Reduction::Sum | Reduction::Mean) => total.add_in_place(&value),
                (Some(total), Reduction::Product) => total.mul_in_place(&value),
                (Some(total), Reduction::Max) => *total = total.max(&value),
                (Some(total), Reduction::Min) => *total = total.min(&value),
            }
        }
        match (total, self.reduction) {
            (Some(total), Reduction::Mean) => total.div(&count(sequence.len() - excluded.len())),
            (Some(total), _) => Ok(total),
            (None, Reduction::Sum) => Ok(count(0)),
            (None, Reduction::Product) => Ok(count(1)),
            (None, Reduction::Mean | Reduction::Max | Reduction::Min) => {
                Err(EvalError::EmptyRange(self.reduction))
            }
        }
    }
}
