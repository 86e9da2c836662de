//! The one attention layer: a head whose weights are constant, so that it averages slots over the tokens.

use num_traits::One;
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use sumformer_checker::arith::exp::exp;
use sumformer_checker::arith::number::{Exact, Rational, integer, ratio, round_down};
use sumformer_checker::format::network::{Attention, Head, Mechanism, Projection, UniformValue};
use sumformer_checker::format::sparse::{SparseMatrix, SparseVector};
use sumformer_checker::language::target::Tokens;

/// ω is recorded in multiples of 1/4096: exact, short, and as random as the theorem needs (any ω will do).
const OMEGA_GRID: i64 = 4096;
/// Significant bits of 1/λ in the paper's Performer.
const RECIPROCAL_BITS: u32 = 64;

/// Which attention the network has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Architecture {
    /// Softmax attention (Definition 2.1).
    Transformer,
    /// Projected keys and values (Definition 2.5).
    Linformer {
        /// k ≥ 1.
        rank: usize,
    },
    /// Random features (Definition 2.6).
    Performer {
        /// Number of features m ≥ 1.
        features: usize,
        /// Seed of ω.
        seed: u64,
        /// Divide by the row sums, as FAVOR+ does.
        normalized: bool,
    },
}

impl Architecture {
    /// As on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Architecture::Transformer => "transformer",
            Architecture::Linformer { .. } => "linformer",
            Architecture::Performer { .. } => "performer",
        }
    }
}

/// How the scores are made constant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scores {
    /// W_Q = W_K = 0.
    Zero,
    /// W_Q = W_K = [e1, 0] on a constant-1 slot, as in (23).
    Paper,
}

/// A single head that adds `weight · mean_j (slot from of token j)` to slot `to`, for every entry (from, to, weight).
///
/// `one` is the constant slot that [`Scores::Paper`] reads. For a Performer without normaliser the head's weights sum
/// to λ·n; W_V is divided by it, exactly for zero scores (λ = 1), to 64 bits for the paper's.
pub fn averaging_attention(
    architecture: Architecture,
    tokens: Tokens,
    width: usize,
    entries: &[(usize, usize, Rational)],
    one: Option<usize>,
) -> Attention {
    let scores = SparseMatrix::from_entries(one.map(|slot| (slot, 0, Rational::one())));
    let uniform = |rank: usize| {
        let value = match tokens {
            Tokens::Fixed(n) => UniformValue::Fixed(Exact(ratio(1, n as i64))),
            Tokens::Any => UniformValue::ReciprocalLength,
        };
        Projection::Uniform { rank, value }
    };
    let mut multiple = Rational::one();
    let mechanism = match architecture {
        Architecture::Transformer => Mechanism::Softmax,
        Architecture::Linformer { rank } => Mechanism::Linformer { e: uniform(rank), f: uniform(rank) },
        Architecture::Performer { features, seed, normalized } => {
            let omega = sample_features(features, width, seed);
            if let (false, Tokens::Fixed(n)) = (normalized, tokens) {
                multiple = integer(n as i64) * feature_mean(&omega, one.is_some());
            }
            Mechanism::Performer { normalized, features: omega }
        }
    };
    let share = if multiple.denom().is_one() && multiple.numer().bits() < 64 {
        multiple.recip()
    } else {
        round_down(&multiple.recip(), RECIPROCAL_BITS)
    };
    Attention {
        heads: vec![Head {
            mechanism,
            query: scores.clone(),
            key: scores,
            value: SparseMatrix::from_entries(
                entries.iter().map(|(from, to, weight)| (*from, *to, weight * &share)),
            ),
        }],
        output: SparseMatrix::scaled_identity(width, Rational::one()),
    }
}

/// λ = a(q)·a(k): 1 for zero scores, (1/m) Σ_r exp(2ω_{r,1} − 1) for the paper's q = k = e1.
fn feature_mean(omega: &[SparseVector], paper_scores: bool) -> Rational {
    if !paper_scores {
        return Rational::one();
    }
    let sum: Rational = omega
        .iter()
        .filter_map(|row| exp(&(row.get(0) * integer(2) - integer(1))))
        .map(|enclosure| enclosure.mid())
        .sum();
    sum / Rational::from_integer(omega.len().into())
}

/// ω: `features` rows of standard normal numbers in multiples of 1/4096, the same for a seed on every machine.
pub fn sample_features(features: usize, width: usize, seed: u64) -> Vec<SparseVector> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut normal = || -> f64 { StandardNormal.sample(&mut rng) };
    (0..features)
        .map(|_| {
            SparseVector::from_entries((0..width).map(|slot| {
                let value: f64 = normal();
                (slot, ratio((value * OMEGA_GRID as f64).round() as i64, OMEGA_GRID))
            }))
        })
        .collect()
}
