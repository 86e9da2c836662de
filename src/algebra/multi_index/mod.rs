//! Multi-indices α ∈ N^d in graded lexicographic order.
//!
//! The order used everywhere: by total degree |α| first, and within one degree the way monomials are usually
//! written, `x_1² , x_1x_2 , x_2²`: exponent vectors lexicographically *decreasing*. Read as the word of its variables
//! (`x_1x_2` = "12"), each degree is then in dictionary order, which is what makes the children of a monomial
//! consecutive.

mod enumeration;
mod table;

pub use enumeration::GradedLexicographic;
pub use table::{MAX_TABLE_LENGTH, MonomialTable, TableError};

use num_bigint::BigUint;
use num_traits::One;
use std::cmp::Ordering;

/// Exponents (α_1, …, α_d), one per coordinate of a token.
pub type MultiIndex = Box<[u32]>;

/// |α| = Σ α_k.
pub fn degree(alpha: &[u32]) -> u64 {
    alpha.iter().map(|&e| u64::from(e)).sum()
}

/// Graded lexicographic comparison: smaller degree first, then larger leading exponents first.
pub fn compare(alpha: &[u32], beta: &[u32]) -> Ordering {
    degree(alpha).cmp(&degree(beta)).then_with(|| beta.cmp(alpha))
}

/// C(D+d, d) − 1, the number of α ∈ N^d with 1 ≤ |α| ≤ D.
pub fn count(dimension: u32, max_degree: u32) -> BigUint {
    let (small, large) = (dimension.min(max_degree), dimension.max(max_degree));
    let binomial = (1..=small).fold(BigUint::one(), |c, i| c * (u64::from(large) + u64::from(i)) / i);
    binomial - 1u32
}

/// [`count`], or `None` where it (or an intermediate product) exceeds `u128`.
pub fn count_checked(dimension: u32, max_degree: u32) -> Option<u128> {
    binomial_sum(u128::from(dimension), u128::from(max_degree)).map(|c| c - 1)
}

/// C(a+b, a). The partial products at least double while i ≤ max(a, b), so an overflow is met within 128 steps.
fn binomial_sum(a: u128, b: u128) -> Option<u128> {
    let (small, large) = (a.min(b), a.max(b));
    (1..=small).try_fold(1u128, |c, i| Some(c.checked_mul(large.checked_add(i)?)? / i))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_the_table_in_the_theory() {
        for (d, degree, expected) in [
            (4, 5, 125),
            (4, 4, 69),
            (10, 3, 285),
            (10, 2, 65),
            (8, 8, 12_869),
            (8, 7, 6_434),
            (10, 10, 184_755),
        ] {
            assert_eq!(count(d, degree), BigUint::from(expected as u32));
            assert_eq!(count_checked(d, degree), Some(expected));
        }
        assert_eq!(count(0, 7), BigUint::from(0u32));
        assert_eq!(count_checked(7, 0), Some(0));
    }

    #[test]
    fn counts_beyond_u128_are_refused_or_big() {
        assert_eq!(count_checked(1000, 1000), None);
        assert_eq!(count(1000, 1000).bits(), 1995);
        assert_eq!(count_checked(u32::MAX, u32::MAX), None);
        assert_eq!(count_checked(1, u32::MAX), Some(u128::from(u32::MAX)));
    }
}
