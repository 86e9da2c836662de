//! The residual stream between two blocks: every slot as a Taylor model.

use super::taylor_model::TaylorModel;
use crate::arith::interval::Interval;
use crate::arith::number::Rational;
use crate::format::sparse::SparseVector;
use crate::language::target::Tokens;
use crate::work::charge_all;
use num_traits::Zero;

/// The slots of a generic token, and what their variables are.
#[derive(Debug, Clone)]
pub struct Stream {
    /// Sequence length.
    pub tokens: Tokens,
    /// The ranges of the variables: the box, the atoms, then the latents.
    pub ranges: Vec<Interval>,
    /// One model per slot.
    pub slots: Vec<TaylorModel>,
}

impl Stream {
    /// The slots that have the same exact value for every token of every sequence.
    pub fn constants(&self) -> Vec<Option<Rational>> {
        charge_all(self.slots.len(), 4);
        let constant =
            |model: &TaylorModel| if model.error.is_zero() { model.polynomial.as_constant() } else { None };
        self.slots.iter().map(constant).collect()
    }

    /// An enclosure of `Σ direction·slots` for every sequence in the box, errors included.
    pub fn range_of(&self, direction: &SparseVector) -> Interval {
        self.combination(direction).range(&self.ranges)
    }

    /// `Σ weights·slots`.
    pub(super) fn combination(&self, weights: &SparseVector) -> TaylorModel {
        TaylorModel::combination(weights.iter().map(|(slot, w)| (&self.slots[slot], w)), &Rational::zero())
    }
}
