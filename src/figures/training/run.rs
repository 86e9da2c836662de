//! One run: a network, its data, Adam, and the errors on the way.

use super::model::{Batch, TensorSumformer};
use crate::algebra::multi_index::count_checked;
use crate::algebra::power_sums::PowerSums;
use crate::figures::antipodal;
use crate::figures::data::{Random, Sequences, Stream, largest_error, relative_l2};
use crate::figures::record::{Collision, CurveRecord, LatentRecord, Model};
use crate::figures::settings::Settings;
use crate::figures::targets::{FIGURE_2_TOKENS, Figure1Function, figure_2};
use crate::reading::Diagnostics;
use candle_core::Tensor;
use candle_nn::optim::{AdamW, Optimizer, ParamsAdamW};
use nalgebra::DVector;
use sumformer_checker::language::EvalError;
use sumformer_checker::language::target::{Target, Tokens};

/// Why a run has no result.
#[derive(Debug, thiserror::Error)]
pub enum TrainingError {
    /// The tensor library refuses.
    #[error("the tensor library: {0}")]
    Tensor(#[from] candle_core::Error),
    /// The target has no value at a sequence.
    #[error("the target: {0}")]
    Target(#[from] EvalError),
    /// The target cannot be read.
    #[error("{0}")]
    Text(Box<Diagnostics>),
    /// The target is not for a number of tokens, or too large for all its power sums.
    #[error("{0}")]
    Unsuitable(String),
    /// Weights that are no numbers any more.
    #[error("the error is not finite after {epoch} epochs; a smaller learning rate may help")]
    Diverged {
        /// When it was seen.
        epoch: usize,
    },
}

impl From<Diagnostics> for TrainingError {
    fn from(diagnostics: Diagnostics) -> Self {
        Self::Text(Box::new(diagnostics))
    }
}

/// A network with the sequences that it learns from and those that it is measured on.
struct Run<'a> {
    network: TensorSumformer,
    tokens: usize,
    training: Batch,
    validation: Batch,
    /// The values that `validation` should have.
    values: Vec<f64>,
    settings: &'a Settings,
}

/// What came out.
struct Outcome {
    /// At every validation.
    errors: Vec<f64>,
    /// The number of the least error.
    best: usize,
    /// The weights that had it.
    weights: Vec<Tensor>,
}

impl<'a> Run<'a> {
    /// With the model that is asked for and d' = `latents`, which for a polynomial φ must be the number of its monomials.
    fn new(
        target: &Target,
        latents: usize,
        model: Model,
        settings: &'a Settings,
    ) -> Result<Self, TrainingError> {
        let Tokens::Fixed(tokens) = target.tokens else {
            return Err(TrainingError::Unsuitable("the target is not for a fixed number of tokens".into()));
        };
        let mut random = Random::new(settings.seed, Stream::Training);
        let training = Sequences::uniform(target, tokens, settings.training, &mut random)?;
        let validation = Sequences::validation(target, tokens, settings)?;
        let mut weights = Random::new(settings.seed, Stream::Weights);
        let shape = (tokens, target.dimension());
        let learned = model == Model::Mlp;
        let network = TensorSumformer::random(shape, latents, learned, settings, &mut weights)?;
        let batch = |sequences: &Sequences| -> Result<Batch, TrainingError> {
            let sums = (!learned).then(|| power_sums_of(sequences, tokens)).transpose()?;
            Ok(Batch::new(sequences, sums.as_deref())?)
        };
        Ok(Self {
            network,
            tokens,
            training: batch(&training)?,
            validation: batch(&validation)?,
            values: validation.values,
            settings,
        })
    }

    /// Learns; `report` is told after every epoch.
    fn train(&self, report: &dyn Fn()) -> Result<Outcome, TrainingError> {
        let settings = self.settings;
        let parameters =
            ParamsAdamW { lr: settings.learning_rate, weight_decay: 0.0, ..ParamsAdamW::default() };
        let mut optimizer = AdamW::new(self.network.variables(), parameters)?;
        let mut random = Random::new(settings.seed, Stream::Order);
        let mut order: Vec<u32> = (0..settings.training as u32).collect();
        let mut outcome = Outcome { errors: Vec::new(), best: 0, weights: Vec::new() };
        for epoch in 1..=settings.epochs {
            random.shuffle(&mut order);
            for batch in order.chunks(settings.batch) {
                let batch = self.training.select(batch, self.tokens)?;
                optimizer.backward_step(&self.network.loss(&batch)?)?;
            }
            if epoch % settings.validate_every == 0 {
                let error = relative_l2(&self.network.outputs(&self.validation)?, &self.values);
                if !error.is_finite() {
                    return Err(TrainingError::Diverged { epoch });
                }
                outcome.errors.push(error);
                if outcome.weights.is_empty() || error < outcome.errors[outcome.best] {
                    outcome.best = outcome.errors.len() - 1;
                    outcome.weights = self.network.weights()?;
                }
            }
            report();
        }
        Ok(outcome)
    }
}

/// All sums Σ_j x_j^α with 0 < |α| ≤ `degree`, in graded lexicographic order: (B, C(degree + d, d) − 1).
pub(super) fn power_sums_of(sequences: &Sequences, degree: usize) -> Result<Vec<f64>, TrainingError> {
    let unsuitable = |e: &dyn std::fmt::Display| TrainingError::Unsuitable(e.to_string());
    let power_sums = PowerSums::new(sequences.dimension, degree as u32).map_err(|e| unsuitable(&e))?;
    let inputs: Vec<f64> = sequences.inputs.iter().copied().map(f64::from).collect();
    let mut sums = vec![0.0; sequences.count() * power_sums.count()];
    power_sums
        .evaluate_f64(sequences.count(), sequences.tokens, &inputs, &mut sums)
        .map_err(|e| unsuitable(&e))?;
    Ok(sums)
}

/// A run of Figure 1; both models have d' = C(n + d, d) − 1.
pub fn curve(
    function: Figure1Function,
    model: Model,
    settings: &Settings,
    report: &dyn Fn(),
) -> Result<CurveRecord, TrainingError> {
    let target = function.target()?;
    let tokens = match target.tokens {
        Tokens::Fixed(n) => n as u32,
        Tokens::Any => 0,
    };
    let latents = count_checked(target.dimension() as u32, tokens)
        .and_then(|monomials| usize::try_from(monomials).ok())
        .ok_or_else(|| TrainingError::Unsuitable("too many power sums".into()))?;
    let errors = Run::new(&target, latents, model, settings)?.train(report)?.errors;
    Ok(CurveRecord { target: function, model, latents, settings: settings.clone(), errors })
}

/// A run of Figure 2: an MLP Sumformer, and where d' < d two inputs that it cannot tell apart.
pub fn latent(
    dimension: usize,
    latents: usize,
    settings: &Settings,
    report: &dyn Fn(),
) -> Result<LatentRecord, TrainingError> {
    let target = figure_2(dimension)?;
    let run = Run::new(&target, latents, Model::Mlp, settings)?;
    let Outcome { errors, best, weights } = run.train(report)?;
    let network = &run.network;
    network.set_weights(&weights)?;
    let corners = Sequences::corners(&target)?;
    let sampled_error = largest_error(&network.outputs(&run.validation)?, &run.values)
        .max(largest_error(&network.outputs(&Batch::new(&corners, None)?)?, &corners.values));
    let last = errors.len().checked_sub(1).ok_or_else(|| {
        TrainingError::Unsuitable("no epoch is validated: fewer epochs than validate_every".into())
    })?;
    Ok(LatentRecord {
        dimension,
        latents,
        settings: settings.clone(),
        best_error: errors[best],
        best_epoch: (best + 1) * settings.validate_every,
        last_error: errors[last],
        sampled_error,
        pair: collision(network, dimension)?,
    })
}

/// The pair of the Borsuk–Ulam argument, if d' < d.
fn collision(network: &TensorSumformer, dimension: usize) -> Result<Option<Collision>, TrainingError> {
    let (Some(phi), psi) = network.to_f64()? else { return Ok(None) };
    let ones = DVector::from_element(dimension, 1.0);
    let phi_ones = phi.value(&ones);
    let output = |t: &[f64]| {
        let others = phi.value(&DVector::from_column_slice(t)) * (FIGURE_2_TOKENS - 1) as f64;
        let sum = &phi_ones + others;
        let argument = DVector::from_iterator(ones.len() + sum.len(), ones.iter().chain(sum.iter()).copied());
        psi.value(&argument).as_slice().to_vec()
    };
    Ok(antipodal::search(&phi).map(|pair| Collision::new(pair, output)))
}
