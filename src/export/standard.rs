//! The same function in blocks of the usual kind.
//!
//! Definition 2.3 has `X + FC(X + Att(X))`; transformers elsewhere have `Z + FC(Z)` with `Z = X + Att(X)`, which keeps what attention
//! gave. In the *wide form* that makes no difference: attention writes into slots of its own, which are 0 before it; the units of its
//! block read `x + a` where they read `x`; and nothing after the block reads these slots. So the weights mean the same function in both
//! kinds of block, and `check` proves the bound of the wide form like that of any network.

use std::collections::{BTreeMap, BTreeSet};
use sumformer_checker::format::network::{Attention, Network};
use sumformer_checker::format::sparse::{SparseMatrix, SparseVector};

/// The wide form of a network: one more slot for each slot that an attention layer writes to.
///
/// Heads stay as they are, over more slots. Their scores are divided by the root of the width, which is larger now; so scores that are
/// not 0 become smaller, which changes nothing where they are the same for all tokens, as in every network that is proved.
pub fn wide_form(network: &Network) -> Network {
    let mut wide = network.clone();
    let own = own_slots(network, &mut wide.slots);
    let (before, after) = (network.width(), wide.width());
    for (block, own) in wide.blocks.iter_mut().zip(&own) {
        let Some(attention) = &mut block.attention else { continue };
        widen(attention, own, before, after);
        for unit in &mut block.units {
            let read = unit.input.iter().flat_map(|(slot, weight)| {
                let attended = own.get(&slot).map(|&attended| (attended, weight.clone()));
                [Some((slot, weight.clone())), attended].into_iter().flatten()
            });
            unit.input = SparseVector::from_entries(read.collect::<Vec<_>>());
        }
    }
    wide
}

/// For each block, where its attention writes what it wrote to a slot before; names of these slots are appended.
fn own_slots(network: &Network, names: &mut Vec<String>) -> Vec<BTreeMap<usize, usize>> {
    let mut taken: BTreeSet<String> = names.iter().cloned().collect();
    let written = |attention: &Attention| -> BTreeSet<usize> {
        attention.output.iter().map(|(_, slot, _)| slot).collect()
    };
    let mut own = Vec::new();
    for (b, block) in network.blocks.iter().enumerate() {
        let mut slots = BTreeMap::new();
        for slot in block.attention.as_ref().map(written).unwrap_or_default() {
            let mut name = format!("{} attended in block {b}", network.slots[slot]);
            while !taken.insert(name.clone()) {
                name.push('\'');
            }
            slots.insert(slot, names.len());
            names.push(name);
        }
        own.push(slots);
    }
    own
}

/// The output of head h begins at row h · width.
fn widen(attention: &mut Attention, own: &BTreeMap<usize, usize>, before: usize, after: usize) {
    let entries = attention.output.iter().map(|(row, slot, weight)| {
        let row = row / before * after + row % before;
        (row, own.get(&slot).copied().unwrap_or(slot), weight.clone())
    });
    attention.output = SparseMatrix::from_entries(entries.collect::<Vec<_>>());
}
