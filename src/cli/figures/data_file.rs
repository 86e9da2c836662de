//! Data files: lines of JSON.

use crate::cli::error::CliError;
use crate::cli::files::{read, write_file};
use crate::figures::record::{Record, parse, to_text};
use crate::figures::settings::Settings;
use std::path::Path;

/// All records of a file; `wanted` are the settings that they must have.
pub fn read_records<R: Record>(path: &Path, wanted: Option<&Settings>) -> Result<Vec<R>, CliError> {
    let fail = |e: &dyn std::fmt::Display| CliError::bad_input(format!("{}: {e}", path.display()));
    let text = String::from_utf8(read(path)?).map_err(|e| fail(&e))?;
    parse(&text, wanted).map_err(|e| fail(&e))
}

/// Replaces a file as a whole.
pub fn write_records<R: Record>(path: &Path, records: &[R]) -> Result<(), CliError> {
    let text = to_text(records).map_err(|e| CliError::bad_input(format!("{}: {e}", path.display())))?;
    write_file(path, text.as_bytes())
}
