//! Random small networks, shared by the tests of the exact and of the rounded forward passes (which include this
//! file and bring the types into scope under their own paths).

use super::{
    Activation, AffineMap, Attention, Block, Exact, Head, Mechanism, NETWORK_FORMAT, Network, Projection,
    Rational, SparseMatrix, SparseVector, Tokens, UniformValue, Unit, ratio,
};

/// Token dimension d.
pub const DIMENSION: usize = 2;
/// D; slot [`ONE`] carries the constant 1.
pub const WIDTH: usize = 5;
/// The constant slot.
pub const ONE: usize = 2;
/// c
pub const OUTPUTS: usize = 2;

/// The attention of the middle block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scores {
    /// Softmax, W_Q = W_K = 0.
    SoftmaxZero,
    /// Softmax, the paper's W_Q = W_K = [e1, 0] on the constant slot.
    SoftmaxPaper,
    /// Linformer with random E, F and W_Q = W_K = 0.
    LinformerZero,
    /// Linformer with uniform E, F of this value and W_Q = W_K = [e1, 0].
    LinformerPaper,
    /// Linformer with equal rows of F and random scores.
    LinformerEqualRows,
    /// Performer of Definition 2.6, W_Q = W_K = 0, random ω.
    PerformerZero,
    /// Normalised Performer, keys constant, queries and ω random.
    PerformerConstantKeys,
    /// Softmax with random scores: no exact value.
    SoftmaxRandom,
    /// Linformer with random scores.
    LinformerRandom,
    /// Unnormalised Performer with random scores.
    PerformerRandom,
    /// Normalised Performer with random scores.
    PerformerNormalizedRandom,
}

/// Those with an exact value.
pub const EXACT: [Scores; 7] = [
    Scores::SoftmaxZero,
    Scores::SoftmaxPaper,
    Scores::LinformerZero,
    Scores::LinformerPaper,
    Scores::LinformerEqualRows,
    Scores::PerformerZero,
    Scores::PerformerConstantKeys,
];

/// Those without.
pub const RANDOM: [Scores; 4] = [
    Scores::SoftmaxRandom,
    Scores::LinformerRandom,
    Scores::PerformerRandom,
    Scores::PerformerNormalizedRandom,
];

/// SplitMix64.
pub struct Random(pub u64);

impl Random {
    /// A number below `bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % bound as u64) as usize
    }

    /// A fraction in [−1, 1] with a small denominator, often zero.
    pub fn fraction(&mut self) -> Rational {
        let q = 1 + self.below(7) as i64;
        if self.below(3) == 0 { ratio(0, 1) } else { ratio(self.below(2 * q as usize + 1) as i64 - q, q) }
    }

    /// n tokens in [−1, 1]^d.
    pub fn sequence(&mut self, n: usize) -> Vec<Vec<Rational>> {
        (0..n).map(|_| (0..DIMENSION).map(|_| self.fraction()).collect()).collect()
    }

    fn vector(&mut self, slots: impl Iterator<Item = usize>) -> SparseVector {
        SparseVector::from_entries(slots.map(|slot| (slot, self.fraction())).collect::<Vec<_>>())
    }

    fn matrix(&mut self, rows: usize, columns: usize) -> SparseMatrix {
        let places = (0..rows).flat_map(|r| (0..columns).map(move |c| (r, c)));
        SparseMatrix::from_entries(places.map(|(r, c)| (r, c, self.fraction())).collect::<Vec<_>>())
    }

    fn projection(&mut self, rank: usize, n: usize, equal: bool) -> Projection {
        let mut rows: Vec<Vec<Exact>> =
            (0..rank).map(|_| (0..n).map(|_| Exact(self.fraction())).collect()).collect();
        if equal {
            rows = vec![rows.swap_remove(0); rank];
        }
        Projection::Rows(rows)
    }

    fn feed_forward(&mut self, attention: Option<Attention>, activation: Activation) -> Block {
        let free = || (0..WIDTH).filter(|&slot| slot != ONE);
        let unit = |random: &mut Self| Unit {
            input: random.vector(0..WIDTH),
            bias: Exact(random.fraction()),
            output: random.vector(free()),
        };
        Block {
            label: String::new(),
            attention,
            activation,
            units: (0..4).map(|_| unit(self)).collect(),
            bias: self.vector(free()),
        }
    }

    fn head(&mut self, scores: Scores, n: usize) -> Head {
        let e1 = SparseMatrix::from_entries([(ONE, 0, ratio(1, 1))]);
        let rank = 1 + self.below(3);
        let uniform = |rank| Projection::Uniform { rank, value: UniformValue::ReciprocalLength };
        let mechanism = match scores {
            Scores::SoftmaxZero | Scores::SoftmaxPaper | Scores::SoftmaxRandom => Mechanism::Softmax,
            Scores::LinformerZero | Scores::LinformerRandom => Mechanism::Linformer {
                e: self.projection(rank, n, false),
                f: self.projection(rank, n, false),
            },
            Scores::LinformerPaper => Mechanism::Linformer { e: uniform(rank), f: uniform(rank) },
            Scores::LinformerEqualRows => {
                Mechanism::Linformer { e: self.projection(rank, n, false), f: self.projection(rank, n, true) }
            }
            Scores::PerformerZero
            | Scores::PerformerConstantKeys
            | Scores::PerformerRandom
            | Scores::PerformerNormalizedRandom => Mechanism::Performer {
                normalized: matches!(
                    scores,
                    Scores::PerformerConstantKeys | Scores::PerformerNormalizedRandom
                ),
                features: (0..1 + self.below(4)).map(|_| self.vector(0..WIDTH)).collect(),
            },
        };
        let (query, key) = match scores {
            Scores::SoftmaxZero | Scores::LinformerZero | Scores::PerformerZero => Default::default(),
            Scores::SoftmaxPaper | Scores::LinformerPaper => (e1.clone(), e1),
            Scores::PerformerConstantKeys => {
                let key = self.vector(0..WIDTH);
                let key = key.iter().map(|(column, w)| (ONE, column, w.clone()));
                (self.matrix(WIDTH, WIDTH), SparseMatrix::from_entries(key))
            }
            _ => (self.matrix(WIDTH, WIDTH), self.matrix(WIDTH, WIDTH)),
        };
        Head { mechanism, query, key, value: self.matrix(WIDTH, WIDTH) }
    }

    /// Feed-forward, attention with one or two heads, feed-forward.
    pub fn network(&mut self, scores: Scores, n: usize) -> Network {
        let heads = 1 + self.below(2);
        let attention = Attention {
            heads: (0..heads).map(|_| self.head(scores, n)).collect(),
            output: self.matrix(heads * WIDTH, WIDTH),
        };
        let mut activations = [Activation::Relu; 3];
        activations[self.below(3)] = Activation::Relu2;
        let embedding = self.matrix(DIMENSION, WIDTH);
        let embedding = embedding.iter().filter(|e| e.1 != ONE).map(|(r, c, w)| (r, c, w.clone()));
        let network = Network {
            format: NETWORK_FORMAT.into(),
            tokens: Tokens::Fixed(n),
            dimension: DIMENSION,
            outputs: OUTPUTS,
            slots: (0..WIDTH).map(|slot| format!("s{slot}")).collect(),
            embedding: AffineMap {
                weights: SparseMatrix::from_entries(embedding),
                bias: SparseVector::from_entries([(ONE, ratio(1, 1))]),
            },
            blocks: vec![
                self.feed_forward(None, activations[0]),
                self.feed_forward(Some(attention), activations[1]),
                self.feed_forward(None, activations[2]),
            ],
            readout: AffineMap { weights: self.matrix(WIDTH, OUTPUTS), bias: self.vector(0..OUTPUTS) },
        };
        network.validate().expect("random networks are well formed");
        network
    }
}
