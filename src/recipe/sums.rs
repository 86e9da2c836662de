//! The continuous construction: a way, lowered to each attention.

use super::{Asked, LONGEST, Latents, Note, Notes, Problem, RecipeError, SumOptions};
use crate::approximation::way::{Route, Way, latents_for, structural_within};
use crate::certify::boxes::{BoxOptions, BoxProgress, Slice};
use crate::certify::floats::with_claim;
use crate::certify::{Proof, prove, prove_by_boxes};
use crate::lowering::attention::Architecture;
use crate::lowering::lower;
use crate::planning::{Outlook, Routes, WayName};
use std::cell::Cell;
use sumformer_checker::arith::number::Rational;

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
        let (way, options) = (&self.way, asked.options);
        let lowering = options.sums.lowering(architecture, options.scores, way.network_epsilon.clone());
        let built = lower(&way.sumformer, &way.surrogate, &lowering, options.max_units)?;
        let failed = |error| RecipeError::from(Problem::Proof { architecture, error });
        let computed = |proof: Proof, notes: &mut Notes<'_>| {
            let Some(kind) = options.sums.deploy else { return Ok(proof) };
            let (proof, total) = with_claim(proof, asked.target, kind, LONGEST)?;
            notes.add(Note::Computed { architecture, kind, total, epsilon: epsilon.clone() });
            Ok(proof)
        };
        if !way.on_boxes() {
            let proof = prove(asked.target, &built, epsilon).map_err(failed)?;
            return computed(proof, notes).map_err(failed);
        }
        let SumOptions { max_boxes, slice, .. } = options.sums;
        let ended = Cell::new(false);
        let progress = notes.progress;
        let report = |done: BoxProgress| {
            let on = progress.boxes(done);
            ended.set(!on);
            on
        };
        let boxes = BoxOptions { max_boxes, slice, progress: &report };
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
        computed(proof, notes).map_err(failed)
    }
}
