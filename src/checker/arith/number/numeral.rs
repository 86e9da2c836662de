//! Numerals: integers, fractions and decimals, read exactly.

use super::rational::Rational;
use super::word::divisor;
use crate::limits::{MAX_DECIMAL_EXPONENT, MAX_NUMERAL_LENGTH};
use num_bigint::{BigInt, BigUint};
use num_traits::{ToPrimitive, Zero};

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
    let malformed = || NumberError::Malformed(brief(text));
    let trimmed = text.trim();
    if let Some((numerator, denominator)) = trimmed.split_once('/') {
        let numerator = parse_integer(numerator.trim_end()).ok_or_else(malformed)?;
        let denominator = parse_digits(denominator.trim_start()).ok_or_else(malformed)?;
        if denominator.is_zero() {
            return Err(NumberError::ZeroDenominator(brief(trimmed)));
        }
        return Ok(Rational::new(numerator, denominator.into()));
    }
    parse_decimal(trimmed).ok_or_else(malformed)?.ok_or(NumberError::TooLong(text.len()))
}

/// The beginning of a long text, for messages.
fn brief(text: &str) -> String {
    const LONGEST: usize = 40;
    match text.char_indices().nth(LONGEST) {
        None => text.to_string(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

/// The numerals that large files are full of, `p` and `p/q` with at most 18 digits each, in machine integers.
fn parse_short(text: &str) -> Option<Rational> {
    let next = |value: u64, digit: u8| digit.is_ascii_digit().then(|| 10 * value + u64::from(digit - b'0'));
    let read = |digits: &str| {
        if (1..=18).contains(&digits.len()) { digits.bytes().try_fold(0, next) } else { None }
    };
    let (numerator, denominator) = text.split_once('/').unwrap_or((text, "1"));
    let magnitude = read(numerator.strip_prefix('-').unwrap_or(numerator))?;
    let denominator = read(denominator).filter(|&q| q != 0)?;
    let common = divisor(magnitude, denominator);
    let sign = if numerator.starts_with('-') { -1 } else { 1 };
    let numerator = sign * i128::from(magnitude / common);
    Some(Rational::of_parts(numerator, (denominator / common).into()))
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
    let places = i64::try_from(fraction.len()).ok()?;
    let shift = exponent - places;
    let power = BigInt::from(10).pow(u32::try_from(shift.unsigned_abs()).ok()?);
    Some(Some(if shift >= 0 { Rational::from(signed * power) } else { Rational::new(signed, power) }))
}

#[cfg(test)]
mod tests {
    use super::super::ratio;
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
            assert!(parse_short(&long(text)).is_none() && short == general, "{text}");
        }
        for text in
            ["", "-", "/", "1/", "/2", "1/0", "1/-2", "1 /2", "+1", "1.5", "1/2/3", "1234567890123456789"]
        {
            assert!(parse_short(text).is_none(), "{text}");
        }
    }
}
