//! The best weights for a geometry: a linear programme for each face.

use super::odd::Key;
use microlp::{ComparisonOp, OptimizationDirection, Problem};
use rustc_hash::FxHashMap;
use sumformer_checker::work::charge_all;

/// Coefficients below this are rounding errors.
const NOTHING: f64 = 1e-11;

/// What a row of the programme costs for each output at a probe, in units of work.
const PIVOT: u64 = 64;

/// For each face the weights with Σ|a| ≤ 1 that make the constant minus what other power products can take away largest, and the least of
/// these values, which is δ; nothing as soon as a face has no more than `least`.
pub(super) fn best_weights(parts: &[Vec<(Key, f64)>], k: usize, least: f64) -> Option<(f64, Vec<Vec<f64>>)> {
    let mut value = f64::INFINITY;
    let mut all = Vec::with_capacity(k);
    for i in 0..k {
        let (found, weights) = on_face(parts, i)?;
        if found <= least {
            return None;
        }
        value = value.min(found);
        all.push(weights);
    }
    Some((value, all))
}

/// The least over the faces for given weights, with Σ|a| for each divided out.
pub(super) fn value_of(parts: &[Vec<(Key, f64)>], weights: &[Vec<f64>]) -> f64 {
    let of_face = |(i, weights): (usize, &Vec<f64>)| {
        let mut sums: FxHashMap<Key, f64> = FxHashMap::default();
        for (part, weight) in parts.iter().zip(weights).filter(|(_, weight)| **weight != 0.0) {
            for &(key, value) in part {
                *sums.entry(key & !(0xff << (8 * i))).or_default() += weight * value;
            }
        }
        let constant = sums.remove(&0).unwrap_or(0.0);
        let taken =
            |(key, value): (&Key, &f64)| if is_even(*key) { value.min(0.0).abs() } else { value.abs() };
        // In one order, as sums in floating point depend on it.
        let mut all: Vec<f64> = sums.iter().map(taken).collect();
        all.sort_unstable_by(f64::total_cmp);
        let norm: f64 = weights.iter().map(|weight| weight.abs()).sum();
        (constant - all.iter().sum::<f64>()) / norm
    };
    weights.iter().enumerate().map(of_face).fold(f64::INFINITY, f64::min)
}

/// Whether a power product is a square.
fn is_even(key: Key) -> bool {
    key.to_le_bytes().iter().all(|exponent| exponent % 2 == 0)
}

fn on_face(parts: &[Vec<(Key, f64)>], i: usize) -> Option<(f64, Vec<f64>)> {
    // Rows: power products on the face, where v_i = 1.
    let mut rows: FxHashMap<Key, Vec<(usize, f64)>> = FxHashMap::default();
    for (r, part) in parts.iter().enumerate() {
        for &(key, value) in part.iter().filter(|(_, value)| value.abs() > NOTHING) {
            let on_face = key & !(0xff << (8 * i));
            let row = rows.entry(on_face).or_default();
            match row.last_mut() {
                Some((last, sum)) if *last == r => *sum += value,
                _ => row.push((r, value)),
            }
        }
    }
    let constant: FxHashMap<usize, f64> = rows.remove(&0)?.into_iter().collect();
    let mut rows: Vec<_> = rows.into_iter().collect();
    rows.sort_unstable_by_key(|(key, _)| *key);
    let mut problem = Problem::new(OptimizationDirection::Maximize);
    let signed: Vec<_> = (0..parts.len())
        .map(|r| {
            let gain = constant.get(&r).copied().unwrap_or(0.0);
            (problem.add_var(gain, (0.0, 1.0)), problem.add_var(-gain, (0.0, 1.0)))
        })
        .collect();
    let norm: Vec<_> = signed.iter().flat_map(|(plus, minus)| [(*plus, 1.0), (*minus, 1.0)]).collect();
    problem.add_constraint(&norm[..], ComparisonOp::Le, 1.0);
    let count = rows.len();
    for (key, row) in rows {
        let taken = problem.add_var(-1.0, (0.0, f64::INFINITY));
        // An even power product takes away only where its coefficient is negative.
        for sign in if is_even(key) { &[-1.0][..] } else { &[-1.0, 1.0][..] } {
            let mut terms = vec![(taken, -1.0)];
            for &(r, value) in &row {
                let (plus, minus) = signed[r];
                terms.extend([(plus, sign * value), (minus, -sign * value)]);
            }
            problem.add_constraint(&terms[..], ComparisonOp::Le, 0.0);
        }
    }
    charge_all(count, parts.len() as u64 * PIVOT);
    let solution = problem.solve().ok()?.into_solution().ok()?;
    let weights = signed.iter().map(|(plus, minus)| solution.var_value(*plus) - solution.var_value(*minus));
    Some((solution.objective(), weights.collect()))
}
