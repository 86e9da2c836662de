//! The networks that are constructed for the functions of the figures, with their proofs.

use super::data::{Sequences, largest_error, relative_l2};
use super::record::ConstructedRecord;
use super::settings::Settings;
use super::targets::{FIGURE_2_DIMENSIONS, Figure1Function, figure_2};
use crate::approximation::way::{Route, WayError, structural};
use crate::certify::{ProofError, prove};
use crate::eval::{EvalError, Forward, Workspace};
use crate::lowering::attention::{Architecture, Scores};
use crate::lowering::{LoweringError, lower};
use crate::reading::Diagnostics;
use crate::recipe::SumOptions;
use sumformer_checker::arith::number::ratio;
use sumformer_checker::check::Verdict;
use sumformer_checker::format::network::Activation;
use sumformer_checker::language::EvalError as TargetError;
use sumformer_checker::language::target::{Target, Tokens};

/// More hidden units are not built.
const MAX_UNITS: u64 = 2_000_000;

/// Why a function has no construction.
#[derive(Debug, thiserror::Error)]
pub enum ConstructedError {
    /// The target cannot be read.
    #[error("{0}")]
    Text(Box<Diagnostics>),
    /// No Sumformer is found.
    #[error(transparent)]
    Way(#[from] Box<WayError>),
    /// It cannot be made a network.
    #[error(transparent)]
    Lowering(#[from] Box<LoweringError>),
    /// There is no proof.
    #[error(transparent)]
    Proof(#[from] Box<ProofError>),
    /// The checker does not accept the proof.
    #[error("the checker does not accept the proof: {0}")]
    NotValid(String),
    /// The network cannot be evaluated.
    #[error(transparent)]
    Network(#[from] EvalError),
    /// The target cannot be evaluated.
    #[error("the target: {0}")]
    Target(#[from] TargetError),
}

impl From<Diagnostics> for ConstructedError {
    fn from(diagnostics: Diagnostics) -> Self {
        Self::Text(Box::new(diagnostics))
    }
}

/// All constructions of a figure (1 or 2): with ReLU, and where the target is a polynomial with squared ReLU.
pub fn figure(figure: u8) -> Result<Vec<ConstructedRecord>, ConstructedError> {
    let (targets, settings): (Vec<Target>, _) = if figure == 1 {
        let targets = Figure1Function::ALL.into_iter().map(Figure1Function::target);
        (targets.collect::<Result<_, _>>()?, Settings::figure_1())
    } else {
        (FIGURE_2_DIMENSIONS.map(figure_2).collect::<Result<_, _>>()?, Settings::figure_2())
    };
    let mut records = Vec::new();
    for target in &targets {
        for (name, activation) in [("relu", Activation::Relu), ("relu2", Activation::Relu2)] {
            records.extend(construct(figure, target, (name, activation), &settings)?);
        }
    }
    Ok(records)
}

/// The transformer for a target, proved at the target's ε; nothing for squared ReLU and a target that is no polynomial.
pub fn construct(
    figure: u8,
    target: &Target,
    (name, activation): (&str, Activation),
    settings: &Settings,
) -> Result<Option<ConstructedRecord>, ConstructedError> {
    let epsilon = target.epsilon.clone().unwrap_or_else(|| ratio(1, 1000));
    let sums = SumOptions { activation, ..SumOptions::default() };
    let way = structural(target, &sums.way(epsilon.clone())).map_err(Box::new)?;
    if activation == Activation::Relu2 && way.route != Route::Exact {
        return Ok(None);
    }
    let options = sums.lowering(Architecture::Transformer, Scores::Zero, way.network_epsilon.clone());
    let built = lower(&way.sumformer, &way.surrogate, &options, MAX_UNITS).map_err(Box::new)?;
    let proof = prove(target, &built, &epsilon).map_err(Box::new)?;
    if !matches!(proof.verdict, Verdict::Valid(_)) {
        return Err(ConstructedError::NotValid(format!("{:?}", proof.verdict)));
    }
    let tokens = match target.tokens {
        Tokens::Fixed(n) => n,
        Tokens::Any => 1,
    };
    let validation = Sequences::validation(target, tokens, settings)?;
    let forward = Forward::<f64>::compile(&built.network)?;
    let mut workspace = Workspace::default();
    let mut outputs = Vec::with_capacity(validation.values.len());
    for sequence in validation.inputs.chunks_exact(tokens * target.dimension()) {
        let sequence: Vec<f64> = sequence.iter().copied().map(f64::from).collect();
        outputs.extend_from_slice(forward.run_in(&mut workspace, &sequence)?);
    }
    Ok(Some(ConstructedRecord {
        figure,
        target: target.name.clone(),
        dimension: target.dimension(),
        activation: name.to_string(),
        latents: way.sumformer.latent_dimension(),
        blocks: proof.size.blocks,
        hidden_units: proof.size.hidden_units,
        certified: proof.certificate.certified.0.to_string(),
        relative_error: relative_l2(&outputs, &validation.values),
        sampled_error: largest_error(&outputs, &validation.values),
    }))
}
