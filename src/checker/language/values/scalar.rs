//! The numbers an expression can be evaluated over.

use super::value::EvalError;
use crate::arith::number;
use crate::arith::number::Rational;
use crate::language::ast::Function;
use crate::limits::MAX_POWER_BITS;
use num_traits::Zero;

/// Numbers with the operations of the target language.
///
/// [`Rational`] is exact and refuses what leaves Q; `f64` and `f32` round and follow IEEE 754, NaN and
/// infinities included.
pub trait Scalar: Clone {
    /// The number itself, or the nearest one there is.
    fn from_rational(value: &Rational) -> Self;
    /// `self + other`
    fn add(&self, other: &Self) -> Self;
    /// `self - other`
    fn sub(&self, other: &Self) -> Self;
    /// `self · other`
    fn mul(&self, other: &Self) -> Self;
    /// `self / other`
    fn div(&self, other: &Self) -> Result<Self, EvalError>;
    /// `-self`
    fn neg(&self) -> Self;
    /// `self^exponent`; 1 for exponent 0, whatever `self` is.
    fn pow(&self, exponent: u32) -> Result<Self, EvalError>;
    /// `function(self)`
    fn call(&self, function: Function) -> Result<Self, EvalError>;
    /// The larger of the two.
    fn max(&self, other: &Self) -> Self;
    /// The smaller of the two.
    fn min(&self, other: &Self) -> Self;

    /// Replaces `self` by `self + other`; the same value as [`Scalar::add`], in the memory of `self`.
    fn add_in_place(&mut self, other: &Self) {
        *self = self.add(other);
    }

    /// Replaces `self` by `self - other`; the same value as [`Scalar::sub`], in the memory of `self`.
    fn sub_in_place(&mut self, other: &Self) {
        *self = self.sub(other);
    }

    /// Replaces `self` by `self · other`; the same value as [`Scalar::mul`], in the memory of `self`.
    fn mul_in_place(&mut self, other: &Self) {
        *self = self.mul(other);
    }
}

impl Scalar for Rational {
    fn from_rational(value: &Rational) -> Self {
        value.clone()
    }

    fn add(&self, other: &Self) -> Self {
        self + other
    }

    fn sub(&self, other: &Self) -> Self {
        self - other
    }

    fn mul(&self, other: &Self) -> Self {
        self * other
    }

    fn div(&self, other: &Self) -> Result<Self, EvalError> {
        if other.is_zero() { Err(EvalError::DivisionByZero) } else { Ok(self / other) }
    }

    fn neg(&self) -> Self {
        -self
    }

    fn pow(&self, exponent: u32) -> Result<Self, EvalError> {
        let bits = (self.numer().bits().max(self.denom().bits()) - 1).saturating_mul(u64::from(exponent));
        if bits > MAX_POWER_BITS {
            return Err(EvalError::TooLarge(bits));
        }
        Ok(Rational::pow(self, exponent))
    }

    fn call(&self, function: Function) -> Result<Self, EvalError> {
        function.at_rational(self).ok_or(match function {
            Function::Inverse => EvalError::DivisionByZero,
            irrational => EvalError::NotRational(irrational),
        })
    }

    fn max(&self, other: &Self) -> Self {
        number::max(self.clone(), other.clone())
    }

    fn min(&self, other: &Self) -> Self {
        number::min(self.clone(), other.clone())
    }
}

macro_rules! float_scalar {
    ($float:ident) => {
        impl Scalar for $float {
            fn from_rational(value: &Rational) -> Self {
                #[allow(clippy::cast_possible_truncation, reason = "to the nearest f32")]
                let nearest = number::to_f64(value) as $float;
                nearest
            }

            fn add(&self, other: &Self) -> Self {
                self + other
            }

            fn sub(&self, other: &Self) -> Self {
                self - other
            }

            fn mul(&self, other: &Self) -> Self {
                self * other
            }

            fn div(&self, other: &Self) -> Result<Self, EvalError> {
                Ok(self / other)
            }

            fn neg(&self) -> Self {
                -self
            }

            /// By repeated squaring: `powi` promises no particular rounding.
            fn pow(&self, exponent: u32) -> Result<Self, EvalError> {
                let (mut power, mut square, mut rest) = (1.0, *self, exponent);
                while rest > 0 {
                    if rest % 2 == 1 {
                        power *= square;
                    }
                    square *= square;
                    rest /= 2;
                }
                Ok(power)
            }

            fn call(&self, function: Function) -> Result<Self, EvalError> {
                Ok(match function {
                    Function::Exp => self.exp(),
                    Function::Log => self.ln(),
                    Function::Sqrt => self.sqrt(),
                    Function::Root => Scalar::max(self, &0.0).sqrt(),
                    Function::Sin => self.sin(),
                    Function::Cos => self.cos(),
                    Function::Tanh => self.tanh(),
                    Function::Sigmoid => 1.0 / (1.0 + (-self).exp()),
                    Function::Abs => self.abs(),
                    Function::Relu => Scalar::max(self, &0.0),
                    Function::Inverse => 1.0 / self,
                    Function::Identity => *self,
                    Function::Hat => Scalar::max(&(1.0 - self.abs()), &0.0),
                })
            }

            /// NaN if either is NaN, unlike the method of the standard library.
            fn max(&self, other: &Self) -> Self {
                if self.is_nan() || self >= other { *self } else { *other }
            }

            /// NaN if either is NaN, unlike the method of the standard library.
            fn min(&self, other: &Self) -> Self {
                if self.is_nan() || self <= other { *self } else { *other }
            }
        }
    };
}

float_scalar!(f64);
float_scalar!(f32);
