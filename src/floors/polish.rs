//! From a good geometry to the best one near it: small steps of everything, then other probes, again and again.

use super::ascent::ascended;
use super::climb::weighed;
use super::geometry::{Found, looks};
use rand::rngs::ChaCha8Rng;
use sumformer_checker::language::target::Target;

/// Rounds of steps and other probes, at most.
const ROUNDS: usize = 12;
/// Rounds without a gain worth mentioning.
const PATIENCE: usize = 2;
/// What gains less than this share is without gain.
const WORTH: f64 = 0.005;

/// The best that is found near it.
pub(super) fn polished(
    target: &Target,
    mut best: Found,
    probes: usize,
    is_over: &(dyn Fn() -> bool + Sync),
    dice: &mut ChaCha8Rng,
) -> Found {
    let k = best.weights.len();
    let mut without_gain = 0;
    for _ in 0..ROUNDS {
        if without_gain == PATIENCE || is_over() {
            break;
        }
        let before = best.value;
        best = ascended(target, used(target, best), is_over, dice);
        // Other probes may be better now; those that are used stay.
        let mut geometry = best.geometry.clone();
        let others = looks(target, &geometry.shape, probes, dice);
        geometry.looks.extend(others.into_iter().take(probes / target.outputs()));
        if let Some(better) = weighed(target, geometry, k, best.value, dice) {
            best = better;
        }
        without_gain = if best.value > before * (1.0 + WORTH) { 0 } else { without_gain + 1 };
    }
    best
}

/// The same without probes that have no weights.
fn used(target: &Target, found: Found) -> Found {
    let outputs = target.outputs();
    let Found { mut geometry, weights, value } = found;
    let of = |weights: &[f64], r: usize| weights[r * outputs..][..outputs].to_vec();
    let kept: Vec<usize> = (0..geometry.looks.len())
        .filter(|r| weights.iter().any(|weights| of(weights, *r).iter().any(|weight| *weight != 0.0)))
        .collect();
    geometry.looks = kept.iter().map(|r| geometry.looks[*r].clone()).collect();
    let weights = weights.iter().map(|weights| kept.iter().flat_map(|r| of(weights, *r)).collect());
    Found { weights: weights.collect(), geometry, value }
}
