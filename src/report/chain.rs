//! The chain of errors from the target to the network, step by step, as the certificate claims it.

use super::facts::Facts;
use super::numbers::Bound;
use num_traits::Zero;
use serde::Serialize;
use sumformer_checker::arith::number::{Rational, max};
use sumformer_checker::check::{Checked, Verdict};
use sumformer_checker::format::certificate::{Certificate, Gadget};

/// Replaced nodes and outputs beyond these are not listed one by one.
const LISTED: usize = 12;

/// What a step's number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// What one part adds, where it stands.
    Local,
    /// What has gathered in the residual stream.
    Gathered,
    /// A part of the bound of an output.
    Part,
    /// The bound.
    Bound,
    /// What was asked for.
    Wanted,
    /// What is known to be reached.
    Witness,
}

/// One step.
#[derive(Debug, Clone, Serialize)]
pub struct Step {
    /// Where.
    pub place: String,
    /// What it bounds.
    pub what: String,
    /// Its number.
    pub error: Bound,
    /// What kind of number.
    pub kind: Kind,
}

/// The steps in the order in which errors arise.
pub fn chain(checked: &Checked, facts: Option<&Facts>) -> Vec<Step> {
    let certificate = &checked.certificate;
    let mut steps = Vec::new();
    let mut push = |place: &str, what: &str, error: Bound, kind| {
        steps.push(Step { place: place.into(), what: what.into(), error, kind });
    };
    if let Some(facts) = facts {
        for replaced in facts.replaced.iter().filter(|r| !r.error.value.is_zero()).take(LISTED) {
            let place = format!("node {}:{}", replaced.output, replaced.node);
            push(&place, &replaced.by, replaced.error.clone(), Kind::Local);
        }
        let stream = certificate.stream();
        let latents = stream.map(|claims| claims.latents.as_slice()).unwrap_or_default();
        for block in &facts.blocks {
            let (b, place) = (block.block, format!("block {}", block.block));
            if let Some(error) = stream.and_then(|claims| largest(claims.blocks.get(b)?)) {
                let what =
                    format!("largest error of one of {} functions of one variable", block.gadgets.len());
                push(&place, &what, Bound::upper(&error), Kind::Local);
            }
            if facts.attention_block == Some(b)
                && let Some(error) = latents.iter().map(|latent| latent.error.0.clone()).reduce(max)
            {
                push(&place, "largest error of a sum over tokens", Bound::upper(&error), Kind::Gathered);
            }
            if let Some(error) = facts.after_blocks.get(b) {
                push(&place, "largest error of a slot after the block", error.clone(), Kind::Gathered);
            }
        }
    }
    parts(certificate, &mut push);
    if let Some(ramps) = certificate.cells().and_then(|cells| cells.ramps.as_ref()) {
        push("network", "certified off the ramps", Bound::upper(&ramps.bound.0), Kind::Bound);
    }
    let certified = if matches!(checked.verdict, Verdict::Valid(_)) {
        "certified on the whole box"
    } else {
        "claimed on the whole box, not proved"
    };
    push("network", certified, Bound::upper(&certificate.certified.0), Kind::Bound);
    push("network", "asked for (epsilon)", Bound::upper(&certificate.epsilon.0), Kind::Wanted);
    if let Some(witness) = &certificate.witness {
        let what = if witness.kind.is_exact() {
            "error at the input it names"
        } else {
            "error at least, at the input it names"
        };
        push("witness", what, Bound::lower(&witness.error.0), Kind::Witness);
    }
    steps
}

/// Residual and lowering of each output.
fn parts(certificate: &Certificate, push: &mut impl FnMut(&str, &str, Bound, Kind)) {
    let [residual, lowering] = if certificate.cells().is_some() {
        ["residual: the target varies within cells", "lowering: |network - Sumformer|"]
    } else {
        ["residual: |Sumformer - target|", "lowering: |network - Sumformer|"]
    };
    for (output, claim) in certificate.outputs.iter().enumerate().take(LISTED) {
        let place = format!("output {output}");
        push(&place, residual, Bound::upper(&claim.residual.0), Kind::Part);
        push(&place, lowering, Bound::upper(&claim.lowering.0), Kind::Part);
    }
}

fn largest(gadgets: &[Gadget]) -> Option<Rational> {
    let errors = gadgets.iter().flat_map(|gadget| &gadget.outputs).map(|output| output.error.0.clone());
    errors.reduce(max).filter(|error| !error.is_zero())
}
