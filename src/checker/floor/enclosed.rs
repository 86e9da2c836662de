//! Functions of v that are no polynomials: power products in v with coefficients in intervals.
//!
//! What is meant: for each v ∈ [−1, 1]^k there are numbers c_m in the intervals C_m with value = Σ c_m v^m. Sums and products keep this,
//! whatever the c_m depend on. A power product of more than [`ORDER`] factors lies in [0, 1] or [−1, 1] and goes into the constant.

use super::exact::is_even;
use super::in_v::InV;
use crate::arith::dyadic_interval::DyadicInterval;
use crate::arith::number::Rational;
use crate::arith::polynomial::Monomial;
use crate::enclosure::taylor::expansion;
use crate::language::ast::Function;
use crate::language::values::{EvalError, Scalar};
use crate::work::charge;
use std::collections::BTreeMap;

/// The highest degree that is kept, and the order up to which functions are expanded.
const ORDER: u8 = 4;

/// An enclosure of a function of v.
#[derive(Debug, Clone)]
pub(super) struct Enclosed(BTreeMap<Monomial, DyadicInterval>);

impl Enclosed {
    fn constant(value: DyadicInterval) -> Self {
        Self(BTreeMap::from([(Monomial::one(), value)]))
    }

    fn add_term(&mut self, monomial: Monomial, coefficient: DyadicInterval) {
        charge(8);
        let (monomial, coefficient) = if monomial.degree() > ORDER.into() {
            (Monomial::one(), coefficient * range(&monomial))
        } else {
            (monomial, coefficient)
        };
        let sum = self.0.entry(monomial).or_insert(DyadicInterval::ZERO);
        *sum = *sum + coefficient;
    }

    /// All values over the cube.
    fn range(&self) -> DyadicInterval {
        let terms = self.0.iter().map(|(monomial, &coefficient)| coefficient * range(monomial));
        terms.fold(DyadicInterval::ZERO, |sum, term| sum + term)
    }

    fn map(&self, change: impl Fn(DyadicInterval) -> DyadicInterval) -> Self {
        Self(self.0.iter().map(|(monomial, &coefficient)| (monomial.clone(), change(coefficient))).collect())
    }

    /// The one of two that is chosen everywhere; else what encloses all values of the choice.
    fn extremum(&self, other: &Self, choose: fn(DyadicInterval, DyadicInterval) -> DyadicInterval) -> Self {
        let (a, b) = (self.range(), other.range());
        let chosen = choose(a, b);
        if a.sup() <= b.inf() || b.sup() <= a.inf() {
            return if chosen == a { self.clone() } else { other.clone() };
        }
        Self::constant(chosen)
    }
}

/// The values of a power product over the cube.
fn range(monomial: &Monomial) -> DyadicInterval {
    let one = DyadicInterval::ONE;
    if monomial.is_one() {
        one
    } else if is_even(monomial) {
        DyadicInterval::ZERO.hull(one)
    } else {
        (-one).hull(one)
    }
}

impl Scalar for Enclosed {
    fn from_rational(value: &Rational) -> Self {
        Self::constant(DyadicInterval::from_rational(value))
    }

    fn add(&self, other: &Self) -> Self {
        let mut sum = self.clone();
        other.0.iter().for_each(|(monomial, &coefficient)| sum.add_term(monomial.clone(), coefficient));
        sum
    }

    fn sub(&self, other: &Self) -> Self {
        self.add(&other.neg())
    }

    fn mul(&self, other: &Self) -> Self {
        let mut product = Self(BTreeMap::new());
        for (a, &x) in &self.0 {
            for (b, &y) in &other.0 {
                product.add_term(a.times(b), x * y);
            }
        }
        product
    }

    fn div(&self, other: &Self) -> Result<Self, EvalError> {
        other.call(Function::Inverse).map(|inverse| self.mul(&inverse))
    }

    fn neg(&self) -> Self {
        self.map(|coefficient| -coefficient)
    }

    fn pow(&self, exponent: u32) -> Result<Self, EvalError> {
        let (mut power, mut square, mut rest) = (Self::constant(DyadicInterval::ONE), self.clone(), exponent);
        while rest > 0 {
            if rest % 2 == 1 {
                power = power.mul(&square);
            }
            rest /= 2;
            if rest > 0 {
                square = square.mul(&square);
            }
        }
        Ok(power)
    }

    /// Taylor's formula about a number y near the values: φ(x) = Σ c_j (x − y)^j.
    fn call(&self, function: Function) -> Result<Self, EvalError> {
        if function == Function::Identity {
            return Ok(self.clone());
        }
        let all = self.range();
        let centre = self.0.get(&Monomial::one()).copied().unwrap_or(DyadicInterval::ZERO);
        let y = DyadicInterval::point(centre.mid()).filter(|_| all.is_bounded()).ok_or(EvalError::TooWide)?;
        let coefficients = expansion(function, all, y, ORDER.into())?;
        let x = self.sub(&Self::constant(y));
        let mut value = Self(BTreeMap::new());
        for coefficient in coefficients.into_iter().rev() {
            value = value.mul(&x);
            value.add_term(Monomial::one(), coefficient);
        }
        Ok(value)
    }

    fn max(&self, other: &Self) -> Self {
        self.extremum(other, DyadicInterval::max)
    }

    fn min(&self, other: &Self) -> Self {
        self.extremum(other, DyadicInterval::min)
    }
}

impl InV for Enclosed {
    fn affine(centre: &Rational, slopes: &[(u32, Rational)]) -> Self {
        let mut function = Self::from_rational(centre);
        for (variable, slope) in slopes {
            function.add_term(Monomial::variable(*variable), DyadicInterval::from_rational(slope));
        }
        function
    }

    fn weighted(&self, weight: &Rational) -> Self {
        let weight = DyadicInterval::from_rational(weight);
        self.map(|coefficient| coefficient * weight)
    }

    fn least(&self) -> Option<Rational> {
        self.range().inf().to_rational()
    }
}
