//! The arguments of `prove`.

use crate::certify::boxes::Slice;
use crate::cli::error::CliError;
use crate::cli::limits::{LimitArguments, parse_seconds};
use crate::cli::values::*;
use crate::codes::CodeKind;
use crate::discontinuous::{CellValue, Jump, MOST_ENTRIES};
use crate::export::Dtype;
use crate::lowering::attention::{Architecture, Scores};
use crate::planning::Routes;
use crate::recipe::{self, GridChoice, GridOptions, Latents, Options, SumOptions};
use clap::Args;
use std::path::PathBuf;
use std::time::Duration;
use sumformer_checker::arith::number::Rational;

/// The most boxes that are tried.
const MOST_BOXES: u64 = 1 << 24;

/// More hidden units than any machine holds; every number up to it is an `f64`.
const MOST_UNITS: u64 = 1 << 53;

/// `prove`
///
/// What an option belongs to stands in `belongs.rs`.
#[derive(Debug, Args)]
pub struct ProveArguments {
    /// A target file, or a folder that holds `target.toml`.
    pub target: PathBuf,
    /// The error to prove (default: the target's, else 1/1000); integer, fraction or decimal.
    #[arg(long, value_name = "Q", value_parser = parse_epsilon, allow_hyphen_values = true, help_heading = "Target")]
    pub epsilon: Option<Rational>,
    /// The construction.
    #[arg(long, value_enum, default_value_t, help_heading = "Construction")]
    pub construction: Construction,
    /// Continuous: how a target that is not a polynomial becomes one.
    #[arg(long, value_enum, default_value_t, help_heading = "Construction")]
    pub route: RouteName,
    /// Continuous: latent sums; those that are used, combined into the fewest unless that takes more hidden units (default); combined
    /// into the fewest; power sums that are not combined; all power sums of degree ≤ n−1, or of degree ≤ n; or at most N, with
    /// the error that the N most useful ones lead to if more are needed.
    #[arg(long, value_name = "sparse|essential|powers|tight|paper|N", value_parser = parse_latent, help_heading = "Construction")]
    pub latent: Option<LatentName>,
    /// Continuous: relu (default) or relu2 (exact). Discontinuous: step (default), or relu with --ramp.
    #[arg(long, value_enum, help_heading = "Construction")]
    pub activation: Option<ActivationName>,
    /// Continuous: the type that the network will be computed in. Its units are then such that less is lost by rounding, an eighth of epsilon is
    /// left for that, and the certificate bounds what is computed; `deploy` does the last of these for any proof.
    #[arg(long, value_enum, value_name = "T", help_heading = "Construction")]
    pub deploy: Option<DtypeName>,
    /// With --deploy: the order in which hidden units are added up, any (default), or staged, as in the graphs that `export` writes.
    #[arg(long, value_enum, value_name = "ORDER", requires = "deploy", help_heading = "Construction")]
    pub order: Option<OrderName>,
    /// Continuous: tree (default) or shallow. Discontinuous: tree (default), balanced, wide, layered.
    #[arg(long, value_enum, help_heading = "Construction")]
    pub layout: Option<LayoutName>,
    /// Continuous: bound the distance on the k-th of m parts of the boxes only; `merge` joins the parts.
    #[arg(long, value_name = "slice:k/m", value_parser = parse_shard, help_heading = "Construction")]
    pub shard: Option<Slice>,
    /// Discontinuous: cells per coordinate, Δ; `auto` finds the smallest that proves epsilon, `finest` takes the largest
    /// that --max-entries allows.
    #[arg(long, value_name = "auto|finest|Δ", default_value = "auto", value_parser = parse_grid, help_heading = "Construction")]
    pub grid: GridName,
    /// Discontinuous: where in a cell its value is taken (default: centre).
    #[arg(long, value_enum, help_heading = "Construction")]
    pub cell_value: Option<CellValueName>,
    /// Discontinuous: the code of a token's cell (default: histogram).
    #[arg(long, value_enum, help_heading = "Construction")]
    pub code: Option<CodeName>,
    /// Discontinuous: whether sums of codes tell the other tokens' cells (default), or those of all, as in the paper.
    #[arg(long, value_enum, help_heading = "Construction")]
    pub separate: Option<SeparateName>,
    /// Discontinuous with relu: width of the ramps, as a share of the box's side.
    #[arg(long, value_name = "η", value_parser = parse_ramp, allow_hyphen_values = true, help_heading = "Construction")]
    pub ramp: Option<Rational>,
    /// The attention; may be repeated.
    #[arg(long, value_enum, default_value = "transformer", help_heading = "Attention")]
    pub architecture: Vec<ArchitectureName>,
    /// Linformer: rows k ≥ 1 of E and F.
    #[arg(long, value_name = "K", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=65536), help_heading = "Attention")]
    pub rank: u32,
    /// Performer: number of random features.
    #[arg(long, value_name = "M", default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=65536), help_heading = "Attention")]
    pub features: u32,
    /// Performer: seed of the random features.
    #[arg(long, value_name = "S", default_value_t = 0, value_parser = parse_seed, help_heading = "Attention")]
    pub seed: u64,
    /// Performer: normalised as in FAVOR+, or Definition 2.6 as printed.
    #[arg(long, value_enum, default_value = "favor", help_heading = "Attention")]
    pub performer: PerformerKind,
    /// Scores of heads: constant, or, where the target has weighted means, maxima or minima over tokens, those that compute these.
    #[arg(long, value_enum, default_value = "zero", help_heading = "Attention")]
    pub scores: HeadScores,
    /// Refuse networks that would need more hidden units.
    #[arg(long, value_name = "N", default_value_t = 2_000_000, value_parser = clap::value_parser!(u64).range(..=MOST_UNITS), help_heading = "Budget")]
    pub max_units: u64,
    /// Refuse targets that expand to more terms.
    #[arg(long, value_name = "N", default_value_t = sumformer_checker::limits::MAX_TERMS as u64,
          value_parser = clap::value_parser!(u64).range(1..=sumformer_checker::limits::MAX_TERMS as u64), help_heading = "Budget")]
    pub max_terms: u64,
    /// Continuous: leave the rest of the box open after so many boxes, where the distance from the target is bounded on
    /// boxes.
    #[arg(long, value_name = "N", default_value_t = 200_000, value_parser = clap::value_parser!(u64).range(1..=MOST_BOXES), help_heading = "Budget")]
    pub max_boxes: u64,
    /// Discontinuous: refuse tables with more entries.
    #[arg(long, value_name = "N", default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(1..=MOST_ENTRIES), help_heading = "Budget")]
    pub max_entries: u64,
    /// When to stop.
    #[command(flatten)]
    pub limits: LimitArguments,
    /// Say too whether fewer sums do: search for floors under the error of every Sumformer with fewer, at most so many seconds
    /// (default 60), and write floor.json beside the proof; `latent` searches longer.
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, require_equals = true, default_missing_value = "60", value_parser = parse_seconds, help_heading = "Output")]
    pub floor: Option<Duration>,
    /// Where to write (default: out/NAME); replaced only if an earlier `prove` wrote it.
    #[arg(short, long, value_name = "DIR", help_heading = "Output")]
    pub out: Option<PathBuf>,
    /// How it is written.
    #[command(flatten)]
    pub form: FormArguments,
}

impl ProveArguments {
    /// What is asked of the recipe.
    pub fn options(&self) -> Result<Options, CliError> {
        let defaults = Options::default();
        let table = self.construction == Construction::Discontinuous;
        // Each construction has its layouts and activations, and says so where it is the one that is asked for.
        let (sums, grid) = match table {
            true => {
                let heads = self.scores == HeadScores::Softmax;
                (SumOptions { heads, ..defaults.sums }, self.grid_options()?)
            }
            false => (self.sum_options()?, GridOptions { max_entries: self.max_entries, ..defaults.grid }),
        };
        let named = self.activation.is_some() || self.layout.is_some();
        Ok(Options {
            epsilon: self.epsilon.clone(),
            construction: match self.construction {
                // Tables have activations and layouts of their own.
                Construction::Auto if named => recipe::Construction::Continuous,
                Construction::Auto => recipe::Construction::Auto,
                Construction::Continuous => recipe::Construction::Continuous,
                Construction::Discontinuous => recipe::Construction::Discontinuous,
            },
            architectures: self.architectures(),
            scores: match self.scores {
                HeadScores::Zero | HeadScores::Softmax => Scores::Zero,
                HeadScores::Paper => Scores::Paper,
            },
            sums,
            grid,
            max_units: self.max_units,
        })
    }

    fn sum_options(&self) -> Result<SumOptions, CliError> {
        Ok(SumOptions {
            latents: self.latent.map_or_else(Latents::default, |latent| match latent {
                LatentName::Mode(mode) => Latents::Mode(mode),
                LatentName::Count(count) => Latents::Count(count),
            }),
            routes: match self.route {
                RouteName::Auto => Routes::All,
                RouteName::Structural => Routes::Structural,
                RouteName::Bernstein => Routes::Bernstein,
            },
            activation: self.activation.unwrap_or(ActivationName::Relu).into(),
            heads: self.scores == HeadScores::Softmax,
            deploy: self.deploy.map(|name| Dtype::from(name).into()),
            staged: self.order.and_then(OrderName::group),
            layout: self.layout.unwrap_or(LayoutName::Tree).monomials()?,
            max_terms: self.max_terms as usize,
            max_boxes: self.max_boxes as usize,
            slice: self.shard.unwrap_or(Slice::WHOLE),
        })
    }

    fn grid_options(&self) -> Result<GridOptions, CliError> {
        Ok(GridOptions {
            grid: match self.grid {
                GridName::Auto => GridChoice::Smallest,
                GridName::Finest => GridChoice::Finest,
                GridName::Divisions(divisions) => GridChoice::Divisions(divisions),
            },
            value_at: self.cell_value(),
            code: self.code(),
            separation: self.separate.unwrap_or(SeparateName::Others).into(),
            layout: self.layout.unwrap_or(LayoutName::Tree).table()?,
            jump: self.jump()?,
            max_entries: self.max_entries,
        })
    }

    /// The architectures that were asked for, each once.
    pub fn architectures(&self) -> Vec<Architecture> {
        let asked = |name| self.architecture.iter().any(|&a| a == name || a == ArchitectureName::All);
        let normalized = self.performer == PerformerKind::Favor;
        let performer =
            Architecture::Performer { features: self.features as usize, seed: self.seed, normalized };
        [
            (ArchitectureName::Transformer, Architecture::Transformer),
            (ArchitectureName::Linformer, Architecture::Linformer { rank: self.rank as usize }),
            (ArchitectureName::Performer, performer),
        ]
        .into_iter()
        .filter(|(name, _)| asked(*name))
        .map(|(_, architecture)| architecture)
        .collect()
    }

    /// The jumps of the discontinuous construction.
    fn jump(&self) -> Result<Jump, CliError> {
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

    /// As on the command line, or the default of the construction.
    pub fn activation_name(&self, default: ActivationName) -> &'static str {
        self.activation.unwrap_or(default).name()
    }

    /// As on the command line, defaults included.
    pub fn layout_name(&self) -> &'static str {
        self.layout.unwrap_or(LayoutName::Tree).name()
    }

    /// The code.
    pub fn code(&self) -> CodeKind {
        self.code.unwrap_or(CodeName::Histogram).into()
    }

    /// Where a cell's value is taken.
    pub fn cell_value(&self) -> CellValue {
        match self.cell_value {
            None | Some(CellValueName::Centre) => CellValue::Centre,
            Some(CellValueName::Corner) => CellValue::Corner,
        }
    }
}
