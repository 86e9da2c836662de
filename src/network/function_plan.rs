//! Planning of piecewise linear approximations of a function φ of one variable, in floating point.
//!
//! A linear piece of length h lies within h²|φ''|/16 of φ if it is off by as much at its ends as in its middle. So the
//! optimal break points divide W = ∫ √|φ''| equally, and N pieces have the error W²/(16N²) up to higher order in 1/N.
//! The coordinate s(t) = ∫ √|φ''| is known: with S(θ) = ∫₀^θ √|sin u| du,
//!
//! | φ | s(t) | |
//! |---|---|---|
//! | `exp`, `log` | 2 exp(t/2), log t | |
//! | `sqrt`, 1/t | 2 t^(1/4), ∓2√2/√\|t\| | finite at 0 for the root, and constant below |
//! | `sin`, `cos` | S(t), S(t + π/2) | |
//! | `tanh` | √2 S(θ), tan θ = sinh t | tanh t = sin θ, so \|φ''\| = 2 \|sin θ\| cos²θ and dθ = cos θ dt |
//! | `sigmoid` | s of tanh at t/2, over √2 | sigmoid'' (t) = tanh''(t/2)/8 |
//!
//! Few pieces, and pieces next to inflections, follow the asymptotic rule less well: from there on, pieces with larger
//! errors get smaller in a few rounds.

use std::f64::consts::{FRAC_PI_2, PI, SQRT_2};
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::to_f64;
use sumformer_checker::language::Scalar;
use sumformer_checker::language::ast::Function;

/// S(π)
const ROOT_SINE: f64 = 2.396_280_469_471_184;
/// Rounds in which the errors of the pieces are balanced.
const ROUNDS: usize = 12;
/// A piece is looked at in this many parts.
const SAMPLES: usize = 16;
/// The places of pieces are moved with this power of their errors. These are about proportional to the square of the
/// lengths, so that 1/2 would balance them at once; less does not overshoot where neighbours influence each other.
const DAMPED: f64 = 0.35;

/// The A such that N pieces approximate φ within about A/N² on the range; 0 for functions that are piecewise linear.
/// Not finite where φ is not defined, or 1/t at 0.
pub fn amplitude(function: Function, range: &Interval) -> f64 {
    let total = Coordinate(function).to(to_f64(range.sup())) - Coordinate(function).to(to_f64(range.inf()));
    total * total / 16.0
}

/// About how many pieces approximate φ within the error on the range.
pub fn pieces_for(function: Function, range: &Interval, error: f64) -> f64 {
    (amplitude(function, range) / error).sqrt()
}

/// s(t), increasing.
#[derive(Debug, Clone, Copy)]
struct Coordinate(Function);

impl Coordinate {
    fn to(self, t: f64) -> f64 {
        match self.0 {
            Function::Exp => 2.0 * (t / 2.0).exp(),
            Function::Log => t.ln(),
            Function::Sqrt | Function::Root => 2.0 * t.max(0.0).powf(0.25),
            Function::Inverse => -t.signum() * 2.0 * SQRT_2 / t.abs().sqrt(),
            Function::Sin => root_sine(t),
            Function::Cos => root_sine(t + FRAC_PI_2),
            Function::Tanh => SQRT_2 * root_sine(t.sinh().atan()),
            Function::Sigmoid => root_sine((t / 2.0).sinh().atan()),
            Function::Identity | Function::Abs | Function::Relu | Function::Hat => 0.0,
        }
    }

    /// The t with s(t) = s.
    fn from(self, s: f64) -> f64 {
        match self.0 {
            Function::Exp => 2.0 * (s / 2.0).ln(),
            Function::Log => s.exp(),
            Function::Sqrt | Function::Root => (s / 2.0).powi(4),
            Function::Inverse => -s.signum() * 8.0 / (s * s),
            Function::Sin => inverse_root_sine(s),
            Function::Cos => inverse_root_sine(s) - FRAC_PI_2,
            Function::Tanh => inverse_root_sine(s / SQRT_2).tan().asinh(),
            Function::Sigmoid => 2.0 * inverse_root_sine(s).tan().asinh(),
            Function::Identity | Function::Abs | Function::Relu | Function::Hat => s,
        }
    }
}

/// S(θ)
fn root_sine(theta: f64) -> f64 {
    // From 0 to the rest, with u = v², where the integrand 2v·√(sin v²) is smooth; Simpson's rule.
    let quarter = |rest: f64| {
        const STEPS: u32 = 16;
        let step = rest.sqrt() / f64::from(STEPS);
        let integrand = |k: u32| {
            let v = step * f64::from(k);
            2.0 * v * (v * v).sin().max(0.0).sqrt()
        };
        let weight = |k: u32| if k == 0 || k == STEPS { 1.0 } else { 2.0 + 2.0 * f64::from(k % 2) };
        (0..=STEPS).map(|k| weight(k) * integrand(k)).sum::<f64>() * step / 3.0
    };
    let periods = (theta / PI).floor();
    let rest = (theta - periods * PI).clamp(0.0, PI);
    let part = if rest <= FRAC_PI_2 { quarter(rest) } else { ROOT_SINE - quarter(PI - rest) };
    periods * ROOT_SINE + part
}

fn inverse_root_sine(s: f64) -> f64 {
    let periods = (s / ROOT_SINE).floor();
    let rest = s - periods * ROOT_SINE;
    let (mut low, mut high) = (0.0, PI);
    for _ in 0..40 {
        let middle = (low + high) / 2.0;
        if root_sine(middle) < rest { low = middle } else { high = middle }
    }
    periods * PI + (low + high) / 2.0
}

/// A piecewise linear approximation.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    /// (t, value − φ(t)): one more than pieces, from one end of the range to the other, t increasing.
    pub knots: Vec<(f64, f64)>,
    /// The largest error that was seen.
    pub error: f64,
}

/// A nearly optimal approximation of φ on [lo, hi], lo < hi, by `pieces ≥ 1` pieces; φ is not piecewise linear.
pub(super) fn plan(function: Function, (lo, hi): (f64, f64), pieces: usize) -> Plan {
    let coordinate = Coordinate(function);
    let (first, last) = (coordinate.to(lo), coordinate.to(hi));
    let mut places: Vec<f64> =
        (0..=pieces).map(|k| first + (last - first) * k as f64 / pieces as f64).collect();
    let mut best: Option<Plan> = None;
    for _ in 0..ROUNDS {
        let mut t: Vec<f64> = places.iter().map(|&s| coordinate.from(s)).collect();
        (t[0], t[pieces]) = (lo, hi);
        let (knots, errors) = balance(function, &t);
        let error = errors.iter().copied().fold(0.0, f64::max);
        if best.as_ref().is_none_or(|best| error < best.error) {
            best = Some(Plan { knots, error });
        }
        places = equidistribute(&places, &errors);
    }
    best.unwrap_or_else(|| Plan { knots: vec![(lo, 0.0), (hi, 0.0)], error: f64::INFINITY })
}

/// Break points with shifts of the values there with which the errors on both sides of φ are about the same, and the error of each piece.
fn balance(function: Function, t: &[f64]) -> (Vec<(f64, f64)>, Vec<f64>) {
    let value = |t: f64| t.call(function).unwrap_or(f64::NAN);
    let values: Vec<f64> = t.iter().map(|&t| value(t)).collect();
    // The least and the largest excess of each chord over φ, the 0 of its ends among them.
    let excess: Vec<[f64; SAMPLES + 1]> = (1..t.len())
        .map(|k| {
            std::array::from_fn(|j| {
                let share = share(j);
                let between = |from: f64, to: f64| from + (to - from) * share;
                if j == 0 || j == SAMPLES {
                    return 0.0;
                }
                between(values[k - 1], values[k]) - value(between(t[k - 1], t[k]))
            })
        })
        .collect();
    let middle = |list: &[f64; SAMPLES + 1]| {
        let (least, largest) = list.iter().fold((0.0, 0.0), |(a, b): (f64, f64), &x| (a.min(x), b.max(x)));
        (least + largest) / 2.0
    };
    // Each piece wants to be shifted by its own amount; neighbours meet half-way.
    let shifts: Vec<f64> = (0..t.len())
        .map(|k| match (k.checked_sub(1).and_then(|left| excess.get(left)), excess.get(k)) {
            (Some(left), Some(right)) => -(middle(left) + middle(right)) / 2.0,
            (Some(only), None) | (None, Some(only)) => -middle(only),
            (None, None) => 0.0,
        })
        .collect();
    let error = |(k, list): (usize, &[f64; SAMPLES + 1])| {
        let shifted = list.iter().enumerate().map(|(j, excess)| {
            let share = share(j);
            (excess + shifts[k] + (shifts[k + 1] - shifts[k]) * share).abs()
        });
        shifted.fold(0.0, f64::max)
    };
    let errors = excess.iter().enumerate().map(error).collect();
    let knots = t.iter().copied().zip(shifts.iter().copied()).collect();
    (knots, errors)
}

/// Sample number j of a piece, from 0 to 1: denser at the ends, as a long piece may be curved there only.
fn share(j: usize) -> f64 {
    (1.0 - (PI * j as f64 / SAMPLES as f64).cos()) / 2.0
}

/// New places for which the errors differ less.
fn equidistribute(places: &[f64], errors: &[f64]) -> Vec<f64> {
    let largest = errors.iter().copied().fold(0.0, f64::max);
    // No piece grows much at once.
    let weights: Vec<f64> = errors.iter().map(|error| (error / largest).max(0.1).powf(DAMPED)).collect();
    let total: f64 = weights.iter().sum();
    if !total.is_finite() {
        return places.to_vec();
    }
    let share = total / weights.len() as f64;
    let (mut piece, mut before) = (0, 0.0);
    let mut new = Vec::with_capacity(places.len());
    new.push(places[0]);
    for k in 1..weights.len() {
        let wanted = share * k as f64;
        while piece + 1 < weights.len() && before + weights[piece] < wanted {
            before += weights[piece];
            piece += 1;
        }
        let inside = ((wanted - before) / weights[piece]).clamp(0.0, 1.0);
        new.push(places[piece] + (places[piece + 1] - places[piece]) * inside);
    }
    new.push(places[places.len() - 1]);
    new
}

#[cfg(test)]
mod tests {
    use super::*;
    use sumformer_checker::arith::number::{integer, ratio};

    #[test]
    fn the_coordinate_has_the_derivative_root_of_the_curvature_and_its_inverse() {
        let functions = [
            (Function::Exp, -3.0, 2.0),
            (Function::Log, 0.1, 5.0),
            (Function::Sqrt, 0.1, 5.0),
            (Function::Inverse, 0.2, 4.0),
            (Function::Inverse, -4.0, -0.2),
            (Function::Sin, -9.0, 7.0),
            (Function::Cos, -9.0, 7.0),
            (Function::Tanh, -4.0, 3.0),
            (Function::Sigmoid, -6.0, 7.0),
        ];
        for (function, lo, hi) in functions {
            let coordinate = Coordinate(function);
            for k in 1..100 {
                let t = lo + (hi - lo) * f64::from(k) / 100.0;
                let (h, value) = (1e-3, |t: f64| t.call(function).unwrap());
                let bend = (value(t - h) - 2.0 * value(t) + value(t + h)) / (h * h);
                let slope = (coordinate.to(t + h) - coordinate.to(t - h)) / (2.0 * h);
                assert!((slope * slope - bend.abs()).abs() < 2e-3 * (1.0 + bend.abs()), "{function:?} {t}");
                assert!(
                    (coordinate.from(coordinate.to(t)) - t).abs() < 1e-5 * (1.0 + t.abs()),
                    "{function:?} {t}"
                );
            }
        }
        assert!((2.0 * root_sine(FRAC_PI_2 - 1e-9) - ROOT_SINE).abs() < 3e-5);
    }

    #[test]
    fn pieces_and_amplitude_belong_together() {
        let range = Interval::new(ratio(1, 2), integer(3)).unwrap();
        let pieces = pieces_for(Function::Log, &range, 1e-4);
        assert!((amplitude(Function::Log, &range) / (pieces * pieces) - 1e-4).abs() < 1e-12);
        // W = log 6.
        assert!((pieces - 6f64.ln() / 4.0 / 1e-2).abs() < 1e-9);
        assert_eq!(pieces_for(Function::Hat, &range, 1e-4), 0.0);
    }
}
