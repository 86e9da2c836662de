//! The residual stream: which slot holds what, and what it is called.

use super::attention::Scores;
use super::heads;
use super::plan::{Plan, Stage, Step};
use super::steps::Places;
use crate::sumformer::Sumformer;
use crate::sumformer::features::as_power;
use crate::words::sum;
use itertools::Itertools;
use num_traits::One;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use sumformer_checker::arith::number::Rational;
use sumformer_checker::arith::polynomial::{Monomial, Polynomial};
use sumformer_checker::format::network::AffineMap;
use sumformer_checker::format::sparse::{SparseMatrix, SparseVector};
use sumformer_checker::language::ast::Function;
use sumformer_checker::surrogate::Surrogate;

/// A combination is written out in its slot's name if it is not longer than this.
const LONGEST_NAME: usize = 40;

/// The slots of a lowered Sumformer.
///
/// `x[k]` the token; `exp[r]` and its like the r-th atom; `head[m]` a weighted mean, from the attention block on; `phi[α]` a feature, overwritten by its latent in the attention block; `one` the constant 1 (only
/// for the paper's scores, and for scores that the own token has no part in); then the monomials that φ takes on the way, and those of ψ, written out, `s[α]` standing for a latent. A feature that is a
/// combination of monomials has no slots for them: whatever computes them adds its share to the feature.
pub struct Slots {
    names: Vec<String>,
    /// Coordinates of the token.
    dimension: usize,
    /// The slots of weighted means.
    means: Range<usize>,
    /// Names of the first slots, coordinates and atoms.
    coordinates: Vec<String>,
    features: Vec<Polynomial>,
    one: Option<usize>,
    phi: Side,
    psi: Side,
}

/// The slots before or after the attention block.
#[derive(Default)]
struct Side {
    own: BTreeMap<Monomial, usize>,
    /// The slots of combinations that a monomial is in.
    shares: BTreeMap<Monomial, Vec<(usize, Rational)>>,
}

impl Places for Side {
    fn slot(&self, monomial: &Monomial) -> usize {
        self.own[monomial]
    }

    fn uses(&self, monomial: &Monomial) -> Vec<(usize, Rational)> {
        let own = self.own.get(monomial).map(|&slot| (slot, Rational::one()));
        own.into_iter().chain(self.shares.get(monomial).into_iter().flatten().cloned()).collect()
    }
}

impl Slots {
    /// Lays out the stream.
    pub fn new(sumformer: &Sumformer, surrogate: &Surrogate, plan: &Plan, scores: Scores) -> Self {
        let coordinates = coordinate_names(surrogate);
        let d = coordinates.len();
        let variables = || Side {
            own: (0..d).map(|k| (Monomial::variable(k as u32), k)).collect(),
            shares: BTreeMap::new(),
        };
        let mut slots = Self {
            names: coordinates.clone(),
            dimension: surrogate.dimension,
            means: surrogate.coordinate_of_mean(0)..d,
            coordinates,
            features: sumformer.features.clone(),
            one: None,
            phi: variables(),
            psi: variables(),
        };
        for (i, feature) in sumformer.features.iter().enumerate() {
            let slot = slots.push(format!("phi[{}]", slots.index(i)));
            match as_power(feature) {
                Some(power) if power.degree() >= 2 => {
                    slots.phi.own.insert(power.clone(), slot);
                }
                _ => {
                    for (monomial, coefficient) in feature.terms() {
                        let shares = slots.phi.shares.entry(monomial.clone()).or_default();
                        shares.push((slot, coefficient.clone()));
                    }
                }
            }
            slots.psi.own.insert(Monomial::variable((d + i) as u32), slot);
        }
        if scores == Scores::Paper || heads::need_one(surrogate) {
            slots.one = Some(slots.push("one".into()));
        }
        let read = read_before(sumformer, surrogate, plan);
        for step in plan.phi.iter().flat_map(Stage::steps) {
            let target = step.target();
            if read.contains(target) && !slots.phi.own.contains_key(target) {
                let slot = slots.push(format!("phi:{}", slots.show(target)));
                slots.phi.own.insert(target.clone(), slot);
            }
        }
        for step in plan.psi.iter().flat_map(Stage::steps) {
            let slot = slots.push(format!("psi:{}", slots.show(step.target())));
            slots.psi.own.insert(step.target().clone(), slot);
        }
        if !surrogate.means.is_empty() {
            // Scores are divided by the root of the width, which is to be rational.
            while slots.names.len().isqrt().pow(2) != slots.names.len() {
                slots.push(format!("unused[{}]", slots.names.len()));
            }
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

    /// The slots of the weighted means.
    pub fn means(&self) -> Range<usize> {
        self.means.clone()
    }

    /// The slots that an atom is written to: its own, and those of the features that it is in.
    pub fn atom(&self, atom: usize) -> Vec<(usize, Rational)> {
        self.phi.uses(&Monomial::variable((self.dimension + atom) as u32))
    }

    /// `2,0,1`, or what is summed written out where there are atoms or combinations; a long one has its number only.
    fn index(&self, feature: usize) -> String {
        let phi = &self.features[feature];
        match as_power(phi) {
            Some(power) if self.coordinates.len() == self.dimension => exponents(power, self.dimension),
            Some(power) => self.show(power),
            None => {
                let terms: Vec<_> = phi.terms().map(|(m, c)| (c.clone(), vec![self.show(m)])).collect();
                let name = sum(terms);
                if name.chars().count() <= LONGEST_NAME { name } else { format!("sum {feature}") }
            }
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
                Some(latent) => format!("s[{}]", self.index(latent)),
            };
            if e == 1 { name } else { format!("{name}^{e}") }
        };
        monomial.powers().iter().map(factor).join("*")
    }

    /// The slots before the attention block: monomials of the token.
    pub fn before(&self) -> &dyn Places {
        &self.phi
    }

    /// The slots after it: monomials of token and latents.
    pub fn after(&self) -> &dyn Places {
        &self.psi
    }

    /// Copies the token into its slots and into those of the features that its coordinates are in.
    pub fn embedding(&self) -> AffineMap {
        let token = (0..self.dimension).map(|k| (k, k, Rational::one()));
        let linear = (0..self.dimension).flat_map(|k| {
            let shares = self.phi.shares.get(&Monomial::variable(k as u32));
            shares.into_iter().flatten().map(move |(slot, share)| (k, *slot, share.clone()))
        });
        AffineMap {
            weights: SparseMatrix::from_entries(token.chain(linear)),
            bias: SparseVector::from_entries(self.one.map(|slot| (slot, Rational::one()))),
        }
    }
}

/// The monomials before the attention that something else is made of.
fn read_before(sumformer: &Sumformer, surrogate: &Surrogate, plan: &Plan) -> BTreeSet<Monomial> {
    let outputs = surrogate.forms.len();
    let atoms = plan.phi.iter().flat_map(|stage| &stage.atoms);
    let arguments = atoms.flat_map(|atom| sumformer.psi[outputs + atom].terms().map(|(m, _)| m.clone()));
    let factors = plan.phi.iter().flat_map(Stage::steps).flat_map(|step| match step {
        Step::Product(product) => vec![product.left.clone(), product.right.clone()],
        // Of powers of the variables, which have slots.
        Step::Ridge { .. } => Vec::new(),
    });
    arguments.chain(factors).chain(heads::monomials(surrogate)).collect()
}

/// `2,0,1`.
fn exponents(monomial: &Monomial, d: usize) -> String {
    (0..d as u32).map(|k| monomial.exponent(k)).join(",")
}

/// `x[0]`, `x[1]`, …, `exp[0]`, `relu[1]`, … for the atoms, and `head[0]`, … for the weighted means.
fn coordinate_names(surrogate: &Surrogate) -> Vec<String> {
    let coordinates = (0..surrogate.dimension).map(|k| format!("x[{k}]"));
    let atoms = surrogate.atoms.iter().enumerate().map(|(number, atom)| match atom.function {
        Function::Inverse => format!("inverse[{number}]"),
        function => format!("{}[{number}]", function.name()),
    });
    let means = (0..surrogate.means.len()).map(|mean| format!("head[{mean}]"));
    coordinates.chain(atoms).chain(means).collect()
}
