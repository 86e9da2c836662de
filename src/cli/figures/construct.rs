//! `sumformer figures construct --data FILE`

use super::data_file::write_records;
use crate::cli::error::{CliError, Outcome};
use crate::cli::escape::plain_path;
use crate::cli::output::{print, say};
use crate::cli::table::aligned;
use crate::figures::constructed::figure;
use crate::figures::record::ConstructedRecord;
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

const HEADER: [&str; 7] = ["target", "activation", "d'", "units", "certified", "relative L2", "largest seen"];

/// `figures construct`
#[derive(Debug, Args)]
pub struct ConstructArguments {
    /// The data file, JSON lines; it is replaced.
    #[arg(long, value_name = "FILE")]
    pub data: PathBuf,
}

/// Builds and proves the networks for all functions of both figures.
pub fn run(arguments: &ConstructArguments, json: bool) -> Result<Outcome, CliError> {
    let mut records = Vec::new();
    for number in [1, 2] {
        records.extend(figure(number).map_err(|e| CliError::incomplete(e.to_string()))?);
    }
    write_records(&arguments.data, &records)?;
    let table = aligned(&HEADER, &records.iter().map(row).collect::<Vec<_>>());
    if json {
        say(table);
        print(json!({ "constructed": records, "file": plain_path(&arguments.data) }))?;
    } else {
        print(table)?;
    }
    Ok(Outcome::Proved)
}

fn row(record: &ConstructedRecord) -> Vec<String> {
    vec![
        record.target.clone(),
        record.activation.clone(),
        record.latents.to_string(),
        record.hidden_units.to_string(),
        record.certified.clone(),
        format!("{:.3e}", record.relative_error),
        format!("{:.3e}", record.sampled_error),
    ]
}
