//! `sumformer explain DIR [SLOT|STEP]`

mod answer;
mod cells;
mod floors;
mod overview;
mod parts;
mod subject;
mod surrogate;

use super::check::{check_folder, in_words, outcome};
use super::error::{CliError, Outcome};
use super::files::{has_floors, one_proof_folder};
use super::floors::Floors;
use super::output::{print, say};
use super::proof::refused;
use crate::report::facts::Facts;
use crate::report::floors::NetworkSums;
use answer::Answer;
use clap::Args;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use subject::Subject;
use sumformer_checker::check::Checked;

/// Below the help of `explain`.
pub const HELP: &str = "What may be explained:\n  \
  slot:NAME or slot:NUMBER   a slot of the residual stream: what it holds, which gadgets write it\n  \
  block:NUMBER               a block: its attention and its gadgets\n  \
  output:NUMBER              an output coordinate: its polynomial and its error\n\
A bare name or number is a slot; \"block 2\" is block:2.";

/// `explain`
#[derive(Debug, Args)]
pub struct ExplainArguments {
    /// A folder written by `prove`, for one architecture.
    pub directory: PathBuf,
    /// What to explain: slot:NAME, block:NUMBER or output:NUMBER (default: an overview).
    #[arg(value_name = "SLOT|STEP")]
    pub subject: Option<String>,
}

/// Checks the proof, runs it again step by step, and says what was asked for.
pub fn run(arguments: &ExplainArguments, json: bool) -> Result<Outcome, CliError> {
    let folder = one_proof_folder(&arguments.directory)?;
    let checked = check_folder(&folder)?;
    let subject =
        arguments.subject.as_deref().map(|text| Subject::parse(text, &checked.network)).transpose()?;
    let (mut answer, sums) = match checked.certificate.cells() {
        Some(claim) => cells::explain(&checked, claim, subject, &folder, json)?,
        None => polynomials(&checked, subject, &folder, &arguments.directory, json)?,
    };
    let mut outcomes = vec![outcome(&checked.verdict)];
    if subject.is_none() && has_floors(&folder) {
        let checked_floors = Floors::check(&folder)?;
        floors::add(
            &mut answer,
            &checked_floors,
            NetworkSums::of(sums, &checked.certificate),
            &checked.certificate.epsilon.0,
        );
        outcomes.push(checked_floors.outcome());
    }
    match answer {
        Answer::Data(data) => print(data)?,
        Answer::Words(words) => print(words)?,
    }
    if outcomes[0] != Outcome::Proved && subject.is_some() {
        say(format!(
            "note: this proof is not accepted: {}",
            in_words(&checked.certificate, &checked.verdict)
        ));
    }
    Ok(Outcome::worst(outcomes))
}

/// A proof whose blocks have polynomials, and its number of sums.
fn polynomials(
    checked: &Checked,
    subject: Option<Subject>,
    folder: &Path,
    asked: &Path,
    json: bool,
) -> Result<(Answer, usize), CliError> {
    let facts = Facts::collect(checked).map_err(|refusal| refused(&refusal, folder))?;
    if json {
        let one = |kind: &str, value: Value| json!({ "name": checked.target.name, (kind): value });
        let data = match subject {
            None => overview::json(checked, &facts),
            Some(Subject::Slot(slot)) => one("slot", parts::slot_json(&facts, slot)),
            Some(Subject::Block(block)) => one("block", json!(facts.blocks[block])),
            Some(Subject::Output(output)) => one("output", json!(facts.outputs[output])),
        };
        return Ok((Answer::Data(data), facts.latents.len()));
    }
    let words = match subject {
        None => overview::text(checked, &facts, asked),
        Some(Subject::Slot(slot)) => parts::slot(&facts, slot),
        Some(Subject::Block(block)) => parts::block(&facts, block),
        Some(Subject::Output(output)) => parts::output(&facts, output),
    };
    Ok((Answer::Words(words), facts.latents.len()))
}
