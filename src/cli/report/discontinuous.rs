//! Cells, code words and look-ups of the discontinuous construction.

use super::parts::{cell, formula, grouped, number, own, table, text};
use crate::report::cells::CellFacts;
use crate::report::words::interval;
use maud::{Markup, html};

/// Longer formulas are cut.
const FORMULA: usize = 160;
/// Sums that are listed.
const SUMS: usize = 24;

/// The grid, the table and the code.
pub fn cells(facts: &CellFacts) -> Markup {
    let facts_of_table = &facts.table;
    let sides = facts.coordinates.iter().map(|it| {
        vec![
            formula(&format!("x[{}]", it.coordinate)),
            own(interval(&it.side)),
            own(grouped(it.cells)),
            own(&it.widest),
            own(grouped(it.ramps)),
        ]
    });
    let side_columns =
        [text("coordinate"), text("side"), number("cells Δ"), number("widest"), number("ramps")];
    let sums = facts
        .averages
        .iter()
        .take(SUMS)
        .map(|it| vec![own(it.slot), cell(&it.name), formula(&it.mean_of.clipped(FORMULA))]);
    html! {
        h3 { "Cells and table" }
        p {
            (grouped(facts_of_table.cells)) " cells of one token; a table of " (grouped(facts_of_table.entries))
            " entries, own cell times multiset of the other tokens’ cells; "
            @if facts_of_table.keys == facts_of_table.entries { "every entry has a key of its own." }
            @else { (grouped(facts_of_table.keys)) " different keys." }
        }
        (table("Grid", &side_columns, &sides.collect::<Vec<_>>()))
        h3 { "Code" }
        @if facts.averages.is_empty() { p { "No sums: every output depends on its own token alone." } }
        @else {
            p { "The attention averages " (grouped(facts.averages.len())) " slots over all tokens; together they tell the multiset of cells (Theorem 2.13)." }
            details {
                summary { "What is averaged" }
                (table("Averages", &[number("slot"), text("name"), text("mean over all tokens of")], &sums.collect::<Vec<_>>()))
                @if facts.averages.len() > SUMS { p.soft { "… and " (facts.averages.len() - SUMS) " slots more alike" } }
            }
        }
    }
}

/// Runs of blocks.
pub fn blocks(facts: &CellFacts) -> Markup {
    let rows = facts.blocks.iter().map(|it| {
        let blocks =
            if it.first == it.last { it.first.to_string() } else { format!("{}–{}", it.first, it.last) };
        vec![
            own(blocks),
            cell(&it.label),
            own(it.activation),
            own(grouped(it.units)),
            own(it.justified_by.join(", ")),
        ]
    });
    let columns =
        [text("blocks"), text("what they do"), text("activation"), number("units"), text("rests on")];
    html! { details { summary { "What the blocks do" } (table("Blocks", &columns, &rows.collect::<Vec<_>>())) } }
}
