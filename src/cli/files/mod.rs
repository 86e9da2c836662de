//! Reading targets and proofs, and writing without losing anything.

mod folders;
mod leftovers;
mod read;
mod write;

pub use folders::{PROOF_FILES, may_replace, one_proof_folder, proof_folders};
pub use read::{read, read_proof_files, read_stream_up_to, read_up_to, target_file};
pub use write::{ProofFolder, write_file, write_proofs};

use super::error::CliError;
use super::escape::shown_path;
use std::path::{Path, PathBuf};

/// An error of the system at a place.
fn failed(place: &Path) -> impl Fn(std::io::Error) -> CliError {
    move |error| CliError::bad_input(format!("{}: {error}", shown_path(place)))
}

/// The folder that something of this name stands in.
fn parent(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Finds out before any work that a file of this name cannot be written; its folder has to be there.
pub fn writable_file(path: &Path) -> Result<(), CliError> {
    write::require_file(path)?;
    writable(path)
}

/// Finds out before any work that a folder of this name cannot be written, and clears away what interrupted runs left
/// beside it.
///
/// Folders that are missing on the way are made later; what is tried is the nearest one that exists.
pub fn writable(path: &Path) -> Result<(), CliError> {
    let folder: PathBuf = parent(path).to_path_buf();
    let existing = folder.ancestors().find(|a| a.as_os_str().is_empty() || a.symlink_metadata().is_ok());
    let existing = existing.filter(|a| !a.as_os_str().is_empty()).unwrap_or(Path::new("."));
    leftovers::clear(&folder);
    // Trying is the only way to know: permissions, quotas and read-only disks all have their say.
    tempfile::Builder::new().prefix(leftovers::PREFIX).tempfile_in(existing).map(drop).map_err(failed(path))
}
