//! Sparse polynomials over Q in numbered variables.

use super::interval::Interval;
use super::linear_combination::LinearCombination;
use super::number::Rational;
use crate::work::{charge, charge_all};
use num_traits::{One, Zero};
use std::collections::BTreeMap;

/// A power product `Π v^e`: pairs (variable, exponent ≥ 1) with increasing variables.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Monomial(Vec<(u32, u32)>);

impl Clone for Monomial {
    fn clone(&self) -> Self {
        charge_all(self.0.len(), 1);
        Self(self.0.clone())
    }
}

impl Monomial {
    /// The empty product 1.
    pub fn one() -> Self {
        Self::default()
    }

    /// The variable itself.
    pub fn variable(variable: u32) -> Self {
        Self(vec![(variable, 1)])
    }

    /// The product of the given powers, in any order, repetitions allowed.
    pub fn from_powers(powers: impl IntoIterator<Item = (u32, u32)>) -> Self {
        let mut map = BTreeMap::new();
        for (variable, exponent) in powers {
            if exponent > 0 {
                charge(4);
                *map.entry(variable).or_insert(0u32) += exponent;
            }
        }
        Self(map.into_iter().collect())
    }

    /// The pairs (variable, exponent), variables increasing.
    pub fn powers(&self) -> &[(u32, u32)] {
        &self.0
    }

    /// Total degree.
    pub fn degree(&self) -> u32 {
        self.0.iter().map(|&(_, e)| e).sum()
    }

    /// Whether this is the empty product.
    pub fn is_one(&self) -> bool {
        self.0.is_empty()
    }

    /// The exponent of one variable.
    pub fn exponent(&self, variable: u32) -> u32 {
        self.0.binary_search_by_key(&variable, |&(v, _)| v).map_or(0, |at| self.0[at].1)
    }

    /// The product of two power products (a sorted merge).
    pub fn times(&self, other: &Self) -> Self {
        let (a, b) = (&self.0, &other.0);
        charge_all(a.len() + b.len(), 1);
        let mut merged = Vec::with_capacity(a.len() + b.len());
        let (mut i, mut j) = (0, 0);
        while i < a.len() && j < b.len() {
            match a[i].0.cmp(&b[j].0) {
                std::cmp::Ordering::Less => {
                    merged.push(a[i]);
                    i += 1;
                }
                std::cmp::Ordering::Greater => {
                    merged.push(b[j]);
                    j += 1;
                }
                std::cmp::Ordering::Equal => {
                    merged.push((a[i].0, a[i].1 + b[j].1));
                    i += 1;
                    j += 1;
                }
            }
        }
        merged.extend_from_slice(&a[i..]);
        merged.extend_from_slice(&b[j..]);
        Self(merged)
    }

    /// The same power product in variables shifted by `offset`.
    pub fn moved(&self, offset: u32) -> Self {
        charge_all(self.0.len(), 1);
        Self(self.0.iter().map(|&(v, e)| (v + offset, e)).collect())
    }

    /// Splits off one variable: (its exponent, the rest).
    pub fn without(&self, variable: u32) -> (u32, Self) {
        match self.0.binary_search_by_key(&variable, |&(v, _)| v) {
            Ok(at) => {
                let mut rest = self.0.clone();
                let (_, exponent) = rest.remove(at);
                (exponent, Self(rest))
            }
            Err(_) => (0, self.clone()),
        }
    }
}

/// A polynomial: its terms by monomial, no zero coefficients stored.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Polynomial {
    terms: LinearCombination<Monomial>,
}

impl Polynomial {
    /// The zero polynomial.
    pub fn zero() -> Self {
        Self::default()
    }

    /// A constant.
    pub fn constant(value: Rational) -> Self {
        Self::term(Monomial::one(), value)
    }

    /// One variable.
    pub fn variable(variable: u32) -> Self {
        Self::term(Monomial::variable(variable), Rational::one())
    }

    /// `coefficient · monomial`.
    pub fn term(monomial: Monomial, coefficient: Rational) -> Self {
        let mut p = Self::zero();
        p.add_term(monomial, coefficient);
        p
    }

    /// Sums the given terms.
    pub fn from_terms(terms: impl IntoIterator<Item = (Monomial, Rational)>) -> Self {
        Self { terms: terms.into_iter().collect() }
    }

    /// Terms in increasing monomial order.
    pub fn terms(&self) -> impl ExactSizeIterator<Item = (&Monomial, &Rational)> {
        self.terms.iter()
    }

    /// Number of terms.
    pub fn len(&self) -> usize {
        self.terms.len()
    }

    /// Whether this is the zero polynomial.
    pub fn is_zero(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether there are no terms (the zero polynomial).
    pub fn is_empty(&self) -> bool {
        self.is_zero()
    }

    /// Total degree (0 for the zero polynomial).
    pub fn degree(&self) -> u32 {
        self.terms.keys().map(Monomial::degree).max().unwrap_or(0)
    }

    /// The coefficient of a monomial.
    pub fn coefficient(&self, monomial: &Monomial) -> Rational {
        self.terms.get(monomial).cloned().unwrap_or_else(Rational::zero)
    }

    /// The value, if the polynomial is a constant.
    pub fn as_constant(&self) -> Option<Rational> {
        match self.terms.len() {
            0 => Some(Rational::zero()),
            1 => self.terms.get(&Monomial::one()).cloned(),
            _ => None,
        }
    }

    /// Adds `coefficient · monomial`.
    pub fn add_term(&mut self, monomial: Monomial, coefficient: Rational) {
        self.terms.add(monomial, coefficient);
    }

    /// Adds `factor · other`.
    pub fn add_scaled(&mut self, other: &Self, factor: &Rational) {
        for (monomial, coefficient) in &other.terms {
            self.add_term(monomial.clone(), coefficient * factor);
        }
    }

    /// `factor · self`.
    pub fn scale(&self, factor: &Rational) -> Self {
        if factor.is_zero() {
            return Self::zero();
        }
        Self::from_terms(self.terms.iter().map(|(m, c)| (m.clone(), c * factor)))
    }

    /// The product.
    pub fn times(&self, other: &Self) -> Self {
        let mut product = Self::zero();
        for (a, x) in &self.terms {
            for (b, y) in &other.terms {
                product.add_term(a.times(b), x * y);
            }
        }
        product
    }

    /// `self^exponent`.
    pub fn power(&self, exponent: u32) -> Self {
        let mut result = Self::constant(Rational::one());
        for _ in 0..exponent {
            result = result.times(self);
        }
        result
    }

    /// Renames every variable.
    pub fn rename(&self, name: impl Fn(u32) -> u32) -> Self {
        Self::from_terms(
            self.terms.iter().map(|(m, c)| {
                (Monomial::from_powers(m.powers().iter().map(|&(v, e)| (name(v), e))), c.clone())
            }),
        )
    }

    /// The exact value at a point.
    pub fn evaluate(&self, value: impl Fn(u32) -> Rational) -> Rational {
        self.terms
            .iter()
            .map(|(m, c)| m.powers().iter().fold(c.clone(), |v, &(x, e)| v * value(x).pow(e)))
            .sum()
    }

    /// An enclosure of the range over a box: term by term, in rational interval arithmetic.
    pub fn range<'a>(&self, domain: impl Fn(u32) -> &'a Interval) -> Interval {
        let mut sum = Interval::point(Rational::zero());
        for (monomial, coefficient) in &self.terms {
            let mut product = Interval::point(coefficient.clone());
            for &(variable, exponent) in monomial.powers() {
                product = &product * &domain(variable).power(exponent);
            }
            sum = &sum + &product;
        }
        sum
    }

    /// The variables that occur, increasing.
    pub fn variables(&self) -> Vec<u32> {
        let mut all: Vec<u32> = self.terms.keys().flat_map(|m| m.powers().iter().map(|&(v, _)| v)).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

impl std::ops::Add for &Polynomial {
    type Output = Polynomial;
    fn add(self, other: &Polynomial) -> Polynomial {
        let mut sum = self.clone();
        sum.add_scaled(other, &Rational::one());
        sum
    }
}

impl std::ops::Sub for &Polynomial {
    type Output = Polynomial;
    fn sub(self, other: &Polynomial) -> Polynomial {
        let mut difference = self.clone();
        difference.add_scaled(other, &-Rational::one());
        difference
    }
}

impl std::ops::Mul for &Polynomial {
    type Output = Polynomial;
    fn mul(self, other: &Polynomial) -> Polynomial {
        self.times(other)
    }
}
