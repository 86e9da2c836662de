//! The best near a geometry: for small steps coefficients change linearly, so one linear programme finds the best step of all
//! centres, reaches and probes at once, with the weights that go with it.

use super::climb::weighed;
use super::geometry::{Course, Found, GRID, Geometry, Look};
use super::odd::{Key, Odd};
use super::weights::{on_face, signs};
use microlp::{ComparisonOp, LinearExpr, OptimizationDirection, Problem, Variable};
use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom;
use rustc_hash::FxHashMap;
use sumformer_checker::language::target::Target;
use sumformer_checker::work::charge_all;

/// Steps, at most.
const STEPS: usize = 60;
/// The longest step of a place, in steps of the grid.
const LONGEST: i64 = GRID / 16;
/// Rows of a programme times its columns, at most: seconds.
const LARGEST: usize = 1 << 19;
/// Directions that a coordinate does not follow yet, at most.
const NEW: usize = 48;
/// Shares of δ below this are rounding errors.
const NOTHING: f64 = 1e-7;
/// What a row costs for each column, in units of work.
const PIVOT: u64 = 256;

/// What moves.
#[derive(Debug, Clone, Copy)]
enum Place {
    /// A group's centre at a side.
    Centre(usize, usize),
    /// How far it reaches in a direction that it follows.
    Reach(usize, usize, usize),
    /// The same for a direction that it does not follow yet, with the sign of the new reach.
    New(usize, usize, usize, i64),
    /// A probe's own token at a side.
    Own(usize, usize),
    /// One of its resting tokens at a side.
    Resting(usize, usize, usize),
}

/// The best that is found from here, with the same probes.
pub(super) fn ascended(
    target: &Target,
    mut best: Found,
    is_over: &(dyn Fn() -> bool + Sync),
    dice: &mut ChaCha8Rng,
) -> Found {
    let mut longest = LONGEST;
    for _ in 0..STEPS {
        if longest == 0 || is_over() {
            break;
        }
        let next = stepped(target, &best, longest, is_over, dice);
        match next.and_then(|next| weighed(target, next, best.weights.len(), best.value, dice)) {
            Some(better) => {
                // Steps that are hardly worth it are too long.
                let is_little = better.value < best.value * 1.01;
                best = better;
                if is_little {
                    longest /= 2;
                }
            }
            None => longest /= 4,
        }
    }
    best
}

/// The geometry after the best step.
fn stepped(
    target: &Target,
    found: &Found,
    longest: i64,
    is_over: &(dyn Fn() -> bool + Sync),
    dice: &mut ChaCha8Rng,
) -> Option<Geometry> {
    let geometry = &found.geometry;
    let places = places(geometry, dice);
    let parts = geometry.odd_parts(target).ok()?;
    let slope = |place: &Place| if is_over() { None } else { slope(target, geometry, *place) };
    let slopes: Vec<_> = places.iter().map(slope).collect::<Option<_>>()?;
    let mut problem = Problem::new(OptimizationDirection::Maximize);
    let least = problem.add_var(1.0, (f64::NEG_INFINITY, f64::INFINITY));
    let steps: Vec<Variable> =
        places.iter().map(|place| problem.add_var(0.0, place.limits(geometry, longest))).collect();
    stay_inside(&mut problem, geometry, &places, &steps);
    let near = Near { parts, slopes, steps, least };
    let columns = 1 + places.len() + 2 * near.parts.len();
    let mut rows = 0;
    for (i, weights) in found.weights.iter().enumerate() {
        let (terms, signed) = near.on_face(&mut problem, i, weights, found.value);
        rows += 2 * terms.len();
        if rows * columns > LARGEST {
            return None;
        }
        near.require(&mut problem, terms, &signed)?;
    }
    charge_all(rows, columns as u64 * PIVOT);
    let solution = problem.solve().ok()?.into_solution().ok()?;
    let mut next = geometry.clone();
    for (place, step) in places.iter().zip(&near.steps) {
        place.moved(&mut next, solution.var_value(*step).round() as i64);
    }
    next.courses.iter_mut().flatten().for_each(Course::brought_inside);
    (next != *geometry).then_some(next)
}

/// Coefficients near a geometry, as they depend on the variables of a programme.
struct Near {
    /// By probe and output.
    parts: Vec<Odd>,
    /// What the steps change.
    slopes: Vec<Slope>,
    steps: Vec<Variable>,
    /// What all faces have, in units of what they had.
    least: Variable,
}

/// What a step changes, by probe and output.
type Slope = Vec<(usize, Odd)>;
/// Coefficients by power product.
type Terms = FxHashMap<Key, Vec<(Variable, f64)>>;

impl Near {
    /// The coefficients where v_i = 1, with variables for the weights there, ≥ 0 and ≤ 0.
    fn on_face(
        &self,
        problem: &mut Problem,
        i: usize,
        weights: &[f64],
        unit: f64,
    ) -> (Terms, Vec<[Variable; 2]>) {
        let norm = unit * weights.iter().map(|weight| weight.abs()).sum::<f64>();
        let signed: Vec<[Variable; 2]> =
            self.parts.iter().map(|_| [(); 2].map(|()| problem.add_var(0.0, (0.0, 1.0)))).collect();
        let mut terms = Terms::default();
        for (part, [plus, minus]) in self.parts.iter().zip(&signed) {
            for (key, value) in collected(on_face(part, i).map(|(key, value)| (key, value / unit))) {
                terms.entry(key).or_default().extend([(*plus, value), (*minus, -value)]);
            }
        }
        for (slope, step) in self.slopes.iter().zip(&self.steps) {
            let weighed = slope.iter().filter(|(r, _)| weights[*r] != 0.0).flat_map(|(r, part)| {
                on_face(part, i).map(move |(key, value)| (key, value * weights[*r] / norm))
            });
            for (key, change) in collected(weighed) {
                terms.entry(key).or_default().push((*step, change));
            }
        }
        (terms, signed)
    }

    /// The constant, less what other power products can take away, is at least what all faces have.
    fn require(&self, problem: &mut Problem, mut terms: Terms, signed: &[[Variable; 2]]) -> Option<()> {
        let all: Vec<_> = signed.iter().flatten().map(|weight| (*weight, 1.0)).collect();
        problem.add_constraint(&all[..], ComparisonOp::Le, 1.0);
        let mut constant = terms.remove(&0)?;
        let mut terms: Vec<_> = terms.into_iter().collect();
        terms.sort_unstable_by_key(|(key, _)| *key);
        for (key, row) in terms {
            let taken = problem.add_var(0.0, (0.0, f64::INFINITY));
            constant.push((taken, -1.0));
            for sign in signs(key) {
                let mut expression = LinearExpr::empty();
                expression.add(taken, -1.0);
                row.iter().for_each(|(variable, value)| expression.add(*variable, sign * value));
                problem.add_constraint(expression, ComparisonOp::Le, 0.0);
            }
        }
        constant.push((self.least, -1.0));
        problem.add_constraint(&constant[..], ComparisonOp::Ge, 0.0);
        Some(())
    }
}

/// Terms of one power product together, without rounding errors.
fn collected(terms: impl Iterator<Item = (Key, f64)>) -> impl Iterator<Item = (Key, f64)> {
    let mut sums: FxHashMap<Key, f64> = FxHashMap::default();
    terms.for_each(|(key, value)| *sums.entry(key).or_default() += value);
    sums.into_iter().filter(|(_, value)| value.abs() > NOTHING)
}

/// All that can move; of the directions that are not followed yet, some.
fn places(geometry: &Geometry, dice: &mut ChaCha8Rng) -> Vec<Place> {
    let (mut all, mut new) = (Vec::new(), Vec::new());
    for (group, courses) in geometry.courses.iter().enumerate() {
        for (side, course) in courses.iter().enumerate() {
            all.push(Place::Centre(group, side));
            for (j, reach) in course.reach.iter().enumerate() {
                match reach {
                    0 => new.extend([1, -1].map(|sign| Place::New(group, side, j, sign))),
                    _ => all.push(Place::Reach(group, side, j)),
                }
            }
        }
    }
    for (r, look) in geometry.looks.iter().enumerate() {
        all.extend((0..look.own.len()).map(|side| Place::Own(r, side)));
        let tokens = look.resting.iter().enumerate();
        all.extend(
            tokens.flat_map(|(i, token)| (0..token.len()).map(move |side| Place::Resting(r, i, side))),
        );
    }
    new.shuffle(dice);
    all.extend(new.into_iter().take(NEW));
    all
}

/// By how much a step changes the odd parts, for those that it changes.
fn slope(target: &Target, geometry: &Geometry, place: Place) -> Option<Slope> {
    let outputs = target.outputs();
    let moved = |by: i64| {
        let mut next = geometry.clone();
        place.moved(&mut next, by);
        next
    };
    // At an end of a side only the steps inward say something.
    let (lower, upper) = place.limits(geometry, 1);
    let [mut back, mut forth] = [moved(lower as i64), moved(upper as i64)];
    let span = upper - lower;
    if span == 0.0 {
        return Some(Vec::new());
    }
    let first = match place {
        Place::Own(r, _) | Place::Resting(r, ..) => {
            [&mut back, &mut forth].into_iter().for_each(|it| it.looks = vec![it.looks[r].clone()]);
            r * outputs
        }
        Place::Centre(..) | Place::Reach(..) | Place::New(..) => 0,
    };
    let (back, forth) = (back.odd_parts(target).ok()?, forth.odd_parts(target).ok()?);
    let change = |(forth, back): (&Odd, &Odd)| {
        let mut change: FxHashMap<Key, f64> = forth.iter().map(|(key, value)| (*key, value / span)).collect();
        for (key, value) in back {
            *change.entry(*key).or_default() -= value / span;
        }
        let mut change: Vec<_> = change.into_iter().collect();
        change.sort_unstable_by_key(|(key, _)| *key);
        change
    };
    Some(forth.iter().zip(&back).map(change).enumerate().map(|(r, part)| (first + r, part)).collect())
}

/// Tokens that move stay in the box.
fn stay_inside(problem: &mut Problem, geometry: &Geometry, places: &[Place], steps: &[Variable]) {
    for (g, courses) in geometry.courses.iter().enumerate() {
        for (s, course) in courses.iter().enumerate() {
            let mut reach = Vec::new();
            let mut centre = None;
            for (place, step) in places.iter().zip(steps) {
                match *place {
                    Place::Centre(group, side) if (group, side) == (g, s) => centre = Some(*step),
                    Place::Reach(group, side, j) if (group, side) == (g, s) => {
                        reach.push((*step, course.reach[j].signum() as f64));
                    }
                    Place::New(group, side, ..) if (group, side) == (g, s) => reach.push((*step, 1.0)),
                    _ => {}
                }
            }
            let Some(centre) = centre else { continue };
            let far = course.far();
            for (sign, room) in [(-1.0, course.centre - far), (1.0, GRID - course.centre - far)] {
                let mut row = reach.clone();
                row.push((centre, sign));
                problem.add_constraint(&row[..], ComparisonOp::Le, room as f64);
            }
        }
    }
}

impl Place {
    /// How far it may move.
    fn limits(self, geometry: &Geometry, longest: i64) -> (f64, f64) {
        let within = |at: i64| ((-longest).max(-at) as f64, longest.min(GRID - at) as f64);
        let look = |r: usize| -> &Look { &geometry.looks[r] };
        match self {
            Self::Centre(group, side) => within(geometry.courses[group][side].centre),
            Self::Own(r, side) => within(look(r).own[side]),
            Self::Resting(r, i, side) => within(look(r).resting[i][side]),
            // Not through 0, where |reach| bends.
            Self::Reach(group, side, j) => match geometry.courses[group][side].reach[j] {
                reach if reach > 0 => ((-longest).max(-reach) as f64, longest as f64),
                reach => (-longest as f64, longest.min(-reach) as f64),
            },
            Self::New(..) => (0.0, longest as f64),
        }
    }

    fn moved(self, geometry: &mut Geometry, by: i64) {
        match self {
            Self::Centre(group, side) => geometry.courses[group][side].centre += by,
            Self::Reach(group, side, j) => geometry.courses[group][side].reach[j] += by,
            Self::New(group, side, j, sign) => geometry.courses[group][side].reach[j] += sign * by,
            Self::Own(r, side) => geometry.looks[r].own[side] += by,
            Self::Resting(r, i, side) => geometry.looks[r].resting[i][side] += by,
        }
    }
}
