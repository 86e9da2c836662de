//! The same in words.

use crate::cli::escape::shown_path;
use crate::cli::explain::overview::{architecture, errors, statement};
use crate::cli::explain::parts::error;
use crate::cli::table::aligned;
use crate::report::cells::{BlockFacts, CellFacts, SideFacts};
use crate::report::numbers::{at_most, readable};
use crate::report::words::clip;
use itertools::Itertools;
use std::path::Path;
use sumformer_checker::check::Checked;

/// Rows of a table.
const ROWS: usize = 40;
/// Slots named one by one.
const NAMES: usize = 6;
/// Longest width that is shown exactly.
const WIDTH: usize = 12;
/// Longest formula.
const FORMULA: usize = 100;

/// Everything for people.
pub fn overview(checked: &Checked, facts: &CellFacts, folder: &Path) -> String {
    let sections = [
        statement(checked),
        architecture(checked),
        errors(checked),
        cells(facts),
        sums(checked, facts),
        stream(facts),
        blocks(facts),
        format!(
            "More: sumformer explain {} slot:key | block:{} | output:0",
            shown_path(folder),
            facts.attention_block.unwrap_or(0)
        ),
    ];
    sections.join("\n\n")
}

fn cells(facts: &CellFacts) -> String {
    let table = &facts.table;
    let mut lines = vec![format!("Cells (Theorem 4.1, second proof): {} of one token", table.cells)];
    let side = |side: &SideFacts| {
        let widest = &side.widest.value;
        let exact = readable(widest);
        let widest = if exact.len() <= WIDTH { exact } else { at_most(widest) };
        let mut row =
            vec![format!("x[{}]", side.coordinate), side.side.to_string(), side.cells.to_string(), widest];
        if table.ramps.is_some() {
            row.push(side.ramps.to_string());
        }
        row
    };
    let rows: Vec<Vec<String>> = facts.coordinates.iter().take(ROWS).map(side).collect();
    let columns = if table.ramps.is_some() { 5 } else { 4 };
    lines.push(aligned(&["coordinate", "side", "cells", "widest", "ramps"][..columns], &rows));
    lines.extend(more(facts.coordinates.len(), "coordinates"));
    lines.push(format!(
        "table: {} entries, own cell times multiset of the others' cells; {}",
        table.entries,
        if table.keys == table.entries {
            "every one has a key of its own".into()
        } else {
            format!("{} different keys", table.keys)
        },
    ));
    lines.join("\n")
}

fn sums(checked: &Checked, facts: &CellFacts) -> String {
    if facts.averages.is_empty() {
        return "Sums: none; every output depends on its own token alone".into();
    }
    let mut lines = vec![
        "Sums (Definition 3.1, Theorem 2.13): code words of cells, whose sum tells the multiset of cells"
            .to_string(),
    ];
    let name = |slot: &usize| format!("{{{}}}", checked.network.slots[*slot]);
    for average in facts.averages.iter().take(NAMES) {
        lines.push(format!(
            "  {{{}}} += mean over all tokens of {}",
            average.name,
            average.mean_of.clipped(FORMULA)
        ));
    }
    lines.extend(
        (facts.averages.len() > NAMES)
            .then(|| format!("  … and {} slots more alike", facts.averages.len() - NAMES)),
    );
    if let Some(last) = facts.blocks.last().filter(|last| !last.reads.is_empty()) {
        lines.push(format!(
            "key: {}, an integer for each entry",
            last.reads.iter().take(NAMES).map(name).join(", ")
        ));
    }
    lines.join("\n")
}

fn stream(facts: &CellFacts) -> String {
    let rows: Vec<Vec<String>> = facts
        .slots
        .iter()
        .take(ROWS)
        .map(|slot| {
            vec![
                slot.slot.to_string(),
                clip(&slot.name, FORMULA),
                slot.embedding.clipped(FORMULA),
                places(&slot.written_by),
                places(&slot.read_by),
            ]
        })
        .collect();
    let mut lines = vec!["Residual stream".to_string()];
    lines.push(aligned(&["slot", "name", "embedding", "written by blocks", "read by blocks"], &rows));
    lines.extend(more(facts.slots.len(), "slots"));
    lines.join("\n")
}

fn blocks(facts: &CellFacts) -> String {
    let row = |block: &BlockFacts| {
        vec![
            place(&[block.first, block.last]),
            clip(&block.label, 60),
            block.units.to_string(),
            block.justified_by.join(", "),
        ]
    };
    let rows: Vec<Vec<String>> = facts.blocks.iter().take(ROWS).map(row).collect();
    let mut lines =
        vec!["Blocks".to_string(), aligned(&["block", "what it does", "units", "rests on"], &rows)];
    lines.extend(more(facts.blocks.len(), "blocks"));
    lines.join("\n")
}

/// A slot in words.
pub fn slot(facts: &CellFacts, slot: usize) -> String {
    let it = &facts.slots[slot];
    let mut lines = vec![format!("slot {slot} `{}`", it.name)];
    lines.push(format!("  after the embedding: {}", it.embedding.clipped(FORMULA)));
    for average in facts.averages.iter().filter(|average| average.slot == slot) {
        let block = facts.attention_block.unwrap_or(0);
        let mean = average.mean_of.clipped(FORMULA);
        lines.push(format!("  the attention of block {block} adds the mean over all tokens of {mean}"));
    }
    lines.push(format!("  written by units of blocks: {}", places(&it.written_by)));
    lines.push(format!("  read by units of blocks: {}", places(&it.read_by)));
    for (output, weight) in &it.read_out {
        lines.push(format!("  read out: output {output} takes {weight} times this slot"));
    }
    lines.join("\n")
}

/// A block in words.
pub fn block(checked: &Checked, facts: &CellFacts, block: usize) -> String {
    let it = BlockFacts::of(checked, block..block + 1);
    let names = |slots: &[usize]| -> String {
        let named =
            slots.iter().take(NAMES).map(|&slot| format!("{{{}}}", checked.network.slots[slot])).join(", ");
        match slots.len() {
            0 => "no slot".into(),
            count if count > NAMES => format!("{named} and {} more", count - NAMES),
            _ => named,
        }
    };
    let mut lines = vec![format!("block {block}: {}", it.label)];
    lines.push(format!("  X + FC(X + Att(X)) with {} units, {}", it.units, it.activation));
    match &it.attention {
        None => lines.push("  no attention (Att = 0)".into()),
        Some(attention) => {
            lines.push(format!("  {attention}; its weights are constant, so it adds a multiple of the mean"));
            for average in facts.averages.iter().take(NAMES) {
                lines.push(format!("  {{{}}} += mean of {}", average.name, average.mean_of.clipped(FORMULA)));
            }
        }
    }
    lines.push(format!("  reads {}", names(&it.reads)));
    lines.push(format!("  writes {}", names(&it.writes)));
    if let Some(run) =
        facts.blocks.iter().find(|run| run.first < run.last && (run.first..=run.last).contains(&block))
    {
        let blocks = place(&[run.first, run.last]);
        lines.push(format!("  one of blocks {blocks}: {}, together {} units", run.label, run.units));
    }
    lines.push(format!("  rests on {}", it.justified_by.join(", ")));
    lines.join("\n")
}

/// An output coordinate in words.
pub fn output(facts: &CellFacts, output: usize) -> String {
    let it = &facts.outputs[output];
    // On a ramp the network is in between, and nothing separates it from a Sumformer but the bound everywhere.
    let (off, exact) = match facts.table.ramps {
        Some(_) => (", off the ramps", "exact off the ramps".to_string()),
        None => ("", error(&it.lowering)),
    };
    [
        format!("output {output}"),
        format!("  target: {}", clip(&it.target, FORMULA)),
        format!("  read from {}", it.read_from.clipped(FORMULA)),
        format!("  Sumformer: constant on each of the table's {} entries{off}", facts.table.entries),
        format!(
            "  |Sumformer - target|{}: {}",
            if off.is_empty() { "" } else { ", with the ramps" },
            error(&it.residual)
        ),
        format!("  |network - Sumformer|: {exact}"),
    ]
    .join("\n")
}

fn place(&[first, last]: &[usize; 2]) -> String {
    if first == last { first.to_string() } else { format!("{first}..{last}") }
}

fn places(runs: &[[usize; 2]]) -> String {
    if runs.is_empty() { "-".into() } else { runs.iter().map(place).join(", ") }
}

fn more(count: usize, what: &str) -> Option<String> {
    (count > ROWS).then(|| format!("… and {} more {what} (--json lists all)", count - ROWS))
}
