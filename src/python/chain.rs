//! The chain of errors of a proof, as a table for notebooks.

use crate::verdict::Verdict;
use sumformer::checker::arith::decimal::{above, below};
use sumformer::checker::arith::number::{Rational, max};
use sumformer::checker::format::certificate::{Certificate, Gadget};
use sumformer::checker::language::target::Target;

/// Blocks and outputs beyond these are not listed one by one.
const LISTED: usize = 64;
/// Fractions with more bits are shown as decimals only.
const LONGEST: u64 = 128;

/// The errors in the order in which they arise, and what they add up to.
pub fn table(target: &Target, certificate: &Certificate, verdict: Option<&Verdict>) -> String {
    let mut rows = String::new();
    let mut push = |place: &str, what: &str, value: &Rational, about: String| {
        let short = value.bits() <= LONGEST;
        let exact = if short { value.to_string() } else { String::new() };
        rows += &format!("<tr><td>{place}</td><td>{what}</td><td>{about}</td><td>{exact}</td></tr>");
    };
    let stream = certificate.stream();
    for (block, gadgets) in stream.iter().flat_map(|claims| claims.blocks.iter().enumerate()).take(LISTED) {
        if let Some(error) = largest(gadgets) {
            let what = format!("largest error of one of {} functions of one variable", gadgets.len());
            push(&format!("block {block}"), &what, &error, above(&error));
        }
    }
    let latents = stream.iter().flat_map(|claims| &claims.latents).map(|latent| latent.error.0.clone());
    if let Some(error) = latents.reduce(max) {
        push("attention", "largest error of a sum over tokens", &error, above(&error));
    }
    for (output, claim) in certificate.outputs.iter().enumerate().take(LISTED) {
        let place = format!("output {output}");
        push(&place, "|Sumformer &minus; target|", &claim.residual.0, above(&claim.residual.0));
        push(&place, "|network &minus; Sumformer|", &claim.lowering.0, above(&claim.lowering.0));
    }
    if let Some(ramps) = certificate.cells().and_then(|cells| cells.ramps.as_ref()) {
        push("network", "bound off the ramps", &ramps.bound.0, above(&ramps.bound.0));
    }
    let (certified, worth) = match verdict {
        Some(verdict) if verdict.is_valid() => ("proved on the whole box", "valid"),
        Some(_) => ("claimed, not proved", "not valid"),
        None => ("claimed on the whole box", "not checked yet: <code>check()</code>"),
    };
    push("network", certified, &certificate.certified.0, above(&certificate.certified.0));
    push("network", "asked for (epsilon)", &certificate.epsilon.0, above(&certificate.epsilon.0));
    if let Some(witness) = &certificate.witness {
        let what =
            if witness.kind.is_exact() { "error at the witness" } else { "error at the witness, at least" };
        push("witness", what, &witness.error.0, below(&witness.error.0));
    }
    format!(
        "<table><caption>{}: {worth}</caption><thead><tr><th>where</th><th>what</th><th>about</th><th>exactly</th></tr></thead>\
         <tbody>{rows}</tbody></table>",
        escaped(&target.name)
    )
}

fn largest(gadgets: &[Gadget]) -> Option<Rational> {
    let errors = gadgets.iter().flat_map(|gadget| &gadget.outputs).map(|output| output.error.0.clone());
    errors.reduce(max).filter(|error| *error != Rational::default())
}

/// Text from files, between tags.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
