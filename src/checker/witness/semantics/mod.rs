//! The exact meaning of a network: its forward pass over Q (Definition 2.3).
//!
//! Exponentials leave Q, so attention has an exact value here only where its weights are provably constant at the
//! given input: constant scores (Theorem 4.3), equal projected values or constant projected scores (Theorem 4.4),
//! zero queries and keys (Theorem 4.5). Everything else is refused with the reason, never approximated.
//!
//! Equal tokens have equal rows in every block, and positions enter only through the weights of an attention layer. So
//! a sequence is computed with one row per run of equal neighbours, whose weights are added up.

mod attention;
pub mod enclosure;
mod error;
pub(crate) mod scaled;
#[cfg(test)]
pub(crate) mod tests;

pub use error::SemanticsError;

use crate::arith::common_denominator::{Int, Overflow};
use crate::arith::number::Rational;
use crate::format::network::{Activation, AffineMap, Block, Network};
use crate::language::Sequence;
use attention::Attention;
use error::{Stop, check_shape};
use num_bigint::BigInt;
use scaled::{Affine, Scaled};
use std::ops::Range;
use std::sync::OnceLock;

/// A network prepared for exact evaluation: integer weights over one denominator per stage.
pub struct ExactEvaluator<'n> {
    network: &'n Network,
    /// Present when the weights fit.
    small: Option<Prepared<i128>>,
    /// Prepared when it is needed first: for most networks and inputs never, and it takes more memory.
    big: OnceLock<Prepared<BigInt>>,
}

impl<'n> ExactEvaluator<'n> {
    /// Validates and prepares a network.
    pub fn new(network: &'n Network) -> Result<Self, SemanticsError> {
        network.validate()?;
        let evaluator = Self { network, small: Prepared::new(network).ok(), big: OnceLock::new() };
        if evaluator.small.is_none() {
            evaluator.big().map_err(|Overflow| SemanticsError::TooLarge)?;
        }
        Ok(evaluator)
    }

    fn big(&self) -> Result<&Prepared<BigInt>, Overflow> {
        if let Some(big) = self.big.get() {
            return Ok(big);
        }
        let prepared = Prepared::new(self.network)?;
        Ok(self.big.get_or_init(|| prepared))
    }

    /// The outputs of all tokens, n × c, for a sequence of n tokens with d coordinates each.
    pub fn evaluate(&self, sequence: &[Vec<Rational>]) -> Result<Vec<Vec<Rational>>, SemanticsError> {
        self.run(Sequence::once(sequence), 0..sequence.len())
    }

    /// The c outputs of the tokens of one run of equal neighbours; the others enter through attention only, and are dropped after its
    /// last layer.
    pub fn evaluate_run(
        &self,
        sequence: Sequence<'_, Rational>,
        run: usize,
    ) -> Result<Vec<Rational>, SemanticsError> {
        let absent = || SemanticsError::NoSuchToken { token: run, length: sequence.runs() };
        if !sequence.is_empty() && run >= sequence.runs() {
            return Err(absent());
        }
        self.run(sequence, run..run.saturating_add(1))?.pop().ok_or_else(absent)
    }

    fn run(
        &self,
        sequence: Sequence<'_, Rational>,
        wanted: Range<usize>,
    ) -> Result<Vec<Vec<Rational>>, SemanticsError> {
        check_shape(self.network, sequence)?;
        let result = match self.small.as_ref().map(|small| small.run(sequence, wanted.clone())) {
            None | Some(Err(Stop::Overflow)) => {
                self.big().map_err(Stop::from).and_then(|big| big.run(sequence, wanted))
            }
            Some(result) => result,
        };
        result.map_err(|stop| match stop {
            Stop::Overflow => SemanticsError::TooLarge,
            Stop::NotExact { block, head, reason } => SemanticsError::NotExact { block, head, reason },
        })
    }
}

/// The network in one integer type.
struct Prepared<T> {
    embedding: Affine<T>,
    blocks: Vec<PreparedBlock<T>>,
    readout: Affine<T>,
    last_attention: Option<usize>,
}

impl<T: Int> Prepared<T> {
    fn new(network: &Network) -> Result<Self, Overflow> {
        let width = network.width();
        let affine = |outputs, map: &AffineMap| Affine::prepare(outputs, map.weights.iter(), map.bias.iter());
        Ok(Self {
            embedding: affine(width, &network.embedding)?,
            blocks: network
                .blocks
                .iter()
                .map(|block| PreparedBlock::new(block, width))
                .collect::<Result<_, _>>()?,
            readout: affine(network.outputs, &network.readout)?,
            last_attention: network.blocks.iter().rposition(|block| block.attention.is_some()),
        })
    }

    /// One row of outputs for each of the wanted runs.
    fn run(
        &self,
        sequence: Sequence<'_, Rational>,
        wanted: Range<usize>,
    ) -> Result<Vec<Vec<Rational>>, Stop> {
        let tokens = sequence.tokens();
        let relevant = if self.last_attention.is_some() { tokens } else { &tokens[wanted.clone()] };
        let copies: Vec<usize> = (0..sequence.runs()).map(|run| sequence.copies(run)).collect();
        let mut x = Scaled::read(relevant)?.map(&self.embedding)?;
        for (index, block) in self.blocks.iter().enumerate() {
            x.reduce();
            let attended = match &block.attention {
                None => None,
                Some(attention) => {
                    let last = self.last_attention == Some(index);
                    let queries = if last { wanted.clone() } else { 0..x.rows.len() };
                    let row = attention.evaluate(&x, &copies, queries, index)?;
                    if last {
                        x.rows.truncate(wanted.end);
                        x.rows.drain(..wanted.start);
                    }
                    let mut attended = x.clone();
                    attended.add(&row)?;
                    Some(attended)
                }
            };
            x.add(&block.feed_forward(attended.as_ref().unwrap_or(&x))?)?;
        }
        Ok(x.map(&self.readout)?.into_rationals())
    }
}

struct PreparedBlock<T> {
    attention: Option<Attention<T>>,
    activation: Activation,
    /// W1, b1.
    hidden: Affine<T>,
    /// W2, b2.
    output: Affine<T>,
}

impl<T: Int> PreparedBlock<T> {
    fn new(block: &Block, width: usize) -> Result<Self, Overflow> {
        let units = block.units.iter().enumerate();
        let w1 = units.clone().flat_map(|(u, unit)| unit.input.iter().map(move |(slot, w)| (slot, u, w)));
        let b1 = units.clone().map(|(u, unit)| (u, &unit.bias.0));
        let w2 = units.flat_map(|(u, unit)| unit.output.iter().map(move |(slot, w)| (u, slot, w)));
        Ok(Self {
            attention: block.attention.as_ref().map(|a| Attention::prepare(a, width)).transpose()?,
            activation: block.activation,
            hidden: Affine::prepare(block.units.len(), w1, b1)?,
            output: Affine::prepare(width, w2, block.bias.iter())?,
        })
    }

    /// `σ(z W1 + b1) W2 + b2`, row by row, so that only one row of hidden units exists at a time.
    fn feed_forward(&self, z: &Scaled<T>) -> Result<Scaled<T>, Overflow> {
        let linear = z.denominator.times(&self.hidden.denominator)?;
        let activated = match self.activation {
            Activation::Relu => linear,
            Activation::Relu2 => linear.times(&linear)?,
            Activation::Step => T::one(),
        };
        let rows = z.rows.iter().map(|row| {
            let mut hidden = self.hidden.apply(row, &z.denominator)?;
            for unit in &mut hidden {
                if unit.is_negative() {
                    *unit = T::zero();
                    continue;
                }
                match self.activation {
                    Activation::Relu => {}
                    Activation::Relu2 => *unit = unit.times(unit)?,
                    Activation::Step => *unit = T::one(),
                }
            }
            self.output.apply(&hidden, &activated)
        });
        Ok(Scaled {
            rows: rows.collect::<Result<_, _>>()?,
            denominator: activated.times(&self.output.denominator)?,
        })
    }
}
