//! What a floating-point format needs to hold every number of a table network, from bit counts alone.
//!
//! With step units and zero scores the numbers of a forward pass are integers and halves: cells, words and their sums,
//! the terms K·a and n·word of the key, keys, and the biases ½ − κ. Keys go up to L = M·K − 1 and with them biases down
//! to ½ − L, whose significand 2L − 1 is odd and therefore takes all of its bits. So all numbers are exact in p bits
//! if, and where L is attained and looked up only if, L ≤ 2^(p−1).
//!
//! One number of the pass is not exact whatever the format: the attention weight 1/n of softmax and Linformer, where n
//! is no power of two. [`mean_recovers`] says when that does not show.
//!
//! Exact numbers give the right look-up. The converse fails: a bias ½ − κ that is rounded to an integer still lies
//! between −κ and −(κ − 1), and misleads only where it is rounded to −(κ − 1) and κ − 1 is a key of the table too.

use super::DiscontinuousError;
use super::key::{largest_key, own_weight};
use crate::codes::{CodeKind, CodeSize};
use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::Signed;
use sumformer_checker::arith::number::{Rational, floor_log2, power_of_two};

/// What the network of a code needs of a binary format.
///
/// For step units, zero scores, and softmax or Linformer attention; the thresholds of the grid and the values of the
/// table are not counted, they depend on the target. Performers multiply by random features, so nothing is said of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FloatNeeds {
    significand_bits: u64,
    tokens: usize,
}

impl FloatNeeds {
    /// The needs of a code for n tokens; an upper bound where the sizes are.
    pub fn new(code: &CodeSize, tokens: usize) -> Result<Self, DiscontinuousError> {
        let weight = own_weight(code)?;
        let largest_bias: BigInt = largest_key(code, &weight) * 2 - 1;
        // The sum over the tokens as W_V scales it, n words of n·word/n: n·(K − 1)/s, or n/2 counts of a histogram.
        let largest_sum = match code.kind() {
            CodeKind::Histogram => BigInt::from(tokens),
            _ => {
                let folded: BigInt = (weight - 1) * tokens;
                folded.div_ceil(&code.separated().max(1).into())
            }
        };
        let significand_bits = largest_bias.bits().max(largest_sum.bits());
        Ok(Self { significand_bits, tokens })
    }

    /// Bits of the longest significand of an integer or half integer.
    pub fn significand_bits(&self) -> u64 {
        self.significand_bits
    }

    /// Whether every number is exact in a format with p significand bits, 24 for f32 and 53 for f64, but for attention
    /// weights 1/n that do not show.
    pub fn fit(&self, significand_bits: u32) -> bool {
        self.significand_bits <= significand_bits.into() && mean_recovers(self.tokens, significand_bits)
    }
}

/// Whether products with the rounded weight 1/n are exact all the same: fl(fl(1/n)·(n·w)) = w for every w of p bits.
///
/// With fl(1/n) = (1 + δ)/n this holds if |δ| ≤ 2^−(p+1): for 2^e ≤ w < 2^(e+1) the product w + δ·w is then less than
/// half a unit 2^(e−p) from w; or, below w = 2^e where units are half as large, at most half a unit, and a tie goes to
/// the even w. Powers of two have δ = 0, and n = 3, 5 and 6 pass; the first n that fails is 7 in f32 and 49 in f64.
pub fn mean_recovers(tokens: usize, significand_bits: u32) -> bool {
    if tokens == 0 {
        return false;
    }
    let n = Rational::from_integer(tokens.into());
    let share = n.recip();
    let unit = power_of_two(floor_log2(&share) + 1 - i64::from(significand_bits));
    // A tie would need 1/n to be dyadic, so any rule for ties will do.
    let rounded = (share / &unit).round() * unit;
    let relative = rounded * n - Rational::from_integer(1.into());
    relative.abs() <= power_of_two(-1 - i64::from(significand_bits))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// fl(fl(1/n)·(n·w)) as the hardware computes it.
    fn recovers_in_f32(n: u32) -> bool {
        let recovered = |w: u32| (1.0 / n as f32) * (n * w) as f32 == w as f32;
        (1..(1 << 24) / n).step_by(7).chain(1..64).all(recovered)
    }

    #[test]
    fn the_condition_on_the_mean_is_that_of_the_hardware() {
        let fails: Vec<u32> = (1..24).filter(|&n| !mean_recovers(n as usize, 24)).collect();
        let in_hardware: Vec<u32> = (1..24).filter(|&n| !recovers_in_f32(n)).collect();
        assert_eq!(fails, in_hardware);
        assert_eq!(fails.first(), Some(&7));
        let first_in_f64 = (1..).find(|&n| !mean_recovers(n, 53));
        assert_eq!(first_in_f64, Some(49));
    }
}
