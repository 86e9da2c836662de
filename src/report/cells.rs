//! What there is to say of a network that is constant on cells.

use super::numbers::Bound;
use super::words::{self, Formula};
use crate::words::{TokenNames, print};
use num_traits::Zero;
use serde::Serialize;
use std::collections::BTreeSet;
use std::ops::Range;
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::{Rational, max};
use sumformer_checker::cells::layout;
use sumformer_checker::check::Checked;
use sumformer_checker::format::certificate::CellClaim;
use sumformer_checker::format::network::Block;
use sumformer_checker::refusal::Refusal;

/// The table, as the certificate counts it.
#[derive(Debug, Clone, Serialize)]
pub struct TableFacts {
    /// M.
    pub cells: usize,
    /// T.
    pub entries: usize,
    /// Entries that the look-up tells apart.
    pub keys: usize,
    /// Where there are ramps between cells.
    pub ramps: Option<RampFacts>,
}

/// What holds off the ramps.
#[derive(Debug, Clone, Serialize)]
pub struct RampFacts {
    /// Bounds |network − target| there.
    pub bound: Bound,
    /// Bounds the share of the box with ramps.
    pub measure: Bound,
}

/// How one coordinate is cut.
#[derive(Debug, Clone, Serialize)]
pub struct SideFacts {
    /// Number.
    pub coordinate: usize,
    /// Where it runs.
    pub side: Interval,
    /// Pieces on which nothing varies.
    pub cells: usize,
    /// The widest of them.
    pub widest: Bound,
    /// Pieces that are ramps.
    pub ramps: usize,
}

/// What the attention adds to one slot.
#[derive(Debug, Clone, Serialize)]
pub struct AverageFacts {
    /// The slot.
    pub slot: usize,
    /// Its name.
    pub name: String,
    /// In slot names; averaged over all tokens.
    pub mean_of: Formula,
}

/// Blocks `first..=last` that do the same.
#[derive(Debug, Clone, Serialize)]
pub struct BlockFacts {
    /// The first.
    pub first: usize,
    /// The last.
    pub last: usize,
    /// From `network.json`; of several blocks what their labels have in common.
    pub label: String,
    /// In words.
    pub attention: Option<String>,
    /// relu or step.
    pub activation: &'static str,
    /// Hidden units of all of them.
    pub units: usize,
    /// Slots that units read.
    pub reads: Vec<usize>,
    /// Slots that units and biases write.
    pub writes: Vec<usize>,
    /// Items of the paper.
    pub justified_by: Vec<&'static str>,
}

/// A slot of the residual stream.
#[derive(Debug, Clone, Serialize)]
pub struct SlotFacts {
    /// Number.
    pub slot: usize,
    /// Name.
    pub name: String,
    /// What the embedding writes.
    pub embedding: Formula,
    /// Blocks `[first, last]` that write it, of which some may not.
    pub written_by: Vec<[usize; 2]>,
    /// Blocks `[first, last]` that read it.
    pub read_by: Vec<[usize; 2]>,
    /// Outputs that read it, with their weights.
    pub read_out: Vec<(usize, String)>,
}

/// An output coordinate.
#[derive(Debug, Clone, Serialize)]
pub struct OutputFacts {
    /// Number.
    pub output: usize,
    /// The target's expression.
    pub target: String,
    /// The slots it is read from.
    pub read_from: Formula,
    /// |Sumformer − target|, as certified.
    pub residual: Bound,
    /// |network − Sumformer|, as certified.
    pub lowering: Bound,
}

/// Everything.
#[derive(Debug, Clone, Serialize)]
pub struct CellFacts {
    /// The sizes of the table.
    pub table: TableFacts,
    /// The cuts.
    pub coordinates: Vec<SideFacts>,
    /// The block with the attention.
    pub attention_block: Option<usize>,
    /// What it adds.
    pub averages: Vec<AverageFacts>,
    /// The residual stream.
    pub slots: Vec<SlotFacts>,
    /// Runs of blocks.
    pub blocks: Vec<BlockFacts>,
    /// The outputs.
    pub outputs: Vec<OutputFacts>,
}

impl CellFacts {
    /// Derives the cuts and the averages anew; the bounds are the certificate's.
    pub fn collect(checked: &Checked, claim: &CellClaim) -> Result<Self, Refusal> {
        let Checked { target, network, certificate, .. } = checked;
        let layout = layout(target, network)?;
        let coordinates =
            layout.sides.iter().zip(&target.domain).enumerate().map(|(coordinate, (pieces, side))| {
                let flat = pieces.iter().filter(|(_, flat)| *flat).map(|(piece, _)| piece.wid());
                SideFacts {
                    coordinate,
                    side: side.clone(),
                    cells: flat.clone().count(),
                    widest: Bound::upper(&flat.fold(Rational::zero(), max)),
                    ramps: pieces.iter().filter(|(_, flat)| !flat).count(),
                }
            });
        let columns = layout.average.transpose();
        let averages = (0..network.width()).filter(|&slot| columns.row(slot).next().is_some());
        let averages = averages.map(|slot| AverageFacts {
            slot,
            name: network.slots[slot].clone(),
            mean_of: words::slots(columns.row(slot).map(|(s, w)| (s, w.clone())), &network.slots),
        });
        let blocks: Vec<BlockFacts> =
            runs(&network.blocks).into_iter().map(|run| BlockFacts::of(checked, run)).collect();
        let places = |holds: &dyn Fn(&BlockFacts) -> bool| -> Vec<[usize; 2]> {
            blocks.iter().filter(|block| holds(block)).map(|block| [block.first, block.last]).collect()
        };
        let slots = (0..network.width()).map(|slot| SlotFacts {
            slot,
            name: network.slots[slot].clone(),
            embedding: words::embedding(network, slot),
            written_by: places(&|block| block.writes.binary_search(&slot).is_ok()),
            read_by: places(&|block| block.reads.binary_search(&slot).is_ok()),
            read_out: network.readout.weights.row(slot).map(|(o, w)| (o, w.to_string())).collect(),
        });
        let slots = slots.collect();
        let readout = network.readout.weights.transpose();
        let expressions = target.body.expressions().iter().zip(&certificate.outputs).enumerate();
        let outputs = expressions.map(|(output, (expression, claim))| OutputFacts {
            output,
            target: print(expression, TokenNames::of(&target.body)),
            read_from: words::slots(readout.row(output).map(|(s, w)| (s, w.clone())), &network.slots),
            residual: Bound::upper(&claim.residual.0),
            lowering: Bound::upper(&claim.lowering.0),
        });
        Ok(Self {
            table: TableFacts {
                cells: claim.count,
                entries: claim.entries,
                keys: claim.keys,
                ramps: claim.ramps.as_ref().map(|ramps| RampFacts {
                    bound: Bound::upper(&ramps.bound.0),
                    measure: Bound::upper(&ramps.measure.0),
                }),
            },
            coordinates: coordinates.collect(),
            attention_block: network.blocks.iter().position(|block| block.attention.is_some()),
            averages: averages.collect(),
            slots,
            outputs: outputs.collect(),
            blocks,
        })
    }
}

/// Neighbouring blocks without attention whose labels differ in their numbers only.
fn runs(blocks: &[Block]) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for (index, block) in blocks.iter().enumerate() {
        let continues = runs.last().is_some_and(|run| {
            let before = &blocks[run.start];
            before.attention.is_none()
                && block.attention.is_none()
                && stem(&before.label) == stem(&block.label)
        });
        match runs.last_mut() {
            Some(run) if continues => run.end = index + 1,
            _ => runs.push(index..index + 1),
        }
    }
    runs
}

/// A label without its number: `psi: look-up, layer 3` is `psi: look-up`.
fn stem(label: &str) -> &str {
    let words = label.trim_end_matches(|c: char| c.is_ascii_digit());
    if words == label {
        label
    } else {
        words.trim_end().trim_end_matches("layer").trim_end_matches([',', ' '])
    }
}

impl BlockFacts {
    /// A run of blocks, not empty.
    pub fn of(checked: &Checked, run: Range<usize>) -> Self {
        let several = run.len() > 1;
        let blocks = &checked.network.blocks[run.clone()];
        let first = &blocks[0];
        let attention = first.attention.as_ref().map(words::attention);
        let units = || blocks.iter().flat_map(|block| &block.units);
        let reads: BTreeSet<usize> =
            units().flat_map(|unit| unit.input.iter()).map(|(slot, _)| slot).collect();
        let biases = blocks.iter().flat_map(|block| block.bias.iter());
        let writes: BTreeSet<usize> =
            units().flat_map(|unit| unit.output.iter()).chain(biases).map(|(slot, _)| slot).collect();
        let mut justified_by = vec!["Definition 2.3"];
        if let Some((_, theorem)) = &attention {
            justified_by.extend([*theorem, "Theorem 2.13"]);
        }
        justified_by.push("Theorem 4.1 (second proof)");
        Self {
            first: run.start,
            last: run.end - 1,
            label: if several { stem(&first.label) } else { &first.label }.to_string(),
            attention: attention.map(|(words, _)| words),
            activation: words::activation(first.activation),
            units: units().count(),
            reads: reads.into_iter().collect(),
            writes: writes.into_iter().collect(),
            justified_by,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::stem;

    #[test]
    fn labels_lose_their_numbers_only() {
        assert_eq!(stem("psi: look-up, layer 12"), "psi: look-up");
        assert_eq!(stem("block 7"), "block");
        assert_eq!(stem("sum: one attention layer"), "sum: one attention layer");
        assert_eq!(stem(""), "");
    }
}
