//! Coefficients: least squares, reweighted towards the smallest maximal error (Lawson's iteration).

use super::design::{Latents, Samples};
use nalgebra::{DMatrix, DVector};
use sumformer_checker::arith::number::{Rational, to_f64};

/// Reweightings. The maximal error falls fast at first, then slowly.
const REWEIGHTINGS: usize = 12;
/// Singular values below this part of the largest one are taken as zero.
const NEGLIGIBLE: f64 = 1e-13;
/// A bound on the iteration for singular values, which rarely takes more than a few steps for each.
pub(super) const SVD_STEPS: usize = 100_000;

/// Coefficients of the terms, and the largest error at the fitted samples.
pub(super) struct Fit {
    pub(super) coefficients: Vec<f64>,
    pub(super) error: f64,
}

/// The best fit that was met, judged by its maximal error.
pub(super) fn fit(samples: &Samples, latents: &Latents, output: usize) -> Fit {
    let design = latents.matrix(0, samples.fitted);
    let values = samples.values[output].rows(0, samples.fitted).into_owned();
    let mut weights = DVector::from_element(samples.fitted, 1.0);
    let mut best = Fit { coefficients: vec![0.0; design.ncols()], error: values.amax() };
    for _ in 0..=REWEIGHTINGS {
        let Some(coefficients) = weighted_least_squares(&design, &values, &weights) else { break };
        let residual = &values - &design * &coefficients;
        let error = residual.amax();
        if error < best.error {
            best = Fit { coefficients: coefficients.iter().copied().collect(), error };
        }
        // w ← w·|r|: samples with large errors count more the next time.
        weights.component_mul_assign(&residual.abs());
        let total = weights.sum();
        if !(total.is_finite() && total > 0.0) {
            break;
        }
        weights *= weights.len() as f64 / total;
    }
    best
}

/// argmin Σ_s w_s·(value_s − (design·c)_s)², of least norm in scaled columns; nothing if the iteration for singular
/// values does not end.
fn weighted_least_squares(
    design: &DMatrix<f64>,
    values: &DVector<f64>,
    weights: &DVector<f64>,
) -> Option<DVector<f64>> {
    let roots = weights.map(f64::sqrt);
    let mut scaled = design.clone();
    for mut column in scaled.column_iter_mut() {
        column.component_mul_assign(&roots);
    }
    let lengths: Vec<f64> =
        scaled.column_iter().map(|c| if c.norm() > 0.0 { c.norm() } else { 1.0 }).collect();
    for (mut column, length) in scaled.column_iter_mut().zip(&lengths) {
        column /= *length;
    }
    // Triangular first: singular values of the small factor are those of the whole.
    let qr = scaled.qr();
    let right = qr.q().tr_mul(&values.component_mul(&roots));
    let svd = qr.r().try_svd(true, true, f64::EPSILON, SVD_STEPS)?;
    let tolerance = NEGLIGIBLE * svd.singular_values.max();
    let mut solution = svd.solve(&right, tolerance).ok()?;
    for (c, length) in solution.iter_mut().zip(&lengths) {
        *c /= *length;
    }
    solution.iter().all(|c| c.is_finite()).then_some(solution)
}

/// The largest error at all samples, those that were not fitted included, with rounded coefficients.
pub(super) fn largest_error(
    samples: &Samples,
    latents: &Latents,
    output: usize,
    coefficients: &[Rational],
) -> f64 {
    let values = &samples.values[output];
    let coefficients = DVector::from_iterator(coefficients.len(), coefficients.iter().map(to_f64));
    (values - latents.matrix(0, values.len()) * coefficients).amax()
}
