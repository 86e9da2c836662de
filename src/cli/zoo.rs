//! `sumformer zoo -o DIR`

use super::error::{CliError, Outcome};
use super::escape::{plain_path, shown_path};
use super::files::{may_replace_suite, writable, write_folder};
use super::output::print;
use super::values::SizeName;
use crate::zoo::{Answer, Suite};
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

/// Below the help of `zoo`.
pub const HELP: &str = "A folder of networks (ONNX) and properties (VNN-LIB 1.0 and 2.0) with the answers, each for a reason that its README \
states. The same seed and size give the same bytes. `python3 DIR/check_answers.py` derives every answer again.";

/// `zoo`
#[derive(Debug, Args)]
pub struct ZooArguments {
    /// The folder; an earlier suite there is replaced, anything else is left alone.
    #[arg(short, long, value_name = "DIR")]
    pub output: PathBuf,
    /// What the dice are made of.
    #[arg(long, value_name = "S", default_value_t = 0)]
    pub seed: u64,
    /// How much there is of everything.
    #[arg(long, value_enum, value_name = "SIZE", default_value = "small")]
    pub size: SizeName,
}

/// Makes the suite and writes it.
pub fn run(arguments: &ZooArguments, json: bool) -> Result<Outcome, CliError> {
    let path = &arguments.output;
    may_replace_suite(path)?;
    writable(path)?;
    let failed = |error: crate::zoo::ZooError| CliError::bad_input(format!("{}: {error}", shown_path(path)));
    let suite = Suite::new(arguments.seed, arguments.size.into()).map_err(failed)?;
    let files = suite.files().map_err(failed)?;
    write_folder(path, may_replace_suite, &files)?;
    let count = |answer| suite.instances.iter().filter(|instance| instance.answer == answer).count();
    let (networks, sat, unsat) = (suite.specimens.len(), count(Answer::Sat), count(Answer::Unsat));
    let bytes: usize = files.iter().map(|(_, content)| content.len()).sum();
    if json {
        print(json!({
            "path": plain_path(path),
            "seed": suite.seed,
            "size": suite.size.name(),
            "networks": networks,
            "instances": { "sat": sat, "unsat": unsat },
            "files": files.len(),
            "bytes": bytes,
        }))?;
    } else {
        print(format!(
            "{}: {networks} networks; {unsat} properties that hold, {sat} that do not; {} files, {bytes} bytes",
            shown_path(path),
            files.len(),
        ))?;
    }
    Ok(Outcome::Proved)
}
