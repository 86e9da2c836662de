//! Directed rounding of `f64` operations in safe Rust.
//!
//! The hardware rounds to nearest; an error-free transformation then tells on which side of the exact result the
//! rounded one lies, and it is moved by one step only if it lies on the wrong side. Every `*_up` is the mirror image
//! of its `*_down`, since rounding to nearest commutes with the sign. Arguments may be infinite; where an operation
//! is undefined (∞ − ∞, 0 · ∞, 0 / 0) the result is NaN unless said otherwise.

use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive};
use std::cmp::Ordering;
use sumformer_checker::arith::number::{Rational, floor_log2, power_of_two};

/// Below this magnitude (2^-900) the error of a product can be smaller than the least positive number, so operands
/// are scaled up (exactly) before it is computed. Far from overflow, so that scaling is harmless.
pub(super) const TINY: f64 = f64::from_bits((1023 - 900) << 52);
/// 2^600
const SCALE: f64 = f64::from_bits((1023 + 600) << 52);
/// 2^300
const ROOT_SCALE: f64 = f64::from_bits((1023 + 300) << 52);

/// The largest number ≤ the exact result, given the result rounded to nearest and the sign of exact − rounded.
#[inline(always)]
fn lower(nearest: f64, error: f64) -> f64 {
    if nearest == f64::INFINITY || error < 0.0 { nearest.next_down() } else { nearest }
}

/// The largest `f64` ≤ a + b.
#[inline(always)]
pub fn add_down(a: f64, b: f64) -> f64 {
    let sum = a + b;
    if a.is_infinite() || b.is_infinite() {
        return sum;
    }
    // Fast2Sum (Dekker): with |large| ≥ |small| this is the exact error, also for subnormal numbers, and nothing but
    // the sum itself can overflow, which Knuth's 2Sum does not grant.
    let (large, small) = if a.abs() >= b.abs() { (a, b) } else { (b, a) };
    lower(sum, small - (sum - large))
}

/// The smallest `f64` ≥ a + b.
#[inline(always)]
pub fn add_up(a: f64, b: f64) -> f64 {
    -add_down(-a, -b)
}

/// The largest `f64` ≤ a · b, with 0 · ∞ = 0 as interval end points need it.
#[inline(always)]
pub fn mul_down(a: f64, b: f64) -> f64 {
    if a == 0.0 || b == 0.0 {
        return 0.0;
    }
    let product = a * b;
    if a.is_infinite() || b.is_infinite() {
        return product;
    }
    if product.abs() >= TINY {
        // a·b − product is a multiple of 2^-1006 and fits one f64, so the fused operation returns it exactly.
        return lower(product, a.mul_add(b, -product));
    }
    let up = |t: f64| if t.abs() < TINY.sqrt() { (t * SCALE, SCALE) } else { (t, 1.0) };
    let ((a, scale_a), (b, scale_b)) = (up(a), up(b));
    lower(product, a.mul_add(b, -(product * scale_a * scale_b)))
}

/// The smallest `f64` ≥ a · b, with 0 · ∞ = 0.
#[inline(always)]
pub fn mul_up(a: f64, b: f64) -> f64 {
    -mul_down(-a, b)
}

/// The largest `f64` ≤ a / b for b ≠ 0.
pub fn div_down(a: f64, b: f64) -> f64 {
    let quotient = a / b;
    if a == 0.0 || a.is_infinite() || b.is_infinite() {
        // A finite a over ±∞ stands for a limit, whose value 0 is the end point sought.
        return quotient;
    }
    if quotient.is_infinite() {
        return lower(quotient, 0.0);
    }
    // a − quotient·b has the sign of (exact − rounded)·b; a tiny one is scaled before it can vanish.
    let scale = if a.abs() < TINY { SCALE } else { 1.0 };
    let residual = (-(quotient * scale)).mul_add(b, a * scale);
    lower(quotient, if b < 0.0 { -residual } else { residual })
}

/// The largest `f64` ≤ √a for a ≥ 0.
pub fn sqrt_down(a: f64) -> f64 {
    let (root, error) = sqrt_with_error(a);
    lower(root, error)
}

/// The smallest `f64` ≥ √a for a ≥ 0.
pub fn sqrt_up(a: f64) -> f64 {
    let (root, error) = sqrt_with_error(a);
    if error > 0.0 { root.next_up() } else { root }
}

/// √a rounded to nearest (IEEE 754 requires it) and the sign of a − root².
fn sqrt_with_error(a: f64) -> (f64, f64) {
    let root = a.sqrt();
    if a == 0.0 || a.is_infinite() {
        return (root, 0.0);
    }
    let (scaled, scaled_root) = if a < TINY { (a * SCALE, root * ROOT_SCALE) } else { (a, root) };
    (root, (-scaled_root).mul_add(scaled_root, scaled))
}

/// A lower bound of a^exponent for a ≥ 0, by repeated squaring; exact where every product is.
pub fn pow_down(a: f64, exponent: u32) -> f64 {
    power(a, exponent, mul_down)
}

/// An upper bound of a^exponent for a ≥ 0, by repeated squaring; exact where every product is.
pub fn pow_up(a: f64, exponent: u32) -> f64 {
    power(a, exponent, mul_up)
}

fn power(a: f64, exponent: u32, multiply: fn(f64, f64) -> f64) -> f64 {
    let (mut result, mut square, mut rest) = (1.0, a, exponent);
    while rest > 0 {
        if rest & 1 == 1 {
            result = multiply(result, square);
        }
        rest >>= 1;
        if rest > 0 {
            square = multiply(square, square);
        }
    }
    result
}

/// A binary floating-point format: significant bits, the exponent of its least positive number, and the least exponent
/// whose power of two it does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Format {
    precision: i64,
    min_exponent: i64,
    overflow: i64,
}

/// binary64
pub(crate) const BINARY64: Format = Format { precision: 53, min_exponent: -1074, overflow: 1024 };
/// binary32
pub(crate) const BINARY32: Format = Format { precision: 24, min_exponent: -149, overflow: 128 };
/// binary16
#[cfg(feature = "export")]
pub(crate) const BINARY16: Format = Format { precision: 11, min_exponent: -24, overflow: 16 };
/// bfloat16: binary32 without its last 16 bits
#[cfg(feature = "export")]
pub(crate) const BFLOAT16: Format = Format { precision: 8, min_exponent: -133, overflow: 128 };

/// The spacing of the format's numbers of magnitude in [2^`log2`, 2^(`log2` + 1)), as an exponent of two.
fn unit_exponent(log2: i64, format: Format) -> i64 {
    (log2 + 1 - format.precision).max(format.min_exponent)
}

/// `mantissa · 2^exponent` for |mantissa| ≤ 2^53 and exponent ≥ −1074; ±∞ if it is too large.
fn compose(mantissa: &BigInt, exponent: i64) -> f64 {
    // Both factors are exact and so is the product, unless it overflows.
    let mantissa = mantissa.to_f64().unwrap_or(f64::NAN);
    if exponent > 971 && mantissa != 0.0 {
        return f64::INFINITY.copysign(mantissa);
    }
    mantissa * exp2(exponent)
}

/// 2^exponent for −1074 ≤ exponent ≤ 1023, from its bits; also below the normal numbers.
pub(super) fn exp2(exponent: i64) -> f64 {
    let bits = if exponent < -1022 { 1 << (exponent + 1074) } else { ((exponent + 1023) as u64) << 52 };
    f64::from_bits(bits)
}

/// Numerator and denominator, if both are `f64`s: one division then rounds as it should.
fn short_fraction(value: &Rational) -> Option<(f64, f64)> {
    let exact = |part: BigInt| if part.bits() <= BINARY64.precision as u64 { part.to_f64() } else { None };
    Some((exact(value.numer())?, exact(value.denom())?))
}

/// The largest `f64` ≤ value.
pub fn from_rational_down(value: &Rational) -> f64 {
    if let Some((numerator, denominator)) = short_fraction(value) {
        return div_down(numerator, denominator);
    }
    let exponent = unit_exponent(floor_log2(value), BINARY64);
    let rounded = compose(&(value / power_of_two(exponent)).floor().to_integer(), exponent);
    if rounded == f64::INFINITY { f64::MAX } else { rounded }
}

/// The smallest `f64` ≥ value.
pub fn from_rational_up(value: &Rational) -> f64 {
    // Of the two zeros this sum gives the one without a sign.
    0.0 - from_rational_down(&-value)
}

/// The nearest number of the format, ties to even, as an `f64`, which has all of them; ±∞ if it is too large.
pub(crate) fn nearest(value: &Rational, format: Format) -> f64 {
    let double = nearest_double(value);
    if format == BINARY64 || double == 0.0 || double.is_infinite() {
        return double;
    }
    // What lies halfway between two numbers of the format is an `f64`. So `double` lies on the same side of it as the value does,
    // unless it is the halfway point itself: only then does the value decide.
    let log2 = i64::from((double.to_bits() >> 52) as u16 & 0x7ff) - 1023;
    let unit = exp2(unit_exponent(log2, format));
    let scaled = double.abs() / unit;
    let (mut mantissa, rest) = (scaled.floor(), scaled.fract());
    let side = if rest == 0.5 {
        Rational::from_float(double.abs()).map_or(Ordering::Equal, |halfway| value.abs().cmp(&halfway))
    } else {
        rest.total_cmp(&0.5)
    };
    if side == Ordering::Greater || (side == Ordering::Equal && mantissa % 2.0 == 1.0) {
        mantissa += 1.0;
    }
    let magnitude = mantissa * unit;
    let magnitude = if magnitude < 2_f64.powi(format.overflow as i32) { magnitude } else { f64::INFINITY };
    magnitude.copysign(double)
}

/// The nearest `f64`, ties to even.
fn nearest_double(value: &Rational) -> f64 {
    if let Some((numerator, denominator)) = short_fraction(value) {
        return numerator / denominator;
    }
    let exponent = unit_exponent(floor_log2(value), BINARY64);
    let scaled = value.abs() / power_of_two(exponent);
    let twice_rest = (&scaled - scaled.floor()) * Rational::from_integer(2.into());
    let mut mantissa = scaled.floor().to_integer();
    let one = Rational::from_integer(1.into());
    if twice_rest > one || (twice_rest == one && mantissa.bit(0)) {
        mantissa += 1;
    }
    let magnitude = compose(&mantissa, exponent);
    if value.is_negative() { -magnitude } else { magnitude }
}
