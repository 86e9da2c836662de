//! The forms of ψ that are tried for one target.
//!
//! A target can be written in power sums in several ways: as its text has it (`(Σy)³` stays p_1³), rewritten from the
//! canonical form by Möbius inversion, or with all degrees reduced to at most n − 1; each in sums over all tokens or
//! over the others.

use super::features::{PowerSumTerms, graded_lexicographic, powers, to_polynomials};
use super::{SumBasis, Sumformer};
use crate::algebra::degree_reduction::{DegreeReducer, Route};
use crate::algebra::multi_index::MultiIndex;
use crate::algebra::power_sum_polynomial::PowerSumPolynomial;
use crate::algebra::rewriting::augmented_monomial;
use itertools::Itertools;
use num_traits::One;
use std::collections::BTreeMap;
use sumformer_checker::arith::number::Rational;
use sumformer_checker::arith::polynomial::{Monomial, Polynomial};
use sumformer_checker::language::target::{Target, Tokens};
use sumformer_checker::limits::MAX_TERMS;
use sumformer_checker::normal_form::expansion::expand_target_in;
use sumformer_checker::normal_form::{NormalForm, Others, SumsOf};
use sumformer_checker::surrogate::Surrogate;

/// Expansions beyond this many terms make a form uninteresting.
const MAX_FORM_TERMS: usize = 50_000;

/// All forms of a surrogate, with the arguments of its atoms; never empty for polynomials.
pub fn candidates(surrogate: &Surrogate) -> Vec<Sumformer> {
    let target = &surrogate.target;
    let forms: Vec<NormalForm> =
        surrogate.forms.iter().chain(surrogate.atoms.iter().map(|atom| &atom.argument)).cloned().collect();
    let forms = forms.as_slice();
    let d = target.dimension();
    let Tokens::Fixed(n) = target.tokens else {
        let written = forms.iter().map(written_terms).collect::<Vec<_>>();
        return vec![assemble(target, SumBasis::Means, &written)];
    };
    let mut found = Vec::new();
    for (of, basis) in [(SumsOf::Others, SumBasis::Others), (SumsOf::All, SumBasis::All)] {
        if let Ok(written) = expand_target_in(target, Others::Sums { rest: n - 1, of }, MAX_FORM_TERMS) {
            // A semi-invariant comes in canonical form whatever is asked for; it is rewritten below.
            if written.iter().all(|form| form.others() == (Others::Sums { rest: n - 1, of })) {
                let terms = written.iter().map(written_terms).collect::<Vec<_>>();
                found.push(assemble(target, basis, &terms));
            }
        }
    }
    // Other forms have lower degrees, but atoms do not become fewer.
    if !surrogate.atoms.is_empty() && !found.is_empty() {
        return found;
    }
    if let Some(rewritten) = rewrite(forms, d, &mut |p| Some(p)) {
        found.push(assemble(target, SumBasis::Others, &rewritten));
    }
    let mut reducer = DegreeReducer::new(n as u32 - 1, Route::Parts, MAX_FORM_TERMS);
    if let Some(reduced) = rewrite(forms, d, &mut |p| reducer.reduce(&p).ok()) {
        found.push(assemble(target, SumBasis::Others, &reduced));
    }
    let over_all: Vec<Sumformer> =
        found.iter().filter(|s| s.basis == SumBasis::Others).filter_map(in_sums_over_all).collect();
    found.extend(over_all);
    found.dedup();
    found
}

/// The terms of a form whose parts already are power sums or means.
fn written_terms(form: &NormalForm) -> PowerSumTerms {
    let mut terms = PowerSumTerms::default();
    for (basis, coefficient) in form.terms() {
        let sums =
            basis.parts.iter().dedup_with_count().map(|(count, part)| (part.clone(), count as u32)).collect();
        terms.add((basis.named.clone(), sums), coefficient.clone());
    }
    terms
}

/// Augmented monomials rewritten in power sums of the others, each passed through `reduce`.
fn rewrite(
    forms: &[NormalForm],
    d: usize,
    reduce: &mut dyn FnMut(PowerSumPolynomial) -> Option<PowerSumPolynomial>,
) -> Option<Vec<PowerSumTerms>> {
    let mut known: BTreeMap<Vec<Monomial>, PowerSumPolynomial> = BTreeMap::new();
    let mut outputs = Vec::with_capacity(forms.len());
    for form in forms {
        let mut terms = PowerSumTerms::default();
        for (basis, coefficient) in form.terms() {
            if !known.contains_key(&basis.parts) {
                let parts: Vec<MultiIndex> = basis.parts.iter().map(|m| to_multi_index(m, d)).collect();
                let rewritten = augmented_monomial(&parts, MAX_FORM_TERMS).ok()?;
                known.insert(basis.parts.clone(), reduce(rewritten)?);
            }
            for (sums, weight) in known[&basis.parts].terms() {
                let sums = sums.map(|(alpha, exponent)| (to_monomial(alpha), exponent)).collect();
                terms.add((basis.named.clone(), sums), coefficient * weight);
            }
            if terms.len() > MAX_FORM_TERMS {
                return None;
            }
        }
        outputs.push(terms);
    }
    Some(outputs)
}

fn to_multi_index(monomial: &Monomial, d: usize) -> MultiIndex {
    (0..d as u32).map(|k| monomial.exponent(k)).collect()
}

fn to_monomial(alpha: &MultiIndex) -> Monomial {
    Monomial::from_powers(alpha.iter().enumerate().map(|(k, &e)| (k as u32, e)))
}

fn assemble(target: &Target, basis: SumBasis, outputs: &[PowerSumTerms]) -> Sumformer {
    let d = target.dimension();
    let mut features: Vec<Monomial> = outputs
        .iter()
        .flat_map(|terms| terms.keys().flat_map(|(_, sums)| sums.keys()))
        .unique()
        .cloned()
        .collect();
    graded_lexicographic(&mut features, d);
    let psi = to_polynomials(outputs, &features, d);
    Sumformer { dimension: d, tokens: target.tokens, basis, features: powers(&features), psi }
}

/// The polynomial with every variable `v` replaced by `image(v)`.
pub(super) fn substitute(p: &Polynomial, image: impl Fn(u32) -> Polynomial) -> Polynomial {
    let mut result = Polynomial::zero();
    for (monomial, coefficient) in p.terms() {
        let factors = monomial.powers().iter().map(|&(variable, exponent)| image(variable).power(exponent));
        let product =
            factors.fold(Polynomial::constant(coefficient.clone()), |product, factor| product.times(&factor));
        result.add_scaled(&product, &Rational::one());
    }
    result
}

/// Σ_{j≠i} = Σ_j − x_i, substituted; `None` if that becomes too long.
fn in_sums_over_all(sumformer: &Sumformer) -> Option<Sumformer> {
    let d = sumformer.dimension;
    let image = |v: u32| -> Polynomial {
        let mut p = Polynomial::variable(v);
        if let Some(feature) = (v as usize).checked_sub(d) {
            p.add_scaled(&sumformer.features[feature], &Rational::from_integer((-1).into()));
        }
        p
    };
    let expanded: usize = sumformer
        .psi
        .iter()
        .flat_map(|p| p.terms())
        .map(|(m, _)| {
            m.powers()
                .iter()
                .filter(|(v, _)| *v as usize >= d)
                .map(|(_, e)| *e as usize + 1)
                .product::<usize>()
        })
        .sum();
    if expanded > MAX_TERMS {
        return None;
    }
    Some(Sumformer {
        basis: SumBasis::All,
        psi: sumformer.psi.iter().map(|p| substitute(p, image)).collect(),
        ..sumformer.clone()
    })
}
