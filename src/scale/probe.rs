//! A network that puts out its own attention weights, and scores that stay small on a whole box.
//!
//! The weights come out of the evaluator that every network is run with, so what is measured is the architecture as it is
//! defined there, and not a second writing of it.

use crate::eval::{EvalError, Forward};
use crate::lowering::attention::{Architecture, sample_features};
use crate::network::gadget::identity;
use crate::numeric::Scalar;
use crate::numeric::rounding::sqrt_down;
use num_traits::{One, Zero};
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::{Rational, floor_log2, integer, power_of_two, round_down};
use sumformer_checker::format::network::{
    Activation, AffineMap, Attention, Block, Head, Mechanism, NETWORK_FORMAT, Network, Projection,
    UniformValue,
};
use sumformer_checker::format::sparse::{SparseMatrix, SparseVector};
use sumformer_checker::language::target::Tokens;

/// Significant bits of the factor that scales scores.
const SCALE_BITS: u32 = 24;

/// W_Q and W_K that read the coordinates only, slots 0..d, and write columns 0..d.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScoreMatrices {
    /// W_Q.
    pub query: SparseMatrix,
    /// W_K.
    pub key: SparseMatrix,
    /// A bound of |score| for all pairs of tokens in the box.
    pub bound: Rational,
}

/// Random W_Q and W_K with |(x W_Q)·(y W_K)|/√D ≤ η for all tokens x, y of a box, by interval arithmetic over Q; `width` D is 1
/// where scores are not divided, as in a Performer.
pub fn score_matrices(domain: &[Interval], width: usize, eta: &Rational, seed: u64) -> ScoreMatrices {
    let d = domain.len();
    let rows = sample_features(2 * d, d, seed);
    let (query, key) = rows.split_at(d);
    let mut range = Interval::point(integer(0));
    for (q, x) in query.iter().zip(domain) {
        for (k, y) in key.iter().zip(domain) {
            let product: Rational = q.iter().map(|(column, weight)| weight * k.get(column)).sum();
            range = &range + &(x * y).scale(&product);
        }
    }
    let root = Rational::from_float(sqrt_down(width as f64)).unwrap_or_else(Rational::one);
    let largest = range.mag() / root;
    let scale = if largest.is_zero() || eta.is_zero() {
        Rational::zero()
    } else {
        round_down(&(eta / &largest), SCALE_BITS)
    };
    // Half of it for each, so that queries and keys are of one size; zero scores have zero matrices.
    let (query_scale, key_scale) = if scale.is_zero() {
        (Rational::zero(), Rational::zero())
    } else {
        let half = power_of_two(floor_log2(&scale).div_euclid(2));
        (&scale / &half, half)
    };
    let scaled = |rows: &[SparseVector], factor: &Rational| {
        let entries = rows.iter().enumerate().flat_map(|(row, weights)| {
            weights.iter().map(move |(column, weight)| (row, column, weight * factor))
        });
        SparseMatrix::from_entries(entries.filter(|(_, _, weight)| !weight.is_zero()))
    };
    ScoreMatrices { query: scaled(query, &query_scale), key: scaled(key, &key_scale), bound: largest * scale }
}

/// D of a probe.
pub fn probe_width(dimension: usize, tokens: usize) -> usize {
    dimension + 2 * tokens
}

/// The mechanism of an architecture for a probe: for Linformer E = F = 1/n.
pub fn mechanism(architecture: Architecture, width: usize) -> Mechanism {
    let uniform = |rank| Projection::Uniform { rank, value: UniformValue::ReciprocalLength };
    match architecture {
        Architecture::Transformer => Mechanism::Softmax,
        Architecture::Linformer { rank } => Mechanism::Linformer { e: uniform(rank), f: uniform(rank) },
        Architecture::Performer { features, seed, normalized } => {
            Mechanism::Performer { normalized, features: sample_features(features, width, seed) }
        }
    }
}

/// The network: tokens have d coordinates and a unit vector of length n, the value that is attended to, so that the outputs of
/// token i are its attention weights, A_i1, …, A_in, times `value`.
fn probe(
    dimension: usize,
    tokens: usize,
    mechanism: Mechanism,
    scores: &ScoreMatrices,
    value: &Rational,
) -> Network {
    let inputs = dimension + tokens;
    let slots = (0..dimension).map(|k| format!("x[{k}]"));
    let slots =
        slots.chain((0..tokens).map(|j| format!("e[{j}]"))).chain((0..tokens).map(|j| format!("w[{j}]")));
    let weights = inputs..inputs + tokens;
    let units = weights.clone().flat_map(|slot| {
        let direction = SparseVector::from_entries([(slot, Rational::one())]);
        let range = Interval::point(integer(0));
        let gadget = identity(Activation::Relu, &direction, range, &[(slot, Rational::one())]);
        gadget.expect("its numbers are 0 and 1").units
    });
    let head = Head {
        mechanism,
        query: scores.query.clone(),
        key: scores.key.clone(),
        value: SparseMatrix::from_entries((0..tokens).map(|j| (dimension + j, inputs + j, value.clone()))),
    };
    let block = Block {
        label: "attention weights".into(),
        attention: Some(Attention {
            heads: vec![head],
            output: SparseMatrix::from_entries(weights.clone().map(|slot| (slot, slot, Rational::one()))),
        }),
        activation: Activation::Relu,
        units: units.collect(),
        bias: SparseVector::default(),
    };
    let copied = |pairs: &mut dyn Iterator<Item = (usize, usize)>| AffineMap {
        weights: SparseMatrix::from_entries(pairs.map(|(from, to)| (from, to, Rational::one()))),
        bias: SparseVector::default(),
    };
    Network {
        format: NETWORK_FORMAT.to_string(),
        tokens: Tokens::Fixed(tokens),
        dimension: inputs,
        outputs: tokens,
        slots: slots.collect(),
        embedding: copied(&mut (0..inputs).map(|slot| (slot, slot))),
        blocks: vec![block],
        readout: copied(&mut weights.enumerate().map(|(j, slot)| (slot, j))),
    }
}

/// The attention weights of a sequence, n × n, times n: all 1 for zero scores. A Performer without normaliser counts as one that
/// is divided by n, which is what it would be divided by at zero scores.
pub fn attention_weights<S: Scalar>(
    sequence: &[Vec<Rational>],
    mechanism: Mechanism,
    scores: &ScoreMatrices,
) -> Result<Vec<Vec<S>>, EvalError> {
    let n = sequence.len();
    let unnormalized = matches!(mechanism, Mechanism::Performer { normalized: false, .. });
    let value = if unnormalized { Rational::one() } else { Rational::from_integer(n.into()) };
    let network = probe(sequence[0].len(), n, mechanism, scores, &value);
    let token = |(i, token): (usize, &Vec<Rational>)| {
        let unit = (0..n).map(|j| if i == j { S::one() } else { S::zero() });
        token.iter().map(S::from_rational).chain(unit).collect()
    };
    let tokens: Vec<Vec<S>> = sequence.iter().enumerate().map(token).collect();
    Forward::<S>::compile(&network)?.run(&tokens)
}
