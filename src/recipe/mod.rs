//! From a target to proofs: the choice of a way, once, then a network, a certificate and a check for each attention.
//!
//! ```
//! use sumformer::prelude::*;
//!
//! let text = "name = \"variance\"\ntokens = 4\ndomain = [[0, 1]]\noutput = [\"mean(y: y[0]^2) - mean(y: y[0])^2\"]\n";
//! let target = load_target("variance.toml", text)?;
//! let options = Options::default();
//! let proofs = sumformer::recipe::prove(&target, &options, &())?;
//! assert!(proofs.first().certificate.certified.0 <= ratio(1, 1000));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`plan`] chooses and [`Plan::prove`] proves for one attention; [`prove`] does both for all attentions that are asked for, and
//! goes on with the next way where the best one turns out to have no network. Errors say what is wrong, where in the
//! target's text, and what would help ([`RecipeError`]); whoever wants to follow implements [`Progress`].

mod error;
mod note;
mod options;
mod progress;
mod sums;
mod table;

pub use error::{Class, Place, Problem, RecipeError};
pub use note::Note;
pub use options::{Construction, GridChoice, GridOptions, LONGEST, Latents, Options, SumOptions};
pub use progress::{Progress, Step};
pub use sums::SumPlan;
pub use table::{MAX_WEIGHTS, TablePlan};

use crate::certify::Proof;
use crate::lowering::LoweringError;
use crate::lowering::attention::{Architecture, Scores};
use crate::planning::{Choice, Outlook, Routes, TableWishes, Watch, WayName, Wishes, choose};
use num_traits::Signed;
use std::time::{Duration, Instant};
use sumformer_checker::arith::number::Rational;
use sumformer_checker::format::network::Activation;
use sumformer_checker::language::target::Target;
use sumformer_checker::work::within;

/// How a target will be proved.
#[derive(Debug)]
pub struct Plan<'a> {
    asked: Asked<'a>,
    epsilon: Rational,
    chosen: Chosen,
    ways: Vec<Outlook>,
    notes: Vec<Note>,
    tried: Vec<WayName>,
    choosing: Duration,
    tabulating: Duration,
}

/// What a proof is asked of, and what is asked.
#[derive(Debug, Clone, Copy)]
struct Asked<'a> {
    target: &'a Target,
    options: &'a Options,
}

/// What leads to the network.
#[derive(Debug)]
pub enum Chosen {
    /// The continuous construction.
    Sums(Box<SumPlan>),
    /// The discontinuous construction.
    Table(Box<TablePlan>),
}

/// A proof for one attention.
#[derive(Debug)]
pub struct Proved {
    /// The attention.
    pub architecture: Architecture,
    /// Network, certificate, and what the checker says of them.
    pub proof: Proof,
    /// How long everything took that leads to this proof, but for the check.
    pub seconds: f64,
}

/// The proofs for all attentions that were asked for, at least one.
#[derive(Debug)]
pub struct Proofs<'a> {
    /// How they came about.
    pub plan: Plan<'a>,
    /// In the order in which they were asked for.
    pub proofs: Vec<Proved>,
}

impl Proofs<'_> {
    /// The first of the proofs.
    pub fn first(&self) -> &Proof {
        &self.proofs[0].proof
    }
}

/// Chooses a way, and makes of it all that does not depend on the attention.
pub fn plan<'a>(
    target: &'a Target,
    options: &'a Options,
    progress: &dyn Progress,
) -> Result<Plan<'a>, RecipeError> {
    let plan = Asked { target, options }.plan(&[], progress)?;
    progress.done();
    Ok(plan)
}

/// Plans, and proves for every attention that is asked for. A way that looked good and has no network gives place to the next.
pub fn prove<'a>(
    target: &'a Target,
    options: &'a Options,
    progress: &dyn Progress,
) -> Result<Proofs<'a>, RecipeError> {
    let mut plan = plan(target, options, progress)?;
    loop {
        let proofs = options.architectures.iter().map(|&architecture| plan.prove(architecture, progress));
        match proofs.collect::<Result<Vec<_>, _>>() {
            Ok(proofs) => return Ok(Proofs { plan, proofs }),
            Err(error) => plan = plan.next(error, progress)?,
        }
    }
}

impl<'a> Asked<'a> {
    /// What no way can do anything with.
    fn validate(self) -> Result<(), RecipeError> {
        let Options { epsilon, architectures, sums, construction, .. } = self.options;
        let beside = match (construction, sums.latents, sums.routes) {
            _ if !sums.heads => None,
            (Construction::Discontinuous, ..) => Some("a table"),
            (_, Latents::Count(_), _) => Some("a number of latents"),
            (.., Routes::Bernstein) => Some("values at nodes"),
            _ => None,
        };
        if let Some(what) = beside {
            return Err(Problem::HeadsBeside(what).into());
        }
        if let Some(epsilon) = epsilon.as_ref().filter(|epsilon| !epsilon.is_positive()) {
            return Err(Problem::Epsilon(epsilon.clone()).into());
        }
        if architectures.is_empty() {
            return Err(Problem::NoArchitecture.into());
        }
        if sums.latents == Latents::Count(0) {
            return Err(Problem::NoLatents.into());
        }
        architectures.iter().try_for_each(|&architecture| require_something(architecture))
    }

    /// The best way but for those that were tried.
    fn plan(self, tried: &[WayName], progress: &dyn Progress) -> Result<Plan<'a>, RecipeError> {
        self.validate()?;
        let mut ways = Vec::new();
        let planned = within(progress.limits(), || self.plan_among(tried, &mut ways, progress));
        match planned {
            Ok(planned) => planned,
            Err(stopped) => Err(RecipeError::from(Problem::Stopped(stopped)).among(&ways)),
        }
    }

    fn plan_among(
        self,
        tried: &[WayName],
        ways: &mut Vec<Outlook>,
        progress: &dyn Progress,
    ) -> Result<Plan<'a>, RecipeError> {
        let Self { target, options } = self;
        let start = Instant::now();
        let mut notes = Notes { progress, known: Vec::new() };
        let mut epsilon = options.epsilon_for(target);
        let sums = match (options.construction, options.sums.latents) {
            (Construction::Discontinuous, _) => None,
            (_, Latents::Count(count)) => {
                progress.step(Step::Choosing);
                let (plan, likely) = SumPlan::by_latents(self, count, tried, &mut notes)?;
                epsilon = likely;
                Some(plan)
            }
            (_, Latents::Mode(_)) => {
                progress.step(Step::Choosing);
                let mut watch =
                    Watch { outlooks: &mut *ways, step: &|way| progress.step(Step::LookingAt(way)) };
                match choose(target, &self.wishes(), tried, &mut watch) {
                    Ok(Choice::Continuous(way)) => Some(SumPlan::among(*way, ways, self, &mut notes)),
                    Ok(Choice::Table(_)) => {
                        ways.iter().for_each(|way| notes.add(Note::LookedAt(way.clone())));
                        None
                    }
                    Err(first) => return Err(self.no_way(first, ways)),
                }
            }
        };
        let choosing = match options.construction {
            Construction::Discontinuous => Duration::ZERO,
            Construction::Auto | Construction::Continuous => start.elapsed(),
        };
        let start = Instant::now();
        let chosen = match sums {
            Some(plan) => {
                plan.require_boxes(&options.sums)?;
                plan.a_priori().into_iter().for_each(|note| notes.add(note));
                Chosen::Sums(Box::new(plan))
            }
            None => Chosen::Table(Box::new(TablePlan::new(self, &epsilon, progress)?)),
        };
        let tabulating = match chosen {
            Chosen::Table(_) => start.elapsed(),
            Chosen::Sums(_) => Duration::ZERO,
        };
        let (ways, notes, tried) = (ways.clone(), notes.known, tried.to_vec());
        Ok(Plan { asked: self, epsilon, chosen, ways, notes, tried, choosing, tabulating })
    }

    fn wishes(self) -> Wishes {
        let Options { construction, sums, grid, max_units, .. } = self.options;
        // Tables are looked at where nothing was said that only the continuous construction has a meaning for, and where the
        // attention's weights are rational.
        let table = *construction == Construction::Auto && !sums.asks() && self.has_rational_attention();
        Wishes {
            continuous: sums.way(self.options.epsilon_for(self.target)),
            routes: if sums.heads { Routes::Structural } else { sums.routes },
            // Squares of relu have no error, so that their number is not planned.
            max_units: match sums.activation {
                Activation::Relu2 => f64::INFINITY,
                _ => *max_units as f64,
            },
            table: table.then(|| TableWishes {
                at: grid.value_at,
                code: (grid.code, grid.separation),
                network: self.typical_network(),
                max_entries: grid.max_entries,
                max_weights: MAX_WEIGHTS,
            }),
        }
    }

    /// Whether no attention has transcendental weights, with which a look-up has no sums to read.
    fn has_rational_attention(self) -> bool {
        let paper = |architecture: &Architecture| {
            matches!(architecture, Architecture::Performer { normalized: false, .. })
        };
        self.options.scores == Scores::Zero || !self.options.architectures.iter().any(paper)
    }

    /// Why there is no way, with all that were looked at.
    fn no_way(self, first: crate::planning::NoWay, ways: &[Outlook]) -> RecipeError {
        let error = match first {
            Some(error) => error.into(),
            None => {
                let planned = ways.iter().find(|outlook| outlook.way == WayName::Structural);
                let units = planned.and_then(|outlook| outlook.units).unwrap_or(f64::INFINITY);
                RecipeError::from(LoweringError::TooLarge { units, limit: self.options.max_units })
            }
        };
        error.among(ways)
    }
}

impl<'a> Plan<'a> {
    /// The error that is proved. The grid of a table that is asked for without an error decides it with the first proof.
    pub fn epsilon(&self) -> &Rational {
        &self.epsilon
    }

    /// What was chosen.
    pub fn chosen(&self) -> &Chosen {
        &self.chosen
    }

    /// All ways that were looked at.
    pub fn ways(&self) -> &[Outlook] {
        &self.ways
    }

    /// What people should know, so far.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// How long the ways were weighed.
    pub fn choosing(&self) -> Duration {
        self.choosing
    }

    /// The network for an attention, its certificate, and what the checker says of them.
    pub fn prove(
        &mut self,
        architecture: Architecture,
        progress: &dyn Progress,
    ) -> Result<Proved, RecipeError> {
        require_something(architecture)?;
        progress.step(Step::Proving(architecture));
        let start = Instant::now();
        let Self { asked, epsilon, chosen, notes, .. } = self;
        let known = std::mem::take(notes);
        let mut said = Notes { progress, known };
        let proof = within(progress.limits(), || match chosen {
            Chosen::Sums(plan) => plan.prove(*asked, architecture, epsilon, &mut said),
            Chosen::Table(plan) => plan.prove(*asked, architecture, epsilon, &mut said),
        });
        *notes = said.known;
        let proof = match proof {
            Ok(proof) => proof?,
            Err(stopped) => return Err(RecipeError::from(Problem::Stopped(stopped)).among(&self.ways)),
        };
        let own = start.elapsed().saturating_sub(proof.check_time);
        progress.done();
        let seconds = (own + self.tabulating + self.choosing).as_secs_f64();
        Ok(Proved { architecture, proof, seconds })
    }

    /// The next way after one that has no network, or why there is none.
    fn next(mut self, error: RecipeError, progress: &dyn Progress) -> Result<Self, RecipeError> {
        let (Some(way), Problem::Lowering(why)) = (self.way(), &*error.problem) else { return Err(error) };
        if !is_of_the_way(why) {
            return Err(error);
        }
        self.tried.push(way);
        if let Some(outlook) = self.ways.iter_mut().find(|outlook| outlook.way == way) {
            outlook.why_not = Some(why.to_string());
        }
        let tried: Vec<Outlook> =
            self.ways.iter().filter(|outlook| self.tried.contains(&outlook.way)).cloned().collect();
        let choosing = self.choosing;
        match self.asked.plan(&self.tried, progress) {
            Ok(mut plan) => {
                let note = Note::NoNetwork { way, why: why.clone() };
                progress.note(&note);
                plan.notes.splice(0..0, self.notes);
                plan.notes.push(note);
                plan.ways.splice(0..0, tried);
                plan.choosing += choosing;
                Ok(plan)
            }
            Err(next) if matches!(*next.problem, Problem::Stopped(_)) => Err(next),
            // Only where something else was looked at is there more to say than what went wrong.
            Err(next) if next.ways.is_empty() => Err(error),
            Err(next) => {
                let ways: Vec<Outlook> = tried.into_iter().chain(next.ways).collect();
                Err(error.among(&ways))
            }
        }
    }

    /// The way that was chosen among others; none if it was given.
    fn way(&self) -> Option<WayName> {
        match &self.chosen {
            Chosen::Sums(plan) => plan.way_name(),
            Chosen::Table(_) => None,
        }
    }
}

/// Whether another way may still have a network.
fn is_of_the_way(error: &LoweringError) -> bool {
    match error {
        LoweringError::TooLarge { .. }
        | LoweringError::BudgetNotMet { .. }
        | LoweringError::Immense(_)
        | LoweringError::ConstantArgument(_)
        | LoweringError::Refused(_) => true,
        LoweringError::ShallowRelu2
        | LoweringError::StepContinuous
        | LoweringError::AtomsRelu2(_)
        | LoweringError::NoHeads(_)
        | LoweringError::SumsForEveryLength => false,
    }
}

/// Refuses an attention without rows or features.
fn require_something(architecture: Architecture) -> Result<(), RecipeError> {
    match architecture {
        Architecture::Linformer { rank: 0 } | Architecture::Performer { features: 0, .. } => {
            Err(Problem::EmptyAttention(architecture).into())
        }
        _ => Ok(()),
    }
}

/// What is to be known, said as it becomes known and kept.
struct Notes<'a> {
    progress: &'a dyn Progress,
    known: Vec<Note>,
}

impl Notes<'_> {
    fn add(&mut self, note: Note) {
        self.progress.note(&note);
        self.known.push(note);
    }
}
