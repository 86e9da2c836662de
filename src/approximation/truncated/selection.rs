//! Greedy forward selection: the next latent is the one whose terms leave the least squared error.

use super::design::{Latents, Samples};
use super::fitting::SVD_STEPS;
use crate::parallel;
use nalgebra::{DMatrix, DVector};
use sumformer_checker::arith::polynomial::Monomial;
use sumformer_checker::work::charge_all;

/// Directions of a block that keep less than this of its length, once what is known is projected out, are rounding noise.
const NEGLIGIBLE: f64 = 1e-9;
/// A residual of this relative size is none.
const REPRESENTED: f64 = 1e-12;

/// A sequence of choices and the error after each of them.
pub(super) struct Selection {
    features: Vec<Monomial>,
    /// Root mean squares, `errors[i]` with the first i features.
    errors: Vec<f64>,
}

impl Selection {
    /// Up to `most` of the candidates, fewer if the target is represented before.
    pub(super) fn new(samples: &Samples, candidates: &[Monomial], most: usize, degree: u32) -> Self {
        let mut space = Space::new(samples);
        let mut latents = Latents::new(samples, &[], degree);
        let own = latents.matrix(0, samples.fitted);
        let own = space.new_directions(own);
        space.extend(own);
        let mut selection = Self { features: Vec::new(), errors: vec![space.error()] };
        while selection.features.len() < most && !space.is_represented() {
            let rest: Vec<&Monomial> =
                candidates.iter().filter(|m| !selection.features.contains(m)).collect();
            // Gains are compared in the order of the candidates, so threads do not matter.
            let gain = |feature: &&Monomial| {
                let more = latents.with(samples, feature);
                let block = space.new_directions(more.matrix(latents.terms().len(), samples.fitted));
                (space.gain(&block), block)
            };
            let gains: Vec<(f64, DMatrix<f64>)> = parallel::map(&rest, gain);
            let mut best: Option<(usize, f64)> = None;
            for (at, (gain, _)) in gains.iter().enumerate() {
                if best.is_none_or(|(_, largest)| *gain > largest) {
                    best = Some((at, *gain));
                }
            }
            let Some((at, _)) = best else { break };
            latents = latents.with(samples, rest[at]);
            selection.features.push(rest[at].clone());
            if let Some((_, block)) = gains.into_iter().nth(at) {
                space.extend(block);
            }
            selection.errors.push(space.error());
        }
        selection
    }

    /// The choices in their order.
    pub(super) fn features(&self) -> &[Monomial] {
        &self.features
    }

    /// The root mean square error with the first `count` of them, or with all if there are fewer.
    pub(super) fn error(&self, count: usize) -> f64 {
        self.errors[count.min(self.errors.len() - 1)]
    }
}

/// The span of the terms so far, and what it leaves of the target.
struct Space {
    /// Orthonormal columns.
    basis: DMatrix<f64>,
    /// Per output.
    residuals: Vec<DVector<f64>>,
    size: f64,
}

impl Space {
    fn new(samples: &Samples) -> Self {
        let residuals: Vec<DVector<f64>> =
            samples.values.iter().map(|v| v.rows(0, samples.fitted).into_owned()).collect();
        let size = norm(&residuals);
        Self { basis: DMatrix::zeros(samples.fitted, 0), residuals, size }
    }

    /// Orthonormal directions of the block's columns beyond the span.
    fn new_directions(&self, mut block: DMatrix<f64>) -> DMatrix<f64> {
        // Two projections, and the decomposition of what is left.
        charge_all(block.len(), (4 * self.basis.ncols() + 8 * block.ncols()) as u64);
        for mut column in block.column_iter_mut() {
            let length = column.norm();
            if length > 0.0 {
                column /= length;
            }
        }
        // Twice: the first projection leaves rounding errors of the size of what it removes.
        for _ in 0..2 {
            let known = self.basis.tr_mul(&block);
            block -= &self.basis * known;
        }
        let none = || DMatrix::zeros(self.basis.nrows(), 0);
        if block.is_empty() {
            return none();
        }
        let Some(svd) = block.try_svd(true, false, f64::EPSILON, SVD_STEPS) else { return none() };
        let kept: Vec<usize> =
            (0..svd.singular_values.len()).filter(|&i| svd.singular_values[i] > NEGLIGIBLE).collect();
        svd.u.map_or_else(none, |u| u.select_columns(&kept))
    }

    /// By how much the squared error falls with these directions.
    fn gain(&self, directions: &DMatrix<f64>) -> f64 {
        self.residuals.iter().map(|r| directions.tr_mul(r).norm_squared()).sum()
    }

    fn extend(&mut self, directions: DMatrix<f64>) {
        for residual in &mut self.residuals {
            let part = directions.tr_mul(residual);
            *residual -= &directions * part;
        }
        let columns: Vec<DVector<f64>> =
            self.basis.column_iter().chain(directions.column_iter()).map(|c| c.into_owned()).collect();
        if !columns.is_empty() {
            self.basis = DMatrix::from_columns(&columns);
        }
    }

    /// Root mean square over samples and outputs.
    fn error(&self) -> f64 {
        let entries: usize = self.residuals.iter().map(|r| r.len()).sum();
        norm(&self.residuals) / (entries.max(1) as f64).sqrt()
    }

    fn is_represented(&self) -> bool {
        norm(&self.residuals) <= REPRESENTED * self.size
    }
}

fn norm(vectors: &[DVector<f64>]) -> f64 {
    vectors.iter().map(|v| v.norm_squared()).sum::<f64>().sqrt()
}
