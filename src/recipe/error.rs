//! Why there is no proof: what is wrong, where, of which class, and the way out.

use super::options::GridChoice;
use crate::approximation::ApproximationError;
use crate::approximation::structural::StructuralError;
use crate::approximation::way::WayError;
use crate::certify::ProofError;
use crate::discontinuous::{DiscontinuousError, GridError};
use crate::lowering::LoweringError;
use crate::lowering::attention::Architecture;
use crate::planning::Outlook;
use crate::sumformer::latent::SumformerError;
use num_bigint::BigUint;
use sumformer_checker::arith::decimal::above;
use sumformer_checker::arith::number::Rational;
use sumformer_checker::language::EvalError;
use sumformer_checker::language::ast::Span;
use sumformer_checker::normal_form::TooLarge;
use sumformer_checker::normal_form::expansion::ExpansionError;
use sumformer_checker::refusal::Refusal;
use sumformer_checker::surrogate::SurrogateError;
use sumformer_checker::work::Stopped;

/// What kind of failure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Nothing can come of this target with these options.
    BadInput,
    /// Something might, but this program does not lead there.
    Incomplete,
}

/// A place in the text of the target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Bytes.
    pub span: Span,
    /// What is there, in a few words.
    pub label: &'static str,
}

/// What is wrong.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// Whoever watches ended it.
    #[error(transparent)]
    Stopped(Stopped),
    /// ε ≤ 0.
    #[error("the error to prove is {0}, and has to be positive")]
    Epsilon(Rational),
    /// No attention.
    #[error("no architecture is asked for")]
    NoArchitecture,
    /// An attention without anything in it.
    #[error("the {} has no {}", .0.name(), match .0 {
        Architecture::Performer { .. } => "features",
        Architecture::Transformer | Architecture::Linformer { .. } => "rows in its projections",
    })]
    EmptyAttention(Architecture),
    /// `Latents::Count(0)`
    #[error("no latents are asked for")]
    NoLatents,
    /// Both are ways.
    #[error("a number of latents is a way of its own, beside which no route can be asked for")]
    LatentsAndRoute,
    /// Scores of their own have a meaning for weighted means only.
    #[error(
        "heads with scores of their own are asked for, which there are in the continuous construction that keeps the target's shape, not beside {0}"
    )]
    HeadsBeside(&'static str),
    /// No way of the continuous construction leads to ε.
    #[error(transparent)]
    Way(WayError),
    /// The way has no network.
    #[error(transparent)]
    Lowering(LoweringError),
    /// A part of the boxes, where there are none.
    #[error("a part of a search over boxes is asked for, but this proof needs none")]
    NothingToSlice,
    /// A table for every length.
    #[error("the discontinuous construction needs a fixed number of tokens")]
    NoLength,
    /// A look-up needs exact sums.
    #[error(
        "a Performer without normaliser and with the paper's scores has transcendental attention weights, and a look-up \
         needs exact sums"
    )]
    InexactAttention,
    /// No grid proves ε.
    #[error(transparent)]
    Grid(GridError),
    /// Not even the coarsest grid has a table within the limit.
    #[error(transparent)]
    NoFinest(DiscontinuousError),
    /// No table on the grid.
    #[error(transparent)]
    Table(DiscontinuousError),
    /// No such grid, or no such network.
    #[error(transparent)]
    Refused(DiscontinuousError),
    /// The target has no values on cells.
    #[error("the target cannot be enclosed on cells: {0}")]
    NotEnclosed(EvalError),
    /// By the closed form, before anything is tabulated.
    #[error("the table would have {entries} entries, more than the limit of {limit}")]
    TooManyEntries {
        /// T.
        entries: BigUint,
        /// The limit.
        limit: u64,
    },
    /// By the closed form, before anything is tabulated.
    #[error("the network would have {weights} weights, more than the {limit} that fit into memory")]
    TooManyWeights {
        /// How many.
        weights: BigUint,
        /// The limit.
        limit: u64,
    },
    /// Of a table.
    #[error("the network has {units} hidden units, more than the limit of {limit}")]
    TooManyUnits {
        /// How many.
        units: u64,
        /// The limit.
        limit: u64,
    },
    /// The checker's rule does not take the network.
    #[error(transparent)]
    NotDerived(Refusal),
    /// The grid proves less than ε.
    #[error(
        "the grid with Δ = {divisions} proves {proved} ({}), more than epsilon = {epsilon}",
        above(proved)
    )]
    GridNotMet {
        /// How it was chosen.
        grid: GridChoice,
        /// Δ.
        divisions: u64,
        /// What it proves.
        proved: Rational,
        /// ε.
        epsilon: Rational,
    },
    /// The network has no certificate.
    #[error("{}: {error}", architecture.name())]
    Proof {
        /// Of which attention.
        architecture: Architecture,
        /// Why.
        error: ProofError,
    },
}

/// Why there is no proof, with all ways that were looked at.
#[derive(Debug, thiserror::Error)]
#[error("{problem}")]
pub struct RecipeError {
    /// What is wrong; with the way that was looked at first, if there are several.
    pub problem: Box<Problem>,
    /// What is known of the ways.
    pub ways: Vec<Outlook>,
}

impl From<Problem> for RecipeError {
    fn from(problem: Problem) -> Self {
        Self { problem: Box::new(problem), ways: Vec::new() }
    }
}

impl From<WayError> for RecipeError {
    fn from(error: WayError) -> Self {
        Problem::Way(error).into()
    }
}

impl From<SumformerError> for RecipeError {
    fn from(error: SumformerError) -> Self {
        WayError::from(error).into()
    }
}

impl From<SurrogateError> for RecipeError {
    fn from(error: SurrogateError) -> Self {
        WayError::from(error).into()
    }
}

impl From<LoweringError> for RecipeError {
    fn from(error: LoweringError) -> Self {
        Problem::Lowering(error).into()
    }
}

impl RecipeError {
    /// The same, with ways.
    pub(super) fn among(self, ways: &[Outlook]) -> Self {
        Self { ways: ways.to_vec(), ..self }
    }

    /// Its place in the text of the target, if it has one.
    pub fn span(&self) -> Option<Span> {
        self.problem.place().map(|place| place.span)
    }

    /// What kind of failure it is.
    pub fn class(&self) -> Class {
        self.problem.class()
    }

    /// The way out, in terms of [`Options`](super::Options).
    pub fn help(&self) -> Option<String> {
        self.problem.help()
    }
}

/// A problem of a surrogate: its class, what stands at its place, and what to do.
struct Words {
    class: Class,
    label: &'static str,
    help: Option<String>,
}

impl Problem {
    /// The surrogate's error behind it.
    fn surrogate(&self) -> Option<&SurrogateError> {
        match self {
            Problem::Way(
                WayError::Structural(StructuralError::Surrogate(error))
                | WayError::Sumformer(SumformerError::Surrogate(error)),
            ) => Some(error),
            _ => None,
        }
    }

    /// What kind of failure it is.
    pub fn class(&self) -> Class {
        if let Some(error) = self.surrogate() {
            return surrogate_words(error).class;
        }
        match self {
            Problem::Stopped(_)
            | Problem::InexactAttention
            | Problem::NotEnclosed(_)
            | Problem::Grid(GridError::Target(_))
            | Problem::NotDerived(_)
            | Problem::GridNotMet { .. }
            | Problem::Proof { .. } => Class::Incomplete,
            Problem::Way(error) => match error {
                WayError::Sumformer(SumformerError::SecondRound { .. } | SumformerError::SummedMean)
                | WayError::Stopped(_)
                | WayError::Structural(_) => Class::Incomplete,
                WayError::Sumformer(_) => Class::BadInput,
                WayError::Approximation(
                    ApproximationError::NoLength
                    | ApproximationError::TooManyLatents { .. }
                    | ApproximationError::Degree { .. },
                ) => Class::BadInput,
                WayError::Approximation(_) => Class::Incomplete,
            },
            Problem::Lowering(
                LoweringError::Refused(_)
                | LoweringError::BudgetNotMet { .. }
                | LoweringError::Immense(_)
                | LoweringError::ConstantArgument(_),
            ) => Class::Incomplete,
            _ => Class::BadInput,
        }
    }

    /// Where it is, if it has a place.
    pub fn place(&self) -> Option<Place> {
        if let Some(error) = self.surrogate() {
            let span = match error {
                SurrogateError::NotCovered { span, .. }
                | SurrogateError::OffDomain { span, .. }
                | SurrogateError::LeavesDomain { span, .. } => span.clone(),
                SurrogateError::Expansion(error) => error.span().clone(),
                SurrogateError::Wrong { .. } => return None,
            };
            return Some(Place { span, label: surrogate_words(error).label });
        }
        let (span, label) = match self {
            Problem::Way(WayError::Structural(StructuralError::OutOfReach { span, .. })) => {
                (span, "out of reach")
            }
            Problem::Way(WayError::Sumformer(SumformerError::SecondRound { span, .. })) => {
                (span, "summed over tokens again")
            }
            Problem::Lowering(LoweringError::Immense(immense)) => (&immense.span, "too large"),
            _ => return None,
        };
        Some(Place { span: span.clone(), label })
    }

    /// The way out, in terms of [`Options`](super::Options).
    pub fn help(&self) -> Option<String> {
        /// How to get a smaller table.
        const SMALLER: &str = "raise `epsilon`, lower `grid.max_entries`, or give a coarser `grid.grid`";
        if let Some(error) = self.surrogate() {
            return surrogate_words(error).help;
        }
        let help = match self {
            Problem::Epsilon(_) => "give a positive `epsilon`".into(),
            Problem::NoArchitecture => "name one in `architectures`".into(),
            Problem::EmptyAttention(_) | Problem::NoLatents => "ask for at least one".into(),
            Problem::LatentsAndRoute => "leave out `sums.routes`".into(),
            Problem::NothingToSlice => "leave out `sums.slice`, or take `Routes::Bernstein`".into(),
            Problem::HeadsBeside(_)
            | Problem::Way(
                WayError::Structural(StructuralError::NoHeads)
                | WayError::Sumformer(SumformerError::SummedMean),
            ) => "leave out `sums.heads`".into(),
            Problem::Lowering(LoweringError::NoHeads(_)) => "take `Architecture::Transformer`".into(),
            Problem::NoLength => {
                "tokens = \"any\" has one network for every length only in the continuous construction".into()
            }
            Problem::InexactAttention => "take a Performer that is normalised, or scores of zero".into(),
            Problem::Way(WayError::Structural(StructuralError::OutOfReach { .. })) => {
                "a larger `epsilon` may be within reach".into()
            }
            Problem::Way(WayError::Sumformer(SumformerError::SecondRound { .. })) => {
                "with a fixed number of tokens, few of them, other ways may lead there".into()
            }
            Problem::Lowering(LoweringError::Immense(_)) => {
                "a smaller domain keeps such numbers small, or scores that are multiplied by a small number"
                    .into()
            }
            Problem::Grid(GridError::OutOfSight { .. }) => {
                "raise `epsilon` or `grid.max_entries`, or take `GridChoice::Finest` without an epsilon"
                    .into()
            }
            Problem::NoFinest(_) => "raise `grid.max_entries`".into(),
            Problem::TooManyEntries { .. } => {
                "raise `grid.max_entries`, or give a coarser `grid.grid`".into()
            }
            Problem::TooManyUnits { .. } => format!("raise `max_units`, or {SMALLER}"),
            Problem::Table(_) | Problem::TooManyWeights { .. } | Problem::NotDerived(_) => {
                format!("smaller tables or another `grid.code` may do: {SMALLER}")
            }
            Problem::GridNotMet { grid: GridChoice::Smallest, divisions, proved, .. } => {
                format!("take `GridChoice::Divisions({})`, or an epsilon of {proved}", divisions + 1)
            }
            Problem::GridNotMet { .. } => {
                "take `GridChoice::Smallest`, or leave out `epsilon` to take what the grid proves".into()
            }
            _ => return None,
        };
        Some(help)
    }
}

fn surrogate_words(error: &SurrogateError) -> Words {
    let (class, label, help) = match error {
        SurrogateError::NotCovered { .. }
        | SurrogateError::Expansion(ExpansionError::NotPolynomial { .. }) => (
            Class::Incomplete,
            "not covered",
            "sums over tokens of functions of one token, and functions of such sums, are covered",
        ),
        SurrogateError::OffDomain { help, .. } => (Class::Incomplete, "off the domain", help.as_str()),
        SurrogateError::LeavesDomain { .. } => {
            (Class::Incomplete, "out of reach", "a larger `epsilon` may be within reach")
        }
        SurrogateError::Wrong { .. } => return Words { class: Class::Incomplete, label: "", help: None },
        SurrogateError::Expansion(ExpansionError::TooLarge { cause: TooLarge::Degree(_), .. }) => {
            (Class::BadInput, "of too high a degree", "lower exponents keep it small")
        }
        SurrogateError::Expansion(ExpansionError::TooLarge { .. }) => (
            Class::BadInput,
            "too large to expand",
            "fewer tokens, coordinates or lower degrees keep it small; `sums.max_terms` is the limit",
        ),
        SurrogateError::Expansion(ExpansionError::Undefined { .. }) => {
            (Class::BadInput, "has no value", "exclude the case")
        }
        SurrogateError::Expansion(ExpansionError::NotSymmetric { .. }) => (
            Class::BadInput,
            "not symmetric in x2..xn",
            "add the missing terms, or set symmetrize = true to average over the others",
        ),
    };
    Words { class, label, help: Some(help.into()) }
}
