//! Intervals as numbers of the target language: values of a target at one point, or over a box without any cancellation.

use super::image::Image;
use crate::arith::dyadic_interval::DyadicInterval;
use crate::arith::number::Rational;
use crate::language::ast::Function;
use crate::language::{EvalError, Scalar};

impl Scalar for DyadicInterval {
    fn from_rational(value: &Rational) -> Self {
        Self::from_rational(value)
    }

    fn add(&self, other: &Self) -> Self {
        *self + *other
    }

    fn sub(&self, other: &Self) -> Self {
        *self - *other
    }

    fn mul(&self, other: &Self) -> Self {
        *self * *other
    }

    fn div(&self, other: &Self) -> Result<Self, EvalError> {
        self.divide(*other).ok_or(EvalError::DivisorMayVanish)
    }

    fn neg(&self) -> Self {
        -*self
    }

    fn pow(&self, exponent: u32) -> Result<Self, EvalError> {
        Ok(Self::pow(*self, exponent))
    }

    fn call(&self, function: Function) -> Result<Self, EvalError> {
        Image::new(function, *self, *self).map(|image| image.range)
    }

    fn max(&self, other: &Self) -> Self {
        Self::max(*self, *other)
    }

    fn min(&self, other: &Self) -> Self {
        Self::min(*self, *other)
    }
}
