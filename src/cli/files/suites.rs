//! Which folders are suites that `zoo` wrote.

use super::places::failed;
use super::read::read;
use crate::cli::error::CliError;
use crate::cli::escape::shown_path;
use crate::zoo::INDEX;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// What the format of our indices begins with, in every version.
const OURS: &str = "sumformer-zoo/";

/// Whether `zoo` may replace what is at `path`: nothing, an empty folder, or a suite with no file but those that it lists.
pub fn may_replace_suite(path: &Path) -> Result<(), CliError> {
    let refuse = |place: &Path, why: &str| {
        Err(CliError::bad_input(format!(
            "{}: {why}; the folder is left alone (choose another with -o)",
            shown_path(place)
        )))
    };
    if path.file_name().is_none() {
        return refuse(path, "this is no name for a folder");
    }
    let Ok(metadata) = fs::symlink_metadata(path) else { return Ok(()) };
    if !metadata.is_dir() {
        return refuse(path, "it exists and is not a folder");
    }
    let files = all_files(path)?;
    if files.is_empty() {
        return Ok(());
    }
    let Some(listed) = listed(path) else {
        return refuse(path, "it holds files, and was not written by `sumformer zoo`");
    };
    match files.iter().find(|file| !listed.contains(*file)) {
        None => Ok(()),
        Some(other) => refuse(&path.join(other), "`sumformer zoo` did not write this"),
    }
}

/// The files that a suite says are its own.
fn listed(path: &Path) -> Option<BTreeSet<PathBuf>> {
    let index: serde_json::Value = serde_json::from_slice(&read(&path.join(INDEX)).ok()?).ok()?;
    let ours = index["format"].as_str().is_some_and(|format| format.starts_with(OURS));
    let names = index["files"].as_array().filter(|_| ours)?;
    Some(names.iter().filter_map(|name| name.as_str().map(PathBuf::from)).collect())
}

/// Everything in a folder but folders, with paths from it.
fn all_files(path: &Path) -> Result<Vec<PathBuf>, CliError> {
    let (mut found, mut folders) = (Vec::new(), vec![PathBuf::new()]);
    while let Some(folder) = folders.pop() {
        let full = path.join(&folder);
        for entry in fs::read_dir(&full).map_err(failed(&full))? {
            let entry = entry.map_err(failed(&full))?;
            let place = folder.join(entry.file_name());
            let kind = entry.file_type().map_err(failed(&full))?;
            if kind.is_dir() { folders.push(place) } else { found.push(place) }
        }
    }
    found.sort();
    Ok(found)
}
