//! Explaining a network that is constant on cells: short, however large its table is.

mod text;

use super::answer::Answer;
use super::overview;
use super::subject::Subject;
use crate::cli::error::CliError;
use crate::cli::proof::refused;
use crate::report::cells::{self, CellFacts};
use serde_json::{Value, json};
use std::path::Path;
use sumformer_checker::check::Checked;
use sumformer_checker::format::certificate::CellClaim;

/// Explains a proof about cells, or one part of it; and its number of sums.
pub fn explain(
    checked: &Checked,
    claim: &CellClaim,
    subject: Option<Subject>,
    folder: &Path,
    json: bool,
) -> Result<(Answer, usize), CliError> {
    let facts = CellFacts::collect(checked, claim).map_err(|refusal| refused(&refusal, folder))?;
    let one = |kind: &str, value: Value| json!({ "name": checked.target.name, (kind): value });
    let answer = match (subject, json) {
        (None, true) => Answer::Data(overview::json(checked, &facts)),
        (None, false) => Answer::Words(text::overview(checked, &facts, folder)),
        (Some(Subject::Slot(slot)), true) => Answer::Data(one("slot", json!(facts.slots[slot]))),
        (Some(Subject::Slot(slot)), false) => Answer::Words(text::slot(&facts, slot)),
        (Some(Subject::Block(block)), true) => {
            Answer::Data(one("block", json!(cells::BlockFacts::of(checked, block..block + 1))))
        }
        (Some(Subject::Block(block)), false) => Answer::Words(text::block(checked, &facts, block)),
        (Some(Subject::Output(output)), true) => Answer::Data(one("output", json!(facts.outputs[output]))),
        (Some(Subject::Output(output)), false) => Answer::Words(text::output(&facts, output)),
    };
    Ok((answer, facts.averages.len()))
}
