//! Sizes of the transformers of Takeshita and Imaizumi (2025, arXiv 2502.11467) for symmetric polynomials, by their formulas.
//!
//! As their abstract and the summaries of it have it: a polynomial on d × n matrices that does not depend on the order of the columns, of
//! rank s, is approximated by a transformer with one attention head, width 12·(2d)^s·N and depth 2sL + 3s, with an error of about 8^s·N^{−L},
//! for all N and L; the number of parameters does not depend on n. What is not said there is not claimed here: the constant in front of
//! the error is taken for 1, s for the degree of the polynomial, and parameters are counted as if every layer were dense.

use num_bigint::{BigInt, BigUint};
use num_traits::Signed;
use sumformer_checker::arith::number::Rational;

/// The largest L that is looked at.
const MOST_LAYERS: u32 = 64;

/// A transformer of theirs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RivalSize {
    /// N
    pub fineness: BigUint,
    /// L
    pub layers: u32,
    /// 12·(2d)^s·N
    pub width: BigUint,
    /// 2sL + 3s
    pub depth: u64,
    /// depth · width²
    pub dense: BigUint,
}

/// The one with the fewest parameters among those with 8^s·N^{−L} ≤ ε; nothing for ε ≤ 0, and for constants, s = 0, of which the
/// formulas make networks without a layer.
pub fn rival_size(dimension: u32, rank: u32, epsilon: &Rational) -> Option<RivalSize> {
    if !epsilon.is_positive() || rank == 0 {
        return None;
    }
    let sizes = (1..=MOST_LAYERS).map(|layers| {
        let fineness = fineness(rank, layers, epsilon);
        let width = BigUint::from(12u32) * BigUint::from(2 * dimension).pow(rank) * &fineness;
        let depth = 2 * u64::from(rank) * u64::from(layers) + 3 * u64::from(rank);
        let dense = BigUint::from(depth) * &width * &width;
        RivalSize { fineness, layers, width, depth, dense }
    });
    sizes.min_by(|a, b| a.dense.cmp(&b.dense))
}

/// The least N with N^L ≥ 8^s/ε.
fn fineness(rank: u32, layers: u32, epsilon: &Rational) -> BigUint {
    let needed = Rational::from_integer(BigInt::from(8).pow(rank)) / epsilon;
    let needed = needed.ceil().to_integer().magnitude().clone();
    let root = needed.nth_root(layers);
    if root.pow(layers) >= needed { root } else { root + 1u32 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sumformer_checker::arith::number::{integer, ratio};

    #[test]
    fn n_is_the_least_and_no_other_l_is_smaller() {
        for (d, s, epsilon) in [(1, 2, ratio(1, 1000)), (4, 3, ratio(1, 100)), (2, 1, integer(1))] {
            let size = rival_size(d, s, &epsilon).unwrap();
            let error =
                |n: &BigUint, l: u32| Rational::new(BigInt::from(8).pow(s), BigInt::from(n.clone()).pow(l));
            assert!(error(&size.fineness, size.layers) <= epsilon);
            let fewer = &size.fineness - 1u32;
            assert!(fewer == BigUint::from(0u32) || error(&fewer, size.layers) > epsilon);
            assert_eq!(size.width, BigUint::from(12 * (2 * d).pow(s)) * &size.fineness);
            assert_eq!(size.depth, u64::from(2 * s * size.layers + 3 * s));
        }
        assert_eq!(rival_size(1, 1, &integer(0)), None);
        assert_eq!(rival_size(1, 0, &integer(1)), None);
    }
}
