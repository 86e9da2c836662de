//! Floats that know how wrong they may be.

use std::ops::{Add, Div, Mul, Neg, Sub};
use sumformer_checker::arith::number::{Rational, parse_rational, to_f64};

/// More than any rounding of one operation or library function, relative to its value.
const ROUNDING: f64 = 1e-15;

/// A value within `error` of the true one; an infinite or undefined error says that nothing is known.
#[derive(Debug, Clone, Copy)]
pub struct Approximate {
    pub value: f64,
    pub error: f64,
}

impl Approximate {
    pub fn exact(value: f64) -> Self {
        Self { value, error: 0.0 }
    }

    pub fn of(value: &Rational) -> Self {
        Self::rounded(to_f64(value), 0.0)
    }

    /// A number of the language.
    pub fn parse(digits: &str) -> Self {
        Self::of(&parse_rational(digits).expect("a number"))
    }

    fn rounded(value: f64, error: f64) -> Self {
        // The last summand stands for results that are too small for a float.
        Self { value, error: error + ROUNDING * value.abs() + f64::MIN_POSITIVE }
    }

    pub fn power(self, exponent: u32) -> Self {
        (0..exponent).fold(Self::exact(1.0), |product, _| product * self)
    }

    pub fn extremum(self, other: Self, larger: bool) -> Self {
        let value = if larger { self.value.max(other.value) } else { self.value.min(other.value) };
        // A sum, as `max` would pass over what is not a number.
        Self { value, error: self.error + other.error }
    }

    /// A function of the language; an argument that may be off its domain gives an error that is not a number.
    pub fn function(self, name: &str) -> Self {
        let Self { value: t, error } = self;
        match name {
            "exp" => Self::rounded(t.exp(), t.exp() * error.exp_m1() * 2.0),
            "log" => Self::rounded(t.ln(), if t > 2.0 * error { 2.0 * error / t } else { f64::NAN }),
            "sqrt" if t < -error => Self { value: f64::NAN, error: f64::NAN },
            "sqrt" => {
                let root = t.max(0.0).sqrt();
                Self::rounded(root, if t > error { error / root } else { 2.0 * error.sqrt() })
            }
            "sin" => Self::rounded(t.sin(), error + ROUNDING),
            "cos" => Self::rounded(t.cos(), error + ROUNDING),
            "tanh" => Self::rounded(t.tanh(), error),
            "sigmoid" => Self::rounded(1.0 / (1.0 + (-t).exp()), error),
            "abs" => Self { value: t.abs(), error },
            "relu" => Self { value: t.max(0.0), error },
            other => unreachable!("{other} is no function"),
        }
    }
}

impl Add for Approximate {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self::rounded(self.value + other.value, self.error + other.error)
    }
}

impl Neg for Approximate {
    type Output = Self;

    fn neg(self) -> Self {
        Self { value: -self.value, ..self }
    }
}

impl Sub for Approximate {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for Approximate {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        let error = self.value.abs() * other.error + self.error * (other.value.abs() + other.error);
        Self::rounded(self.value * other.value, error)
    }
}

impl Div for Approximate {
    type Output = Self;

    fn div(self, other: Self) -> Self {
        let quotient = self.value / other.value;
        let least = other.value.abs() - other.error;
        let error = if least > 0.0 { (self.error + quotient.abs() * other.error) / least } else { f64::NAN };
        Self::rounded(quotient, error)
    }
}
