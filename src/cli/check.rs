//! `sumformer check DIR`

use super::arguments::CheckArguments;
use super::error::{CliError, Outcome};
use super::files::{PROOF_FILES, proof_folders, read};
use super::numbers::{exact_and_float, short};
use super::output::{print, say};
use serde_json::{Value, json};
use std::path::Path;
use std::time::Instant;
use sumformer_checker::check::{Checked, ProofFiles, UnreadableProof, Verdict, check_proof};
use sumformer_checker::rules::Refusal;

/// Re-verifies every proof in the folder.
pub fn run(arguments: &CheckArguments, json: bool) -> Result<Outcome, CliError> {
    let mut results = Vec::new();
    let mut outcomes = Vec::new();
    for folder in proof_folders(&arguments.directory)? {
        let start = Instant::now();
        let checked = check_folder(&folder)?;
        let seconds = start.elapsed().as_secs_f64();
        let line = format!("{}: {}", folder.display(), in_words(&checked));
        if json {
            say(line);
        } else {
            print(line)?;
        }
        outcomes.push(outcome(&checked.verdict));
        let mut result = json!({
            "path": folder.display().to_string(),
            "name": checked.target.name,
            "seconds": seconds,
            "epsilon": exact_and_float(&checked.certificate.epsilon.0),
            "certified": exact_and_float(&checked.certificate.certified.0),
            "witness": checked.certificate.witness.as_ref().map(|w| exact_and_float(&w.error.0)),
        });
        add_verdict(&mut result, &checked.verdict);
        results.push(result);
    }
    if json {
        print(json!({ "results": results }))?;
    }
    Ok(Outcome::worst(outcomes))
}

/// Reads and checks one proof folder.
pub fn check_folder(folder: &Path) -> Result<Checked, CliError> {
    let [target, network, certificate] = PROOF_FILES.map(|name| read(&folder.join(name)));
    let (target, network, certificate) = (target?, network?, certificate?);
    check_proof(ProofFiles { target: &target, network: &network, certificate: &certificate })
        .map_err(|e| unreadable(e, folder))
}

/// A file of a proof that does not say anything.
pub fn unreadable(error: UnreadableProof, folder: &Path) -> CliError {
    match error {
        UnreadableProof::Target(diagnostics) => diagnostics.into(),
        UnreadableProof::Encoding(_) | UnreadableProof::Format(_) => {
            CliError::bad_input(format!("{}: {error}", folder.display()))
        }
    }
}

/// The exit code a verdict leads to.
pub fn outcome(verdict: &Verdict) -> Outcome {
    match verdict {
        Verdict::Valid(_) => Outcome::Proved,
        Verdict::Invalid(_) => Outcome::Refuted,
        Verdict::Incomplete(_) => Outcome::Incomplete,
    }
}

/// Adds `verdict` and, unless valid, the rule, place and message.
pub fn add_verdict(result: &mut Value, verdict: &Verdict) {
    let mut refused = |name: &str, refusal: &Refusal| {
        result["verdict"] = name.into();
        result["rule"] = refusal.rule.to_string().into();
        result["place"] = refusal.place.clone().into();
        result["message"] = refusal.message.clone().into();
    };
    match verdict {
        Verdict::Invalid(refusal) => refused("invalid", refusal),
        Verdict::Incomplete(refusal) => refused("incomplete", refusal),
        Verdict::Valid(_) => result["verdict"] = "valid".into(),
    }
}

/// One line for people.
pub fn in_words(checked: &Checked) -> String {
    match &checked.verdict {
        Verdict::Valid(_) => format!(
            "valid: |network - target| <= {} ({}) on the whole box; {}",
            checked.certificate.certified.0,
            short(&checked.certificate.certified.0),
            checked.certificate.witness.as_ref().map_or(
                "the certificate names no witness".into(),
                |w| format!("at the witness it is {}", short(&w.error.0))
            ),
        ),
        Verdict::Invalid(refusal) => format!("INVALID: {refusal}"),
        Verdict::Incomplete(refusal) => format!("incomplete: {refusal}"),
    }
}
