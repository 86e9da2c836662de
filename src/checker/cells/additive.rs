//! Inside and after the attention block: every slot as own + (1/n) Σ_j mean·X_j, before any further look-up.

use super::budget::Budget;
use super::forms::{Group, affine, fuse};
use super::refuse::unsupported;
use crate::arith::number::Rational;
use crate::attention::mean_layer::MeanLayer;
use crate::attention::split::{Split, identity};
use crate::format::network::{AffineMap, Block};
use crate::format::sparse::SparseVector;
use crate::refusal::Refusal;

/// The slots after the attention block, in the slots before it. With no attention that acts, the slots themselves.
pub(super) fn after_attention(
    width: usize,
    attention: Option<(usize, &Block, MeanLayer)>,
    budget: &Budget,
) -> Result<Vec<Split>, Refusal> {
    let Some((index, block, layer)) = attention else { return Ok(identity(width)) };
    let place = format!("block {index}, attention");
    if !layer.spread.is_empty() {
        return Err(unsupported(
            place,
            "the multiple of the mean is only enclosed, and look-ups need it exactly",
        ));
    }
    let mut attended = identity(width);
    for (row, column, value) in layer.matrix.iter() {
        attended[column].mean.insert(row, value.clone());
    }
    let groups = fuse(std::iter::once((index, block)))?;
    let mut slots = identity(width);
    for Group { forms, bias, .. } in groups {
        for form in forms {
            let variable = combination(&attended, &form.direction, budget);
            let outputs = affine(&form).ok_or_else(|| {
                unsupported(
                    &*place,
                    "the feed-forward part after the attention must carry values unchanged (relu, affine)",
                )
            })?;
            // What is added stays, so it takes memory as well.
            let terms = 1 + variable.own.len() + variable.mean.len();
            budget.spend(outputs.len().saturating_mul(terms).saturating_mul(16));
            for (slot, slope, intercept) in outputs {
                slots[slot].add_scaled(&variable, &slope);
                slots[slot].constant += intercept;
            }
        }
        bias.into_iter().for_each(|(slot, value)| slots[slot].constant += value);
    }
    Ok(slots)
}

/// Σ direction·slots.
pub(super) fn combination(slots: &[Split], direction: &SparseVector, budget: &Budget) -> Split {
    let terms = direction.iter().map(|(slot, _)| 1 + slots[slot].own.len() + slots[slot].mean.len());
    budget.spend(terms.sum());
    let mut sum = Split::default();
    direction.iter().for_each(|(slot, weight)| sum.add_scaled(&slots[slot], weight));
    sum
}

/// The readout's forms, one per output, each with its constant.
pub(super) fn readout(map: &AffineMap, outputs: usize) -> Vec<(SparseVector, Rational)> {
    let mut entries = vec![Vec::new(); outputs];
    for (slot, output, weight) in map.weights.iter() {
        entries[output].push((slot, weight.clone()));
    }
    entries
        .into_iter()
        .enumerate()
        .map(|(output, entries)| (SparseVector::from_entries(entries), map.bias.get(output)))
        .collect()
}

/// Refuses a combination that still holds the token itself.
pub(super) fn require_no_token(split: &Split, holds_token: &[bool], place: &str) -> Result<(), Refusal> {
    let slots = split.own.keys().chain(split.mean.keys());
    match slots.into_iter().find(|&&slot| holds_token[slot]) {
        Some(slot) => Err(unsupported(
            place,
            format!("slot {slot} holds the token itself, which reaches this place past the cells"),
        )),
        None => Ok(()),
    }
}
