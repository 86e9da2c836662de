//! The arguments of `prove`.

use super::names::*;
use super::table_names::*;
use crate::certify::boxes::Slice;
use crate::cli::error::CliError;
use crate::codes::CodeKind;
use crate::discontinuous::{CellValue, Jump, MOST_ENTRIES, Separation, TableLayout};
use crate::lowering::attention::{Architecture, Scores};
use crate::lowering::plan::Layout;
use clap::Args;
use std::path::PathBuf;
use sumformer_checker::format::network::Activation;
use sumformer_checker::number::Rational;

/// The most boxes that are tried.
const MOST_BOXES: u64 = 1 << 24;

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
    /// Continuous: latent features; only those used (default), all of degree ≤ n−1, all of degree ≤ n, or the N most
    /// useful ones, with the error that they lead to.
    #[arg(long, value_name = "sparse|tight|paper|N", value_parser = parse_latent)]
    pub latent: Option<LatentName>,
    /// Continuous: how a target that is not a polynomial becomes one.
    #[arg(long, value_enum, default_value_t)]
    pub route: RouteName,
    /// Continuous: leave the rest of the box open after so many boxes, where the distance from the target is bounded on
    /// boxes.
    #[arg(long, value_name = "N", default_value_t = 200_000, value_parser = clap::value_parser!(u64).range(1..=MOST_BOXES))]
    pub max_boxes: u64,
    /// Continuous: bound the distance on the k-th of m parts of the boxes only; `merge` joins the parts.
    #[arg(long, value_name = "slice:k/m", value_parser = parse_shard)]
    pub shard: Option<Slice>,
    /// Continuous: relu (default) or relu2 (exact). Discontinuous: step (default), or relu with --ramp.
    #[arg(long, value_enum)]
    pub activation: Option<ActivationName>,
    /// Continuous: tree (default) or shallow. Discontinuous: tree (default), balanced, wide, layered.
    #[arg(long, value_enum)]
    pub layout: Option<LayoutName>,
    /// Discontinuous: cells per coordinate, Δ; `auto` finds the smallest that proves epsilon, `finest` takes the largest
    /// that --max-entries allows.
    #[arg(long, value_name = "auto|finest|Δ", default_value = "auto", value_parser = parse_grid)]
    pub grid: GridName,
    /// Discontinuous: where in a cell its value is taken (default: centre).
    #[arg(long, value_enum)]
    pub cell_value: Option<CellValueName>,
    /// Discontinuous: the code of a token's cell (default: histogram).
    #[arg(long, value_enum)]
    pub code: Option<CodeName>,
    /// Discontinuous: whether sums of codes tell the other tokens' cells (default), or those of all, as in the paper.
    #[arg(long, value_enum)]
    pub separate: Option<SeparateName>,
    /// Discontinuous with relu: width of the ramps, as a share of the box's side.
    #[arg(long, value_name = "η", value_parser = parse_ramp, allow_hyphen_values = true)]
    pub ramp: Option<Rational>,
    /// Discontinuous: refuse tables with more entries.
    #[arg(long, value_name = "N", default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(1..=MOST_ENTRIES))]
    pub max_entries: u64,
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

    /// The activation of the continuous construction.
    pub fn continuous_activation(&self) -> Activation {
        self.activation.unwrap_or(ActivationName::Relu).into()
    }

    /// The jumps of the discontinuous construction.
    pub fn jump(&self) -> Result<Jump, CliError> {
        match (self.activation.unwrap_or(ActivationName::Step), &self.ramp) {
            (ActivationName::Step, None) => Ok(Jump::Step),
            (ActivationName::Relu, Some(width)) => Ok(Jump::Ramp(width.clone())),
            (ActivationName::Relu, None) => Err(CliError::bad_input(
                "--activation relu makes ramps of the jumps of the discontinuous construction; give their width with --ramp, for example --ramp 1/1000",
            )),
            (ActivationName::Step, Some(_)) => {
                Err(CliError::bad_input("--ramp belongs to --activation relu; step units have no ramps"))
            }
            (ActivationName::Relu2, _) => {
                Err(CliError::bad_input("the discontinuous construction has step or relu units, not relu2"))
            }
        }
    }

    /// As on the command line, defaults included.
    pub fn activation_name(&self) -> &'static str {
        let default = match self.construction {
            Construction::Continuous => ActivationName::Relu,
            Construction::Discontinuous => ActivationName::Step,
        };
        self.activation.unwrap_or(default).name()
    }

    /// As on the command line, defaults included.
    pub fn layout_name(&self) -> &'static str {
        self.layout.unwrap_or(LayoutName::Tree).name()
    }

    /// How monomials are computed.
    pub fn monomial_layout(&self) -> Result<Layout, CliError> {
        self.layout.unwrap_or(LayoutName::Tree).monomials()
    }

    /// How look-ups are spread over layers.
    pub fn table_layout(&self) -> Result<TableLayout, CliError> {
        self.layout.unwrap_or(LayoutName::Tree).table()
    }

    /// The code.
    pub fn code(&self) -> CodeKind {
        self.code.unwrap_or(CodeName::Histogram).into()
    }

    /// Which multiset the sums tell.
    pub fn separation(&self) -> Separation {
        self.separate.unwrap_or(SeparateName::Others).into()
    }

    /// Where a cell's value is taken.
    pub fn cell_value(&self) -> CellValue {
        match self.cell_value {
            None | Some(CellValueName::Centre) => CellValue::Centre,
            Some(CellValueName::Corner) => CellValue::Corner,
        }
    }

    /// Options of the other construction are refused, not ignored.
    pub fn refuse_table_options(&self) -> Result<(), CliError> {
        let given = [
            ("--grid", self.grid != GridName::Auto),
            ("--cell-value", self.cell_value.is_some()),
            ("--code", self.code.is_some()),
            ("--separate", self.separate.is_some()),
            ("--ramp", self.ramp.is_some()),
        ];
        refuse_given(&given, "discontinuous")
    }

    /// Look-ups need sums exactly, so attention whose weights are transcendental is refused before anything is built.
    pub fn refuse_inexact_attention(&self) -> Result<(), CliError> {
        let performer = self.architectures().into_iter().any(|(folder, _)| folder == "performer");
        if performer && self.performer == PerformerKind::Paper && self.scores == ScoresName::Paper {
            return Err(CliError::incomplete(
                "--performer paper with --scores paper has transcendental attention weights, and a look-up needs exact \
                 sums; use --performer favor or --scores zero",
            ));
        }
        Ok(())
    }

    /// Options of the other construction are refused, not ignored.
    pub fn refuse_continuous_options(&self) -> Result<(), CliError> {
        let given = [
            ("--latent", self.latent.is_some()),
            ("--route", self.route != RouteName::Auto),
            ("--shard", self.shard.is_some()),
        ];
        refuse_given(&given, "continuous")
    }
}

fn refuse_given(options: &[(&str, bool)], construction: &str) -> Result<(), CliError> {
    match options.iter().find(|(_, given)| *given) {
        Some((option, _)) => {
            Err(CliError::bad_input(format!("{option} belongs to --construction {construction}")))
        }
        None => Ok(()),
    }
}
