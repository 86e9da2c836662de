//! The distance between the network's Sumformer and the target, from normal forms.

use super::latent::Latent;
use crate::arith::interval::Interval;
use crate::arith::number::Rational;
use crate::arith::polynomial::{Monomial, Polynomial};
use crate::language::Shape;
use crate::language::target::Target;
use crate::normal_form::expansion::others_of;
use crate::normal_form::{NormalForm, TermLimits, TooLarge};
use crate::refusal::{Refusal, Rule};
use crate::sizes::index;
use num_traits::One;
use std::collections::HashMap;

/// The Sumformer ψ(x_i, latents) as one equivariant polynomial: every latent replaced by its definition.
pub struct Unfolding<'a> {
    target: &'a Target,
    latents: &'a [Latent],
    limits: TermLimits,
    /// Products of latents, shared between terms and outputs.
    products: HashMap<Monomial, NormalForm>,
}

impl<'a> Unfolding<'a> {
    /// Prepares to unfold polynomials over the own token's coordinates 0..d and the latents d, d+1, …
    pub fn new(target: &'a Target, latents: &'a [Latent], max_terms: usize) -> Self {
        Self { target, latents, limits: TermLimits::new(max_terms), products: HashMap::new() }
    }

    /// Elementary products that have been made so far.
    pub fn spent(&self) -> u64 {
        self.limits.spent()
    }

    /// One named token, the own one.
    fn shape(&self) -> Result<Shape, TooLarge> {
        Ok(Shape::new(self.target.dimension(), 1)?)
    }

    /// The normal form of `psi`.
    pub fn unfold(&mut self, psi: &Polynomial) -> Result<NormalForm, TooLarge> {
        let (d, shape, others) = (self.target.dimension(), self.shape()?, others_of(self.target));
        let mut form = NormalForm::zero(shape, others);
        // Terms with the same latents share one symmetric product.
        let mut by_latents = std::collections::BTreeMap::<Monomial, Polynomial>::new();
        for (monomial, coefficient) in psi.terms() {
            let is_latent = |v: u32| index(v) >= d;
            let part = |latent: bool| {
                Monomial::from_powers(
                    monomial.powers().iter().copied().filter(|&(v, _)| is_latent(v) == latent),
                )
            };
            by_latents.entry(part(true)).or_default().add_term(part(false), coefficient.clone());
        }
        for (latents, own) in by_latents {
            let own = NormalForm::of_named(shape, others, &own);
            let product = self.product(&latents)?;
            form.add_scaled(&product.times(&own, &self.limits)?, &Rational::one());
        }
        self.limits.accept(form)
    }

    fn product(&mut self, latents: &Monomial) -> Result<NormalForm, TooLarge> {
        let (d, shape, others) = (self.target.dimension(), self.shape()?, others_of(self.target));
        let Some(&(variable, exponent)) = latents.powers().last() else {
            return Ok(NormalForm::constant(shape, others, Rational::one()));
        };
        if let Some(known) = self.products.get(latents) {
            return Ok(known.clone());
        }
        let fewer =
            latents.powers().iter().map(|&(v, e)| if v == variable { (v, exponent - 1) } else { (v, e) });
        let rest = self.product(&Monomial::from_powers(fewer))?;
        let latent = &self.latents[index(variable) - d];
        let mut factor = NormalForm::sum_over_others(shape, others, &latent.others);
        factor.add_scaled(&NormalForm::of_named(shape, others, &latent.own), &Rational::one());
        let product = rest.times(&factor, &self.limits)?;
        self.products.insert(latents.clone(), product.clone());
        Ok(product)
    }
}

/// An upper bound of sup |ψ − target| over the box for one output: 0 if the normal forms agree.
pub fn residual_bound(
    unfolding: &mut Unfolding<'_>,
    psi: &Polynomial,
    target: &NormalForm,
    domain: &[Interval],
    place: &str,
) -> Result<Rational, Refusal> {
    let mut difference =
        unfolding.unfold(psi).map_err(|e| Rule::Residual.unsupported(place, e.to_string()))?;
    difference.add_scaled(target, &-Rational::one());
    Ok(difference.magnitude(domain))
}
