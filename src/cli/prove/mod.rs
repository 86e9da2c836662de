//! `sumformer prove TARGET`

mod continuous;
mod discontinuous;
mod words;

pub use continuous::{explain_lowering_error, explain_sumformer_error, explain_way_error};

use super::arguments::{Construction, ProveArguments};
use super::check::{add_cells, add_verdict, in_words, outcome};
use super::error::{CliError, Outcome};
use super::files::{PROOF_FILES, ProofFolder, may_replace, read_up_to, target_file, write_proofs};
use super::numbers::{above, exact_and_float, short};
use super::output::{print, say};
use super::progress::progress_bar;
use super::table::aligned;
use crate::certify::Proof;
use crate::lowering::attention::Architecture;
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};
use sumformer_checker::check::Verdict;
use sumformer_checker::language::target::{Target, Tokens};
use sumformer_checker::language::{MAX_SOURCE, load_target};
use sumformer_checker::number::{Rational, ratio};

/// One architecture's proof and what was measured on the way.
struct Proved {
    folder: &'static str,
    architecture: Architecture,
    proof: Proof,
    prove_seconds: f64,
}

/// What a construction made of a target.
struct Proofs {
    /// The Sumformer, in words.
    headline: String,
    /// What is particular to the construction, for `--json`.
    fields: Map<String, Value>,
    proofs: Vec<Proved>,
}

/// Builds, proves, checks and writes.
pub fn run(arguments: &ProveArguments, json: bool) -> Result<Outcome, CliError> {
    let target = read_target(&arguments.target)?;
    let directory = arguments.out.clone().unwrap_or_else(|| Path::new("out").join(&target.name));
    // `link/` and `folder/.` mean what `link` and `folder` mean.
    let directory: PathBuf = directory.components().collect();
    may_replace(&directory)?;
    let progress = progress_bar(arguments.architectures().len() as u64 + 1);
    let proved = match arguments.construction {
        Construction::Continuous => continuous::prove(arguments, &target, &progress)?,
        Construction::Discontinuous => discontinuous::prove(arguments, &target, &progress)?,
    };
    progress.finish_and_clear();

    let several = proved.proofs.len() > 1;
    let folders: Vec<ProofFolder<'_>> = proved
        .proofs
        .iter()
        .map(|p| ProofFolder {
            folder: several.then_some(p.folder),
            contents: [&target.source, &p.proof.network_json, &p.proof.certificate_json],
        })
        .collect();
    write_proofs(&directory, &folders)?;

    let place = |p: &Proved| if several { directory.join(p.folder) } else { directory.clone() };
    let text = text(&target, &proved, &place);
    if json {
        say(text);
        let results: Vec<Value> =
            proved.proofs.iter().map(|p| result(&target, &proved.fields, p, &place(p))).collect();
        print(json!({ "results": results }))?;
    } else {
        print(text)?;
    }
    Ok(Outcome::worst(proved.proofs.iter().map(|p| outcome(&p.proof.verdict))))
}

/// Reads and parses a target.
pub fn read_target(path: &Path) -> Result<Target, CliError> {
    let file = target_file(path);
    let bytes = read_up_to(&file, MAX_SOURCE as u64)?;
    let source = String::from_utf8(bytes)
        .map_err(|e| CliError::bad_input(format!("{}: not UTF-8: {e}", file.display())))?;
    Ok(load_target(&file.display().to_string(), &source)?)
}

/// The error to prove: the option's, else the target's, else 1/1000.
fn wanted_epsilon(arguments: &ProveArguments, target: &Target) -> Rational {
    arguments.epsilon.clone().or_else(|| target.epsilon.clone()).unwrap_or_else(|| ratio(1, 1000))
}

fn text(target: &Target, proved: &Proofs, place: &dyn Fn(&Proved) -> PathBuf) -> String {
    let n = match target.tokens {
        Tokens::Fixed(n) => format!("n = {n}"),
        Tokens::Any => "every n".into(),
    };
    let mut lines = vec![format!(
        "{}: {n}, d = {}, {} output(s); {}",
        target.name,
        target.dimension(),
        target.outputs(),
        proved.headline,
    )];
    let rows: Vec<Vec<String>> = proved
        .proofs
        .iter()
        .map(|p| {
            let size = p.proof.size;
            vec![
                p.folder.to_string(),
                size.blocks.to_string(),
                size.width.to_string(),
                size.hidden_units.to_string(),
                size.nonzeros.to_string(),
                match p.proof.verdict {
                    Verdict::Valid(_) => above(&p.proof.certificate.certified.0),
                    // What an open or refuted proof claims is not certified.
                    _ => "-".into(),
                },
                short(&p.proof.witness.error),
                format!("{:.3}", p.prove_seconds),
                format!("{:.3}", p.proof.check_time.as_secs_f64()),
            ]
        })
        .collect();
    let header = [
        "architecture",
        "blocks",
        "width",
        "units",
        "nonzeros",
        "certified",
        "witness",
        "prove s",
        "check s",
    ];
    lines.push(aligned(&header, &rows));
    for p in &proved.proofs {
        lines.push(format!("{}: {}", place(p).display(), in_words(&p.proof.certificate, &p.proof.verdict)));
    }
    lines.join("\n")
}

fn result(target: &Target, fields: &Map<String, Value>, p: &Proved, place: &Path) -> Value {
    let (proof, size) = (&p.proof, p.proof.size);
    let exact = |rows: &[Vec<Rational>]| -> Value {
        rows.iter().map(|row| row.iter().map(Rational::to_string).collect::<Value>()).collect()
    };
    let mut witness = exact_and_float(&proof.witness.error);
    witness["input"] = exact(&proof.witness.input);
    witness["token"] = proof.witness.token.into();
    witness["output"] = proof.witness.output.into();
    witness["kind"] = if proof.witness.exact { "exact" } else { "lower bound" }.into();
    let n = match target.tokens {
        Tokens::Fixed(n) => json!(n),
        Tokens::Any => json!("any"),
    };
    let files: Map<String, Value> = ["target", "network", "certificate"]
        .iter()
        .zip(PROOF_FILES)
        .map(|(key, name)| (key.to_string(), place.join(name).display().to_string().into()))
        .collect();
    let mut result = json!({
        "name": target.name,
        "n": n,
        "d": target.dimension(),
        "outputs": target.outputs(),
        "architecture": p.folder,
        "blocks": size.blocks,
        "attention_blocks": size.attention_blocks,
        "width": size.width,
        "hidden_units": size.hidden_units,
        "nonzeros": size.nonzeros,
        "bits": size.bits,
        "epsilon": exact_and_float(&proof.certificate.epsilon.0),
        "certified": exact_and_float(&proof.certificate.certified.0),
        "witness": witness,
        "seconds": { "prove": p.prove_seconds, "check": proof.check_time.as_secs_f64() },
        "files": files,
    });
    for (key, value) in fields {
        result[key] = value.clone();
    }
    match p.architecture {
        Architecture::Transformer => {}
        Architecture::Linformer { rank } => result["rank"] = rank.into(),
        Architecture::Performer { features, seed, normalized } => {
            result["features"] = features.into();
            result["seed"] = seed.into();
            result["performer"] = if normalized { "favor" } else { "paper" }.into();
        }
    }
    if let Some(cells) = &proof.certificate.cells {
        add_cells(&mut result, cells, &proof.certificate.certified.0);
    }
    add_verdict(&mut result, &proof.verdict);
    result
}
