//! Products over tokens in fewer sums than there are essential ones: for every ε, though not for 0.
//!
//! Of a polynomial in which many factors of one kind are multiplied over the tokens, exp of a sum of their logarithms and few
//! sums of quotients remain. What may be such a factor is any power product of one token that is nowhere negative.

use crate::approximation::cover::surrogate as searched;
use itertools::Itertools;
use num_traits::{One, Signed, Zero};
use std::collections::{BTreeMap, BTreeSet};
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::{Exact, Rational, integer, min, ratio, round_down, round_up};
use sumformer_checker::arith::polynomial::Monomial;
use sumformer_checker::format::certificate::{Approximation, Replacement};
use sumformer_checker::language::target::{Body, Target, Tokens};
use sumformer_checker::normal_form::NormalForm;
use sumformer_checker::normal_form::expansion::expand_target;
use sumformer_checker::sizes;
use sumformer_checker::surrogate::{Surrogate, shifted_change};

/// More factors are not tried.
const MAX_BASES: usize = 16;
/// Attempts to find what may be added to a factor.
const ATTEMPTS: usize = 24;
/// Shifts and errors have so many significant bits.
const BITS: u32 = 12;

/// What stands for a polynomial target, at most `share` from it, for each factor and each number of them that a term has to have.
pub fn surrogates(target: &Target, share: &Rational, max_terms: usize) -> Vec<Surrogate> {
    if target.tokens == Tokens::Any {
        return Vec::new();
    }
    let Ok(forms) = expand_target(target, max_terms) else { return Vec::new() };
    // A number that the checker calculates with as it is.
    let share = round_down(share, BITS);
    let of = |(base, least): (Monomial, u32)| {
        let replaced = replaced(target, &forms, &base, least, &share)?;
        searched(target, &replaced, max_terms).ok()
    };
    factors(&forms, target).into_iter().filter_map(of).collect()
}

/// What may be a factor, and how often at least: so often that fewer sums within each other are left than there are.
fn factors(forms: &[NormalForm], target: &Target) -> Vec<(Monomial, u32)> {
    let mut found = BTreeMap::<&Monomial, BTreeSet<u32>>::new();
    for (basis, _) in forms.iter().flat_map(NormalForm::terms) {
        let others = forms[0].others().rest().unwrap_or_default();
        for (base, copies) in basis.parts.iter().counts() {
            if others < copies + basis.parts.len() && is_factor(base, target) {
                found.entry(base).or_default().insert(copies as u32);
            }
        }
    }
    let each = |(base, times): (&Monomial, BTreeSet<u32>)| {
        times.into_iter().map(|least| (base.clone(), least)).collect::<Vec<_>>()
    };
    found.into_iter().take(MAX_BASES).flat_map(each).collect()
}

/// Whether a power product is nowhere negative, and somewhere positive.
fn is_factor(monomial: &Monomial, target: &Target) -> bool {
    let sides = monomial.powers().iter().map(|&(k, e)| target.domain[sizes::index(k)].power(e));
    let range = sides.fold(Interval::point(Rational::one()), |a, b| &a * &b);
    !range.inf().is_negative() && range.sup().is_positive()
}

/// The outputs with such products, each in logarithms; of an output in explicit tokens none is left as it is.
fn replaced(
    target: &Target,
    forms: &[NormalForm],
    base: &Monomial,
    least: u32,
    share: &Rational,
) -> Option<Vec<Approximation>> {
    let powers: Vec<(usize, u32)> = base.powers().iter().map(|&(k, e)| (sizes::index(k), e)).collect();
    let enough = |form: &NormalForm| {
        form.terms().any(|(basis, _)| basis.parts.iter().filter(|part| *part == base).count() as u32 >= least)
    };
    let explicit = matches!(target.body, Body::SemiInvariant { .. });
    let outputs = || (0..forms.len()).filter(|&output| explicit || enough(&forms[output]));
    let change = |output: usize, shift: &Rational| shifted_change(target, output, &powers, shift, least);
    // The same for all, so that they have their logarithms in common.
    let shifts: Option<Vec<Rational>> =
        outputs().map(|output| largest_shift(&|shift| change(output, shift), share)).collect();
    let shift = shifts?.into_iter().min()?;
    let in_logarithms = |output: usize| {
        let by = Replacement::Logarithms { base: powers.clone(), shift: Exact(shift.clone()), least };
        let error = min(round_up(&change(output, &shift)?, BITS), share.clone());
        Some(Approximation { output, node: 0, by, error: Exact(error), cuts: String::new() })
    };
    outputs().map(in_logarithms).collect()
}

/// What may be added to a factor for a change of at most `share`; 0 where a factor needs nothing.
fn largest_shift(change: &dyn Fn(&Rational) -> Option<Rational>, share: &Rational) -> Option<Rational> {
    if change(&Rational::zero()).is_some() {
        return Some(Rational::zero());
    }
    let (mut low, mut high) = (Rational::zero(), None);
    let mut shift = share.clone();
    for _ in 0..ATTEMPTS {
        let changed = change(&shift)?;
        let next = if changed > *share {
            // In proportion it is too little, as the change grows faster, but often not by much.
            let next = if low.is_zero() { &shift * share / &changed } else { (&low + &shift) * ratio(1, 2) };
            high = Some(shift);
            next
        } else if &changed * integer(16) >= share * integer(15) || changed.is_zero() {
            return Some(shift);
        } else {
            low = shift;
            high.as_ref().map_or_else(|| &low * integer(2), |high| (&low + high) * ratio(1, 2))
        };
        shift = round_down(&next, BITS);
    }
    None
}
