//! The paper's block with its weights as printed, on the stream [1, x, φ(x), Σ] of (22).
//!
//! Attention sees φ through its values only, so d = d' = 1 and φ(x) = x lose nothing: the slots are 1, x, φ and Σ.

use super::row::Evidence;
use sumformer_checker::arith::number::{Exact, Rational, integer, ratio};
use sumformer_checker::format::network::{
    Activation, AffineMap, Attention, Block, Head, Mechanism, NETWORK_FORMAT, Network, Projection,
    UniformValue, Unit,
};
use sumformer_checker::format::sparse::{SparseMatrix, SparseVector};
use sumformer_checker::language::target::Tokens;
use sumformer_checker::witness::semantics::{ExactEvaluator, SemanticsError};

/// D = 1 + d + 2d'.
pub(super) const WIDTH: usize = 4;
const ONE: usize = 0;
const X: usize = 1;
const PHI: usize = 2;
/// The slot that is to hold Σ.
pub(super) const SIGMA: usize = 3;

/// What FC of the block does.
pub(super) enum FeedForward {
    /// FC = 0.
    Zero,
    /// FC(z) = c·z.
    Multiple(Rational),
    /// FC hands on the last slot and nothing else.
    LastSlot,
}

/// One block on n tokens with one coordinate.
pub(super) struct PrintedBlock {
    pub(super) tokens: usize,
    pub(super) mechanism: Mechanism,
    /// W_Q = W_K.
    pub(super) scores: SparseMatrix,
    /// W_V takes the φ slot to the last one, this many times.
    pub(super) value: Rational,
    pub(super) feed_forward: FeedForward,
}

/// W_Q = W_K = [e1, 0] of (23), with as many columns as rows.
pub(super) fn printed_scores() -> SparseMatrix {
    SparseMatrix::from_entries([(ONE, 0, integer(1))])
}

/// k × n, all entries 1/q.
pub(super) fn uniform(rank: usize, q: usize) -> Projection {
    Projection::Uniform { rank, value: UniformValue::Fixed(Exact(ratio(1, q as i64))) }
}

impl PrintedBlock {
    /// A network whose outputs are the whole stream after the block.
    pub(super) fn network(&self) -> Network {
        let identity = || SparseMatrix::scaled_identity(WIDTH, integer(1));
        let (slots, factor) = match &self.feed_forward {
            FeedForward::Zero => (0..0, integer(0)),
            FeedForward::Multiple(factor) => (0..WIDTH, factor.clone()),
            FeedForward::LastSlot => (SIGMA..WIDTH, integer(1)),
        };
        // c·t = c·relu(t) − c·relu(−t).
        let carry = |slot: usize, sign: i64| Unit {
            input: SparseVector::from_entries([(slot, integer(sign))]),
            bias: Exact(integer(0)),
            output: SparseVector::from_entries([(slot, &factor * integer(sign))]),
        };
        Network {
            format: NETWORK_FORMAT.into(),
            tokens: Tokens::Fixed(self.tokens),
            dimension: 1,
            outputs: WIDTH,
            slots: ["one", "x", "phi", "sigma"].map(String::from).to_vec(),
            embedding: AffineMap {
                weights: SparseMatrix::from_entries([(0, X, integer(1)), (0, PHI, integer(1))]),
                bias: SparseVector::from_entries([(ONE, integer(1))]),
            },
            blocks: vec![Block {
                label: "as printed".into(),
                attention: Some(Attention {
                    heads: vec![Head {
                        mechanism: self.mechanism.clone(),
                        query: self.scores.clone(),
                        key: self.scores.clone(),
                        value: SparseMatrix::from_entries([(PHI, SIGMA, self.value.clone())]),
                    }],
                    output: identity(),
                }),
                activation: Activation::Relu,
                units: slots.flat_map(|slot| [carry(slot, 1), carry(slot, -1)]).collect(),
                bias: SparseVector::default(),
            }],
            readout: AffineMap { weights: identity(), bias: SparseVector::default() },
        }
    }

    /// The stream of every token after the block, at tokens x_1, …, x_n.
    pub(super) fn stream(&self, xs: &[Rational]) -> Result<Vec<Vec<Rational>>, SemanticsError> {
        let sequence: Vec<Vec<Rational>> = xs.iter().map(|x| vec![x.clone()]).collect();
        ExactEvaluator::new(&self.network())?.evaluate(&sequence)
    }

    /// The stream as (24) wants it.
    pub(super) fn wanted(xs: &[Rational]) -> Vec<Vec<Rational>> {
        let sum: Rational = xs.iter().sum();
        xs.iter().map(|x| vec![integer(1), x.clone(), x.clone(), sum.clone()]).collect()
    }
}

/// The Transformer's head with the printed weights.
pub(super) fn softmax(tokens: usize, feed_forward: FeedForward) -> PrintedBlock {
    PrintedBlock {
        tokens,
        mechanism: Mechanism::Softmax,
        scores: printed_scores(),
        value: integer(tokens as i64),
        feed_forward,
    }
}

/// A Linformer head with E = (1/n)·1, F = (1/f)·1, both rank × n, and W_V = n·I on the φ slot.
pub(super) fn linformer(tokens: usize, rank: usize, f: usize, scores: SparseMatrix) -> PrintedBlock {
    PrintedBlock {
        tokens,
        mechanism: Mechanism::Linformer { e: uniform(rank, tokens), f: uniform(rank, f) },
        scores,
        value: integer(tokens as i64),
        feed_forward: FeedForward::LastSlot,
    }
}

/// A Performer head on four tokens with three features that were picked by hand; any would do.
pub(super) fn performer(
    normalized: bool,
    scores: SparseMatrix,
    value: Rational,
    feed_forward: FeedForward,
) -> PrintedBlock {
    let omega = |a: i64, b: i64| SparseVector::from_entries([(0, ratio(a, 7)), (3, ratio(b, 5))]);
    PrintedBlock {
        tokens: 4,
        mechanism: Mechanism::Performer {
            normalized,
            features: vec![omega(3, -1), omega(-5, 2), omega(2, 9)],
        },
        scores,
        value,
        feed_forward,
    }
}

/// The last slot of every token against Σ.
pub(super) fn sum_of(block: &PrintedBlock, xs: &[Rational]) -> Evidence {
    let sum: Rational = xs.iter().sum();
    let returned: Vec<Rational> = block.stream(xs)?.into_iter().map(|token| token[SIGMA].clone()).collect();
    let numbers = vec![
        ("x", list(xs)),
        ("Σ", sum.to_string()),
        ("returned", returned[0].to_string()),
        ("returned/Σ", (&returned[0] / &sum).to_string()),
    ];
    Ok((returned.iter().all(|value| value == &sum), numbers))
}

/// Whether the stream after the block is the one of (24), with both streams of the first token.
pub(super) fn stream_of(block: &PrintedBlock, xs: &[Rational]) -> Evidence {
    let (found, wanted) = (block.stream(xs)?, PrintedBlock::wanted(xs));
    let numbers = vec![("x", list(xs)), ("wanted", list(&wanted[0])), ("returned", list(&found[0]))];
    Ok((found == wanted, numbers))
}

/// x_j = 1/j.
pub(super) fn harmonic(tokens: usize) -> Vec<Rational> {
    (1..=tokens).map(|j| ratio(1, j as i64)).collect()
}

/// (a, b, …)
pub(super) fn list<'a>(values: impl IntoIterator<Item = &'a Rational>) -> String {
    let values: Vec<String> = values.into_iter().map(ToString::to_string).collect();
    format!("({})", values.join(", "))
}
