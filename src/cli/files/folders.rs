//! Which folders are proofs.

use super::exports::export_content;
use super::leftovers;
use super::places::{failed, parent};
use super::read::read;
use super::suites::may_replace_suite;
use crate::cli::error::CliError;
use crate::cli::escape::shown_path;
use crate::folder::{COMPRESSED_NETWORK, PROOF_FILES};
use std::fs;
use std::path::{Path, PathBuf};

/// The sub-folders when several architectures are proved at once.
const ARCHITECTURE_FOLDERS: [&str; 3] = ["transformer", "linformer", "performer"];

/// Whether `prove` may replace what is at `path`: nothing, an empty folder, or a folder it made itself.
pub fn may_replace(path: &Path) -> Result<(), CliError> {
    let refuse = |why: &str| {
        Err(CliError::bad_input(format!(
            "{}: {why}; it was not written by `sumformer prove` and is left alone (choose another folder with -o)",
            shown_path(path)
        )))
    };
    if path.file_name().is_none() {
        return Err(CliError::bad_input(format!(
            "`{}` is no name for a folder of results; choose another with -o",
            shown_path(path)
        )));
    }
    let Ok(metadata) = fs::symlink_metadata(path) else { return Ok(()) };
    if !metadata.is_dir() {
        return refuse("it exists and is not a folder");
    }
    let entries: Vec<PathBuf> = fs::read_dir(path)
        .and_then(|entries| entries.map(|e| e.map(|e| e.path())).collect())
        .map_err(failed(path))?;
    if entries.is_empty() {
        return Ok(());
    }
    let folders = entries.iter().all(|e| e.is_dir() && named_one_of(e, &ARCHITECTURE_FOLDERS));
    if is_proof_folder(path) || (folders && entries.iter().all(|e| is_proof_folder(e))) {
        return Ok(());
    }
    refuse("it holds other files")
}

fn named_one_of(path: &Path, names: &[&str]) -> bool {
    path.file_name().is_some_and(|name| names.iter().any(|n| name == *n))
}

/// What the format of our floors begins with.
pub(super) const OUR_FLOORS: &str = "sumformer-floor/";

/// Whether this is a file of ours by what its `format` begins with.
pub(super) fn has_format(file: &Path, ours: &str) -> bool {
    read(file)
        .ok()
        .and_then(|text| serde_json::from_slice::<serde_json::Value>(&text).ok())
        .is_some_and(|value| value["format"].as_str().is_some_and(|format| format.starts_with(ours)))
}

/// What `latent` writes beside a target.
pub const FLOOR_FILE: &str = "floor.json";

/// What the format of our certificates begins with, in every version.
const OURS: &str = "sumformer-certificate/";

/// The files that a folder of a proof may have: its target, its network in either form, its certificate.
const MADE: [&str; 4] = [PROOF_FILES[0], PROOF_FILES[1], COMPRESSED_NETWORK, PROOF_FILES[2]];

/// Exactly the three files, the certificate being one of ours; beside them only what was exported from them.
fn is_proof_folder(path: &Path) -> bool {
    let Ok(entries) = fs::read_dir(path) else { return false };
    let mut found = Vec::new();
    for entry in entries {
        let Ok(entry) = entry else { return false };
        if entry.file_name() == "export" && only_exports(&entry.path()) {
            continue;
        }
        if entry.file_name() == FLOOR_FILE && has_format(&entry.path(), OUR_FLOORS) {
            continue;
        }
        let regular = entry.file_type().is_ok_and(|t| t.is_file());
        let Some(name) = MADE.iter().position(|name| entry.file_name() == *name) else { return false };
        if !regular {
            return false;
        }
        found.push(name);
    }
    found.sort_unstable();
    matches!(*found, [0, 1 | 2, 3]) && has_format(&path.join(PROOF_FILES[2]), OURS)
}

/// Whether a folder has nothing in it but what `export` wrote.
fn only_exports(folder: &Path) -> bool {
    let written = |path: PathBuf| {
        let standard = path.ends_with("standard") && is_proof_folder(&path);
        let properties = path.ends_with("vnnlib") && path.is_dir() && may_replace_suite(&path).is_ok();
        standard || properties || export_content(&path).is_some()
    };
    fs::read_dir(folder)
        .is_ok_and(|mut entries| entries.all(|entry| entry.is_ok_and(|entry| written(entry.path()))))
}

/// Whether there are floors here.
pub fn has_floors(folder: &Path) -> bool {
    exists(&folder.join(FLOOR_FILE))
}

/// All proof folders at `path`: itself, and its sub-folders for architectures.
///
/// What is left of a proof, without a certificate, is not passed over in silence; reading it says what is missing.
pub fn proof_folders(path: &Path) -> Result<Vec<PathBuf>, CliError> {
    if !exists(path) {
        leftovers::clear(parent(path));
    }
    let sub_folders = ARCHITECTURE_FOLDERS.map(|name| path.join(name));
    let remains = |folder: &PathBuf| MADE.iter().any(|file| exists(&folder.join(file)));
    let mut folders: Vec<PathBuf> = sub_folders.into_iter().filter(remains).collect();
    if is_proof(path) {
        folders.insert(0, path.to_path_buf());
    }
    if folders.iter().any(|folder| is_proof(folder)) { Ok(folders) } else { Err(no_proof(path)) }
}

/// What has to be checked beside the floors of a folder that is no proof: what is left of one, and proofs in its sub-folders.
pub fn proofs_beside_floors(path: &Path) -> Vec<PathBuf> {
    let sub_folders = ARCHITECTURE_FOLDERS.map(|name| path.join(name));
    let remains = |folder: &Path, files: &[&str]| files.iter().any(|file| exists(&folder.join(file)));
    let mut folders: Vec<PathBuf> = sub_folders.into_iter().filter(|folder| remains(folder, &MADE)).collect();
    // Floors have a target of their own.
    if remains(path, &MADE[1..]) {
        folders.insert(0, path.to_path_buf());
    }
    folders
}

/// The proof folder at `path`: itself, else its only sub-folder for an architecture.
pub fn one_proof_folder(path: &Path) -> Result<PathBuf, CliError> {
    if is_proof(path) {
        return Ok(path.to_path_buf());
    }
    let mut folders = proof_folders(path)?;
    match folders.pop() {
        Some(folder) if folders.is_empty() => Ok(folder),
        last => {
            let paths = folders.iter().chain(&last).map(|folder| shown_path(folder));
            let paths = paths.collect::<Vec<_>>().join(", ");
            Err(CliError::bad_input(format!(
                "{}: several architectures were proved here; name one of {paths}",
                shown_path(path)
            )))
        }
    }
}

/// Whether there is a certificate here.
pub fn is_proof(folder: &Path) -> bool {
    exists(&folder.join("certificate.json"))
}

/// Whether there is anything of this name, be it a broken link.
fn exists(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

fn no_proof(path: &Path) -> CliError {
    CliError::bad_input(format!(
        "{}: no certificate.json here nor in a sub-folder transformer, linformer or performer; \
         expected a folder written by `sumformer prove`",
        shown_path(path)
    ))
}
