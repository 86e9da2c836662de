//! An expression prepared for repeated evaluation: constants converted once, loops that keep their values.
//!
//! *Values that are kept.* A reduction inside others costs one loop per binder. Its value depends on the places of its
//! free levels only: those that occur in it and are bound outside. It is kept for the next time that these places are
//! asked for, all of them where there is one free level at most, the last one else. So `sum(y: y[0] * mean(z: z[0]))`
//! takes 2n steps, not n². What is kept belongs to one sequence; [`Node::forget`] comes before the next.
//!
//! *Equal tokens.* In a run of equal tokens a loop evaluates its body once for each place at which a free level stands,
//! and once for all other places together. *Why:* exchanging two of these others changes neither the sequence nor any
//! place that the body knows, so the body has the same value at both. m equal values make m·v in a sum, v^m in a
//! product, v in an extremum.
//!
//! *Long sequences.* A loop that excludes levels on which its body does not depend, as `sum(z != y: z[0])` excludes y,
//! has the same terms for every place of these but for the runs in which they stand. [`Folds`] combines the others.

use super::folds::{Folds, Total};
use super::scalar::Scalar;
use super::sequence::Sequence;
use super::value::EvalError;
use crate::arith::number::Rational;
use crate::language::ast::{BinaryOp, Expr, ExprKind, Extremum, Function, Reduction, TokenLevel};
use crate::work::{charge, charge_all};
use num_bigint::BigInt;
use std::collections::{BTreeMap, BTreeSet};

/// Sequences of more runs than this are combined in pairs.
const SHORT: usize = 64;

/// A position in a sequence: a run, and which of its equal tokens. Which number a token has in its run means nothing
/// but that others are other tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Position {
    /// The run.
    pub(super) run: usize,
    /// Which of its tokens.
    pub(super) copy: usize,
}

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

/// A reduction, and the values that may be asked for again.
pub(super) struct Loop<S> {
    reduction: Reduction,
    excluded: Vec<TokenLevel>,
    pub(super) body: Node<S>,
    /// The levels the value depends on, increasing.
    pub(super) free: Vec<TokenLevel>,
    /// Values, by the places of these levels.
    kept: BTreeMap<Vec<Position>, S>,
    /// The levels the body depends on, but for the bound one; increasing.
    pub(super) known: Vec<TokenLevel>,
    /// The values of all runs for the last places of these levels, nothing excluded.
    folds: Option<(Vec<Position>, Folds<S>)>,
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
                let known = free.iter().copied().collect();
                free.extend(excluded);
                let reduce = Loop {
                    reduction: *reduction,
                    excluded: excluded.clone(),
                    body,
                    free: free.iter().copied().collect(),
                    kept: BTreeMap::new(),
                    known,
                    folds: None,
                };
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
                reduce.kept.clear();
                reduce.folds = None;
                reduce.body.forget();
            }
        }
    }
}

impl<S: Scalar> Node<S> {
    /// The value with the tokens of levels 0, 1, … at `places`, which is left as it was.
    pub(super) fn evaluate(
        &mut self,
        sequence: Sequence<'_, S>,
        places: &mut Vec<Position>,
    ) -> Result<S, EvalError> {
        charge(2);
        Ok(match self {
            Node::Constant(value) => value.clone(),
            Node::Coordinate(token, index) => places
                .get(*token)
                .and_then(|place| sequence.tokens().get(place.run)?.get(*index))
                .ok_or(EvalError::Unbound)?
                .clone(),
            Node::Negate(inner) => inner.evaluate(sequence, places)?.neg(),
            Node::Binary(op, a, b) => {
                let (mut a, b) = (a.evaluate(sequence, places)?, b.evaluate(sequence, places)?);
                match op {
                    BinaryOp::Add => a.add_in_place(&b),
                    BinaryOp::Subtract => a.sub_in_place(&b),
                    BinaryOp::Multiply => a.mul_in_place(&b),
                    BinaryOp::Divide => a = a.div(&b)?,
                }
                a
            }
            Node::Power(base, exponent) => base.evaluate(sequence, places)?.pow(*exponent)?,
            Node::Call(function, inner) => inner.evaluate(sequence, places)?.call(*function)?,
            Node::Extremum(extremum, a, b) => {
                let (a, b) = (a.evaluate(sequence, places)?, b.evaluate(sequence, places)?);
                match extremum {
                    Extremum::Max => a.max(&b),
                    Extremum::Min => a.min(&b),
                }
            }
            Node::Reduce(reduce) => reduce.value(sequence, places)?,
        })
    }
}

impl<S> Loop<S> {
    /// Whether a sequence with so many runs has values that are worth keeping for other excluded places.
    pub(super) fn shares(&self, runs: usize) -> bool {
        runs > SHORT && self.known.len() < self.free.len()
    }
}

impl<S: Scalar> Loop<S> {
    /// The value, a kept one if these places have been asked for.
    fn value(&mut self, sequence: Sequence<'_, S>, places: &mut Vec<Position>) -> Result<S, EvalError> {
        let free = at(&self.free, places)?;
        if let Some(value) = self.kept.get(&free) {
            return Ok(value.clone());
        }
        let named: BTreeSet<Position> = free.iter().copied().collect();
        let excluded: BTreeSet<Position> = at(&self.excluded, places)?.into_iter().collect();
        let value = if self.shares(sequence.runs()) {
            self.around(sequence, places, &named, &excluded)?
        } else {
            let mut total = Total::new(sequence.runs() > SHORT);
            for run in 0..sequence.runs() {
                self.add_run(run, sequence, places, &named, &excluded, &mut total)?;
            }
            total.finish(&|a, b| combined(self.reduction, a, b))
        };
        let value = self.finished(value, sequence.len(), excluded.len())?;
        if self.free.len() > 1 {
            self.kept.clear();
        }
        self.kept.insert(free, value.clone());
        Ok(value)
    }

    /// All runs combined: those where something is excluded anew, the others from the tree.
    fn around(
        &mut self,
        sequence: Sequence<'_, S>,
        places: &mut Vec<Position>,
        named: &BTreeSet<Position>,
        excluded: &BTreeSet<Position>,
    ) -> Result<Option<S>, EvalError> {
        let reduction = self.reduction;
        let combine = |a: S, b: &S| combined(reduction, a, b);
        let known = at(&self.known, places)?;
        let folds = match self.folds.take_if(|(last, _)| *last == known) {
            Some((_, folds)) => folds,
            None => {
                let named = known.iter().copied().collect();
                let mut leaf = |run: usize| -> Result<Option<S>, EvalError> {
                    let mut total = Total::new(false);
                    self.add_run(run, sequence, places, &named, &BTreeSet::new(), &mut total)?;
                    Ok(total.finish(&combine))
                };
                let leaves = (0..sequence.runs()).map(&mut leaf).collect::<Result<_, _>>()?;
                Folds::new(leaves, &combine)
            }
        };
        let mut total = Total::new(true);
        let mut next = 0;
        let touched: BTreeSet<usize> = excluded.iter().map(|place| place.run).collect();
        for run in touched {
            if let Some(before) = folds.over(next..run, &combine) {
                total.add(before, &combine);
            }
            self.add_run(run, sequence, places, named, excluded, &mut total)?;
            next = run + 1;
        }
        if let Some(rest) = folds.over(next..sequence.runs(), &combine) {
            total.add(rest, &combine);
        }
        self.folds = Some((known, folds));
        Ok(total.finish(&combine))
    }

    /// Adds the values at the places of a run but the excluded ones; `named` are those that the body can tell from
    /// their equals.
    fn add_run(
        &mut self,
        run: usize,
        sequence: Sequence<'_, S>,
        places: &mut Vec<Position>,
        named: &BTreeSet<Position>,
        excluded: &BTreeSet<Position>,
        total: &mut Total<S>,
    ) -> Result<(), EvalError> {
        let reduction = self.reduction;
        let mut add = |place: Position, copies: usize| -> Result<(), EvalError> {
            places.push(place);
            let value = self.body.evaluate(sequence, places);
            places.pop();
            charge_all(places.len(), 1);
            total.add(repeated(reduction, value?, copies)?, &|a, b| combined(reduction, a, b));
            Ok(())
        };
        let (mut first_other, mut others) = (0, sequence.copies(run));
        for &place in named.range(Position { run, copy: 0 }..=Position { run, copy: usize::MAX }) {
            first_other += usize::from(place.copy == first_other);
            others = others.checked_sub(1).ok_or(EvalError::Unbound)?;
            if !excluded.contains(&place) {
                add(place, 1)?;
            }
        }
        if others > 0 { add(Position { run, copy: first_other }, others) } else { Ok(()) }
    }

    /// What the combined values come to, with n tokens of which some are excluded.
    fn finished(&self, total: Option<S>, n: usize, excluded: usize) -> Result<S, EvalError> {
        match (total, self.reduction) {
            (Some(total), Reduction::Mean) => {
                total.div(&count(n.checked_sub(excluded).ok_or(EvalError::Unbound)?))
            }
            (Some(total), _) => Ok(total),
            (None, Reduction::Sum) => Ok(count(0)),
            (None, Reduction::Product) => Ok(count(1)),
            (None, Reduction::Mean | Reduction::Max | Reduction::Min) => {
                Err(EvalError::EmptyRange(self.reduction))
            }
        }
    }
}

/// Where the tokens of some levels stand.
fn at(levels: &[TokenLevel], places: &[Position]) -> Result<Vec<Position>, EvalError> {
    levels.iter().map(|&level| places.get(level).copied().ok_or(EvalError::Unbound)).collect()
}

/// Two values of a reduction, the first of them replaced.
fn combined<S: Scalar>(reduction: Reduction, mut a: S, b: &S) -> S {
    match reduction {
        Reduction::Sum | Reduction::Mean => a.add_in_place(b),
        Reduction::Product => a.mul_in_place(b),
        Reduction::Max => a = a.max(b),
        Reduction::Min => a = a.min(b),
    }
    a
}

/// What a number of equal values come to.
fn repeated<S: Scalar>(reduction: Reduction, value: S, copies: usize) -> Result<S, EvalError> {
    match reduction {
        _ if copies == 1 => Ok(value),
        Reduction::Sum | Reduction::Mean => Ok(value.mul(&count(copies))),
        Reduction::Product => {
            let exponent = u32::try_from(copies).map_err(|_| EvalError::TooManyFactors(copies))?;
            value.pow(exponent)
        }
        Reduction::Max | Reduction::Min => Ok(value),
    }
}
