//! Two opposite points of the cube's boundary that a map to fewer dimensions does not tell apart (Borsuk and Ulam).

use super::data::{Random, Stream};
use super::mlp::Mlp;
use nalgebra::{DMatrix, DVector};

/// Starts of the search in more than one dimension.
const STARTS: usize = 200;
/// Steps from each of them.
const STEPS: usize = 200;
/// The search ends where the values differ by so little, relative to their own size plus 1.
const TOLERANCE: f64 = 1e-13;

/// t and 1 − t on the boundary of [0, 1]^d.
#[derive(Debug, Clone)]
pub struct AntipodalPair {
    /// t
    pub point: Vec<f64>,
    /// |φ(t) − φ(1 − t)|₂
    pub distance: f64,
}

/// Looks for t on the boundary of [0, 1]^d with φ(t) = φ(1 − t), and returns the best that it finds.
///
/// h(t) = φ(t) − φ(1 − t) is odd under t ↦ 1 − t, and the boundary is a sphere of dimension d − 1, so h has a zero if
/// φ has fewer than d outputs. With one output it is found along the edges, always; otherwise by steps of Levenberg
/// and Marquardt from random starts, which may fail. Nothing if d < 2 or φ has as many outputs as inputs.
pub fn search(phi: &Mlp) -> Option<AntipodalPair> {
    let (dimension, latents) = (phi.inputs(), phi.outputs());
    match latents {
        _ if latents >= dimension => None,
        0 => None,
        1 => Some(along_edges(phi)),
        _ => Some(by_descent(phi)),
    }
}

/// h(t)
fn difference(phi: &Mlp, point: &DVector<f64>) -> DVector<f64> {
    phi.value(point) - phi.value(&opposite(point))
}

/// 1 − t
fn opposite(point: &DVector<f64>) -> DVector<f64> {
    point.map(|t| 1.0 - t)
}

/// From 0 to (1, …, 1) along d edges h changes its sign; on the edge where it does, halve.
fn along_edges(phi: &Mlp) -> AntipodalPair {
    let dimension = phi.inputs();
    let at = |edge: usize, share: f64| {
        DVector::from_fn(dimension, |k, _| match k.cmp(&edge) {
            std::cmp::Ordering::Less => 1.0,
            std::cmp::Ordering::Equal => share,
            std::cmp::Ordering::Greater => 0.0,
        })
    };
    let positive = |edge: usize, share: f64| difference(phi, &at(edge, share))[0] > 0.0;
    let pair = |edge: usize, share: f64| {
        let point = at(edge, share);
        let distance = difference(phi, &point).norm();
        AntipodalPair { point: point.as_slice().to_vec(), distance }
    };
    let corner = pair(0, 0.0);
    if corner.distance == 0.0 {
        return corner;
    }
    let start = positive(0, 0.0);
    // h(1, …, 1) = −h(0), so on some edge the sign changes.
    let edge = (0..dimension).find(|&edge| positive(edge, 1.0) != start).unwrap_or(0);
    let (mut low, mut high) = (0.0, 1.0);
    loop {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            break;
        }
        if positive(edge, middle) == start { low = middle } else { high = middle }
    }
    let (below, above) = (pair(edge, low), pair(edge, high));
    if below.distance <= above.distance { below } else { above }
}

fn by_descent(phi: &Mlp) -> AntipodalPair {
    let mut random = Random::new(0, Stream::Search);
    let mut best: Option<AntipodalPair> = None;
    for _ in 0..STARTS {
        let start = DVector::from_fn(phi.inputs(), |_, _| 2.0 * f64::from(random.uniform()) - 1.0);
        let point = descend(phi, start);
        let distance = difference(phi, &point).norm();
        let small = TOLERANCE * (1.0 + phi.value(&point).norm());
        if best.as_ref().is_none_or(|best| distance < best.distance) {
            best = Some(AntipodalPair { point: point.as_slice().to_vec(), distance });
        }
        if distance <= small {
            break;
        }
    }
    best.unwrap_or_else(|| along_edges(phi))
}

/// Steps on the boundary from the ray through `direction`: t = ½ + u / (2·|u|_∞), so that steps of u cross edges freely.
fn descend(phi: &Mlp, mut direction: DVector<f64>) -> DVector<f64> {
    let mut damping = 1e-3;
    let mut point = on_boundary(&mut direction);
    let mut size = difference(phi, &point).norm();
    for _ in 0..STEPS {
        let (value, jacobian) = phi.value_and_jacobian(&point);
        let (opposite_value, opposite_jacobian) = phi.value_and_jacobian(&opposite(&point));
        let difference_here = value - opposite_value;
        let slope = (jacobian + opposite_jacobian) * derivative(&direction);
        let normal = &slope * slope.transpose();
        let scale = normal.trace() / normal.nrows() as f64;
        let damped = normal + DMatrix::identity(phi.outputs(), phi.outputs()) * (damping * scale);
        let Some(solved) = damped.cholesky().map(|factor| factor.solve(&difference_here)) else { break };
        let mut next = &direction - slope.transpose() * solved;
        let next_point = on_boundary(&mut next);
        let next_size = difference(phi, &next_point).norm();
        if next_size < size {
            (direction, point, size, damping) = (next, next_point, next_size, damping / 8.0);
        } else if damping > 1e6 || size == 0.0 {
            break;
        } else {
            damping = 4.0 * damping.max(1e-12);
        }
    }
    point
}

/// Scales the direction to |u|_∞ = 1; the point on its ray.
fn on_boundary(direction: &mut DVector<f64>) -> DVector<f64> {
    let k = direction.iamax();
    let length = direction[k].abs();
    if length > 0.0 {
        *direction /= length;
    }
    // Exactly on the face, whatever the division rounds to.
    direction[k] = direction[k].signum();
    direction.map(|u| 0.5 + 0.5 * u)
}

/// dt/du where |u|_∞ = |u_k| = 1: ½·(du_j − u_j·u_k·du_k).
fn derivative(direction: &DVector<f64>) -> DMatrix<f64> {
    let k = direction.iamax();
    let mut matrix = DMatrix::identity(direction.len(), direction.len()) * 0.5;
    for j in 0..direction.len() {
        matrix[(j, k)] -= 0.5 * direction[j] * direction[k];
    }
    matrix
}
