//! Removing the power sums of degree above the number of tokens.
//!
//! For m tokens every p_γ with |γ| > m is a polynomial in the p_α with |α| ≤ m. There are many such polynomials when
//! d ≥ 2 (they agree as functions only), so the route is the caller's choice and the fewest terms may be on either.

use super::MultiIndex;
use super::integer::{Integer, factorial};
use super::multi_index::degree;
use super::power_sum_polynomial::{Factor, Numbering, PowerSumPolynomial, Terms};
use super::rewriting::{RewritingError, augmented_monomial, monomial_multisymmetric};
use num_bigint::BigInt;
use rustc_hash::FxHashMap;
use std::collections::HashMap;
use sumformer_checker::arith::number::Rational;

/// How p_γ, |γ| > m, is expressed by power sums of smaller degree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Route {
    /// M of m+1 parts is 0; its term p_γ is solved for. The parts are consecutive stretches, equally long up to one,
    /// of γ written as a word in its variables.
    Parts,
    /// Newton's identity p_k = Σ_{1≤i≤m} (−1)^{i−1} e_i p_{k−i}, k > m, for the numbers ⟨t, x_j⟩: the coefficient of
    /// t^γ.
    Newton,
}

/// Rewrites polynomials in power sums of m tokens so that only p_α with |α| ≤ m occur. Every p_γ is worked out once.
#[derive(Debug, Clone)]
pub struct DegreeReducer {
    tokens: u32,
    route: Route,
    limit: usize,
    numbering: Numbering,
    /// Reduced p_γ by number of γ.
    reduced: FxHashMap<u32, Fraction>,
    /// Newton only: the coefficient of t^δ in e_|δ|(⟨t, x_j⟩), the monomial function with parts the letters of δ.
    elementary: HashMap<MultiIndex, PowerSumPolynomial>,
}

/// A sum of products over a positive denominator.
#[derive(Debug, Clone)]
struct Fraction {
    terms: FxHashMap<Product, Integer>,
    denominator: Integer,
}

type Product = Box<[Factor]>;

impl DegreeReducer {
    /// For `tokens` = m ≥ 0. No intermediate polynomial may exceed `limit` terms (see
    /// [`RewritingError::TooManyTerms`]).
    pub fn new(tokens: u32, route: Route, limit: usize) -> Self {
        let (numbering, reduced, elementary) = Default::default();
        Self { tokens, route, limit, numbering, reduced, elementary }
    }

    /// A polynomial with only 1 ≤ |α| ≤ m that agrees with the given one on all sequences of m tokens. p_0 becomes
    /// the constant m.
    pub fn reduce(&mut self, polynomial: &PowerSumPolynomial) -> Result<PowerSumPolynomial, RewritingError> {
        let mut equations = self.equations(polynomial)?;
        equations.sort_by_key(|(gamma, _)| degree(gamma));
        for (gamma, equation) in equations {
            let fraction = self.substitute(&equation)?;
            let number = self.numbering.number(&gamma);
            self.reduced.insert(number, fraction);
        }
        let Fraction { terms: sum, denominator } = self.substitute(polynomial)?;
        let mut terms = Terms::default();
        for (product, numerator) in sum {
            terms.push(product, numerator);
        }
        Ok(PowerSumPolynomial::canonical(self.numbering.listed.clone(), terms, denominator))
    }

    fn is_high(&self, alpha: &[u32]) -> bool {
        degree(alpha) > u64::from(self.tokens)
    }

    /// An expression in power sums of smaller degree for every p_γ, |γ| > m, that the polynomial needs directly or
    /// through another such expression, unless it is known already.
    fn equations(
        &mut self,
        polynomial: &PowerSumPolynomial,
    ) -> Result<Vec<(MultiIndex, PowerSumPolynomial)>, RewritingError> {
        let mut equations: Vec<(MultiIndex, PowerSumPolynomial)> = Vec::new();
        let mut met: FxHashMap<MultiIndex, ()> = FxHashMap::default();
        let mut open: Vec<MultiIndex> = polynomial.power_sums().to_vec();
        let mut terms = 0usize;
        while let Some(gamma) = open.pop() {
            let number = self.numbering.number(&gamma);
            let known = !self.is_high(&gamma) || self.reduced.contains_key(&number);
            if known || met.insert(gamma.clone(), ()).is_some() {
                continue;
            }
            let equation = match self.route {
                Route::Parts => self.vanishing_parts(&gamma)?,
                Route::Newton => self.newton(&gamma)?,
            };
            terms = terms.saturating_add(equation.len() + 1);
            if terms > self.limit {
                return Err(self.too_many());
            }
            open.extend_from_slice(equation.power_sums());
            equations.push((gamma, equation));
        }
        Ok(equations)
    }

    fn too_many(&self) -> RewritingError {
        RewritingError::TooManyTerms { limit: self.limit }
    }

    /// p_γ = −(M(β_1..β_{m+1}) − c·p_γ)/c with c = (−1)^m m!: M of more parts than tokens is an empty sum.
    fn vanishing_parts(&self, gamma: &[u32]) -> Result<PowerSumPolynomial, RewritingError> {
        let parts =
            stretches(gamma, u64::from(self.tokens) + 1, self.limit).ok_or_else(|| self.too_many())?;
        let vanishing = augmented_monomial(&parts, self.limit)?;
        let variables = vanishing.power_sums().to_vec();
        let sign = Integer::Small(if self.tokens.is_multiple_of(2) { -1 } else { 1 });
        let mut terms = Terms::default();
        for (factors, numerator) in vanishing.raw_terms().iter() {
            // Only the coarsest partition is a single block.
            if !matches!(factors, [(_, 1)]) {
                terms.push(factors.iter().copied(), numerator.times(&sign));
            }
        }
        Ok(PowerSumPolynomial::canonical(variables, terms, factorial(self.tokens)))
    }

    /// p_γ = Σ_{0<δ≤γ, |δ|≤m} (−1)^{|δ|−1} · (Π_i γ_i!/(γ_i−δ_i)!) / (k!/(k−|δ|)!) · e_δ · p_{γ−δ}, k = |γ|: the
    /// coefficient of t^γ in Newton's identity, where t^α has the coefficient (|α|!/α!)·p_α in p_|α|(⟨t, x⟩).
    fn newton(&mut self, gamma: &[u32]) -> Result<PowerSumPolynomial, RewritingError> {
        let k = degree(gamma);
        let mut sum = Vec::new();
        let mut delta = vec![0u32; gamma.len()];
        while next_below(&mut delta, gamma, self.tokens) {
            let size = degree(&delta);
            let ways = gamma.iter().zip(&delta).map(|(&g, &e)| falling(u64::from(g), u64::from(e)));
            let numerator: BigInt = ways.product();
            let sign = if size.is_multiple_of(2) { -1 } else { 1 };
            let factor = Rational::new(numerator * sign, falling(k, size));
            let rest: MultiIndex = gamma.iter().zip(&delta).map(|(g, e)| g - e).collect();
            let elementary = self.elementary(&delta)?;
            if sum.len().saturating_add(elementary.len()) > self.limit {
                return Err(self.too_many());
            }
            for (powers, coefficient) in elementary.terms() {
                let mut powers: Vec<(MultiIndex, u32)> = powers.map(|(a, e)| (a.clone(), e)).collect();
                powers.push((rest.clone(), 1));
                sum.push((powers, coefficient * &factor));
            }
        }
        Ok(PowerSumPolynomial::from_terms(sum))
    }

    fn elementary(&mut self, delta: &[u32]) -> Result<PowerSumPolynomial, RewritingError> {
        if let Some(known) = self.elementary.get(delta) {
            return Ok(known.clone());
        }
        let letters = stretches(delta, degree(delta), self.limit).ok_or_else(|| self.too_many())?;
        let computed = monomial_multisymmetric(&letters, self.limit)?;
        self.elementary.insert(delta.into(), computed.clone());
        Ok(computed)
    }

    /// Replaces every p_γ, |γ| > m, by its reduced form (which must be known) and p_0 by m.
    fn substitute(&mut self, polynomial: &PowerSumPolynomial) -> Result<Fraction, RewritingError> {
        let images: Vec<(u32, Option<Fraction>)> = polynomial
            .power_sums()
            .iter()
            .map(|alpha| {
                let number = self.numbering.number(alpha);
                let constant = || Fraction::constant(Integer::Small(self.tokens.into()));
                let image =
                    if degree(alpha) == 0 { Some(constant()) } else { self.reduced.get(&number).cloned() };
                (number, image)
            })
            .collect();
        // Denominator of each term's product of images, and one for all.
        let mut common = Integer::ONE;
        let mut denominators = Vec::with_capacity(polynomial.len());
        for (factors, _) in polynomial.raw_terms().iter() {
            let mut product = Integer::ONE;
            for &(v, e) in factors {
                if let Some(image) = &images[v as usize].1 {
                    product = product.times(&self.integer_power(&image.denominator, e)?);
                }
            }
            common = common.lcm(&product);
            denominators.push(product);
        }
        let mut sum =
            Fraction { terms: FxHashMap::default(), denominator: common.times(polynomial.denominator()) };
        for ((factors, numerator), denominator) in polynomial.raw_terms().iter().zip(&denominators) {
            let mut product = Fraction::constant(numerator.times(&common.exact_quotient(denominator))).terms;
            for &(v, e) in factors {
                let (number, image) = &images[v as usize];
                let factor = match image {
                    Some(image) => self.power(&image.terms, e)?,
                    None => FxHashMap::from_iter([(Box::from([(*number, e)]), Integer::ONE)]),
                };
                product = self.product(&product, &factor)?;
            }
            for (monomial, coefficient) in product {
                accumulate(&mut sum.terms, monomial, coefficient);
            }
            self.within_limit(&sum.terms)?;
        }
        sum.terms.retain(|_, c| !c.is_zero());
        sum.reduce_content();
        Ok(sum)
    }

    fn product(
        &self,
        a: &FxHashMap<Product, Integer>,
        b: &FxHashMap<Product, Integer>,
    ) -> Result<FxHashMap<Product, Integer>, RewritingError> {
        let mut result = FxHashMap::default();
        for (left, x) in a {
            for (right, y) in b {
                let monomial = merge(left, right).ok_or(RewritingError::ExponentOverflow)?;
                accumulate(&mut result, monomial, x.times(y));
            }
            if result.len() > self.limit {
                return Err(self.too_many());
            }
        }
        self.within_limit(&result)?;
        Ok(result)
    }

    fn power(
        &self,
        base: &FxHashMap<Product, Integer>,
        exponent: u32,
    ) -> Result<FxHashMap<Product, Integer>, RewritingError> {
        let mut result = Fraction::constant(Integer::ONE).terms;
        for bit in (0..u32::BITS - exponent.leading_zeros()).rev() {
            result = self.product(&result, &result)?;
            if exponent >> bit & 1 == 1 {
                result = self.product(&result, base)?;
            }
        }
        Ok(result)
    }

    fn integer_power(&self, base: &Integer, exponent: u32) -> Result<Integer, RewritingError> {
        if *base == Integer::ONE {
            return Ok(Integer::ONE);
        }
        let words = base.to_big().bits().saturating_mul(exponent.into()) / 128;
        if words > self.limit as u64 {
            return Err(self.too_many());
        }
        Ok(base.to_big().pow(exponent).into())
    }

    fn within_limit(&self, terms: &FxHashMap<Product, Integer>) -> Result<(), RewritingError> {
        let words: usize = terms.values().map(Integer::words).sum();
        if words > self.limit { Err(self.too_many()) } else { Ok(()) }
    }
}

impl Fraction {
    fn constant(value: Integer) -> Self {
        let mut terms = FxHashMap::default();
        if !value.is_zero() {
            terms.insert(Product::default(), value);
        }
        Self { terms, denominator: Integer::ONE }
    }

    fn reduce_content(&mut self) {
        let mut common = self.denominator.clone();
        for numerator in self.terms.values() {
            if common == Integer::ONE {
                return;
            }
            common = common.gcd(numerator);
        }
        self.terms.values_mut().for_each(|numerator| *numerator = numerator.exact_quotient(&common));
        self.denominator = self.denominator.exact_quotient(&common);
    }
}

fn accumulate(terms: &mut FxHashMap<Product, Integer>, monomial: Product, coefficient: Integer) {
    terms.entry(monomial).and_modify(|sum| sum.add(&coefficient)).or_insert(coefficient);
}

/// The product of two sorted lists of factors; `None` where an exponent overflows.
fn merge(a: &[Factor], b: &[Factor]) -> Option<Product> {
    let mut merged: Vec<Factor> = Vec::with_capacity(a.len() + b.len());
    let (mut a, mut b) = (a.iter().copied().peekable(), b.iter().copied().peekable());
    loop {
        let next = match (a.peek(), b.peek()) {
            (Some(x), Some(y)) if x.0 == y.0 => {
                let exponent = x.1.checked_add(y.1)?;
                b.next();
                a.next().map(|(v, _)| (v, exponent))
            }
            (Some(x), Some(y)) if x.0 < y.0 => a.next(),
            (_, Some(_)) => b.next(),
            (_, None) => a.next(),
        };
        match next {
            Some(factor) => merged.push(factor),
            None => return Some(merged.into()),
        }
    }
}

/// γ, written as a word of |γ| letters, cut into `count` ≤ |γ| consecutive stretches whose lengths differ by at most
/// one; `None` if there are more than `most`.
fn stretches(gamma: &[u32], count: u64, most: usize) -> Option<Vec<MultiIndex>> {
    if count > most as u64 {
        return None;
    }
    let total = u128::from(degree(gamma));
    let (mut letter, mut used) = (0, 0u32);
    let mut parts = Vec::new();
    for r in 0..u128::from(count) {
        let end = |r: u128| total * r / u128::from(count);
        let mut length = end(r + 1) - end(r);
        let mut part = vec![0u32; gamma.len()];
        while length > 0 && letter < gamma.len() {
            let taken = length.min(u128::from(gamma[letter] - used)) as u32;
            part[letter] = taken;
            used += taken;
            length -= u128::from(taken);
            if used == gamma[letter] {
                (letter, used) = (letter + 1, 0);
            }
        }
        parts.push(part.into());
    }
    Some(parts)
}

/// The next δ ≤ γ with |δ| ≤ most, counting like an odometer from 0; `false` at the end.
fn next_below(delta: &mut [u32], gamma: &[u32], most: u32) -> bool {
    let mut size = degree(delta);
    for (e, &g) in delta.iter_mut().zip(gamma) {
        if *e < g && size < u64::from(most) {
            *e += 1;
            return true;
        }
        size -= u64::from(*e);
        *e = 0;
    }
    false
}

/// x(x−1)…(x−k+1).
fn falling(x: u64, k: u64) -> BigInt {
    (0..k).map(|i| BigInt::from(x - i)).product()
}
