//! One slot, block or output in words.

use crate::report::facts::{Facts, GadgetFacts, Writer};
use crate::report::numbers::{Bound, at_most};
use crate::report::words::{clip, interval};
use num_traits::Zero;
use serde_json::{Value, json};

/// Longest formula that is printed in full.
const FORMULA: usize = 400;
/// Gadgets listed one by one.
const GADGETS: usize = 40;

/// `error <= 1.2e-5`, or `exact`.
pub fn error(bound: &Bound) -> String {
    if bound.value.is_zero() { "exact".into() } else { format!("error {}", at_most(&bound.value)) }
}

/// A slot with the gadgets that write it.
pub fn slot_json(facts: &Facts, slot: usize) -> Value {
    let mut value = json!(facts.slots[slot]);
    let writers = facts.slots[slot].written_by.iter().map(|writer| {
        let gadget = writer.gadget.map(|g| &facts.blocks[writer.block].gadgets[g]);
        json!({ "block": writer.block, "gadget": writer.gadget, "claim": gadget })
    });
    value["written_by"] = writers.collect();
    value
}

/// A slot in words.
pub fn slot(facts: &Facts, slot: usize) -> String {
    let it = &facts.slots[slot];
    let mut lines = vec![format!("slot {slot} `{}`", it.name)];
    lines.push(format!("  after the embedding: {}", it.embedding.clipped(FORMULA)));
    if let Some(block) = facts.attention_block {
        let before = format!("{} ({})", it.before.polynomial.clipped(FORMULA), error(&it.before.error));
        lines.push(format!("  before the attention of block {block}: {before}"));
    }
    let after = format!("{} ({})", it.after.polynomial.clipped(FORMULA), error(&it.after.error));
    lines.push(format!("  after the last block: {after}"));
    for latent in facts.latents.iter().filter(|latent| latent.slot == slot) {
        lines.push(format!(
            "  {} = {} in {}, {}",
            latent.name,
            latent.definition.clipped(FORMULA),
            interval(&latent.range),
            error(&latent.error)
        ));
    }
    lines.push(match it.written_by.len() {
        0 => "  no block writes it".into(),
        count => format!("  written {count} time(s):"),
    });
    for &Writer { block, gadget } in it.written_by.iter().take(GADGETS) {
        let what = match gadget {
            None => format!("the bias {}", facts.blocks[block].bias.clipped(FORMULA)),
            Some(g) => {
                format!("gadget {g}: {}", gadget_in_words(&facts.blocks[block].gadgets[g], Some(slot)))
            }
        };
        lines.push(format!("    block {block} ({}), {what}", facts.blocks[block].label));
    }
    lines.extend(more(it.written_by.len()));
    for (output, weight) in &it.read_out {
        lines.push(format!("  read out: output {output} takes {weight} times this slot"));
    }
    lines.join("\n")
}

/// A block in words.
pub fn block(facts: &Facts, block: usize) -> String {
    let it = &facts.blocks[block];
    let mut lines = vec![format!("block {block}: {}", it.label)];
    lines.push(format!("  X + FC(X + Att(X)) with {} units, {}", it.units, it.activation));
    lines.push(match &it.attention {
        None => "  no attention (Att = 0)".into(),
        Some(attention) => {
            format!("  {attention}; its weights are constant, so it adds a multiple of the mean")
        }
    });
    lines.push(format!("  rests on {}", it.justified_by.join(", ")));
    if facts.attention_block == Some(block) {
        for latent in &facts.latents {
            let (name, slot, definition) = (&latent.name, latent.slot, latent.definition.clipped(FORMULA));
            lines.push(format!("  makes {name} = {definition} in slot {slot}, {}", error(&latent.error)));
        }
    }
    if !it.bias.is_zero() {
        lines.push(format!("  bias: {}", it.bias.clipped(FORMULA)));
    }
    for (g, gadget) in it.gadgets.iter().enumerate().take(GADGETS) {
        lines.push(format!("  gadget {g}: {}", gadget_in_words(gadget, None)));
    }
    lines.extend(more(it.gadgets.len()));
    lines.join("\n")
}

/// An output coordinate in words.
pub fn output(facts: &Facts, output: usize) -> String {
    let it = &facts.outputs[output];
    let mut lines = vec![format!("output {output}")];
    lines.push(format!("  target: {}", clip(&it.target, FORMULA)));
    lines.push(format!("  Sumformer: {}", it.sumformer.clipped(FORMULA)));
    for latent in &facts.latents {
        lines.push(format!("    with {} = {}", latent.name, latent.definition.clipped(FORMULA)));
    }
    lines.push(format!("  |Sumformer - target|: {}", error(&it.residual)));
    lines.push(format!("  |network - Sumformer|: {}", error(&it.lowering)));
    lines.join("\n")
}

fn gadget_in_words(gadget: &GadgetFacts, only: Option<usize>) -> String {
    let additions = gadget.adds.iter().filter(|addition| only.is_none_or(|slot| addition.slot == slot));
    let adds: Vec<String> = additions
        .map(|a| format!("adds {} to {{{}}} ({})", a.polynomial.clipped(FORMULA), a.name, error(&a.error)))
        .collect();
    let [first, end] = gadget.units;
    format!(
        "units {first}..{end}, t = {} in {}, {}",
        gadget.t.clipped(FORMULA),
        interval(&gadget.range),
        adds.join("; ")
    )
}

fn more(count: usize) -> Option<String> {
    (count > GADGETS).then(|| format!("    … and {} more (--json lists all)", count - GADGETS))
}
