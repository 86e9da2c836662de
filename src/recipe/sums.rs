//! The continuous construction: a way, lowered to each attention.

use super::{Asked, LONGEST, Latents, Note, Notes, Problem, RecipeError, SumOptions};
use crate::approximation::way::{
    Centring, Route, Way, WayOptions, latents_for, structural, structural_within,
};
use crate::certify::boxes::{BoxOptions, BoxProgress, Slice};
use crate::certify::floats::with_claim;
use crate::certify::{Proof, ProofError, prove, prove_by_boxes};
use crate::lowering::attention::Architecture;
use crate::lowering::lower;
use crate::planning::{Outlook, Routes, WayName};
use std::cell::Cell;
use sumformer_checker::arith::number::{Rational, ratio, round_down};
use sumformer_checker::format::floats::FloatType;
use sumformer_checker::refusal::Refusal;

/// How often ε is split anew between the network and its rounding.
const SPLITS: usize = 3;

/// A way, and what the others would have taken.
#[derive(Debug)]
pub struct SumPlan {
    /// The way.
    pub way: Way,
    /// Route and planned hidden units, of all that can reach ε.
    pub planned: Vec<(&'static str, f64)>,
}

impl SumPlan {
    /// The way that was chosen among those that were looked at.
    pub(super) fn among(way: Way, ways: &[Outlook], asked: Asked<'_>, notes: &mut Notes<'_>) -> Self {
        let planned = ways.iter().filter(|o| o.why_not.is_none() && o.way != WayName::Table);
        let planned = planned.filter_map(|o| Some((o.way.name(), o.units?))).collect();
        let shape = ways.iter().find(|o| o.way == WayName::Structural);
        if let Some(why) = shape.and_then(|o| o.why_not.clone()) {
            notes.add(Note::ShapeNotKept(why));
        }
        let (powers, fewest) = (way.sumformer.latent_dimension(), way.dimensions.sparse);
        if asked.options.sums.latents == Latents::default() && powers > fewest {
            notes.add(Note::MorePowers { powers, fewest });
        }
        if let Some(sums) = way.fewer {
            notes.add(Note::FewerSums(sums));
        }
        Self { way, planned }
    }

    /// So many sums: those of the target where they are no more, otherwise the most useful latents; and the error to prove with
    /// them.
    pub(super) fn by_latents(
        asked: Asked<'_>,
        count: usize,
        tried: &[WayName],
        notes: &mut Notes<'_>,
    ) -> Result<(Self, Rational), RecipeError> {
        let Asked { target, options } = asked;
        if options.sums.routes != Routes::All {
            return Err(Problem::LatentsAndRoute.into());
        }
        let wanted = options.sums.way(options.epsilon_for(target));
        let open = !tried.contains(&WayName::Structural);
        let (way, epsilon) = match open.then(|| structural_within(target, count, &wanted)).flatten() {
            Some(way) => (way, wanted.epsilon),
            None => {
                let (way, epsilon) = latents_for(target, count, options.epsilon.as_ref(), &wanted)?;
                if options.epsilon.is_none() {
                    notes.add(Note::LikelyEpsilon(epsilon.clone()));
                }
                (way, epsilon)
            }
        };
        let found = way.sumformer.latent_dimension();
        if found < count {
            notes.add(Note::FewerLatents { found, asked: count });
        }
        let name = if way.on_boxes() { "latents" } else { WayName::Structural.name() };
        let planned = vec![(name, way.predicted_units)];
        Ok((Self { way, planned }, epsilon))
    }

    /// Which of the ways it is; none if it was given.
    pub(super) fn way_name(&self) -> Option<WayName> {
        match self.way.route {
            Route::Exact | Route::Structural => Some(WayName::Structural),
            Route::Nodes { .. } => Some(WayName::Bernstein),
            Route::Latents { .. } => None,
        }
    }

    /// Refuses a part of the boxes where there are none.
    pub(super) fn require_boxes(&self, options: &SumOptions) -> Result<(), RecipeError> {
        if options.slice != Slice::WHOLE && !self.way.on_boxes() {
            return Err(Problem::NothingToSlice.into());
        }
        Ok(())
    }

    /// The bounds that were known before anything was enclosed; nothing for other routes.
    pub(super) fn a_priori(&self) -> Option<Note> {
        let Route::Nodes { guess, lipschitz, smooth, .. } = &self.way.route else { return None };
        Some(Note::APriori { degree: guess.degree, lipschitz: lipschitz.clone(), smooth: smooth.clone() })
    }

    pub(super) fn prove(
        &self,
        asked: Asked<'_>,
        architecture: Architecture,
        epsilon: &Rational,
        notes: &mut Notes<'_>,
    ) -> Result<Proof, RecipeError> {
        let attempt = Attempt { asked, architecture, epsilon };
        let Some(kind) = asked.options.sums.deploy else { return attempt.prove(&self.way, notes) };
        let deployed = attempt.deployed(&self.way, kind, notes)?;
        // Which is better is seen only when both are there.
        let other = seen_otherwise(&self.way, asked).and_then(|way| attempt.deployed(&way, kind, notes).ok());
        let Deployed { proof, total } = match other {
            Some(other) if other.is_better_than(&deployed, epsilon) => other,
            _ => deployed,
        };
        let staged = asked.options.sums.staged;
        notes.add(Note::Computed { architecture, kind, staged, total, epsilon: epsilon.clone() });
        Ok(proof)
    }
}

/// The same polynomial from the middle of its box, if the way sees it from 0, and the other way round.
fn seen_otherwise(way: &Way, asked: Asked<'_>) -> Option<Way> {
    if way.route != Route::Exact {
        return None;
    }
    let centring = if way.surrogate.centre.is_empty() { Centring::Middle } else { Centring::Zero };
    let options = asked.options.sums.way(asked.options.epsilon_for(asked.target));
    let other = structural(asked.target, &WayOptions { centring, ..options }).ok()?;
    (other.surrogate.centre != way.surrogate.centre).then_some(other)
}

/// A proof with a claim about what is computed.
struct Deployed {
    proof: Proof,
    /// What bounds the distance of what is computed from the target; or why nothing does.
    total: Result<Rational, Refusal>,
}

impl Deployed {
    /// Where ε is not met: what remains of it once rounding has what it took and a little more, if that is enough for a network.
    fn left_to_the_network(&self, epsilon: &Rational) -> Option<Rational> {
        let total = self.total.as_ref().ok().filter(|total| *total > epsilon)?;
        let rounding = total - &self.proof.certificate.certified.0;
        Some(round_down(&(epsilon - rounding * ratio(9, 8)), 8)).filter(|left| *left > epsilon * ratio(1, 4))
    }

    /// Within ε with fewer units, or nearer where ε is not met by both.
    fn is_better_than(&self, other: &Self, epsilon: &Rational) -> bool {
        match (&self.total, &other.total) {
            (Ok(own), Ok(others)) if own <= epsilon && others <= epsilon => {
                (self.proof.size.hidden_units, own) < (other.proof.size.hidden_units, others)
            }
            (Ok(own), Ok(others)) => own < others,
            (Ok(_), Err(_)) => true,
            (Err(_), _) => false,
        }
    }
}

/// What a way is proved for.
#[derive(Clone, Copy)]
struct Attempt<'a> {
    asked: Asked<'a>,
    architecture: Architecture,
    epsilon: &'a Rational,
}

impl Attempt<'_> {
    fn failed(&self, error: ProofError) -> RecipeError {
        Problem::Proof { architecture: self.architecture, error }.into()
    }

    /// The network and its claim; where rounding takes more than was left to it, the network has to be nearer.
    fn deployed(&self, way: &Way, kind: FloatType, notes: &mut Notes<'_>) -> Result<Deployed, RecipeError> {
        let mut best = self.claimed(way, kind, notes)?;
        for _ in 0..SPLITS {
            let Some(left) = best.left_to_the_network(self.epsilon) else { break };
            let nearer = Way { network_epsilon: left, ..way.clone() };
            match self.claimed(&nearer, kind, notes) {
                Ok(next) if next.is_better_than(&best, self.epsilon) => best = next,
                _ => break,
            }
        }
        Ok(best)
    }

    fn claimed(&self, way: &Way, kind: FloatType, notes: &mut Notes<'_>) -> Result<Deployed, RecipeError> {
        let proof = self.prove(way, notes)?;
        let claimed = with_claim(proof, self.asked.target, kind, self.asked.options.sums.staged, LONGEST);
        let (proof, total) = claimed.map_err(|error| self.failed(error))?;
        Ok(Deployed { proof, total })
    }

    fn prove(&self, way: &Way, notes: &mut Notes<'_>) -> Result<Proof, RecipeError> {
        let &Self { asked, architecture, epsilon } = self;
        let options = asked.options;
        let lowering = options.sums.lowering(architecture, options.scores, way.network_epsilon.clone());
        let built = lower(&way.sumformer, &way.surrogate, &lowering, options.max_units)?;
        let failed = |error| self.failed(error);
        if !way.on_boxes() {
            return prove(asked.target, &built, epsilon).map_err(failed);
        }
        let SumOptions { max_boxes, slice, .. } = options.sums;
        let ended = Cell::new(false);
        let progress = notes.progress;
        let report = |done: BoxProgress| {
            let on = progress.boxes(done);
            ended.set(!on);
            on
        };
        let boxes = BoxOptions { max_boxes, slice, closes: false, progress: &report };
        let proof = prove_by_boxes(asked.target, &built, epsilon, &boxes);
        if ended.get() {
            notes.add(Note::SearchEnded(architecture));
        }
        let proof = proof.map_err(failed)?;
        match proof.boxes.as_ref().and_then(|report| report.worst.as_ref()) {
            Some(_) if slice != Slice::WHOLE => notes.add(Note::PartOfBoxes(architecture)),
            Some(worst) => {
                let (worst, epsilon) = (worst.clone(), epsilon.clone());
                notes.add(Note::OpenBoxes { architecture, worst, epsilon });
            }
            None => {}
        }
        Ok(proof)
    }
}
