//! Sumformers (Definition 3.1): φ, ψ and the latent dimension d'.

pub mod candidates;
pub mod essential;
pub mod features;
mod fewest;
pub mod latent;
mod rank;

use std::collections::BTreeSet;
use sumformer_checker::arith::number::Rational;
use sumformer_checker::arith::polynomial::{Monomial, Polynomial};
use sumformer_checker::language::target::Tokens;

/// Which tokens the latent sums run over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SumBasis {
    /// Σ_{j≠i} φ(x_j), as σ in (38) needs them.
    Others,
    /// Σ_j φ(x_j), as in Definition 3.1.
    All,
    /// (1/n) Σ_j φ(x_j): one Sumformer for every length.
    Means,
}

/// `S_i(X) = ψ(x_i, Σ)` with polynomial φ and ψ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sumformer {
    /// Token dimension d.
    pub dimension: usize,
    /// Sequence length.
    pub tokens: Tokens,
    /// What Σ runs over; ψ takes Σ − φ(x_i) for [`SumBasis::Others`].
    pub basis: SumBasis,
    /// φ: monomials x^α, α ≠ 0, or combinations of them; variables 0..d.
    pub features: Vec<Polynomial>,
    /// One polynomial per output; variables 0..d are the own token's coordinates, d + i is the i-th latent.
    pub psi: Vec<Polynomial>,
}

impl Sumformer {
    /// d', the latent dimension.
    pub fn latent_dimension(&self) -> usize {
        self.features.len()
    }

    /// The monomials that the features are combinations of.
    pub fn monomials(&self) -> BTreeSet<&Monomial> {
        self.features.iter().flat_map(|phi| phi.terms().map(|(monomial, _)| monomial)).collect()
    }

    /// How many tokens a latent sums over (1 for means).
    pub fn copies(&self) -> usize {
        match (self.basis, self.tokens) {
            (SumBasis::Others, Tokens::Fixed(n)) => n - 1,
            (SumBasis::All, Tokens::Fixed(n)) => n,
            _ => 1,
        }
    }

    /// Number of terms of ψ over all outputs.
    pub fn psi_terms(&self) -> usize {
        self.psi.iter().map(Polynomial::len).sum()
    }

    /// The exact outputs at a sequence, for every token.
    pub fn evaluate(&self, sequence: &[Vec<Rational>]) -> Vec<Vec<Rational>> {
        let feature = |token: &Vec<Rational>, phi: &Polynomial| phi.evaluate(|k| token[k as usize].clone());
        let totals: Vec<Rational> =
            self.features.iter().map(|m| sequence.iter().map(|token| feature(token, m)).sum()).collect();
        let n = Rational::from_integer(sequence.len().into());
        sequence
            .iter()
            .map(|token| {
                let latent: Vec<Rational> = self
                    .features
                    .iter()
                    .zip(&totals)
                    .map(|(m, total)| match self.basis {
                        SumBasis::Others => total - feature(token, m),
                        SumBasis::All => total.clone(),
                        SumBasis::Means => total / &n,
                    })
                    .collect();
                let value = |v: u32| {
                    let v = v as usize;
                    if v < self.dimension { token[v].clone() } else { latent[v - self.dimension].clone() }
                };
                self.psi.iter().map(|p| p.evaluate(value)).collect()
            })
            .collect()
    }
}
