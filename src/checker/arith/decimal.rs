//! Numbers for people: a few decimals of a rational, rounded from the fraction itself and in a direction that is named.
//!
//! A bound that is printed is a statement too. Upper bounds are rounded up ([`above`]), lower bounds down ([`below`]),
//! everything else to the nearest ([`nearest`]). No float is involved, so 10^2000 and 10^-2000 print like other numbers.

use super::number::Rational;
use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{Signed, Zero};
use std::cmp::Ordering;

/// Significant digits of an error.
const ERROR_DIGITS: usize = 4;
/// Significant digits of the end of a range.
const END_DIGITS: usize = 7;
/// Fractions with more bits than this are left out of sentences; their decimals are enough.
const LONG_FRACTION: u64 = 1000;

/// Which neighbour is printed in place of a number between two decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    /// The larger one: for upper bounds.
    Up,
    /// The smaller one: for lower bounds.
    Down,
    /// The nearer one; of two equally near ones that with the larger magnitude.
    Nearest,
}

/// `9.071e-2`: an upper bound with four digits, not below the bound; `0` for zero.
pub fn above(bound: &Rational) -> String {
    Decimal::new(bound, ERROR_DIGITS, Rounding::Up).scientific()
}

/// `9.070e-2`: a lower bound with four digits, not above the bound; `0` for zero.
pub fn below(bound: &Rational) -> String {
    Decimal::new(bound, ERROR_DIGITS, Rounding::Down).scientific()
}

/// A number that bounds nothing, with four digits; `0` for zero.
pub fn nearest(value: &Rational) -> String {
    Decimal::new(value, ERROR_DIGITS, Rounding::Nearest).scientific()
}

/// A number that bounds nothing, with seven digits and without an exponent if it is neither large nor small.
pub fn place(value: &Rational) -> String {
    Decimal::new(value, END_DIGITS, Rounding::Nearest).plain()
}

/// `[-0.5, 1.3e9]`: a range with at most seven digits at each end, rounded outward; an end may be missing.
pub fn range(inf: Option<&Rational>, sup: Option<&Rational>) -> String {
    let end = |value: Option<&Rational>, rounding, missing: &str| {
        value.map_or_else(|| missing.into(), |value| Decimal::new(value, END_DIGITS, rounding).plain())
    };
    format!("[{}, {}]", end(inf, Rounding::Down, "-infinity"), end(sup, Rounding::Up, "infinity"))
}

/// `1/3 (about 3.334e-1)`: a bound exactly and in decimals; only the decimals if the fraction is very long.
pub fn exact_and_about(bound: &Rational, rounding: Rounding) -> String {
    let about = Decimal::new(bound, ERROR_DIGITS, rounding).scientific();
    match bound.bits() {
        0..=LONG_FRACTION => format!("{bound} (about {about})"),
        bits => format!("about {about} (a fraction of {bits} bits)"),
    }
}

/// ± d.ddd · 10^exponent, with a digit before the point that is not 0 unless the number is 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decimal {
    negative: bool,
    digits: String,
    exponent: i64,
}

impl Decimal {
    /// The neighbour of `value` with so many significant digits (at least 1) in the direction asked for.
    pub fn new(value: &Rational, digits: usize, rounding: Rounding) -> Self {
        let digits = digits.max(1);
        let negative = value.is_negative();
        if value.is_zero() {
            return Self { negative, digits: "0".repeat(digits), exponent: 0 };
        }
        let (numerator, denominator) = (value.numer().abs(), value.denom());
        let [low, high] = [digits - 1, digits].map(|power| BigInt::from(10).pow(saturating_u32(power)));
        let bits = |number: &BigInt| i128::from(number.bits());
        // log10 2 to six digits; the loop mends what the estimate misses.
        let mut exponent = saturating_i64((bits(&numerator) - bits(&denominator)) * 301_030 / 1_000_000);
        let (quotient, exact, half) = loop {
            let shift = i64::try_from(digits - 1).unwrap_or(i64::MAX).saturating_sub(exponent);
            let power = BigInt::from(10).pow(u32::try_from(shift.unsigned_abs()).unwrap_or(u32::MAX));
            let (n, d) = if shift >= 0 {
                (&numerator * power, denominator.clone())
            } else {
                (numerator.clone(), &denominator * power)
            };
            let (quotient, remainder) = n.div_rem(&d);
            if quotient < low {
                exponent -= 1;
            } else if quotient >= high {
                exponent += 1;
            } else {
                break (quotient, remainder.is_zero(), (remainder * 2u8).cmp(&d));
            }
        };
        let away = match rounding {
            Rounding::Up => !exact && !negative,
            Rounding::Down => !exact && negative,
            Rounding::Nearest => half != Ordering::Less,
        };
        let rounded = if away { quotient + 1u8 } else { quotient };
        // 9.999 became 10.00.
        let (rounded, exponent) = if rounded == high { (low, exponent + 1) } else { (rounded, exponent) };
        Self { negative, digits: rounded.to_string(), exponent }
    }

    fn is_zero(&self) -> bool {
        self.digits.bytes().all(|digit| digit == b'0')
    }

    fn sign(&self) -> &'static str {
        if self.negative { "-" } else { "" }
    }

    /// `-1.500e-7`; all digits are shown, except of zero.
    pub fn scientific(&self) -> String {
        if self.is_zero() {
            return "0".into();
        }
        let (first, rest) = self.digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        format!("{}{first}{point}{rest}e{}", self.sign(), self.exponent)
    }

    /// `-0.0015`, `123.4`, `1.5e12`: without zeros at the end, and without an exponent if it is small.
    pub fn plain(&self) -> String {
        let digits = self.digits.trim_end_matches('0');
        let sign = self.sign();
        match self.exponent {
            _ if digits.is_empty() => "0".into(),
            -4..=-1 => {
                let zeros = usize::try_from(-self.exponent - 1).unwrap_or(0);
                format!("{sign}0.{}{digits}", "0".repeat(zeros))
            }
            0..=6 => {
                let whole = usize::try_from(self.exponent + 1).unwrap_or(1);
                let padded = format!("{digits:0<whole$}");
                let (whole, fraction) = padded.split_at(whole);
                let point = if fraction.is_empty() { "" } else { "." };
                format!("{sign}{whole}{point}{fraction}")
            }
            exponent => {
                let (first, rest) = digits.split_at(1);
                let point = if rest.is_empty() { "" } else { "." };
                format!("{sign}{first}{point}{rest}e{exponent}")
            }
        }
    }
}

fn saturating_u32(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

fn saturating_i64(value: i128) -> i64 {
    i64::try_from(value).unwrap_or(if value < 0 { i64::MIN } else { i64::MAX })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arith::number::{integer, parse_rational, power_of_two, ratio};
    use proptest::prelude::*;

    fn ten_to_the(power: i64) -> Rational {
        let magnitude = integer(10).pow(u32::try_from(power.unsigned_abs()).unwrap());
        if power < 0 { magnitude.recip() } else { magnitude }
    }

    #[test]
    fn bounds_are_rounded_in_their_direction() {
        let bound = parse_rational("0.0907021").unwrap();
        assert_eq!([above(&bound), below(&bound), nearest(&bound)], ["9.071e-2", "9.070e-2", "9.070e-2"]);
        let bound = -bound;
        assert_eq!([above(&bound), below(&bound), nearest(&bound)], ["-9.070e-2", "-9.071e-2", "-9.070e-2"]);
        let tie = ratio(100_005, 100_000);
        assert_eq!([above(&tie), below(&tie), nearest(&tie)], ["1.001e0", "1.000e0", "1.000e0"]);
        assert_eq!(nearest(&ratio(10_005, 10)), "1.001e3");
        assert_eq!([above(&ratio(99_995, 10)), below(&ratio(99_995, 10))], ["1.000e4", "9.999e3"]);
        assert_eq!([above(&integer(0)), below(&integer(0)), nearest(&integer(0))], ["0", "0", "0"]);
        assert_eq!([above(&ratio(1, 2)), below(&ratio(1, 2))], ["5.000e-1", "5.000e-1"]);
    }

    #[test]
    fn numbers_beyond_all_floats_are_numbers() {
        assert_eq!(above(&ten_to_the(2000)), "1.000e2000");
        assert_eq!(above(&(ten_to_the(2000) + integer(1))), "1.001e2000");
        assert_eq!(below(&-ten_to_the(-2000)), "-1.000e-2000");
        assert_eq!(above(&power_of_two(-4000)), "7.587e-1205");
        assert_eq!(below(&power_of_two(-4000)), "7.586e-1205");
        // A million bits, where the estimate of the exponent is far off by itself.
        assert_eq!(nearest(&power_of_two(1_000_000)), "9.901e301029");
    }

    #[test]
    fn ranges_are_rounded_outward_and_written_plainly() {
        assert_eq!(range(Some(&ratio(-1, 2)), Some(&integer(1_300_000_000))), "[-0.5, 1.3e9]");
        assert_eq!(range(Some(&ratio(1, 3)), Some(&ratio(2, 3))), "[0.3333333, 0.6666667]");
        assert_eq!(range(None, Some(&ratio(-1, 3000))), "[-infinity, -0.0003333333]");
        assert_eq!(range(Some(&integer(-1200)), Some(&integer(0))), "[-1200, 0]");
        assert_eq!(range(Some(&ratio(1, 30_000)), None), "[3.333333e-5, infinity]");
        assert_eq!(place(&ratio(4999, 2)), "2499.5");
    }

    #[test]
    fn very_long_fractions_are_not_written_out() {
        assert_eq!(exact_and_about(&ratio(1, 3), Rounding::Up), "1/3 (about 3.334e-1)");
        let long = power_of_two(-2000);
        assert_eq!(exact_and_about(&long, Rounding::Down), "about 8.709e-603 (a fraction of 2002 bits)");
    }

    fn value(numerator: i64, denominator: i64, scale: i64) -> Rational {
        ratio(numerator, denominator) * ten_to_the(scale)
    }

    proptest! {
        /// The lemma: rounded up is at least the value, rounded down at most, and both within a unit of the last digit.
        #[test]
        fn what_is_printed_encloses_the_value(
            numerator in any::<i64>(), denominator in 1i64.., scale in -900i64..900, digits in 1usize..20,
        ) {
            let value = value(numerator, denominator, scale);
            let read = |rounding| {
                let decimal = Decimal::new(&value, digits, rounding);
                let [scientific, plain] =
                    [decimal.scientific(), decimal.plain()].map(|text| parse_rational(&text).unwrap());
                assert_eq!(scientific, plain, "two notations of one number");
                (scientific, decimal.exponent)
            };
            let ((up, at), (down, _), (near, _)) = (read(Rounding::Up), read(Rounding::Down), read(Rounding::Nearest));
            let unit = ten_to_the(at + 1 - i64::try_from(digits).unwrap());
            prop_assert!(down <= value && value <= up);
            prop_assert!(&up - &down <= unit);
            prop_assert!(near == up || near == down);
            prop_assert!((&near - &value).abs() * integer(2) <= unit);
        }

        /// Numbers that are short decimals are printed as they are.
        #[test]
        fn short_decimals_are_exact(digits in -9999i64..=9999, scale in -900i64..900) {
            let value = integer(digits) * ten_to_the(scale);
            for text in [above(&value), below(&value), nearest(&value)] {
                prop_assert_eq!(parse_rational(&text).unwrap(), value.clone());
            }
        }
    }
}
