//! The whole proof in words.

use super::parts::error;
use super::surrogate;
use crate::cli::check::{add_verdict, in_words};
use crate::cli::escape::shown_path;
use crate::cli::table::aligned;
use crate::network::NetworkSize;
use crate::report::facts::{Content, Facts};
use crate::report::numbers::{above, upper};
use crate::report::surrogate::MeanFacts;
use crate::report::witness;
use crate::report::words::{self, clip, interval};
use crate::words::{TokenNames, print};
use itertools::Itertools;
use serde::Serialize;
use serde_json::{Value, json};
use std::path::Path;
use sumformer_checker::check::{Checked, Verdict};
use sumformer_checker::language::target::Tokens;

/// Longest formula in a table.
const CELL: usize = 44;
/// Rows of a table.
const ROWS: usize = 200;

/// Everything as data.
pub fn json(checked: &Checked, facts: &impl Serialize) -> Value {
    let Checked { target, certificate, network, .. } = checked;
    let size = NetworkSize::of(network);
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
        "epsilon": upper(&certificate.epsilon.0),
        "certified": upper(&certificate.certified.0),
        "witness": certificate.witness.as_ref().map(witness::json),
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
        Some(statement(checked)),
        Some(architecture(checked)),
        Some(errors(checked)),
        surrogate::text(&facts.replaced, &facts.atoms),
        means(facts),
        latents(facts),
        stream(facts),
        blocks(facts),
        hints(facts, directory),
    ];
    sections.into_iter().flatten().join("\n\n")
}

/// The target and the verdict.
pub fn statement(checked: &Checked) -> String {
    let target = &checked.target;
    let n = match target.tokens {
        Tokens::Fixed(n) => format!("n = {n}"),
        Tokens::Any => "every n".into(),
    };
    let domain = target.domain.iter().join(" x ");
    let mut lines =
        vec![format!("{}: {n}, d = {}, every token in {domain}", target.name, target.dimension())];
    for (output, expression) in target.body.expressions().iter().take(ROWS).enumerate() {
        lines
            .push(format!("  f[{output}] = {}", clip(&print(expression, TokenNames::of(&target.body)), 200)));
    }
    lines.push(in_words(&checked.certificate, &checked.verdict));
    lines.join("\n")
}

/// The network's attention and sizes.
pub fn architecture(checked: &Checked) -> String {
    let (network, size) = (&checked.network, NetworkSize::of(&checked.network));
    let attention = network.blocks.iter().find_map(|block| block.attention.as_ref()).map(words::attention);
    let activations =
        network.blocks.iter().map(|block| words::activation(block.activation)).unique().join(" and ");
    format!(
        "Network: {}; {} blocks ({} with attention), width {}, {} hidden units ({activations}), {} nonzero weights",
        attention.map_or_else(|| "no attention".into(), |(words, _)| words),
        size.blocks,
        size.attention_blocks,
        size.width,
        size.hidden_units,
        size.nonzeros,
    )
}

/// The error chain of every output, and the witness.
pub fn errors(checked: &Checked) -> String {
    let certificate = &checked.certificate;
    let mut lines =
        vec!["Errors: target --residual--> Sumformer --lowering--> network, sup over the box".to_string()];
    let claims = certificate.outputs.iter().take(ROWS).enumerate();
    let rows: Vec<Vec<String>> = claims
        .map(|(output, claim)| {
            let total = &claim.residual.0 + &claim.lowering.0;
            vec![output.to_string(), above(&claim.residual.0), above(&claim.lowering.0), above(&total)]
        })
        .collect();
    lines.push(aligned(&["output", "residual", "lowering", "sum"], &rows));
    lines.push(certified(checked));
    lines.push(match &certificate.witness {
        Some(w) => format!("witness: token {}, output {} is off by {}", w.token, w.output, witness::error(w)),
        None => "the certificate names no witness".into(),
    });
    lines.join("\n")
}

/// How the bound compares with ε, and where.
fn certified(checked: &Checked) -> String {
    let certificate = &checked.certificate;
    let (bound, epsilon) = (&certificate.certified.0, &certificate.epsilon.0);
    match certificate.cells().and_then(|cells| cells.ramps.as_ref()) {
        Some(ramps) if bound > epsilon => format!(
            "certified off the ramps {} <= epsilon {epsilon}; on the whole box {}, ramps being a share <= {} of it",
            above(&ramps.bound.0),
            above(bound),
            above(&ramps.measure.0),
        ),
        _ if !matches!(checked.verdict, Verdict::Valid(_)) => {
            let order = if bound <= epsilon { "<=" } else { ">" };
            format!("claimed, not proved: {} {order} epsilon {epsilon}", above(bound))
        }
        _ => format!("certified {} <= epsilon {epsilon}", above(bound)),
    }
}

fn means(facts: &Facts) -> Option<String> {
    let row = |mean: &MeanFacts| {
        let formulas = [&mean.score, &mean.value].map(|formula| formula.clipped(CELL));
        [vec![mean.name.clone()], formulas.to_vec(), vec![interval(&mean.range)]].concat()
    };
    let rows: Vec<Vec<String>> = facts.weighted_means.iter().take(ROWS).map(row).collect();
    let table = aligned(&["mean", "with weights exp of", "over all y of", "which is in"], &rows);
    (!rows.is_empty()).then(|| format!("Weighted means, by heads with scores of their own\n{table}"))
}

fn latents(facts: &Facts) -> Option<String> {
    if facts.latents.is_empty() {
        let what = match facts.weighted_means.is_empty() {
            true => "every output depends on its own token alone",
            false => "other tokens come in by the weighted means",
        };
        return Some(format!("Latents: none; {what}"));
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
    let directory = shown_path(directory);
    Some(format!(
        "More: sumformer explain {directory} 'slot:{}' | block:{} | output:0",
        slot.name,
        facts.attention_block.unwrap_or(0)
    ))
}
