//! How few sums a Sumformer needs: floors under its error for every number of sums, found by search and proved by the checker.
//!
//! The checker's theorem ([`sumformer_checker::floor`]) takes tokens that move with v, probes and weights. Here these are
//! searched for, in floating point; what comes out is a [`Floor`], whose δ the checker derives from the target alone. Above,
//! [`essential_sums`] finds the fewest sums of which a polynomial target is a polynomial.

mod climb;
mod cuts;
mod essential;
mod geometry;
mod odd;
mod weights;

pub use cuts::with_cuts;
pub use essential::{Essential, essential_sums};

use crate::parallel;
use cuts::proved;
use geometry::shapes;
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use std::time::Instant;
use sumformer_checker::arith::number::Rational;
use sumformer_checker::format::floor::{FLOOR_FORMAT, Floor, FloorCertificate};
use sumformer_checker::format::sha256;
use sumformer_checker::language::target::Target;

/// How long is searched.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    /// Starts of the search for each number of sums.
    pub starts: usize,
    /// The seed of all choices: the same seed finds the same, unless time runs out.
    pub seed: u64,
    /// When to stop.
    pub until: Option<Instant>,
}

impl Effort {
    fn is_over(&self) -> bool {
        self.until.is_some_and(|until| Instant::now() >= until)
    }
}

/// The best floor that is found for Sumformers with `sums` sums on sequences of n tokens; nothing if none is positive.
pub fn floor(target: &Target, n: usize, sums: usize, effort: &Effort) -> Option<Floor> {
    let shapes = shapes(target, n, sums + 1);
    let starts: Vec<u64> = (0..effort.starts as u64).collect();
    let found = parallel::map(starts, |start| {
        if effort.is_over() {
            return None;
        }
        // One stream of choices for each start, whatever threads there are.
        let mut dice = ChaCha8Rng::seed_from_u64(effort.seed);
        dice.set_stream(start ^ (sums as u64) << 32);
        climb::from_somewhere(target, sums + 1, &shapes, effort, &mut dice)
    });
    let best = found.into_iter().flatten().max_by(|a, b| a.value.total_cmp(&b.value))?;
    let floor = best.floor(target);
    proved(target, n, floor, best.value)
}

/// Floors as their file has them.
pub fn certificate(target: &Target, n: usize, floors: Vec<Floor>) -> FloorCertificate {
    let target_sha256 = sha256(target.source.as_bytes());
    FloorCertificate { format: FLOOR_FORMAT.into(), target_sha256, tokens: n, floors }
}

/// For each floor the best that is known: a floor for more sums is one for fewer.
pub fn monotone(floors: &[(usize, Rational)]) -> Vec<(usize, Rational)> {
    let mut best: Option<Rational> = None;
    let mut result: Vec<_> = floors
        .iter()
        .rev()
        .map(|(sums, error)| {
            let known = best.take().filter(|best| best > error).unwrap_or_else(|| error.clone());
            best = Some(known.clone());
            (*sums, known)
        })
        .collect();
    result.reverse();
    result
}
