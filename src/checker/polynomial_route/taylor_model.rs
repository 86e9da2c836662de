//! Taylor models: a polynomial in the statement's variables plus an error bound.

use crate::arith::bernstein;
use crate::arith::interval::Interval;
use crate::arith::number::{Rational, round_up};
use crate::arith::polynomial::{Monomial, Polynomial};
use crate::limits::{MAX_COEFFICIENT_BITS, MAX_DEGREE, MAX_TERM_PAIRS};
use crate::sizes::index;
use num_traits::{Signed, Zero};

/// Error bounds are rounded up to this many significant bits so that they stay small along deep networks.
const ERROR_BITS: u32 = 32;

/// Why a model was not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TooMuch {
    /// A polynomial became too large on the way.
    #[error(
        "the polynomials become too large to follow (limits: degree 4096, 2^20 term pairs in a product, 2^16 bits in a coefficient)"
    )]
    Size,
}

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

    /// Σ |cᵢ|·eᵢ, the error of a combination.
    pub fn combined_error<'a>(terms: impl IntoIterator<Item = (&'a TaylorModel, &'a Rational)>) -> Rational {
        terms.into_iter().map(|(model, c)| &model.error * c.abs()).sum()
    }

    /// The range of the polynomial part.
    pub fn polynomial_range(&self, ranges: &[Interval]) -> Interval {
        bernstein::range(&self.polynomial, |v| &ranges[index(v)])
    }

    /// The range of the value itself: the polynomial's, widened by the error.
    pub fn range(&self, ranges: &[Interval]) -> Interval {
        self.polynomial_range(ranges).widen(&self.error)
    }

    /// The product: |ab − pq| ≤ |p|·e_b + |q|·e_a + e_a·e_b.
    pub fn times(&self, other: &Self, ranges: &[Interval]) -> Result<Self, TooMuch> {
        self.require_small(other)?;
        let mut error = &self.error * &other.error;
        if !other.error.is_zero() {
            error += &other.error * self.polynomial_range(ranges).mag();
        }
        if !self.error.is_zero() {
            error += &self.error * other.polynomial_range(ranges).mag();
        }
        Ok(Self { polynomial: self.polynomial.times(&other.polynomial), error })
    }

    fn require_small(&self, other: &Self) -> Result<(), TooMuch> {
        let length = |c: &Rational| c.bits();
        let bits = |m: &Self| m.polynomial.terms().map(|(_, c)| length(c)).max();
        let pairs = self.polynomial.len().saturating_mul(other.polynomial.len());
        let degree = self.polynomial.degree() + other.polynomial.degree();
        if degree > MAX_DEGREE
            || pairs > MAX_TERM_PAIRS
            || bits(self).max(bits(other)) > Some(MAX_COEFFICIENT_BITS)
        {
            return Err(TooMuch::Size);
        }
        Ok(())
    }

    /// `outer` with its variable v replaced by `inner(v)`.
    pub fn compose<'a>(
        outer: &Polynomial,
        inner: impl Fn(u32) -> &'a TaylorModel,
        ranges: &[Interval],
    ) -> Result<Self, TooMuch> {
        let mut sum = Self::exact(Polynomial::zero());
        for (monomial, coefficient) in outer.terms() {
            let mut product: Option<TaylorModel> = None;
            for &(variable, exponent) in monomial.powers() {
                for _ in 0..exponent {
                    let factor = inner(variable);
                    product = Some(match product {
                        None => factor.clone(),
                        Some(product) => product.times(factor, ranges)?,
                    });
                }
            }
            match product {
                None => sum.polynomial.add_term(Monomial::one(), coefficient.clone()),
                Some(product) => {
                    sum.polynomial.add_scaled(&product.polynomial, coefficient);
                    sum.error += product.error * coefficient.abs();
                }
            }
        }
        Ok(sum)
    }

    /// Rounds the error up to a short dyadic number.
    pub fn rounded(mut self) -> Self {
        self.error = round_up(&self.error, ERROR_BITS);
        self
    }
}
