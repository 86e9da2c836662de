//! Exact power sums over Q: scaled integers, machine words where the range provably fits, reduced once at the end.

use super::super::integer::gcd;
use super::super::multi_index::MonomialTable;
use super::split::Split;
use super::{PowerSums, ShapeError};
use crate::algebra::integer::common_denominator;
use num_bigint::BigInt;
use num_integer::Integer as _;
use num_traits::{One, Signed, ToPrimitive, Zero};
use sumformer_checker::arith::number::Rational;

/// Power sums over common denominators: with L the common denominator of all coordinates, p_α = numerator / L^|α|,
/// not reduced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScaledPowerSums {
    /// Numerators in graded lexicographic order of α, |α| ≥ 1.
    pub numerators: Vec<BigInt>,
    /// L^k at k = 0, …, D.
    pub denominators: Vec<BigInt>,
}

/// Numerators in the smallest of three representations that provably holds every intermediate result.
enum Numerators {
    Word(Vec<i64>),
    Double(Vec<i128>),
    Big(Vec<BigInt>),
}

impl PowerSums {
    /// All power sums of one sequence, exactly, in graded lexicographic order.
    ///
    /// `tokens`: shape (n, d), coordinate k of token j at `j·d + k`.
    pub fn evaluate_exact(&self, tokens: &[Rational]) -> Result<Vec<Rational>, ShapeError> {
        let (numerators, denominators) = self.scaled(tokens)?;
        let common = denominators.get(1).cloned().unwrap_or_else(BigInt::one);
        let degrees = self.degrees();
        Ok(match numerators {
            Numerators::Word(values) => {
                let reducer = Reducer::new(common, &denominators);
                values.iter().zip(degrees).map(|(&v, k)| reducer.reduce(v.into(), k)).collect()
            }
            Numerators::Double(values) => {
                let reducer = Reducer::new(common, &denominators);
                values.iter().zip(degrees).map(|(&v, k)| reducer.reduce(v, k)).collect()
            }
            Numerators::Big(values) => values
                .into_iter()
                .zip(degrees)
                .map(|(v, k)| Rational::new(v, denominators[k].clone()))
                .collect(),
        })
    }

    /// The same without reducing the fractions.
    pub fn evaluate_scaled(&self, tokens: &[Rational]) -> Result<ScaledPowerSums, ShapeError> {
        let (numerators, denominators) = self.scaled(tokens)?;
        let numerators = match numerators {
            Numerators::Word(values) => values.into_iter().map(BigInt::from).collect(),
            Numerators::Double(values) => values.into_iter().map(BigInt::from).collect(),
            Numerators::Big(values) => values,
        };
        Ok(ScaledPowerSums { numerators, denominators })
    }

    /// |α| of every result.
    fn degrees(&self) -> impl Iterator<Item = usize> {
        (1..=self.table.max_degree()).flat_map(|k| {
            (self.table.degree_start(k)..self.table.degree_start(k + 1)).map(move |_| k as usize)
        })
    }

    fn scaled(&self, tokens: &[Rational]) -> Result<(Numerators, Vec<BigInt>), ShapeError> {
        let dimension = self.table.dimension();
        let length = tokens.len().checked_div(dimension).unwrap_or(0);
        self.check_tokens(1, length, tokens.len())?;
        let max_degree = self.table.max_degree();
        let common = common_denominator(tokens);
        let mut denominators = vec![BigInt::one()];
        if self.count() > 0 {
            for k in 0..max_degree as usize {
                denominators.push(&denominators[k] * &common);
            }
        }
        let scaled: Vec<BigInt> = tokens.iter().map(|x| x.numer() * (&common / x.denom())).collect();
        // Every monomial is ≤ A^D and every partial sum ≤ n·A^D in absolute value, A ≥ 1 the largest coordinate.
        let largest = scaled.iter().map(|x| x.abs()).max().unwrap_or_default().max(BigInt::one());
        let bound = largest
            .to_u128()
            .and_then(|a| a.checked_pow(max_degree))
            .and_then(|power| power.checked_mul(length.max(1) as u128));
        let fits = |most: u128| bound.is_some_and(|bound| bound <= most);
        let numerators = if fits(i64::MAX as u128) {
            let words: Option<Vec<i64>> = scaled.iter().map(ToPrimitive::to_i64).collect();
            words.map(|words| Numerators::Word(power_sums(&self.split, &words, length)))
        } else if fits(i128::MAX as u128) {
            let words: Option<Vec<i128>> = scaled.iter().map(ToPrimitive::to_i128).collect();
            words.map(|words| Numerators::Double(power_sums(&self.split, &words, length)))
        } else {
            None
        };
        let numerators =
            numerators.unwrap_or_else(|| Numerators::Big(power_sums(&self.split, &scaled, length)));
        Ok((numerators, denominators))
    }
}

/// Integers in which the range of the result is known to fit.
trait Exact: Clone {
    fn from_small(value: i8) -> Self;
    fn product(&self, other: &Self) -> Self;
    fn dot(a: &[Self], b: &[Self]) -> Self;
}

/// Machine integers: nothing wraps, by the bound of [`PowerSums::scaled`]; the wrapping operations only spare the
/// overflow checks in the innermost loop.
macro_rules! exact_machine_integer {
    ($t:ty) => {
        impl Exact for $t {
            fn from_small(value: i8) -> Self {
                value.into()
            }
            fn product(&self, other: &Self) -> Self {
                self.wrapping_mul(*other)
            }
            fn dot(a: &[Self], b: &[Self]) -> Self {
                a.iter().zip(b).fold(0, |sum: Self, (x, y)| sum.wrapping_add(x.wrapping_mul(*y)))
            }
        }
    };
}
exact_machine_integer!(i64);
exact_machine_integer!(i128);

impl Exact for BigInt {
    fn from_small(value: i8) -> Self {
        value.into()
    }
    fn product(&self, other: &Self) -> Self {
        self * other
    }
    fn dot(a: &[Self], b: &[Self]) -> Self {
        a.iter().zip(b).fold(Self::zero(), |sum, (x, y)| sum + x * y)
    }
}

/// All sums, in graded lexicographic order, by the split method.
fn power_sums<T: Exact>(split: &Split, tokens: &[T], length: usize) -> Vec<T> {
    let (h, d) = (split.left.dimension(), split.dimension());
    let left = tabulate(&split.left, length, |token, k| &tokens[token * d + k]);
    let right = tabulate(&split.right, length, |token, k| &tokens[token * d + h + k]);
    let mut products = Vec::with_capacity(split.products());
    for block in split.blocks() {
        for b in block.rows {
            let weights = &left[b * length..][..length];
            products.extend((0..block.width).map(|g| T::dot(weights, &right[g * length..][..length])));
        }
    }
    split.places.iter().map(|&place| products[place as usize].clone()).collect()
}

/// Rows of monomials, one number per token, by the parent chain.
fn tabulate<'a, T: Exact + 'a>(
    table: &MonomialTable,
    length: usize,
    coordinate: impl Fn(usize, usize) -> &'a T,
) -> Vec<T> {
    let mut rows = Vec::with_capacity(table.len() * length);
    rows.resize(length, T::from_small(1));
    for (parent, variable) in table.chain() {
        for j in 0..length {
            rows.push(rows[parent * length + j].product(coordinate(j, variable)));
        }
    }
    rows
}

/// Reduces v / L^k. Most values are coprime to L already, which one remainder and one short gcd decide.
struct Reducer<'a> {
    denominators: &'a [BigInt],
    /// L, if it fits 64 bits.
    common: Option<u64>,
    /// L^k where it fits.
    powers: Vec<Option<u128>>,
}

impl<'a> Reducer<'a> {
    fn new(common: BigInt, denominators: &'a [BigInt]) -> Self {
        Self {
            denominators,
            common: common.to_u64(),
            powers: denominators.iter().map(ToPrimitive::to_u128).collect(),
        }
    }

    fn reduce(&self, value: i128, k: usize) -> Rational {
        let magnitude = value.unsigned_abs();
        let coprime = self.common.is_some_and(|common| {
            let rest = match u64::try_from(magnitude) {
                Ok(word) => word % common,
                Err(_) => (magnitude % u128::from(common)) as u64,
            };
            rest.gcd(&common) == 1
        });
        if coprime {
            return Rational::reduced(value.into(), self.denominators[k].clone());
        }
        match self.powers[k] {
            Some(power) if value != 0 => {
                let divisor = gcd(magnitude, power);
                let numerator = BigInt::from(magnitude / divisor);
                let signed = if value < 0 { -numerator } else { numerator };
                Rational::reduced(signed, (power / divisor).into())
            }
            _ => Rational::new(value.into(), self.denominators[k].clone()),
        }
    }
}
