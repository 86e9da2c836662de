//! Polynomials whose variables are the power sums p_α.

use super::MultiIndex;
use super::integer::Integer;
use super::multi_index::{compare, degree};
use crate::algebra::integer::common_denominator;
use num_bigint::BigInt;
use num_traits::{One, Zero};
use std::cmp::Ordering;
use std::collections::HashMap;
use sumformer_checker::arith::number::Rational;
use sumformer_checker::arith::polynomial::{Monomial, Polynomial};

/// A factor p_α^e inside a term: (number of α in the list of variables, e ≥ 1).
pub(super) type Factor = (u32, u32);

/// A polynomial over Q in power sums p_α.
///
/// Stored flat: terms are sorted lists of factors in one arena, coefficients are integers over one common
/// denominator. The form is canonical (variables in graded lexicographic order and all of them occurring, terms
/// sorted, no zero coefficient, fraction reduced), so equality is equality of polynomials in free variables p_α.
/// As *functions* of m tokens two different ones may agree, because for d ≥ 2 the p_α satisfy relations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PowerSumPolynomial {
    variables: Vec<MultiIndex>,
    terms: Terms,
    denominator: Integer,
}

/// Lists of factors with their numerators, one after the other.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Terms {
    ends: Vec<usize>,
    factors: Vec<Factor>,
    numerators: Vec<Integer>,
}

impl Terms {
    pub(super) fn push(&mut self, factors: impl IntoIterator<Item = Factor>, numerator: Integer) {
        self.factors.extend(factors);
        self.ends.push(self.factors.len());
        self.numerators.push(numerator);
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    fn factors(&self, term: usize) -> &[Factor] {
        let start = if term == 0 { 0 } else { self.ends[term - 1] };
        &self.factors[start..self.ends[term]]
    }

    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = (&[Factor], &Integer)> {
        (0..self.len()).map(|t| (self.factors(t), &self.numerators[t]))
    }

    /// Terms in increasing order, equal ones added, zeros dropped.
    fn sorted(&self) -> Self {
        // The first two factors decide nearly every comparison without a look into the arena.
        let key = |t: usize| {
            let pack =
                |f: Option<&Factor>| f.map_or(0, |&(v, e)| ((u128::from(v) + 1) << 32) | u128::from(e));
            let factors = self.factors(t);
            (pack(factors.first()) << 64) | pack(factors.get(1))
        };
        let mut order: Vec<(u128, usize)> = (0..self.len()).map(|t| (key(t), t)).collect();
        let rest = |t: usize| self.factors(t).get(2..).unwrap_or_default();
        order.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| rest(a.1).cmp(rest(b.1))));
        let mut sorted = Self {
            ends: Vec::with_capacity(self.len()),
            factors: Vec::with_capacity(self.factors.len()),
            numerators: Vec::with_capacity(self.len()),
        };
        for group in order.chunk_by(|a, b| a.0 == b.0 && rest(a.1) == rest(b.1)) {
            let mut sum = self.numerators[group[0].1].clone();
            for &(_, t) in &group[1..] {
                sum.add(&self.numerators[t]);
            }
            if !sum.is_zero() {
                sorted.push(self.factors(group[0].1).iter().copied(), sum);
            }
        }
        sorted
    }

    /// Renumbers the variables, keeping the factors of a term sorted.
    fn renumber(&mut self, new: &[u32]) {
        let mut start = 0;
        for &end in &self.ends {
            let term = &mut self.factors[start..end];
            for factor in term.iter_mut() {
                factor.0 = new[factor.0 as usize];
            }
            term.sort_unstable();
            start = end;
        }
    }
}

/// Numbers multi-indices in the order in which they are first met.
#[derive(Debug, Clone, Default)]
pub(super) struct Numbering {
    pub(super) listed: Vec<MultiIndex>,
    numbers: HashMap<MultiIndex, u32>,
}

impl Numbering {
    pub(super) fn number(&mut self, alpha: &[u32]) -> u32 {
        if let Some(&number) = self.numbers.get(alpha) {
            return number;
        }
        let number = self.listed.len() as u32;
        self.listed.push(alpha.into());
        self.numbers.insert(alpha.into(), number);
        number
    }
}

impl PowerSumPolynomial {
    /// The canonical form of `terms` (factors sorted, each variable at most once per term) over a positive
    /// denominator; `variables` are distinct, in any order, and may be unused.
    pub(super) fn canonical(variables: Vec<MultiIndex>, mut terms: Terms, denominator: Integer) -> Self {
        let mut used = vec![false; variables.len()];
        let ascending = variables.windows(2).all(|w| compare(&w[0], &w[1]) == Ordering::Less);
        let mut order: Vec<usize> = (0..variables.len()).collect();
        if !ascending {
            order.sort_unstable_by(|&a, &b| compare(&variables[a], &variables[b]));
            let mut new = vec![0u32; variables.len()];
            for (place, &old) in order.iter().enumerate() {
                new[old] = place as u32;
            }
            terms.renumber(&new);
        }
        let mut terms = terms.sorted();
        for &(v, _) in &terms.factors {
            used[v as usize] = true;
        }
        let mut new = vec![0u32; variables.len()];
        let mut kept = Vec::new();
        for (place, &old) in order.iter().enumerate() {
            if used[place] {
                new[place] = kept.len() as u32;
                kept.push(variables[old].clone());
            }
        }
        if kept.len() < variables.len() {
            terms.renumber(&new);
        }
        let mut polynomial = Self { variables: kept, terms, denominator };
        polynomial.reduce_content();
        polynomial
    }

    /// Divides numerators and denominator by what they have in common.
    fn reduce_content(&mut self) {
        let mut common = self.denominator.clone();
        for numerator in &self.terms.numerators {
            if common == Integer::ONE {
                return;
            }
            common = common.gcd(numerator);
        }
        for numerator in &mut self.terms.numerators {
            *numerator = numerator.exact_quotient(&common);
        }
        self.denominator = self.denominator.exact_quotient(&common);
    }

    /// The zero polynomial.
    pub fn zero() -> Self {
        Self { variables: Vec::new(), terms: Terms::default(), denominator: Integer::ONE }
    }

    /// A constant.
    pub fn constant(value: Rational) -> Self {
        Self::from_terms([(Vec::new(), value)])
    }

    /// The power sum p_α itself.
    pub fn power_sum(alpha: MultiIndex) -> Self {
        Self::from_terms([(vec![(alpha, 1)], Rational::one())])
    }

    /// The sum of `coefficient · Π p_α^e`, the pairs (α, e) in any order, repetitions allowed.
    ///
    /// Repetitions that add up to more than `u32` holds stay separate factors.
    pub fn from_terms(given: impl IntoIterator<Item = (Vec<(MultiIndex, u32)>, Rational)>) -> Self {
        let given: Vec<_> = given.into_iter().collect();
        let denominator = common_denominator(given.iter().map(|(_, c)| c));
        let mut numbering = Numbering::default();
        let mut terms = Terms::default();
        for (powers, coefficient) in &given {
            let mut factors: Vec<Factor> = powers
                .iter()
                .filter(|&&(_, e)| e > 0)
                .map(|(alpha, e)| (numbering.number(alpha), *e))
                .collect();
            factors.sort_unstable();
            factors.dedup_by(|next, kept| {
                let sum = kept.1.checked_add(next.1).filter(|_| kept.0 == next.0);
                kept.1 = sum.unwrap_or(kept.1);
                sum.is_some()
            });
            terms.push(factors, (coefficient.numer() * (&denominator / coefficient.denom())).into());
        }
        Self::canonical(numbering.listed, terms, denominator.into())
    }

    /// Terms in canonical order: the factors (α, e) of each, and its coefficient.
    pub fn terms(
        &self,
    ) -> impl ExactSizeIterator<Item = (impl Iterator<Item = (&MultiIndex, u32)>, Rational)> {
        let denominator = self.denominator.to_big();
        self.terms.iter().map(move |(factors, numerator)| {
            let powers = factors.iter().map(|&(v, e)| (&self.variables[v as usize], e));
            (powers, Rational::new(numerator.to_big(), denominator.clone()))
        })
    }

    /// The terms with variables as numbers into [`PowerSumPolynomial::power_sums`], and integer numerators.
    pub(super) fn raw_terms(&self) -> &Terms {
        &self.terms
    }

    /// The common denominator of the numerators, positive.
    pub(super) fn denominator(&self) -> &Integer {
        &self.denominator
    }

    /// Number of terms.
    pub fn len(&self) -> usize {
        self.terms.len()
    }

    /// Whether there are no terms.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The α that occur, in graded lexicographic order.
    pub fn power_sums(&self) -> &[MultiIndex] {
        &self.variables
    }

    /// The largest |α| of a p_α that occurs (0 for constants).
    pub fn max_degree(&self) -> u64 {
        self.variables.last().map_or(0, |alpha| degree(alpha))
    }

    /// `factor · self`.
    pub fn scale(&self, factor: &Rational) -> Self {
        if factor.is_zero() {
            return Self::zero();
        }
        let numerator = Integer::from(factor.numer().clone());
        let mut scaled = self.clone();
        for value in &mut scaled.terms.numerators {
            *value = value.times(&numerator);
        }
        scaled.denominator = scaled.denominator.times(&factor.denom().clone().into());
        scaled.reduce_content();
        scaled
    }

    /// The exact value, given the value of every power sum that occurs (each is asked for once).
    ///
    /// Over a common denominator L of the values, a term of e factors is an integer over L^e: the sum is collected
    /// per e and reduced once.
    pub fn evaluate(&self, value: impl Fn(&MultiIndex) -> Rational) -> Rational {
        let values: Vec<Rational> = self.variables.iter().map(value).collect();
        let common = common_denominator(&values);
        let scaled: Vec<BigInt> = values.iter().map(|v| v.numer() * (&common / v.denom())).collect();
        let mut by_length: Vec<(u64, BigInt)> = Vec::new();
        for (factors, numerator) in self.terms.iter() {
            let length = factors.iter().map(|&(_, e)| u64::from(e)).sum();
            let product = factors.iter().fold(numerator.to_big(), |p, &(v, e)| p * scaled[v as usize].pow(e));
            match by_length.binary_search_by_key(&length, |entry| entry.0) {
                Ok(at) => by_length[at].1 += product,
                Err(at) => by_length.insert(at, (length, product)),
            }
        }
        // Horner's rule in 1/L, from the longest products down.
        let mut sum = Rational::zero();
        let mut remaining = by_length.into_iter().rev().peekable();
        while let Some((length, part)) = remaining.next() {
            let next = remaining.peek().map_or(0, |entry| entry.0);
            sum = (sum + Rational::from(part)) / power(&common, length - next);
        }
        sum / self.denominator.to_big()
    }

    /// The same polynomial in numbered variables, p_α becoming `variable_of(α)`.
    pub fn to_polynomial(&self, variable_of: impl Fn(&MultiIndex) -> u32) -> Polynomial {
        let numbers: Vec<u32> = self.variables.iter().map(variable_of).collect();
        Polynomial::from_terms(self.terms().zip(self.terms.iter()).map(|((_, coefficient), (factors, _))| {
            let powers = factors.iter().map(|&(v, e)| (numbers[v as usize], e));
            (Monomial::from_powers(powers), coefficient)
        }))
    }
}

fn power(base: &BigInt, exponent: u64) -> BigInt {
    num_traits::pow::pow(base.clone(), usize::try_from(exponent).unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use sumformer_checker::arith::number::{integer, ratio};

    fn p(alpha: &[u32]) -> MultiIndex {
        alpha.into()
    }

    #[test]
    fn the_form_is_canonical() {
        let a = PowerSumPolynomial::from_terms([
            (vec![(p(&[0, 2]), 1), (p(&[1, 0]), 2)], ratio(1, 6)),
            (vec![(p(&[3, 3]), 1)], integer(5)),
            (vec![], ratio(2, 3)),
            (vec![(p(&[3, 3]), 1)], integer(-5)),
        ]);
        let b = PowerSumPolynomial::from_terms([
            (vec![], ratio(1, 3)),
            (vec![(p(&[1, 0]), 1), (p(&[0, 2]), 1), (p(&[1, 0]), 1)], ratio(1, 6)),
            (vec![], ratio(1, 3)),
        ]);
        assert_eq!(a, b);
        assert_eq!(a.power_sums(), [p(&[1, 0]), p(&[0, 2])]);
        assert_eq!(a.max_degree(), 2);
        let listed: Vec<Rational> = a.terms().map(|(_, c)| c).collect();
        assert_eq!(listed, [ratio(2, 3), ratio(1, 6)]);
        assert_ne!(a, a.scale(&integer(2)));
        assert_eq!(a.scale(&integer(2)).scale(&ratio(1, 2)), a);
        assert!(a.scale(&integer(0)).is_empty());
        assert_eq!(PowerSumPolynomial::constant(integer(0)), PowerSumPolynomial::zero());
    }

    #[test]
    fn evaluation_and_conversion_agree() {
        let a = PowerSumPolynomial::from_terms([
            (vec![(p(&[2]), 3), (p(&[1]), 1)], ratio(-1, 6)),
            (vec![(p(&[1]), 2)], ratio(7, 4)),
            (vec![], ratio(2, 3)),
        ]);
        let value = |v: u32| if v == 1 { ratio(2, 5) } else { ratio(-3, 7) };
        let expected =
            ratio(-1, 6) * ratio(-27, 343) * ratio(2, 5) + ratio(7, 4) * ratio(4, 25) + ratio(2, 3);
        assert_eq!(a.evaluate(|alpha| value(alpha[0])), expected);
        assert_eq!(a.to_polynomial(|alpha| alpha[0]).evaluate(value), expected);
        assert_eq!(a.to_polynomial(|alpha| alpha[0]).degree(), 4);
        // All power sums mapped to one variable: terms merge.
        assert_eq!(PowerSumPolynomial::zero().evaluate(|_| ratio(1, 2)), integer(0));
    }
}
