//! `sumformer check DIR`

use super::against::against;
use super::error::{CliError, Outcome};
use super::escape::{plain_path, shown, shown_path};
use super::files::{
    has_floors, is_proof, one_proof_folder, proof_folders, proofs_beside_floors, read_proof_files,
};
use super::floors::Floors;
use super::limits::parse_seconds;
use super::output::{print, say};
use super::progress::progress_bar;
use super::proof::unreadable;
use super::verified::Verified;
use crate::certify::floats::largest;
use crate::export::Labels;
use crate::report::numbers::{above, upper};
use crate::report::witness;
use clap::Args;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use sumformer_checker::arith::number::{Exact, Rational};
use sumformer_checker::check::{Checked, ProofFiles, Scope, Verdict, check_proof};
use sumformer_checker::format::certificate::{CellClaim, Certificate};
use sumformer_checker::format::floats::FloatClaim;
use sumformer_checker::parts::Part;
use sumformer_checker::refusal::Refusal;

/// `check`
#[derive(Debug, Args)]
pub struct CheckArguments {
    /// A folder written by `prove`; with several architectures, all sub-folders are checked.
    pub directory: PathBuf,
    /// Find out too whether an exported file (.onnx, .safetensors, .npz) is the network of this proof, rounded to the file's
    /// type, bit for bit.
    #[arg(long, value_name = "FILE")]
    pub against: Option<PathBuf>,
    /// Ask the checker that is itself proved as well: sumformer-verified, on the path or named by SUMFORMER_VERIFIED. Its line
    /// stands below ours; exit code 0 then needs both.
    #[arg(long)]
    pub verified: bool,
    /// End the proved checker after so many seconds for each proof (default: 60, and one for each 100 kB of its files).
    #[arg(long, value_name = "SECONDS", value_parser = parse_seconds, requires = "verified")]
    pub verified_time_limit: Option<Duration>,
}

/// Re-verifies every proof in the folder; one that cannot be read does not keep the others from being checked.
pub fn run(arguments: &CheckArguments, json: bool) -> Result<Outcome, CliError> {
    let alone = has_floors(&arguments.directory) && !is_proof(&arguments.directory);
    let folders = match &arguments.against {
        None if alone => proofs_beside_floors(&arguments.directory),
        None => proof_folders(&arguments.directory)?,
        Some(_) => vec![one_proof_folder(&arguments.directory)?],
    };
    let verified = arguments.verified.then(|| Verified::find(arguments.verified_time_limit)).transpose()?;
    let mut results = Vec::new();
    let mut outcomes = Vec::new();
    let progress = progress_bar(folders.len() as u64);
    for folder in &folders {
        progress.set_message(format!("checking {}", shown_path(folder)));
        let start = Instant::now();
        let files = read_proof_files(folder);
        let checked = match files.and_then(|files| Ok((check_folder_bytes(&files, folder)?, files))) {
            Err(error) if folders.len() > 1 => {
                progress.inc(1);
                progress.suspend(|| say(&error));
                outcomes.push(error.outcome());
                results.push(json!({ "path": plain_path(folder), "error": error.to_json() }));
                continue;
            }
            checked => checked,
        };
        let (checked, files) = checked?;
        let seconds = start.elapsed().as_secs_f64();
        progress.inc(1);
        let line = format!("{}: {}", shown_path(folder), in_words(&checked.certificate, &checked.verdict));
        // The bar is not in the way of what is printed.
        progress.suspend(|| {
            if json {
                say(line);
                Ok(())
            } else {
                print(line)?;
                floats_in_words(&checked).into_iter().try_for_each(print)?;
                parts_in_words(&checked.verdict).map_or(Ok(()), print)
            }
        })?;
        outcomes.push(outcome(&checked.verdict));
        results.push(result(folder, &checked, seconds));
        if let (Some(verified), Some(result)) = (&verified, results.last_mut()) {
            let answer = verified.ask(&files, &checked)?;
            progress.suspend(|| {
                if json {
                    say(answer.in_words());
                    return Ok(());
                }
                print(answer.in_words())
            })?;
            result["verified"] = answer.to_json();
            outcomes.push(answer.outcome());
        }
        let [target, network, _] = files;
        if let (Some(path), Some(result)) = (&arguments.against, results.last_mut()) {
            let compared = against(&checked.network, &Labels::of(&checked, &network, &target), path)?;
            progress.suspend(|| {
                if json {
                    say(compared.in_words());
                    return Ok(());
                }
                print(compared.in_words())
            })?;
            result["against"] = compared.to_json();
            outcomes.push(compared.outcome());
        }
    }
    progress.finish_and_clear();
    let mut floors = Vec::new();
    let beside = alone.then_some(&arguments.directory).filter(|own| !folders.contains(own));
    for folder in folders.iter().chain(beside).filter(|folder| has_floors(folder)) {
        let checked = match Floors::check(folder) {
            Err(error) if !folders.is_empty() => {
                say(&error);
                outcomes.push(error.outcome());
                floors.push(json!({ "path": plain_path(folder), "error": error.to_json() }));
                continue;
            }
            checked => checked?,
        };
        if json {
            say(checked.in_words())
        } else {
            print(checked.in_words())?
        }
        outcomes.push(checked.outcome());
        floors.push(checked.to_json());
    }
    if json {
        let mut answer = json!({ "results": results });
        if !floors.is_empty() {
            answer["floors"] = floors.into();
        }
        print(answer)?;
    }
    Ok(Outcome::worst(outcomes))
}

/// What there is to say of a checked proof, for programs.
fn result(folder: &Path, checked: &Checked, seconds: f64) -> Value {
    let certificate = &checked.certificate;
    let mut result = json!({
        "path": plain_path(folder),
        "name": checked.target.name,
        "seconds": seconds,
        "epsilon": upper(&certificate.epsilon.0),
        "certified": upper(&certificate.certified.0),
        "witness": certificate.witness.as_ref().map(witness::error_json),
    });
    if let Some(cells) = certificate.cells() {
        add_cells(&mut result, cells, &certificate.certified.0);
    }
    add_floats(&mut result, certificate);
    add_verdict(&mut result, &checked.verdict);
    if let Verdict::Valid(derived) = &checked.verdict {
        let part = |part: Part| json!({ "name": part.name(), "lines": part.lines() });
        result["parts"] = derived.parts.iter().map(part).collect();
    }
    result
}

/// Reads and checks one proof folder.
pub fn check_folder(folder: &Path) -> Result<Checked, CliError> {
    check_folder_bytes(&read_proof_files(folder)?, folder)
}

/// Checks the three files of a folder, which were read before.
pub fn check_folder_bytes(files: &[Vec<u8>; 3], folder: &Path) -> Result<Checked, CliError> {
    let [target, network, certificate] = files;
    check_proof(ProofFiles { target, network, certificate }).map_err(|e| unreadable(e, folder, target))
}

/// The exit code a verdict leads to.
pub fn outcome(verdict: &Verdict) -> Outcome {
    match verdict {
        Verdict::Valid(_) => Outcome::Proved,
        Verdict::Invalid(_) => Outcome::Refuted,
        Verdict::Incomplete(_) => Outcome::Incomplete,
    }
}

/// What a verdict is called.
pub fn name(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Valid(_) => "valid",
        Verdict::Invalid(_) => "invalid",
        Verdict::Incomplete(_) => "incomplete",
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
            "bound": upper(bound),
            "measure": upper(measure),
            "l1": upper(&mean(1)),
            "l2_squared": upper(&mean(2)),
        });
    }
}

/// Adds what a certificate says of the network as computed, if it does.
pub fn add_floats(result: &mut Value, certificate: &Certificate) {
    let claim = |claim: &FloatClaim| {
        json!({
            "dtype": claim.kind.name(),
            "accumulate": claim.accumulate.name(),
            "order": order(claim.staged),
            "tokens": claim.tokens,
            "bound": upper(&largest(claim)),
            "total": upper(&certificate.total_of(claim)),
        })
    };
    if !certificate.floats.is_empty() {
        result["deployed"] = certificate.floats.iter().map(claim).collect();
    }
}

/// How hidden units are added up: in any order, or in stages of groups of at most so many.
pub fn order(staged: Option<usize>) -> Value {
    staged.map_or_else(|| json!("any"), |group| json!({ "staged": group }))
}

/// The same for people, where it is not any order.
pub fn in_groups(staged: Option<usize>) -> String {
    staged.map_or(String::new(), |group| format!(", hidden units in groups of at most {group}"))
}

/// What a certificate says of the network as computed, for people, of a valid proof.
fn floats_in_words(checked: &Checked) -> Vec<String> {
    let Verdict::Valid(_) = checked.verdict else { return Vec::new() };
    let line = |claim: &FloatClaim| {
        let sums = match claim.accumulate {
            same if same == claim.kind => String::new(),
            wider => format!(" with sums in {}", wider.name()),
        };
        let longest = claim.tokens.map_or(String::new(), |tokens| format!(", for at most {tokens} tokens"));
        let order = in_groups(claim.staged);
        format!(
            "  computed in {}{sums}{order}: |network - target| <= {}, of which rounding <= {}{longest}",
            claim.kind.name(),
            above(&checked.certificate.total_of(claim)),
            above(&largest(claim)),
        )
    };
    checked.certificate.floats.iter().map(line).collect()
}

/// What a valid proof rests on: the parts of the checker that were used, and their lines of code.
fn parts_in_words(verdict: &Verdict) -> Option<String> {
    let Verdict::Valid(derived) = verdict else { return None };
    let parts: Vec<String> =
        derived.parts.iter().map(|part| format!("{} {}", part.name(), part.lines())).collect();
    Some(format!("  rests on {} lines of the checker: {}", derived.parts.lines(), parts.join(", ")))
}

/// One line for people.
pub fn in_words(certificate: &Certificate, verdict: &Verdict) -> String {
    let exact = |bound: &Exact| format!("{} ({})", bound.0, above(&bound.0));
    match verdict {
        Verdict::Valid(derived) => {
            let whole = format!("|network - target| <= {} on the whole box", exact(&certificate.certified));
            let ramps = certificate.cells().and_then(|cells| cells.ramps.as_ref());
            let claim = match (derived.scope, ramps) {
                (Scope::OffRamps, Some(ramps)) => format!(
                    "valid OFF THE RAMPS ONLY: |network - target| <= {} except on a share <= {} of the box; {whole}",
                    exact(&ramps.bound),
                    above(&ramps.measure.0),
                ),
                _ => format!("valid: {whole}"),
            };
            let known = certificate.witness.as_ref().map_or("the certificate names no witness".into(), |w| {
                format!("at the witness it is {}", witness::error(w))
            });
            format!("{claim}; {known}")
        }
        Verdict::Invalid(refusal) => format!("INVALID: {}", shown(&refusal.to_string())),
        Verdict::Incomplete(refusal) => format!("incomplete: {}", shown(&refusal.to_string())),
    }
}
