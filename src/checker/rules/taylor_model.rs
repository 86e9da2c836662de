//! Taylor models: a polynomial in the statement's variables plus an error bound.

use crate::bernstein;
use crate::interval::Interval;
use crate::number::{Rational, round_up};
use crate::polynomial::Polynomial;
use num_traits::{Signed, Zero};

/// Error bounds are rounded up to this many significant bits so that they stay small along deep networks.
const ERROR_BITS: u32 = 32;

/// `|value − polynomial(variables)| ≤ error` wherever the variables lie in their ranges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaylorModel {
    /// In the statement's variables: 0..d the own token's coordinates, then the latents.
    pub polynomial: Polynomial,
    /// Non-negative.
    pub error: Rational,
}

impl TaylorModel {
    /// A value that is known exactly as a polynomial.
    pub fn exact(polynomial: Polynomial) -> Self {
        Self { polynomial, error: Rational::zero() }
    }

    /// Σ cᵢ·mᵢ + constant; errors add up with |cᵢ|.
    pub fn combination<'a>(
        terms: impl IntoIterator<Item = (&'a TaylorModel, &'a Rational)>,
        constant: &Rational,
    ) -> Self {
        let mut sum = Self::exact(Polynomial::constant(constant.clone()));
        for (model, coefficient) in terms {
            sum.polynomial.add_scaled(&model.polynomial, coefficient);
            sum.error += &model.error * coefficient.abs();
        }
        sum
    }

    /// The range of the polynomial part.
    pub fn polynomial_range(&self, ranges: &[Interval]) -> Interval {
        bernstein::range(&self.polynomial, |v| &ranges[v as usize])
    }

    /// The range of the value itself: the polynomial's, widened by the error.
    pub fn range(&self, ranges: &[Interval]) -> Interval {
        self.polynomial_range(ranges).widen(&self.error)
    }

    /// The product: |ab − pq| ≤ |p|·e_b + |q|·e_a + e_a·e_b.
    pub fn times(&self, other: &Self, ranges: &[Interval]) -> Self {
        let mut error = &self.error * &other.error;
        if !other.error.is_zero() {
            error += &other.error * self.polynomial_range(ranges).mag();
        }
        if !self.error.is_zero() {
            error += &self.error * other.polynomial_range(ranges).mag();
        }
        Self { polynomial: self.polynomial.times(&other.polynomial), error }
    }

    /// `outer` with its variable v replaced by `inner(v)`.
    pub fn compose<'a>(
        outer: &Polynomial,
        inner: impl Fn(u32) -> &'a TaylorModel,
        ranges: &[Interval],
    ) -> Self {
        let mut sum = Self::exact(Polynomial::zero());
        for (monomial, coefficient) in outer.terms() {
            let mut product: Option<TaylorModel> = None;
            for &(variable, exponent) in monomial.powers() {
                for _ in 0..exponent {
                    let factor = inner(variable);
                    product = Some(match product {
                        None => factor.clone(),
                        Some(product) => product.times(factor, ranges),
                    });
                }
            }
            match product {
                None => sum
                    .polynomial
                    .add_scaled(&Polynomial::constant(coefficient.clone()), &crate::number::integer(1)),
                Some(product) => {
                    sum.polynomial.add_scaled(&product.polynomial, coefficient);
                    sum.error += product.error * coefficient.abs();
                }
            }
        }
        sum
    }

    /// Rounds the error up to a short dyadic number.
    pub fn rounded(mut self) -> Self {
        self.error = round_up(&self.error, ERROR_BITS);
        self
    }
}
