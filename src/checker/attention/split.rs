//! What stands in a slot of an attention block before anything is not affine: a part of the own token and one of the mean.

use crate::arith::number::Rational;
use crate::arith::polynomial::Polynomial;
use num_traits::{One, Signed, Zero};
use std::collections::BTreeMap;

/// `own·X_i + constant + attended + mean_j (mean·X_j)`, up to `error`, in the slots before the block.
#[derive(Debug, Clone, Default)]
pub(crate) struct Split {
    /// Coefficients of the own token's slots.
    pub own: BTreeMap<usize, Rational>,
    /// The constant.
    pub constant: Rational,
    /// Coefficients of the mean of all tokens' slots.
    pub mean: BTreeMap<usize, Rational>,
    /// What heads with scores of their own put there, in the own token's variables.
    pub attended: Polynomial,
    /// Non-negative.
    pub error: Rational,
}

impl Split {
    /// Adds `factor · other`.
    pub fn add_scaled(&mut self, other: &Self, factor: &Rational) {
        for (target, source) in [(&mut self.own, &other.own), (&mut self.mean, &other.mean)] {
            for (&slot, value) in source {
                let sum = target.entry(slot).or_insert_with(Rational::zero);
                *sum += value * factor;
                if sum.is_zero() {
                    target.remove(&slot);
                }
            }
        }
        self.constant += &other.constant * factor;
        self.attended.add_scaled(&other.attended, factor);
        self.error += &other.error * factor.abs();
    }
}

/// Every slot as it was.
pub(crate) fn identity(width: usize) -> Vec<Split> {
    (0..width)
        .map(|slot| Split { own: BTreeMap::from([(slot, Rational::one())]), ..Split::default() })
        .collect()
}
