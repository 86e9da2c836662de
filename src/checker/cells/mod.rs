//! The rule for piecewise constant networks (Thm 4.1, second proof): constant on cells, compared with the target entry
//! by entry.
//!
//! 1. `tokens`: before the attention every path from x goes through units that read one coordinate each; between their
//!    break points nothing varies, so the box of a token falls into cells (and, with relu instead of step, ramps between
//!    them), and each cell has exact slot values.
//! 2. `additive`: the attention layer averages; its block carries values unchanged. A slot is then a function of the own
//!    cell plus the same function of each other cell.
//! 3. `forms`, `lookup`: units with proportional inputs are one function of one variable with finitely many levels.
//!    Blocks that do not read what they write act as one.
//! 4. `linear_form`, `engine`, `entries`: for every own cell and every multiset of other cells the outputs are evaluated exactly, by
//!    binary search in the levels, and compared with an enclosure of the target on the product of the cells' closures.
//!
//! Nothing is stored per entry but its key; the target is symmetric in the other tokens, and so is the network, so one
//! order of them suffices.

mod additive;
mod budget;
mod engine;
mod entries;
mod forms;
mod linear_form;
mod lookup;
mod partition;
mod refuse;
mod residual;
mod span;
mod tokens;

pub use entries::entry_count;
pub use residual::{CellBound, RampBound, WorstEntry};

use crate::arith::interval::Interval;
use crate::arith::number::Rational;
use crate::attention::mean_layer::{MeanLayer, mean_layer};
use crate::enclosure::TargetEnclosure;
use crate::format::certificate::{CellClaim, OutputClaim};
use crate::format::claim::require_at_least;
use crate::format::network::{Block, Network};
use crate::format::sparse::SparseMatrix;
use crate::language::target::{Target, Tokens};
use crate::limits::MAX_LEVELS;
use crate::normal_form::symmetry::require_symmetry;
use crate::refusal::{Refusal, Rule};
use budget::Budget;
use forms::Group;
use num_traits::{One, Zero};
use partition::Piece;
use refuse::unsupported;
use std::collections::BTreeSet;
use tokens::TokenStates;

/// How far a piecewise constant network is from the target, derived from the network's weights alone.
pub fn derive(target: &Target, network: &Network) -> Result<CellBound, Refusal> {
    let n = length(target)?;
    // First of all, since it bounds the number of tokens times coordinates.
    let mut enclosure = TargetEnclosure::new(target).map_err(residual::not_enclosed)?;
    require_symmetry(target)?;
    let mut budget = Budget::new(network.bits());
    let Start { states, attention, after } = start(target, network, &mut budget)?;
    let slots = additive::after_attention(network.width(), attention, &budget)?;
    let subject = residual::Subject { target, network, states: &states, slots, groups: &after, n };
    residual::bound(&subject, &mut enclosure, network.bits())
}

/// What is claimed of a network that is constant on cells, compared with what is derived: the residuals of all outputs.
pub fn check(
    target: &Target,
    network: &Network,
    claim: &CellClaim,
    outputs: &[OutputClaim],
) -> Result<Vec<Rational>, Refusal> {
    let derived = derive(target, network)?;
    for (name, claimed, found) in [
        ("count", claim.count, derived.cells),
        ("entries", claim.entries, derived.entries),
        ("keys", claim.keys, derived.keys),
    ] {
        if claimed != found {
            return Err(Rule::Cells
                .invalid(format!("cells, {name}"), format!("{found} are found, {claimed} are claimed")));
        }
    }
    match (&claim.ramps, &derived.ramps) {
        (None, None) => {}
        (Some(claim), Some(ramps)) => {
            require_at_least(&claim.bound.0, &ramps.bound, Rule::Residual, "cells, ramps")?;
            require_at_least(&claim.measure.0, &ramps.measure, Rule::Cells, "cells, ramps, measure")?;
            // Bounds of norms weigh the rest of the box by 1 − measure.
            if claim.measure.0 > Rational::one() {
                return Err(Rule::Cells.invalid(
                    "cells, ramps, measure",
                    format!("{} is no share of the box", claim.measure.0),
                ));
            }
        }
        (claim, _) => {
            let [says, has] = if claim.is_some() { ["has", "none"] } else { ["has no", "some"] };
            return Err(Rule::Cells.invalid(
                "cells, ramps",
                format!("the certificate says that the network {says} ramps, it has {has}"),
            ));
        }
    }
    for (output, (residual, claim)) in derived.outputs.iter().zip(outputs).enumerate() {
        require_at_least(&claim.residual.0, residual, Rule::Residual, &format!("output {output}"))?;
        require_at_least(&claim.lowering.0, &Rational::zero(), Rule::Lowering, &format!("output {output}"))?;
    }
    Ok(derived.outputs)
}

/// How a network cuts the box, and what its attention averages: for those who explain it.
#[derive(Debug, Clone)]
pub struct CellLayout {
    /// Per coordinate the closures of its pieces, in order, and whether nothing varies on them.
    pub sides: Vec<Vec<(Interval, bool)>>,
    /// From slots to slots: the attention adds `mean_j X_j·average` to every token.
    pub average: SparseMatrix,
}

/// The layout of a network to which the rule applies, at least up to its attention.
pub fn layout(target: &Target, network: &Network) -> Result<CellLayout, Refusal> {
    length(target)?;
    let Start { states, attention, .. } = start(target, network, &mut Budget::new(network.bits()))?;
    let side = |pieces: Vec<Piece>| pieces.into_iter().map(|piece| (piece.side, piece.flat)).collect();
    Ok(CellLayout {
        sides: states.partition.pieces.into_iter().map(side).collect(),
        average: attention.map_or_else(SparseMatrix::default, |(_, _, layer)| layer.matrix),
    })
}

fn length(target: &Target) -> Result<usize, Refusal> {
    match target.tokens {
        Tokens::Fixed(n) => Ok(n),
        Tokens::Any => Err(unsupported("tokens", "tables of cells exist for a fixed length only")),
    }
}

/// The network up to its attention, and the groups of blocks after it.
struct Start<'a> {
    states: TokenStates,
    /// The attention block, its number before and what it averages after it.
    attention: Option<(usize, &'a Block, MeanLayer)>,
    after: Vec<Group<'a>>,
}

fn start<'a>(target: &Target, network: &'a Network, budget: &mut Budget) -> Result<Start<'a>, Refusal> {
    let width = network.width();
    let numbered = || network.blocks.iter().enumerate();
    let mut attention =
        numbered().filter_map(|(index, block)| Some((index, block, block.attention.as_ref()?)));
    let acting = attention.next();
    if let Some((second, _, _)) = attention.next() {
        return Err(
            Rule::Attention.unsupported(format!("block {second}"), "only one attention layer is covered")
        );
    }
    let split = acting.map_or(network.blocks.len(), |(index, _, _)| index);
    let before = forms::fuse(numbered().take(split))?;
    let after = forms::fuse(numbered().skip(split + 1))?;
    require_few_levels(before.iter().chain(&after))?;
    let states = tokens::run(&target.domain, &network.embedding, &before, width, budget)?;
    let averaged = |(index, block, attention)| {
        let place = format!("block {index}, attention");
        Ok((index, block, mean_layer(attention, &[], &states.constants, target.tokens, &place)?))
    };
    let attention = acting.map(averaged).transpose()?;
    Ok(Start { states, attention, after })
}

/// A form stores a value at each of its break points for each slot it writes to, however few of its units do.
fn require_few_levels<'a>(groups: impl Iterator<Item = &'a Group<'a>>) -> Result<(), Refusal> {
    let (mut levels, mut weights) = (0_usize, 0_usize);
    for form in groups.flat_map(|group| &group.forms) {
        let slots: BTreeSet<usize> =
            form.units.iter().flat_map(|unit| unit.output.iter()).map(|(slot, _)| slot).collect();
        levels = levels.saturating_add(form.units.len().saturating_mul(slots.len()));
        weights += form.units.iter().map(|unit| unit.output.len()).sum::<usize>();
    }
    if levels > MAX_LEVELS.saturating_add(8 * weights) {
        return Err(unsupported(
            "units",
            format!(
                "there are too many break points times slots written to: {levels}, the limit is {}",
                MAX_LEVELS.saturating_add(8 * weights)
            ),
        ));
    }
    Ok(())
}
