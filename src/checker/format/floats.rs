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
    /// The longest sequence for which it holds; present exactly where the network is for every length.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub tokens: Option<usize>,
    /// The bound of each output.
    pub bounds: Vec<Exact>,
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
