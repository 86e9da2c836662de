//! A given network against a target, on a tree of boxes: nothing is known of what its blocks are meant to compute, and its scores need not be
//! constant.
//!
//! The network itself is evaluated in affine forms ([`form`]), as the target is, and their difference is bounded on the leaves
//! of the tree ([`crate::boxes`]). What that needs beside enclosures is that one token suffices and the other tokens may be sorted: the network
//! must be equivariant. Embedding, blocks and readout act on each token alike, and attention is a sum over tokens in which each takes part alike,
//! but for projections whose entries differ from token to token; those are refused.

mod attention;
pub mod form;
mod layers;

use crate::boxes::difference::{Difference, Distance};
use crate::enclosure::PreparedSide;
use crate::enclosure::target::prepare_for;
use crate::format::network::{Activation, Block, Mechanism, Network};
use crate::language::target::{Target, Tokens};
use crate::language::values::evaluate::Prepared as PreparedTarget;
use crate::language::{EvalError, Scalar, Sequence};
use crate::refusal::{Refusal, Rule};
use attention::{Attention, entry_of};
use form::Form;
use layers::{Affine, Units};

/// A network of a fixed length, prepared for affine forms.
pub struct GivenNetwork {
    embedding: Affine,
    blocks: Vec<Prepared>,
    readout: Affine,
    /// How many blocks there are up to the last one with attention: after it, other tokens do not matter.
    mixing: usize,
}

struct Prepared {
    attention: Option<Attention>,
    units: Units,
}

impl GivenNetwork {
    /// Prepares a network whose shapes have been verified; refuses what is not equivariant, or not continuous.
    pub fn new(network: &Network) -> Result<Self, Refusal> {
        if network.tokens == Tokens::Any {
            return Err(
                Rule::Given.unsupported("tokens", "a given network is enclosed for a fixed length only")
            );
        }
        let width = network.width();
        let prepare = |(index, block): (usize, &Block)| {
            let place = || format!("block {index}");
            if block.activation == Activation::Step && !block.units.is_empty() {
                return Err(Rule::Given.unsupported(place(), "step units jump, and affine forms do not"));
            }
            let attention = match &block.attention {
                None => None,
                Some(attention) => {
                    let differing = attention.heads.iter().position(|head| {
                        matches!(&head.mechanism, Mechanism::Linformer { f, .. } if entry_of(f).is_none())
                    });
                    if let Some(head) = differing {
                        return Err(Rule::Given.unsupported(
                            format!("{}, head {head}", place()),
                            "the entries of F tell tokens apart, so that one token does not stand for all",
                        ));
                    }
                    let prepared = Attention::new(attention, width);
                    Some(prepared.map_err(|error| Rule::Given.unsupported(place(), error.to_string()))?)
                }
            };
            Ok(Prepared { attention, units: Units::new(block) })
        };
        Ok(Self {
            embedding: Affine::new(&network.embedding, width),
            blocks: network.blocks.iter().enumerate().map(prepare).collect::<Result<_, _>>()?,
            readout: Affine::new(&network.readout, network.outputs),
            mixing: network
                .blocks
                .iter()
                .rposition(|block| block.attention.is_some())
                .map_or(0, |last| last + 1),
        })
    }

    /// The outputs of token 0; what bends gets symbols from `next` on.
    pub fn first(&self, sequence: &[Vec<Form>], next: &mut usize) -> Result<Vec<Form>, EvalError> {
        let read = if self.mixing > 0 { sequence } else { sequence.get(..1).unwrap_or(sequence) };
        let mut stream: Vec<Vec<Form>> = read.iter().map(|token| self.embedding.image(token)).collect();
        for (index, block) in self.blocks.iter().enumerate() {
            // What is computed of them is what later blocks look at.
            let asked = if index + 1 < self.mixing { stream.len() } else { 1 };
            let inside = match &block.attention {
                None => stream.iter().take(asked).cloned().collect(),
                Some(attention) => attention.added(&stream, asked, next)?,
            };
            stream.truncate(asked);
            for (token, inside) in stream.iter_mut().zip(&inside) {
                block.units.add_to(inside, token, next)?;
            }
        }
        Ok(self.readout.image(stream.first().ok_or(EvalError::Unbound)?))
    }
}

/// Encloses target − network at token 0.
pub struct GivenDifference {
    target: PreparedTarget<Form>,
    network: GivenNetwork,
    dimension: usize,
}

impl GivenDifference {
    /// Prepares both, which have one shape; fails where there are no enclosures of the target.
    pub fn new(target: &Target, network: GivenNetwork) -> Result<Self, EvalError> {
        // An output that is compared with nothing would be bounded as if that were 0.
        if network.readout.outputs() != target.outputs() {
            return Err(EvalError::Unbound);
        }
        Ok(Self { target: prepare_for(target)?, network, dimension: target.dimension() })
    }
}

impl Difference for GivenDifference {
    fn distances(&mut self, sides: &[PreparedSide]) -> Result<Vec<Distance>, EvalError> {
        let coordinates = sides.iter().enumerate().map(|(number, side)| Form::coordinate(number, side));
        let coordinates: Vec<Form> = coordinates.collect::<Option<_>>().ok_or(EvalError::TooWide)?;
        let sequence: Vec<Vec<Form>> =
            coordinates.chunks(self.dimension.max(1)).map(<[Form]>::to_vec).collect();
        let mut next = sides.len();
        let wanted = self.target.on(Sequence::once(&sequence))?.run(0)?;
        let got = self.network.first(&sequence, &mut next)?;
        let distance = |(wanted, got): (&Form, &Form)| {
            let difference = wanted.sub(got);
            Distance {
                range: difference.range(),
                centre: difference.at_middle(sides.len()),
                slopes: Vec::new(),
            }
        };
        Ok(wanted.iter().zip(&got).map(distance).collect())
    }
}
