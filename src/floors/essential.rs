//! From above: of how few sums a polynomial target is a polynomial.
//!
//! Let f(x, p) be a polynomial in the own token x and in power sums p, and V the span of all its gradients in p. With the rows of C a basis
//! of V in reduced echelon form, f(x, p) = g(x, C p), where g takes (C p)_i for the power sum at the i-th pivot and 0 for the others: if
//! C p = C p', then p' − p is orthogonal to V, so f does not change on the way from p to p'. No matrix with fewer rows has such a g, since
//! ∂f = Cᵀ ∂g. V is spanned by the coefficients of the ∂f/∂p as polynomials, which are independent functions.

use crate::sumformer::Sumformer;
use crate::sumformer::candidates::candidates;
use num_traits::{One, Zero};
use std::collections::BTreeMap;
use sumformer_checker::arith::number::Rational;
use sumformer_checker::arith::polynomial::{Monomial, Polynomial};
use sumformer_checker::surrogate::Surrogate;

/// A polynomial target in as few sums as its form allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Essential {
    /// The form of which these are the sums.
    pub form: Sumformer,
    /// C: each sum as a combination of the form's features, in reduced echelon form.
    pub combinations: Vec<Vec<Rational>>,
    /// g: one polynomial per output in the own token (variables 0..d) and in the sums (from d on).
    pub psi: Vec<Polynomial>,
}

impl Essential {
    /// e, the number of sums.
    pub fn sums(&self) -> usize {
        self.combinations.len()
    }
}

/// The form of a polynomial target with the fewest essential sums; nothing for targets that are no polynomials.
pub fn essential_sums(surrogate: &Surrogate) -> Option<Essential> {
    if !surrogate.atoms.is_empty() {
        return None;
    }
    let all = candidates(surrogate).into_iter().filter_map(essential);
    all.min_by_key(|essential| (essential.sums(), essential.form.psi_terms()))
}

fn essential(form: Sumformer) -> Option<Essential> {
    let combinations = echelon(gradients(&form), form.features.len());
    let psi = form.psi.iter().map(|psi| in_sums(psi, &combinations, form.dimension)).collect();
    let essential = Essential { form, combinations, psi };
    // The identity f(x, p) = g(x, C p) is not taken on trust.
    essential.is_identity().then_some(essential)
}

/// The coefficients of ∂f_o/∂p_j, a row for each output and monomial.
fn gradients(form: &Sumformer) -> Vec<Vec<Rational>> {
    let features = form.features.len();
    let mut rows: BTreeMap<(usize, Monomial), Vec<Rational>> = BTreeMap::new();
    for (o, psi) in form.psi.iter().enumerate() {
        for (monomial, coefficient) in psi.terms() {
            for j in 0..features {
                let (exponent, rest) = monomial.without(variable(form.dimension, j));
                if exponent == 0 {
                    continue;
                }
                let lower = rest.times(&Monomial::from_powers([(variable(form.dimension, j), exponent - 1)]));
                let row = rows.entry((o, lower)).or_insert_with(|| vec![Rational::zero(); features]);
                row[j] += coefficient * Rational::from_integer(exponent.into());
            }
        }
    }
    rows.into_values().collect()
}

fn variable(dimension: usize, sum: usize) -> u32 {
    (dimension + sum) as u32
}

/// The rows of the reduced echelon form that are not 0.
fn echelon(rows: Vec<Vec<Rational>>, columns: usize) -> Vec<Vec<Rational>> {
    let mut basis: Vec<Vec<Rational>> = Vec::new();
    for mut row in rows {
        for other in &basis {
            if let Some(pivot) = pivot(other) {
                eliminate(&mut row, other, pivot);
            }
        }
        let Some(pivot) = pivot(&row) else { continue };
        let leading = row[pivot].recip();
        row.iter_mut().for_each(|entry| *entry *= &leading);
        basis.iter_mut().for_each(|other| eliminate(other, &row, pivot));
        basis.push(row);
        if basis.len() == columns {
            break;
        }
    }
    basis.sort_by_key(|row| pivot(row));
    basis
}

fn pivot(row: &[Rational]) -> Option<usize> {
    row.iter().position(|entry| !entry.is_zero())
}

/// Subtracts the multiple of a row with 1 at its pivot that leaves 0 there.
fn eliminate(row: &mut [Rational], other: &[Rational], pivot: usize) {
    let factor = row[pivot].clone();
    if !factor.is_zero() {
        row.iter_mut().zip(other).for_each(|(entry, other)| *entry -= &factor * other);
    }
}

/// g: the sums stand at the pivots, 0 elsewhere.
fn in_sums(psi: &Polynomial, combinations: &[Vec<Rational>], dimension: usize) -> Polynomial {
    let place: BTreeMap<usize, usize> =
        combinations.iter().enumerate().filter_map(|(sum, row)| Some((pivot(row)?, sum))).collect();
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

impl Essential {
    /// Whether ψ = g with C p for the sums, as polynomials.
    fn is_identity(&self) -> bool {
        let d = self.form.dimension;
        let sums: Vec<Polynomial> = self
            .combinations
            .iter()
            .map(|row| {
                let terms =
                    row.iter().enumerate().map(|(j, c)| (Monomial::variable(variable(d, j)), c.clone()));
                Polynomial::from_terms(terms)
            })
            .collect();
        self.psi.iter().zip(&self.form.psi).all(|(g, psi)| {
            let mut expanded = Polynomial::zero();
            for (monomial, coefficient) in g.terms() {
                let mut product = Polynomial::constant(Rational::one());
                for &(v, exponent) in monomial.powers() {
                    let factor = match (v as usize).checked_sub(d) {
                        None => Polynomial::variable(v),
                        Some(sum) => sums[sum].clone(),
                    };
                    product = product.times(&factor.power(exponent));
                }
                expanded.add_scaled(&product, coefficient);
            }
            expanded == *psi
        })
    }
}
