//! Reading targets and proofs, and writing without losing anything.

mod exports;
mod folders;
mod leftovers;
mod places;
mod read;
mod suites;
mod write;

pub use crate::folder::{NetworkForm, PROOF_FILES};
pub use exports::{ExportContent, export_content};
pub use folders::{
    FLOOR_FILE, has_floors, is_proof, may_replace, one_proof_folder, proof_folders, proofs_beside_floors,
};
pub use read::{
    read, read_export, read_network, read_network_file, read_proof_files, read_stream_up_to, read_up_to,
    target_file,
};
pub use suites::may_replace_suite;
pub use write::{ProofFolder, write_file, write_floors, write_folder, write_proofs, write_with};

use super::error::CliError;
use super::escape::shown_path;
use places::{failed, parent};
use std::path::{Path, PathBuf};

/// Finds out before any work that a file of this name cannot be written; its folder has to be there.
pub fn writable_file(path: &Path) -> Result<(), CliError> {
    write::require_file(path)?;
    writable(path)
}

/// Finds out before any work that floors cannot be put into a folder: into one that is there go files.
pub fn writable_floors(path: &Path) -> Result<(), CliError> {
    let proofs = proofs_beside_floors(path);
    if let (false, [first, ..]) = (is_proof(path), proofs.as_slice()) {
        return Err(CliError::bad_input(format!(
            "{}: there are proofs in it; name the folder of one of them, such as {}",
            shown_path(path),
            shown_path(first)
        )));
    }
    match path.is_dir() {
        true => tempfile::Builder::new()
            .prefix(leftovers::PREFIX)
            .tempfile_in(path)
            .map(drop)
            .map_err(failed(path)),
        false => writable(path),
    }
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
