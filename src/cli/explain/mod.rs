//! `sumformer explain DIR [SLOT|STEP]`

mod cells;
mod overview;
mod parts;
mod subject;
mod surrogate;

use super::arguments::ExplainArguments;
use super::check::{check_folder, in_words, outcome};
use super::error::{CliError, Outcome};
use super::files::one_proof_folder;
use super::output::{print, say};
use super::proof::refused;
use crate::report::facts::Facts;
use serde_json::{Value, json};
use std::path::Path;
use subject::Subject;
use sumformer_checker::check::Checked;

/// Checks the proof, runs it again step by step, and says what was asked for.
pub fn run(arguments: &ExplainArguments, json: bool) -> Result<Outcome, CliError> {
    let folder = one_proof_folder(&arguments.directory)?;
    let checked = check_folder(&folder)?;
    let subject =
        arguments.subject.as_deref().map(|text| Subject::parse(text, &checked.network)).transpose()?;
    let answer = match checked.certificate.cells() {
        Some(claim) => cells::explain(&checked, claim, subject, &folder, json)?,
        None => polynomials(&checked, subject, &folder, &arguments.directory, json)?,
    };
    match answer {
        Answer::Data(data) => print(data)?,
        Answer::Words(words) => print(words)?,
    }
    let outcome = outcome(&checked.verdict);
    if outcome != Outcome::Proved && subject.is_some() {
        say(format!(
            "note: this proof is not accepted: {}",
            in_words(&checked.certificate, &checked.verdict)
        ));
    }
    Ok(outcome)
}

/// A proof whose blocks have polynomials.
fn polynomials(
    checked: &Checked,
    subject: Option<Subject>,
    folder: &Path,
    asked: &Path,
    json: bool,
) -> Result<Answer, CliError> {
    let facts = Facts::collect(checked).map_err(|refusal| refused(&refusal, folder))?;
    if json {
        let one = |kind: &str, value: Value| json!({ "name": checked.target.name, (kind): value });
        return Ok(Answer::Data(match subject {
            None => overview::json(checked, &facts),
            Some(Subject::Slot(slot)) => one("slot", parts::slot_json(&facts, slot)),
            Some(Subject::Block(block)) => one("block", json!(facts.blocks[block])),
            Some(Subject::Output(output)) => one("output", json!(facts.outputs[output])),
        }));
    }
    Ok(Answer::Words(match subject {
        None => overview::text(checked, &facts, asked),
        Some(Subject::Slot(slot)) => parts::slot(&facts, slot),
        Some(Subject::Block(block)) => parts::block(&facts, block),
        Some(Subject::Output(output)) => parts::output(&facts, output),
    }))
}

/// What was asked for, as data or in words.
enum Answer {
    Data(Value),
    Words(String),
}
