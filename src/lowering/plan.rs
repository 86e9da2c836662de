//! What is computed in which block, before any weight is chosen.

use crate::network::polarization::{RidgePower, ridge_powers};
use crate::network::product_tree::{Product, product_tree};
use crate::sumformer::Sumformer;
use std::collections::BTreeSet;
use sumformer_checker::polynomial::Monomial;

/// How monomials are computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layout {
    /// Products of two in ⌈log2 degree⌉ layers.
    Tree,
    /// Ridge powers in one hidden layer each for φ and ψ (relu only), the paper's two-layer networks.
    Shallow,
}

/// One monomial of degree at least 2.
#[derive(Debug, Clone)]
pub enum Step {
    /// A product of two earlier ones.
    Product(Product),
    /// A combination of powers of linear forms of the variables.
    Ridge {
        /// The monomial.
        target: Monomial,
        /// Its polarisation.
        powers: Vec<RidgePower>,
    },
}

impl Step {
    /// The monomial that is computed.
    pub fn target(&self) -> &Monomial {
        match self {
            Step::Product(product) => &product.target,
            Step::Ridge { target, .. } => target,
        }
    }
}

/// The layers of φ and ψ; every inner list is one block.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Monomials in the token's coordinates.
    pub phi: Vec<Vec<Step>>,
    /// Monomials in the token's coordinates and the latents.
    pub psi: Vec<Vec<Step>>,
}

impl Plan {
    /// The plan for a Sumformer.
    pub fn new(sumformer: &Sumformer, layout: Layout) -> Self {
        let phi: BTreeSet<Monomial> = sumformer.features.iter().cloned().collect();
        let psi = sumformer.psi.iter().flat_map(|p| p.terms().map(|(m, _)| m.clone())).collect();
        Self { phi: layers(&phi, layout), psi: layers(&psi, layout) }
    }

    /// All steps, φ first.
    pub fn steps(&self) -> impl DoubleEndedIterator<Item = &Step> {
        self.phi.iter().chain(&self.psi).flatten()
    }
}

fn layers(needed: &BTreeSet<Monomial>, layout: Layout) -> Vec<Vec<Step>> {
    match layout {
        Layout::Tree => product_tree(needed)
            .into_iter()
            .map(|layer| layer.into_iter().map(Step::Product).collect())
            .collect(),
        Layout::Shallow => {
            let steps: Vec<Step> = needed
                .iter()
                .filter(|m| m.degree() >= 2)
                .map(|m| Step::Ridge { target: m.clone(), powers: ridge_powers(m) })
                .collect();
            if steps.is_empty() { Vec::new() } else { vec![steps] }
        }
    }
}
