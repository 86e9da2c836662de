//! Intervals as numbers of the target language.
//!
//! Every operation encloses the values of all members for which it is defined; where nothing is enclosed (a divisor
//! that may be 0, a function without an enclosure here) it is refused.

use super::FloatInterval;
use num_traits::One;
use sumformer_checker::language::ast::Function;
use sumformer_checker::language::{EvalError, Scalar};
use sumformer_checker::number::Rational;

impl Scalar for FloatInterval {
    fn from_rational(value: &Rational) -> Self {
        FloatInterval::from_rational(value)
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
        if other.inf <= 0.0 && 0.0 <= other.sup { Err(EvalError::DivisionByZero) } else { Ok(*self / *other) }
    }

    fn neg(&self) -> Self {
        -*self
    }

    fn pow(&self, exponent: u32) -> Result<Self, EvalError> {
        Ok(FloatInterval::pow(*self, exponent))
    }

    fn call(&self, function: Function) -> Result<Self, EvalError> {
        let one = Self::one();
        match function {
            Function::Exp => Ok(self.exp()),
            Function::Abs => Ok(self.abs()),
            Function::Relu => Ok(self.relu()),
            Function::Sqrt if self.inf >= 0.0 => self.sqrt().ok_or(EvalError::NotEnclosed(function)),
            // 1/(1 + e^-t) takes t once, so the enclosure is as tight as that of exp.
            Function::Sigmoid => Ok(one / (one + (-*self).exp())),
            // tanh t = 1 - 2/(e^2t + 1), t once.
            Function::Tanh => {
                let two = one + one;
                Ok(one - two / ((*self * two).exp() + one))
            }
            Function::Sqrt | Function::Log | Function::Sin | Function::Cos => {
                Err(EvalError::NotEnclosed(function))
            }
        }
    }

    fn max(&self, other: &Self) -> Self {
        Self { inf: self.inf.max(other.inf), sup: self.sup.max(other.sup) }
    }

    fn min(&self, other: &Self) -> Self {
        Self { inf: self.inf.min(other.inf), sup: self.sup.min(other.sup) }
    }
}
