//! The table of features a form uses, in graded lexicographic order.

use num_traits::One;
use std::collections::BTreeMap;
use sumformer_checker::arith::linear_combination::LinearCombination;
use sumformer_checker::arith::number::Rational;
use sumformer_checker::arith::polynomial::{Monomial, Polynomial};

/// A polynomial in the own token's coordinates (variables 0..d) and in power sums, named by their monomials.
pub type PowerSumTerms = LinearCombination<(Monomial, BTreeMap<Monomial, u32>)>;

/// Features that are monomials.
pub fn powers<'a>(monomials: impl IntoIterator<Item = &'a Monomial>) -> Vec<Polynomial> {
    monomials.into_iter().map(|m| Polynomial::term(m.clone(), Rational::one())).collect()
}

/// The monomial that a feature is, if it is one.
pub fn as_power(feature: &Polynomial) -> Option<&Monomial> {
    let mut terms = feature.terms();
    let (monomial, coefficient) = terms.next()?;
    (terms.len() == 0 && coefficient.is_one()).then_some(monomial)
}

/// Sorts monomials by degree, then by decreasing exponents of `x[0]`, `x[1]`, …
pub fn graded_lexicographic(features: &mut [Monomial], dimension: usize) {
    features.sort_by_cached_key(|m| {
        let exponents: Vec<std::cmp::Reverse<u32>> =
            (0..dimension as u32).map(|k| std::cmp::Reverse(m.exponent(k))).collect();
        (m.degree(), exponents)
    });
}

/// ψ as polynomials whose variable d + i is the i-th feature's latent.
pub fn to_polynomials(outputs: &[PowerSumTerms], features: &[Monomial], dimension: usize) -> Vec<Polynomial> {
    let variables: BTreeMap<&Monomial, u32> =
        features.iter().enumerate().map(|(i, m)| (m, (dimension + i) as u32)).collect();
    outputs
        .iter()
        .map(|terms| {
            Polynomial::from_terms(terms.iter().map(|((own, sums), coefficient)| {
                let latents = Monomial::from_powers(sums.iter().map(|(m, &e)| (variables[m], e)));
                (own.times(&latents), coefficient.clone())
            }))
        })
        .collect()
}
