//! Chebyshev series of functions, in floating point, and their exact conversion to powers.

use super::MAX_DEGREE;
use num_traits::{One, Zero};
use std::f64::consts::PI;
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::{Rational, integer, to_f64};

/// The function is evaluated at this many points; coefficients up to [`MAX_DEGREE`] are then hardly disturbed by those
/// beyond twice this number.
const POINTS: usize = 512;

/// φ(m + r·u) ≈ Σ c_k T_k(u) for |u| ≤ 1, where the range is [m − r, m + r].
pub(super) struct Series {
    coefficients: Vec<f64>,
    /// (u, φ(m + r·u)) at the points and at ±1.
    values: Vec<(f64, f64)>,
}

impl Series {
    /// Nothing if φ has no finite values at some of the points.
    pub(super) fn new(function: impl Fn(f64) -> Option<f64>, range: &Interval) -> Option<Self> {
        let (middle, radius) = (to_f64(&range.mid()), to_f64(&range.wid()) / 2.0);
        let ends = [(1.0, to_f64(range.sup())), (-1.0, to_f64(range.inf()))];
        let angle = |j: usize| PI * (j as f64 + 0.5) / POINTS as f64;
        let inside = (0..POINTS).map(|j| (angle(j).cos(), middle + radius * angle(j).cos()));
        let mut values = Vec::with_capacity(POINTS + 2);
        for (u, t) in inside.chain(ends) {
            values.push((u, function(t).filter(|value| value.is_finite())?));
        }
        let coefficient = |k: usize| {
            let sum: f64 = (0..POINTS).map(|j| values[j].1 * (k as f64 * angle(j)).cos()).sum();
            sum * if k == 0 { 1.0 } else { 2.0 } / POINTS as f64
        };
        let coefficients = (0..=MAX_DEGREE).map(coefficient).collect();
        Some(Self { coefficients, values })
    }

    /// The largest distance seen of the series up to the degree.
    pub(super) fn error(&self, degree: usize) -> f64 {
        self.values.iter().map(|&(u, value)| (self.at(degree, u) - value).abs()).fold(0.0, f64::max)
    }

    /// Σ_{k ≤ degree} c_k T_k(u) by Clenshaw's recurrence b_k = c_k + 2u·b_{k+1} − b_{k+2}.
    fn at(&self, degree: usize, u: f64) -> f64 {
        let (mut next, mut after) = (0.0, 0.0);
        for c in self.coefficients[1..=degree].iter().rev() {
            (next, after) = (c + 2.0 * u * next - after, next);
        }
        self.coefficients[0] + u * next - after
    }

    /// The coefficients of 1, u, u², … of Σ_{k ≤ degree} c_k T_k(u), exactly: in floating point they cancel.
    pub(super) fn powers(&self, degree: usize) -> Vec<Rational> {
        let mut sum = vec![Rational::zero(); degree + 1];
        // T_{k+1} = 2u·T_k − T_{k−1}
        let (mut last, mut before) = (vec![Rational::one()], Vec::new());
        for c in self.coefficients.iter().take(degree + 1) {
            let c = Rational::from_float(*c).unwrap_or_else(Rational::zero);
            for (total, t) in sum.iter_mut().zip(&last) {
                *total += &c * t;
            }
            let factor = integer(if last.len() == 1 { 1 } else { 2 });
            let mut next = vec![Rational::zero()];
            next.extend(last.iter().map(|t| t * &factor));
            for (t, earlier) in next.iter_mut().zip(&before) {
                *t -= earlier;
            }
            (last, before) = (next, last);
        }
        sum
    }
}
