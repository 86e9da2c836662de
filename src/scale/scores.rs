//! Scores that are not zero: how far attention weights are from uniform, measured and certified.
//!
//! Lemma: if all scores of a row lie in [−η, η], each softmax weight lies in [e^(−2η)/n, e^(2η)/n]. For exp(s_j) is between
//! e^(−η) and e^η, and so is the mean of these; the weight times n is the quotient of the two.

use super::attention::{AttentionRowError, exact_network, sequence};
use super::probe::{ScoreMatrices, attention_weights, mechanism, probe_width, score_matrices};
use crate::eval::{EvalError, Forward};
use crate::lowering::attention::{Architecture, Scores};
use crate::numeric::FloatInterval;
use num_traits::{One, Zero};
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::{Rational, integer, max, to_f64};
use sumformer_checker::format::network::{Mechanism, Network};
use sumformer_checker::format::sparse::SparseVector;
use sumformer_checker::language::target::Target;

/// Sequences that are looked at.
const SEQUENCES: u64 = 4;

/// What is varied, but for the target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScoresPoint {
    /// n.
    pub tokens: usize,
    /// η, a bound of all scores.
    pub eta: Rational,
    /// The attention.
    pub architecture: Architecture,
    /// Seed of W_Q and W_K.
    pub seed: u64,
}

/// What is measured at a point. Deviations are |n·A_ij − 1|, relative to the weight 1/n.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoresRow {
    /// What interval arithmetic says of the scores, at most η.
    pub bound: Rational,
    /// The largest deviation found; proved to be at least this, by interval arithmetic.
    pub measured: f64,
    /// No deviation over the whole box is larger.
    pub certified: f64,
    /// The largest change of the network's outputs, in f64.
    pub outputs: f64,
}

impl ScoresRow {
    /// Whether a deviation was found that the certified one excludes.
    pub fn refutes(&self) -> bool {
        self.measured > self.certified
    }
}

/// The row of a target at a point.
pub fn scores_row(target: &Target, point: &ScoresPoint) -> Result<ScoresRow, AttentionRowError> {
    let ScoresPoint { tokens, ref eta, architecture, seed } = *point;
    let domain = &target.domain;
    let width = probe_width(domain.len(), tokens);
    let mechanism = mechanism(architecture, width);
    let scores = scores_for(&mechanism, domain, width, eta, seed);
    let network = exact_network(target, architecture, Scores::Zero)?;
    let moved = with_scores(&network, domain, eta, seed);
    let (mut measured, mut outputs) = (0.0_f64, 0.0_f64);
    for number in 0..SEQUENCES {
        let sequence = sequence(domain, tokens, number);
        measured = measured.max(largest_deviation(&sequence, &mechanism, &scores)?);
        outputs = outputs.max(largest_change(&network, &moved, &sequence)?);
    }
    let certified = certified_deviation(&mechanism, &scores, domain);
    Ok(ScoresRow { bound: scores.bound, measured, certified, outputs })
}

/// Performers do not divide scores by √D.
fn scores_for(
    mechanism: &Mechanism,
    domain: &[Interval],
    width: usize,
    eta: &Rational,
    seed: u64,
) -> ScoreMatrices {
    let divided = if matches!(mechanism, Mechanism::Performer { .. }) { 1 } else { width };
    score_matrices(domain, divided, eta, seed)
}

/// The network with scores up to η in place of its own.
fn with_scores(network: &Network, domain: &[Interval], eta: &Rational, seed: u64) -> Network {
    let (mut moved, width) = (network.clone(), network.width());
    for head in
        moved.blocks.iter_mut().filter_map(|block| block.attention.as_mut()).flat_map(|a| &mut a.heads)
    {
        let scores = scores_for(&head.mechanism, domain, width, eta, seed);
        (head.query, head.key) = (scores.query, scores.key);
    }
    moved
}

/// The least value that the largest deviation at a sequence can have.
fn largest_deviation(
    sequence: &[Vec<Rational>],
    mechanism: &Mechanism,
    scores: &ScoreMatrices,
) -> Result<f64, EvalError> {
    let weights = attention_weights::<FloatInterval>(sequence, mechanism.clone(), scores)?;
    let least = |weight: &FloatInterval| {
        let deviation = *weight - FloatInterval::one();
        deviation.inf().max(-deviation.sup()).max(0.0)
    };
    Ok(weights.iter().flatten().map(least).fold(0.0, f64::max))
}

fn largest_change(network: &Network, moved: &Network, sequence: &[Vec<Rational>]) -> Result<f64, EvalError> {
    let tokens: Vec<Vec<f64>> = sequence.iter().map(|token| token.iter().map(to_f64).collect()).collect();
    let [before, after] =
        [network, moved].map(|network| Forward::<f64>::compile(network).and_then(|f| f.run(&tokens)));
    let (before, after) = (before?, after?);
    let changes = before.iter().flatten().zip(after.iter().flatten()).map(|(a, b)| (a - b).abs());
    Ok(changes.fold(0.0, f64::max))
}

/// A bound of |n·A_ij − 1| over the whole box.
///
/// Softmax: e^(2η) − 1. Linformer with F = 1/n: 0 whatever the scores, since all rows of F V are equal. A Performer's weights are
/// means of terms e^t over the features, t = ω·k − ‖k‖²/2 for the key: normalised they deviate by at most
/// e^w − 1, w the largest width of the range of t over the box; without normaliser a weight is a mean of e^(t + t'), t' for the
/// query.
fn certified_deviation(mechanism: &Mechanism, scores: &ScoreMatrices, domain: &[Interval]) -> f64 {
    let growth =
        |exponent: &Rational| (FloatInterval::from_rational(exponent).exp() - FloatInterval::one()).sup();
    match mechanism {
        Mechanism::Softmax => growth(&(&scores.bound * integer(2))),
        Mechanism::Linformer { .. } => 0.0,
        Mechanism::Performer { normalized, features } => {
            let keys = Images::of(&scores.key, domain);
            let queries = Images::of(&scores.query, domain);
            let exponents = features.iter().map(|omega| {
                let key = keys.exponent(omega);
                if *normalized { key.wid() } else { (&key + &queries.exponent(omega)).mag() }
            });
            growth(&exponents.fold(Rational::zero(), max))
        }
    }
}

/// Keys or queries of a box of tokens.
struct Images<'a> {
    matrix: &'a sumformer_checker::format::sparse::SparseMatrix,
    domain: &'a [Interval],
    half_norm: Interval,
}

impl<'a> Images<'a> {
    fn of(matrix: &'a sumformer_checker::format::sparse::SparseMatrix, domain: &'a [Interval]) -> Self {
        let mut columns = vec![Interval::point(integer(0)); domain.len()];
        for (row, column, weight) in matrix.iter() {
            columns[column] = &columns[column] + &domain[row].scale(weight);
        }
        let zero = Interval::point(integer(0));
        let norm = columns.iter().fold(zero, |sum, column| &sum + &column.power(2));
        Self { matrix, domain, half_norm: norm.scale(&integer(2).recip()) }
    }

    /// ω·z − ‖z‖²/2 for all of them.
    fn exponent(&self, omega: &SparseVector) -> Interval {
        let mut form = vec![Rational::zero(); self.domain.len()];
        for (row, column, weight) in self.matrix.iter() {
            form[row] += weight * omega.get(column);
        }
        let zero = Interval::point(integer(0));
        let product =
            form.iter().zip(self.domain).fold(zero, |sum, (weight, side)| &sum + &side.scale(weight));
        &product + &self.half_norm.scale(&integer(-1))
    }
}
