//! The floating-point types that weights are stored in.

use crate::numeric::rounding::{BFLOAT16, BINARY16, BINARY32, BINARY64, nearest};
use half::{bf16, f16};
use std::fmt;
use sumformer_checker::arith::number::Rational;
use sumformer_checker::format::floats::FloatType;

/// A type of stored weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dtype {
    /// binary64
    F64,
    /// binary32
    F32,
    /// binary16
    F16,
    /// bfloat16
    Bf16,
}

/// All types, widest first.
pub const DTYPES: [Dtype; 4] = [Dtype::F64, Dtype::F32, Dtype::F16, Dtype::Bf16];

/// A number of a type, nearest to a rational.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rounded {
    /// The number, which is an `f64` whatever the type; ±∞ if the rational is too large for the type.
    pub value: f64,
    /// Whether it *is* the rational.
    pub exact: bool,
}

impl Dtype {
    /// Its name in options, in names of files, and in `--json`.
    pub fn name(self) -> &'static str {
        FloatType::from(self).name()
    }

    /// Bytes of a number.
    pub fn size(self) -> usize {
        match self {
            Self::F64 => 8,
            Self::F32 => 4,
            Self::F16 | Self::Bf16 => 2,
        }
    }

    /// The type that an exported graph computes in: half precision only stores.
    pub fn computes_in(self) -> Self {
        match self {
            Self::F64 => Self::F64,
            Self::F32 | Self::F16 | Self::Bf16 => Self::F32,
        }
    }

    /// The nearest number, ties to even, in one rounding from the rational.
    pub fn round(self, exact: &Rational) -> Rounded {
        let format = match self {
            Self::F64 => BINARY64,
            Self::F32 => BINARY32,
            Self::F16 => BINARY16,
            Self::Bf16 => BFLOAT16,
        };
        let value = nearest(exact, format);
        Rounded { value, exact: Rational::from_float(value).is_some_and(|value| value == *exact) }
    }

    /// Writes a number *of this type*, little endian, to a place of [`Self::size`] bytes.
    pub fn put(self, value: f64, place: &mut [u8]) {
        match self {
            Self::F64 => place.copy_from_slice(&value.to_le_bytes()),
            Self::F32 => place.copy_from_slice(&(value as f32).to_le_bytes()),
            Self::F16 => place.copy_from_slice(&f16::from_f64(value).to_le_bytes()),
            Self::Bf16 => place.copy_from_slice(&bf16::from_f64(value).to_le_bytes()),
        }
    }

    /// The numbers in little-endian bytes, whose length is a multiple of [`Self::size`].
    pub fn numbers(self, bytes: &[u8]) -> impl Iterator<Item = f64> + '_ {
        bytes.chunks_exact(self.size()).map(move |bytes| match *bytes {
            [a, b] if self == Self::F16 => f16::from_le_bytes([a, b]).to_f64(),
            [a, b] => bf16::from_le_bytes([a, b]).to_f64(),
            [a, b, c, d] => f32::from_le_bytes([a, b, c, d]).into(),
            _ => bytes.try_into().map_or(f64::NAN, f64::from_le_bytes),
        })
    }
}

impl From<Dtype> for FloatType {
    fn from(dtype: Dtype) -> Self {
        match dtype {
            Dtype::F64 => Self::F64,
            Dtype::F32 => Self::F32,
            Dtype::F16 => Self::F16,
            Dtype::Bf16 => Self::Bf16,
        }
    }
}

impl fmt::Display for Dtype {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_traits::Signed;
    use proptest::prelude::*;
    use sumformer_checker::arith::number::power_of_two;

    /// All finite non-negative numbers of a type with 16 bits, increasing.
    fn all(dtype: Dtype) -> Vec<f64> {
        let bytes: Vec<u8> = (0..=0x7fff_u16).flat_map(u16::to_le_bytes).collect();
        dtype.numbers(&bytes).filter(|value| value.is_finite()).collect()
    }

    fn exact(value: f64) -> Rational {
        Rational::from_float(value).expect("finite")
    }

    #[test]
    fn halfway_points_and_their_neighbours_round_as_ieee_754_says() {
        for dtype in [Dtype::F16, Dtype::Bf16] {
            let (numbers, little) = (all(dtype), power_of_two(-250));
            for (index, pair) in numbers.windows(2).enumerate() {
                let middle = (exact(pair[0]) + exact(pair[1])) / exact(2.0);
                let even = pair[index % 2];
                for (value, expected) in
                    [(&middle - &little, pair[0]), (middle.clone(), even), (&middle + &little, pair[1])]
                {
                    assert_eq!(dtype.round(&value).value, expected, "{dtype} {value}");
                    assert_eq!(dtype.round(&-value).value, -expected);
                }
                assert_eq!(dtype.round(&exact(pair[1])), Rounded { value: pair[1], exact: true });
            }
            // Halfway to what would be the next number, all are infinite.
            let (last, before) = (numbers[numbers.len() - 1], numbers[numbers.len() - 2]);
            let beyond = exact(last) + (exact(last) - exact(before)) / exact(2.0);
            assert_eq!(dtype.round(&beyond), Rounded { value: f64::INFINITY, exact: false });
            assert_eq!(dtype.round(&(beyond - little)).value, last);
        }
    }

    #[test]
    fn nothing_is_rounded_twice() {
        // 1 + 2^-24 + 2^-60 rounds to 1 + 2^-24 in f64, which is halfway between two f32.
        let value = exact(1.0) + power_of_two(-24) + power_of_two(-60);
        assert_eq!(Dtype::F32.round(&value).value, f64::from(1_f32.next_up()));
        assert_eq!(Dtype::F32.round(&(value - power_of_two(-59))).value, 1.0);
    }

    proptest! {
        #[test]
        fn bytes_hold_the_nearest_number(p in any::<i64>(), q in 1..i64::MAX, drop in 0..60u32, shift in -160i64..160) {
            let value = Rational::new((p >> drop).into(), (q >> drop).max(1).into()) * power_of_two(shift);
            for dtype in DTYPES {
                let rounded = dtype.round(&value);
                let mut bytes = vec![0; dtype.size()];
                dtype.put(rounded.value, &mut bytes);
                prop_assert_eq!(dtype.numbers(&bytes).collect::<Vec<_>>(), vec![rounded.value]);
                if rounded.value.is_finite() {
                    let distance = (exact(rounded.value) - &value).abs();
                    prop_assert_eq!(rounded.exact, distance == Rational::default());
                    // No neighbour, made from the bits, is nearer.
                    for step in [1, u64::MAX] {
                        let mut wide = [0; 8];
                        wide[..bytes.len()].copy_from_slice(&bytes);
                        let neighbour = u64::from_le_bytes(wide).wrapping_add(step).to_le_bytes();
                        for other in dtype.numbers(&neighbour[..dtype.size()]).filter(|other| other.is_finite()) {
                            prop_assert!(distance <= (exact(other) - &value).abs());
                        }
                    }
                }
            }
        }
    }
}
