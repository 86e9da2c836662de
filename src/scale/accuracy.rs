//! The certified error against d': networks with the N most useful latents, and with as many as the target needs.

use crate::approximation::way::{Route, Way, latents_for, structural};
use crate::certify::boxes::{BoxOptions, Slice};
use crate::certify::{Proof, prove, prove_by_boxes};
use crate::lowering::attention::{Architecture, Scores};
use crate::lowering::lower;
use crate::recipe::{Problem, RecipeError, SumOptions};
use sumformer_checker::arith::number::Rational;
use sumformer_checker::check::Verdict;
use sumformer_checker::language::target::Target;

/// How many latents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Latents {
    /// The N most useful ones that were found.
    Most(usize),
    /// As many as the target needs, kept in its shape.
    Needed,
}

/// Limits of a sweep, per point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Leaves of the tree of boxes.
    pub boxes: usize,
    /// Hidden units.
    pub units: u64,
}

/// What is known of a network.
#[derive(Debug, Clone, PartialEq)]
pub struct AccuracyRow {
    /// d' of the network.
    pub latent_dimension: usize,
    /// Whether a network with these latents can equal the target: only gadgets err.
    pub exact: bool,
    /// Hidden units.
    pub hidden_units: usize,
    /// The error that was tried to prove.
    pub epsilon: Rational,
    /// The bound on the sup-norm error that the checker accepts; `None` if boxes are left open.
    pub certified: Option<Rational>,
    /// A proved lower bound of the sup-norm error, at one input.
    pub witness: Rational,
    /// The largest error on samples, of the polynomial alone.
    pub sampled: Option<f64>,
    /// Boxes that were enclosed, and those left open.
    pub boxes: Option<(usize, usize)>,
}

/// Builds the transformer (zero scores, relu) with the given latents and proves what can be proved. `epsilon` is what is
/// asked of needed latents; others are asked for what they are likely to reach.
pub fn accuracy_row(
    target: &Target,
    latents: Latents,
    epsilon: &Rational,
    limits: Limits,
) -> Result<AccuracyRow, RecipeError> {
    let options = SumOptions::default().way(epsilon.clone());
    let (way, epsilon) = match latents {
        Latents::Most(count) => latents_for(target, count, None, &options)?,
        Latents::Needed => (structural(target, &options)?, epsilon.clone()),
    };
    let proof = proof(target, &way, &epsilon, limits)?;
    let certified = match proof.verdict {
        Verdict::Valid(_) => Some(proof.certificate.certified.0.clone()),
        Verdict::Invalid(_) | Verdict::Incomplete(_) => None,
    };
    Ok(AccuracyRow {
        latent_dimension: way.sumformer.latent_dimension(),
        exact: way.route == Route::Exact,
        hidden_units: proof.size.hidden_units,
        certified,
        witness: proof.witness.error.clone(),
        sampled: match way.route {
            Route::Latents { sampled_error, .. } => Some(sampled_error),
            _ => None,
        },
        boxes: proof.boxes.as_ref().map(|report| (report.leaves.enclosed, report.leaves.open)),
        epsilon,
    })
}

fn proof(target: &Target, way: &Way, epsilon: &Rational, limits: Limits) -> Result<Proof, RecipeError> {
    let architecture = Architecture::Transformer;
    let options = SumOptions::default().lowering(architecture, Scores::Zero, way.network_epsilon.clone());
    let built = lower(&way.sumformer, &way.surrogate, &options, limits.units)?;
    let boxes =
        BoxOptions { max_boxes: limits.boxes, slice: Slice::WHOLE, closes: false, progress: &|_| true };
    let proof = match way.on_boxes() {
        true => prove_by_boxes(target, &built, epsilon, &boxes),
        false => prove(target, &built, epsilon),
    };
    proof.map_err(|error| Problem::Proof { architecture, error }.into())
}
