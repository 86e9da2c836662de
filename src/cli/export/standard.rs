//! The wide form with its proof.

use crate::cli::check::{in_words, outcome};
use crate::cli::error::{CliError, Outcome};
use crate::cli::escape::shown_path;
use crate::cli::files::{NetworkForm, ProofFolder, write_proofs};
use crate::export::wide_form;
use crate::words::to_json;
use std::path::Path;
use sumformer_checker::check::{ProofFiles, check_proof};
use sumformer_checker::format::network::Network;
use sumformer_checker::format::{Certificate, sha256};

/// Writes the wide form of a network whose proof these files are, with the same certificate, which is checked anew.
pub fn write(
    path: &Path,
    files: &[Vec<u8>; 3],
    network: &Network,
    form: NetworkForm,
) -> Result<(), CliError> {
    let failed = |message: String| CliError::bad_input(format!("{}: {message}", shown_path(path)));
    let [target, _, certificate] = files;
    let network = to_json(&wide_form(network));
    let mut certificate = Certificate::from_json(certificate).map_err(|e| failed(e.to_string()))?;
    certificate.network_sha256 = sha256(network.as_bytes());
    let certificate = to_json(&certificate);
    let files = ProofFiles { target, network: network.as_bytes(), certificate: certificate.as_bytes() };
    let checked = check_proof(files).map_err(|e| failed(e.to_string()))?;
    if outcome(&checked.verdict) != Outcome::Proved {
        let message = format!(
            "{}: the wide form is {}",
            shown_path(path),
            in_words(&checked.certificate, &checked.verdict)
        );
        return Err(CliError::Message { message, outcome: outcome(&checked.verdict) });
    }
    let target = std::str::from_utf8(target).map_err(|e| failed(e.to_string()))?;
    write_proofs(path, &[ProofFolder { folder: None, contents: [target, &network, &certificate], form }])
}
