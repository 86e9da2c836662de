//! The arguments of every command.

mod belongs;
mod names;
mod prove;
mod table_names;

pub use belongs::refuse_idle;
pub use names::*;
pub use prove::*;
pub use table_names::*;

use super::audit::AuditArguments;
use super::figures::FiguresArguments;
use super::scale::ScaleArguments;
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// Explicit transformer weights for equivariant functions, with a proved sup-norm error bound.
#[derive(Debug, Parser)]
#[command(name = "sumformer", version, about, max_term_width = 110, after_help = EXIT_CODES)]
pub struct Cli {
    /// One JSON object on standard output; text for people goes to standard error.
    #[arg(long, global = true)]
    pub json: bool,
    /// Number of threads (default: all cores); the output does not depend on it.
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 proved or valid, 1 refuted or invalid, 2 usage, bad input or I/O, \
3 incomplete or unsupported.";

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Build a network for a target and prove its error bound.
    Prove(ProveArguments),
    /// Re-verify a folder written by `prove`, with the independent checker alone.
    Check(CheckArguments),
    /// Join partial proofs of one network: a box is open only where it is open in all of them.
    Merge(MergeArguments),
    /// Evaluate a proved network (or its Sumformer, or the target) on sequences.
    #[command(after_help = EVAL_HELP)]
    Eval(EvalArguments),
    /// Say in words what a proved network does: its slots, blocks, gadgets and the steps of the proof.
    #[command(after_help = EXPLAIN_HELP)]
    Explain(ExplainArguments),
    /// One page about proofs, for a browser or for print; every proof is checked anew while it is made.
    #[command(after_help = REPORT_HELP)]
    Report(ReportArguments),
    /// Tables of d', width, units, bits and cost against n, d, degree and epsilon.
    Scale(ScaleArguments),
    /// The paper as an executable: its definitions, theorems and errata, instantiated and checked.
    Audit(AuditArguments),
    /// The paper's Figures 1 and 2: Sumformers that are trained beside those that are constructed.
    Figures(FiguresArguments),
    /// Print the script with which a shell completes the arguments of this program.
    Completions(CompletionsArguments),
    /// Print a page of the manual, or write all of them.
    Man(ManArguments),
}

const EVAL_HELP: &str = "A sequence is a JSON array of n tokens, each an array of d coordinates: numbers, taken as the \
decimals they are written as, or exact strings such as \"1/3\". An array of sequences gives an array of answers.\n\n\
  echo '[[0.5], [\"1/3\"], [1]]' | sumformer eval out/NAME --input - --scalar exact\n\n\
--json answers {\"outputs\", \"target\", \"of\", \"scalar\"}: strings under exact, pairs [inf, sup] under interval \
(null for an unbounded end), numbers under f64 and f32; \"target\" is null where it cannot be evaluated.";

const EXPLAIN_HELP: &str = "What may be explained:\n  \
  slot:NAME or slot:NUMBER   a slot of the residual stream: what it holds, which gadgets write it\n  \
  block:NUMBER               a block: its attention and its gadgets\n  \
  output:NUMBER              an output coordinate: its polynomial and its error\n\
A bare name or number is a slot; \"block 2\" is block:2.";

const REPORT_HELP: &str = "The page is one HTML file that loads nothing else and works without scripts. An invalid or \
incomplete proof is on the page as such, and the exit code says so. The same proofs give the same bytes.";

/// `check`
#[derive(Debug, Args)]
pub struct CheckArguments {
    /// A folder written by `prove`; with several architectures, all sub-folders are checked.
    pub directory: PathBuf,
}

/// `merge`
#[derive(Debug, Args)]
pub struct MergeArguments {
    /// Folders that `prove` has written for parts of one proof, for one architecture each.
    #[arg(required = true)]
    pub directories: Vec<PathBuf>,
    /// The folder of the merged proof.
    #[arg(short, long, value_name = "DIR")]
    pub output: PathBuf,
}

/// `eval`
#[derive(Debug, Args)]
pub struct EvalArguments {
    /// A folder written by `prove`, for one architecture.
    pub directory: PathBuf,
    /// A JSON file with one sequence or an array of sequences; `-` reads standard input.
    #[arg(long, value_name = "SEQ")]
    pub input: PathBuf,
    /// The numbers to compute with (default: exact if both the network and the target have exact values there, else
    /// interval).
    #[arg(long, value_enum)]
    pub scalar: Option<ScalarName>,
    /// What to evaluate.
    #[arg(long, value_enum, default_value = "network")]
    pub of: Stage,
    /// Order in which the network's attention adds up tokens in interval, f64 and f32 (default: in-order).
    #[arg(long, value_enum)]
    pub summation: Option<SummationName>,
}

/// `completions`
#[derive(Debug, Args)]
pub struct CompletionsArguments {
    /// The shell.
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

/// `man`
#[derive(Debug, Args)]
pub struct ManArguments {
    /// A command, such as `prove` or `scale cost` (default: the program itself).
    pub command: Vec<String>,
    /// Write the pages of all commands into a folder.
    #[arg(short, long, value_name = "DIR", conflicts_with = "command")]
    pub output: Option<PathBuf>,
}

/// `explain`
#[derive(Debug, Args)]
pub struct ExplainArguments {
    /// A folder written by `prove`, for one architecture.
    pub directory: PathBuf,
    /// What to explain: slot:NAME, block:NUMBER or output:NUMBER (default: an overview).
    #[arg(value_name = "SLOT|STEP")]
    pub subject: Option<String>,
}

/// `report`
#[derive(Debug, Args)]
pub struct ReportArguments {
    /// Folders written by `prove`; of one with several architectures, all sub-folders.
    #[arg(required = true)]
    pub directories: Vec<PathBuf>,
    /// The page, `-` for standard output; an existing file is replaced only if `report` made it.
    #[arg(short, long, value_name = "FILE", default_value = "report.html")]
    pub output: PathBuf,
    /// The page's title (default: the names of the targets).
    #[arg(long)]
    pub title: Option<String>,
    /// Write how long each check took; pages then differ from run to run.
    #[arg(long)]
    pub timings: bool,
}
