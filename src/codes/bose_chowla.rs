//! Bose and Chowla's code: discrete logarithms of θ + a in F_{q^h}.
//!
//! Why sums separate multisets of fixed size s ≤ h: Σ log_g(θ + a_i) tells g^Σ = Π(θ + a_i), the value at θ of the
//! monic polynomial Π(x + a_i) of degree s. Two of them differ by a polynomial of degree below s ≤ h = deg θ, which
//! vanishes at θ only if it is 0; and over a field the factors of a polynomial are unique. Sums are integers: equal
//! integers have equal powers, no reduction modulo q^h − 1 is needed. The argument uses g^{log} = θ + a, which is
//! verified for each cell, but not that g is primitive; that only makes all logarithms exist.

use super::CodeError;
use crate::algebra::finite_field::{
    Factor, Field, Quotient, discrete_logarithms, first_irreducible, group_order_factors, prime_power,
    primitive_element, roots,
};
use num_bigint::BigInt;
use num_traits::ToPrimitive;

/// q^h has at most this many bits.
const LIMIT_BITS: u32 = 126;
/// How many prime powers q ≥ M are tried.
const MAX_CANDIDATES: usize = 256;
/// The most products of coefficients for a table.
const MAX_PRODUCTS: u128 = 1 << 36;

/// The largest prime power p^e | q^h − 1 for which M logarithms are taken: with 2^21 baby steps there are at most 2^23
/// giant steps in all.
fn factor_limit(cells: u64) -> u64 {
    (1 << 32).min((1 << 44) / cells.max(1))
}

fn no_suitable_field(cells: u64, degree: u32) -> CodeError {
    let (limit_bits, tried, factor_limit) = (LIMIT_BITS, MAX_CANDIDATES, factor_limit(cells));
    CodeError::NoSuitableField { cells, degree, limit_bits, factor_limit, tried }
}

/// F_{q^h}, a primitive element, and the logarithms of θ + a for the field elements a number 0..M−1.
#[derive(Debug, Clone)]
pub(super) struct BoseChowla {
    field: Field,
    modulus: Vec<u32>,
    generator: Vec<u32>,
    logarithms: Vec<u128>,
}

/// q and h with the factors of q^h − 1.
pub(super) struct Choice {
    q: u64,
    degree: u32,
    factors: Vec<Factor>,
}

impl Choice {
    /// h = max(s, 2): θ of degree 1 would make some θ + a zero. Then the least prime power q ≥ M, up to the number of
    /// candidates, such that the prime power factors of q^h − 1 are small enough for M logarithms: any q ≥ M will do,
    /// and a few more elements lengthen the words less than a bit.
    pub(super) fn new(cells: u64, separated: u32) -> Result<Self, CodeError> {
        let degree = separated.max(2);
        let factor_limit = factor_limit(cells);
        (cells.max(2)..=Field::LARGEST)
            .filter_map(|q| prime_power(q).map(|(p, k)| (q, p, k)))
            .take(MAX_CANDIDATES)
            .take_while(|&(q, ..)| {
                u128::from(q).checked_pow(degree).is_some_and(|size| size < 1 << LIMIT_BITS)
            })
            .find_map(|(q, p, k)| {
                let factors = group_order_factors(p, k, degree, factor_limit)?;
                Some(Self { q, degree, factors })
            })
            .ok_or_else(|| no_suitable_field(cells, degree))
    }

    /// A field in which M logarithms do not take too long.
    pub(super) fn affordable(cells: u64, separated: u32) -> Result<Self, CodeError> {
        let choice = Self::new(cells, separated)?;
        let products = choice.products(cells);
        if products > MAX_PRODUCTS {
            return Err(CodeError::TooMuchWork { cells, products, limit: MAX_PRODUCTS });
        }
        Ok(choice)
    }

    /// q^h − 2, the largest logarithm there is.
    pub(super) fn largest(&self) -> u128 {
        u128::from(self.q).pow(self.degree) - 2
    }

    /// Products of coefficients: about 2h² per product of elements, three products per bit of q^h − 1 on each level of
    /// the projections and for the verification, and the giant steps.
    fn products(&self, cells: u64) -> u128 {
        let h = u128::from(self.degree);
        let bits = u128::from(u128::BITS - self.largest().leading_zeros());
        let levels = u128::from((self.factors.len() as u32).next_power_of_two().ilog2()) + 1;
        let giant: u128 = self.factors.iter().map(|f| (f.value() / u128::from(cells)).isqrt()).sum();
        2 * h * h * u128::from(cells) * (2 * bits * levels + giant)
    }
}

impl BoseChowla {
    pub(super) fn new(cells: u64, separated: u32) -> Result<Self, CodeError> {
        let choice = Choice::affordable(cells, separated)?;
        Self::build(&choice, cells).ok_or_else(|| no_suitable_field(cells, choice.degree))
    }

    fn build(choice: &Choice, cells: u64) -> Option<Self> {
        let field = Field::new(choice.q)?;
        let modulus = first_irreducible(&field, choice.degree);
        let ring = Quotient::new(&field, modulus.clone());
        let generator = primitive_element(&ring, &choice.factors)?;
        let targets: Vec<Vec<u32>> = (0..cells as u32).map(|a| ring.linear(a)).collect();
        let logarithms = discrete_logarithms(&ring, &generator, &choice.factors, &targets)?;
        Some(Self { field, modulus, generator, logarithms })
    }

    pub(super) fn word(&self, cell: u64) -> BigInt {
        self.logarithms.get(cell as usize).copied().unwrap_or_default().into()
    }

    /// The largest word.
    pub(super) fn largest(&self) -> BigInt {
        self.logarithms.iter().max().copied().unwrap_or_default().into()
    }

    /// The s cells with Π(x + a_i) = g^Σ at x = θ, in increasing order.
    pub(super) fn decode(&self, sum: &BigInt, separated: u32) -> Option<Vec<u64>> {
        let ring = Quotient::new(&self.field, self.modulus.clone());
        let s = separated as usize;
        let order = u128::from(self.field.size()).pow(self.modulus.len() as u32) - 1;
        let mut polynomial = ring.power(&self.generator, (sum % order).to_u128()?);
        if s == ring.degree() {
            // The product is monic of degree h; the ring knows it up to m.
            polynomial.iter_mut().zip(&self.modulus).for_each(|(c, &m)| *c = self.field.add(*c, m));
        } else if polynomial.get(s) != Some(&1) || polynomial[s + 1..].iter().any(|&c| c != 0) {
            return None;
        }
        polynomial.truncate(s);
        polynomial.push(1);
        let mut cells: Vec<u64> =
            roots(&self.field, &polynomial)?.into_iter().map(|r| self.field.subtract(0, r).into()).collect();
        cells.sort_unstable();
        Some(cells)
    }
}
