//! `sumformer prove TARGET`

use super::arguments::{Construction, ProveArguments};
use super::check::{add_verdict, in_words, outcome};
use super::error::{CliError, Outcome};
use super::files::{PROOF_FILES, ProofFolder, may_replace, read_up_to, target_file, write_proofs};
use super::numbers::{count, exact_and_float, short};
use super::output::{print, say};
use super::table::aligned;
use crate::certify::Proof;
use crate::lowering::attention::Architecture;
use crate::lowering::{LoweringError, LoweringOptions, lower};
use crate::sumformer::Sumformer;
use crate::sumformer::latent::{LatentDimensions, LatentMode, SumformerError, choose};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::Instant;
use sumformer_checker::expansion::ExpansionError;
use sumformer_checker::language::target::{Target, Tokens};
use sumformer_checker::language::{Diagnostic, Diagnostics, MAX_SOURCE, load_target};
use sumformer_checker::number::{Rational, ratio, to_f64};

/// One architecture's proof and what was measured on the way.
struct Proved {
    folder: &'static str,
    architecture: Architecture,
    proof: Proof,
    prove_seconds: f64,
}

/// Builds, proves, checks and writes.
pub fn run(arguments: &ProveArguments, json: bool) -> Result<Outcome, CliError> {
    if arguments.construction == Construction::Discontinuous {
        return Err(CliError::incomplete("--construction discontinuous is not available in this version"));
    }
    let target = read_target(&arguments.target)?;
    let directory = arguments.out.clone().unwrap_or_else(|| Path::new("out").join(&target.name));
    // `link/` and `folder/.` mean what `link` and `folder` mean.
    let directory: PathBuf = directory.components().collect();
    may_replace(&directory)?;
    let epsilon =
        arguments.epsilon.clone().or_else(|| target.epsilon.clone()).unwrap_or_else(|| ratio(1, 1000));

    let progress = progress_bar(arguments.architectures().len() as u64 + 1);
    progress.set_message("choosing a Sumformer");
    let (sumformer, dimensions) =
        choose(&target, arguments.latent, arguments.layout(), to_f64(&epsilon), arguments.max_terms as usize)
            .map_err(|e| {
                explain_sumformer_error(e, &target, &target_file(&arguments.target).display().to_string())
            })?;
    progress.inc(1);
    let mut proofs = Vec::new();
    for (folder, architecture) in arguments.architectures() {
        progress.set_message(format!("proving the {folder}"));
        let start = Instant::now();
        let options = LoweringOptions {
            architecture,
            scores: arguments.scores(),
            activation: arguments.activation(),
            layout: arguments.layout(),
            epsilon: epsilon.clone(),
        };
        let built =
            lower(&sumformer, &target, &options, arguments.max_units).map_err(explain_lowering_error)?;
        let proof = crate::certify::prove(&target, &built, &epsilon)
            .map_err(|e| CliError::incomplete(format!("{folder}: {e}")))?;
        let prove_seconds = start.elapsed().saturating_sub(proof.check_time).as_secs_f64();
        proofs.push(Proved { folder, architecture, proof, prove_seconds });
        progress.inc(1);
    }
    progress.finish_and_clear();

    let several = proofs.len() > 1;
    let folders: Vec<ProofFolder<'_>> = proofs
        .iter()
        .map(|p| ProofFolder {
            folder: several.then_some(p.folder),
            contents: [&target.source, &p.proof.network_json, &p.proof.certificate_json],
        })
        .collect();
    write_proofs(&directory, &folders)?;

    let place = |p: &Proved| if several { directory.join(p.folder) } else { directory.clone() };
    let report = Report { arguments, target: &target, sumformer: &sumformer, dimensions: &dimensions };
    let text = report.text(&proofs, &place);
    if json {
        say(text);
        let results: Vec<Value> = proofs.iter().map(|p| report.json(p, &place(p))).collect();
        print(json!({ "results": results }))?;
    } else {
        print(text)?;
    }
    Ok(Outcome::worst(proofs.iter().map(|p| outcome(&p.proof.checked.verdict))))
}

/// Reads and parses a target.
pub fn read_target(path: &Path) -> Result<Target, CliError> {
    let file = target_file(path);
    let bytes = read_up_to(&file, MAX_SOURCE as u64)?;
    let source = String::from_utf8(bytes)
        .map_err(|e| CliError::bad_input(format!("{}: not UTF-8: {e}", file.display())))?;
    Ok(load_target(&file.display().to_string(), &source)?)
}

fn progress_bar(steps: u64) -> ProgressBar {
    // indicatif draws on standard error, and only if that is a terminal.
    let style = ProgressStyle::with_template("{spinner} {msg} [{pos}/{len}] {elapsed}");
    let bar = ProgressBar::new(steps).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.enable_steady_tick(std::time::Duration::from_millis(120));
    bar
}

/// The problem at its place in the target file.
pub fn explain_sumformer_error(error: SumformerError, target: &Target, file: &str) -> CliError {
    let SumformerError::Expansion(error) = error else { return CliError::bad_input(error.to_string()) };
    let (outcome, label, help) = match &error {
        ExpansionError::NotPolynomial { .. } => (
            Outcome::Incomplete,
            "not a polynomial",
            "this version proves polynomial targets: numbers, x[k], n, + - * ^, division by constants, sum, mean, prod",
        ),
        ExpansionError::TooLarge { .. } => (
            Outcome::BadInput,
            "expands to too many terms",
            "fewer tokens, coordinates or lower degrees keep it small; --max-terms sets the limit",
        ),
        ExpansionError::Undefined { .. } => (Outcome::BadInput, "has no value", "exclude the case"),
        ExpansionError::NotSymmetric { .. } => (
            Outcome::BadInput,
            "not symmetric in x2..xn",
            "add the missing terms, or set symmetrize = true to average over the others",
        ),
    };
    let problem = Diagnostic::new(error.to_string(), label, error.span().clone()).with_help(help);
    match Diagnostics::new(file, &target.source, vec![problem]) {
        Some(diagnostics) => CliError::Located { diagnostics: Box::new(diagnostics), outcome },
        None => CliError::Message { message: error.to_string(), outcome },
    }
}

/// The exit code a failed lowering leads to.
pub fn explain_lowering_error(error: LoweringError) -> CliError {
    match error {
        LoweringError::Refused(_) | LoweringError::BudgetNotMet { .. } => {
            CliError::incomplete(error.to_string())
        }
        _ => CliError::bad_input(error.to_string()),
    }
}

struct Report<'a> {
    arguments: &'a ProveArguments,
    target: &'a Target,
    sumformer: &'a Sumformer,
    dimensions: &'a LatentDimensions,
}

impl Report<'_> {
    fn latent_mode(&self) -> &'static str {
        match self.arguments.latent {
            LatentMode::Sparse => "sparse",
            LatentMode::Tight => "tight",
            LatentMode::Paper => "paper",
        }
    }

    fn text(&self, proofs: &[Proved], place: &dyn Fn(&Proved) -> PathBuf) -> String {
        let n = match self.target.tokens {
            Tokens::Fixed(n) => format!("n = {n}"),
            Tokens::Any => "every n".into(),
        };
        let mut lines = vec![format!(
            "{}: {n}, d = {}, {} output(s); Sumformer with d' = {} ({}), psi has {} terms",
            self.target.name,
            self.target.dimension(),
            self.target.outputs(),
            self.sumformer.latent_dimension(),
            self.sumformer.basis_name(),
            self.sumformer.psi_terms(),
        )];
        let rows: Vec<Vec<String>> = proofs
            .iter()
            .map(|p| {
                let size = p.proof.checked.network.size();
                vec![
                    p.folder.to_string(),
                    size.blocks.to_string(),
                    size.width.to_string(),
                    size.hidden_units.to_string(),
                    size.nonzeros.to_string(),
                    short(&p.proof.checked.certificate.certified.0),
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
        for p in proofs {
            lines.push(format!("{}: {}", place(p).display(), in_words(&p.proof.checked)));
        }
        lines.join("\n")
    }

    fn json(&self, p: &Proved, place: &Path) -> Value {
        let checked = &p.proof.checked;
        let size = checked.network.size();
        let exact = |rows: &[Vec<Rational>]| -> Value {
            rows.iter().map(|row| row.iter().map(Rational::to_string).collect::<Value>()).collect()
        };
        let mut witness = exact_and_float(&p.proof.witness.error);
        witness["input"] = exact(&p.proof.witness.input);
        witness["token"] = p.proof.witness.token.into();
        witness["output"] = p.proof.witness.output.into();
        witness["kind"] = if p.proof.witness.exact { "exact" } else { "lower bound" }.into();
        let n = match self.target.tokens {
            Tokens::Fixed(n) => json!(n),
            Tokens::Any => json!("any"),
        };
        let count = |value: &Option<num_bigint::BigUint>| value.as_ref().map(count);
        let files: serde_json::Map<String, Value> = ["target", "network", "certificate"]
            .iter()
            .zip(PROOF_FILES)
            .map(|(key, name)| (key.to_string(), place.join(name).display().to_string().into()))
            .collect();
        let mut result = json!({
            "name": self.target.name,
            "n": n,
            "d": self.target.dimension(),
            "outputs": self.target.outputs(),
            "construction": "continuous",
            "architecture": p.folder,
            "activation": match checked.network.blocks.first().map(|b| b.activation) {
                Some(sumformer_checker::format::network::Activation::Relu2) => "relu2",
                _ => "relu",
            },
            "layout": match self.arguments.layout() {
                crate::lowering::plan::Layout::Tree => "tree",
                crate::lowering::plan::Layout::Shallow => "shallow",
            },
            "latent": {
                "mode": self.latent_mode(),
                "dimension": self.sumformer.latent_dimension(),
                "paper": count(&self.dimensions.paper),
                "tight": count(&self.dimensions.tight),
                "sparse": self.dimensions.sparse,
                "sums": self.sumformer.basis_name(),
                "psi_terms": self.sumformer.psi_terms(),
            },
            "blocks": size.blocks,
            "attention_blocks": size.attention_blocks,
            "width": size.width,
            "hidden_units": size.hidden_units,
            "nonzeros": size.nonzeros,
            "bits": size.bits,
            "epsilon": exact_and_float(&checked.certificate.epsilon.0),
            "certified": exact_and_float(&checked.certificate.certified.0),
            "witness": witness,
            "seconds": { "prove": p.prove_seconds, "check": p.proof.check_time.as_secs_f64() },
            "files": files,
        });
        match p.architecture {
            Architecture::Transformer => {}
            Architecture::Linformer { rank } => result["rank"] = rank.into(),
            Architecture::Performer { features, seed, normalized } => {
                result["features"] = features.into();
                result["seed"] = seed.into();
                result["performer"] = if normalized { "favor" } else { "paper" }.into();
            }
        }
        add_verdict(&mut result, &checked.verdict);
        result
    }
}
