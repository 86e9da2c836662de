//! The values of a target on a sequence.

use super::cost::Cost;
use super::node::{Node, Position, Preparation, count};
use super::scalar::Scalar;
use super::sequence::Sequence;
use super::value::EvalError;
use crate::language::target::{Body, Target, Tokens};
use crate::limits::MAX_SYMMETRIZED;
use crate::sizes;
use crate::work::charge_all;

/// f_i at a sequence of n tokens of d coordinates: all output coordinates of token `i`, counted from 0.
pub fn evaluate_token<S: Scalar>(
    target: &Target,
    sequence: &[Vec<S>],
    i: usize,
) -> Result<Vec<S>, EvalError> {
    evaluate_run(target, Sequence::once(sequence), i)
}

/// The same for a sequence with equal neighbours: the outputs of the tokens of one run.
pub fn evaluate_run<S: Scalar>(
    target: &Target,
    sequence: Sequence<'_, S>,
    run: usize,
) -> Result<Vec<S>, EvalError> {
    if run >= sequence.runs() {
        return Err(EvalError::NoSuchToken { token: run, length: sequence.runs() });
    }
    Prepared::new(target, sequence.len())?.on(sequence)?.run(run)
}

/// f at a sequence: n tokens of d coordinates to n tokens of as many coordinates as there are outputs.
pub fn evaluate_sequence<S: Scalar>(target: &Target, sequence: &[Vec<S>]) -> Result<Vec<Vec<S>>, EvalError> {
    let mut prepared = Prepared::new(target, sequence.len())?;
    let mut evaluator = prepared.on(Sequence::once(sequence))?;
    (0..sequence.len()).map(|i| evaluator.run(i)).collect()
}

/// A target prepared for sequences of one length.
pub(crate) struct Prepared<S> {
    length: usize,
    dimension: usize,
    outputs: Vec<Node<S>>,
    mode: Mode,
}

#[derive(Clone, Copy)]
enum Mode {
    Output,
    SemiInvariant {
        symmetrize: bool,
        /// How many of the explicit tokens can occur.
        levels: usize,
    },
}

impl<S: Scalar> Prepared<S> {
    /// Prepares the target for sequences of `length` tokens, which must be a length it has.
    pub(crate) fn new(target: &Target, length: usize) -> Result<Self, EvalError> {
        match target.tokens {
            Tokens::Fixed(wanted) if wanted != length => {
                return Err(EvalError::WrongLength { wanted, got: length });
            }
            Tokens::Fixed(_) | Tokens::Any => {}
        }
        let preparation = Preparation { length };
        let prepared = target.body.expressions().iter().map(|expr| preparation.node(expr, 1));
        let (outputs, free): (_, Vec<_>) = prepared.unzip();
        let mode = match target.body {
            Body::Output(_) => Mode::Output,
            Body::SemiInvariant { symmetrize, .. } => {
                let last = free.iter().filter_map(|levels| levels.last()).max();
                Mode::SemiInvariant { symmetrize, levels: last.map_or(1, |last| last + 1) }
            }
        };
        Ok(Self { length, dimension: target.dimension(), outputs, mode })
    }

    /// How many operations evaluating the target at `wanted` of `runs` runs takes, at most.
    pub(crate) fn operations(&self, runs: usize, wanted: usize) -> u64 {
        // Longer sequences are not averaged over at all.
        let orders = match self.mode {
            Mode::SemiInvariant { symmetrize: true, .. } => {
                (1..sizes::count(self.length.min(MAX_SYMMETRIZED))).product::<u64>()
            }
            _ => 1,
        };
        let times = sizes::count(wanted).saturating_mul(orders);
        let mut cost = Cost::new(runs, times);
        self.outputs.iter().fold(0, |sum, output| sum.saturating_add(cost.of(output, times)))
    }

    /// The target on one sequence; nothing that was computed on another one is used again.
    pub(crate) fn on<'a>(&'a mut self, sequence: Sequence<'a, S>) -> Result<Evaluator<'a, S>, EvalError> {
        let (wanted, got) = (self.length, sequence.len());
        if wanted != got {
            return Err(EvalError::WrongLength { wanted, got });
        }
        let (wanted, tokens) = (self.dimension, sequence.tokens());
        if let Some(token) = tokens.iter().position(|token| token.len() != wanted) {
            return Err(EvalError::WrongDimension { token, wanted, got: tokens[token].len() });
        }
        self.outputs.iter_mut().for_each(Node::forget);
        Ok(Evaluator { outputs: &mut self.outputs, mode: self.mode, sequence })
    }
}

/// A target on one sequence.
pub(crate) struct Evaluator<'a, S> {
    sequence: Sequence<'a, S>,
    outputs: &'a mut [Node<S>],
    mode: Mode,
}

impl<S: Scalar> Evaluator<'_, S> {
    /// All output coordinates of the tokens of a run.
    pub(crate) fn run(&mut self, run: usize) -> Result<Vec<S>, EvalError> {
        let (sequence, own) = (self.sequence, Position { run, copy: 0 });
        charge_all(sequence.runs(), 1);
        let all = (0..sequence.runs())
            .flat_map(|run| (0..sequence.copies(run)).map(move |copy| Position { run, copy }));
        let own_then_others = std::iter::once(own).chain(all.filter(|&place| place != own));
        match self.mode {
            Mode::Output => self.at(&mut vec![own]),
            Mode::SemiInvariant { symmetrize: false, levels } => {
                self.at(&mut own_then_others.take(levels).collect())
            }
            Mode::SemiInvariant { symmetrize: true, .. } if sequence.len() > MAX_SYMMETRIZED => {
                Err(EvalError::TooManyPermutations(sequence.len()))
            }
            Mode::SemiInvariant { symmetrize: true, .. } => self.average(&mut own_then_others.collect()),
        }
    }

    /// The outputs with the tokens of levels 0, 1, … at the given places.
    fn at(&mut self, places: &mut Vec<Position>) -> Result<Vec<S>, EvalError> {
        self.outputs.iter_mut().map(|output| output.evaluate(self.sequence, places)).collect()
    }

    /// The mean over all permutations of the tokens after the first.
    fn average(&mut self, places: &mut Vec<Position>) -> Result<Vec<S>, EvalError> {
        let mut total = self.at(places)?;
        let mut evaluations = 1;
        // Heap's algorithm: `counters[k]` swaps have been made with the k-th of the others.
        let mut counters = vec![0; places.len().saturating_sub(1)];
        let mut k = 1;
        while k < counters.len() {
            if counters[k] == k {
                counters[k] = 0;
                k += 1;
                continue;
            }
            places.swap(1 + k, 1 + if k % 2 == 0 { 0 } else { counters[k] });
            counters[k] += 1;
            k = 1;
            let values = self.at(places)?;
            total = total.iter().zip(&values).map(|(a, b)| a.add(b)).collect();
            evaluations += 1;
        }
        total.iter().map(|sum| sum.div(&count(evaluations))).collect()
    }
}
