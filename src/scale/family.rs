//! Targets whose networks have sizes in closed form.

use crate::algebra::multi_index::{GradedLexicographic, MultiIndex};
use crate::reading::{Diagnostics, load_target};
use crate::sumformer::features::powers;
use crate::sumformer::{SumBasis, Sumformer};
use itertools::Itertools;
use std::sync::Arc;
use sumformer_checker::arith::number::integer;
use sumformer_checker::arith::polynomial::{Monomial, Polynomial};
use sumformer_checker::language::target::Tokens;
use sumformer_checker::limits::MAX_TERMS;
use sumformer_checker::surrogate::{Surrogate, SurrogateError};

/// A family of targets on [0, 1]^d, in sums S over the n − 1 other tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Family {
    /// Σ_α S_α over all 1 ≤ |α| ≤ D: φ is all monomials, as in (36), and ψ is linear.
    Features,
    /// S_1^D, …, S_d^D, an output for each coordinate, D a power of two: φ is linear, ψ squares.
    Power,
    /// S_1·…·S_d, D = d: φ is linear, ψ multiplies.
    Product,
}

/// Why a member of a family has no network.
#[derive(Debug, thiserror::Error)]
pub enum FamilyError {
    /// The text of the target was not read: a defect of this module.
    #[error("the target of the family cannot be read: {0}")]
    Unreadable(Box<Diagnostics>),
    /// The target has no normal form within the limits.
    #[error("the target of the family has no normal form: {0}")]
    Surrogate(#[from] SurrogateError),
}

impl Family {
    /// As on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Family::Features => "features",
            Family::Power => "power",
            Family::Product => "product",
        }
    }

    /// The Sumformer, in sums over the others, and the target it equals; n ≥ 2, d ≥ 1, D ≥ 1.
    pub fn sumformer(
        self,
        tokens: usize,
        dimension: usize,
        degree: u32,
    ) -> Result<(Sumformer, Arc<Surrogate>), FamilyError> {
        let linear: Vec<MultiIndex> = GradedLexicographic::new(dimension, 1, 1).collect();
        let latent = |i: usize| (dimension + i) as u32;
        let (indices, psi) = match self {
            Family::Features => {
                let all: Vec<MultiIndex> = GradedLexicographic::new(dimension, 1, degree).collect();
                let sum = Polynomial::from_terms(
                    (0..all.len()).map(|i| (Monomial::variable(latent(i)), integer(1))),
                );
                (all, vec![sum])
            }
            Family::Power => {
                let powers = (0..dimension)
                    .map(|k| Polynomial::term(Monomial::from_powers([(latent(k), degree)]), integer(1)));
                let powers = powers.collect();
                (linear, powers)
            }
            Family::Product => {
                let product = Monomial::from_powers((0..dimension).map(|k| (latent(k), 1)));
                (linear, vec![Polynomial::term(product, integer(1))])
            }
        };
        let monomial =
            |alpha: &MultiIndex| Monomial::from_powers(alpha.iter().enumerate().map(|(k, &e)| (k as u32, e)));
        let text = self.target(tokens, dimension, degree, &indices);
        let target = load_target(self.name(), &text).map_err(|e| FamilyError::Unreadable(Box::new(e)))?;
        let sumformer = Sumformer {
            dimension,
            tokens: Tokens::Fixed(tokens),
            basis: SumBasis::Others,
            features: powers(&indices.iter().map(monomial).collect::<Vec<_>>()),
            psi,
        };
        Ok((sumformer, Arc::new(Surrogate::new(&target, &[], MAX_TERMS)?)))
    }

    /// The target file.
    fn target(self, tokens: usize, dimension: usize, degree: u32, indices: &[MultiIndex]) -> String {
        let power = |alpha: &MultiIndex| {
            let factors = alpha.iter().enumerate().filter(|(_, e)| **e > 0);
            factors.map(|(k, e)| format!("y[{k}]^{e}")).join("*")
        };
        let sum = |k: usize| format!("(sum(y != x: y[{k}]))");
        let outputs = match self {
            Family::Features => vec![format!("sum(y != x: {})", indices.iter().map(power).join(" + "))],
            Family::Power => (0..dimension).map(|k| format!("{}^{degree}", sum(k))).collect(),
            Family::Product => vec![(0..dimension).map(sum).join("*")],
        };
        format!(
            "name = \"{}\"\ntokens = {tokens}\ndomain = [{}]\noutput = [{}]\n",
            self.name(),
            vec!["[\"0\", \"1\"]"; dimension].join(", "),
            outputs.iter().map(|output| format!("{output:?}")).join(", "),
        )
    }
}
