//! `sumformer check DIR`

use super::arguments::CheckArguments;
use super::error::{CliError, Outcome};
use super::files::{proof_folders, read_proof_files};
use super::numbers::{above, exact_and_float, short};
use super::output::{print, say};
use serde_json::{Value, json};
use std::path::Path;
use std::time::Instant;
use sumformer_checker::check::{Checked, ProofFiles, Scope, UnreadableProof, Verdict, check_proof};
use sumformer_checker::format::certificate::{CellClaim, Certificate};
use sumformer_checker::number::{Exact, Rational};
use sumformer_checker::rules::Refusal;

/// Re-verifies every proof in the folder.
pub fn run(arguments: &CheckArguments, json: bool) -> Result<Outcome, CliError> {
    let mut results = Vec::new();
    let mut outcomes = Vec::new();
    for folder in proof_folders(&arguments.directory)? {
        let start = Instant::now();
        let checked = check_folder(&folder)?;
        let seconds = start.elapsed().as_secs_f64();
        let line = format!("{}: {}", folder.display(), in_words(&checked.certificate, &checked.verdict));
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
        if let Some(cells) = &checked.certificate.cells {
            add_cells(&mut result, cells, &checked.certificate.certified.0);
        }
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
    let [target, network, certificate] = read_proof_files(folder)?;
    check_proof(ProofFiles { target: &target, network: &network, certificate: &certificate })
        .map_err(|e| unreadable(e, folder))
}

/// A file of a proof that does not say anything.
pub fn unreadable(error: UnreadableProof, folder: &Path) -> CliError {
    match error {
        UnreadableProof::Target(diagnostics) => diagnostics.into(),
        UnreadableProof::Encoding(_) | UnreadableProof::Format(_) | UnreadableProof::Work(_) => {
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
        Verdict::Valid(derived) => {
            result["verdict"] = "valid".into();
            result["scope"] = match derived.scope {
                Scope::Everywhere => "everywhere",
                Scope::OffRamps => "off the ramps",
            }
            .into();
        }
    }
}

/// Adds what a certificate says of cells, and of ramps between them: `bound` holds off the ramps, `measure` is the
/// share of the box with ramps, and `l1`, `l2` bound the norms over the box as a probability space.
pub fn add_cells(result: &mut Value, cells: &CellClaim, certified: &Rational) {
    result["cells"] = cells.count.into();
    result["table_entries"] = cells.entries.into();
    result["keys"] = cells.keys.into();
    if let Some(ramps) = &cells.ramps {
        let (bound, measure) = (&ramps.bound.0, &ramps.measure.0);
        // ∫ e^p ≤ bound^p·(1 − measure) + certified^p·measure, since certified holds everywhere.
        let mean = |p: u32| {
            let flat = bound.pow(p) * (Rational::from_integer(1.into()) - measure);
            flat + certified.pow(p) * measure
        };
        result["ramps"] = json!({
            "bound": exact_and_float(bound),
            "measure": exact_and_float(measure),
            "l1": exact_and_float(&mean(1)),
            "l2_squared": exact_and_float(&mean(2)),
        });
    }
}

/// One line for people.
pub fn in_words(certificate: &Certificate, verdict: &Verdict) -> String {
    let exact = |bound: &Exact| format!("{} ({})", bound.0, above(&bound.0));
    match verdict {
        Verdict::Valid(derived) => {
            let whole = format!("|network - target| <= {} on the whole box", exact(&certificate.certified));
            let ramps = certificate.cells.as_ref().and_then(|cells| cells.ramps.as_ref());
            let claim = match (derived.scope, ramps) {
                (Scope::OffRamps, Some(ramps)) => format!(
                    "valid OFF THE RAMPS ONLY: |network - target| <= {} except on a share <= {} of the box; {whole}",
                    exact(&ramps.bound),
                    above(&ramps.measure.0),
                ),
                _ => format!("valid: {whole}"),
            };
            let witness =
                certificate.witness.as_ref().map_or("the certificate names no witness".into(), |w| {
                    format!("at the witness it is {}", short(&w.error.0))
                });
            format!("{claim}; {witness}")
        }
        Verdict::Invalid(refusal) => format!("INVALID: {refusal}"),
        Verdict::Incomplete(refusal) => format!("incomplete: {refusal}"),
    }
}
