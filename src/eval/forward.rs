//! The compiled network and its evaluation.

use super::EvalError;
use super::attention::Head;
use super::matrix::{Affine, Rows};
use crate::numeric::{Scalar, Summation};
use sumformer_checker::format::network::{self, Activation, Network};
use sumformer_checker::language::target::Tokens;

/// A network with its weights rounded to `S`, in contiguous arrays.
pub struct Forward<S> {
    tokens: Tokens,
    dimension: usize,
    width: usize,
    outputs: usize,
    summation: Summation,
    embedding: Affine<S>,
    blocks: Vec<Block<S>>,
    readout: Affine<S>,
}

/// The buffers of a forward pass, kept between passes.
pub struct Workspace<S> {
    /// The residual stream, n × D.
    stream: Vec<S>,
    /// Att(X), n × D.
    attended: Vec<S>,
    /// X + Att(X) of one token.
    row: Vec<S>,
    /// FC of one token.
    update: Vec<S>,
    /// n × c
    outputs: Vec<S>,
}

impl<S> Default for Workspace<S> {
    fn default() -> Self {
        Self {
            stream: Vec::new(),
            attended: Vec::new(),
            row: Vec::new(),
            update: Vec::new(),
            outputs: Vec::new(),
        }
    }
}

struct Block<S> {
    heads: Vec<Head<S>>,
    activation: Activation,
    /// W1ᵀ: row h holds the weights of hidden unit h.
    input: Rows<S>,
    input_bias: Vec<S>,
    /// W2.
    output: Rows<S>,
    output_bias: Vec<(usize, S)>,
}

impl<S: Scalar> Forward<S> {
    /// Validates a network and rounds its weights.
    pub fn compile(network: &Network) -> Result<Self, EvalError> {
        network.validate()?;
        let width = network.width();
        Ok(Self {
            tokens: network.tokens,
            dimension: network.dimension,
            width,
            outputs: network.outputs,
            summation: Summation::InOrder,
            embedding: Affine::compile(&network.embedding, network.dimension, width),
            blocks: network.blocks.iter().map(|block| Block::compile(block, width)).collect(),
            readout: Affine::compile(&network.readout, width, network.outputs),
        })
    }

    /// The same network with another order of summation over tokens (default [`Summation::InOrder`]).
    pub fn with_summation(mut self, summation: Summation) -> Self {
        self.summation = summation;
        self
    }

    /// The outputs, n × c, for n tokens with d coordinates each.
    pub fn run(&self, tokens: &[Vec<S>]) -> Result<Vec<Vec<S>>, EvalError> {
        let wanted = self.dimension;
        if let Some((token, row)) = tokens.iter().enumerate().find(|(_, row)| row.len() != wanted) {
            return Err(EvalError::Dimension { token, wanted, got: row.len() });
        }
        let mut workspace = Workspace::default();
        let outputs = self.run_in(&mut workspace, &tokens.concat())?;
        Ok(outputs.chunks_exact(self.outputs).map(<[S]>::to_vec).collect())
    }

    /// The same for tokens one after the other (n·d numbers in, n·c numbers out), reusing a workspace.
    pub fn run_in<'w>(&self, workspace: &'w mut Workspace<S>, tokens: &[S]) -> Result<&'w [S], EvalError> {
        let n = self.check_length(tokens.len())?;
        let Workspace { stream, attended, row, update, outputs } = workspace;
        stream.resize(n * self.width, S::zero());
        for (token, slots) in tokens.chunks_exact(self.dimension).zip(stream.chunks_exact_mut(self.width)) {
            self.embedding.write(token, slots);
        }
        for block in &self.blocks {
            attended.clear();
            if !block.heads.is_empty() {
                attended.resize(n * self.width, S::zero());
                for head in &block.heads {
                    head.add_output(stream, attended, self.width, self.summation);
                }
            }
            for (index, slots) in stream.chunks_exact_mut(self.width).enumerate() {
                row.clear();
                row.extend_from_slice(slots);
                for (slot, &value) in row.iter_mut().zip(attended.iter().skip(index * self.width)) {
                    *slot += value;
                }
                update.clear();
                update.resize(self.width, S::zero());
                block.feed_forward(row, update);
                slots.iter_mut().zip(update.iter()).for_each(|(slot, &value)| *slot += value);
            }
        }
        outputs.resize(n * self.outputs, S::zero());
        for (slots, output) in stream.chunks_exact(self.width).zip(outputs.chunks_exact_mut(self.outputs)) {
            self.readout.write(slots, output);
        }
        match outputs.iter().position(|value| !value.is_meaningful()) {
            Some(at) => Err(EvalError::NotFinite { token: at / self.outputs, output: at % self.outputs }),
            None => Ok(outputs),
        }
    }

    /// n, for a flat input of the given length.
    fn check_length(&self, numbers: usize) -> Result<usize, EvalError> {
        let (n, rest) = (numbers / self.dimension, numbers % self.dimension);
        if rest != 0 {
            return Err(EvalError::Dimension { token: n, wanted: self.dimension, got: rest });
        }
        match self.tokens {
            _ if n == 0 => Err(EvalError::Empty),
            Tokens::Fixed(wanted) if wanted != n => Err(EvalError::Length { wanted, got: n }),
            Tokens::Fixed(_) | Tokens::Any => Ok(n),
        }
    }
}

impl<S: Scalar> Block<S> {
    fn compile(block: &network::Block, width: usize) -> Self {
        let units = block.units.iter().enumerate();
        let entries = |unit: fn(&network::Unit) -> &sumformer_checker::format::sparse::SparseVector| {
            let rows =
                units.clone().flat_map(move |(h, u)| unit(u).iter().map(move |(slot, w)| (h, slot, w)));
            Rows::compile(block.units.len(), rows)
        };
        Self {
            heads: block.attention.as_ref().map_or_else(Vec::new, |layer| Head::compile_all(layer, width)),
            activation: block.activation,
            input: entries(|unit| &unit.input),
            input_bias: block.units.iter().map(|unit| S::from_rational(&unit.bias.0)).collect(),
            output: entries(|unit| &unit.output),
            output_bias: block.bias.iter().map(|(slot, value)| (slot, S::from_rational(value))).collect(),
        }
    }

    /// `update += σ(z W1 + b1) W2 + b2`
    fn feed_forward(&self, z: &[S], update: &mut [S]) {
        for &(slot, value) in &self.output_bias {
            update[slot] += value;
        }
        for (unit, &bias) in self.input_bias.iter().enumerate() {
            let argument = self.input.dot(unit, z) + bias;
            let activated = match self.activation {
                Activation::Relu => argument.relu(),
                Activation::Relu2 => argument.relu().square(),
                Activation::Step => argument.step(),
            };
            if activated.is_zero() {
                continue;
            }
            self.output.add_row(unit, activated, update);
        }
    }
}
