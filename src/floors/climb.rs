//! From a geometry to better ones, a course or the probes at a time.

use super::geometry::{Course, Found, Geometry, Shape, looks};
use super::weights::best_weights;
use rand::RngExt;
use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom;
use sumformer_checker::language::target::Target;

/// A climb ends after so many changes without gain.
const PATIENCE: usize = 25;

/// One climb from a random geometry.
pub(super) fn from_somewhere(
    target: &Target,
    k: usize,
    shapes: &[Shape],
    scales: &[i64],
    probes: usize,
    is_over: &(dyn Fn() -> bool + Sync),
    dice: &mut ChaCha8Rng,
) -> Option<Found> {
    let scale = scales[dice.random_range(0..scales.len())];
    let shape = shapes.get(dice.random_range(0..shapes.len().max(1)))?.clone();
    let d = target.dimension();
    let mut order: Vec<usize> = (0..shape.moving.len() * d).map(|place| place % k).collect();
    if dice.random_range(0..3) == 0 {
        order.shuffle(dice);
    }
    let courses = order
        .chunks(d)
        .map(|token| token.iter().map(|&follows| Course::any(scale, k, follows, dice)).collect::<Vec<_>>());
    let mut courses: Vec<Vec<Course>> = courses.collect();
    if k > 1 && dice.random_range(0..4) == 0 {
        courses.iter_mut().flatten().for_each(|course| course.shared(dice.random_range(0..k)));
    }
    let looks = looks(target, &shape, probes, dice);
    let start = weighed(target, Geometry { shape, courses, looks }, k, 0.0, dice);
    climbed(target, start, k, scale, probes, is_over, dice)
}

/// One climb from tokens that walk through the whole box, each coordinate with a v_j of its own.
pub(super) fn from_a_walk(
    target: &Target,
    n: usize,
    k: usize,
    probes: usize,
    is_over: &(dyn Fn() -> bool + Sync),
    dice: &mut ChaCha8Rng,
) -> Option<Found> {
    let (others, d) = (n - 1, target.dimension());
    let groups = k.div_ceil(d).min(others);
    let moving = (0..groups).map(|group| others / groups + usize::from(group < others % groups)).collect();
    let shape = Shape { moving, resting: Vec::new() };
    let course = |place: usize| Course::whole(k, place % k);
    let courses = (0..groups).map(|group| (0..d).map(|side| course(group * d + side)).collect()).collect();
    let looks = looks(target, &shape, probes, dice);
    let start = weighed(target, Geometry { shape, courses, looks }, k, 0.0, dice);
    climbed(target, start, k, 1, probes, is_over, dice)
}

fn climbed(
    target: &Target,
    mut best: Option<Found>,
    k: usize,
    scale: i64,
    probes: usize,
    is_over: &(dyn Fn() -> bool + Sync),
    dice: &mut ChaCha8Rng,
) -> Option<Found> {
    let mut without_gain = 0;
    while without_gain < PATIENCE && !is_over() {
        let Some(found) = &best else { break };
        let next = changed(target, &found.geometry, k, scale, probes, dice);
        match weighed(target, next, k, found.value, dice) {
            Some(better) => (best, without_gain) = (Some(better), 0),
            None => without_gain += 1,
        }
    }
    best
}

/// The geometry with its best weights, if they prove more than `least`.
pub(super) fn weighed(
    target: &Target,
    geometry: Geometry,
    k: usize,
    least: f64,
    dice: &mut ChaCha8Rng,
) -> Option<Found> {
    let parts = geometry.odd_parts(target).ok()?;
    let (value, weights) = best_weights(&parts, k, least)?;
    // Where values were cut off, more may have been found than there is.
    let value = value.min(geometry.sampled(target, &weights, dice)?);
    (value > least).then_some(Found { geometry, weights, value })
}

fn changed(
    target: &Target,
    geometry: &Geometry,
    k: usize,
    scale: i64,
    probes: usize,
    dice: &mut ChaCha8Rng,
) -> Geometry {
    let mut next = geometry.clone();
    if dice.random_range(0..10) < 7 {
        for _ in 0..dice.random_range(1..3) {
            let group = dice.random_range(0..next.courses.len());
            let side = dice.random_range(0..next.courses[group].len());
            let follows = next.courses[group][side].follows();
            next.courses[group][side] = match dice.random_range(0..10) {
                0 => Course::still(k, dice),
                1..=6 => Course::any(scale, k, dice.random_range(0..k), dice),
                _ => Course::any(scale, k, follows, dice),
            };
        }
    } else {
        next.looks = looks(target, &next.shape, probes, dice);
    }
    next
}
