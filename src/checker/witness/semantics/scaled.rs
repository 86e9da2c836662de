//! Integers over one common denominator: the arithmetic of the exact forward pass.
//!
//! A fraction is reduced only between blocks and at the end; in between everything is integer multiplication and
//! addition, first in `i128` with overflow checks, then, if that refuses, in `BigInt`.

use crate::arith::common_denominator::{Int, Overflow, denominator, numerator};
use crate::arith::number::{Rational, pay_divisor};
use crate::sizes::count;
use crate::work::{charge, charge_all, limbs};
use num_bigint::BigInt;
use num_traits::Zero;

/// The bits of an integer.
fn bits<T: Int>(value: &T) -> u64 {
    value.clone().into().bits()
}

/// `z ↦ z · W + b` with integers over one denominator.
///
/// W and b are lists of their entries: a block of one unit then takes no memory for the slots it leaves alone.
pub(super) struct Affine<T> {
    pub(super) denominator: T,
    outputs: usize,
    /// (input, output, weight), no zeros.
    weights: Vec<(usize, usize, T)>,
    /// (output, bias), no zeros.
    bias: Vec<(usize, T)>,
}

impl<T: Int> Affine<T> {
    /// From entries (input, output, weight) and (output, bias), indices in range.
    pub(super) fn prepare<'a>(
        outputs: usize,
        weights: impl Iterator<Item = (usize, usize, &'a Rational)> + Clone,
        bias: impl Iterator<Item = (usize, &'a Rational)> + Clone,
    ) -> Result<Self, Overflow> {
        let weights = weights.filter(|(_, _, value)| !value.is_zero());
        let bias = bias.filter(|(_, value)| !value.is_zero());
        let common = denominator::<T>(weights.clone().map(|w| w.2).chain(bias.clone().map(|b| b.1)))?;
        // Counted first, so that no room is left over.
        let mut affine = Self {
            denominator: T::read(&common)?,
            outputs,
            weights: Vec::with_capacity(weights.clone().count()),
            bias: Vec::with_capacity(bias.clone().count()),
        };
        for (input, output, weight) in weights {
            affine.weights.push((input, output, numerator(weight, &common)?));
        }
        for (output, value) in bias {
            affine.bias.push((output, numerator(value, &common)?));
        }
        Ok(affine)
    }

    /// Whether W and b are zero.
    pub(super) fn is_zero(&self) -> bool {
        self.weights.is_empty() && self.bias.is_empty()
    }

    /// The numerators of the image of `row / denominator`, over `denominator · self.denominator`.
    pub(super) fn apply(&self, row: &[T], denominator: &T) -> Result<Vec<T>, Overflow> {
        charge_all(self.outputs.saturating_add(self.weights.len()), 1);
        let mut image = vec![T::zero(); self.outputs];
        for (output, value) in &self.bias {
            image[*output] = value.times(denominator)?;
        }
        for (input, output, weight) in self.weights.iter().filter(|(input, _, _)| !row[*input].is_zero()) {
            image[*output].add_product(&row[*input], weight)?;
        }
        Ok(image)
    }
}

/// A matrix of integers over one positive denominator, one row per token.
#[derive(Clone)]
pub(super) struct Scaled<T> {
    pub(super) rows: Vec<Vec<T>>,
    pub(super) denominator: T,
}

impl<T: Int> Scaled<T> {
    /// The rows as integers over their least common denominator.
    pub(super) fn read(rows: &[Vec<Rational>]) -> Result<Self, Overflow> {
        let common = denominator::<T>(rows.iter().flatten())?;
        let rows = rows
            .iter()
            .map(|row| row.iter().map(|value| numerator(value, &common)).collect())
            .collect::<Result<_, _>>()?;
        Ok(Self { rows, denominator: T::read(&common)? })
    }

    /// The image of every row.
    pub(super) fn map(&self, affine: &Affine<T>) -> Result<Self, Overflow> {
        let rows = self.rows.iter().map(|row| affine.apply(row, &self.denominator));
        Ok(Self {
            rows: rows.collect::<Result<_, _>>()?,
            denominator: self.denominator.times(&affine.denominator)?,
        })
    }

    /// Adds row by row; a single row in `other` is added to every row.
    pub(super) fn add(&mut self, other: &Self) -> Result<(), Overflow> {
        charge_all(self.rows.len(), 1 + count(self.rows.first().map_or(0, Vec::len)));
        pay_divisor(bits(&self.denominator).saturating_add(bits(&other.denominator)));
        let gcd = self.denominator.gcd(&other.denominator);
        let (left, right) = (other.denominator.clone() / gcd.clone(), self.denominator.clone() / gcd);
        for (row, more) in self.rows.iter_mut().zip(other.rows.iter().cycle()) {
            for (sum, y) in row.iter_mut().zip(more) {
                if !left.is_one() && !sum.is_zero() {
                    *sum = sum.times(&left)?;
                }
                if !y.is_zero() {
                    sum.add_product(y, &right)?;
                }
            }
        }
        self.denominator = self.denominator.times(&left)?;
        Ok(())
    }

    /// Divides numerators and denominator by their greatest common divisor.
    ///
    /// Most blocks only copy or halve, so this keeps `i128` in range for long; it stops at the first sign of 1.
    pub(super) fn reduce(&mut self) {
        let mut gcd = self.denominator.clone();
        let step = 4 + limbs(bits(&gcd)).saturating_mul(limbs(bits(&gcd)));
        for value in self.rows.iter().flatten() {
            if gcd.is_one() {
                return;
            }
            charge(step);
            let rest = value.clone() % gcd.clone();
            if !rest.is_zero() {
                pay_divisor(bits(&rest).saturating_add(bits(&gcd)));
                gcd = gcd.gcd(&rest);
            }
        }
        for value in self.rows.iter_mut().flatten() {
            *value = value.clone() / gcd.clone();
        }
        self.denominator = self.denominator.clone() / gcd;
    }

    /// The rows as reduced fractions.
    pub(super) fn into_rationals(self) -> Vec<Vec<Rational>> {
        let denominator: BigInt = self.denominator.into();
        let reduced = |value: T| Rational::new(value.into(), denominator.clone());
        self.rows.into_iter().map(|row| row.into_iter().map(reduced).collect()).collect()
    }
}
