//! The residual stream: which slot holds what.

use super::table::Table;
use crate::lowering::attention::Scores;
use num_traits::One;
use sumformer_checker::arith::number::Rational;
use sumformer_checker::format::network::AffineMap;
use sumformer_checker::format::sparse::{SparseMatrix, SparseVector};

/// `x[k]` the token, `cell` its cell number, `phi[c]` its code word (for a histogram overwritten by the latent), `key`
/// the key, `out[o]` the outputs, `one` the constant 1 (only for the paper's scores).
pub(super) struct Stream {
    dimension: usize,
    latent_dimension: usize,
    outputs: usize,
    scores: Scores,
}

impl Stream {
    pub(super) fn new(table: &Table, scores: Scores) -> Self {
        Self {
            dimension: table.grid().dimension(),
            latent_dimension: table.code().dimension(),
            outputs: table.outputs(),
            scores,
        }
    }

    pub(super) fn cell(&self) -> usize {
        self.dimension
    }

    pub(super) fn phi(&self, coordinate: usize) -> usize {
        self.dimension + 1 + coordinate
    }

    /// All φ slots.
    pub(super) fn latents(&self) -> impl Iterator<Item = usize> {
        (0..self.latent_dimension).map(|c| self.phi(c))
    }

    pub(super) fn key(&self) -> usize {
        self.phi(self.latent_dimension)
    }

    pub(super) fn out(&self, output: usize) -> usize {
        self.key() + 1 + output
    }

    pub(super) fn one(&self) -> Option<usize> {
        (self.scores == Scores::Paper).then(|| self.out(self.outputs))
    }

    pub(super) fn names(&self) -> Vec<String> {
        let token = (0..self.dimension).map(|k| format!("x[{k}]"));
        let phi = (0..self.latent_dimension).map(|c| format!("phi[{c}]"));
        let out = (0..self.outputs).map(|o| format!("out[{o}]"));
        let one = self.one().map(|_| "one".to_string());
        token.chain(["cell".into()]).chain(phi).chain(["key".into()]).chain(out).chain(one).collect()
    }

    /// Copies the token.
    pub(super) fn embedding(&self) -> AffineMap {
        AffineMap {
            weights: SparseMatrix::from_entries((0..self.dimension).map(|k| (k, k, Rational::one()))),
            bias: SparseVector::from_entries(self.one().map(|slot| (slot, Rational::one()))),
        }
    }

    /// Reads the outputs.
    pub(super) fn readout(&self) -> AffineMap {
        AffineMap {
            weights: SparseMatrix::from_entries((0..self.outputs).map(|o| (self.out(o), o, Rational::one()))),
            bias: SparseVector::default(),
        }
    }
}
