//! Reading one proof folder for `eval` and `explain`.

use super::error::{CliError, Outcome};
use super::escape::{plain_path, shown, shown_path};
use super::files::read_proof_files;
use crate::reading::load_target;
use std::path::Path;
use sumformer_checker::check::{ParsedProof, ProofFiles, UnreadableProof};
use sumformer_checker::refusal::{Refusal, RefusalKind};

/// Reads and parses the three files; no claim is checked.
pub fn read_proof(folder: &Path) -> Result<ParsedProof, CliError> {
    let [target, network, certificate] = read_proof_files(folder)?;
    ProofFiles { target: &target, network: &network, certificate: &certificate }
        .parse()
        .map_err(|e| unreadable(e, folder, &target))
}

/// What a refused step means for a command that needed it.
pub fn refused(refusal: &Refusal, folder: &Path) -> CliError {
    let outcome = match refusal.kind {
        RefusalKind::Invalid => Outcome::Refuted,
        RefusalKind::Unsupported => Outcome::Incomplete,
    };
    let message =
        format!("{}: {} (see `sumformer check {0}`)", shown_path(folder), shown(&refusal.to_string()));
    CliError::Message { message, outcome }
}

/// A file of a proof that does not say anything. The checker names the first problem of a target; here all of them are.
pub fn unreadable(error: UnreadableProof, folder: &Path, target: &[u8]) -> CliError {
    let file = plain_path(&folder.join("target.toml"));
    let text = std::str::from_utf8(target).ok().filter(|_| matches!(error, UnreadableProof::Target(_)));
    match text.map(|text| load_target(&file, text)) {
        Some(Err(problems)) => problems.into(),
        _ => CliError::bad_input(format!("{}: {}", shown_path(folder), shown(&error.to_string()))),
    }
}
