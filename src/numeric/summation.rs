//! The order in which a sum over tokens is taken.

use super::Scalar;

/// How sums over tokens are added up.
///
/// Rounded addition is not associative, so a sum in the order of the tokens changes when they are permuted and the
/// rounded network is equivariant only approximately. Adding in the order of the *values* makes the result a
/// function of the multiset of terms, hence the same bit for bit under every permutation, for O(n log n) more work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Summation {
    /// First token to last, as deployed implementations do in some such order.
    #[default]
    InOrder,
    /// Sorted by value first.
    OrderIndependent,
}

impl Summation {
    /// The sum of the terms, which are left in the order they were added in.
    pub fn sum<S: Scalar>(self, terms: &mut [S]) -> S {
        if self == Self::OrderIndependent {
            S::sort(terms);
        }
        terms.iter().fold(S::zero(), |sum, &term| sum + term)
    }
}
