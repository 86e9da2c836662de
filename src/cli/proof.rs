//! Reading one proof folder for `eval` and `explain`.

use super::check::unreadable;
use super::error::{CliError, Outcome};
use super::files::{proof_folders, read_proof_files};
use std::path::{Path, PathBuf};
use sumformer_checker::check::{ParsedProof, ProofFiles};
use sumformer_checker::rules::{Refusal, RefusalKind};

/// The one proof folder at `directory`; a folder with several architectures is refused with their paths.
pub fn single_folder(directory: &Path) -> Result<PathBuf, CliError> {
    let mut folders = proof_folders(directory)?;
    match folders.pop() {
        Some(folder) if folders.is_empty() => Ok(folder),
        last => {
            let paths = folders.iter().chain(&last).map(|f| f.display().to_string());
            let paths = paths.collect::<Vec<_>>().join(", ");
            let message = format!(
                "{}: several architectures were proved here; name one of {paths}",
                directory.display()
            );
            Err(CliError::bad_input(message))
        }
    }
}

/// Reads and parses the three files; no claim is checked.
pub fn read_proof(folder: &Path) -> Result<ParsedProof, CliError> {
    let [target, network, certificate] = read_proof_files(folder)?;
    ProofFiles { target: &target, network: &network, certificate: &certificate }
        .parse()
        .map_err(|e| unreadable(e, folder))
}

/// What a refused step means for a command that needed it.
pub fn refused(refusal: &Refusal, folder: &Path) -> CliError {
    let outcome = match refusal.kind {
        RefusalKind::Invalid => Outcome::Refuted,
        RefusalKind::Unsupported => Outcome::Incomplete,
    };
    let message = format!("{}: {refusal} (see `sumformer check {0}`)", folder.display());
    CliError::Message { message, outcome }
}
