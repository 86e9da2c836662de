//! `sumformer audit`

mod page;
mod words;

use super::error::{CliError, Outcome};
use super::escape::shown;
use super::files::{writable_file, write_file};
use super::output::{print, say};
use super::progress::progress_bar;
use super::table::aligned;
use crate::audit::{Instance, Row, audit, identifiers};
use clap::Args;
use itertools::Itertools;
use serde_json::{Map, Value, json};
use std::path::PathBuf;
use words::cells;

/// `audit`
#[derive(Debug, Args)]
pub struct AuditArguments {
    /// Only these rows, in full: E1, "Theorem 4.4", 4.4, …
    #[arg(long, value_name = "ID,…", value_delimiter = ',')]
    pub row: Vec<String>,
    /// The whole audit as a Markdown page.
    #[arg(long, conflicts_with = "row")]
    pub markdown: bool,
    /// Write the page to a file, and not to standard output.
    #[arg(short, long, value_name = "FILE", requires = "markdown")]
    pub output: Option<PathBuf>,
}

/// Carries out the audit and reports it; exit code 1 if an instance does not come out as expected.
pub fn run(arguments: &AuditArguments, json: bool) -> Result<Outcome, CliError> {
    if let Some(unknown) = arguments.row.iter().find(|wanted| !identifiers().any(|id| names(wanted, id))) {
        return Err(CliError::bad_input(format!(
            "there is no row `{}`; the rows are {}",
            shown(unknown),
            identifiers().join(", ")
        )));
    }
    if json && arguments.markdown && arguments.output.is_none() {
        return Err(CliError::bad_input(
            "--markdown and --json both want standard output; give the page a file with -o",
        ));
    }
    arguments.output.as_deref().map_or(Ok(()), writable_file)?;
    let chosen = |id: &str| arguments.row.is_empty() || arguments.row.iter().any(|wanted| names(wanted, id));
    let progress = progress_bar(identifiers().filter(|id| chosen(id)).count() as u64);
    let rows = audit(&chosen, &|row| {
        progress.set_message(row.id);
        progress.inc(1);
    });
    progress.finish_and_clear();
    let text =
        || if arguments.row.is_empty() { summary(&rows) } else { rows.iter().map(page::text).join("\n") };
    if let Some(file) = &arguments.output {
        write_file(file, page::markdown(&rows).as_bytes())?;
    }
    if json {
        say(text());
        print(json!({ "rows": rows.iter().map(row_json).collect::<Value>() }))?;
    } else if arguments.markdown && arguments.output.is_none() {
        print(page::markdown(&rows).trim_end())?;
    } else {
        print(text())?;
    }
    for row in rows.iter().filter(|row| !row.is_met()) {
        for instance in row.instances().filter(|instance| !instance.is_met()) {
            let (found, expected) = (&instance.found, instance.expected.name());
            say(format!(
                "{}: {}: {}, where it {expected} if all is well",
                row.id,
                instance.what,
                page::said(found)
            ));
        }
    }
    Ok(if rows.iter().all(Row::is_met) { Outcome::Proved } else { Outcome::Refuted })
}

/// Whether a user means this row: by its whole identifier, or by the number in it.
fn names(wanted: &str, id: &str) -> bool {
    id.eq_ignore_ascii_case(wanted) || id.split_whitespace().any(|word| word == wanted)
}

const COLUMNS: [&str; 6] =
    ["row", "place in the paper", "what it is", "printed instances", "repaired instances", "as expected"];

fn summary(rows: &[Row]) -> String {
    let cells: Vec<Vec<String>> = rows.iter().map(cells).collect();
    let instances: usize = rows.iter().map(|row| row.instances().count()).sum();
    let met = rows.iter().filter(|row| row.is_met()).count();
    format!(
        "{}\n{met} of {} rows are as expected, {instances} instances in all; `sumformer audit --row ID` shows a row in full",
        aligned(&COLUMNS, &cells),
        rows.len()
    )
}

fn row_json(row: &Row) -> Value {
    let part = |instances: &[Instance], result: &str| json!({ "result": result, "instances": instances.iter().map(instance_json).collect::<Value>() });
    json!({
        "id": row.id,
        "place": row.place,
        "kinds": row.kinds.iter().map(|kind| kind.name()).collect::<Value>(),
        "statement": row.statement,
        "finding": row.finding,
        "printed": part(&row.printed, row.printed_outcome().name()),
        "repair": row.repair,
        "repaired": part(&row.repaired, row.repaired_outcome().name()),
        "as_expected": row.is_met(),
    })
}

fn instance_json(instance: &Instance) -> Value {
    let numbers: Map<String, Value> =
        instance.numbers.iter().map(|(name, value)| (name.to_string(), json!(value))).collect();
    json!({
        "claim": instance.what,
        "decided_by": instance.by.name(),
        "expected": instance.expected.name(),
        "found": instance.found.name(),
        "numbers": numbers,
    })
}
