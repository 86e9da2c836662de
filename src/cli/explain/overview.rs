//! The whole proof in words.

use super::facts::{Content, Facts};
use super::parts::error;
use super::words::{clip, interval};
use crate::cli::check::{add_verdict, in_words};
use crate::cli::numbers::{exact_and_float, short};
use crate::cli::table::aligned;
use itertools::Itertools;
use serde_json::{Value, json};
use std::path::Path;
use sumformer_checker::check::Checked;
use sumformer_checker::language::target::Tokens;

/// Longest formula in a table.
const CELL: usize = 44;
/// Rows of a table.
const ROWS: usize = 200;

/// Everything as data.
pub fn json(checked: &Checked, facts: &Facts) -> Value {
    let Checked { target, certificate, network, .. } = checked;
    let size = network.size();
    let mut value = json!({
        "name": target.name,
        "n": match target.tokens {
            Tokens::Fixed(n) => json!(n),
            Tokens::Any => json!("any"),
        },
        "d": target.dimension(),
        "domain": target.domain,
        "size": {
            "blocks": size.blocks,
            "attention_blocks": size.attention_blocks,
            "width": size.width,
            "hidden_units": size.hidden_units,
            "nonzeros": size.nonzeros,
            "bits": size.bits,
        },
        "epsilon": exact_and_float(&certificate.epsilon.0),
        "certified": exact_and_float(&certificate.certified.0),
        "witness": certificate.witness.as_ref().map(|w| {
            let mut witness = exact_and_float(&w.error.0);
            witness["input"] = json!(w.input);
            witness["token"] = w.token.into();
            witness["output"] = w.output.into();
            witness
        }),
    });
    add_verdict(&mut value, &checked.verdict);
    if let (Some(object), Value::Object(facts)) = (value.as_object_mut(), json!(facts)) {
        object.extend(facts);
    }
    value
}

/// Everything for people.
pub fn text(checked: &Checked, facts: &Facts, directory: &Path) -> String {
    let sections = [
        statement(checked, facts),
        architecture(checked, facts),
        errors(checked, facts),
        latents(facts),
        stream(facts),
        blocks(facts),
        hints(facts, directory),
    ];
    sections.into_iter().flatten().join("\n\n")
}

fn statement(checked: &Checked, facts: &Facts) -> Option<String> {
    let target = &checked.target;
    let n = match target.tokens {
        Tokens::Fixed(n) => format!("n = {n}"),
        Tokens::Any => "every n".into(),
    };
    let domain = target.domain.iter().join(" x ");
    let mut lines =
        vec![format!("{}: {n}, d = {}, every token in {domain}", target.name, target.dimension())];
    for it in facts.outputs.iter().take(ROWS) {
        lines.push(format!("  f[{}] = {}", it.output, clip(&it.target, 200)));
    }
    lines.push(in_words(checked));
    Some(lines.join("\n"))
}

fn architecture(checked: &Checked, facts: &Facts) -> Option<String> {
    let size = checked.network.size();
    let attention = facts.blocks.iter().find_map(|block| block.attention.clone());
    let activations = facts.blocks.iter().map(|block| block.activation).unique().join(" and ");
    Some(format!(
        "Network: {}; {} blocks ({} with attention), width {}, {} hidden units ({activations}), {} nonzero weights",
        attention.unwrap_or_else(|| "no attention".into()),
        size.blocks,
        size.attention_blocks,
        size.width,
        size.hidden_units,
        size.nonzeros,
    ))
}

fn errors(checked: &Checked, facts: &Facts) -> Option<String> {
    let certificate = &checked.certificate;
    let mut lines =
        vec!["Errors: target --residual--> Sumformer --lowering--> network, sup over the box".to_string()];
    let claims = facts.outputs.iter().zip(&certificate.outputs).take(ROWS);
    let rows: Vec<Vec<String>> = claims
        .map(|(it, claim)| {
            let total = &claim.residual.0 + &claim.lowering.0;
            vec![it.output.to_string(), short(&claim.residual.0), short(&claim.lowering.0), short(&total)]
        })
        .collect();
    lines.push(aligned(&["output", "residual", "lowering", "sum"], &rows));
    lines.push(format!("certified {} <= epsilon {}", short(&certificate.certified.0), certificate.epsilon.0));
    lines.push(match &certificate.witness {
        Some(w) => format!("witness: token {}, output {} is off by {}", w.token, w.output, short(&w.error.0)),
        None => "the certificate names no witness".into(),
    });
    Some(lines.join("\n"))
}

fn latents(facts: &Facts) -> Option<String> {
    if facts.latents.is_empty() {
        return Some("Latents: none; every output depends on its own token alone".into());
    }
    let rows: Vec<Vec<String>> = facts
        .latents
        .iter()
        .take(ROWS)
        .map(|latent| {
            vec![
                latent.name.clone(),
                latent.slot.to_string(),
                latent.definition.clipped(CELL),
                interval(&latent.range),
                error(&latent.error),
            ]
        })
        .collect();
    let title = format!("Latents (Definition 3.1, d' = {}; Theorems 2.12 and 4.1)", facts.latents.len());
    Some(format!("{title}\n{}", aligned(&["latent", "slot", "sum", "range", "error"], &rows)))
}

fn stream(facts: &Facts) -> Option<String> {
    let cell = |content: &Content| content.polynomial.clipped(CELL);
    let rows: Vec<Vec<String>> = facts
        .slots
        .iter()
        .take(ROWS)
        .map(|slot| {
            let by = slot.written_by.iter().map(|writer| writer.block).dedup().join(", ");
            vec![
                slot.slot.to_string(),
                clip(&slot.name, CELL),
                cell(&slot.before),
                cell(&slot.after),
                error(&slot.after.error),
                if by.is_empty() { "-".into() } else { by },
            ]
        })
        .collect();
    let header = ["slot", "name", "before attention", "at the end", "error at the end", "blocks"];
    let more = facts.slots.len().saturating_sub(ROWS);
    let more =
        if more == 0 { String::new() } else { format!("\n… and {more} more slots (--json lists all)") };
    Some(format!("Residual stream\n{}{more}", aligned(&header, &rows)))
}

fn blocks(facts: &Facts) -> Option<String> {
    let rows: Vec<Vec<String>> = facts
        .blocks
        .iter()
        .map(|block| {
            vec![
                block.block.to_string(),
                clip(&block.label, 60),
                block.units.to_string(),
                block.gadgets.len().to_string(),
                block.justified_by.join(", "),
            ]
        })
        .collect();
    let header = ["block", "what it does", "units", "gadgets", "rests on"];
    (!rows.is_empty()).then(|| format!("Blocks\n{}", aligned(&header, &rows)))
}

/// Commands that show more.
fn hints(facts: &Facts, directory: &Path) -> Option<String> {
    let slot = facts.slots.iter().rev().find(|slot| !slot.written_by.is_empty())?;
    let directory = directory.display();
    Some(format!(
        "More: sumformer explain {directory} 'slot:{}' | block:{} | output:0",
        slot.name,
        facts.attention_block.unwrap_or(0)
    ))
}
