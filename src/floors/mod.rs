//! How few sums a Sumformer needs: floors under its error for every number of sums, found by search and proved by the checker.
//!
//! The checker's theorem ([`sumformer_checker::floor`]) takes tokens that move with v, probes and weights. Here these are
//! searched for, in floating point; what comes out is a [`Floor`], whose δ the checker derives from the target alone. Above,
//! [`essential_sums`] finds the fewest sums of which a polynomial target is a polynomial.

mod ascent;
mod climb;
mod cuts;
mod geometry;
mod odd;
mod polish;
mod walk;
mod weights;

pub use crate::sumformer::essential::{Essential, essential_sums};
pub use cuts::with_cuts;
pub use walk::walk;

use crate::parallel;
use cuts::proved;
use geometry::shapes;
use odd::MAX_VARIABLES;
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use std::time::Instant;
use sumformer_checker::arith::number::{Rational, to_f64};
use sumformer_checker::format::floor::{FLOOR_FORMAT, Floor, FloorCertificate};
use sumformer_checker::format::sha256;
use sumformer_checker::language::target::Target;
use sumformer_checker::work::{metered, spent};

/// How long is searched.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    /// Starts of the search for each number of sums.
    pub starts: usize,
    /// About how many outputs at probes there are to choose weights for.
    pub probes: usize,
    /// The seed of all choices: the same seed finds the same, unless time runs out.
    pub seed: u64,
    /// When to stop: climbing after a third of the time, polishing after two, proving what was found at that moment.
    pub until: Option<Instant>,
}

/// So many of the best are polished, and tried to be proved; of few starts a quarter.
const CANDIDATES: usize = 16;
/// Units of work for a climb, and for polishing what came of it, where there is no time at which to stop: a second, about.
const MOST_WORK: u64 = 1 << 28;
/// How far tokens move: a side over this, by numbers of directions up to 3, up to 5, and more.
const SCALES: [&[i64]; 3] = [&[1, 1, 1, 2, 4], &[1, 2, 4, 8], &[2, 4, 8, 16]];
/// Where nothing was found: near one point the target is what its derivative says.
const SMALL: &[i64] = &[16, 32, 64, 128];

/// The best floor that is found for Sumformers with `sums` sums on sequences of n tokens; nothing if none is positive, or for 16 sums and more.
pub fn floor(target: &Target, n: usize, sums: usize, effort: &Effort) -> Option<Floor> {
    if sums >= MAX_VARIABLES {
        return None;
    }
    let shapes = shapes(target, n, sums + 1);
    let now = Instant::now();
    let thirds = |k: u32| effort.until.map(|until| now + until.saturating_duration_since(now) * k / 3);
    let (first, second) = (thirds(1), thirds(2));
    let climbs_are_over = || is_over(first);
    let polishing_is_over = || is_over(second);
    let k = sums + 1;
    // One stream of choices for each start, whatever threads there are.
    let dice = |start: u64| {
        let mut dice = ChaCha8Rng::seed_from_u64(effort.seed);
        dice.set_stream(start ^ (sums as u64) << 32);
        dice
    };
    let climbs = |scales: &[i64], first: u64| {
        let starts: Vec<u64> = (first..first + effort.starts as u64).collect();
        let climb = |start| match start {
            _ if climbs_are_over() => None,
            0 => climb::from_a_walk(target, n, k, effort.probes, &climbs_are_over, &mut dice(start)),
            _ => {
                let over = &climbs_are_over;
                climb::from_somewhere(target, k, &shapes, scales, effort.probes, over, &mut dice(start))
            }
        };
        let found = parallel::map(starts, |start| metered(|| climb(start)).0);
        found.into_iter().flatten().collect::<Vec<_>>()
    };
    let scales = match k {
        0..=3 => SCALES[0],
        4..=5 => SCALES[1],
        _ => SCALES[2],
    };
    let mut found = climbs(scales, 0);
    if found.is_empty() {
        found = climbs(SMALL, effort.starts as u64);
    }
    found.sort_by(|a, b| b.value.total_cmp(&a.value));
    found.truncate(CANDIDATES.min(effort.starts.div_ceil(4)));
    let numbered: Vec<_> = found.into_iter().zip(1 << 24..).collect();
    let mut found = parallel::map(numbered, |(found, number)| {
        let polish = || polish::polished(target, found, effort.probes, &polishing_is_over, &mut dice(number));
        metered(polish).0
    });
    found.sort_by(|a, b| b.value.total_cmp(&a.value));
    let mut best: Option<Floor> = None;
    for found in found {
        // No more can be proved of the others than this.
        if best.as_ref().is_some_and(|best| to_f64(&best.error.0) >= found.value) {
            break;
        }
        let proved = proved(target, n, found.floor(target), found.value, effort);
        best = best.into_iter().chain(proved).max_by(|a, b| a.error.0.cmp(&b.error.0));
    }
    best
}

/// Whether it is time to stop; without a time, whether a thread has done its share of the work.
fn is_over(until: Option<Instant>) -> bool {
    until.map_or_else(|| spent() >= MOST_WORK, |until| Instant::now() >= until)
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
