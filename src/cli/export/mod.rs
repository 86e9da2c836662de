//! `sumformer export DIR --format F`

mod files;
mod standard;

use super::check::{check_folder_bytes, in_words, outcome};
use super::error::{CliError, Outcome};
use super::escape::{plain_path, shown_path};
use super::files::{
    may_replace_suite, one_proof_folder, read_proof_files, write_file, write_folder, write_with,
};
use super::output::{print, say};
use super::progress::Progress;
use super::values::{DtypeName, ExportName, FormArguments};
use crate::export::{Dtype, ExportError, Format, Labels, MODULE, Rounding, theorem, write, write_rounded};
use crate::report::numbers::{nearest, upper};
use crate::zoo::{ZooError, proved};
use clap::Args;
use files::{Content, File};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use sumformer_checker::format::certificate::{Certificate, ProofRoute};
use sumformer_checker::format::network::Network;

/// Below the help of `export`.
pub const HELP: &str = "The proof is checked first; only a valid one is exported. Every weight is rounded once, from the \
rational to the type; what is not exact is counted and printed, and safetensors comes with a file of the exact values of \
such entries. The same network gives the same bytes. f16 and bf16 store weights only: the graph computes in f32.\n\n\
`sumformer check DIR --against FILE` finds out whether a file is the certified network, bit for bit.";

/// `export`
#[derive(Debug, Args)]
pub struct ExportArguments {
    /// A folder written by `prove`, for one architecture.
    pub directory: PathBuf,
    /// The formats.
    #[arg(long, value_enum, required = true, value_name = "F", value_delimiter = ',', num_args = 1..)]
    pub format: Vec<ExportName>,
    /// The type of the weights.
    #[arg(long, value_enum, value_name = "T", default_value = "f64")]
    pub dtype: DtypeName,
    /// A folder, made if it is missing; for one file also its name, with the format's ending (default: DIR/export).
    #[arg(short, long, value_name = "PATH")]
    pub output: Option<PathBuf>,
    /// How the network of the format `standard` is written.
    #[command(flatten)]
    pub form: FormArguments,
}

/// Checks the proof, then writes its network in every format that is asked for.
pub fn run(arguments: &ExportArguments, json: bool) -> Result<Outcome, CliError> {
    if arguments.form.compress && !arguments.format.contains(&ExportName::Standard) {
        return Err(CliError::bad_input(
            "--compress belongs to --format standard; the files of other formats are not network.json",
        ));
    }
    let folder = one_proof_folder(&arguments.directory)?;
    let dtype: Dtype = arguments.dtype.into();
    let files = files::asked_for(&folder, &arguments.format, dtype, arguments.output.as_deref())?;
    let progress = Progress::new(files.len() as u64 + 1);
    progress.step("checking the proof");
    let contents = read_proof_files(&folder)?;
    let checked = check_folder_bytes(&contents, &folder)?;
    if outcome(&checked.verdict) != Outcome::Proved {
        progress.finish();
        say(format!("{}: {}", shown_path(&folder), in_words(&checked.certificate, &checked.verdict)));
        let message =
            format!("{}: its proof is not valid, so that nothing was exported", shown_path(&folder));
        return Err(CliError::Message { message, outcome: outcome(&checked.verdict) });
    }
    progress.done();
    if arguments.format.contains(&ExportName::Rocq) && !has_theorem(&checked.certificate) {
        progress.finish();
        return Err(CliError::incomplete(format!(
            "{}: not covered by the proved checker: --format rocq is for targets that are polynomials, proved by the route \
             `polynomial` (docs/verified.md)",
            shown_path(&folder)
        )));
    }
    let [target, network, _] = &contents;
    let labels = Labels::of(&checked, network, target);
    let mut written = Vec::new();
    for file in &files {
        progress.step(format!("writing {}", shown_path(&file.path)));
        let rounding = match file.content {
            Content::Weights(format) => Some(weights(&checked.network, &labels, &file.path, format, dtype)?),
            Content::Rounded => {
                write_with(&file.path, |out| {
                    write_rounded(&checked.network, dtype, out).map_err(|e| failed(&file.path, &e.into()))
                })?;
                None
            }
            Content::Module => {
                write_file(&file.path, MODULE.as_bytes())?;
                None
            }
            Content::Theorem => {
                let unreadable = |e: std::str::Utf8Error| CliError::bad_input(e.to_string());
                let mut texts = [""; 3];
                for (text, bytes) in texts.iter_mut().zip(&contents) {
                    *text = std::str::from_utf8(bytes).map_err(unreadable)?;
                }
                write_file(&file.path, theorem(texts, &checked.certificate.certified.0).as_bytes())?;
                None
            }
            Content::Standard => {
                standard::write(&file.path, &contents, &checked.network, arguments.form.form())?;
                None
            }
            Content::Properties => {
                let files =
                    proved(&checked, &labels, &contents).map_err(|error| undecided(&file.path, &error))?;
                write_folder(&file.path, may_replace_suite, &files)?;
                None
            }
        };
        written.push((file, rounding));
        progress.done();
    }
    progress.finish();
    let certificate = &checked.certificate;
    if json {
        let files: Vec<Value> =
            written.iter().map(|(file, rounding)| in_json(file, rounding.as_ref())).collect();
        print(json!({
            "path": plain_path(&folder),
            "dtype": dtype.name(),
            "epsilon": upper(&certificate.epsilon.0),
            "certified": upper(&certificate.certified.0),
            "files": files,
        }))?;
    } else {
        for (file, rounding) in &written {
            print(in_text(file, rounding.as_ref()))?;
        }
    }
    Ok(Outcome::Proved)
}

/// Whether the proved checker covers this kind of certificate.
fn has_theorem(certificate: &Certificate) -> bool {
    match &certificate.route {
        ProofRoute::Polynomial(claims) => {
            let gadgets = claims.stream.blocks.iter().flatten();
            claims.approximations.is_empty() && gadgets.into_iter().all(|gadget| gadget.atom.is_none())
        }
        ProofRoute::Boxes(_) | ProofRoute::Given(_) | ProofRoute::Cells(_) => false,
    }
}

fn weights(
    network: &Network,
    labels: &Labels,
    path: &Path,
    format: Format,
    dtype: Dtype,
) -> Result<Rounding, CliError> {
    write_with(path, |out| write(network, labels, format, dtype, out).map_err(|error| failed(path, &error)))
}

/// A network of which nothing is decided is no bad input.
fn undecided(path: &Path, error: &ZooError) -> CliError {
    let message = format!("{}: {error}", shown_path(path));
    match error {
        ZooError::Undecided(_) => CliError::incomplete(message),
        _ => CliError::bad_input(message),
    }
}

fn failed(path: &Path, error: &ExportError) -> CliError {
    CliError::bad_input(format!("{}: {error}", shown_path(path)))
}

fn size(file: &File) -> u64 {
    std::fs::metadata(&file.path).map_or(0, |metadata| metadata.len())
}

fn in_json(file: &File, rounding: Option<&Rounding>) -> Value {
    let mut json = json!({ "path": plain_path(&file.path), "format": file.content.name() });
    if !file.is_folder() {
        json["bytes"] = size(file).into();
    }
    if let Some(rounding) = rounding {
        json["entries"] = rounding.entries.into();
        json["nonzeros"] = rounding.nonzeros.into();
        json["rounded"] = rounding.rounded.into();
        json["vanished"] = rounding.vanished.into();
        json["largest_relative_error"] = rounding.largest.as_ref().map_or(Value::Null, |largest| {
            let mut error = upper(&largest.relative);
            error["tensor"] = largest.tensor.clone().into();
            error["index"] = largest.index.clone().into();
            error
        });
    }
    json
}

fn in_text(file: &File, rounding: Option<&Rounding>) -> String {
    match file.content {
        Content::Standard => {
            return format!("{}: a proof of the same function in blocks Z + FC(Z)", shown_path(&file.path));
        }
        Content::Properties => {
            return format!("{}: properties that are decided, with their answers", shown_path(&file.path));
        }
        Content::Weights(_) | Content::Rounded | Content::Module | Content::Theorem => {}
    }
    let head = format!("{}: {} bytes", shown_path(&file.path), size(file));
    let Some(rounding) = rounding else { return head };
    let weights = format!("{head}; {} weights that are not 0", rounding.nonzeros);
    let Some(largest) = &rounding.largest else { return format!("{weights}, all of them exact") };
    let vanished = match rounding.vanished {
        0 => String::new(),
        vanished => format!("; {vanished} became 0"),
    };
    format!(
        "{weights}, {} of them rounded, by at most {} of their size ({}{:?}){vanished}",
        rounding.rounded,
        nearest(&largest.relative),
        largest.tensor,
        largest.index,
    )
}
