//! The residual stream: which slot holds what, and what it is called.

use super::attention::Scores;
use super::plan::{Plan, Stage};
use crate::sumformer::Sumformer;
use itertools::Itertools;
use num_traits::One;
use std::collections::BTreeMap;
use sumformer_checker::arith::number::Rational;
use sumformer_checker::arith::polynomial::Monomial;
use sumformer_checker::format::network::AffineMap;
use sumformer_checker::format::sparse::{SparseMatrix, SparseVector};
use sumformer_checker::language::ast::Function;
use sumformer_checker::surrogate::Surrogate;

/// The slots of a lowered Sumformer.
///
/// `x[k]` the token; `exp[r]` and its like the r-th atom; `phi[α]` a feature, overwritten by its latent in the attention block; `one` the constant 1 (only
/// for the paper's scores); then the other monomials of φ and those of ψ, written out, `s[α]` standing for a latent.
pub struct Slots {
    names: Vec<String>,
    /// Coordinates of the token.
    dimension: usize,
    /// Names of the first slots, coordinates and atoms.
    coordinates: Vec<String>,
    features: Vec<Monomial>,
    one: Option<usize>,
    phi: BTreeMap<Monomial, usize>,
    psi: BTreeMap<Monomial, usize>,
}

impl Slots {
    /// Lays out the stream.
    pub fn new(sumformer: &Sumformer, surrogate: &Surrogate, plan: &Plan, scores: Scores) -> Self {
        let coordinates = coordinate_names(surrogate);
        let d = coordinates.len();
        let variables = || (0..d).map(|k| (Monomial::variable(k as u32), k)).collect();
        let mut slots = Self {
            names: coordinates.clone(),
            dimension: surrogate.dimension,
            coordinates,
            features: sumformer.features.clone(),
            one: None,
            phi: variables(),
            psi: variables(),
        };
        for (i, feature) in sumformer.features.iter().enumerate() {
            let slot = slots.push(format!("phi[{}]", slots.index(feature)));
            if feature.degree() >= 2 {
                slots.phi.insert(feature.clone(), slot);
            }
            slots.psi.insert(Monomial::variable((d + i) as u32), slot);
        }
        if scores == Scores::Paper {
            slots.one = Some(slots.push("one".into()));
        }
        for step in plan.phi.iter().flat_map(Stage::steps) {
            if !slots.phi.contains_key(step.target()) {
                let slot = slots.push(format!("phi:{}", slots.show(step.target())));
                slots.phi.insert(step.target().clone(), slot);
            }
        }
        for step in plan.psi.iter().flat_map(Stage::steps) {
            let slot = slots.push(format!("psi:{}", slots.show(step.target())));
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
        (0..self.features.len()).map(|i| self.coordinates.len() + i).collect()
    }

    /// The slots that an atom is written to: its own, and that of the feature that it is.
    pub fn atom(&self, atom: usize) -> Vec<usize> {
        let own = self.dimension + atom;
        let feature = Monomial::variable(own as u32);
        let copy = self.features.iter().position(|m| *m == feature);
        std::iter::once(own).chain(copy.map(|i| self.coordinates.len() + i)).collect()
    }

    /// `2,0,1`, or the monomial written out where there are atoms.
    fn index(&self, feature: &Monomial) -> String {
        if self.coordinates.len() == self.dimension {
            exponents(feature, self.dimension)
        } else {
            self.show(feature)
        }
    }

    /// `x[0]^2*s[1,0]`, latents by their multi-index.
    fn show(&self, monomial: &Monomial) -> String {
        if monomial.is_one() {
            return "1".into();
        }
        let factor = |&(v, e): &(u32, u32)| {
            let name = match (v as usize).checked_sub(self.coordinates.len()) {
                None => self.coordinates[v as usize].clone(),
                Some(latent) => format!("s[{}]", self.index(&self.features[latent])),
            };
            if e == 1 { name } else { format!("{name}^{e}") }
        };
        monomial.powers().iter().map(factor).join("*")
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
            .filter(|(_, m)| m.degree() == 1 && (m.powers()[0].0 as usize) < self.dimension)
            .map(|(i, m)| (m.powers()[0].0 as usize, self.coordinates.len() + i, Rational::one()));
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

/// `x[0]`, `x[1]`, … and `exp[0]`, `relu[1]`, … for the atoms.
fn coordinate_names(surrogate: &Surrogate) -> Vec<String> {
    let coordinates = (0..surrogate.dimension).map(|k| format!("x[{k}]"));
    let atoms = surrogate.atoms.iter().enumerate().map(|(number, atom)| match atom.function {
        Function::Inverse => format!("inverse[{number}]"),
        function => format!("{}[{number}]", function.name()),
    });
    coordinates.chain(atoms).collect()
}
