//! The page around the proofs: head, table of contents, overview.

use super::parts::{cell, grouped, number, own, table, text};
use super::proof;
use super::text::brief;
use super::verdict::{CHECKER, VERSION, proof_name, verdict_word, word};
use crate::cli::error::CliError;
use crate::cli::escape::shown;
use crate::report::numbers::above;
use crate::report::proof::ProofReport;
use crate::report::witness;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sumformer_checker::check::Verdict;

/// How a page of `report` is told from other files: it is in its head.
pub const MARKER: &str = "<meta name=\"generator\" content=\"sumformer report";
/// Nothing is loaded but what is in the page.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/// The whole page.
pub fn page(title: &str, proofs: &[ProofReport]) -> Result<String, CliError> {
    let bodies = proofs
        .iter()
        .enumerate()
        .map(|(index, it)| proof::article(index, it))
        .collect::<Result<Vec<Markup>, CliError>>()?;
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="generator" content=(format!("sumformer report {VERSION}"));
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (shown(title)) }
                style { (PreEscaped(include_str!("style.css"))) }
            }
            body {
                a.skip href="#main" { "Skip to the proofs" }
                header {
                    h1 { bdi { (shown(title)) } }
                    p { (summary(proofs)) }
                }
                nav aria-label="Contents" {
                    ul {
                        li { a href="#overview" { "Overview" } }
                        @if proofs.iter().any(|it| it.latent_bounds.is_some()) {
                            li { a href="#latents" { "Latent dimension" } }
                        }
                        @for (index, it) in proofs.iter().enumerate() {
                            li { a href=(format!("#proof-{}", index + 1)) { (proof_name(it)) } }
                        }
                    }
                }
                main id="main" tabindex="-1" {
                    (overview(proofs))
                    (latents(proofs))
                    @for body in &bodies { (body) }
                }
                footer {
                    p {
                        "Made by sumformer report " (VERSION) ". The construction is that of Alberti, Dern, Thesing and \
                         Kutyniok, Sumformer: Universal Approximation for Efficient Transformers (2023), "
                        a href="https://arxiv.org/abs/2307.02301" { "arXiv 2307.02301" } "."
                    }
                }
            }
        }
    };
    Ok(page.into_string())
}

fn summary(proofs: &[ProofReport]) -> Markup {
    let count = |wanted: &str| proofs.iter().filter(|it| word(&it.verdict) == wanted).count();
    let [invalid, incomplete] = ["invalid", "incomplete"].map(count);
    html! {
        @match proofs.len() { 1 => "One proof, ", more => { (more) " proofs, " } }
        "checked anew by " (CHECKER) " " (VERSION) " while this page was made: "
        (count("valid")) " valid"
        @if invalid > 0 { ", " span.word.invalid { (invalid) " invalid" } }
        @if incomplete > 0 { ", " span.word.incomplete { (incomplete) " incomplete" } }
        ". A certified error is an upper bound, proved in exact arithmetic, on the distance between network and target \
         over all sequences in the box; a witnessed error is reached at one of them."
    }
}

fn overview(proofs: &[ProofReport]) -> Markup {
    let columns = [
        text("proof"),
        // Beside the name, where a narrow screen shows it.
        text("verdict"),
        number("n"),
        number("d"),
        text("construction"),
        text("activation"),
        number("d′"),
        number("blocks"),
        number("width"),
        number("units"),
        number("nonzeros"),
        number("epsilon"),
        number("certified"),
        number("witness"),
    ];
    let row = |(index, it): (usize, &ProofReport)| {
        let size = it.size;
        vec![
            html! { a.nowrap href=(format!("#proof-{}", index + 1)) { bdi { (brief(&it.target.name, 40)) } " · " (it.architecture) } },
            verdict_word(&it.verdict),
            own(it.tokens()),
            own(it.target.dimension()),
            own(it.kind()),
            own(&it.activation),
            it.latent_dimension.map_or_else(|| own("–"), |d| own(grouped(d))),
            own(grouped(size.blocks)),
            own(grouped(size.width)),
            own(grouped(size.hidden_units)),
            own(grouped(size.nonzeros)),
            own(above(&it.certificate.epsilon.0)),
            match it.verdict {
                Verdict::Valid(_) => own(above(&it.certificate.certified.0)),
                // What an open or refuted proof claims is not certified.
                _ => own("–"),
            },
            match (&it.verdict, &it.certificate.witness) {
                (Verdict::Valid(_), Some(witness)) => own(witness::error(witness)),
                _ => own("–"),
            },
        ]
    };
    html! {
        section id="overview" aria-labelledby="overview-title" {
            h2 id="overview-title" { "Overview" }
            (table("Overview of all proofs", &columns, &proofs.iter().enumerate().map(row).collect::<Vec<_>>()))
            p.soft {
                "n tokens of d coordinates; d′ sums over tokens; width is that of the residual stream, units are hidden \
                 units of all blocks, nonzeros all weights and biases that are not 0. Certified errors are rounded up, witnessed ones down."
            }
        }
    }
}

fn latents(proofs: &[ProofReport]) -> Markup {
    let rows: Vec<Vec<Markup>> = proofs
        .iter()
        .filter_map(|it| {
            let [tight, paper] = it.latent_bounds.as_ref()?;
            Some(vec![
                proof_name(it),
                own(it.tokens()),
                own(it.target.dimension()),
                it.latent_dimension.map_or_else(|| own("–"), own),
                cell(&tight.to_string()),
                cell(&paper.to_string()),
            ])
        })
        .collect();
    let columns = [
        text("proof"),
        number("n"),
        number("d"),
        number("d′ of this network"),
        number("degrees up to n − 1 (enough)"),
        number("degrees up to n (the paper)"),
    ];
    html! {
        @if !rows.is_empty() {
            section id="latents" aria-labelledby="latents-title" {
                h2 id="latents-title" { "Latent dimension d′" }
                (table("Latent dimensions", &columns, &rows))
                p.soft {
                    "How many sums over tokens this network takes, beside the numbers of power sums that suffice for \
                     every polynomial, and that the paper's proof of Theorem 4.1 takes. Targets that are no polynomials \
                     may use sums of other functions as well, and so more."
                }
            }
        }
    }
}
