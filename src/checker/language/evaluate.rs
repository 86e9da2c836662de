//! The values of a target on a sequence.

use super::ast::{Function, Reduction};
use super::node::{Node, Preparation, count};
use super::scalar::Scalar;
use super::target::{Body, Target, Tokens};
use crate::enclosure::MAX_COORDINATES;

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
    /// An interval evaluation applies the function to numbers where it is not defined.
    #[error("`{}` is not defined on all of the box: the enclosure of its argument reaches out of the domain", .0.name())]
    OffDomain(Function),
    /// An interval evaluation divides by an interval around 0.
    #[error("a divisor may be 0: its enclosure contains 0")]
    DivisorMayVanish,
    /// An enclosure is for sequences of one length.
    #[error("a target for every length is not enclosed; fix the number of tokens")]
    NoLength,
    /// A box has the wrong number of sides.
    #[error("expected {wanted} sides of boxes, got {got}")]
    WrongSides {
        /// Tokens times coordinates.
        wanted: usize,
        /// The number of sides given.
        got: usize,
    },
    /// A box is too wide for the arithmetic.
    #[error("a side of a box is too wide to be enclosed")]
    TooWide,
    /// Too many coordinates for an enclosure.
    #[error("{0} coordinates of tokens are too many to be enclosed; the limit is {MAX_COORDINATES}")]
    TooManyCoordinates(usize),
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
    Prepared::new(target, sequence.len())?.on(sequence)?.token(i)
}

/// f at a sequence: n tokens of d coordinates to n tokens of as many coordinates as there are outputs.
pub fn evaluate_sequence<S: Scalar>(target: &Target, sequence: &[Vec<S>]) -> Result<Vec<Vec<S>>, EvalError> {
    let mut prepared = Prepared::new(target, sequence.len())?;
    let mut evaluator = prepared.on(sequence)?;
    (0..sequence.len()).map(|i| evaluator.token(i)).collect()
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
    SemiInvariant { symmetrize: bool },
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
        let outputs = target.body.expressions().iter().map(|expr| preparation.node(expr, 1).0).collect();
        let mode = match target.body {
            Body::Output(_) => Mode::Output,
            Body::SemiInvariant { symmetrize, .. } => Mode::SemiInvariant { symmetrize },
        };
        Ok(Self { length, dimension: target.dimension(), outputs, mode })
    }

    /// The target on one sequence; nothing that was computed on another one is used again.
    pub(crate) fn on<'a>(&'a mut self, sequence: &'a [Vec<S>]) -> Result<Evaluator<'a, S>, EvalError> {
        let (wanted, got) = (self.length, sequence.len());
        if wanted != got {
            return Err(EvalError::WrongLength { wanted, got });
        }
        let wanted = self.dimension;
        if let Some(token) = sequence.iter().position(|token| token.len() != wanted) {
            return Err(EvalError::WrongDimension { token, wanted, got: sequence[token].len() });
        }
        self.outputs.iter_mut().for_each(Node::forget);
        Ok(Evaluator { outputs: &mut self.outputs, mode: self.mode, sequence })
    }
}

/// A target on one sequence.
pub(crate) struct Evaluator<'a, S> {
    sequence: &'a [Vec<S>],
    outputs: &'a mut [Node<S>],
    mode: Mode,
}

impl<S: Scalar> Evaluator<'_, S> {
    /// All output coordinates of token `i`.
    pub(crate) fn token(&mut self, i: usize) -> Result<Vec<S>, EvalError> {
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
