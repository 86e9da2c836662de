//! `sumformer prove TARGET`

mod arguments;
mod belongs;
mod floors;
mod result;
mod watch;
mod words;

use super::check::outcome;
use super::error::{CliError, Outcome};
use super::escape::plain_path;
use super::failure::{Subject, failure_among_ways};
use super::files::{ProofFolder, may_replace, target_file, writable, write_floors, write_proofs};
use super::output::{print, say};
use super::target::read_target;
pub use arguments::ProveArguments;
pub use belongs::refuse_idle;

use crate::recipe::{Proved, prove};
use result::{Made, result, text};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::Instant;
use sumformer_checker::work::within;
use watch::Terminal;

/// Builds, proves, checks and writes.
pub fn run(arguments: &ProveArguments, json: bool) -> Result<Outcome, CliError> {
    let target = read_target(&arguments.target)?;
    let directory = arguments.out.clone().unwrap_or_else(|| Path::new("out").join(&target.name));
    // `link/` and `folder/.` mean what `link` and `folder` mean.
    let directory: PathBuf = directory.components().collect();
    may_replace(&directory)?;
    writable(&directory)?;
    let options = arguments.options()?;
    let deadline = arguments.limits.start();
    let terminal = Terminal::new(options.architectures.len(), deadline);
    let proofs = prove(&target, &options, &terminal);
    terminal.finish();
    let proofs = proofs.map_err(|error| {
        let file = plain_path(&target_file(&arguments.target));
        let subject = Subject { target: &target, file: &file };
        failure_among_ways(error, subject, &options, &terminal.shown())
    })?;
    let made = Made { arguments, target: &target, proofs };
    let proofs = &made.proofs.proofs;
    let several = proofs.len() > 1;
    let folders: Vec<ProofFolder<'_>> = proofs
        .iter()
        .map(|p| ProofFolder {
            folder: several.then_some(p.architecture.name()),
            contents: [&target.source, &p.proof.network_json, &p.proof.certificate_json],
            form: arguments.form.form(),
        })
        .collect();
    let place = |p: &Proved| if several { directory.join(p.architecture.name()) } else { directory.clone() };
    let mut text = text(&made, &place);
    let mut results: Vec<Value> =
        proofs.iter().map(|p| result(&made, p, &place(p))).collect::<Result<_, _>>()?;
    write_proofs(&directory, &folders)?;
    // The proof is safe before anything is searched for.
    if let Some(limit) = arguments.floor {
        let end = (Instant::now() + limit).min(deadline.end());
        let search = || floors::search(&made, &arguments.target, end);
        match within(deadline.but_time(), search) {
            Err(stopped) => say(format!("note: no floors: {stopped}")),
            Ok(Err(error)) => return Err(error),
            Ok(Ok(Some(found))) => {
                for (p, result) in proofs.iter().zip(&mut results) {
                    write_floors(&place(p), [&target.source, &found.text])?;
                    result["floors"] =
                        floors::about(&found.facts, made.sums(), &p.proof.certificate.epsilon.0);
                }
                if let Some(first) = proofs.first() {
                    let epsilon = &first.proof.certificate.epsilon.0;
                    text = format!("{text}\n{}", found.facts.sentence(made.sums(), epsilon));
                }
            }
            Ok(Ok(None)) => {
                say("note: with one token there are no others to be summed over, and so no floors")
            }
        }
    }
    if json {
        say(text);
        print(json!({ "results": results }))?;
    } else {
        print(text)?;
    }
    Ok(Outcome::worst(proofs.iter().map(|p| outcome(&p.proof.verdict))))
}
