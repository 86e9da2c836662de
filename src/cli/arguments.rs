//! The arguments of every command.

use super::scale::ScaleArguments;
use crate::lowering::attention::{Architecture, Scores};
use crate::lowering::plan::Layout;
use crate::numeric::Summation;
use crate::sumformer::latent::LatentMode;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;
use sumformer_checker::format::network::Activation;
use sumformer_checker::number::{Rational, parse_rational};

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
    /// Evaluate a proved network (or its Sumformer, or the target) on sequences.
    #[command(after_help = EVAL_HELP)]
    Eval(EvalArguments),
    /// Say in words what a proved network does: its slots, blocks, gadgets and the steps of the proof.
    #[command(after_help = EXPLAIN_HELP)]
    Explain(ExplainArguments),
    /// Tables of d', width, units, bits and cost against n, d, degree and epsilon.
    Scale(ScaleArguments),
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

/// `prove`
#[derive(Debug, Args)]
pub struct ProveArguments {
    /// A target file, or a folder that holds `target.toml`.
    pub target: PathBuf,
    /// The attention; may be repeated.
    #[arg(long, value_enum, default_value = "transformer")]
    pub architecture: Vec<ArchitectureName>,
    /// Linformer: rows k ≥ 1 of E and F.
    #[arg(long, value_name = "K", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=65536))]
    pub rank: u32,
    /// Performer: number of random features.
    #[arg(long, value_name = "M", default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=65536))]
    pub features: u32,
    /// Performer: seed of the random features.
    #[arg(long, value_name = "S", default_value_t = 0)]
    pub seed: u64,
    /// Performer: normalised as in FAVOR+, or Definition 2.6 as printed.
    #[arg(long, value_enum, default_value = "favor")]
    pub performer: PerformerKind,
    /// Scores: W_Q = W_K = 0, or the paper's [e1, 0] on a constant slot.
    #[arg(long, value_enum, default_value = "zero")]
    pub scores: ScoresName,
    /// The construction.
    #[arg(long, value_enum, default_value = "continuous")]
    pub construction: Construction,
    /// Latent features: only those used, all of degree ≤ n−1, or all of degree ≤ n.
    #[arg(long, value_name = "sparse|tight|paper", default_value = "sparse", value_parser = parse_latent)]
    pub latent: LatentMode,
    /// relu (default) or relu2 (exact).
    #[arg(long, value_enum, default_value = "relu")]
    pub activation: ActivationName,
    /// Monomials by product trees, or in one hidden layer each for φ and ψ.
    #[arg(long, value_enum, default_value = "tree")]
    pub layout: LayoutName,
    /// The error to prove (default: the target's, else 1/1000); integer, fraction or decimal.
    #[arg(long, value_name = "Q", value_parser = parse_epsilon, allow_hyphen_values = true)]
    pub epsilon: Option<Rational>,
    /// Where to write (default: out/NAME); replaced only if an earlier `prove` wrote it.
    #[arg(short, long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Refuse networks that would need more hidden units.
    #[arg(long, value_name = "N", default_value_t = 2_000_000)]
    pub max_units: u64,
    /// Refuse targets that expand to more terms.
    #[arg(long, value_name = "N", default_value_t = sumformer_checker::expansion::DEFAULT_MAX_TERMS as u64,
          value_parser = clap::value_parser!(u64).range(1..=sumformer_checker::expansion::DEFAULT_MAX_TERMS as u64))]
    pub max_terms: u64,
}

/// `check`
#[derive(Debug, Args)]
pub struct CheckArguments {
    /// A folder written by `prove`; with several architectures, all sub-folders are checked.
    pub directory: PathBuf,
}

/// `eval`
#[derive(Debug, Args)]
pub struct EvalArguments {
    /// A folder written by `prove`, for one architecture.
    pub directory: PathBuf,
    /// A JSON file with one sequence or an array of sequences; `-` reads standard input.
    #[arg(long, value_name = "SEQ")]
    pub input: PathBuf,
    /// The numbers to compute with.
    #[arg(long, value_enum)]
    pub scalar: ScalarName,
    /// What to evaluate.
    #[arg(long, value_enum, default_value = "network")]
    pub of: Stage,
    /// Order in which the network's attention adds up tokens in interval, f64 and f32.
    #[arg(long, value_enum, default_value = "in-order")]
    pub summation: SummationName,
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

/// `--scalar`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ScalarName {
    /// Rational numbers.
    Exact,
    /// Intervals with f64 end points, rounded outward.
    Interval,
    /// IEEE 754 double precision.
    F64,
    /// IEEE 754 single precision.
    F32,
}

impl ScalarName {
    /// As on the command line.
    pub fn name(self) -> &'static str {
        match self {
            ScalarName::Exact => "exact",
            ScalarName::Interval => "interval",
            ScalarName::F64 => "f64",
            ScalarName::F32 => "f32",
        }
    }
}

/// `--of`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Stage {
    /// The network itself.
    Network,
    /// The Sumformer that the network implements up to the error of its gadgets.
    Sumformer,
    /// The target.
    Target,
}

impl Stage {
    /// As on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Network => "network",
            Stage::Sumformer => "sumformer",
            Stage::Target => "target",
        }
    }
}

/// `--summation`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SummationName {
    /// First token to last.
    InOrder,
    /// In the order of the values, so that permuting tokens permutes the outputs bit for bit.
    OrderIndependent,
}

impl From<SummationName> for Summation {
    fn from(name: SummationName) -> Self {
        match name {
            SummationName::InOrder => Summation::InOrder,
            SummationName::OrderIndependent => Summation::OrderIndependent,
        }
    }
}

/// `--architecture`
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum ArchitectureName {
    /// Softmax attention.
    Transformer,
    /// Linformer attention.
    Linformer,
    /// Performer attention.
    Performer,
    /// All three.
    All,
}

/// `--performer`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PerformerKind {
    /// Divide by the row sums.
    Favor,
    /// Definition 2.6, no normaliser.
    Paper,
}

/// `--scores`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ScoresName {
    /// W_Q = W_K = 0.
    Zero,
    /// W_Q = W_K = [e1, 0].
    Paper,
}

/// `--construction`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Construction {
    /// Multisymmetric power sums (Theorem 4.1, first proof).
    Continuous,
    /// Piecewise constant (Theorem 4.1, second proof).
    Discontinuous,
}

/// `--activation`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ActivationName {
    /// max(t, 0)
    Relu,
    /// max(t, 0)²
    Relu2,
}

/// `--layout`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LayoutName {
    /// Product trees.
    Tree,
    /// Ridge powers.
    Shallow,
}

impl ProveArguments {
    /// The architectures that were asked for, each once, with their folder names.
    pub fn architectures(&self) -> Vec<(&'static str, Architecture)> {
        let asked = |name| self.architecture.iter().any(|&a| a == name || a == ArchitectureName::All);
        let normalized = self.performer == PerformerKind::Favor;
        let performer =
            Architecture::Performer { features: self.features as usize, seed: self.seed, normalized };
        [
            (ArchitectureName::Transformer, "transformer", Architecture::Transformer),
            (ArchitectureName::Linformer, "linformer", Architecture::Linformer { rank: self.rank as usize }),
            (ArchitectureName::Performer, "performer", performer),
        ]
        .into_iter()
        .filter(|(name, _, _)| asked(*name))
        .map(|(_, folder, architecture)| (folder, architecture))
        .collect()
    }

    /// The scores.
    pub fn scores(&self) -> Scores {
        match self.scores {
            ScoresName::Zero => Scores::Zero,
            ScoresName::Paper => Scores::Paper,
        }
    }

    /// The activation.
    pub fn activation(&self) -> Activation {
        self.activation.into()
    }

    /// The layout.
    pub fn layout(&self) -> Layout {
        self.layout.into()
    }
}

impl From<ActivationName> for Activation {
    fn from(name: ActivationName) -> Self {
        match name {
            ActivationName::Relu => Activation::Relu,
            ActivationName::Relu2 => Activation::Relu2,
        }
    }
}

impl From<LayoutName> for Layout {
    fn from(name: LayoutName) -> Self {
        match name {
            LayoutName::Tree => Layout::Tree,
            LayoutName::Shallow => Layout::Shallow,
        }
    }
}

/// A positive number.
pub fn parse_epsilon(text: &str) -> Result<Rational, String> {
    use num_traits::Signed;
    let value = parse_rational(text).map_err(|e| e.to_string())?;
    if value.is_positive() { Ok(value) } else { Err("the error bound must be positive".into()) }
}

/// A latent mode by its name.
pub fn parse_latent(text: &str) -> Result<LatentMode, String> {
    match text {
        "sparse" => Ok(LatentMode::Sparse),
        "tight" => Ok(LatentMode::Tight),
        "paper" => Ok(LatentMode::Paper),
        _ if text.parse::<u64>().is_ok() => {
            Err("truncated latents (a number of features) are not available yet; use sparse, tight or paper"
                .into())
        }
        _ => Err("expected sparse, tight or paper".into()),
    }
}
