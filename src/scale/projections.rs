//! How well random projections and random features stand for softmax attention, against their number k or m.

use super::attention::sequence;
use super::probe::{ScoreMatrices, attention_weights, mechanism, probe_width, score_matrices};
use crate::eval::EvalError;
use crate::lowering::attention::{Architecture, sample_features};
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::{Exact, Rational, to_f64};
use sumformer_checker::format::network::{Mechanism, Projection};

/// What stands for the n × n weights of softmax attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Estimator {
    /// Definition 2.5 with E = F = 1/n, as in Theorem 4.4.
    LinformerUniform,
    /// Definition 2.5 with normal E and F of variance 1/k.
    LinformerNormal,
    /// A·EᵀE with normal E of variance 1/k: the Johnson–Lindenstrauss argument of Linformer.
    JohnsonLindenstrauss,
    /// Definition 2.6, normalised.
    Favor,
    /// Definition 2.6 as printed, divided by n.
    PaperPerformer,
}

impl Estimator {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::LinformerUniform,
        Self::LinformerNormal,
        Self::JohnsonLindenstrauss,
        Self::Favor,
        Self::PaperPerformer,
    ];

    /// In tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::LinformerUniform => "linformer-uniform",
            Self::LinformerNormal => "linformer-normal",
            Self::JohnsonLindenstrauss => "johnson-lindenstrauss",
            Self::Favor => "performer-favor",
            Self::PaperPerformer => "performer-paper",
        }
    }
}

/// What is varied, but for the domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectionPoint {
    /// n.
    pub tokens: usize,
    /// A bound of all scores.
    pub eta: Rational,
    /// What is measured.
    pub estimator: Estimator,
    /// k or m.
    pub rank: usize,
    /// How many random choices.
    pub seeds: u64,
}

/// The root mean square, over seeds, tokens and coordinates, of the difference to softmax attention with the same scores and the
/// coordinates as values, relative to the root mean square of softmax attention itself.
///
/// Softmax attention divides scores by √D and the Performer does not, so their matrices are scaled apart; the scores are
/// equal up to a relative 2^−23.
pub fn projection_error(domain: &[Interval], point: &ProjectionPoint) -> Result<f64, EvalError> {
    let n = point.tokens;
    let width = probe_width(domain.len(), n);
    let sequence = sequence(domain, n, 0);
    let softmax_scores = score_matrices(domain, width, &point.eta, 0);
    let performer_scores = score_matrices(domain, 1, &point.eta, 0);
    let values: Vec<Vec<f64>> = sequence.iter().map(|token| token.iter().map(to_f64).collect()).collect();
    let attended = |weights: &[Vec<f64>]| apply(weights, &values);
    let exact = attention_weights::<f64>(&sequence, Mechanism::Softmax, &softmax_scores)?;
    let reference = attended(&exact);
    let mut squares = 0.0;
    for seed in 1..=point.seeds {
        let run = |mechanism, scores: &ScoreMatrices| attention_weights::<f64>(&sequence, mechanism, scores);
        let of = |architecture| mechanism(architecture, width);
        let rank = point.rank;
        let weights = match point.estimator {
            Estimator::LinformerUniform => run(of(Architecture::Linformer { rank }), &softmax_scores)?,
            Estimator::LinformerNormal => {
                let [e, f] = [2 * seed, 2 * seed + 1].map(|seed| projection(&normal(rank, n, seed)));
                run(Mechanism::Linformer { e, f }, &softmax_scores)?
            }
            Estimator::JohnsonLindenstrauss => project(&exact, &normal(rank, n, seed)),
            Estimator::Favor | Estimator::PaperPerformer => {
                let normalized = point.estimator == Estimator::Favor;
                run(of(Architecture::Performer { features: rank, seed, normalized }), &performer_scores)?
            }
        };
        squares += square_distance(&attended(&weights), &reference);
    }
    let zero: Vec<Vec<f64>> = reference.iter().map(|row| vec![0.0; row.len()]).collect();
    Ok((squares / point.seeds as f64 / square_distance(&reference, &zero)).sqrt())
}

/// k × n independent normal numbers of variance 1/k.
fn normal(rank: usize, n: usize, seed: u64) -> Vec<Vec<f64>> {
    let rows = sample_features(rank, n, seed);
    rows.iter().map(|row| (0..n).map(|j| to_f64(&row.get(j)) / (rank as f64).sqrt()).collect()).collect()
}

fn projection(rows: &[Vec<f64>]) -> Projection {
    let exact = |&value: &f64| Exact(Rational::from_float(value).unwrap_or_default());
    Projection::Rows(rows.iter().map(|row| row.iter().map(exact).collect()).collect())
}

/// A·Eᵀ·E.
fn project(weights: &[Vec<f64>], e: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let projected: Vec<Vec<f64>> =
        weights.iter().map(|row| e.iter().map(|e| dot(row, e)).collect()).collect();
    apply(&projected, e)
}

fn apply(weights: &[Vec<f64>], values: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let columns = values[0].len();
    let row = |weights: &Vec<f64>| {
        (0..columns).map(|c| weights.iter().zip(values).map(|(w, v)| w * v[c]).sum()).collect()
    };
    weights.iter().map(row).collect()
}

fn square_distance(a: &[Vec<f64>], b: &[Vec<f64>]) -> f64 {
    a.iter().flatten().zip(b.iter().flatten()).map(|(a, b)| (a - b).powi(2)).sum()
}
