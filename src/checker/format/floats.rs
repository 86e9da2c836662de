//! Types of floating-point numbers, and what is claimed of a network that computes in them.

use super::shapes::{present, read_as};
use crate::arith::number::{Exact, Rational, power_of_two};
use serde::{Deserialize, Serialize};

/// A binary floating-point type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", remote = "Self")]
pub enum FloatType {
    /// binary64
    F64,
    /// binary32
    F32,
    /// binary16
    F16,
    /// bfloat16
    Bf16,
}

/// A bound of |network as computed − network over the reals|, for every token of every sequence of numbers of the type in the box.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, remote = "Self")]
pub struct FloatClaim {
    /// The type of weights, of inputs, and of what operations put out.
    #[serde(rename = "type")]
    pub kind: FloatType,
    /// The type in which the terms of a sum are added up.
    pub accumulate: FloatType,
    /// Hidden units of a block are added up in groups of at most so many, groups of groups, and so on ([`stages`]); in any order where it is absent.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub staged: Option<usize>,
    /// The longest sequence for which it holds; present exactly where the network is for every length.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub tokens: Option<usize>,
    /// The bound of each output.
    pub bounds: Vec<Exact>,
}

/// What a staged sum has at most in a group, where nothing else is asked for.
pub const STAGED_GROUP: usize = 8;

/// Blocks with at most so many hidden units add them up in one product, staged or not.
pub const ONE_PRODUCT: usize = 64;

/// How the hidden units of a block are added up in stages, in their order: g_1 of them to a sum, then g_2 of these sums, and so on, until one is
/// left, zeros standing where units have run out. As few stages as groups of at most `group` allow, and groups of about the same size.
///
/// Nothing if it is one product: no group has fewer than two, and few units need no stages.
pub fn stages(units: usize, group: usize) -> Vec<usize> {
    if units <= ONE_PRODUCT || group < 2 {
        return Vec::new();
    }
    let mut count = 1;
    while power(group, count) < units {
        count += 1;
    }
    let mut left = units;
    (1..=count)
        .rev()
        .map(|stages| {
            let own = (2..group).find(|own| power(*own, stages) >= left).unwrap_or(group);
            left = left.div_ceil(own);
            own
        })
        .collect()
}

/// base^exponent, if it can be counted.
fn power(base: usize, exponent: u32) -> usize {
    base.saturating_pow(exponent)
}

read_as!(object: FloatClaim);
read_as!(name: FloatType);

impl FloatType {
    /// All types, widest first.
    pub const ALL: [Self; 4] = [Self::F64, Self::F32, Self::F16, Self::Bf16];

    /// Its name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::F64 => "f64",
            Self::F32 => "f32",
            Self::F16 => "f16",
            Self::Bf16 => "bf16",
        }
    }

    /// p: so many significant bits a normal number has.
    pub fn precision(self) -> u32 {
        match self {
            Self::F64 => 53,
            Self::F32 => 24,
            Self::F16 => 11,
            Self::Bf16 => 8,
        }
    }

    /// The exponent of 2 of the smallest normal number.
    pub fn least_exponent(self) -> i64 {
        1 - self.largest_exponent()
    }

    /// The exponent of 2 of the largest power of two.
    pub fn largest_exponent(self) -> i64 {
        match self {
            Self::F64 => 1023,
            Self::F32 | Self::Bf16 => 127,
            Self::F16 => 15,
        }
    }

    /// The largest finite number, 2^emax·(2 − 2^(1−p)).
    pub fn largest(self) -> Rational {
        let precision = i64::from(self.precision());
        power_of_two(self.largest_exponent() + 1) - power_of_two(self.largest_exponent() + 1 - precision)
    }
}
