//! Functions of v in floating point, for the search: power products with their coefficients.

use rustc_hash::FxHashMap;
use sumformer_checker::arith::dyadic_interval::DyadicInterval;
use sumformer_checker::arith::number::{Rational, to_f64};
use sumformer_checker::enclosure::taylor::expansion;
use sumformer_checker::language::ast::Function;
use sumformer_checker::language::values::{EvalError, Scalar};
use sumformer_checker::work::charge_all;

/// What is no polynomial is kept up to this degree: the least one with which a change that is odd bends.
const ORDER: u32 = 3;
/// What is a polynomial is kept up to this degree: exponents fit their byte.
const MAX_DEGREE: u32 = 100;
/// The most variables: each has a byte of the key.
pub(super) const MAX_VARIABLES: usize = 16;

/// What a product of two terms costs, in units of work.
const PRODUCT: u64 = 8;

/// A power product: the exponent of variable j is byte j.
pub(super) type Key = u128;

/// The coefficients of an odd part.
pub(super) type Odd = Vec<(Key, f64)>;

/// The total degree of a power product.
pub(super) fn degree(key: Key) -> u32 {
    key.to_le_bytes().iter().map(|&exponent| u32::from(exponent)).sum()
}

/// A function of v, near enough to be searched with.
#[derive(Debug, Clone, Default)]
pub(super) struct InV {
    terms: FxHashMap<Key, f64>,
    /// Whether something was cut off.
    cut: bool,
}

impl InV {
    /// centre + Σ slope_j · v_j.
    pub(super) fn affine(centre: f64, slopes: &[f64]) -> Self {
        let mut terms = FxHashMap::default();
        terms.insert(0, centre);
        for (variable, &slope) in slopes.iter().enumerate().filter(|(_, slope)| **slope != 0.0) {
            terms.insert(1 << (8 * variable), slope);
        }
        Self { terms, cut: false }
    }

    /// The coefficients of the odd part, half of what changes between v and −v.
    pub(super) fn odd(&self) -> Odd {
        let odd = self.terms.iter().filter(|(key, _)| degree(**key) % 2 == 1);
        let mut odd: Vec<_> = odd.map(|(key, value)| (*key, *value)).collect();
        odd.sort_unstable_by_key(|(key, _)| *key);
        odd
    }

    fn constant(value: f64) -> Self {
        Self::affine(value, &[])
    }

    fn centre(&self) -> f64 {
        self.terms.get(&0).copied().unwrap_or(0.0)
    }

    fn add_scaled(&self, other: &Self, factor: f64) -> Self {
        let mut sum = self.clone();
        sum.cut |= other.cut;
        other.terms.iter().for_each(|(key, value)| *sum.terms.entry(*key).or_default() += factor * value);
        sum
    }
}

impl Scalar for InV {
    fn from_rational(value: &Rational) -> Self {
        Self::constant(to_f64(value))
    }

    fn add(&self, other: &Self) -> Self {
        self.add_scaled(other, 1.0)
    }

    fn sub(&self, other: &Self) -> Self {
        self.add_scaled(other, -1.0)
    }

    fn mul(&self, other: &Self) -> Self {
        let mut product = Self { terms: FxHashMap::default(), cut: self.cut || other.cut };
        charge_all(self.terms.len() * other.terms.len(), PRODUCT);
        for (a, x) in &self.terms {
            for (b, y) in &other.terms {
                let degree = degree(*a) + degree(*b);
                if degree <= if product.cut { ORDER } else { MAX_DEGREE } {
                    *product.terms.entry(a + b).or_default() += x * y;
                }
            }
        }
        product
    }

    fn div(&self, other: &Self) -> Result<Self, EvalError> {
        if other.terms.keys().all(|key| *key == 0) {
            return Ok(Self::default().add_scaled(self, 1.0 / other.centre()));
        }
        other.call(Function::Inverse).map(|inverse| self.mul(&inverse))
    }

    fn neg(&self) -> Self {
        Self::default().add_scaled(self, -1.0)
    }

    fn pow(&self, exponent: u32) -> Result<Self, EvalError> {
        let degree = self.terms.keys().map(|key| degree(*key)).max().unwrap_or(0);
        if degree.saturating_mul(exponent) > MAX_DEGREE {
            return Err(EvalError::TooLarge(exponent.into()));
        }
        let mut power = Self::constant(1.0);
        for _ in 0..exponent {
            power = power.mul(self);
        }
        Ok(power)
    }

    fn call(&self, function: Function) -> Result<Self, EvalError> {
        if function == Function::Identity {
            return Ok(self.clone());
        }
        let exact = Rational::from_float(self.centre()).ok_or(EvalError::TooWide)?;
        let centre = DyadicInterval::from_rational(&exact);
        let mut h = self.clone();
        h.terms.remove(&0);
        h.cut = true;
        let mut value = Self { cut: true, ..Self::default() };
        for coefficient in expansion(function, centre, centre, ORDER as usize)?.into_iter().rev() {
            let middle = coefficient.mid().to_rational().map_or(0.0, |middle| to_f64(&middle));
            value = value.mul(&h).add_scaled(&Self::constant(1.0), middle);
        }
        Ok(value)
    }

    fn max(&self, other: &Self) -> Self {
        if self.centre() >= other.centre() { self.clone() } else { other.clone() }
    }

    fn min(&self, other: &Self) -> Self {
        if self.centre() <= other.centre() { self.clone() } else { other.clone() }
    }
}
