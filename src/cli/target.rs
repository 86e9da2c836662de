//! Reading a target: a file, a folder, or one of the gallery.

use super::error::CliError;
use super::escape::{plain_path, shown_path};
use super::files::{read_up_to, target_file};
use super::gallery;
use crate::reading::load_target;
use std::path::Path;
use sumformer_checker::language::target::Target;
use sumformer_checker::limits::MAX_SOURCE;

/// Reads and parses a target: a file, a folder with `target.toml`, or where there is neither one of the gallery.
pub fn read_target(path: &Path) -> Result<Target, CliError> {
    let file = target_file(path);
    if let Some(source) = gallery::source(path) {
        return Ok(load_target(&plain_path(&file), source)?);
    }
    let bytes = read_up_to(&file, MAX_SOURCE as u64)?;
    let source = String::from_utf8(bytes)
        .map_err(|e| CliError::bad_input(format!("{}: not UTF-8: {e}", shown_path(&file))))?;
    Ok(load_target(&plain_path(&file), &source)?)
}
