//! `sumformer prove TARGET`

mod choosing;
mod continuous;
mod discontinuous;
mod words;

pub use continuous::{explain_lowering_error, explain_sumformer_error, explain_way_error};

use super::arguments::{Construction, LatentName, ProveArguments};
use super::check::{add_cells, add_verdict, in_words, outcome};
use super::error::{CliError, Outcome};
use super::files::{PROOF_FILES, ProofFolder, may_replace, read_up_to, target_file, writable, write_proofs};
use super::gallery;
use super::limits::Deadline;
use super::numbers::{above, below, lower, upper};
use super::output::{print, say};
use super::progress::Progress;
use super::table::aligned;
use crate::certify::Proof;
use crate::cli::escape::{plain_path, shown_path};
use crate::lowering::attention::Architecture;
use crate::planning::{Outlook, Plan};
use continuous::Chosen;
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};
use std::time::Instant;
use sumformer_checker::arith::number::{Rational, ratio};
use sumformer_checker::check::Verdict;
use sumformer_checker::language::load_target;
use sumformer_checker::language::target::{Target, Tokens};
use sumformer_checker::limits::MAX_SOURCE;
use sumformer_checker::work::within;

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
    /// How long the ways were weighed, which is in the seconds of every proof.
    choosing_seconds: f64,
    /// The parts of it, by way.
    way_seconds: Map<String, Value>,
}

/// Builds, proves, checks and writes.
pub fn run(arguments: &ProveArguments, json: bool) -> Result<Outcome, CliError> {
    let target = read_target(&arguments.target)?;
    let directory = arguments.out.clone().unwrap_or_else(|| Path::new("out").join(&target.name));
    // `link/` and `folder/.` mean what `link` and `folder` mean.
    let directory: PathBuf = directory.components().collect();
    may_replace(&directory)?;
    writable(&directory)?;
    let proved = prove_within_limits(arguments, &target)?;

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
            proved.proofs.iter().map(|p| result(&target, &proved, p, &place(p))).collect();
        print(json!({ "results": results }))?;
    } else {
        print(text)?;
    }
    Ok(Outcome::worst(proved.proofs.iter().map(|p| outcome(&p.proof.verdict))))
}

/// Proves until a limit is reached; then there is no proof, but what was found until then is said.
fn prove_within_limits(arguments: &ProveArguments, target: &Target) -> Result<Proofs, CliError> {
    let deadline = arguments.limits.start();
    let progress = Progress::new(arguments.architectures().len() as u64 + 1);
    let mut outlooks = Vec::new();
    let proved = within(deadline.limits(), || {
        let run = Run { arguments, target, progress: &progress, deadline };
        run.prove(&mut outlooks)
    });
    progress.finish();
    proved.unwrap_or_else(|stopped| {
        let message = match progress.shown() {
            step if step.is_empty() => stopped.to_string(),
            step => format!("{stopped} (the step at hand: {step})"),
        };
        Err(choosing::with_ways(CliError::incomplete(message), &outlooks, arguments, target))
    })
}

/// What a proof is made of, and how far it is.
struct Run<'a> {
    arguments: &'a ProveArguments,
    target: &'a Target,
    progress: &'a Progress,
    deadline: Deadline,
}

impl Run<'_> {
    /// Chooses a way, unless it is given, and takes it.
    fn prove(&self, outlooks: &mut Vec<Outlook>) -> Result<Proofs, CliError> {
        let Self { arguments, target, progress, .. } = *self;
        if arguments.construction == Construction::Discontinuous {
            return discontinuous::prove(self);
        }
        progress.step("choosing a way");
        let start = Instant::now();
        let chosen = match arguments.latent {
            Some(LatentName::Count(count)) => Some(Chosen::by_latents(arguments, target, count)?),
            None | Some(LatentName::Mode(_)) => {
                match choosing::plan(arguments, target, outlooks, progress)? {
                    Plan::Continuous(way) => {
                        Some(Chosen::among(*way, wanted_epsilon(arguments, target), outlooks))
                    }
                    Plan::Table(_) => None,
                }
            }
        };
        let choosing = start.elapsed().as_secs_f64();
        let proofs = match chosen {
            Some(chosen) => {
                progress.done();
                continuous::prove(self, chosen)
            }
            None => {
                outlooks
                    .iter()
                    .for_each(|way| say(format!("note: {}: {}", way.way.name(), choosing::words(way))));
                discontinuous::prove(self)
            }
        };
        Ok(proofs?.after(choosing, outlooks))
    }
}

impl Proofs {
    /// The proofs, with the choice among the ways as a part of the work.
    fn after(mut self, seconds: f64, outlooks: &[Outlook]) -> Self {
        self.proofs.iter_mut().for_each(|proof| proof.prove_seconds += seconds);
        self.fields.insert("ways".to_string(), choosing::ways_json(outlooks));
        self.choosing_seconds = seconds;
        self.way_seconds =
            outlooks.iter().map(|way| (way.way.name().to_string(), json!(way.seconds))).collect();
        self
    }
}

/// Reads and parses a target: a file, a folder with `target.toml`, or where there is neither one of the gallery.
pub fn read_target(path: &Path) -> Result<Target, CliError> {
    let file = target_file(path);
    if let Some(source) = gallery::source(path) {
        return Ok(load_target(&plain_path(&file), source)?);
    }
    let bytes = read_up_to(&file, MAX_SOURCE as u64)?;
    let source = String::from_utf8(bytes)
        .map_err(|e| CliError::bad_input(format!("{}: not UTF-8: {e}", shown_path(&file))))?;
    Ok(load_target(&plain_path(&file), &source)?)
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
                below(&p.proof.witness.error),
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
        lines.push(format!(
            "{}: {}",
            shown_path(&place(p)),
            in_words(&p.proof.certificate, &p.proof.verdict)
        ));
    }
    lines.join("\n")
}

fn result(target: &Target, proofs: &Proofs, p: &Proved, place: &Path) -> Value {
    let (proof, size) = (&p.proof, p.proof.size);
    let exact = |rows: &[Vec<Rational>]| -> Value {
        rows.iter().map(|row| row.iter().map(Rational::to_string).collect::<Value>()).collect()
    };
    let mut witness = lower(&proof.witness.error);
    witness["input"] = exact(&proof.witness.input);
    if !proof.witness.copies.is_empty() {
        witness["copies"] = json!(proof.witness.copies);
    }
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
        .map(|(key, name)| (key.to_string(), plain_path(&place.join(name)).into()))
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
        "epsilon": upper(&proof.certificate.epsilon.0),
        "certified": upper(&proof.certificate.certified.0),
        "witness": witness,
        "seconds": {
            "ways": proofs.way_seconds,
            "choose": proofs.choosing_seconds,
            "prove": p.prove_seconds,
            "check": proof.check_time.as_secs_f64(),
        },
        "files": files,
    });
    for (key, value) in &proofs.fields {
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
    if let Some(cells) = proof.certificate.cells() {
        add_cells(&mut result, cells, &proof.certificate.certified.0);
    }
    add_verdict(&mut result, &proof.verdict);
    result
}
