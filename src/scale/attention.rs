//! The three attentions against n: work and memory in closed form, floating-point error and seconds of a forward pass.

use crate::eval::{EvalError, Forward, Workspace};
use crate::lowering::attention::{Architecture, Scores};
use crate::lowering::lower;
use crate::lowering::plan::Layout;
use crate::recipe::{RecipeError, SumOptions};
use crate::sumformer::latent::{LatentMode, choose};
use rand::rngs::ChaCha8Rng;
use rand::{Rng, SeedableRng};
use std::sync::Arc;
use std::time::Instant;
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::{Rational, max, ratio, to_f64};
use sumformer_checker::format::network::{Activation, Network};
use sumformer_checker::language::target::Target;
use sumformer_checker::limits::MAX_TERMS;
use sumformer_checker::surrogate::Surrogate;
use sumformer_checker::witness::semantics::{ExactEvaluator, SemanticsError};

/// Queries whose scores are in memory at once, in [`crate::eval`].
pub const QUERIES_AT_ONCE: u128 = 32;
/// Passes that are timed; the fastest counts.
const PASSES: usize = 5;
/// Coordinates of inputs are multiples of this part of a side.
const INPUT_GRID: i64 = 1 << 20;

/// Products and bytes of one attention layer for a whole sequence, in closed form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttentionWork {
    /// Products behind Q, K and V, as the evaluator computes them: where all queries are zero, one stands for all.
    pub multiply_adds: u128,
    /// The same if every query is computed.
    pub every_query: u128,
    /// Bytes of the weights or random features that the evaluator holds at once, in f64.
    pub bytes: u128,
    /// Bytes of the whole attention matrix (n × n, or n × k), or of the features of all queries and keys (2 · n × m).
    pub whole_bytes: u128,
}

/// The work for n tokens: `columns` of Q and K that are not zero (0 for zero scores, 1 for the paper's) and d' of V.
pub fn attention_work(architecture: Architecture, n: usize, columns: usize, latent: usize) -> AttentionWork {
    let [n, r, v] = [n, columns, latent].map(|count| count as u128);
    let asked = if columns == 0 { 1 } else { n };
    // Q Kᵀ and A V for `rows` keys or projected keys.
    let softmax = |queries: u128, rows: u128| queries * rows * (r + v);
    match architecture {
        Architecture::Transformer => AttentionWork {
            multiply_adds: softmax(asked, n),
            every_query: softmax(n, n),
            bytes: asked.min(QUERIES_AT_ONCE) * n * 8,
            whole_bytes: n * n * 8,
        },
        Architecture::Linformer { rank } => {
            let k = rank as u128;
            // E and F of equal rows: one row is projected, and only one distinct key is left.
            let projected = n * (r + v);
            AttentionWork {
                multiply_adds: projected + softmax(asked, 1),
                every_query: k * projected + softmax(n, k),
                bytes: asked.min(QUERIES_AT_ONCE) * 8,
                whole_bytes: n * k * 8,
            }
        }
        Architecture::Performer { features, .. } => {
            let m = features as u128;
            // ω on Q and on K; a(K)ᵀ V and a(K)ᵀ 1; a(Q) times both.
            let work = |queries: u128| (queries + n) * m * r + (n + queries) * m * (v + 1);
            AttentionWork {
                multiply_adds: work(asked),
                every_query: work(n),
                bytes: (asked + n) * m * 8,
                whole_bytes: 2 * n * m * 8,
            }
        }
    }
}

/// What is measured at a point.
#[derive(Debug, Clone, PartialEq)]
pub struct AttentionRow {
    /// d'.
    pub latent_dimension: usize,
    /// In closed form.
    pub work: AttentionWork,
    /// The largest |f64 − exact| of the outputs at one sequence; `None` where attention weights are transcendental.
    pub float_error: Option<f64>,
    /// Seconds of a forward pass in f64.
    pub seconds: f64,
}

/// Why a point has no row.
#[derive(Debug, thiserror::Error)]
pub enum AttentionRowError {
    /// No Sumformer.
    #[error(transparent)]
    Recipe(#[from] RecipeError),
    /// No forward pass.
    #[error(transparent)]
    Eval(#[from] EvalError),
}

/// The network for a target: squared ReLU where that is exact, else relu with the target's ε or 1/1000.
pub fn exact_network(
    target: &Target,
    architecture: Architecture,
    scores: Scores,
) -> Result<Network, RecipeError> {
    let surrogate = Arc::new(Surrogate::new(target, &[], MAX_TERMS)?);
    let epsilon = target.epsilon.clone().unwrap_or_else(|| ratio(1, 1000));
    let (sumformer, _) = choose(&surrogate, LatentMode::Sparse, Layout::Tree, to_f64(&epsilon))?;
    let activation = if surrogate.atoms.is_empty() { Activation::Relu2 } else { Activation::Relu };
    let options = SumOptions { activation, ..SumOptions::default() }.lowering(architecture, scores, epsilon);
    Ok(lower(&sumformer, &surrogate, &options, 1 << 20)?.network)
}

/// The row for a target and a sequence length.
pub fn attention_row(
    target: &Target,
    n: usize,
    architecture: Architecture,
    scores: Scores,
) -> Result<AttentionRow, AttentionRowError> {
    let network = exact_network(target, architecture, scores)?;
    let sequence = sequence(&target.domain, n, 0);
    let latent_dimension = attended_slots(&network);
    let columns = usize::from(scores == Scores::Paper);
    let forward = Forward::<f64>::compile(&network)?;
    let flat: Vec<f64> = sequence.iter().flatten().map(to_f64).collect();
    let mut workspace = Workspace::default();
    let mut seconds = f64::INFINITY;
    let mut outputs = Vec::new();
    for _ in 0..PASSES {
        let start = Instant::now();
        outputs = forward.run_in(&mut workspace, &flat)?.to_vec();
        seconds = seconds.min(start.elapsed().as_secs_f64());
    }
    Ok(AttentionRow {
        latent_dimension,
        work: attention_work(architecture, n, columns, latent_dimension),
        float_error: exact_outputs(&network, &sequence)
            .ok()
            .map(|exact| largest_difference(&exact, &outputs)),
        seconds,
    })
}

/// Columns of W_V that are not zero.
fn attended_slots(network: &Network) -> usize {
    let layers = network.blocks.iter().filter_map(|block| block.attention.as_ref());
    layers.flat_map(|layer| &layer.heads).map(|head| head.value.len()).sum()
}

fn exact_outputs(network: &Network, sequence: &[Vec<Rational>]) -> Result<Vec<Rational>, SemanticsError> {
    Ok(ExactEvaluator::new(network)?.evaluate(sequence)?.into_iter().flatten().collect())
}

fn largest_difference(exact: &[Rational], outputs: &[f64]) -> f64 {
    let differences = exact.iter().zip(outputs).map(|(exact, &output)| {
        Rational::from_float(output).map_or_else(Rational::default, |output| {
            let difference = output - exact;
            max(difference.clone(), -difference)
        })
    });
    to_f64(&differences.fold(Rational::default(), max))
}

/// A sequence of random tokens in a box, the same for a seed on every machine; every fourth token is a corner.
pub fn sequence(domain: &[Interval], n: usize, seed: u64) -> Vec<Vec<Rational>> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let token = |j: usize, rng: &mut ChaCha8Rng| {
        let place = |side: &Interval| {
            let share = i64::from(rng.next_u32() >> 12);
            let share = if j.is_multiple_of(4) { (share / (INPUT_GRID / 2)) * INPUT_GRID } else { share };
            side.inf() + side.wid() * ratio(share, INPUT_GRID)
        };
        domain.iter().map(place).collect()
    };
    (0..n).map(|j| token(j, &mut rng)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_quadratic_in_n_for_softmax_only() {
        let work = |architecture, n| attention_work(architecture, n, 1, 3);
        let performer = Architecture::Performer { features: 5, seed: 0, normalized: true };
        assert_eq!(work(Architecture::Transformer, 100).multiply_adds, 40_000);
        assert_eq!(work(Architecture::Linformer { rank: 7 }, 100).every_query, 7 * 400 + 700 * 4);
        assert_eq!(work(performer, 100).multiply_adds, 200 * 5 + 200 * 5 * 4);
        for architecture in [Architecture::Linformer { rank: 7 }, performer] {
            assert_eq!(work(architecture, 200).every_query, 2 * work(architecture, 100).every_query);
        }
        // Scores that are zero are known from one query.
        let zero = attention_work(Architecture::Transformer, 100, 0, 3);
        assert_eq!((zero.multiply_adds, zero.every_query), (300, 30_000));
    }

    #[test]
    fn sequences_lie_in_the_box_and_at_its_corners() {
        let domain = vec![Interval::new(ratio(-1, 2), ratio(3, 1)).unwrap(); 2];
        let tokens = sequence(&domain, 9, 4);
        assert_eq!(tokens, sequence(&domain, 9, 4));
        for (j, token) in tokens.iter().enumerate() {
            for (value, side) in token.iter().zip(&domain) {
                assert!(side.contains(value));
                assert!(!j.is_multiple_of(4) || value == side.inf() || value == side.sup());
            }
        }
    }
}
