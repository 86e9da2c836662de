//! From a Sumformer to a network of Definition 2.3 with exactly one attention layer (Thms 4.3–4.5).

pub mod attention;
pub mod budget;
pub mod heads;
pub mod plan;
pub mod slots;
pub mod steps;

use crate::network::builder::{BuiltNetwork, NetworkBuilder};
use crate::network::gadget::{Sides, identity};
use crate::parallel;
use crate::sumformer::{SumBasis, Sumformer};
use attention::{Architecture, Scores, averaging_attention};
use budget::plan_budget;
use num_traits::{One, Zero};
use plan::{Item, Layout, Plan, Stage, Step};
use slots::Slots;
use std::sync::Arc;
use steps::Places;
use sumformer_checker::arith::decimal::above;
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::{Rational, integer, max, to_f64};
use sumformer_checker::check::{derive_outputs, largest_total};
use sumformer_checker::format::network::{Activation, AffineMap};
use sumformer_checker::format::sparse::{SparseMatrix, SparseVector};
use sumformer_checker::language::ast::{Function, Span};
use sumformer_checker::language::target::Tokens;
use sumformer_checker::refusal::Refusal;
use sumformer_checker::surrogate::Surrogate;

/// Rebuilding with a smaller budget stops after this many attempts.
const MAX_ATTEMPTS: usize = 20;
/// After so many of them the error that is aimed for shrinks faster: where gadgets have few pieces, a little less changes none of them.
const PATIENT_ATTEMPTS: usize = 12;

/// How much smaller the budget becomes after a gadget was refused.
const OFF_DOMAIN_STEP: f64 = 4.0;

/// What to lower to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoweringOptions {
    /// The attention.
    pub architecture: Architecture,
    /// Its scores.
    pub scores: Scores,
    /// relu or relu2.
    pub activation: Activation,
    /// Where relu units are not 0.
    pub sides: Sides,
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
    /// Squares are not near functions that are no polynomials.
    #[error(
        "squared ReLU computes polynomials exactly and nothing else, but the target needs `{}`; use --activation relu",
        .0.name()
    )]
    AtomsRelu2(Function),
    /// A unit has inputs.
    #[error(
        "the argument of a `{}` is a constant once everything in it that cancels is gone; write the number in its place",
        .0.name()
    )]
    ConstantArgument(Function),
    /// A Performer without normaliser sums, which has no meaning for every length.
    #[error(
        "a Performer without normaliser (--performer paper) computes sums, but tokens = \"any\" needs means; use --performer favor"
    )]
    SumsForEveryLength,
    /// Weighted means need a softmax.
    #[error(transparent)]
    NoHeads(#[from] heads::NoHeads),
    /// The planned network is larger than allowed.
    #[error(
        "the network would need {}", too_large(*units, *limit)
    )]
    TooLarge {
        /// Planned hidden units.
        units: f64,
        /// The limit.
        limit: u64,
    },
    /// Numbers for which no network is planned.
    #[error("`{}` has values that are too large for any network that could be planned", .0.function.name())]
    Immense(Box<Immense>),
    /// The budget did not converge: rounding is coarser than ε.
    #[error("after {MAX_ATTEMPTS} attempts the bound is still {}, above epsilon", above(bound))]
    BudgetNotMet {
        /// The last bound.
        bound: Rational,
    },
    /// The symbolic run refused the constructed network: a defect of the constructor.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

/// The function with the largest values, where these are too large.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Immense {
    /// The function.
    pub function: Function,
    /// What its argument ranges over.
    pub argument: Interval,
    /// The largest magnitude of its values.
    pub largest: Rational,
    /// Where it stands in the target.
    pub span: Span,
}

/// Builds the network; for relu the gadget sizes are refined until the derived bound is at most ε.
pub fn lower(
    sumformer: &Sumformer,
    surrogate: &Arc<Surrogate>,
    options: &LoweringOptions,
    max_units: u64,
) -> Result<BuiltNetwork, LoweringError> {
    if options.layout == Layout::Shallow && options.activation == Activation::Relu2 {
        return Err(LoweringError::ShallowRelu2);
    }
    if options.activation == Activation::Step {
        return Err(LoweringError::StepContinuous);
    }
    if options.activation == Activation::Relu2 && !surrogate.atoms.is_empty() {
        // Names stand for the functions behind them.
        let functions = || surrogate.atoms.iter().map(|atom| atom.function);
        let told = functions().find(|&function| function != Function::Identity);
        return Err(LoweringError::AtomsRelu2(told.unwrap_or(Function::Identity)));
    }
    if surrogate.target.tokens == Tokens::Any
        && matches!(options.architecture, Architecture::Performer { normalized: false, .. })
    {
        return Err(LoweringError::SumsForEveryLength);
    }
    if let Some(atom) = surrogate.atoms.iter().find(|atom| atom.argument.as_constant().is_some()) {
        return Err(LoweringError::ConstantArgument(atom.function));
    }
    let plan = Plan::new(sumformer, surrogate, options.layout);
    let epsilon = to_f64(&options.epsilon);
    // What the surrogate has used up is not there for the gadgets.
    let mut last = surrogate.deviations.iter().cloned().fold(Rational::zero(), max);
    let spent = to_f64(&last);
    let left = (epsilon - spent).max(epsilon * 1e-9);
    let mut aim = left;
    let mut refused = None;
    for attempt in 0..MAX_ATTEMPTS {
        let budget = plan_budget(sumformer, surrogate, &plan, aim);
        if !budget.units.is_finite()
            && let Some(immense) = immense(surrogate)
        {
            return Err(immense);
        }
        if options.activation == Activation::Relu && budget.units > max_units as f64 {
            return Err(LoweringError::TooLarge { units: budget.units, limit: max_units });
        }
        let built = match build(sumformer, surrogate, options, &plan, &budget.pieces) {
            Ok(built) => built,
            // Coarse gadgets may push an argument out of a function's domain.
            Err(LoweringError::Refused(refusal)) if !surrogate.atoms.is_empty() => {
                refused = Some(refusal);
                aim /= OFF_DOMAIN_STEP;
                continue;
            }
            Err(other) => return Err(other),
        };
        refused = None;
        let outputs = derive_outputs(&built.network, &built.run, None)?;
        let bound = largest_total(&outputs);
        if bound <= options.epsilon {
            return Ok(built);
        }
        if options.activation == Activation::Relu2 {
            return Err(LoweringError::BudgetNotMet { bound });
        }
        // Errors scale with the aim, but for rounding: step back by the overshoot and a little more.
        let more = if attempt < PATIENT_ATTEMPTS { 0.995 } else { 0.8 };
        aim *= (left / (to_f64(&bound) - spent)).clamp(0.0, 1.0) * more;
        last = bound;
    }
    Err(refused.map_or(LoweringError::BudgetNotMet { bound: last }, LoweringError::Refused))
}

/// The refusal about the function with the largest values, if there is a function.
fn immense(surrogate: &Surrogate) -> Option<LoweringError> {
    let atoms = surrogate.atoms.iter().zip(&surrogate.target.domain[surrogate.dimension..]);
    // What has a name is made of calls, and those are in the user's words.
    let written = atoms.filter(|(atom, _)| atom.function != Function::Identity);
    let (atom, values) = written.max_by(|(_, a), (_, b)| a.mag().cmp(&b.mag()))?;
    Some(LoweringError::Immense(Box::new(Immense {
        function: atom.function,
        argument: atom.argument_range.clone(),
        largest: values.mag(),
        span: atom.span.clone(),
    })))
}

/// Builds a relu network whose gadgets are each asked for so many pieces, whatever the error; with relu2 the same as [`lower`].
pub fn lower_with_pieces(
    sumformer: &Sumformer,
    surrogate: &Arc<Surrogate>,
    options: &LoweringOptions,
    pieces: u64,
) -> Result<BuiltNetwork, LoweringError> {
    let plan = Plan::new(sumformer, surrogate, options.layout);
    let gadgets = |item| match item {
        Item::Step(Step::Ridge { powers, .. }) => powers.len(),
        Item::Step(Step::Product(_)) | Item::Atom(_) => 1,
    };
    let pieces: Vec<Vec<u64>> = plan.items().map(|item| vec![pieces; gadgets(item)]).collect();
    build(sumformer, surrogate, options, &plan, &pieces)
}

fn build(
    sumformer: &Sumformer,
    surrogate: &Arc<Surrogate>,
    options: &LoweringOptions,
    plan: &Plan,
    pieces: &[Vec<u64>],
) -> Result<BuiltNetwork, LoweringError> {
    let slots = Slots::new(sumformer, surrogate, plan, options.scores);
    let mut builder = NetworkBuilder::new(surrogate.clone(), slots.names().to_vec(), slots.embedding());
    let hidden = steps::Hidden { activation: options.activation, sides: options.sides };
    let mut pieces = pieces.iter();
    let mut stages = |builder: &mut NetworkBuilder, stages: &[Stage], label: &str, places: &dyn Places| {
        let layers: usize = stages.iter().map(|stage| stage.layers.len()).sum();
        let mut number = 0;
        for stage in stages {
            for layer in &stage.layers {
                number += 1;
                let label = format!("{label}: monomials, layer {number} of {layers}");
                builder.block(label, options.activation, None, |input| {
                    let layer: Vec<_> =
                        layer.iter().map(|step| (step, pieces.next().expect("one entry per step"))).collect();
                    let build =
                        |&(step, pieces): &(_, &Vec<u64>)| steps::build(step, hidden, pieces, input, places);
                    let built = parallel::map(&layer, build).into_iter();
                    Ok(built.collect::<Result<Vec<_>, _>>()?.concat())
                })?;
            }
            if stage.atoms.is_empty() {
                continue;
            }
            let label = format!("{label}: functions of one variable");
            builder.block(label, options.activation, None, |input| {
                let atoms: Vec<_> = stage
                    .atoms
                    .iter()
                    .map(|&atom| (atom, pieces.next().expect("one entry per atom")[0]))
                    .collect();
                let build = |&(atom, pieces): &(usize, u64)| {
                    let argument = &sumformer.psi[surrogate.forms.len() + atom];
                    steps::build_atom(atom, argument, pieces, input, places, &slots.atom(atom))
                };
                parallel::map(&atoms, build).into_iter().collect()
            })?;
        }
        Ok::<(), Refusal>(())
    };
    stages(&mut builder, &plan.phi, "phi, of one token", slots.before())?;
    sum_block(&mut builder, sumformer, options, &slots)?;
    stages(&mut builder, &plan.psi, "psi, of the token and the sums", slots.after())?;
    Ok(builder.finish(readout(sumformer, surrogate, &slots)))
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
    let surrogate = builder.run().surrogate().clone();
    let one = slots.one().filter(|_| options.scores == Scores::Paper);
    // Without sums there is nothing to average; a network has one attention layer all the same.
    let averaged = !entries.is_empty() || surrogate.means.is_empty();
    let mut attention = averaged
        .then(|| averaging_attention(options.architecture, sumformer.tokens, builder.width(), &entries, one));
    let heads = match surrogate.means.is_empty() {
        true => Vec::new(),
        false => {
            let mechanism = heads::mechanism(options.architecture, sumformer.tokens)?;
            heads::add(&mut attention, (&surrogate, slots), &mechanism, builder.blocks())
        }
    };
    let of_sums = (attention, heads);
    let label = match surrogate.means.is_empty() {
        true => "sum: one attention layer",
        false => "sums and weighted means: one attention layer",
    };
    builder.block_with_heads(label, options.activation, of_sums, |input| {
        // X + FC(X + Att(X)): what heads add is in FC alone.
        let means = slots.means().map(|slot| (slot, Rational::one()));
        let written =
            latents.iter().map(|&slot| (slot, overwrite.clone())).chain(means).map(|(slot, factor)| {
                let direction = SparseVector::from_entries([(slot, Rational::one())]);
                identity(options.activation, &direction, input.range_of(&direction), &[(slot, factor)])
            });
        written.collect()
    })?;
    Ok(())
}

fn readout(sumformer: &Sumformer, surrogate: &Surrogate, slots: &Slots) -> AffineMap {
    let mut weights = Vec::new();
    let mut bias = Vec::new();
    for (output, p) in sumformer.psi[..surrogate.forms.len()].iter().enumerate() {
        for (monomial, coefficient) in p.terms() {
            if monomial.is_one() {
                bias.push((output, coefficient.clone()));
            } else {
                weights.push((slots.after().slot(monomial), output, coefficient.clone()));
            }
        }
    }
    AffineMap { weights: SparseMatrix::from_entries(weights), bias: SparseVector::from_entries(bias) }
}

/// How many hidden units are needed, and the way out.
fn too_large(units: f64, limit: u64) -> String {
    if units.is_finite() {
        format!(
            "about {units:.3e} hidden units, more than the limit of {limit}; raise --max-units or --epsilon"
        )
    } else {
        "more hidden units than can be counted; raise --epsilon".into()
    }
}
