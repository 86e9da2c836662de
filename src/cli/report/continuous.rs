//! Sums, functions and slots of the continuous construction.

use super::parts::{cell, formula, number, own, table, text};
use crate::report::facts::{Content, Facts};
use crate::report::words::{clip, interval};
use itertools::Itertools;
use maud::{Markup, html};

/// Longer formulas are cut.
const FORMULA: usize = 160;

/// What is replaced in the target, functions of one variable, and the sums over tokens.
pub fn sums(facts: &Facts) -> Markup {
    html! {
        @if !facts.replaced.is_empty() { h3 { "Replaced nodes of the target" } (replaced(facts)) }
        @if !facts.atoms.is_empty() { h3 { "Functions of one variable (atoms)" } (atoms(facts)) }
        @if !facts.weighted_means.is_empty() { h3 { "Weighted means over tokens" } (means(facts)) }
        h3 { "Sums over tokens" }
        @if facts.latents.is_empty() {
            p {
                @if facts.weighted_means.is_empty() { "None: every output depends on its own token alone." }
                @else { "None: other tokens come in by the weighted means." }
            }
        }
        @else { (latents(facts)) }
        (outputs(facts))
    }
}

fn replaced(facts: &Facts) -> Markup {
    let rows = facts.replaced.iter().map(|it| {
        vec![
            own(format!("{}:{}", it.output, it.node)),
            formula(&clip(&it.expression, FORMULA)),
            cell(&it.by),
            own(&it.error),
        ]
    });
    let columns = [text("output:node"), text("expression"), text("replaced by"), number("error")];
    table("Replaced nodes", &columns, &rows.collect::<Vec<_>>())
}

fn atoms(facts: &Facts) -> Markup {
    let rows = facts
        .atoms
        .iter()
        .map(|it| vec![formula(&it.name), own(it.function), own(interval(&it.argument_range))]);
    let columns = [text("atom"), text("function"), text("argument in")];
    table("Functions of one variable", &columns, &rows.collect::<Vec<_>>())
}

fn means(facts: &Facts) -> Markup {
    let rows = facts.weighted_means.iter().map(|it| {
        let formulas = [&it.score, &it.value].map(|it| formula(&it.clipped(FORMULA)));
        [vec![formula(&it.name)], formulas.to_vec(), vec![own(interval(&it.range))]].concat()
    });
    let columns = [text("mean"), text("with weights exp of"), text("over all y of"), text("which is in")];
    table("Weighted means, by heads with scores of their own", &columns, &rows.collect::<Vec<_>>())
}

fn latents(facts: &Facts) -> Markup {
    let rows = facts.latents.iter().map(|it| {
        vec![
            formula(&it.name),
            own(it.slot),
            formula(&it.definition.clipped(FORMULA)),
            own(interval(&it.range)),
            own(&it.error),
        ]
    });
    let columns = [text("latent"), number("slot"), text("sum"), text("range"), number("error")];
    table("Sums over tokens", &columns, &rows.collect::<Vec<_>>())
}

fn outputs(facts: &Facts) -> Markup {
    let rows =
        facts.outputs.iter().map(|it| vec![own(it.output), formula(&it.sumformer.clipped(4 * FORMULA))]);
    html! {
        details {
            summary { "Outputs as polynomials in x and these sums" }
            (table("Outputs of the Sumformer", &[number("output"), text("polynomial ψ")], &rows.collect::<Vec<_>>()))
        }
    }
}

/// What slots hold and what blocks do.
pub fn contents(facts: &Facts) -> Markup {
    let content = |content: &Content| formula(&content.polynomial.clipped(FORMULA));
    let slots = facts.slots.iter().map(|slot| {
        let by = slot.written_by.iter().map(|writer| writer.block).dedup().join(", ");
        vec![
            own(slot.slot),
            cell(&clip(&slot.name, FORMULA)),
            content(&slot.before),
            content(&slot.after),
            own(&slot.after.error),
            own(by),
        ]
    });
    let slot_columns = [
        number("slot"),
        text("name"),
        text("before attention"),
        text("at the end"),
        number("error"),
        text("blocks that write"),
    ];
    let blocks = facts.blocks.iter().map(|block| {
        vec![
            own(block.block),
            cell(&clip(&block.label, FORMULA)),
            own(block.units),
            own(block.gadgets.len()),
            own(block.justified_by.join(", ")),
        ]
    });
    let block_columns =
        [number("block"), text("what it does"), number("units"), number("functions"), text("rests on")];
    html! {
        details { summary { "What every slot holds" } (table("Contents of slots", &slot_columns, &slots.collect::<Vec<_>>())) }
        details { summary { "What every block does" } (table("Blocks", &block_columns, &blocks.collect::<Vec<_>>())) }
    }
}
