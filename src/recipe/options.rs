//! What is asked of a proof. Everything has a default, which is that of the command.

use crate::approximation::way::{Centring, WayOptions};
use crate::certify::boxes::Slice;
use crate::codes::CodeKind;
use crate::discontinuous::{CellValue, DiscontinuousOptions, Jump, Separation, TableLayout, TableOptions};
use crate::lowering::LoweringOptions;
use crate::lowering::attention::{Architecture, Scores};
use crate::lowering::plan::Layout;
use crate::network::gadget::Sides;
use crate::planning::Routes;
use crate::sumformer::latent::LatentMode;
use sumformer_checker::arith::number::{Rational, ratio};
use sumformer_checker::format::floats::FloatType;
use sumformer_checker::format::network::Activation;
use sumformer_checker::language::target::Target;
use sumformer_checker::limits::MAX_TERMS;

/// Which construction leads from the target to a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Construction {
    /// Continuous where that is possible with a network of a reasonable size, otherwise discontinuous. Tables are only
    /// looked at if nothing particular is asked of the continuous construction ([`SumOptions::asks`]).
    #[default]
    Auto,
    /// Sums of monomials and of functions of one token (Theorem 4.1, first proof).
    Continuous,
    /// A table on a grid (Theorem 4.1, second proof).
    Discontinuous,
}

/// The latent sums of the continuous construction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Latents {
    /// Those of a mode, with which nothing of the target is lost.
    Mode(LatentMode),
    /// At most so many: those with which nothing of the target is lost where these are no more, otherwise the most useful power
    /// sums, with the error that they lead to.
    Count(usize),
}

impl Default for Latents {
    fn default() -> Self {
        Self::Mode(LatentMode::Sparse)
    }
}

/// How fine the grid of a table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum GridChoice {
    /// The smallest Δ that proves ε.
    #[default]
    Smallest,
    /// The largest Δ whose table is within the limit.
    Finest,
    /// This Δ.
    Divisions(u64),
}

/// The longest sequence for which something is claimed of what a network for every length computes.
pub const LONGEST: usize = 1024;

/// What is particular to the continuous construction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SumOptions {
    /// The features of φ.
    pub latents: Latents,
    /// How a target that is not a polynomial becomes one.
    pub routes: Routes,
    /// relu, or relu2, which is exact.
    pub activation: Activation,
    /// The type that the network will be computed in: an eighth of the error is left to it, units are such that less is lost, and what
    /// is lost is claimed, for sequences of at most [`LONGEST`] tokens.
    pub deploy: Option<FloatType>,
    /// Whether weighted means over tokens are computed by heads with scores of their own.
    pub heads: bool,
    /// For how many units in a group of a staged sum that is claimed; for every order of summation where it is absent.
    pub staged: Option<usize>,
    /// How monomials are computed.
    pub layout: Layout,
    /// Targets that expand to more terms are refused.
    pub max_terms: usize,
    /// After so many boxes the rest of a search is left open.
    pub max_boxes: usize,
    /// Which part of the boxes is searched.
    pub slice: Slice,
}

impl Default for SumOptions {
    fn default() -> Self {
        Self {
            latents: Latents::default(),
            routes: Routes::All,
            activation: Activation::Relu,
            deploy: None,
            heads: false,
            staged: None,
            layout: Layout::Tree,
            max_terms: MAX_TERMS,
            max_boxes: 200_000,
            slice: Slice::WHOLE,
        }
    }
}

impl SumOptions {
    /// Whether anything is asked for that only the continuous construction has; limits do not count.
    pub fn asks(&self) -> bool {
        let limits = Self { max_terms: self.max_terms, max_boxes: self.max_boxes, ..Self::default() };
        *self != limits
    }

    /// For the choice of a way.
    pub fn way(&self, epsilon: Rational) -> WayOptions {
        let mode = match self.latents {
            Latents::Mode(mode) => mode,
            Latents::Count(_) => LatentMode::Sparse,
        };
        let epsilon = if self.deploy.is_some() { epsilon * ratio(7, 8) } else { epsilon };
        let &Self { layout, activation, heads, max_terms, .. } = self;
        WayOptions { epsilon, mode, layout, activation, centring: Centring::Cheapest, heads, max_terms }
    }

    /// For the network, whose own error may be `epsilon`.
    pub fn lowering(&self, architecture: Architecture, scores: Scores, epsilon: Rational) -> LoweringOptions {
        let &Self { activation, layout, .. } = self;
        let sides = if self.deploy.is_some() { Sides::Both } else { Sides::Rising };
        LoweringOptions { architecture, scores, activation, sides, layout, epsilon }
    }
}

/// What is particular to the discontinuous construction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GridOptions {
    /// The grid.
    pub grid: GridChoice,
    /// Where in a cell its value is taken.
    pub value_at: CellValue,
    /// φ*.
    pub code: CodeKind,
    /// Which multiset its sums tell.
    pub separation: Separation,
    /// How the look-up is spread over blocks.
    pub layout: TableLayout,
    /// Steps or ramps.
    pub jump: Jump,
    /// Larger tables are refused.
    pub max_entries: u64,
}

impl Default for GridOptions {
    fn default() -> Self {
        Self {
            grid: GridChoice::default(),
            value_at: CellValue::Centre,
            code: CodeKind::Histogram,
            separation: Separation::Others,
            layout: TableLayout::Tree,
            jump: Jump::Step,
            max_entries: 1_000_000,
        }
    }
}

impl GridOptions {
    /// For the table.
    pub fn table(&self) -> TableOptions {
        let Self { value_at, code, separation, max_entries, .. } = *self;
        TableOptions { value_at, code, separation, max_entries }
    }

    /// For the network.
    pub fn network(&self, architecture: Architecture, scores: Scores) -> DiscontinuousOptions {
        DiscontinuousOptions { architecture, scores, layout: self.layout, jump: self.jump.clone() }
    }
}

/// What is asked of a proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The error to prove; without one it is the target's, else 1/1000.
    pub epsilon: Option<Rational>,
    /// The construction.
    pub construction: Construction,
    /// The attentions, for each of which there is a network and a proof.
    pub architectures: Vec<Architecture>,
    /// Their scores.
    pub scores: Scores,
    /// The continuous construction.
    pub sums: SumOptions,
    /// The discontinuous construction.
    pub grid: GridOptions,
    /// Networks with more hidden units are refused.
    pub max_units: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            epsilon: None,
            construction: Construction::default(),
            architectures: vec![Architecture::Transformer],
            scores: Scores::Zero,
            sums: SumOptions::default(),
            grid: GridOptions::default(),
            max_units: 2_000_000,
        }
    }
}

impl Options {
    /// The error to prove for a target.
    pub fn epsilon_for(&self, target: &Target) -> Rational {
        let own = || target.epsilon.clone().unwrap_or_else(|| ratio(1, 1000));
        self.epsilon.clone().unwrap_or_else(own)
    }
}
