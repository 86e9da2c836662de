//! The part of the page about one proof.

use super::parts::{ROWS, cell, counted, formula, grouped, number, own, table, text};
use super::text::brief;
use super::verdict::{CHECKER, VERSION, proof_name, verdict_word, word};
use super::{continuous, discontinuous, floors, pictures, weights};
use crate::cli::error::CliError;
use crate::cli::escape::shown;
use crate::report::boxes::TreeFacts;
use crate::report::numbers::{above, measured, readable};
use crate::report::proof::{Construction, ProofReport};
use crate::report::witness;
use crate::report::words::interval;
use itertools::Itertools;
use maud::{Markup, html};
use num_traits::Zero;
use sumformer_checker::arith::number::Rational;
use sumformer_checker::check::{Scope, Verdict};
use sumformer_checker::format::certificate::Witness;

/// Longer expressions are cut.
const EXPRESSION: usize = 4000;
/// Longer fractions are folded away.
const FRACTION: usize = 400;
/// Tokens of a witness that are listed.
const TOKENS: usize = 64;

/// Everything about the proof with this index.
pub fn article(index: usize, it: &ProofReport) -> Result<Markup, CliError> {
    let id = format!("proof-{}", index + 1);
    Ok(html! {
        article id=(id) aria-labelledby=(format!("{id}-title")) {
            h2 id=(format!("{id}-title")) { (proof_name(it)) }
            (verdict(it))
            (target(it))
            h3 { "Bound and witness" }
            div.pair { (bounds(it)) }
            @if let (Some(facts), Some(sums)) = (&it.floors, it.sums()) {
                h3 { "How few sums" }
                (floors::section(&id, it, facts, sums))
            }
            h3 { "Chain of errors" }
            (chain(&id, it))
            h3 { "Error on a slice of the box" }
            (slice(&id, it)?)
            @if let Some(tree) = &it.boxes { h3 { "Boxes" } (boxes(&id, it, tree)) }
            @match &it.construction {
                Construction::Continuous(facts) => (continuous::sums(facts)),
                Construction::Discontinuous(facts) => (discontinuous::cells(facts)),
                Construction::Unknown(why) => p.soft { "What its blocks do is not shown: " (shown(why)) },
            }
            h3 { "Residual stream" }
            (stream(&id, it))
            h3 { "Weights" }
            (weights::section(it)?)
        }
    })
}

/// What the checker says, and of what.
fn verdict(it: &ProofReport) -> Markup {
    html! {
        div class=(format!("verdict {}", word(&it.verdict))) {
            p {
                (verdict_word(&it.verdict)) ": "
                @match &it.verdict {
                    Verdict::Valid(derived) => @match (derived.scope, it.certificate.cells().and_then(|c| c.ramps.as_ref())) {
                        (Scope::OffRamps, Some(ramps)) => {
                            "|network − target| ≤ " (above(&ramps.bound.0)) " except on ramps, a share of at most "
                            (above(&ramps.measure.0)) " of the box; ≤ " (above(&it.certificate.certified.0)) " on the whole box."
                        },
                        _ if it.certificate.certified.0.is_zero() => { "in exact arithmetic the network equals the target on the whole box, at every token and output." },
                        _ => { "|network − target| ≤ " (above(&it.certificate.certified.0)) " on the whole box, at every token and output." },
                    },
                    Verdict::Invalid(refusal) | Verdict::Incomplete(refusal) => {
                        "nothing is proved. Rule " code { (refusal.rule) } " at " bdi { (shown(&refusal.place)) } ": "
                        bdi { (brief(&refusal.message, EXPRESSION)) }
                    },
                }
            }
            @if !matches!(it.verdict, Verdict::Valid(_)) {
                p { "Everything below is what the certificate claims, or what can be counted in the files; none of it is proved." }
            }
            p.soft {
                "Checked by " (CHECKER) " " (VERSION) " while this page was made"
                @if let Some(seconds) = it.check_seconds { " (" (format!("{seconds:.3}")) " s)" }
                @if matches!(it.verdict, Verdict::Valid(_)) { "; rules passed: " (it.rules().iter().join(", ")) }
                "."
            }
        }
        dl {
            dt { "Folder" } dd { code { (shown(&it.place)) } }
            dt { "Network" } dd {
                (it.attention) "; " (it.activation) "; " (counted(it.size.blocks, "block")) ", width " (grouped(it.size.width)) ", "
                (counted(it.size.hidden_units, "unit")) ", " (counted(it.size.nonzeros, "nonzero")) " of at most " (counted(it.size.bits as usize, "bit"))
            }
            dt { "SHA-256 of target.toml" } dd { code { (it.sha256[0]) } }
            dt { "SHA-256 of network.json" } dd { code { (it.sha256[1]) } }
        }
    }
}

fn target(it: &ProofReport) -> Markup {
    let domain = it.target.domain.iter().map(interval).join(" × ");
    html! {
        h3 { "Target" }
        dl {
            dt { "Tokens" } dd { @if it.tokens() == "any" { "every number of tokens" } @else { "n = " (it.tokens()) } }
            dt { "Domain" } dd { "every token in " (brief(&domain, EXPRESSION)) ", d = " (it.target.dimension()) }
            @for (output, expression) in it.expressions.iter().enumerate().take(ROWS) {
                dt { "Output " (output) }
                dd { (formula(&brief(expression, EXPRESSION))) }
            }
            @if it.expressions.len() > ROWS {
                dt { "More" } dd { (it.expressions.len() - ROWS) " outputs" }
            }
        }
    }
}

/// The bound, what was asked for, and the witness side by side.
fn bounds(it: &ProofReport) -> Markup {
    let c = &it.certificate;
    let proved = matches!(it.verdict, Verdict::Valid(_));
    let row = |name: Markup, value: &Rational, float: String| vec![name, own(float), exact(value)];
    let mut rows = vec![
        row(own("asked for (epsilon)"), &c.epsilon.0, above(&c.epsilon.0)),
        row(
            own(if proved { "certified" } else { "claimed, not proved" }),
            &c.certified.0,
            above(&c.certified.0),
        ),
    ];
    if let Some(ramps) = c.cells().and_then(|cells| cells.ramps.as_ref()) {
        rows.push(row(own("off the ramps"), &ramps.bound.0, above(&ramps.bound.0)));
        rows.push(row(own("share of ramps"), &ramps.measure.0, above(&ramps.measure.0)));
    }
    if let Some(witness) = &c.witness {
        let name = if proved { "witnessed" } else { "claimed of an input, not checked" };
        rows.push(row(own(name), &witness.error.0, witness::error(witness)));
    }
    let columns = [text("error"), number("float"), text("exact")];
    html! {
        div { (table("Certified and witnessed error", &columns, &rows)) }
        @match &c.witness {
            None => p { "The certificate names no witness: how far the bound is from the true error is not known." },
            Some(witness) => (input(witness, proved)),
        }
    }
}

/// The sequence at which the witnessed error is reached.
fn input(witness: &Witness, proved: bool) -> Markup {
    let rows: Vec<Vec<Markup>> = witness
        .input
        .iter()
        .enumerate()
        .take(TOKENS)
        .map(|(token, row)| {
            let values = row.iter().map(|value| readable(&value.0)).join(", ");
            let copies = witness.copies.get(token).filter(|&&copies| copies > 1);
            let times = copies.map_or(String::new(), |copies| format!(" ({} times)", grouped(*copies)));
            vec![own(token), html! { code { (brief(&values, EXPRESSION)) } (times) }]
        })
        .collect();
    let more = witness.input.len().saturating_sub(TOKENS);
    html! {
        details open[rows.len() <= 8] {
            summary { @if proved { "Input of the witness: output " } @else { "Input that the certificate names, not checked; claimed: output " } (witness.output) " of token " (witness.token) " is off by " (witness::error(witness)) }
            (table("Input of the witness", &[number("token"), text("coordinates")], &rows))
            @if more > 0 { p.soft { "… and " (more) " more tokens" } }
        }
    }
}

/// A fraction, however long; a very long one only on demand.
fn exact(value: &Rational) -> Markup {
    let bits = value.bits();
    // Writing out millions of digits takes long.
    if bits > 8 * FRACTION as u64 {
        return html! { code { (readable(value)) } " (" (grouped(bits as usize)) " bits)" };
    }
    let text = value.to_string();
    if text.len() <= FRACTION {
        html! { code { (text) } }
    } else {
        html! { details { summary { "fraction of " (text.len()) " characters" } code { (text) } } }
    }
}

fn chain(id: &str, it: &ProofReport) -> Markup {
    let rows: Vec<Vec<Markup>> = it
        .chain
        .iter()
        .map(|step| {
            let exact = readable(&step.error.value);
            let exact = if exact.starts_with('~') { "–".into() } else { exact };
            vec![own(&step.place), cell(&step.what), own(&step.error), html! { code { (exact) } }]
        })
        .collect();
    let columns = [text("where"), text("what"), number("error"), text("exact, if short")];
    html! {
        figure {
            @match pictures::chain::draw(&format!("{id}-chain"), &it.chain) {
                Some(picture) => (picture),
                None => p { "All errors are 0." },
            }
            figcaption {
                "From the target down to the network, one line each. Errors of single parts (local) gather in the slots of the \
                 residual stream; residual and lowering of an output add up to at most the bound. Logarithmic scale, so lengths \
                 do not add up; an error of 0 has no dot."
                @if !matches!(it.verdict, Verdict::Valid(_)) { " These are claims; nothing is proved." }
            }
        }
        details { summary { "The same as a table" } (table("Chain of errors", &columns, &rows)) }
    }
}

fn slice(id: &str, it: &ProofReport) -> Result<Markup, CliError> {
    let slice = match &it.slice {
        Ok(slice) => slice,
        Err(why) => return Ok(html! { p { "There is no picture: " (shown(why)) "." } }),
    };
    let certified = &it.certificate.certified.0;
    let bound = if matches!(it.verdict, Verdict::Valid(_)) { "certified" } else { "claimed" };
    let names: Vec<String> = slice.axes.iter().map(pictures::slice::axis_name).collect();
    let count = slice.axes.iter().map(|axis| axis.points.len()).join(" × ");
    Ok(html! {
        figure.beside {
            (pictures::slice::draw(&format!("{id}-slice"), slice, certified, bound)?)
            figcaption {
                "|network − target|, the largest over tokens and outputs, sampled at " (count) " points in floating point (f64): "
                (names.join(" and ")) " vary over the box, "
                @if slice.at_witness { "all else is as in the witness (circle). " }
                @else { "the other coordinates are fixed; the certificate names no witness, so the slice goes through " (slice.base.len()) " evenly spread tokens (circle). " }
                "Largest sampled value " (measured(slice.largest)) "; at the circle " (measured(slice.base_value)) ". "
                @if matches!(it.verdict, Verdict::Valid(_)) {
                    strong { "Certified on the whole box: ≤ " (above(certified)) "." }
                    " The picture is a sample and is rounded; the bound is proved."
                } @else { "Nothing is proved about this network." }
            }
        }
    })
}

fn boxes(id: &str, it: &ProofReport, tree: &TreeFacts) -> Markup {
    let d = it.target.dimension();
    let axis = |k: usize| {
        let name = format!(
            "coordinate {} of {}",
            k % d,
            if k / d == 0 { "the own token" } else { "the other token" }
        );
        (name, it.target.domain[k % d].clone())
    };
    html! {
        p {
            "The distance of Sumformer and target is enclosed on the leaves of a tree of boxes: " (grouped(tree.enclosed)) " leaves are enclosed, "
            (grouped(tree.outside)) " hold no sequence whose other tokens are sorted, " (grouped(tree.open)) " are open; the longest path has "
            (tree.depth) " halvings."
        }
        @if let Some(parts) = &tree.parts {
            figure.beside {
                (pictures::boxes::draw(&format!("{id}-boxes"), parts, &[axis(0), axis(1)]))
                figcaption { "The leaves. Shaded: enclosed; blank: covered by symmetry; filled: open." }
            }
        }
    }
}

fn stream(id: &str, it: &ProofReport) -> Markup {
    let rows: Vec<Vec<Markup>> = it
        .stream
        .rows
        .iter()
        .map(|row| {
            let list = |used: &dyn Fn(usize) -> bool| {
                let mut names =
                    (0..row.uses.len()).filter(|&c| used(c)).map(|c| it.stream.columns[c].as_str());
                cell(&brief(&names.join(", "), EXPRESSION))
            };
            vec![
                own(pictures::stream::numbers(row)),
                cell(&brief(&row.name, 120)),
                cell(&brief(&row.role, 60)),
                list(&|c| row.uses[c].writes),
                list(&|c| row.uses[c].reads),
            ]
        })
        .collect();
    let columns = [text("slots"), text("name"), text("role"), text("written by"), text("read by")];
    html! {
        figure {
            (pictures::stream::draw(&format!("{id}-stream"), &it.stream))
            figcaption { "Slots run down, the network runs to the right. Square: adds to the slot; dot: reads it; the line joins first and last use." }
        }
        details { summary { "The same as a table" } (table("Uses of slots", &columns, &rows)) }
        @match &it.construction {
            Construction::Continuous(facts) => (continuous::contents(facts)),
            Construction::Discontinuous(facts) => (discontinuous::blocks(facts)),
            Construction::Unknown(_) => {},
        }
    }
}
