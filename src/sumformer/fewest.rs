//! The cheapest Sumformer with as few sums as there can be, beside the cheapest whose sums are power sums.

use super::Sumformer;
use super::essential::Essential;
use crate::lowering::budget::plan_budget;
use crate::lowering::plan::{Layout, Plan};
use sumformer_checker::arith::polynomial::Polynomial;
use sumformer_checker::surrogate::Surrogate;

/// Bases are compared as long as the terms of all ψ that are planned for are not more than this.
const MAX_TERMS_PLANNED: usize = 4_000;

/// Bases of forms with longer coefficients are not compared: each comparison multiplies them.
const MAX_BITS: u64 = 512;

/// What a Sumformer is planned for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pricing<'a> {
    pub surrogate: &'a Surrogate,
    pub layout: Layout,
    pub epsilon: f64,
}

/// A Sumformer, and what its network takes.
#[derive(Debug, Clone)]
pub(super) struct Priced {
    pub sumformer: Sumformer,
    /// Hidden units, as planned for relu.
    pub units: f64,
    /// Monomials that are computed.
    pub steps: usize,
}

impl Pricing<'_> {
    pub fn of(&self, sumformer: Sumformer) -> Priced {
        let plan = Plan::new(&sumformer, self.surrogate, self.layout);
        let steps = plan.steps().count();
        let units = plan_budget(&sumformer, self.surrogate, &plan, self.epsilon).units;
        Priced { sumformer, units, steps }
    }

    /// The cheapest of some.
    pub fn cheapest(&self, all: impl IntoIterator<Item = Sumformer>) -> Option<Priced> {
        all.into_iter().map(|sumformer| self.of(sumformer)).min_by(Priced::compare)
    }

    /// The cheapest of some in other bases: pivots are exchanged as long as that makes it cheaper.
    pub fn cheapest_basis(&self, all: Vec<Essential>) -> Option<Priced> {
        all.into_iter().map(|essential| self.best_basis(essential)).min_by(Priced::compare)
    }

    fn best_basis(&self, mut essential: Essential) -> Priced {
        if essential.is_form() {
            return self.of(essential.form);
        }
        let mut best = self.of(essential.sumformer());
        if has_long_numbers(&essential) {
            return best;
        }
        let mut terms = 0;
        'better: loop {
            for (sum, feature) in essential.exchanges() {
                let other = essential.exchange(sum, feature);
                terms += other.form.psi_terms();
                if terms > MAX_TERMS_PLANNED {
                    return best;
                }
                let priced = self.of(other.sumformer());
                if priced.compare(&best).is_lt() {
                    (essential, best) = (other, priced);
                    continue 'better;
                }
            }
            return best;
        }
    }
}

fn has_long_numbers(essential: &Essential) -> bool {
    let mut coefficients =
        essential.form.psi.iter().flat_map(Polynomial::terms).map(|(_, coefficient)| coefficient);
    coefficients.any(|coefficient| coefficient.bits() > MAX_BITS)
}

/// The forms with the fewest essential sums.
pub(super) fn fewest_sums(forms: &[Sumformer]) -> Vec<Essential> {
    let mut all: Vec<Essential> = forms.iter().cloned().filter_map(Essential::of).collect();
    let fewest = all.iter().map(Essential::sums).min();
    all.retain(|essential| Some(essential.sums()) == fewest);
    all
}

impl Priced {
    /// Fewer units first, then fewer monomials, then sums over the others.
    pub fn compare(&self, other: &Self) -> std::cmp::Ordering {
        let basis = self.sumformer.basis.cmp(&other.sumformer.basis);
        self.units.total_cmp(&other.units).then(self.steps.cmp(&other.steps)).then(basis)
    }

    /// Whether it takes no more than another one, whatever the activation.
    pub fn is_within(&self, other: &Self) -> bool {
        self.units <= other.units && self.steps <= other.steps
    }
}
