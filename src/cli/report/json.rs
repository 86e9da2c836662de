//! What is on the page, for programs.

use super::verdict::{CHECKER, VERSION};
use crate::cli::check::{add_cells, add_verdict};
use crate::cli::escape::plain_path;
use crate::cli::floors::about;
use crate::report::numbers::{count, upper};
use crate::report::proof::ProofReport;
use crate::report::witness;
use serde_json::{Value, json};
use std::path::Path;
use sumformer_checker::check::Verdict;

/// The whole answer.
pub fn answer(file: &Path, title: &str, bytes: usize, proofs: &[ProofReport]) -> Value {
    json!({
        "file": plain_path(file),
        "title": title,
        "bytes": bytes,
        "checker": { "package": CHECKER, "version": VERSION },
        "results": proofs.iter().map(result).collect::<Value>(),
    })
}

fn result(it: &ProofReport) -> Value {
    let (certificate, size) = (&it.certificate, it.size);
    let matrices: Vec<_> = it.weights.maps.iter().chain(it.weights.hidden.iter().flatten()).collect();
    let mut result = json!({
        "path": it.place,
        "name": it.target.name,
        "n": it.tokens().parse::<u64>().map_or_else(|_| json!("any"), |n| json!(n)),
        "d": it.target.dimension(),
        "outputs": it.target.outputs(),
        "construction": it.kind(),
        "architecture": it.architecture,
        "activation": it.activation,
        "latent_dimension": it.latent_dimension,
        "latent_tight": it.latent_bounds.as_ref().map(|[tight, _]| count(tight)),
        "latent_paper": it.latent_bounds.as_ref().map(|[_, paper]| count(paper)),
        "blocks": size.blocks,
        "attention_blocks": size.attention_blocks,
        "width": size.width,
        "hidden_units": size.hidden_units,
        "nonzeros": size.nonzeros,
        "bits": size.bits,
        "epsilon": upper(&certificate.epsilon.0),
        "certified": upper(&certificate.certified.0),
        "witness": certificate.witness.as_ref().map(witness::json),
        "sha256": { "target": it.sha256[0], "network": it.sha256[1] },
        "chain": it.chain,
        "stream": it.stream,
        "matrices": matrices,
        "biases": it.weights.biases,
        "features": it.weights.features,
        "boxes": it.boxes.as_ref().map(|tree| json!({
            "enclosed": tree.enclosed, "outside": tree.outside, "open": tree.open, "depth": tree.depth,
        })),
        "slice": match &it.slice {
            Ok(slice) => json!(slice),
            Err(why) => json!({ "none": why }),
        },
    });
    if let Some(cells) = certificate.cells() {
        add_cells(&mut result, cells, &certificate.certified.0);
    }
    if matches!(it.verdict, Verdict::Valid(_)) {
        result["rules"] = it.rules().iter().map(ToString::to_string).collect::<Value>();
    }
    if let (Some(facts), Some(sums)) = (&it.floors, it.sums()) {
        result["floors"] = about(facts, sums, &certificate.epsilon.0);
    }
    if let Some(seconds) = it.check_seconds {
        result["seconds"] = seconds.into();
    }
    add_verdict(&mut result, &it.verdict);
    result
}
