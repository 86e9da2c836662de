//! Where tokens move and where they rest: each coordinate is an affine function of v.

use super::odd::{InV, Odd};
use rand::RngExt;
use rand::rngs::ChaCha8Rng;
use rand::seq::IndexedRandom;
use sumformer_checker::arith::number::{Exact, Rational, ratio, to_f64};
use sumformer_checker::format::floor::{Face, Floor, Moving, Probe, Resting, Weight};
use sumformer_checker::language::target::Target;
use sumformer_checker::language::values::{EvalError, Sequence, evaluate_run};

/// Sides of the box are divided into so many steps; a power of two, so that certificates have short numbers.
pub(super) const GRID: i64 = 2048;
/// An eighth of a side, in steps.
const EIGHTH: i64 = GRID / 8;

/// A coordinate of moving tokens: `centre + Σ reach_j v_j`, in steps from the lower end of its side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Course {
    pub centre: i64,
    pub reach: Vec<i64>,
}

/// Centres and reaches in eighths that stay inside.
const LEVELS: [(i64, i64); 11] =
    [(4, 4), (4, 4), (4, 4), (4, 4), (2, 2), (6, 2), (3, 3), (5, 3), (4, 2), (7, 1), (1, 1)];

impl Course {
    /// Any that follows one of k directions, at this scale.
    pub(super) fn any(scale: i64, k: usize, follows: usize, dice: &mut ChaCha8Rng) -> Self {
        let (centre, half) = LEVELS[dice.random_range(0..LEVELS.len())];
        let half = if dice.random::<bool>() { half } else { -half };
        Self::along(centre * EIGHTH, half * EIGHTH / scale, k, follows)
    }

    /// From one end of the side to the other.
    pub(super) fn whole(k: usize, follows: usize) -> Self {
        Self::along(GRID / 2, GRID / 2, k, follows)
    }

    fn along(centre: i64, half: i64, k: usize, follows: usize) -> Self {
        let mut reach = vec![0; k];
        reach[follows] = half;
        Self { centre, reach }
    }

    /// Standing still.
    pub(super) fn still(k: usize, dice: &mut ChaCha8Rng) -> Self {
        Self { centre: [0, GRID / 2, GRID][dice.random_range(0..3)], reach: vec![0; k] }
    }

    /// The direction that it follows most.
    pub(super) fn follows(&self) -> usize {
        (0..self.reach.len()).max_by_key(|j| self.reach[*j].abs()).unwrap_or(0)
    }

    /// Half of the reach goes to another direction too.
    pub(super) fn shared(&mut self, other: usize) {
        let follows = self.follows();
        let half = self.reach[follows] / 2;
        self.reach[follows] -= half;
        self.reach[other] += half;
    }

    /// How far it gets from its centre.
    pub(super) fn far(&self) -> i64 {
        self.reach.iter().map(|reach| reach.abs()).sum()
    }

    /// Whatever leaves the side does so no more: the longest reach is shortened.
    pub(super) fn brought_inside(&mut self) {
        self.centre = self.centre.clamp(0, GRID);
        let room = self.centre.min(GRID - self.centre);
        while self.far() > room {
            let excess = self.far() - room;
            let longest = self.follows();
            let reach = &mut self.reach[longest];
            *reach -= reach.signum() * excess.min(reach.abs());
        }
    }
}

/// How many tokens of each group move, and how many of each rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shape {
    pub moving: Vec<usize>,
    pub resting: Vec<usize>,
}

/// A probe, in steps from the lower ends of the sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Look {
    pub own: Vec<i64>,
    pub resting: Vec<Vec<i64>>,
}

/// Everything but the weights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Geometry {
    pub shape: Shape,
    /// By group, then coordinate.
    pub courses: Vec<Vec<Course>>,
    pub looks: Vec<Look>,
}

/// A geometry with its weights, for each face by probe and output.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub geometry: Geometry,
    pub weights: Vec<Vec<f64>>,
    /// δ, in floating point.
    pub value: f64,
}

/// The shapes that are tried: few groups, with none or some tokens at rest.
pub(super) fn shapes(target: &Target, n: usize, k: usize) -> Vec<Shape> {
    let (others, d) = (n - 1, target.dimension());
    let least = k.div_ceil(d);
    let parts = |count: usize, groups: usize| -> Vec<usize> {
        (0..groups).map(|group| count / groups + usize::from(group < count % groups)).collect()
    };
    let mut shapes = Vec::new();
    let mut rests = vec![0, 1, 2, others / 3, others / 2];
    rests.sort_unstable();
    rests.dedup();
    for rest in rests.into_iter().filter(|rest| *rest < others) {
        for groups in [least, least + 1, least + 2, others - rest] {
            if groups < least || groups > (others - rest).min(least + 8) {
                continue;
            }
            let halves = if rest == 0 { vec![0] } else { vec![1, rest.min(2)] };
            for resting in halves {
                let resting = if resting == 0 { Vec::new() } else { parts(rest, resting) };
                let shape = Shape { moving: parts(others - rest, groups), resting };
                if !shapes.contains(&shape) {
                    shapes.push(shape);
                }
            }
        }
    }
    shapes
}

/// Probes to choose weights for: corners and points between them, with tokens at rest of all kinds.
pub(super) fn looks(target: &Target, shape: &Shape, most: usize, dice: &mut ChaCha8Rng) -> Vec<Look> {
    let most = (most / target.outputs()).max(4);
    let d = target.dimension();
    let point = |dice: &mut ChaCha8Rng, levels: &[i64]| -> Vec<i64> {
        (0..d).map(|_| levels.choose(dice).map_or(0, |eighths| eighths * EIGHTH)).collect()
    };
    let mut looks: Vec<Look> = Vec::new();
    for attempt in 0..4 * most {
        let levels: &[i64] = if attempt % 3 == 0 { &[0, 2, 4, 6, 8] } else { &[0, 8] };
        let own = point(dice, levels);
        let resting = if attempt % 2 == 0 {
            let all = point(dice, &[0, 8]);
            vec![all; shape.resting.len()]
        } else {
            shape.resting.iter().map(|_| point(dice, &[0, 4, 8])).collect()
        };
        let look = Look { own, resting };
        if !looks.contains(&look) {
            looks.push(look);
        }
        if looks.len() == most {
            break;
        }
    }
    looks
}

impl Geometry {
    /// The odd parts of all outputs at all probes, probe by probe.
    pub(super) fn odd_parts(&self, target: &Target) -> Result<Vec<Odd>, EvalError> {
        let width = |k: usize| to_f64(target.domain[k].sup()) - to_f64(target.domain[k].inf());
        let still = |token: &Vec<i64>| -> Vec<InV> {
            token.iter().enumerate().map(|(k, &at)| InV::affine(place(target, k, at as f64), &[])).collect()
        };
        let moving: Vec<Vec<InV>> = self
            .courses
            .iter()
            .map(|token| {
                let course = |(k, course): (usize, &Course)| {
                    let slope = |reach: &i64| width(k) * *reach as f64 / GRID as f64;
                    let slopes: Vec<f64> = course.reach.iter().map(slope).collect();
                    InV::affine(place(target, k, course.centre as f64), &slopes)
                };
                token.iter().enumerate().map(course).collect()
            })
            .collect();
        let copies = self.copies();
        let mut parts = Vec::new();
        for look in &self.looks {
            let mut tokens = vec![still(&look.own)];
            tokens.extend(moving.iter().cloned());
            tokens.extend(look.resting.iter().map(still));
            let sequence = Sequence::of_runs(&tokens, &copies).ok_or(EvalError::Unbound)?;
            parts.extend(evaluate_run(target, sequence, 0)?.iter().map(InV::odd));
        }
        Ok(parts)
    }
}

impl Geometry {
    /// All outputs at all probes for a v, probe by probe.
    fn outputs(&self, target: &Target, v: &[f64]) -> Result<Vec<f64>, EvalError> {
        let moved = |(k, course): (usize, &Course)| {
            let reach: f64 = course.reach.iter().zip(v).map(|(reach, v)| *reach as f64 * v).sum();
            place(target, k, course.centre as f64 + reach)
        };
        let still = |token: &Vec<i64>| -> Vec<f64> {
            token.iter().enumerate().map(|(k, &at)| place(target, k, at as f64)).collect()
        };
        let moving: Vec<Vec<f64>> =
            self.courses.iter().map(|token| token.iter().enumerate().map(moved).collect()).collect();
        let (copies, mut all) = (self.copies(), Vec::new());
        for look in &self.looks {
            let mut tokens = vec![still(&look.own)];
            tokens.extend(moving.iter().cloned());
            tokens.extend(look.resting.iter().map(still));
            let sequence = Sequence::of_runs(&tokens, &copies).ok_or(EvalError::Unbound)?;
            all.extend(evaluate_run(target, sequence, 0)?);
        }
        Ok(all)
    }

    fn copies(&self) -> Vec<usize> {
        let own = std::iter::once(1);
        own.chain(self.shape.moving.iter().copied()).chain(self.shape.resting.iter().copied()).collect()
    }

    /// δ as far as some points of the faces show it: no more than this can be proved.
    pub(super) fn sampled(
        &self,
        target: &Target,
        weights: &[Vec<f64>],
        dice: &mut ChaCha8Rng,
    ) -> Option<f64> {
        const POINTS: usize = 6;
        let k = weights.len();
        let mut least = f64::INFINITY;
        for (i, weights) in weights.iter().enumerate() {
            let norm: f64 = weights.iter().map(|weight| weight.abs()).sum();
            for _ in 0..POINTS {
                let level = |j: usize, dice: &mut ChaCha8Rng| {
                    if j == i { 1.0 } else { f64::from(dice.random_range(-2_i32..=2)) / 2.0 }
                };
                let v: Vec<f64> = (0..k).map(|j| level(j, dice)).collect();
                let back: Vec<f64> = v.iter().map(|x| -x).collect();
                let (forth, back) = (self.outputs(target, &v).ok()?, self.outputs(target, &back).ok()?);
                let changes = weights.iter().zip(forth.iter().zip(&back));
                let change: f64 = changes.map(|(weight, (forth, back))| weight * (forth - back)).sum();
                least = least.min(change / (2.0 * norm));
            }
        }
        least.is_finite().then_some(least)
    }
}

/// A point of a side, given in steps.
fn place(target: &Target, k: usize, steps: f64) -> f64 {
    let side = &target.domain[k];
    let (low, high) = (to_f64(side.inf()), to_f64(side.sup()));
    low + (high - low) * steps / GRID as f64
}

impl Found {
    /// As the checker takes it; the error is not known yet.
    pub(super) fn floor(&self, target: &Target) -> Floor {
        /// Weights are multiples of one over this.
        const WEIGHTS: f64 = 4096.0;
        let outputs = target.outputs();
        let place = |k: usize, steps: i64| {
            let side = &target.domain[k];
            Exact(side.inf() + (side.sup() - side.inf()) * ratio(steps, GRID))
        };
        let token = |token: &Vec<i64>| -> Vec<Exact> {
            token.iter().enumerate().map(|(k, &at)| place(k, at)).collect()
        };
        let scaled: Vec<Vec<i64>> = self
            .weights
            .iter()
            .map(|weights| {
                let largest = weights.iter().fold(0.0_f64, |largest, weight| largest.max(weight.abs()));
                weights.iter().map(|weight| (weight / largest * WEIGHTS).round() as i64).collect()
            })
            .collect();
        let used: Vec<usize> = (0..self.geometry.looks.len())
            .filter(|r| {
                scaled
                    .iter()
                    .any(|weights| weights[r * outputs..][..outputs].iter().any(|weight| *weight != 0))
            })
            .collect();
        let k = self.weights.len();
        let moving =
            self.geometry.courses.iter().zip(&self.geometry.shape.moving).map(|(courses, &copies)| {
                let centre = courses.iter().enumerate().map(|(k, course)| place(k, course.centre));
                let direction = |(side, course): (usize, &Course)| -> Vec<Exact> {
                    let width = target.domain[side].sup() - target.domain[side].inf();
                    course.reach.iter().map(|reach| Exact(&width * ratio(*reach, GRID))).collect()
                };
                Moving {
                    copies,
                    centre: centre.collect(),
                    directions: courses.iter().enumerate().map(direction).collect(),
                }
            });
        let probes = used.iter().map(|&r| {
            let look = &self.geometry.looks[r];
            let resting = look.resting.iter().zip(&self.geometry.shape.resting);
            let resting = resting.map(|(at, &copies)| Resting { copies, token: token(at) }).collect();
            Probe { own: token(&look.own), resting }
        });
        let faces = scaled.iter().map(|weights| {
            let weights = used.iter().enumerate().flat_map(|(probe, &r)| {
                (0..outputs).filter_map(move |output| {
                    let weight = weights[r * outputs + output];
                    (weight != 0).then(|| Weight {
                        probe,
                        output,
                        weight: Exact(ratio(weight, WEIGHTS as i64)),
                    })
                })
            });
            Face { weights: weights.collect(), cuts: String::new() }
        });
        Floor {
            sums: k - 1,
            error: Exact(Rational::default()),
            moving: moving.collect(),
            probes: probes.collect(),
            faces: faces.collect(),
        }
    }
}
