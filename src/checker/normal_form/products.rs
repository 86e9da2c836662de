//! Products: of two normal forms, and over all the other tokens.

use super::{Basis, NormalForm, Others, TermLimits, TooLarge};
use crate::arith::number::Rational;
use crate::arith::polynomial::Monomial;
use crate::limits::MAX_DEGREE;
use crate::work::charge_all;
use num_traits::One;
use std::collections::BTreeMap;

fn require_degree(degree: u64) -> Result<(), TooLarge> {
    if degree > u64::from(MAX_DEGREE) { Err(TooLarge::Degree(degree)) } else { Ok(()) }
}

impl NormalForm {
    /// The product.
    pub fn times(&self, other: &Self, limits: &TermLimits) -> Result<Self, TooLarge> {
        require_degree(self.degree().saturating_add(other.degree()))?;
        let mut product = self.zero_like();
        for (a, x) in &self.terms {
            for (b, y) in &other.terms {
                let named = a.named.times(&b.named);
                limits.spend(1 + (bits(x) + bits(y)) / 16)?;
                let coefficient = x * y;
                match self.others {
                    Others::Means | Others::Sums { .. } => {
                        let mut parts = [a.parts.as_slice(), b.parts.as_slice()].concat();
                        parts.sort_unstable();
                        product.add_term(Basis { named, parts }, coefficient);
                    }
                    Others::Count(rest) => {
                        let mut parts = a.parts.clone();
                        let paired = vec![false; parts.len()];
                        let mut matchings =
                            Matchings { product: &mut product, named, coefficient, rest, limits };
                        matchings.add(&mut parts, paired, &b.parts)?;
                    }
                }
            }
            if product.terms.len() > limits.max_terms {
                return Err(TooLarge::Terms(limits.max_terms));
            }
        }
        Ok(product)
    }

    /// `self^exponent`.
    pub fn power(&self, exponent: u32, limits: &TermLimits) -> Result<Self, TooLarge> {
        require_degree(self.degree().saturating_mul(exponent.into()))?;
        let mut result = self.constant_like(Rational::one());
        for _ in 0..exponent {
            result = result.times(self, limits)?;
        }
        Ok(result)
    }

    /// The product over the last named token as it runs over all the others (fixed length only).
    ///
    /// The factor is first written as Σ_γ y^γ C_γ with coefficients over *all* others; then every multiset of
    /// exponents, one per other token, contributes `Π C_γ^{k_γ} · M(γ…) / Π_{γ≠0} k_γ!`.
    pub fn product_over_last(&self, limits: &TermLimits) -> Result<Self, TooLarge> {
        let Others::Count(rest) = self.others else {
            // Only the canonical reading expands products.
            return Err(TooLarge::NoProduct);
        };
        let rest = rest + 1;
        let zero = Self::zero(self.shape.without_last(), Others::Count(rest));
        let mut factors: BTreeMap<Monomial, Self> = BTreeMap::new();
        for (basis, coefficient) in &self.terms {
            let (inner, named) = self.split_last(&basis.named);
            let term = Lift { zero: &zero, named, coefficient };
            term.add(&mut factors, inner, basis.parts.clone(), Rational::one(), limits)?;
        }
        factors.retain(|_, form| !form.is_zero());
        let factors: Vec<(Monomial, Self)> = factors.into_iter().collect();
        let mut product = zero.clone();
        let one = zero.constant_like(Rational::one());
        expand_product(&factors, rest, &one, &mut Vec::new(), &mut product, limits)?;
        Ok(product)
    }
}

/// `M(β)·M(γ)`: every γ_s falls either on the token of a β_r not yet taken by another γ, or on a new token.
struct Matchings<'a> {
    product: &'a mut NormalForm,
    named: Monomial,
    coefficient: Rational,
    rest: usize,
    limits: &'a TermLimits,
}

impl Matchings<'_> {
    fn add(
        &mut self,
        parts: &mut Vec<Monomial>,
        paired: Vec<bool>,
        remaining: &[Monomial],
    ) -> Result<(), TooLarge> {
        self.limits.spend(1)?;
        charge_all(parts.len(), 2);
        let Some((next, remaining)) = remaining.split_first() else {
            let mut parts = parts.clone();
            parts.sort_unstable();
            self.product.add_term(Basis { named: self.named.clone(), parts }, self.coefficient.clone());
            return Ok(());
        };
        for r in 0..paired.len() {
            if !paired[r] {
                let mut paired = paired.clone();
                paired[r] = true;
                let merged = parts[r].times(next);
                let before = std::mem::replace(&mut parts[r], merged);
                self.add(parts, paired, remaining)?;
                parts[r] = before;
            }
        }
        if parts.len() < self.rest {
            parts.push(next.clone());
            self.add(parts, paired, remaining)?;
            parts.pop();
        }
        Ok(())
    }
}

fn bits(value: &Rational) -> u64 {
    value.bits()
}

/// Rewrites `y^γ M_{others∖y}(β)` over all others: M_{others∖y}(β) = M(β) − Σ_r y^{β_r} M_{others∖y}(β without β_r).
struct Lift<'a> {
    zero: &'a NormalForm,
    named: Monomial,
    coefficient: &'a Rational,
}

impl Lift<'_> {
    fn add(
        &self,
        factors: &mut BTreeMap<Monomial, NormalForm>,
        inner: Monomial,
        parts: Vec<Monomial>,
        sign: Rational,
        limits: &TermLimits,
    ) -> Result<(), TooLarge> {
        limits.spend(1)?;
        charge_all(parts.len(), 2);
        for r in 0..parts.len() {
            let mut fewer = parts.clone();
            let part = fewer.remove(r);
            self.add(factors, inner.times(&part), fewer, -&sign, limits)?;
        }
        factors
            .entry(inner)
            .or_insert_with(|| self.zero.clone())
            .add_term(Basis { named: self.named.clone(), parts }, self.coefficient * sign);
        Ok(())
    }
}

fn expand_product(
    factors: &[(Monomial, NormalForm)],
    tokens_left: usize,
    coefficient: &NormalForm,
    parts: &mut Vec<Monomial>,
    product: &mut NormalForm,
    limits: &TermLimits,
) -> Result<(), TooLarge> {
    limits.spend(1)?;
    let Some(((monomial, form), others)) = factors.split_first() else {
        if tokens_left == 0 {
            charge_all(parts.len(), 2);
            let mut sorted = parts.clone();
            sorted.sort_unstable();
            let mut symmetric = product.zero_like();
            symmetric.add_term(Basis { named: Monomial::one(), parts: sorted }, Rational::one());
            product.add_scaled(&coefficient.times(&symmetric, limits)?, &Rational::one());
            if product.len() > limits.max_terms {
                return Err(TooLarge::Terms(limits.max_terms));
            }
        }
        return Ok(());
    };
    let mut coefficient = coefficient.clone();
    let depth = parts.len();
    for count in 0..=tokens_left {
        if count > 0 {
            coefficient = coefficient.times(form, limits)?;
            if !monomial.is_one() {
                coefficient = coefficient.scale(&Rational::new(1.into(), count.into()));
                parts.push(monomial.clone());
            }
        }
        // The last factor takes all tokens that are left.
        if !others.is_empty() || count == tokens_left {
            expand_product(others, tokens_left - count, &coefficient, parts, product, limits)?;
        }
    }
    parts.truncate(depth);
    Ok(())
}
