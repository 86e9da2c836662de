//! What proofs are called on a page, and what is said of them.

use super::text::brief;
use crate::report::proof::ProofReport;
use maud::{Markup, html};
use sumformer_checker::check::{Scope, Verdict};

/// The package that checks.
pub const CHECKER: &str = "sumformer-checker";
/// Its version: all packages of the workspace have the same.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// `half-mean-3 · transformer`, with the construction where that is not the usual one.
pub fn proof_name(it: &ProofReport) -> Markup {
    html! {
        bdi { (brief(&it.target.name, 60)) } " · " (it.architecture)
        @if it.certificate.cells().is_some() { ", discontinuous" }
    }
}

/// valid, invalid or incomplete.
pub fn word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Valid(_) => "valid",
        Verdict::Invalid(_) => "invalid",
        Verdict::Incomplete(_) => "incomplete",
    }
}

/// The word, and where it holds if that is not everywhere.
pub fn scoped(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Valid(derived) if derived.scope == Scope::OffRamps => "valid off the ramps",
        _ => word(verdict),
    }
}

/// The same in its colour.
pub fn verdict_word(verdict: &Verdict) -> Markup {
    html! { span class=(format!("word {}", word(verdict))) { (scoped(verdict)) } }
}
