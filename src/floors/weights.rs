//! The best weights for a geometry: a linear programme for each face.

use super::odd::{Key, Odd};
use microlp::{ComparisonOp, OptimizationDirection, Problem};
use rustc_hash::FxHashMap;
use sumformer_checker::work::charge_all;

/// Coefficients below this are rounding errors.
const NOTHING: f64 = 1e-11;

/// What a row of the programme costs for each output at a probe, in units of work.
const PIVOT: u64 = 64;

/// For each face the weights with Σ|a| ≤ 1 that make the constant minus what other power products can take away largest, and the least of
/// these values, which is δ; nothing as soon as a face has no more than `least`.
pub(super) fn best_weights(parts: &[Odd], k: usize, least: f64) -> Option<(f64, Vec<Vec<f64>>)> {
    let mut value = f64::INFINITY;
    let mut all = Vec::with_capacity(k);
    for i in 0..k {
        let (found, weights) = best_on_face(parts, i)?;
        if found <= least {
            return None;
        }
        value = value.min(found);
        all.push(weights);
    }
    Some((value, all))
}

/// A part where v_i = 1, term by term; power products may come more than once.
pub(super) fn on_face(part: &[(Key, f64)], i: usize) -> impl Iterator<Item = (Key, f64)> {
    part.iter().map(move |(key, value)| (key & !(0xff << (8 * i)), *value))
}

/// With which signs a coefficient is what its power product can take away: an even one does so only where its coefficient is negative.
pub(super) fn signs(key: Key) -> &'static [f64] {
    let is_even = key.to_le_bytes().iter().all(|exponent| exponent % 2 == 0);
    if is_even { &[-1.0] } else { &[-1.0, 1.0] }
}

fn best_on_face(parts: &[Odd], i: usize) -> Option<(f64, Vec<f64>)> {
    // Rows: power products on the face, where v_i = 1.
    let mut rows: FxHashMap<Key, Vec<(usize, f64)>> = FxHashMap::default();
    for (r, part) in parts.iter().enumerate() {
        for (key, value) in on_face(part, i).filter(|(_, value)| value.abs() > NOTHING) {
            let row = rows.entry(key).or_default();
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
        for sign in signs(key) {
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
