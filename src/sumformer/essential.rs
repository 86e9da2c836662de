//! Of how few sums a form is a polynomial.
//!
//! Let f(x, p) be a polynomial in the own token x and in sums p, and V the span of all its gradients in p. With the rows of C a basis
//! of V in which each row has a column of its own, its pivot, f(x, p) = g(x, C p), where g takes (C p)_i for the sum at the i-th pivot and
//! 0 for the others: if C p = C p', then p' − p is orthogonal to V, so f does not change on the way from p to p'. No matrix with fewer rows
//! has such a g, since ∂f = Cᵀ ∂g. V is spanned by the coefficients of the ∂f/∂p as polynomials, which are independent functions.

use super::Sumformer;
use super::candidates::{candidates, substitute};
use super::rank::certainly_full;
use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{One, Zero};
use std::collections::BTreeMap;
use sumformer_checker::arith::number::Rational;
use sumformer_checker::arith::polynomial::{Monomial, Polynomial};
use sumformer_checker::surrogate::Surrogate;

/// A combination of a form's features, by their number; no coefficient is 0.
pub type Combination = BTreeMap<usize, Rational>;

/// A polynomial target in as few sums as its form allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Essential {
    /// The form of which these are the sums.
    pub form: Sumformer,
    /// Of each sum the feature that it has with coefficient 1, and no other sum has.
    pub pivots: Vec<usize>,
    /// C: each sum as a combination of the form's features.
    pub combinations: Vec<Combination>,
    /// g: one polynomial per output in the own token (variables 0..d) and in the sums (from d on).
    pub psi: Vec<Polynomial>,
}

/// The form of a polynomial target with the fewest essential sums; nothing for targets that are no polynomials.
pub fn essential_sums(surrogate: &Surrogate) -> Option<Essential> {
    if !surrogate.atoms.is_empty() {
        return None;
    }
    let all = candidates(surrogate).into_iter().filter_map(Essential::of);
    all.min_by_key(|essential| (essential.sums(), essential.form.psi_terms()))
}

impl Essential {
    /// The essential sums of a form, in reduced echelon form.
    pub fn of(form: Sumformer) -> Option<Self> {
        if certainly_full(&form) {
            return Some(Self::each_alone(form));
        }
        let combinations = echelon(gradients(&form), form.features.len());
        let pivots = combinations.iter().filter_map(|row| Some(*row.first_key_value()?.0)).collect();
        let essential = Self::with(form, pivots, combinations);
        // The identity f(x, p) = g(x, C p) is not taken on trust.
        essential.is_identity().then_some(essential)
    }

    /// Each feature as a sum of its own.
    fn each_alone(form: Sumformer) -> Self {
        let pivots: Vec<usize> = (0..form.features.len()).collect();
        let combinations = pivots.iter().map(|&j| Combination::from([(j, Rational::one())])).collect();
        Self { psi: form.psi.clone(), form, pivots, combinations }
    }

    fn with(form: Sumformer, pivots: Vec<usize>, combinations: Vec<Combination>) -> Self {
        let psi = form.psi.iter().map(|psi| in_sums(psi, &pivots, form.dimension)).collect();
        Self { form, pivots, combinations, psi }
    }

    /// e, the number of sums.
    pub fn sums(&self) -> usize {
        self.combinations.len()
    }

    /// Whether nothing is combined: each feature is a sum of its own.
    pub fn is_form(&self) -> bool {
        self.sums() == self.form.features.len()
    }

    /// The features that could be the pivot of a sum in place of the one that is.
    pub fn exchanges(&self) -> Vec<(usize, usize)> {
        let others = |(sum, row): (usize, &Combination)| {
            let others = row.keys().filter(|&&feature| feature != self.pivots[sum]);
            others.map(move |&feature| (sum, feature)).collect::<Vec<_>>()
        };
        self.combinations.iter().enumerate().flat_map(others).collect()
    }

    /// The same sums in the basis where a sum has another pivot, one of [`Self::exchanges`].
    pub fn exchange(&self, sum: usize, feature: usize) -> Self {
        let mut combinations = self.combinations.clone();
        let mut row = combinations.remove(sum);
        normalise(&mut row, feature);
        combinations.iter_mut().for_each(|other| eliminate(other, &row, feature));
        combinations.insert(sum, row);
        let mut pivots = self.pivots.clone();
        pivots[sum] = feature;
        Self::with(self.form.clone(), pivots, combinations)
    }

    /// The Sumformer with these sums. Each is multiplied by an odd number, such that its coefficients are dyadic.
    pub fn sumformer(&self) -> Sumformer {
        let factors: Vec<Rational> = self.combinations.iter().map(odd_denominator).collect();
        let features = self.combinations.iter().zip(&factors).map(|(row, factor)| {
            let mut feature = Polynomial::zero();
            for (&j, coefficient) in row {
                feature.add_scaled(&self.form.features[j], &(coefficient * factor));
            }
            feature
        });
        let d = self.form.dimension;
        let unscaled = |(m, c): (&Monomial, &Rational)| {
            let scale = m.powers().iter().filter_map(|&(v, e)| {
                let sum = (v as usize).checked_sub(d)?;
                (!factors[sum].is_one()).then(|| factors[sum].pow(e))
            });
            (m.clone(), scale.fold(c.clone(), |c, scale| c / scale))
        };
        Sumformer {
            features: features.collect(),
            psi: self.psi.iter().map(|psi| Polynomial::from_terms(psi.terms().map(unscaled))).collect(),
            ..self.form.clone()
        }
    }

    /// Whether ψ = g with C p for the sums, as polynomials.
    fn is_identity(&self) -> bool {
        let d = self.form.dimension;
        let combination = |row: &Combination| {
            Polynomial::from_terms(row.iter().map(|(&j, c)| (Monomial::variable(variable(d, j)), c.clone())))
        };
        let sums: Vec<Polynomial> = self.combinations.iter().map(combination).collect();
        let image = |v: u32| match (v as usize).checked_sub(d) {
            None => Polynomial::variable(v),
            Some(sum) => sums[sum].clone(),
        };
        self.is_form() || self.psi.iter().zip(&self.form.psi).all(|(g, psi)| substitute(g, image) == *psi)
    }
}

/// The least odd number with which all coefficients become dyadic.
fn odd_denominator(row: &Combination) -> Rational {
    let common = row.values().fold(BigInt::one(), |common, coefficient| common.lcm(&coefficient.denom()));
    let twos = common.trailing_zeros().unwrap_or(0);
    Rational::from_integer(common >> twos)
}

/// The coefficients of ∂f_o/∂p_j, a row for each output and monomial.
fn gradients(form: &Sumformer) -> Vec<Combination> {
    let mut rows: BTreeMap<(usize, Monomial), Combination> = BTreeMap::new();
    for (o, psi) in form.psi.iter().enumerate() {
        for (monomial, coefficient) in psi.terms() {
            for &(v, exponent) in monomial.powers() {
                let Some(j) = (v as usize).checked_sub(form.dimension) else { continue };
                let (_, rest) = monomial.without(v);
                let lower = rest.times(&Monomial::from_powers([(v, exponent - 1)]));
                let slope = coefficient * Rational::from_integer(exponent.into());
                *rows.entry((o, lower)).or_default().entry(j).or_default() += slope;
            }
        }
    }
    rows.into_values().collect()
}

fn variable(dimension: usize, sum: usize) -> u32 {
    (dimension + sum) as u32
}

/// The rows of the reduced echelon form that are not 0.
fn echelon(mut rows: Vec<Combination>, columns: usize) -> Vec<Combination> {
    // Short rows first: most forms need every feature, which is soon clear.
    rows.sort_by_cached_key(Combination::len);
    let mut basis: BTreeMap<usize, Combination> = BTreeMap::new();
    for mut row in rows {
        let known: Vec<usize> = row.keys().filter(|column| basis.contains_key(column)).copied().collect();
        known.iter().for_each(|column| eliminate(&mut row, &basis[column], *column));
        let Some(pivot) = row.keys().next().copied() else { continue };
        normalise(&mut row, pivot);
        basis.values_mut().for_each(|other| eliminate(other, &row, pivot));
        basis.insert(pivot, row);
        if basis.len() == columns {
            break;
        }
    }
    basis.into_values().collect()
}

/// The multiple of a row with 1 at the column.
fn normalise(row: &mut Combination, column: usize) {
    let leading = row[&column].recip();
    row.values_mut().for_each(|entry| *entry *= &leading);
}

/// Subtracts the multiple of a row with 1 at the column that leaves 0 there.
fn eliminate(row: &mut Combination, other: &Combination, column: usize) {
    let Some(factor) = row.get(&column).cloned() else { return };
    for (&at, entry) in other {
        *row.entry(at).or_default() -= &factor * entry;
    }
    row.retain(|_, entry| !entry.is_zero());
}

/// g: the sums stand at the pivots, 0 elsewhere.
fn in_sums(psi: &Polynomial, pivots: &[usize], dimension: usize) -> Polynomial {
    let place: BTreeMap<usize, usize> = pivots.iter().copied().zip(0..).collect();
    let renamed = psi.terms().filter_map(|(monomial, coefficient)| {
        let powers =
            monomial.powers().iter().map(|&(v, exponent)| match (v as usize).checked_sub(dimension) {
                None => Some((v, exponent)),
                Some(feature) => place.get(&feature).map(|&sum| (variable(dimension, sum), exponent)),
            });
        let powers: Option<Vec<_>> = powers.collect();
        powers.map(|powers| (Monomial::from_powers(powers), coefficient.clone()))
    });
    Polynomial::from_terms(renamed)
}
