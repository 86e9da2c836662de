//! Kernels as matrices between Chebyshev polynomials of the two tokens, and their best approximations of low rank.
//!
//! A sum over tokens of Σ_s a_s(x) b_s(y) is a polynomial in the Σ_y b_s(y); several kernels have the b_s in common, so that what
//! counts is the rank of their matrices above each other. What depends on x alone is summed without a latent, so the column of the
//! constant 1 is free. The distance that the checker sees is the sum of the magnitudes of what is left, entry by entry.

use super::kernels::Kernel;
use nalgebra::DMatrix;
use std::collections::BTreeMap;
use sumformer_checker::arith::polynomial::Monomial;
use sumformer_checker::language::target::Target;

/// Bounds the iteration for singular values.
const SVD_STEPS: usize = 100_000;
/// More directions are not looked at.
const MAX_RANK: usize = 64;

/// The matrices of some kernels.
pub struct Matrices {
    /// Products of Chebyshev polynomials of the own token, one for each row.
    pub own: Vec<Monomial>,
    /// Those of the other token, one for each column; the first is 1.
    pub other: Vec<Monomial>,
    /// One for each kernel.
    pub all: Vec<DMatrix<f64>>,
}

/// Approximations of the matrices, of low rank together but for the first column.
#[derive(Clone)]
pub struct LowRank {
    /// The b_s, a row each.
    pub second: DMatrix<f64>,
    /// Of each kernel the first column, and then one for each b_s: the a_s.
    pub first: Vec<DMatrix<f64>>,
    /// How far each is from its matrix: the sum of all magnitudes.
    pub errors: Vec<f64>,
}

/// Directions in order, and what is left of the matrices without the first 0, 1, … of them.
pub struct Ranked {
    /// One in each row.
    pub directions: DMatrix<f64>,
    /// The weighted sum of all magnitudes.
    pub totals: Vec<f64>,
}

impl Ranked {
    /// The fewest directions with which no more is left than that.
    pub fn fewest(&self, budget: f64) -> Option<usize> {
        self.totals.iter().position(|&total| total <= budget)
    }
}

impl Matrices {
    /// Of these kernels.
    pub fn new(kernels: &[Kernel], target: &Target) -> Self {
        let series: Vec<Vec<_>> =
            kernels.iter().map(|kernel| kernel.entries(target.dimension() as u32).collect()).collect();
        let mut places: [BTreeMap<(u32, Monomial), usize>; 2] = Default::default();
        for (own, other, _) in series.iter().flatten() {
            places[0].insert((own.degree(), own.clone()), 0);
            places[1].insert((other.degree(), other.clone()), 0);
        }
        places[1].insert((0, Monomial::one()), 0);
        for places in &mut places {
            places.values_mut().zip(0..).for_each(|(place, at)| *place = at);
        }
        let place = |side: usize, m: &Monomial| places[side][&(m.degree(), m.clone())];
        let all = series.iter().map(|series| {
            let mut matrix = DMatrix::zeros(places[0].len(), places[1].len());
            for (own, other, coefficient) in series {
                matrix[(place(0, own), place(1, other))] = *coefficient;
            }
            matrix
        });
        let all = all.collect();
        let [own, other] = places.map(|places| places.into_keys().map(|(_, monomial)| monomial).collect());
        Self { own, other, all }
    }

    /// The highest degree in the other token.
    pub fn degree(&self) -> u32 {
        self.other.last().map_or(0, Monomial::degree)
    }

    /// The directions of columns up to a degree that matter most, the first one the most, the kernels being weighted.
    pub fn ranked(&self, weights: &[f64], degree: u32) -> Option<Ranked> {
        let columns: Vec<usize> =
            (1..self.other.len()).filter(|&j| self.other[j].degree() <= degree).collect();
        let rows = self.own.len();
        let stacked = DMatrix::from_fn(rows * self.all.len(), columns.len(), |i, j| {
            self.all[i / rows][(i % rows, columns[j])] * weights[i / rows]
        });
        let svd = stacked.try_svd(false, true, f64::EPSILON, SVD_STEPS)?;
        let mut order: Vec<usize> = (0..svd.singular_values.len()).collect();
        order.sort_by(|&a, &b| svd.singular_values[b].total_cmp(&svd.singular_values[a]));
        let directions = svd.v_t?;
        let mut all = DMatrix::zeros(order.len(), self.other.len());
        for (row, from) in order.into_iter().enumerate() {
            for (j, &column) in columns.iter().enumerate() {
                all[(row, column)] = directions[(from, j)];
            }
        }
        let mut left: Vec<DMatrix<f64>> = self.all.clone();
        left.iter_mut().for_each(|matrix| matrix.column_mut(0).fill(0.0));
        let total = |left: &[DMatrix<f64>]| left.iter().zip(weights).map(|(m, w)| sum(m) * w).sum();
        let mut totals: Vec<f64> = vec![total(&left)];
        for direction in all.row_iter().take(MAX_RANK) {
            for matrix in &mut left {
                let along = &*matrix * direction.transpose();
                *matrix -= along * direction;
            }
            totals.push(total(&left));
        }
        Some(Ranked { directions: all, totals })
    }

    /// The approximations with the first of these directions, the own token's polynomials up to a degree.
    pub fn low_rank(&self, directions: &DMatrix<f64>, rank: usize, degree: u32) -> LowRank {
        let second = directions.rows(0, rank.min(directions.nrows())).into_owned();
        let first = self.all.iter().map(|matrix| {
            let mut first = DMatrix::zeros(matrix.nrows(), second.nrows() + 1);
            first.set_column(0, &matrix.column(0));
            first.columns_mut(1, second.nrows()).copy_from(&(matrix * second.transpose()));
            for (i, own) in self.own.iter().enumerate() {
                if own.degree() > degree {
                    first.row_mut(i).fill(0.0);
                }
            }
            first
        });
        let first: Vec<DMatrix<f64>> = first.collect();
        let errors = self.all.iter().zip(&first).map(|(matrix, first)| {
            let mut left = matrix - first.columns(1, second.nrows()) * &second;
            let constants = left.column(0) - first.column(0);
            left.set_column(0, &constants);
            sum(&left)
        });
        LowRank { errors: errors.collect(), second, first }
    }
}

/// The sum of all magnitudes.
fn sum(matrix: &DMatrix<f64>) -> f64 {
    matrix.iter().map(|entry| entry.abs()).sum()
}
