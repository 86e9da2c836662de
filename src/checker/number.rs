//! Exact numbers: rationals, their decimal and fractional notation, and rounding to a coarse dyadic grid.

use num_bigint::{BigInt, BigUint};
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};
use std::cmp::Ordering;

/// The number field everything is proved in.
pub type Rational = BigRational;

/// The longest numeral that is read, in characters; longer ones are refused instead of filling the memory.
pub const MAX_NUMERAL_LENGTH: usize = 10_000;

/// The largest decimal exponent (in absolute value) that is read.
const MAX_DECIMAL_EXPONENT: i64 = 2_000;

/// Why a numeral was not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// Neither an integer, a fraction nor a decimal.
    #[error(
        "`{0}` is not an exact number; write an integer, a fraction such as 1/3, or a decimal such as 0.25"
    )]
    Malformed(String),
    /// A fraction with denominator zero.
    #[error("`{0}` divides by zero")]
    ZeroDenominator(String),
    /// More than [`MAX_NUMERAL_LENGTH`] characters, or an exponent beyond ±2000.
    #[error(
        "a numeral of {0} characters is longer or larger than this program reads (limit {MAX_NUMERAL_LENGTH} characters, exponents up to 2000)"
    )]
    TooLong(usize),
}

/// Reads an integer, a fraction `p/q` or a decimal (`0.25`, `1e-3`), exactly.
pub fn parse_rational(text: &str) -> Result<Rational, NumberError> {
    if let Some(short) = parse_short(text) {
        return Ok(short);
    }
    if text.len() > MAX_NUMERAL_LENGTH {
        return Err(NumberError::TooLong(text.len()));
    }
    let malformed = || NumberError::Malformed(text.to_string());
    let trimmed = text.trim();
    if let Some((numerator, denominator)) = trimmed.split_once('/') {
        let numerator = parse_integer(numerator.trim_end()).ok_or_else(malformed)?;
        let denominator = parse_digits(denominator.trim_start()).ok_or_else(malformed)?;
        if denominator.is_zero() {
            return Err(NumberError::ZeroDenominator(trimmed.to_string()));
        }
        return Ok(Rational::new(numerator, denominator.into()));
    }
    parse_decimal(trimmed).ok_or_else(malformed)?.ok_or(NumberError::TooLong(text.len()))
}

/// The numerals that large files are full of, `p` and `p/q` with at most 18 digits each, in machine integers.
fn parse_short(text: &str) -> Option<Rational> {
    let read = |digits: &str| {
        let short = (1..=18).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        if short { digits.parse::<i64>().ok() } else { None }
    };
    let (numerator, denominator) = text.split_once('/').unwrap_or((text, "1"));
    let magnitude = read(numerator.strip_prefix('-').unwrap_or(numerator))?;
    let denominator = read(denominator).filter(|&q| q != 0)?;
    let common = magnitude.gcd(&denominator);
    let sign = if numerator.starts_with('-') { -1 } else { 1 };
    Some(Rational::new_raw((sign * (magnitude / common)).into(), (denominator / common).into()))
}

fn parse_digits(text: &str) -> Option<BigUint> {
    (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

fn parse_integer(text: &str) -> Option<BigInt> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let magnitude = BigInt::from(parse_digits(digits)?);
    Some(if negative { -magnitude } else { magnitude })
}

/// `None`: malformed. `Some(None)`: well formed but the exponent is out of the range that is read.
fn parse_decimal(text: &str) -> Option<Option<Rational>> {
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], parse_integer(&text[at + 1..])?),
        None => (text, BigInt::zero()),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let has_point = mantissa.contains('.');
    let unsigned = whole.strip_prefix(['-', '+']).unwrap_or(whole);
    if (unsigned.is_empty() && fraction.is_empty())
        || !unsigned.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit())
        || (has_point && fraction.is_empty())
        || unsigned.is_empty()
    {
        return None;
    }
    let magnitude: BigInt = format!("{unsigned}{fraction}").parse().ok()?;
    let signed = if whole.starts_with('-') { -magnitude } else { magnitude };
    let Some(exponent) = exponent.to_i64().filter(|e| e.abs() <= MAX_DECIMAL_EXPONENT) else {
        return Some(None);
    };
    let shift = exponent - fraction.len() as i64;
    let power = BigInt::from(10).pow(shift.unsigned_abs() as u32);
    Some(Some(if shift >= 0 { Rational::from(signed * power) } else { Rational::new(signed, power) }))
}

/// The rational with numerator `p` and denominator `q ≠ 0`.
pub fn ratio(p: i64, q: i64) -> Rational {
    Rational::new(p.into(), q.into())
}

/// The integer `p` as a rational.
pub fn integer(p: i64) -> Rational {
    Rational::from(BigInt::from(p))
}

/// `2^exponent`, exactly.
pub fn power_of_two(exponent: i64) -> Rational {
    let magnitude = BigInt::one() << exponent.unsigned_abs();
    if exponent >= 0 { Rational::from(magnitude) } else { Rational::new_raw(BigInt::one(), magnitude) }
}

/// ⌊log2 |value|⌋ for a non-zero value.
pub fn floor_log2(value: &Rational) -> i64 {
    let estimate = value.numer().bits() as i64 - value.denom().bits() as i64;
    if compare(&value.abs(), &power_of_two(estimate)) == Ordering::Less { estimate - 1 } else { estimate }
}

/// The smallest dyadic number with at most `bits` significant bits that is ≥ `value`.
///
/// Rounding error terms up keeps their size bounded along chains of gadgets.
pub fn round_up(value: &Rational, bits: u32) -> Rational {
    round_dyadic(value, bits, true)
}

/// The largest dyadic number with at most `bits` significant bits that is ≤ `value`.
pub fn round_down(value: &Rational, bits: u32) -> Rational {
    round_dyadic(value, bits, false)
}

fn round_dyadic(value: &Rational, bits: u32, up: bool) -> Rational {
    if value.is_zero() {
        return value.clone();
    }
    let unit = power_of_two(floor_log2(value) + 1 - i64::from(bits.max(1)));
    let scaled = value / &unit;
    (if up { scaled.ceil() } else { scaled.floor() }) * unit
}

/// The nearest `f64`, for display and for heuristics only; never used where a bound is decided.
pub fn to_f64(value: &Rational) -> f64 {
    value.to_f64().unwrap_or(f64::NAN)
}

/// The order of two rationals, by cross-multiplication.
///
/// The operators of [`BigRational`] recurse once per common step of the two continued fractions, so that two long
/// numbers made for the purpose overflow the stack; numbers of unknown origin are compared with this.
pub fn compare(a: &Rational, b: &Rational) -> Ordering {
    if a.denom() == b.denom() || a.numer().sign() != b.numer().sign() {
        return a.numer().cmp(b.numer());
    }
    (a.numer() * b.denom()).cmp(&(b.numer() * a.denom()))
}

/// Whether `a ≤ b`.
pub fn at_most(a: &Rational, b: &Rational) -> bool {
    compare(a, b) != Ordering::Greater
}

/// Whether two (reduced) rationals are the same.
pub fn same(a: &Rational, b: &Rational) -> bool {
    a.denom() == b.denom() && a.numer() == b.numer()
}

/// The larger of two rationals.
pub fn max(a: Rational, b: Rational) -> Rational {
    if at_most(&b, &a) { a } else { b }
}

/// The smaller of two rationals.
pub fn min(a: Rational, b: Rational) -> Rational {
    if at_most(&a, &b) { a } else { b }
}

/// The binomial coefficient C(n, k).
pub fn binomial(n: u64, k: u64) -> BigInt {
    if k > n {
        return BigInt::zero();
    }
    (0..k.min(n - k)).fold(BigInt::one(), |c, i| c * (n - i) / (i + 1))
}

/// The least common multiple of the denominators.
pub fn common_denominator<'a>(values: impl IntoIterator<Item = &'a Rational>) -> BigInt {
    values.into_iter().fold(BigInt::one(), |lcm, v| if v.denom().is_one() { lcm } else { lcm.lcm(v.denom()) })
}

/// Rationals as JSON strings `"p/q"` (reduced; integers without denominator).
pub mod serde_rational {
    use super::{Rational, parse_rational};
    use serde::de::{Deserializer, Error, Visitor};
    use serde::ser::Serializer;
    use std::fmt;

    /// Writes the reduced fraction.
    pub fn serialize<S: Serializer>(value: &Rational, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    /// Reads any exact notation.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Rational, D::Error> {
        deserializer.deserialize_str(Numeral)
    }

    /// Parses a string where it stands, without a copy.
    struct Numeral;

    impl Visitor<'_> for Numeral {
        type Value = Rational;

        fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
            formatter.write_str("a string")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Rational, E> {
            parse_rational(text).map_err(E::custom)
        }
    }
}

/// A rational that is written to JSON as an exact string.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Exact(#[serde(with = "serde_rational")] pub Rational);

impl PartialEq for Exact {
    fn eq(&self, other: &Self) -> bool {
        same(&self.0, &other.0)
    }
}

impl Eq for Exact {}

impl Ord for Exact {
    fn cmp(&self, other: &Self) -> Ordering {
        compare(&self.0, &other.0)
    }
}

impl PartialOrd for Exact {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numerals_are_exact() {
        for (text, p, q) in [
            ("3", 3, 1),
            ("-1/2", -1, 2),
            ("0.25", 1, 4),
            ("6/4", 3, 2),
            ("1e-3", 1, 1000),
            ("-2.5E1", -25, 1),
        ] {
            assert_eq!(parse_rational(text).unwrap(), ratio(p, q), "{text}");
        }
        for text in ["", "x", "1/", "/2", "1/-2", "1.", ".5", "--1", "1 2", "0x1", "1e", "nan", "1/2/3", "٣"]
        {
            assert!(matches!(parse_rational(text), Err(NumberError::Malformed(_))), "{text}");
        }
        assert!(matches!(parse_rational("1/0"), Err(NumberError::ZeroDenominator(_))));
        assert!(matches!(parse_rational("1e999999999999"), Err(NumberError::TooLong(_))));
        assert!(matches!(parse_rational(&"1".repeat(10_001)), Err(NumberError::TooLong(_))));
    }

    #[test]
    fn short_numerals_are_read_like_long_ones() {
        // Leading zeros lead to the general reader.
        let long = |text: &str| {
            let unsigned = text.strip_prefix('-').unwrap_or(text);
            let zeros = "0".repeat(20);
            if unsigned.len() < text.len() { format!("-{zeros}{unsigned}") } else { format!("{zeros}{text}") }
        };
        for text in ["0", "-0", "0/7", "-6/4", "1/1", "7/999999999999999999", "-999999999999999999/3"] {
            let (short, general) = (parse_short(text).unwrap(), parse_rational(&long(text)).unwrap());
            assert!(parse_short(&long(text)).is_none() && same(&short, &general), "{text}");
        }
        for text in
            ["", "-", "/", "1/", "/2", "1/0", "1/-2", "1 /2", "+1", "1.5", "1/2/3", "1234567890123456789"]
        {
            assert!(parse_short(text).is_none(), "{text}");
        }
    }

    #[test]
    fn rounding_is_directed_and_tight() {
        for value in
            [ratio(1, 3), ratio(-1, 3), ratio(1000, 7), ratio(1, 1 << 40), integer(8), ratio(255, 256)]
        {
            for bits in [1, 4, 12] {
                let (down, up) = (round_down(&value, bits), round_up(&value, bits));
                assert!(down <= value && value <= up);
                let unit = power_of_two(floor_log2(&value) + 1 - i64::from(bits));
                assert!(&up - &down <= unit);
                assert_eq!(round_up(&up, bits), up);
            }
        }
    }
}
