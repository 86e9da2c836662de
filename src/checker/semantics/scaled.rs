//! Integers over one common denominator: the arithmetic of the exact forward pass.
//!
//! A fraction is reduced only between blocks and at the end; in between everything is integer multiplication and
//! addition, first in `i128` with overflow checks, then, if that refuses, in `BigInt`.

use crate::number::Rational;
use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{One, Signed, ToPrimitive};

/// Numbers beyond this many bits are refused: a squaring per block would otherwise fill any memory.
pub(super) const MAX_BITS: u64 = 1 << 20;

/// An integer left the range of its type (`i128`) or [`MAX_BITS`] (`BigInt`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Overflow;

/// An integer type that refuses instead of overflowing.
pub(super) trait Int: Integer + Signed + Clone + Into<BigInt> {
    /// The same number in this type.
    fn read(value: &BigInt) -> Result<Self, Overflow>;
    /// The product.
    fn times(&self, other: &Self) -> Result<Self, Overflow>;
    /// `self += a · b`
    fn add_product(&mut self, a: &Self, b: &Self) -> Result<(), Overflow>;
}

impl Int for i128 {
    fn read(value: &BigInt) -> Result<Self, Overflow> {
        value.to_i128().ok_or(Overflow)
    }
    fn times(&self, other: &Self) -> Result<Self, Overflow> {
        self.checked_mul(*other).ok_or(Overflow)
    }
    fn add_product(&mut self, a: &Self, b: &Self) -> Result<(), Overflow> {
        *self = self.checked_add(a.times(b)?).ok_or(Overflow)?;
        Ok(())
    }
}

impl Int for BigInt {
    fn read(value: &BigInt) -> Result<Self, Overflow> {
        if value.bits() <= MAX_BITS { Ok(value.clone()) } else { Err(Overflow) }
    }
    fn times(&self, other: &Self) -> Result<Self, Overflow> {
        if self.bits() + other.bits() <= MAX_BITS { Ok(self * other) } else { Err(Overflow) }
    }
    fn add_product(&mut self, a: &Self, b: &Self) -> Result<(), Overflow> {
        *self += a.times(b)?;
        Ok(())
    }
}

/// The least common denominator, refused once it is too large.
pub(super) fn denominator<'a, T: Int>(
    values: impl IntoIterator<Item = &'a Rational>,
) -> Result<BigInt, Overflow> {
    let mut lcm = BigInt::one();
    for value in values {
        if !lcm.is_multiple_of(value.denom()) {
            lcm = lcm.lcm(value.denom());
            T::read(&lcm)?;
        }
    }
    Ok(lcm)
}

/// The numerator of `value` over `denominator`, a multiple of its own denominator.
pub(super) fn numerator<T: Int>(value: &Rational, denominator: &BigInt) -> Result<T, Overflow> {
    T::read(&(value.numer() * (denominator / value.denom())))
}

/// `z ↦ z · W + b` with integers over one denominator; stored by rows of W, since many inputs are zero.
pub(super) struct Affine<T> {
    pub(super) denominator: T,
    rows: Vec<Vec<(usize, T)>>,
    bias: Vec<T>,
}

impl<T: Int> Affine<T> {
    /// From entries (input, output, weight) and (output, bias), indices in range.
    pub(super) fn prepare(
        (inputs, outputs): (usize, usize),
        weights: &[(usize, usize, &Rational)],
        bias: &[(usize, &Rational)],
    ) -> Result<Self, Overflow> {
        let common = denominator::<T>(weights.iter().map(|w| w.2).chain(bias.iter().map(|b| b.1)))?;
        let mut affine = Self {
            denominator: T::read(&common)?,
            rows: vec![Vec::new(); inputs],
            bias: vec![T::zero(); outputs],
        };
        for (input, output, weight) in weights {
            affine.rows[*input].push((*output, numerator(weight, &common)?));
        }
        for (output, value) in bias {
            affine.bias[*output] = numerator(value, &common)?;
        }
        Ok(affine)
    }

    /// Whether W and b are zero.
    pub(super) fn is_zero(&self) -> bool {
        self.rows.iter().all(Vec::is_empty) && self.bias.iter().all(T::is_zero)
    }

    /// The numerators of the image of `row / denominator`, over `denominator · self.denominator`.
    pub(super) fn apply(&self, row: &[T], denominator: &T) -> Result<Vec<T>, Overflow> {
        let mut image = self.bias.iter().map(|b| b.times(denominator)).collect::<Result<Vec<T>, _>>()?;
        for (value, weights) in row.iter().zip(&self.rows).filter(|(value, _)| !value.is_zero()) {
            for (output, weight) in weights {
                image[*output].add_product(value, weight)?;
            }
        }
        Ok(image)
    }
}

/// A matrix of integers over one positive denominator, one row per token.
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

    /// The sum row by row; a single row in `other` is added to every row.
    pub(super) fn plus(&self, other: &Self) -> Result<Self, Overflow> {
        let gcd = self.denominator.gcd(&other.denominator);
        let (left, right) = (other.denominator.clone() / gcd.clone(), self.denominator.clone() / gcd);
        let mut rows = Vec::with_capacity(self.rows.len());
        for (a, b) in self.rows.iter().zip(other.rows.iter().cycle()) {
            let mut row = a.iter().map(|x| x.times(&left)).collect::<Result<Vec<T>, _>>()?;
            for (sum, y) in row.iter_mut().zip(b) {
                sum.add_product(y, &right)?;
            }
            rows.push(row);
        }
        Ok(Self { rows, denominator: self.denominator.times(&left)? })
    }

    /// Divides numerators and denominator by their greatest common divisor.
    ///
    /// Most blocks only copy or halve, so this keeps `i128` in range for long; it stops at the first sign of 1.
    pub(super) fn reduce(&mut self) {
        let mut gcd = self.denominator.clone();
        for value in self.rows.iter().flatten() {
            if gcd.is_one() {
                return;
            }
            let rest = value.clone() % gcd.clone();
            if !rest.is_zero() {
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
