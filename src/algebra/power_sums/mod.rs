//! All power sums p_α(X) = Σ_j x_j^α, 1 ≤ |α| ≤ D, of sequences of tokens.
//!
//! Method ("split"): α = (β, γ) over two halves of the coordinates. With the monomials of both halves tabulated,
//! p_{(β,γ)} = Σ_j x_j^β · x_j^γ is a matrix product, one for each degree of β, and only C(D+d/2, d/2) monomials per
//! half and token are formed instead of C(D+d, d). For d = 1 the first half is empty and this is the plain
//! parent-chain method: one multiplication per monomial and token, then row sums.

mod exact;
mod float;
mod split;

pub use exact::ScaledPowerSums;
pub use float::{Evaluator, Scalar};

use super::multi_index::{MonomialTable, TableError};
use float::plan::Plan;
use split::Split;

/// A prepared evaluator for all p_α, 1 ≤ |α| ≤ D, of tokens in d coordinates.
///
/// Results are listed in graded lexicographic order: the p_α at place i belongs to entry i + 1 of
/// [`PowerSums::table`] (entry 0 is α = 0, whose p_0 is the number of tokens).
#[derive(Debug, Clone)]
pub struct PowerSums {
    table: MonomialTable,
    split: Split,
    plan: Plan,
}

/// Why power sums were not evaluated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShapeError {
    /// The tokens do not fill the stated shape.
    #[error("{found} coordinates were given, the shape ({sequences} sequences, {tokens} tokens, {dimension} coordinates) needs {expected}", expected = expected(*sequences, *tokens, *dimension))]
    Tokens {
        /// Sequences in the batch.
        sequences: usize,
        /// Tokens per sequence.
        tokens: usize,
        /// Coordinates per token.
        dimension: usize,
        /// Numbers given.
        found: usize,
    },
    /// The output has room for another number of results.
    #[error("the output has room for {found} power sums, {expected} are computed")]
    Output {
        /// Results computed: sequences times power sums.
        expected: usize,
        /// Places given.
        found: usize,
    },
}

fn expected(sequences: usize, tokens: usize, dimension: usize) -> u128 {
    (sequences as u128).saturating_mul(tokens as u128).saturating_mul(dimension as u128)
}

impl PowerSums {
    /// Prepares the tables for d = `dimension` coordinates and D = `max_degree`.
    pub fn new(dimension: usize, max_degree: u32) -> Result<Self, TableError> {
        let table = MonomialTable::new(dimension, max_degree)?;
        let split = Split::new(&table)?;
        let plan = Plan::new(&split);
        Ok(Self { table, split, plan })
    }

    /// The α of the results, preceded by α = 0.
    pub fn table(&self) -> &MonomialTable {
        &self.table
    }

    /// How many power sums there are: C(D+d, d) − 1.
    pub fn count(&self) -> usize {
        self.table.len() - 1
    }

    fn check_tokens(&self, sequences: usize, tokens: usize, found: usize) -> Result<(), ShapeError> {
        let dimension = self.table.dimension();
        if expected(sequences, tokens, dimension) == found as u128 {
            return Ok(());
        }
        Err(ShapeError::Tokens { sequences, tokens, dimension, found })
    }
}
