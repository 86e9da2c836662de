//! `sumformer deploy DIR`: what a proved network computes in floating point.

use super::check::{check_folder_bytes, in_groups, in_words, order, outcome};
use super::error::{CliError, Outcome};
use super::escape::{plain_path, shown, shown_path};
use super::files::{proof_folders, read_proof_files, write_file};
use super::output::{print, say};
use super::proof::refused;
use super::table::aligned;
use super::values::{DtypeName, OrderName};
use crate::certify::floats::{COMPUTATIONS, Deployed, deployed, largest, with_claims};
use crate::export::Dtype;
use crate::report::numbers::{above, upper};
use clap::Args;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use sumformer_checker::arith::number::Rational;
use sumformer_checker::check::{Checked, Verdict};
use sumformer_checker::format::floats::{FloatClaim, FloatType};
use sumformer_checker::language::target::Tokens;

/// Below the help of `deploy`.
pub const HELP: &str = "Weights and inputs are numbers of the type. `bound` holds over the whole box for every order in which sums are \
added up, with or without fused multiplication and addition; with --order staged for graphs that add up the hidden units of a block in groups, \
as those do that `export` writes; `total` is what separates the computed outputs from the target. With one \
--dtype the claim is added to certificate.json, and `sumformer check` derives it.\n\n\
Exit code 0: the total is within ε (with --all: of some type); 3: it is not, or there is no bound; 1: the proof is not valid; 2: bad input.";

/// `deploy`
#[derive(Debug, Args)]
pub struct DeployArguments {
    /// A folder written by `prove`; with several architectures, all sub-folders are taken.
    pub directory: PathBuf,
    /// The type of weights, inputs and results.
    #[arg(long, value_enum, value_name = "T", default_value = "f32")]
    pub dtype: DtypeName,
    /// The type in which sums are accumulated (default: the type itself).
    #[arg(long, value_enum, value_name = "T")]
    pub accumulate: Option<DtypeName>,
    /// The order in which the hidden units of a block are added up.
    #[arg(long, value_enum, value_name = "ORDER", default_value = "any")]
    pub order: OrderName,
    /// A table of all types; no file is changed.
    #[arg(long, conflicts_with_all = ["dtype", "accumulate"])]
    pub all: bool,
    /// The longest sequence, for a network for every length.
    #[arg(long, value_name = "N", default_value_t = 1024, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub tokens: u32,
}

/// Derives bounds, prints them, and adds a claim to the certificate.
pub fn run(arguments: &DeployArguments, json: bool) -> Result<Outcome, CliError> {
    let mut results = Vec::new();
    let mut outcomes = Vec::new();
    for folder in &proof_folders(&arguments.directory)? {
        let files = read_proof_files(folder)?;
        let checked = check_folder_bytes(&files, folder)?;
        if !matches!(checked.verdict, Verdict::Valid(_)) {
            say(format!("{}: {}", shown_path(folder), in_words(&checked.certificate, &checked.verdict)));
            outcomes.push(outcome(&checked.verdict));
            results
                .push(json!({ "path": plain_path(folder), "verdict": super::check::name(&checked.verdict) }));
            continue;
        }
        let [kind, accumulate] = [arguments.dtype, arguments.accumulate.unwrap_or(arguments.dtype)]
            .map(|name| Dtype::from(name).into());
        let one = [(kind, accumulate)];
        let types = if arguments.all { COMPUTATIONS.as_slice() } else { one.as_slice() };
        let all = deployed(&checked, types, arguments.order.group(), arguments.tokens as usize)
            .map_err(|e| refused(&e, folder))?;
        let rows: Vec<Row> = all.into_iter().map(|it| Row::new(it, &checked)).collect();
        let smallest = rows.iter().rev().find(|row| row.is_within);
        outcomes.push(if smallest.is_some() { Outcome::Proved } else { Outcome::Incomplete });
        if !arguments.all {
            add_claim(folder, &files, &checked, &rows)?;
        }
        let text = in_text(folder, &checked, &rows, smallest.filter(|_| arguments.all));
        if json {
            say(text)
        } else {
            print(text)?
        }
        results.push(json!({
            "path": plain_path(folder),
            "epsilon": upper(&checked.certificate.epsilon.0),
            "certified": upper(&checked.certificate.certified.0),
            "deployed": rows.iter().map(Row::to_json).collect::<Vec<_>>(),
            "smallest": smallest.map(|row| row.deployed.computation.kind.name()),
        }));
    }
    if json {
        print(json!({ "results": results }))?;
    }
    Ok(Outcome::worst(outcomes))
}

/// One type.
struct Row {
    deployed: Deployed,
    claim: Option<FloatClaim>,
    bound: Option<Rational>,
    total: Option<Rational>,
    is_within: bool,
}

impl Row {
    fn new(deployed: Deployed, checked: &Checked) -> Self {
        let certificate = &checked.certificate;
        let claim = deployed.claim(checked.target.tokens).ok();
        let bound = claim.as_ref().map(largest);
        let total = claim.as_ref().map(|claim| certificate.total_of(claim));
        let is_within = total.as_ref().is_some_and(|total| *total <= certificate.epsilon.0);
        Self { deployed, claim, bound, total, is_within }
    }

    fn to_json(&self) -> Value {
        let computation = &self.deployed.computation;
        let mut json = json!({
            "dtype": computation.kind.name(),
            "accumulate": computation.accumulate.name(),
            "order": order(computation.staged),
            "tokens": computation.tokens,
            "bound": self.bound.as_ref().map(upper),
            "total": self.total.as_ref().map(upper),
            "within": self.is_within,
        });
        if let Err(refusal) = &self.deployed.bounds {
            json["message"] = refusal.to_string().into();
        }
        json
    }

    fn cells(&self) -> Vec<String> {
        let number = |bound: &Option<Rational>| bound.as_ref().map_or("none".into(), above);
        let remark = match &self.deployed.bounds {
            Err(refusal) => shown(&format!("{}: {}", refusal.place, refusal.message)).into_owned(),
            Ok(_) if self.is_within => "within ε".into(),
            Ok(_) => "above ε".into(),
        };
        let computation = &self.deployed.computation;
        vec![
            computation.kind.name().into(),
            computation.accumulate.name().into(),
            number(&self.bound),
            number(&self.total),
            remark,
        ]
    }
}

fn in_text(folder: &Path, checked: &Checked, rows: &[Row], smallest: Option<&Row>) -> String {
    let certificate = &checked.certificate;
    let longest = match (checked.target.tokens, rows.first()) {
        (Tokens::Any, Some(row)) => {
            format!(", sequences of at most {} tokens", row.deployed.computation.tokens)
        }
        _ => String::new(),
    };
    let order = in_groups(rows.first().and_then(|row| row.deployed.computation.staged));
    let head = format!(
        "{}: over the reals |network - target| <= {}, ε = {}{longest}{order}",
        shown_path(folder),
        above(&certificate.certified.0),
        certificate.epsilon.0,
    );
    let cells: Vec<Vec<String>> = rows.iter().map(Row::cells).collect();
    let table = aligned(&["type", "sums in", "bound", "total", ""], &cells);
    match smallest {
        Some(row) => {
            let computation = &row.deployed.computation;
            let (kind, sums) = (computation.kind.name(), computation.accumulate.name());
            format!("{head}\n{table}\nthe smallest type within ε: {kind}, sums in {sums}")
        }
        None => format!("{head}\n{table}"),
    }
}

/// Adds the claim to the certificate, in the place of one for the same types; what is written is checked before.
fn add_claim(folder: &Path, files: &[Vec<u8>; 3], checked: &Checked, rows: &[Row]) -> Result<(), CliError> {
    let Some(claim) = rows.iter().find_map(|row| row.claim.clone()) else { return Ok(()) };
    let mut claims = checked.certificate.floats.clone();
    let same = |claim: &FloatClaim| (claim.kind, claim.accumulate, claim.staged);
    claims.retain(|other| same(other) != same(&claim));
    claims.push(claim);
    claims.sort_by_key(|claim| {
        let place = |kind: FloatType| FloatType::ALL.iter().position(|other| *other == kind);
        (place(claim.kind), place(claim.accumulate), claim.staged)
    });
    let [target, network, _] = files;
    let certificate = with_claims(&checked.certificate, claims).into_bytes();
    let checked = check_folder_bytes(&[target.clone(), network.clone(), certificate.clone()], folder)?;
    if !matches!(checked.verdict, Verdict::Valid(_)) {
        let message = format!(
            "the checker does not accept what was derived, please report this: {}",
            in_words(&checked.certificate, &checked.verdict)
        );
        return Err(CliError::incomplete(message));
    }
    write_file(&folder.join("certificate.json"), &certificate)
}
