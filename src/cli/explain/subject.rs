//! What `explain` is asked about.

use crate::cli::error::CliError;
use crate::cli::escape::shown;
use sumformer_checker::format::Network;

/// A part of a proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// A slot of the residual stream.
    Slot(usize),
    /// A block.
    Block(usize),
    /// An output coordinate.
    Output(usize),
}

/// Suggestions less alike than this are noise.
const ALIKE: f64 = 0.6;

impl Subject {
    /// Reads `slot:NAME`, `slot:3`, `block:2`, `output:0`; `block 2`; a bare slot name or number.
    pub fn parse(text: &str, network: &Network) -> Result<Self, CliError> {
        let text = text.trim();
        let by_name = |name: &str| network.slots.iter().position(|slot| slot == name);
        // A name that itself contains a colon, `psi:x[0]`, comes first.
        if let Some(slot) = by_name(text) {
            return Ok(Subject::Slot(slot));
        }
        let (kind, rest) =
            text.split_once([':', ' ']).map_or(("slot", text), |(kind, rest)| (kind, rest.trim()));
        match kind {
            "slot" => match by_name(rest) {
                Some(slot) => Ok(Subject::Slot(slot)),
                None => number(rest, "slot", network.width(), text, network).map(Subject::Slot),
            },
            "block" => number(rest, "block", network.blocks.len(), text, network).map(Subject::Block),
            "output" => number(rest, "output", network.outputs, text, network).map(Subject::Output),
            _ => Err(unknown(text, network)),
        }
    }
}

fn number(digits: &str, kind: &str, count: usize, text: &str, network: &Network) -> Result<usize, CliError> {
    let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    if !is_number {
        return Err(unknown(text, network));
    }
    digits.parse().ok().filter(|&index| index < count).ok_or_else(|| {
        CliError::bad_input(match count {
            0 => format!("there is no {kind} {digits}; the network has none"),
            _ => format!("there is no {kind} {digits}; they are numbered 0 to {}", count - 1),
        })
    })
}

fn unknown(text: &str, network: &Network) -> CliError {
    let wanted = text.strip_prefix("slot:").unwrap_or(text);
    let mut alike: Vec<(f64, &str)> = network
        .slots
        .iter()
        .map(|slot| (strsim::normalized_damerau_levenshtein(wanted, slot), slot.as_str()))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .collect();
    alike.sort_by(|a, b| b.0.total_cmp(&a.0));
    let suggestions: Vec<String> =
        alike.iter().take(3).map(|(_, name)| format!("`{}`", shown(name))).collect();
    let way_out = if suggestions.is_empty() {
        "expected slot:NAME, slot:NUMBER, block:NUMBER or output:NUMBER; without it `explain` lists them all"
            .into()
    } else {
        format!("did you mean {}?", suggestions.join(" or "))
    };
    CliError::bad_input(format!("`{}` is no slot, block or output of this network; {way_out}", shown(text)))
}
