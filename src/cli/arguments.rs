//! The command line: its commands, each of which owns its arguments.

use super::audit::AuditArguments;
use super::check::CheckArguments;
use super::deploy::{self, DeployArguments};
use super::eval::{self, EvalArguments};
use super::explain::{self, ExplainArguments};
use super::export::{self, ExportArguments};
use super::figures::FiguresArguments;
use super::latent::{self, LatentArguments};
use super::merge::MergeArguments;
use super::prove::ProveArguments;
use super::report::{self, ReportArguments};
use super::scale::ScaleArguments;
use super::shell::{CompletionsArguments, ManArguments};
use super::verify::{self, VerifyArguments};
use super::zoo::{self, ZooArguments};
use clap::{Parser, Subcommand};

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
    #[command(after_help = eval::HELP)]
    Eval(EvalArguments),
    /// Say in words what a proved network does: its slots, blocks, gadgets and the steps of the proof.
    #[command(after_help = explain::HELP)]
    Explain(ExplainArguments),
    /// Write a proved network as ONNX, safetensors, npz, or a module for torch.
    #[command(after_help = export::HELP)]
    Export(ExportArguments),
    /// What a proved network computes in f64, f32, f16 or bf16: a bound over the whole box, for every order of summation.
    #[command(after_help = deploy::HELP)]
    Deploy(DeployArguments),
    /// The largest difference of a network that others made, with any scores, from a target: bracketed, proved or refuted.
    #[command(after_help = verify::HELP)]
    Verify(VerifyArguments),
    /// How few sums a Sumformer needs for a target: proved floors under the error for every number of sums.
    #[command(after_help = latent::HELP)]
    Latent(LatentArguments),
    /// One page about proofs, for a browser or for print; every proof is checked anew while it is made.
    #[command(after_help = report::HELP)]
    Report(ReportArguments),
    /// Tables of d', width, units, bits and cost against n, d, degree and epsilon.
    Scale(ScaleArguments),
    /// The paper as an executable: its definitions, theorems and errata, instantiated and checked.
    Audit(AuditArguments),
    /// The paper's Figures 1 and 2: Sumformers that are trained beside those that are constructed.
    Figures(FiguresArguments),
    /// A suite of networks and properties for verifiers, whose answers are known exactly.
    #[command(after_help = zoo::HELP)]
    Zoo(ZooArguments),
    /// Print the script with which a shell completes the arguments of this program.
    Completions(CompletionsArguments),
    /// Print a page of the manual, or write all of them.
    Man(ManArguments),
}
