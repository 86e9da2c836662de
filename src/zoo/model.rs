//! What a specimen computes with: a network of blocks, or a graph over one row.

use super::error::ZooError;
use super::evaluate::{Number, evaluate};
use crate::eval::{Forward, Workspace};
use crate::export::{Dtype, Flat, Format, Labels, Rounding, write};
use crate::numeric::Scalar;
use num_traits::Zero;
use std::io::Write;
use sumformer_checker::arith::number::Rational;
use sumformer_checker::format::network::Network;
use sumformer_checker::language::Sequence;
use sumformer_checker::language::target::Tokens;
use sumformer_checker::witness::semantics::ExactEvaluator;

/// A network as it stands in a file.
#[derive(Debug, Clone)]
pub enum Model {
    /// Blocks with attention: `tokens` of shape (batch, n, d), `outputs` of shape (batch, n, c).
    Blocks(Box<Network>),
    /// A graph over one row: `X` of shape (1, n·d), `Y` of shape (1, c).
    Flat(Flat),
}

impl From<Network> for Model {
    fn from(network: Network) -> Self {
        Self::Blocks(network.into())
    }
}

impl From<Flat> for Model {
    fn from(flat: Flat) -> Self {
        Self::Flat(flat)
    }
}

impl Model {
    /// The shapes of input and output for one sequence.
    pub fn shapes(&self) -> [Vec<usize>; 2] {
        match self {
            Self::Blocks(network) => {
                let Tokens::Fixed(n) = network.tokens else { return [Vec::new(), Vec::new()] };
                [vec![1, n, network.dimension], vec![1, n, network.outputs]]
            }
            Self::Flat(flat) => [vec![1, flat.inputs()], vec![1, flat.width(flat.last())]],
        }
    }

    /// The first output, exactly.
    pub fn exact(&self, input: &[Rational]) -> Result<Rational, ZooError> {
        match self {
            Self::Blocks(network) => {
                let tokens: Vec<Vec<Rational>> =
                    input.chunks(network.dimension).map(<[Rational]>::to_vec).collect();
                let mut outputs = ExactEvaluator::new(network)?.evaluate_run(Sequence::once(&tokens), 0)?;
                Ok(outputs.swap_remove(0))
            }
            Self::Flat(flat) => Ok(first(&evaluate(flat, input))),
        }
    }

    /// The first output, every operation rounded to `S`.
    pub fn float<S: Scalar>(&self, input: &[Rational]) -> Result<S, ZooError> {
        let input: Vec<S> = input.iter().map(S::from_rational).collect();
        match self {
            Self::Blocks(network) => {
                let mut workspace = Workspace::default();
                Ok(Forward::compile(network)?.run_in(&mut workspace, &input)?[0])
            }
            Self::Flat(flat) => Ok(first(&evaluate(flat, &input))),
        }
    }

    /// Writes the model as ONNX in f32.
    pub fn write(&self, name: &str, out: impl Write) -> Result<Rounding, ZooError> {
        Ok(match self {
            Self::Blocks(network) => write(network, &Labels::default(), Format::Onnx, Dtype::F32, out)?,
            Self::Flat(flat) => flat.write(name, out)?,
        })
    }
}

fn first<N: Number>(row: &[N]) -> N {
    row.first().cloned().unwrap_or_else(|| N::of(&Rational::zero()))
}
