//! What a seed decides.

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use sumformer_checker::arith::number::{Rational, integer, power_of_two};

/// Random choices, the same for a seed on every machine.
pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    /// Those of a stream; streams of one seed know nothing of each other.
    pub(super) fn new(seed: u64, stream: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(stream);
        Self(rng)
    }

    /// One of 0..count.
    pub(super) fn below(&mut self, count: usize) -> usize {
        self.0.random_range(0..count as u64) as usize
    }

    /// One of from..=to, over 2^bits.
    pub(super) fn dyadic(&mut self, from: i64, to: i64, bits: i64) -> Rational {
        integer(self.0.random_range(from..=to)) * power_of_two(-bits)
    }

    /// Whether a coin shows heads.
    pub(super) fn coin(&mut self) -> bool {
        self.below(2) == 0
    }

    /// The numbers 0..count in some order.
    pub(super) fn permutation(&mut self, count: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..count).collect();
        for last in (1..count).rev() {
            order.swap(last, self.below(last + 1));
        }
        order
    }
}
