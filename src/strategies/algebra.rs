//! Numbers, tokens and multi-indices.

use super::Sequence;
use crate::algebra::multi_index::MultiIndex;
use proptest::prelude::*;
use sumformer_checker::arith::number::{Rational, ratio};

/// Short rational numbers of both signs.
pub fn rationals() -> impl Strategy<Value = Rational> {
    (-9i64..=9, 1i64..=6).prop_map(|(p, q)| ratio(p, q))
}

/// n tokens of d short rational coordinates.
pub fn tokens(n: usize, d: usize) -> impl Strategy<Value = Sequence> {
    prop::collection::vec(prop::collection::vec(rationals(), d), n)
}

/// A multi-index with d exponents up to `most`.
pub fn multi_index(d: usize, most: u32) -> impl Strategy<Value = MultiIndex> {
    prop::collection::vec(0..=most, d).prop_map(Into::into)
}

/// A multi-index other than 0, of degree up to `most`·d.
pub fn nonzero_index(d: usize, most: u32) -> impl Strategy<Value = MultiIndex> {
    (multi_index(d, most), 0..d).prop_map(|(mut alpha, k)| {
        if alpha.iter().all(|&e| e == 0) {
            alpha[k] = 1;
        }
        alpha
    })
}
