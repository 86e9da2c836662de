//! The residual stream as a strip: which part of the network reads and writes which slots.

use itertools::Itertools;
use serde::Serialize;
use sumformer_checker::format::network::{Block, Network};

/// More slots than this are shown in groups of the same role.
const ROWS: usize = 48;
/// More blocks than this are shown in runs.
const COLUMNS: usize = 40;

/// What one part of the network does with a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Use {
    /// It reads the slot.
    pub reads: bool,
    /// It adds to the slot.
    pub writes: bool,
}

/// Slots that are shown as one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// The first slot, and the one after the last.
    pub slots: [usize; 2],
    /// The name of the slot, or what the names begin with.
    pub name: String,
    /// What the name begins with.
    pub role: String,
    /// One for each column.
    pub uses: Vec<Use>,
}

/// The strip.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stream {
    /// `embedding`, `attention of block 1`, `block 1`, `blocks 2 to 5`, `readout`.
    pub columns: Vec<String>,
    /// Slots or groups of slots.
    pub rows: Vec<Row>,
}

impl Stream {
    /// Reads off a network who reads and writes what.
    pub fn of(network: &Network) -> Self {
        let width = network.width();
        let mut columns = vec!["embedding".to_string()];
        let mut uses = vec![vec![Use::default(); width]];
        for (_, slot, _) in network.embedding.weights.iter() {
            uses[0][slot].writes = true;
        }
        network.embedding.bias.iter().for_each(|(slot, _)| uses[0][slot].writes = true);
        let run = network.blocks.len().div_ceil(COLUMNS).max(1);
        for (index, blocks) in network.blocks.chunks(run).enumerate() {
            let (first, last) = (index * run, index * run + blocks.len() - 1);
            let name =
                if first == last { format!("block {first}") } else { format!("blocks {first} to {last}") };
            if blocks.iter().any(|block| block.attention.is_some()) {
                columns.push(format!("attention of {name}"));
                uses.push(attention(blocks, width));
            }
            columns.push(name);
            uses.push(hidden(blocks, width));
        }
        columns.push("readout".into());
        let mut read = vec![Use::default(); width];
        network.readout.weights.iter().for_each(|(slot, _, _)| read[slot].reads = true);
        uses.push(read);
        let rows = groups(&network.slots).into_iter().map(|[first, end]| Row {
            slots: [first, end],
            name: label(&network.slots[first..end]),
            role: stem(&network.slots[first]).to_string(),
            uses: uses.iter().map(|column| together(&column[first..end])).collect(),
        });
        Self { columns, rows: rows.collect() }
    }
}

/// Reading is by W_V, writing by W_O; queries and keys read as well.
fn attention(blocks: &[Block], width: usize) -> Vec<Use> {
    let mut uses = vec![Use::default(); width];
    for layer in blocks.iter().filter_map(|block| block.attention.as_ref()) {
        for head in &layer.heads {
            let read = [&head.query, &head.key, &head.value].into_iter().flat_map(|matrix| matrix.iter());
            read.for_each(|(slot, _, _)| uses[slot].reads = true);
        }
        layer.output.iter().for_each(|(_, slot, _)| uses[slot].writes = true);
    }
    uses
}

fn hidden(blocks: &[Block], width: usize) -> Vec<Use> {
    let mut uses = vec![Use::default(); width];
    for block in blocks {
        block.bias.iter().for_each(|(slot, _)| uses[slot].writes = true);
        for unit in &block.units {
            unit.input.iter().for_each(|(slot, _)| uses[slot].reads = true);
            unit.output.iter().for_each(|(slot, _)| uses[slot].writes = true);
        }
    }
    uses
}

fn together(uses: &[Use]) -> Use {
    Use { reads: uses.iter().any(|u| u.reads), writes: uses.iter().any(|u| u.writes) }
}

/// Every slot by itself, or neighbours of the same role together, or as many as are needed.
fn groups(names: &[String]) -> Vec<[usize; 2]> {
    if names.len() <= ROWS {
        return (0..names.len()).map(|slot| [slot, slot + 1]).collect();
    }
    let alike = names.iter().enumerate().chunk_by(|(_, name)| stem(name));
    let mut groups: Vec<[usize; 2]> = Vec::new();
    for (_, chunk) in &alike {
        let start = groups.last().map_or(0, |group| group[1]);
        groups.push([start, start + chunk.count()]);
    }
    if groups.len() <= ROWS {
        return groups;
    }
    let size = names.len().div_ceil(ROWS);
    (0..names.len()).step_by(size).map(|first| [first, (first + size).min(names.len())]).collect()
}

fn label(names: &[String]) -> String {
    match names {
        [one] => one.clone(),
        [first, .., last] => format!("{first} … {last}"),
        [] => String::new(),
    }
}

/// `phi` of `phi[1,2]`, `psi` of `psi: s[1]*s[2]`.
fn stem(name: &str) -> &str {
    let end = name.find(|c: char| !c.is_alphabetic() && c != '_').unwrap_or(name.len());
    if end == 0 { name } else { &name[..end] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_slots_are_grouped_by_what_their_names_begin_with() {
        let names: Vec<String> =
            (0..60).map(|i| if i < 50 { format!("phi[{i}]") } else { format!("psi: {i}") }).collect();
        assert_eq!(groups(&names), [[0, 50], [50, 60]]);
        assert_eq!(label(&names[..50]), "phi[0] … phi[49]");
        assert_eq!(groups(&names[..3]).len(), 3);
        let apart: Vec<String> =
            (0..1000).map(|i| if i % 2 == 0 { "a".into() } else { "b".into() }).collect();
        let groups = groups(&apart);
        assert!(groups.len() <= ROWS && groups.last().is_some_and(|group| group[1] == 1000));
    }
}
