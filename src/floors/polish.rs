//! From a good geometry to the best one near it: small steps with the weights as they are, then new weights, again and again.

use super::climb::weighed;
use super::geometry::{Course, Found, GRID, Geometry, looks};
use super::weights::value_of;
use rand::RngExt;
use rand::rngs::ChaCha8Rng;
use sumformer_checker::language::target::Target;

/// Rounds of steps and new weights, at most.
const ROUNDS: usize = 12;
/// Rounds without a gain worth mentioning.
const PATIENCE: usize = 2;
/// Steps that are tried in a round, for each coordinate that moves.
const TRIES: usize = 12;
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
        let Some(near) = stepped(target, used(target, &best), is_over, dice) else { break };
        // Other probes may be better now; those that are used stay.
        let mut geometry = near;
        let others = looks(target, &geometry.shape, probes, dice);
        geometry.looks.extend(others.into_iter().take(probes / target.outputs()));
        let before = best.value;
        if let Some(better) = weighed(target, geometry, k, best.value, dice) {
            best = better;
        }
        without_gain = if best.value > before * (1.0 + WORTH) { 0 } else { without_gain + 1 };
    }
    best
}

/// The geometry with the probes that have weights, and these weights.
fn used(target: &Target, found: &Found) -> (Geometry, Vec<Vec<f64>>) {
    let outputs = target.outputs();
    let mut geometry = found.geometry.clone();
    let of = |weights: &[f64], r: usize| weights[r * outputs..][..outputs].to_vec();
    let kept: Vec<usize> = (0..geometry.looks.len())
        .filter(|r| found.weights.iter().any(|weights| of(weights, *r).iter().any(|weight| *weight != 0.0)))
        .collect();
    geometry.looks = kept.iter().map(|r| geometry.looks[*r].clone()).collect();
    let weights = found.weights.iter().map(|weights| kept.iter().flat_map(|r| of(weights, *r)).collect());
    (geometry, weights.collect())
}

/// Steps that make the least face better, with weights that stay.
fn stepped(
    target: &Target,
    (mut geometry, weights): (Geometry, Vec<Vec<f64>>),
    is_over: &(dyn Fn() -> bool + Sync),
    dice: &mut ChaCha8Rng,
) -> Option<Geometry> {
    let value = |geometry: &Geometry| Some(value_of(&geometry.odd_parts(target).ok()?, &weights));
    let mut best = value(&geometry)?;
    let tries = TRIES * geometry.courses.iter().map(Vec::len).sum::<usize>();
    let mut step = GRID / 32;
    while step > 0 && !is_over() {
        let before = best;
        for _ in 0..tries {
            let Some(next) = moved(&geometry, step, dice) else { continue };
            let found = value(&next)?;
            if found > best {
                (geometry, best) = (next, found);
            }
        }
        if best <= before * (1.0 + WORTH) {
            step /= 4;
        }
    }
    Some(geometry)
}

/// Something moved by a step: a centre, a reach, both against each other, or a probe.
fn moved(geometry: &Geometry, step: i64, dice: &mut ChaCha8Rng) -> Option<Geometry> {
    let mut next = geometry.clone();
    let by = if dice.random::<bool>() { step } else { -step };
    if dice.random_range(0..8) == 0 {
        let r = dice.random_range(0..next.looks.len());
        let look = &mut next.looks[r];
        let tokens = 1 + look.resting.len();
        let which = dice.random_range(0..tokens);
        let token = if which == 0 { &mut look.own } else { &mut look.resting[which - 1] };
        let side = dice.random_range(0..token.len());
        token[side] = (token[side] + by).clamp(0, GRID);
        return (next != *geometry).then_some(next);
    }
    let group = dice.random_range(0..next.courses.len());
    let side = dice.random_range(0..next.courses[group].len());
    let course = &mut next.courses[group][side];
    let k = course.reach.len();
    let follows = course.follows();
    let moved: Option<Course> = match dice.random_range(0..6) {
        0 => course.step(None, by),
        1 | 2 => course.step(Some(follows), by),
        // At the end of a side one goes with the other.
        3 => {
            let other = if dice.random::<bool>() { by } else { -by };
            let shrunk = Course { centre: course.centre + by, reach: course.reach.clone() };
            shrunk.step(Some(follows), other)
        }
        _ => course.step(Some(dice.random_range(0..k)), by),
    };
    *course = moved?;
    Some(next)
}
