//! The size of the network for a target, against its length, ε and activation.

use crate::certify::emit::certified_bound;
use crate::lowering::attention::{Architecture, Scores};
use crate::lowering::lower;
use crate::lowering::plan::Layout;
use crate::network::NetworkSize;
use crate::recipe::{Problem, RecipeError, SumOptions};
use crate::scale::cost::multiply_adds_per_token;
use crate::sumformer::latent::{LatentDimensions, LatentMode, choose};
use std::sync::Arc;
use sumformer_checker::arith::number::{Rational, to_f64};
use sumformer_checker::arith::polynomial::Monomial;
use sumformer_checker::format::network::Activation;
use sumformer_checker::language::target::Target;
use sumformer_checker::normal_form::expansion::{ExpansionError, expand_target};
use sumformer_checker::normal_form::{Basis, NormalForm};
use sumformer_checker::surrogate::Surrogate;

/// What is varied, but for the target and its length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkPoint {
    /// The error that is aimed for.
    pub epsilon: Rational,
    /// relu or relu2.
    pub activation: Activation,
    /// Which features φ has.
    pub latent: LatentMode,
    /// Tree or shallow.
    pub layout: Layout,
}

/// Limits of a sweep, per point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Hidden units.
    pub units: u64,
    /// Terms a target may expand to.
    pub terms: usize,
}

/// What is measured at a point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkRow {
    /// d' of the network at hand.
    pub latent_dimension: usize,
    /// d' in the three modes.
    pub dimensions: LatentDimensions,
    /// Terms of ψ over all outputs.
    pub psi_terms: usize,
    /// Blocks, width, hidden units, non-zeros, bits.
    pub size: NetworkSize,
    /// [`multiply_adds_per_token`].
    pub multiply_adds: usize,
    /// The bound on the sup-norm error that the checker's rules derive from the weights.
    pub certified: Rational,
}

/// Builds the transformer (softmax, zero scores) at a point and measures it; the other attentions differ in the
/// parameters of one head only.
pub fn network_row(target: &Target, point: &NetworkPoint, limits: Limits) -> Result<NetworkRow, RecipeError> {
    let epsilon = to_f64(&point.epsilon);
    let surrogate = Arc::new(Surrogate::new(target, &[], limits.terms)?);
    let (sumformer, dimensions) = choose(&surrogate, point.latent, point.layout, epsilon)?;
    let (architecture, activation, layout) = (Architecture::Transformer, point.activation, point.layout);
    let options = SumOptions { activation, layout, ..SumOptions::default() };
    let options = options.lowering(architecture, Scores::Zero, point.epsilon.clone());
    let built = lower(&sumformer, &surrogate, &options, limits.units)?;
    let certified = certified_bound(&built, &point.epsilon)
        .map_err(|refusal| Problem::Proof { architecture, error: refusal.into() })?;
    Ok(NetworkRow {
        latent_dimension: sumformer.latent_dimension(),
        dimensions,
        psi_terms: sumformer.psi_terms(),
        size: NetworkSize::of(&built.network),
        multiply_adds: multiply_adds_per_token(&built.network),
        certified,
    })
}

/// The degree of a target as a polynomial in all tokens, the largest over its outputs.
///
/// The canonical form's parts are monomials of different tokens, so their degrees add up.
pub fn degree(target: &Target, max_terms: usize) -> Result<u32, ExpansionError> {
    let forms = expand_target(target, max_terms)?;
    let degree_of =
        |basis: &Basis| basis.named.degree() + basis.parts.iter().map(Monomial::degree).sum::<u32>();
    Ok(forms.iter().flat_map(NormalForm::terms).map(|(basis, _)| degree_of(basis)).max().unwrap_or(0))
}
