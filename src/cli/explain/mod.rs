//! `sumformer explain DIR [SLOT|STEP]`

mod facts;
mod overview;
mod parts;
mod subject;
mod words;

use super::arguments::ExplainArguments;
use super::check::{check_folder, in_words, outcome};
use super::error::{CliError, Outcome};
use super::output::{print, say};
use super::proof::{refused, single_folder};
use facts::Facts;
use serde_json::{Value, json};
use subject::Subject;

/// Checks the proof, runs it again step by step, and says what was asked for.
pub fn run(arguments: &ExplainArguments, json: bool) -> Result<Outcome, CliError> {
    let folder = single_folder(&arguments.directory)?;
    let checked = check_folder(&folder)?;
    let facts = Facts::collect(&checked).map_err(|refusal| refused(&refusal, &folder))?;
    let subject = arguments.subject.as_deref().map(|text| Subject::parse(text, &facts)).transpose()?;
    if json {
        let one = |kind: &str, value: Value| json!({ "name": checked.target.name, (kind): value });
        print(match subject {
            None => overview::json(&checked, &facts),
            Some(Subject::Slot(slot)) => one("slot", parts::slot_json(&facts, slot)),
            Some(Subject::Block(block)) => one("block", json!(facts.blocks[block])),
            Some(Subject::Output(output)) => one("output", json!(facts.outputs[output])),
        })?;
    } else {
        print(match subject {
            None => overview::text(&checked, &facts, &arguments.directory),
            Some(Subject::Slot(slot)) => parts::slot(&facts, slot),
            Some(Subject::Block(block)) => parts::block(&facts, block),
            Some(Subject::Output(output)) => parts::output(&facts, output),
        })?;
    }
    let outcome = outcome(&checked.verdict);
    if outcome != Outcome::Proved && subject.is_some() {
        say(format!("note: this proof is not accepted: {}", in_words(&checked)));
    }
    Ok(outcome)
}
