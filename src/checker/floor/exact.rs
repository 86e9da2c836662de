//! Polynomials in v, exactly.

use super::in_v::InV;
use crate::arith::number::{Rational, max, min};
use crate::arith::polynomial::{Monomial, Polynomial};
use crate::language::ast::Function;
use crate::language::values::{EvalError, Scalar};
use crate::limits::MAX_DEGREE;
use num_traits::{One, Signed, Zero};

/// A polynomial in v; nothing where something else came of it.
#[derive(Debug, Clone)]
pub(super) struct Exactly(Option<Polynomial>);

impl Exactly {
    fn both(&self, other: &Self, combine: impl FnOnce(&Polynomial, &Polynomial) -> Polynomial) -> Self {
        Self(self.0.as_ref().zip(other.0.as_ref()).map(|(a, b)| combine(a, b)))
    }

    /// The value, where it is a number.
    fn number(&self) -> Option<Rational> {
        self.0.as_ref().and_then(Polynomial::as_constant)
    }

    /// The smaller or larger one of two numbers.
    fn extremum(&self, other: &Self, choose: impl FnOnce(Rational, Rational) -> Rational) -> Self {
        let numbers = self.number().zip(other.number());
        Self(numbers.map(|(a, b)| Polynomial::constant(choose(a, b))))
    }
}

impl Scalar for Exactly {
    fn from_rational(value: &Rational) -> Self {
        Self(Some(Polynomial::constant(value.clone())))
    }

    fn add(&self, other: &Self) -> Self {
        self.both(other, |a, b| a + b)
    }

    fn sub(&self, other: &Self) -> Self {
        self.both(other, |a, b| a - b)
    }

    fn mul(&self, other: &Self) -> Self {
        // Degrees add up to far below the limit, or `pow` has refused.
        self.both(other, Polynomial::times)
    }

    fn div(&self, other: &Self) -> Result<Self, EvalError> {
        match other.number() {
            Some(zero) if zero.is_zero() => Err(EvalError::DivisionByZero),
            Some(number) => Ok(Self(self.0.as_ref().map(|a| a.scale(&number.recip())))),
            None => Ok(Self(None)),
        }
    }

    fn neg(&self) -> Self {
        Self(self.0.as_ref().map(|a| a.scale(&-Rational::one())))
    }

    fn pow(&self, exponent: u32) -> Result<Self, EvalError> {
        if let Some(number) = self.number() {
            return Scalar::pow(&number, exponent).map(|power| Self::from_rational(&power));
        }
        let degree = self.0.as_ref().map_or(0, Polynomial::degree).saturating_mul(exponent);
        if degree > MAX_DEGREE {
            return Err(EvalError::TooLarge(degree.into()));
        }
        Ok(Self(self.0.as_ref().map(|a| a.power(exponent))))
    }

    fn call(&self, function: Function) -> Result<Self, EvalError> {
        match self.number() {
            _ if function == Function::Identity => Ok(self.clone()),
            Some(number) => match number.call(function) {
                Err(EvalError::NotRational(_)) => Ok(Self(None)),
                value => value.map(|value| Self::from_rational(&value)),
            },
            None => Ok(Self(None)),
        }
    }

    fn max(&self, other: &Self) -> Self {
        self.extremum(other, max)
    }

    fn min(&self, other: &Self) -> Self {
        self.extremum(other, min)
    }
}

impl InV for Exactly {
    fn affine(centre: &Rational, slopes: &[(u32, Rational)]) -> Self {
        let mut polynomial = Polynomial::constant(centre.clone());
        slopes
            .iter()
            .for_each(|(variable, slope)| polynomial.add_term(Monomial::variable(*variable), slope.clone()));
        Self(Some(polynomial))
    }

    fn weighted(&self, weight: &Rational) -> Self {
        Self(self.0.as_ref().map(|a| a.scale(weight)))
    }

    /// The constant term; minus what the others can take away: an even power product lies in [0, 1], others in [−1, 1].
    fn least(&self) -> Option<Rational> {
        let mut least = Rational::zero();
        for (monomial, coefficient) in self.0.as_ref()?.terms() {
            if monomial.is_one() {
                least += coefficient;
            } else if !is_even(monomial) {
                least -= coefficient.abs();
            } else if coefficient.is_negative() {
                least += coefficient;
            }
        }
        Some(least)
    }
}

/// Whether a power product is a square.
pub(super) fn is_even(monomial: &Monomial) -> bool {
    monomial.powers().iter().all(|&(_, exponent)| exponent % 2 == 0)
}
