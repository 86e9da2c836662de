//! Random sequences, with the target's values at them.

use super::settings::Settings;
use rand::rngs::ChaCha8Rng;
use rand::{Rng, SeedableRng};
use sumformer_checker::language::target::Target;
use sumformer_checker::language::{EvalError, evaluate_sequence};

/// What random numbers are for: one stream of the generator each, so that none depends on how many another took.
#[derive(Debug, Clone, Copy)]
pub enum Stream {
    /// The sequences that are learned from.
    Training,
    /// The sequences that errors are measured on.
    Validation,
    /// The weights before the first step.
    Weights,
    /// The order of the sequences.
    Order,
    /// The starts of a search.
    Search,
}

/// A source of random numbers.
pub struct Random(ChaCha8Rng);

impl Random {
    /// The same numbers for the same seed and stream, on every machine.
    pub fn new(seed: u64, stream: Stream) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(stream as u64);
        Self(generator)
    }

    /// Uniform among the multiples of 2⁻²⁴ in [0, 1), which `f32` has exactly.
    pub fn uniform(&mut self) -> f32 {
        (self.0.next_u32() >> 8) as f32 / (1_u32 << 24) as f32
    }

    /// Puts items in a uniformly random order (Fisher and Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            // The product's upper half is uniform up to 2⁻³² per item.
            let at = (u64::from(self.0.next_u32()) * (last as u64 + 1)) >> 32;
            items.swap(last, at as usize);
        }
    }
}

/// B sequences of n tokens with d coordinates, and the c outputs of a target at each token.
#[derive(Debug, Clone)]
pub struct Sequences {
    /// n
    pub tokens: usize,
    /// d
    pub dimension: usize,
    /// (B, n, d), one sequence after the other.
    pub inputs: Vec<f32>,
    /// (B, n, c)
    pub values: Vec<f64>,
}

impl Sequences {
    /// The target's values at given inputs (B, n, d), evaluated in `f64`.
    pub fn new(target: &Target, tokens: usize, inputs: Vec<f32>) -> Result<Self, EvalError> {
        let dimension = target.dimension();
        let mut values = Vec::with_capacity(inputs.len() / dimension * target.outputs());
        for sequence in inputs.chunks_exact(tokens * dimension) {
            let rows: Vec<Vec<f64>> = sequence
                .chunks_exact(dimension)
                .map(|token| token.iter().copied().map(f64::from).collect())
                .collect();
            values.extend(evaluate_sequence(target, &rows)?.concat());
        }
        Ok(Self { tokens, dimension, inputs, values })
    }

    /// Sequences that are uniform in [0, 1]^{n×d}.
    pub fn uniform(
        target: &Target,
        tokens: usize,
        count: usize,
        random: &mut Random,
    ) -> Result<Self, EvalError> {
        let inputs = (0..count * tokens * target.dimension()).map(|_| random.uniform()).collect();
        Self::new(target, tokens, inputs)
    }

    /// The sequences that `settings` are validated on.
    pub fn validation(target: &Target, tokens: usize, settings: &Settings) -> Result<Self, EvalError> {
        let mut random = Random::new(settings.seed, Stream::Validation);
        Self::uniform(target, tokens, settings.validation, &mut random)
    }

    /// (1, …, 1; v, v) for all corners v of the cube: n = 3, 2^d sequences.
    pub fn corners(target: &Target) -> Result<Self, EvalError> {
        let dimension = target.dimension();
        let corner = |v: usize| (0..dimension).map(move |k| ((v >> k) & 1) as f32);
        let inputs = (0..1_usize << dimension)
            .flat_map(|v| std::iter::repeat_n(1.0, dimension).chain(corner(v)).chain(corner(v)))
            .collect();
        Self::new(target, 3, inputs)
    }

    /// B
    pub fn count(&self) -> usize {
        self.inputs.len() / (self.tokens * self.dimension)
    }
}

/// ‖outputs − values‖₂ / ‖values‖₂, over all sequences, tokens and coordinates.
pub fn relative_l2(outputs: &[f64], values: &[f64]) -> f64 {
    let difference: f64 = outputs.iter().zip(values).map(|(output, value)| (output - value).powi(2)).sum();
    let size: f64 = values.iter().map(|value| value * value).sum();
    (difference / size).sqrt()
}

/// max |outputs − values|
pub fn largest_error(outputs: &[f64], values: &[f64]) -> f64 {
    outputs.iter().zip(values).map(|(output, value)| (output - value).abs()).fold(0.0, f64::max)
}
