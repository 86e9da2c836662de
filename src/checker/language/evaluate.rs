//! The values of a target on a sequence.
//!
//! A reduction inside others costs one loop per binder. Where its value does not depend on the innermost tokens, it is
//! kept from one round of the loop to the next, so that `sum(y: y[0] * mean(z: z[0]))` takes 2n steps, not n².

use super::ast::{BinaryOp, Expr, ExprKind, Extremum, Function, Reduction, TokenLevel};
use super::scalar::Scalar;
use super::target::{Body, Target, Tokens};
use crate::number::Rational;
use num_bigint::BigInt;
use std::collections::BTreeSet;

/// The longest sequence over which `symmetrize` is evaluated: the cost is (n−1)!.
pub const MAX_SYMMETRIZED: usize = 8;

/// Why a target has no value, or none that can be computed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EvalError {
    /// A denominator is 0.
    #[error("division by zero")]
    DivisionByZero,
    /// The function leads out of the rationals.
    #[error("`{}` has no exact rational value in general", .0.name())]
    NotRational(Function),
    /// An interval evaluation has no enclosure of this function.
    #[error("`{}` has no interval enclosure in this version", .0.name())]
    NotEnclosed(Function),
    /// A mean or an extremum over no token.
    #[error("`{}` over no token", .0.name())]
    EmptyRange(Reduction),
    /// A power of this many bits.
    #[error("a power with about {0} bits is not computed")]
    TooLarge(u64),
    /// The sequence has the wrong number of tokens.
    #[error("expected {wanted} tokens, got {got}")]
    WrongLength {
        /// n
        wanted: usize,
        /// The number of tokens given.
        got: usize,
    },
    /// A token has the wrong number of coordinates.
    #[error("expected {wanted} coordinates, got {got} in token {token}")]
    WrongDimension {
        /// The token, counted from 0.
        token: usize,
        /// d
        wanted: usize,
        /// The number of coordinates given.
        got: usize,
    },
    /// There is no token with this number.
    #[error("there is no token {token} in a sequence of {length}")]
    NoSuchToken {
        /// The token asked for, counted from 0.
        token: usize,
        /// The number of tokens.
        length: usize,
    },
    /// Averaging over all permutations of the other tokens takes too long.
    #[error("averaging over {0} tokens takes ({0} - 1)! evaluations; the limit is {MAX_SYMMETRIZED} tokens")]
    TooManyPermutations(usize),
    /// An expression refers to a token or a coordinate that does not exist; no parsed target does.
    #[error("an expression refers to a token or a coordinate that does not exist")]
    Unbound,
}

/// f_i at a sequence of n tokens of d coordinates: all output coordinates of token `i`, counted from 0.
pub fn evaluate_token<S: Scalar>(
    target: &Target,
    sequence: &[Vec<S>],
    i: usize,
) -> Result<Vec<S>, EvalError> {
    if i >= sequence.len() {
        return Err(EvalError::NoSuchToken { token: i, length: sequence.len() });
    }
    check_shape(target, sequence)?;
    Evaluator::new(target, sequence).token(i)
}

/// f at a sequence: n tokens of d coordinates to n tokens of as many coordinates as there are outputs.
pub fn evaluate_sequence<S: Scalar>(target: &Target, sequence: &[Vec<S>]) -> Result<Vec<Vec<S>>, EvalError> {
    check_shape(target, sequence)?;
    let mut evaluator = Evaluator::new(target, sequence);
    (0..sequence.len()).map(|i| evaluator.token(i)).collect()
}

fn check_shape<S>(target: &Target, sequence: &[Vec<S>]) -> Result<(), EvalError> {
    let (d, got) = (target.dimension(), sequence.len());
    match target.tokens {
        Tokens::Fixed(wanted) if wanted != got => return Err(EvalError::WrongLength { wanted, got }),
        Tokens::Fixed(_) | Tokens::Any => {}
    }
    match sequence.iter().position(|token| token.len() != d) {
        Some(token) => Err(EvalError::WrongDimension { token, wanted: d, got: sequence[token].len() }),
        None => Ok(()),
    }
}

/// An expression prepared for repeated evaluation.
enum Node<S> {
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
struct Loop<S> {
    reduction: Reduction,
    excluded: Vec<TokenLevel>,
    body: Node<S>,
    /// The levels the value depends on.
    free: Vec<TokenLevel>,
    /// Where the tokens of these levels stood, and the value then.
    last: Option<(Vec<usize>, S)>,
}

/// Turns expressions into nodes.
struct Preparation {
    length: usize,
}

impl Preparation {
    /// The node, and the levels it depends on; `depth` is the level the next binder gets.
    fn node<S: Scalar>(&self, expr: &Expr, depth: TokenLevel) -> (Node<S>, BTreeSet<TokenLevel>) {
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
fn count<S: Scalar>(tokens: usize) -> S {
    S::from_rational(&Rational::from_integer(BigInt::from(tokens)))
}

/// A target on one sequence.
struct Evaluator<'a, S> {
    sequence: &'a [Vec<S>],
    outputs: Vec<Node<S>>,
    mode: Mode,
}

#[derive(Clone, Copy)]
enum Mode {
    Output,
    SemiInvariant { symmetrize: bool },
}

impl<'a, S: Scalar> Evaluator<'a, S> {
    fn new(target: &Target, sequence: &'a [Vec<S>]) -> Self {
        let preparation = Preparation { length: sequence.len() };
        let outputs = target.body.expressions().iter().map(|expr| preparation.node(expr, 1).0).collect();
        let mode = match target.body {
            Body::Output(_) => Mode::Output,
            Body::SemiInvariant { symmetrize, .. } => Mode::SemiInvariant { symmetrize },
        };
        Self { sequence, outputs, mode }
    }

    /// All output coordinates of token `i`.
    fn token(&mut self, i: usize) -> Result<Vec<S>, EvalError> {
        let n = self.sequence.len();
        let own_then_others = |i: usize| std::iter::once(i).chain((0..n).filter(|&j| j != i)).collect();
        match self.mode {
            Mode::Output => self.at(&mut vec![i]),
            Mode::SemiInvariant { symmetrize: false } => self.at(&mut own_then_others(i)),
            Mode::SemiInvariant { symmetrize: true } if n > MAX_SYMMETRIZED => {
                Err(EvalError::TooManyPermutations(n))
            }
            Mode::SemiInvariant { symmetrize: true } => self.average(&mut own_then_others(i)),
        }
    }

    /// The outputs with the tokens of levels 0, 1, … at the given positions.
    fn at(&mut self, positions: &mut Vec<usize>) -> Result<Vec<S>, EvalError> {
        self.outputs.iter_mut().map(|output| output.evaluate(self.sequence, positions)).collect()
    }

    /// The mean over all permutations of the tokens after the first.
    fn average(&mut self, positions: &mut Vec<usize>) -> Result<Vec<S>, EvalError> {
        let mut total = self.at(positions)?;
        let mut evaluations = 1;
        // Heap's algorithm: `counters[k]` swaps have been made with the k-th of the others.
        let mut counters = vec![0; positions.len().saturating_sub(1)];
        let mut k = 1;
        while k < counters.len() {
            if counters[k] == k {
                counters[k] = 0;
                k += 1;
                continue;
            }
            positions.swap(1 + k, 1 + if k % 2 == 0 { 0 } else { counters[k] });
            counters[k] += 1;
            k = 1;
            let values = self.at(positions)?;
            total = total.iter().zip(&values).map(|(a, b)| a.add(b)).collect();
            evaluations += 1;
        }
        total.iter().map(|sum| sum.div(&count(evaluations))).collect()
    }
}

impl<S: Scalar> Node<S> {
    /// The value with the tokens of levels 0, 1, … at `positions`, which is left as it was.
    fn evaluate(&mut self, sequence: &[Vec<S>], positions: &mut Vec<usize>) -> Result<S, EvalError> {
        Ok(match self {
            Node::Constant(value) => value.clone(),
            Node::Coordinate(token, index) => positions
                .get(*token)
                .and_then(|&position| sequence.get(position)?.get(*index))
                .ok_or(EvalError::Unbound)?
                .clone(),
            Node::Negate(inner) => inner.evaluate(sequence, positions)?.neg(),
            Node::Binary(op, a, b) => {
                let (a, b) = (a.evaluate(sequence, positions)?, b.evaluate(sequence, positions)?);
                match op {
                    BinaryOp::Add => a.add(&b),
                    BinaryOp::Subtract => a.sub(&b),
                    BinaryOp::Multiply => a.mul(&b),
                    BinaryOp::Divide => a.div(&b)?,
                }
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
            total = Some(match (total, self.reduction) {
                (None, _) => value,
                (Some(total), Reduction::Sum | Reduction::Mean) => total.add(&value),
                (Some(total), Reduction::Product) => total.mul(&value),
                (Some(total), Reduction::Max) => total.max(&value),
                (Some(total), Reduction::Min) => total.min(&value),
            });
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
