//! The compiled network and its evaluation.

use super::EvalError;
use super::attention::Head;
use super::matrix::{Affine, Rows, add_row, dot};
use super::tile::{for_each_tile, slots, slots_mut, transpose_in, transpose_out, with_room};
use crate::numeric::{Scalar, Summation, VectorLoop, vectorized};
use sumformer_checker::format::network::{self, Activation, Network};
use sumformer_checker::language::target::Tokens;

/// Sequences go through the blocks together as long as they have no more tokens than these: their streams stay in a near cache, and
/// the weights of a block are fetched for all of them.
const TOGETHER: usize = 256;

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
    /// The residual stream, in tiles of tokens with D slots each.
    stream: Vec<S>,
    /// Att(X), in the same way.
    attended: Vec<S>,
    /// Tokens, X + Att(X), or outputs of one tile.
    tile: Vec<S>,
    /// FC of one tile.
    update: Vec<S>,
    /// c numbers for each token
    outputs: Vec<S>,
}

impl<S> Default for Workspace<S> {
    fn default() -> Self {
        Self {
            stream: Vec::new(),
            attended: Vec::new(),
            tile: Vec::new(),
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
        self.run_all(workspace, n, tokens)
    }

    /// The outputs for sequences of `length` tokens, one after the other: what [`Self::run_in`] gives for each of them, bit for bit, in
    /// less time.
    pub fn run_batch<'w>(
        &self,
        workspace: &'w mut Workspace<S>,
        length: usize,
        sequences: &[S],
    ) -> Result<&'w [S], EvalError> {
        let numbers = length * self.dimension;
        self.check_length(numbers)?;
        let rest = sequences.len() % numbers;
        if rest != 0 {
            return Err(EvalError::Length { wanted: length, got: rest / self.dimension });
        }
        self.run_all(workspace, length, sequences)
    }

    /// Sequences whose length is right.
    fn run_all<'w>(
        &self,
        workspace: &'w mut Workspace<S>,
        length: usize,
        sequences: &[S],
    ) -> Result<&'w [S], EvalError> {
        let together = (TOGETHER / length).max(1) * length;
        workspace.outputs.resize(sequences.len() / self.dimension * self.outputs, S::zero());
        for (index, tokens) in sequences.chunks(together * self.dimension).enumerate() {
            self.pass(workspace, length, tokens, index * together * self.outputs);
        }
        match workspace.outputs.iter().position(|value| !value.is_meaningful()) {
            Some(at) => {
                Err(EvalError::NotFinite { token: at / self.outputs % length, output: at % self.outputs })
            }
            None => Ok(&workspace.outputs),
        }
    }

    /// Some of the sequences; their outputs begin at `place`.
    fn pass(&self, workspace: &mut Workspace<S>, length: usize, tokens: &[S], place: usize) {
        let Workspace { stream, attended, tile, update, outputs } = workspace;
        let count = tokens.len() / self.dimension;
        stream.resize(with_room(count) * self.width, S::zero());
        self.embed(tokens, tile, stream);
        for block in &self.blocks {
            if !block.heads.is_empty() {
                attended.clear();
                attended.resize(stream.len(), S::zero());
                for head in &block.heads {
                    head.add_output(stream, attended, count, length, self.summation);
                }
            }
            vectorized(FeedForward { block, stream, attended, width: self.width, tile, update });
        }
        self.read(stream, tile, &mut outputs[place..][..count * self.outputs]);
    }

    fn embed(&self, tokens: &[S], tile: &mut Vec<S>, stream: &mut [S]) {
        for_each_tile!(tokens.len() / self.dimension, |start, LANES| {
            tile.resize(LANES * self.dimension, S::zero());
            let coordinates = slots_mut::<S, LANES>(tile, 0, self.dimension);
            transpose_in(&tokens[start * self.dimension..], coordinates);
            self.embedding.write(coordinates, slots_mut(stream, start, self.width));
        });
    }

    fn read(&self, stream: &[S], tile: &mut Vec<S>, outputs: &mut [S]) {
        for_each_tile!(outputs.len() / self.outputs, |start, LANES| {
            tile.resize(LANES * self.outputs, S::zero());
            let images = slots_mut::<S, LANES>(tile, 0, self.outputs);
            self.readout.write(slots(stream, start, self.width), images);
            transpose_out(images, &mut outputs[start * self.outputs..]);
        });
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

    /// `update := σ(z W1 + b1) W2 + b2`
    #[inline(always)]
    fn feed_forward<const L: usize>(&self, z: &[[S; L]], update: &mut [[S; L]]) {
        update.fill([S::zero(); L]);
        for &(slot, value) in &self.output_bias {
            add(&mut update[slot], &[value; L]);
        }
        for ((input, output), &bias) in self.input.iter().zip(self.output.iter()).zip(&self.input_bias) {
            let mut activated = dot(input, z);
            add(&mut activated, &[bias; L]);
            activated = match self.activation {
                Activation::Relu => activated.map(S::relu),
                Activation::Relu2 => activated.map(|value| value.relu().square()),
                Activation::Step => activated.map(S::step),
            };
            if activated.iter().any(|value| !value.is_zero()) {
                add_row(output, &activated, update);
            }
        }
    }
}

/// `X := X + FC(X + Att(X))`, where a block without heads has no attention.
struct FeedForward<'a, S> {
    block: &'a Block<S>,
    stream: &'a mut [S],
    attended: &'a [S],
    width: usize,
    /// X + Att(X) of a tile
    tile: &'a mut Vec<S>,
    /// FC of a tile
    update: &'a mut Vec<S>,
}

impl<S: Scalar> VectorLoop for FeedForward<'_, S> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { block, stream, attended, width, tile, update } = self;
        for_each_tile!(stream.len() / width, |start, LANES| {
            let stream = slots_mut::<S, LANES>(stream, start, width);
            update.resize(LANES * width, S::zero());
            let update = slots_mut::<S, LANES>(update, 0, width);
            if block.heads.is_empty() {
                block.feed_forward(stream, update);
            } else {
                tile.resize(LANES * width, S::zero());
                let z = slots_mut::<S, LANES>(tile, 0, width);
                let attended = slots::<S, LANES>(attended, start, width);
                for ((z, x), attended) in z.iter_mut().zip(&*stream).zip(attended) {
                    *z = *x;
                    add(z, attended);
                }
                block.feed_forward(z, update);
            }
            stream.iter_mut().zip(update).for_each(|(slot, update)| add(slot, update));
        });
    }
}

#[inline(always)]
fn add<S: Scalar, const L: usize>(sums: &mut [S; L], terms: &[S; L]) {
    // One times a number is that number, in every scalar.
    S::add_multiple(sums, S::one(), terms);
}
