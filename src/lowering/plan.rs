//! What is computed in which block, before any weight is chosen.

use super::heads;
use crate::network::polarization::{RidgePower, ridge_powers};
use crate::network::product_tree::{Product, product_tree};
use crate::sumformer::Sumformer;
use std::collections::BTreeSet;
use sumformer_checker::arith::polynomial::{Monomial, Polynomial};
use sumformer_checker::surrogate::Surrogate;

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

/// Monomials, then the atoms whose arguments they make up; every inner list is one block, and so are the atoms.
#[derive(Debug, Clone, Default)]
pub struct Stage {
    /// The monomials.
    pub layers: Vec<Vec<Step>>,
    /// The atoms, by number; none in the last stage of φ and of ψ.
    pub atoms: Vec<usize>,
}

/// What is computed at one time.
#[derive(Debug, Clone, Copy)]
pub enum Item<'a> {
    /// A monomial.
    Step(&'a Step),
    /// An atom.
    Atom(usize),
}

/// The stages of φ and ψ.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Monomials and atoms of the token.
    pub phi: Vec<Stage>,
    /// Those of the token and the latents.
    pub psi: Vec<Stage>,
}

impl Plan {
    /// The plan for a Sumformer of a surrogate.
    pub fn new(sumformer: &Sumformer, surrogate: &Surrogate, layout: Layout) -> Self {
        let outputs = surrogate.forms.len();
        let monomials = |psi: &[Polynomial]| -> BTreeSet<Monomial> {
            psi.iter().flat_map(|p| p.terms().map(|(m, _)| m.clone())).collect()
        };
        let (token, outer) = atom_levels(surrogate);
        let mut before = Known { layout, monomials: BTreeSet::new() };
        let mut after = Known { layout, monomials: BTreeSet::new() };
        let stage = |known: &mut Known, atoms: Vec<usize>| {
            let arguments: Vec<Polynomial> =
                atoms.iter().map(|atom| sumformer.psi[outputs + atom].clone()).collect();
            Stage { layers: known.layers(&monomials(&arguments)), atoms }
        };
        let mut phi: Vec<Stage> = token.into_iter().map(|atoms| stage(&mut before, atoms)).collect();
        let mut read = monomials(&sumformer.features);
        read.extend(heads::monomials(surrogate));
        phi.push(Stage { layers: before.layers(&read), atoms: Vec::new() });
        let mut psi: Vec<Stage> = outer.into_iter().map(|atoms| stage(&mut after, atoms)).collect();
        let last = after.layers(&monomials(&sumformer.psi[..outputs]));
        psi.push(Stage { layers: last, atoms: Vec::new() });
        Self { phi, psi }
    }

    /// All monomials and atoms, φ first.
    pub fn items(&self) -> impl Iterator<Item = Item<'_>> {
        self.phi.iter().chain(&self.psi).flat_map(Stage::items)
    }

    /// Hidden units for the products where squares are exact.
    pub fn squares(&self) -> f64 {
        let units = |step: &Step| match step {
            Step::Product(product) if product.is_square() => 2,
            Step::Product(_) => 4,
            Step::Ridge { powers, .. } => 2 * powers.len(),
        };
        self.steps().map(units).sum::<usize>() as f64
    }

    /// All monomials, φ first.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.phi.iter().chain(&self.psi).flat_map(Stage::steps)
    }
}

impl Stage {
    /// Monomials, then atoms.
    pub fn items(&self) -> impl DoubleEndedIterator<Item = Item<'_>> {
        self.layers.iter().flatten().map(Item::Step).chain(self.atoms.iter().copied().map(Item::Atom))
    }

    /// The monomials.
    pub fn steps(&self) -> impl DoubleEndedIterator<Item = &Step> {
        self.layers.iter().flatten()
    }
}

/// The atoms that need sums over tokens, so that they are known after the attention only.
pub fn outer_atoms(surrogate: &Surrogate) -> BTreeSet<usize> {
    atom_levels(surrogate).1.into_iter().flatten().collect()
}

/// The atoms of one token and those that need sums over tokens, each in levels: an atom's argument needs atoms of earlier
/// levels only.
fn atom_levels(surrogate: &Surrogate) -> (Vec<Vec<usize>>, Vec<Vec<usize>>) {
    let mut levels: [Vec<Vec<usize>>; 2] = Default::default();
    // Of every atom so far: whether it needs sums, and its level.
    let mut places: Vec<(bool, usize)> = Vec::new();
    for (number, atom) in surrogate.atoms.iter().enumerate() {
        let read = atom.argument.terms().flat_map(|(basis, _)| basis.named.powers());
        let read: Vec<usize> =
            read.filter_map(|&(v, _)| (v as usize).checked_sub(surrogate.dimension)).collect();
        let heads = read.iter().any(|&v| v >= surrogate.atoms.len());
        let inner: Vec<(bool, usize)> = read.iter().filter_map(|&v| places.get(v).copied()).collect();
        let sums = heads || atom.argument.terms().any(|(basis, _)| !basis.parts.is_empty());
        let outer = sums || inner.iter().any(|&(outer, _)| outer);
        let level =
            inner.iter().filter(|&&(o, _)| o == outer).map(|&(_, level)| level + 1).max().unwrap_or(0);
        let levels = &mut levels[usize::from(outer)];
        if levels.len() <= level {
            levels.resize_with(level + 1, Vec::new);
        }
        levels[level].push(number);
        places.push((outer, level));
    }
    levels.into()
}

/// The monomials that are there already.
struct Known {
    layout: Layout,
    monomials: BTreeSet<Monomial>,
}

impl Known {
    /// The layers that compute what is not there yet.
    fn layers(&mut self, needed: &BTreeSet<Monomial>) -> Vec<Vec<Step>> {
        let missing: BTreeSet<Monomial> = needed.difference(&self.monomials).cloned().collect();
        let mut all = layers(&missing, self.layout);
        for layer in &mut all {
            layer.retain(|step| self.monomials.insert(step.target().clone()));
        }
        all.retain(|layer| !layer.is_empty());
        all
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
