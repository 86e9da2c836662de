//! What there is to say of a proof, collected once; printed as JSON or in words.

use super::numbers::Bound;
use super::surrogate::{self, AtomFacts, MeanFacts, ReplacedFacts};
use super::words::{self, Formula};

use crate::words::{TokenNames, print};
use serde::Serialize;
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::{Rational, max};
use sumformer_checker::check::{Checked, run_blocks};
use sumformer_checker::format::network::Block;
use sumformer_checker::format::sparse::SparseVector;
use sumformer_checker::polynomial_route::symbolic_run::SymbolicRun;
use sumformer_checker::polynomial_route::taylor_model::TaylorModel;
use sumformer_checker::refusal::Refusal;
use sumformer_checker::surrogate::Surrogate;

/// A polynomial and how far the slot may be from it.
#[derive(Debug, Clone, Serialize)]
pub struct Content {
    /// In `x[k]` and the latents `s[…]`.
    pub polynomial: Formula,
    /// Bounds |slot − polynomial|.
    pub error: Bound,
}

/// A sum over tokens.
#[derive(Debug, Clone, Serialize)]
pub struct LatentFacts {
    /// `s[1,0]`
    pub name: String,
    /// The slot that holds it.
    pub slot: usize,
    /// In the target language.
    pub definition: Formula,
    /// Its values for all sequences in the box.
    pub range: Interval,
    /// Bounds |slot − latent|.
    pub error: Bound,
}

/// A slot of the residual stream.
#[derive(Debug, Clone, Serialize)]
pub struct SlotFacts {
    /// Number.
    pub slot: usize,
    /// Name in `network.json`.
    pub name: String,
    /// Just before the attention block, or at the end if there is none.
    pub before: Content,
    /// After the last block.
    pub after: Content,
    /// What the embedding writes.
    pub embedding: Formula,
    /// Places in `blocks` and their `gadgets`.
    pub written_by: Vec<Writer>,
    /// Outputs that read it, with their weights.
    pub read_out: Vec<(usize, String)>,
}

/// A gadget that writes a slot; `None` for the block's bias.
#[derive(Debug, Clone, Serialize)]
pub struct Writer {
    /// Which block.
    pub block: usize,
    /// Which of its gadgets.
    pub gadget: Option<usize>,
}

/// A function of one variable, made of consecutive hidden units.
#[derive(Debug, Clone, Serialize)]
pub struct GadgetFacts {
    /// First unit, and the one after the last.
    pub units: [usize; 2],
    /// The variable, in slot names.
    pub t: Formula,
    /// Contains t.
    pub range: Interval,
    /// What is added to the slots.
    pub adds: Vec<Addition>,
}

/// What a gadget adds to one slot.
#[derive(Debug, Clone, Serialize)]
pub struct Addition {
    /// The slot.
    pub slot: usize,
    /// Its name.
    pub name: String,
    /// A polynomial in t, or an atom and an affine function of t.
    pub polynomial: Formula,
    /// Bounds the distance to it on the range.
    pub error: Bound,
}

/// A block.
#[derive(Debug, Clone, Serialize)]
pub struct BlockFacts {
    /// Number.
    pub block: usize,
    /// From `network.json`.
    pub label: String,
    /// Its attention, in words.
    pub attention: Option<String>,
    /// relu or relu2.
    pub activation: &'static str,
    /// Number of hidden units.
    pub units: usize,
    /// Items of the paper it rests on.
    pub justified_by: Vec<&'static str>,
    /// b2 in slot names.
    pub bias: Formula,
    /// Its gadgets.
    pub gadgets: Vec<GadgetFacts>,
}

/// An output coordinate.
#[derive(Debug, Clone, Serialize)]
pub struct OutputFacts {
    /// Number.
    pub output: usize,
    /// The target's expression.
    pub target: String,
    /// ψ, in `x[k]` and the latents.
    pub sumformer: Formula,
    /// |Sumformer − target|, as certified.
    pub residual: Bound,
    /// |network − Sumformer|, as certified.
    pub lowering: Bound,
}

/// Everything.
#[derive(Debug, Clone, Serialize)]
pub struct Facts {
    /// What stands for nodes of the target.
    pub replaced: Vec<ReplacedFacts>,
    /// The functions of one variable.
    pub atoms: Vec<AtomFacts>,
    /// The weighted means that heads with scores of their own compute.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub weighted_means: Vec<MeanFacts>,
    /// The latents.
    pub latents: Vec<LatentFacts>,
    /// The block whose attention makes them.
    pub attention_block: Option<usize>,
    /// The residual stream.
    pub slots: Vec<SlotFacts>,
    /// The blocks.
    pub blocks: Vec<BlockFacts>,
    /// The largest error of a slot after each block.
    #[serde(skip)]
    pub after_blocks: Vec<Bound>,
    /// The output coordinates.
    pub outputs: Vec<OutputFacts>,
}

impl Facts {
    /// Runs the proof again and notes what every slot holds.
    pub fn collect(checked: &Checked) -> Result<Self, Refusal> {
        let Checked { target, network, certificate, .. } = checked;
        let mut before: Vec<TaylorModel> = Vec::new();
        let mut attention_block = None;
        let mut after_blocks = Vec::new();
        let run = run_blocks(target, network, certificate, &mut |index, run| {
            if run.latents().is_empty() {
                before = run.stream().slots.to_vec();
            } else if attention_block.is_none() {
                attention_block = index.checked_sub(1);
            }
            if index > 0 {
                let errors = run.stream().slots.iter().map(|slot| slot.error.clone());
                after_blocks.push(Bound::upper(&errors.fold(Rational::default(), max)));
            }
        })?;
        let names = Names::new(&network.slots, &run);
        let latents = run.latents().iter().enumerate().map(|(i, latent)| LatentFacts {
            name: names.variable((run.dimension() + i) as u32),
            slot: latent.slot,
            definition: words::latent(latent, run.stream().tokens, &|token, v| {
                words::coordinate(run.surrogate(), token, v)
            }),
            range: latent.range.clone(),
            error: Bound::upper(&latent.error),
        });
        let blocks: Vec<BlockFacts> = network
            .blocks
            .iter()
            .zip(certificate.stream().map(|claims| claims.blocks.as_slice()).unwrap_or_default())
            .enumerate()
            .map(|(b, (block, gadgets))| names.block(b, block, gadgets, attention_block == Some(b)))
            .collect();
        let slots = (0..network.width()).map(|slot| SlotFacts {
            slot,
            name: network.slots[slot].clone(),
            before: names.content(&before[slot]),
            after: names.content(&run.stream().slots[slot]),
            embedding: words::embedding(network, slot),
            written_by: writers(network, &blocks, slot),
            read_out: network.readout.weights.row(slot).map(|(o, w)| (o, w.to_string())).collect(),
        });
        let expressions = target.body.expressions();
        let models = run.outputs(&network.readout, network.outputs);
        let outputs = models.iter().zip(expressions).zip(&certificate.outputs).enumerate().map(
            |(output, ((model, expression), claim))| OutputFacts {
                output,
                target: print(expression, TokenNames::of(&target.body)),
                sumformer: names.content(model).polynomial,
                residual: Bound::upper(&claim.residual.0),
                lowering: Bound::upper(&claim.lowering.0),
            },
        );
        Ok(Self {
            replaced: surrogate::replaced(target, certificate)?,
            atoms: surrogate::atoms(run.surrogate()),
            weighted_means: surrogate::means(run.surrogate()),
            latents: latents.collect(),
            attention_block,
            slots: slots.collect(),
            outputs: outputs.collect(),
            blocks,
            after_blocks,
        })
    }
}

fn writers(network: &sumformer_checker::format::Network, blocks: &[BlockFacts], slot: usize) -> Vec<Writer> {
    let by_block = network.blocks.iter().zip(blocks).enumerate();
    by_block
        .flat_map(|(block, (weights, facts))| {
            let writes = |gadget: &GadgetFacts| gadget.adds.iter().any(|addition| addition.slot == slot);
            let gadgets = facts.gadgets.iter().enumerate().filter(move |(_, gadget)| writes(gadget));
            let bias = weights.bias.iter().filter(move |(s, _)| *s == slot).map(|_| None);
            bias.chain(gadgets.map(|(g, _)| Some(g))).map(move |gadget| Writer { block, gadget })
        })
        .collect()
}

/// What variables and slots are called.
struct Names<'a> {
    slots: &'a [String],
    surrogate: &'a Surrogate,
    latents: Vec<usize>,
}

impl<'a> Names<'a> {
    fn new(slots: &'a [String], run: &'a SymbolicRun) -> Self {
        Self {
            slots,
            surrogate: run.surrogate(),
            latents: run.latents().iter().map(|latent| latent.slot).collect(),
        }
    }

    /// `x[k]`, an atom, or the latent in the slot `phi[α]` as `s[α]`.
    fn variable(&self, v: u32) -> String {
        let Some(latent) = (v as usize).checked_sub(self.surrogate.target.dimension()) else {
            return words::coordinate(self.surrogate, "x", v);
        };
        let slot = self.latents.get(latent).map_or("?", |&slot| &self.slots[slot]);
        slot.strip_prefix("phi[").map_or_else(|| format!("s({slot})"), |index| format!("s[{index}"))
    }

    fn content(&self, model: &TaylorModel) -> Content {
        Content {
            polynomial: words::polynomial(&model.polynomial, &|v| self.variable(v)),
            error: Bound::upper(&model.error),
        }
    }

    fn of_slots(&self, weights: &SparseVector) -> Formula {
        words::slots(weights.iter().map(|(slot, w)| (slot, w.clone())), self.slots)
    }

    fn block(
        &self,
        number: usize,
        block: &Block,
        claims: &[sumformer_checker::format::certificate::Gadget],
        makes_latents: bool,
    ) -> BlockFacts {
        let mut first = 0;
        let gadgets = claims.iter().map(|claim| {
            let units = [first, first + claim.units];
            first = units[1];
            let adds = claim.outputs.iter().map(|output| Addition {
                slot: output.slot,
                name: self.slots[output.slot].clone(),
                polynomial: words::univariate(
                    &output.polynomial,
                    output.factor.as_ref().zip(claim.atom).map(|(factor, atom)| {
                        let variable = (self.surrogate.dimension + atom) as u32;
                        (factor.0.clone(), words::coordinate(self.surrogate, "x", variable))
                    }),
                ),
                error: Bound::upper(&output.error.0),
            });
            GadgetFacts {
                t: block.units.get(units[0]).map_or_else(Formula::default, |unit| self.of_slots(&unit.input)),
                units,
                range: claim.range.clone(),
                adds: adds.collect(),
            }
        });
        let attention = block.attention.as_ref().map(words::attention);
        let mut justified_by = vec!["Definition 2.3"];
        justified_by.extend(attention.as_ref().map(|(_, theorem)| *theorem));
        if makes_latents {
            justified_by.extend(["Theorem 2.12", "Theorem 4.1"]);
        }
        BlockFacts {
            block: number,
            label: block.label.clone(),
            attention: attention.map(|(words, _)| words),
            activation: words::activation(block.activation),
            units: block.units.len(),
            justified_by,
            bias: self.of_slots(&block.bias),
            gadgets: gadgets.collect(),
        }
    }
}
