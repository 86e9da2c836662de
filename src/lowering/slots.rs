//! The residual stream: which slot holds what, and what it is called.

use super::attention::Scores;
use super::plan::Plan;
use crate::sumformer::Sumformer;
use itertools::Itertools;
use num_traits::One;
use std::collections::BTreeMap;
use sumformer_checker::format::network::AffineMap;
use sumformer_checker::format::sparse::{SparseMatrix, SparseVector};
use sumformer_checker::number::Rational;
use sumformer_checker::polynomial::Monomial;

/// The slots of a lowered Sumformer.
///
/// `x[k]` the token; `phi[α]` a feature, overwritten by its latent in the attention block; `one` the constant 1 (only
/// for the paper's scores); then the other monomials of φ and those of ψ, written out, `s[α]` standing for a latent.
pub struct Slots {
    names: Vec<String>,
    dimension: usize,
    features: Vec<Monomial>,
    one: Option<usize>,
    phi: BTreeMap<Monomial, usize>,
    psi: BTreeMap<Monomial, usize>,
}

impl Slots {
    /// Lays out the stream.
    pub fn new(sumformer: &Sumformer, plan: &Plan, scores: Scores) -> Self {
        let d = sumformer.dimension;
        let mut slots = Self {
            names: (0..d).map(|k| format!("x[{k}]")).collect(),
            dimension: d,
            features: sumformer.features.clone(),
            one: None,
            phi: (0..d).map(|k| (Monomial::variable(k as u32), k)).collect(),
            psi: (0..d).map(|k| (Monomial::variable(k as u32), k)).collect(),
        };
        for (i, feature) in sumformer.features.iter().enumerate() {
            let slot = slots.push(format!("phi[{}]", exponents(feature, d)));
            if feature.degree() >= 2 {
                slots.phi.insert(feature.clone(), slot);
            }
            slots.psi.insert(Monomial::variable((d + i) as u32), slot);
        }
        if scores == Scores::Paper {
            slots.one = Some(slots.push("one".into()));
        }
        for step in plan.phi.iter().flatten() {
            if !slots.phi.contains_key(step.target()) {
                let slot = slots.push(format!("phi:{}", show(step.target(), d, &sumformer.features)));
                slots.phi.insert(step.target().clone(), slot);
            }
        }
        for step in plan.psi.iter().flatten() {
            let slot = slots.push(format!("psi:{}", show(step.target(), d, &sumformer.features)));
            slots.psi.insert(step.target().clone(), slot);
        }
        slots
    }

    fn push(&mut self, name: String) -> usize {
        self.names.push(name);
        self.names.len() - 1
    }

    /// The names, by slot.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The constant-1 slot.
    pub fn one(&self) -> Option<usize> {
        self.one
    }

    /// The slots that hold a feature before and a latent after the attention block.
    pub fn latents(&self) -> Vec<usize> {
        (0..self.features.len()).map(|i| self.dimension + i).collect()
    }

    /// The slot of a monomial of the token before the attention block.
    pub fn phi(&self, monomial: &Monomial) -> usize {
        self.phi[monomial]
    }

    /// The slot of a monomial of token and latents after it.
    pub fn psi(&self, monomial: &Monomial) -> usize {
        self.psi[monomial]
    }

    /// Copies the token into its slots and into those of the features of degree 1.
    pub fn embedding(&self) -> AffineMap {
        let token = (0..self.dimension).map(|k| (k, k, Rational::one()));
        let linear = self
            .features
            .iter()
            .enumerate()
            .filter(|(_, m)| m.degree() == 1)
            .map(|(i, m)| (m.powers()[0].0 as usize, self.dimension + i, Rational::one()));
        AffineMap {
            weights: SparseMatrix::from_entries(token.chain(linear)),
            bias: SparseVector::from_entries(self.one.map(|slot| (slot, Rational::one()))),
        }
    }
}

/// `2,0,1`.
pub fn exponents(monomial: &Monomial, d: usize) -> String {
    (0..d as u32).map(|k| monomial.exponent(k)).join(",")
}

/// `x[0]^2*s[1,0]`, latents by their multi-index.
pub fn show(monomial: &Monomial, d: usize, features: &[Monomial]) -> String {
    if monomial.is_one() {
        return "1".into();
    }
    let factor = |&(v, e): &(u32, u32)| {
        let name = match (v as usize).checked_sub(d) {
            None => format!("x[{v}]"),
            Some(latent) => format!("s[{}]", exponents(&features[latent], d)),
        };
        if e == 1 { name } else { format!("{name}^{e}") }
    };
    monomial.powers().iter().map(factor).join("*")
}
