//! The values of options that commands share, and how they are parsed.

mod table;

pub use table::*;

use crate::certify::boxes::Slice;
use crate::cli::error::CliError;
use crate::discontinuous::TableLayout;
use crate::export::{Dtype, Format};
use crate::folder::NetworkForm;
use crate::lowering::plan::Layout;
use crate::numeric::Summation;
use crate::sumformer::latent::LatentMode;
use crate::zoo::Size;
use clap::{Args, ValueEnum};
use sumformer_checker::arith::number::{Rational, parse_rational};
use sumformer_checker::format::floats::STAGED_GROUP;
use sumformer_checker::format::network::Activation;

/// How networks are written.
#[derive(Debug, Clone, Copy, Args)]
pub struct FormArguments {
    /// Write the network compressed, as network.json.zst, which every command reads in place of network.json.
    #[arg(long, help_heading = "Output")]
    pub compress: bool,
}

impl FormArguments {
    /// The form that is asked for.
    pub fn form(self) -> NetworkForm {
        if self.compress { NetworkForm::Compressed } else { NetworkForm::Plain }
    }
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

/// `--dtype`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DtypeName {
    /// IEEE 754 double precision.
    F64,
    /// IEEE 754 single precision.
    F32,
    /// IEEE 754 half precision: storage only.
    F16,
    /// bfloat16: storage only.
    Bf16,
}

impl From<DtypeName> for Dtype {
    fn from(name: DtypeName) -> Self {
        match name {
            DtypeName::F64 => Dtype::F64,
            DtypeName::F32 => Dtype::F32,
            DtypeName::F16 => Dtype::F16,
            DtypeName::Bf16 => Dtype::Bf16,
        }
    }
}

/// `zoo --size`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SizeName {
    /// Few linear pieces, up to twelve inputs.
    Small,
    /// Deeper and wider.
    Medium,
    /// Thousands of linear pieces.
    Large,
}

impl From<SizeName> for Size {
    fn from(name: SizeName) -> Self {
        match name {
            SizeName::Small => Size::Small,
            SizeName::Medium => Size::Medium,
            SizeName::Large => Size::Large,
        }
    }
}

/// `export --format`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportName {
    /// A graph of standard operators, opset 17.
    Onnx,
    /// Named tensors, as torch.nn.Linear would hold them.
    Safetensors,
    /// The same tensors for numpy.
    Npz,
    /// safetensors, and a torch.nn.Module that reads it.
    Torch,
    /// A proof folder of the same function in blocks Z + FC(Z), Z = X + Att(X).
    Standard,
    /// Properties of the network that are decided, for verifiers, with its file in f32.
    Vnnlib,
    /// The theorem about the three files, for coqc with the library in src/verified.
    Rocq,
}

impl ExportName {
    /// The format that holds the weights; none if they stay exact.
    pub fn format(self) -> Option<Format> {
        match self {
            ExportName::Onnx => Some(Format::Onnx),
            ExportName::Safetensors | ExportName::Torch => Some(Format::Safetensors),
            ExportName::Npz => Some(Format::Npz),
            ExportName::Standard | ExportName::Vnnlib | ExportName::Rocq => None,
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

/// `--order`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OrderName {
    /// Any order whatever, also another one each time.
    Any,
    /// In groups of at most 8, groups of groups and so on, where a block has more than 64: as exported graphs do.
    Staged,
}

impl OrderName {
    /// How many hidden units are at most in a group.
    pub fn group(self) -> Option<usize> {
        match self {
            OrderName::Any => None,
            OrderName::Staged => Some(STAGED_GROUP),
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

/// `--scores` of `prove`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum HeadScores {
    /// W_Q = W_K = 0: heads compute means.
    Zero,
    /// W_Q = W_K = [e1, 0], as in the paper; heads compute means.
    Paper,
    /// Weighted means with weights exp(polynomial), maxima and minima over tokens are computed by heads with scores of their own.
    Softmax,
}

/// `--construction`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Construction {
    /// Continuous where that is possible with a network of a reasonable size, otherwise discontinuous.
    #[default]
    Auto,
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
    /// 1 if t ≥ 0, else 0 (discontinuous)
    Step,
}

/// `--layout`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LayoutName {
    /// Product trees.
    Tree,
    /// Ridge powers.
    Shallow,
    /// About √T layers of √T units.
    Balanced,
    /// One layer.
    Wide,
    /// One table entry per layer, as in the paper.
    Layered,
}

impl ActivationName {
    /// As on the command line.
    pub fn name(self) -> &'static str {
        match self {
            ActivationName::Relu => "relu",
            ActivationName::Relu2 => "relu2",
            ActivationName::Step => "step",
        }
    }
}

impl From<ActivationName> for Activation {
    fn from(name: ActivationName) -> Self {
        match name {
            ActivationName::Relu => Activation::Relu,
            ActivationName::Relu2 => Activation::Relu2,
            ActivationName::Step => Activation::Step,
        }
    }
}

impl LayoutName {
    /// As on the command line.
    pub fn name(self) -> &'static str {
        match self {
            LayoutName::Tree => "tree",
            LayoutName::Shallow => "shallow",
            LayoutName::Balanced => "balanced",
            LayoutName::Wide => "wide",
            LayoutName::Layered => "layered",
        }
    }

    /// For the continuous construction.
    pub fn monomials(self) -> Result<Layout, CliError> {
        match self {
            LayoutName::Tree => Ok(Layout::Tree),
            LayoutName::Shallow => Ok(Layout::Shallow),
            other => Err(CliError::bad_input(format!(
                "--layout {} belongs to --construction discontinuous; the continuous one has tree and shallow",
                other.name()
            ))),
        }
    }

    /// For the discontinuous construction.
    pub fn table(self) -> Result<TableLayout, CliError> {
        match self {
            LayoutName::Tree => Ok(TableLayout::Tree),
            LayoutName::Balanced => Ok(TableLayout::Balanced),
            LayoutName::Wide => Ok(TableLayout::Wide),
            LayoutName::Layered => Ok(TableLayout::Layered),
            LayoutName::Shallow => Err(CliError::bad_input(
                "--layout shallow belongs to --construction continuous; the discontinuous one has tree, balanced, wide and layered",
            )),
        }
    }
}

/// A positive number.
pub fn parse_epsilon(text: &str) -> Result<Rational, String> {
    use num_traits::Signed;
    let value = parse_rational(text).map_err(|e| e.to_string())?;
    if value.is_positive() { Ok(value) } else { Err("the error bound must be positive".into()) }
}

/// A positive share: a number, or so many per cent.
pub fn parse_part(text: &str) -> Result<Rational, String> {
    use num_traits::Signed;
    let (number, unit) = text.strip_suffix('%').map_or((text, 1), |number| (number, 100));
    let value =
        parse_rational(number.trim()).map_err(|e| e.to_string())? / Rational::from_integer(unit.into());
    if value.is_positive() { Ok(value) } else { Err("it must be positive".into()) }
}

/// `--seed`
pub fn parse_seed(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("expected a whole number from 0 to {}", u64::MAX))
}

/// The longest sequences that are evaluated in sweeps.
pub const LENGTH_LIMIT: u64 = 1 << 20;

/// A bound of attention scores: not negative, and small enough that its exponential is a number.
pub fn parse_score_bound(text: &str) -> Result<Rational, String> {
    use num_traits::Signed;
    /// Of scores that are bounded by more nothing would be said.
    const LARGEST: i64 = 100;
    let value = parse_rational(text).map_err(|e| e.to_string())?;
    if value.is_negative() || value > Rational::from_integer(LARGEST.into()) {
        return Err(format!("a bound of scores is between 0 and {LARGEST}"));
    }
    Ok(value)
}

/// `--latent`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LatentName {
    /// A mode that keeps the target.
    Mode(LatentMode),
    /// So many latents, with what they can do.
    Count(usize),
}

/// A latent mode, or a number of latents.
pub fn parse_latent(text: &str) -> Result<LatentName, String> {
    match text {
        "sparse" => Ok(LatentName::Mode(LatentMode::Sparse)),
        "essential" => Ok(LatentName::Mode(LatentMode::Essential)),
        "powers" => Ok(LatentName::Mode(LatentMode::Powers)),
        "tight" => Ok(LatentName::Mode(LatentMode::Tight)),
        "paper" => Ok(LatentName::Mode(LatentMode::Paper)),
        _ => match text.parse() {
            Ok(count) if (1..=1000).contains(&count) => Ok(LatentName::Count(count)),
            _ => {
                Err("expected sparse, essential, powers, tight, paper, or a number of latents from 1 to 1000"
                    .into())
            }
        },
    }
}

/// A latent mode.
pub fn parse_latent_mode(text: &str) -> Result<LatentMode, String> {
    match parse_latent(text) {
        Ok(LatentName::Mode(mode)) => Ok(mode),
        _ => Err("expected sparse, essential, powers, tight or paper".into()),
    }
}

/// `--route`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum RouteName {
    /// The cheapest, as planned, of those that lead to epsilon.
    #[default]
    Auto,
    /// Keep the target's shape: sums over tokens of functions of one token, functions of sums.
    Structural,
    /// A polynomial from the target's values at nodes, for few tokens of few coordinates.
    Bernstein,
}

/// `slice:k/m`
pub fn parse_shard(text: &str) -> Result<Slice, String> {
    let parts = text.strip_prefix("slice:").and_then(|rest| rest.split_once('/'));
    let slice = parts.and_then(|(k, m)| Slice::new(k.parse().ok()?, m.parse().ok()?).ok());
    slice.ok_or_else(|| format!("expected slice:k/m with 1 <= k <= m <= {}", Slice::MOST))
}
