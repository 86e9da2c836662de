//! From a Sumformer to a network of Definition 2.3 with exactly one attention layer (Thms 4.3–4.5).

pub mod attention;
pub mod budget;
pub mod plan;
pub mod slots;
pub mod steps;

use crate::network::builder::{BuiltNetwork, NetworkBuilder};
use crate::network::gadget::identity;
use crate::sumformer::{SumBasis, Sumformer};
use attention::{Architecture, Scores, averaging_attention};
use budget::plan_budget;
use num_traits::One;
use plan::{Layout, Plan, Step};
use slots::Slots;
use sumformer_checker::check::{derive_outputs, largest_total};
use sumformer_checker::format::network::{Activation, AffineMap};
use sumformer_checker::format::sparse::{SparseMatrix, SparseVector};
use sumformer_checker::language::target::{Target, Tokens};
use sumformer_checker::number::{Rational, integer, to_f64};
use sumformer_checker::rules::Refusal;

/// Rebuilding with a smaller budget stops after this many attempts.
const MAX_ATTEMPTS: usize = 12;

/// What to lower to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoweringOptions {
    /// The attention.
    pub architecture: Architecture,
    /// Its scores.
    pub scores: Scores,
    /// relu or relu2.
    pub activation: Activation,
    /// Tree or shallow.
    pub layout: Layout,
    /// The error that is aimed for.
    pub epsilon: Rational,
}

/// Why no network was built.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum LoweringError {
    /// A squared-ReLU hidden layer computes quadratics only.
    #[error(
        "the shallow layout needs powers of any degree in one hidden layer, which squared ReLU does not have; use --activation relu or --layout tree"
    )]
    ShallowRelu2,
    /// Polynomials are not made of jumps.
    #[error("step units belong to the discontinuous construction; use relu or relu2 for this one")]
    StepContinuous,
    /// A Performer without normaliser sums, which has no meaning for every length.
    #[error(
        "a Performer without normaliser (--performer paper) computes sums, but tokens = \"any\" needs means; use --performer favor"
    )]
    SumsForEveryLength,
    /// The planned network is larger than allowed.
    #[error(
        "the network would need about {units:.3e} hidden units, more than the limit of {limit}; raise --max-units or --epsilon"
    )]
    TooLarge {
        /// Planned hidden units.
        units: f64,
        /// The limit.
        limit: u64,
    },
    /// The budget did not converge: rounding is coarser than ε.
    #[error("after {MAX_ATTEMPTS} attempts the bound is still {bound:.3e}, above epsilon")]
    BudgetNotMet {
        /// The last bound.
        bound: f64,
    },
    /// The symbolic run refused the constructed network: a defect of the constructor.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

/// Builds the network; for relu the gadget sizes are refined until the derived bound is at most ε.
pub fn lower(
    sumformer: &Sumformer,
    target: &Target,
    options: &LoweringOptions,
    max_units: u64,
) -> Result<BuiltNetwork, LoweringError> {
    if options.layout == Layout::Shallow && options.activation == Activation::Relu2 {
        return Err(LoweringError::ShallowRelu2);
    }
    if options.activation == Activation::Step {
        return Err(LoweringError::StepContinuous);
    }
    if target.tokens == Tokens::Any
        && matches!(options.architecture, Architecture::Performer { normalized: false, .. })
    {
        return Err(LoweringError::SumsForEveryLength);
    }
    let plan = Plan::new(sumformer, options.layout);
    let epsilon = to_f64(&options.epsilon);
    let mut aim = epsilon;
    let mut last = f64::INFINITY;
    for _ in 0..MAX_ATTEMPTS {
        let budget = plan_budget(sumformer, &plan, &target.domain, aim);
        if options.activation == Activation::Relu && budget.units > max_units as f64 {
            return Err(LoweringError::TooLarge { units: budget.units, limit: max_units });
        }
        let built = build(sumformer, target, options, &plan, &budget.pieces)?;
        let outputs = derive_outputs(target, &built.network, &built.run, None)?;
        let bound = largest_total(&outputs);
        if bound <= options.epsilon {
            return Ok(built);
        }
        if options.activation == Activation::Relu2 {
            return Err(LoweringError::BudgetNotMet { bound: to_f64(&bound) });
        }
        // Errors scale with the aim, but for rounding: step back by the overshoot and a little more.
        last = to_f64(&bound);
        aim *= (epsilon / last).min(1.0) * 0.995;
    }
    Err(LoweringError::BudgetNotMet { bound: last })
}

fn build(
    sumformer: &Sumformer,
    target: &Target,
    options: &LoweringOptions,
    plan: &Plan,
    pieces: &[Vec<u64>],
) -> Result<BuiltNetwork, LoweringError> {
    let slots = Slots::new(sumformer, plan, options.scores);
    let mut builder = NetworkBuilder::new(target, slots.names().to_vec(), slots.embedding());
    let mut pieces = pieces.iter();
    let mut layers = |builder: &mut NetworkBuilder,
                      layers: &[Vec<Step>],
                      label: &str,
                      slot_of: &dyn Fn(&sumformer_checker::polynomial::Monomial) -> usize|
     -> Result<(), Refusal> {
        for (l, layer) in layers.iter().enumerate() {
            builder.block(
                format!("{label}, layer {} of {}", l + 1, layers.len()),
                options.activation,
                None,
                |input| {
                    layer
                        .iter()
                        .flat_map(|step| {
                            let pieces = pieces.next().expect("one entry per step");
                            steps::build(step, options.activation, pieces, input, slot_of)
                        })
                        .collect()
                },
            )?;
        }
        Ok(())
    };
    layers(&mut builder, &plan.phi, "phi: monomials of one token", &|m| slots.phi(m))?;
    sum_block(&mut builder, sumformer, options, &slots)?;
    layers(&mut builder, &plan.psi, "psi: monomials of the token and the sums", &|m| slots.psi(m))?;
    Ok(builder.finish(readout(sumformer, &slots)))
}

/// The attention block overwrites every feature slot by its latent.
///
/// Inside it a slot is z = φ − w·Σ. With w = 1 and FC = −z the stream becomes φ − z = Σ; with w = ½ and FC = −2z it
/// becomes φ − 2z = Σ − φ, the sum over the others.
fn sum_block(
    builder: &mut NetworkBuilder,
    sumformer: &Sumformer,
    options: &LoweringOptions,
    slots: &Slots,
) -> Result<(), LoweringError> {
    let n = match sumformer.tokens {
        Tokens::Fixed(n) => integer(n as i64),
        Tokens::Any => Rational::one(),
    };
    let (share, overwrite) = match sumformer.basis {
        SumBasis::Others => (-n / integer(2), integer(-2)),
        SumBasis::All => (-n, integer(-1)),
        SumBasis::Means => (integer(-1), integer(-1)),
    };
    let latents = slots.latents();
    let entries: Vec<_> = latents.iter().map(|&slot| (slot, slot, share.clone())).collect();
    let attention =
        averaging_attention(options.architecture, sumformer.tokens, builder.width(), &entries, slots.one());
    builder.block("sum: one attention layer", options.activation, Some(attention), |input| {
        latents
            .iter()
            .map(|&slot| {
                let direction = SparseVector::from_entries([(slot, Rational::one())]);
                identity(
                    options.activation,
                    &direction,
                    input.range_of(&direction),
                    &[(slot, overwrite.clone())],
                )
            })
            .collect()
    })?;
    Ok(())
}

fn readout(sumformer: &Sumformer, slots: &Slots) -> AffineMap {
    let mut weights = Vec::new();
    let mut bias = Vec::new();
    for (output, p) in sumformer.psi.iter().enumerate() {
        for (monomial, coefficient) in p.terms() {
            if monomial.is_one() {
                bias.push((output, coefficient.clone()));
            } else {
                weights.push((slots.psi(monomial), output, coefficient.clone()));
            }
        }
    }
    AffineMap { weights: SparseMatrix::from_entries(weights), bias: SparseVector::from_entries(bias) }
}
