//! Numbers that matter: exactly, as a float, and in decimals; bounds rounded in their direction.

use crate::numeric::FloatInterval;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use sumformer_checker::arith::decimal::{Decimal, Rounding};
use sumformer_checker::arith::number::{Rational, floor_log2, power_of_two, to_f64};

pub use sumformer_checker::arith::decimal::{above, below, nearest};

/// `{"exact": "p/q", "float": …}` of an upper bound: the float is not below it.
pub fn upper(bound: &Rational) -> Value {
    json!(Bound::upper(bound))
}

/// The same of a lower bound: the float is not above it.
pub fn lower(bound: &Rational) -> Value {
    json!(Bound::lower(bound))
}

/// The same of a number that bounds nothing: the nearest float.
pub fn given(value: &Rational) -> Value {
    json!(Bound { value: value.clone(), rounding: Rounding::Nearest })
}

/// A number and the direction in which it may be rounded.
#[derive(Debug, Clone)]
pub struct Bound {
    /// The number itself.
    pub value: Rational,
    /// Up for upper bounds, down for lower ones.
    pub rounding: Rounding,
}

impl Bound {
    /// A number that something does not exceed.
    pub fn upper(bound: &Rational) -> Self {
        Self { value: bound.clone(), rounding: Rounding::Up }
    }

    /// A number that something reaches.
    pub fn lower(bound: &Rational) -> Self {
        Self { value: bound.clone(), rounding: Rounding::Down }
    }

    /// The neighbouring `f64` in the bound's direction; `None` where that is infinite.
    pub fn float(&self) -> Option<f64> {
        let enclosure = FloatInterval::from_rational(&self.value);
        let float = match self.rounding {
            Rounding::Up => enclosure.sup(),
            Rounding::Down => enclosure.inf(),
            Rounding::Nearest => to_f64(&self.value),
        };
        float.is_finite().then_some(float)
    }

    /// log10 of the number, for places in pictures; −∞ for 0.
    pub fn log10(&self) -> f64 {
        if self.value == Rational::default() {
            return f64::NEG_INFINITY;
        }
        // Within [1, 2), whatever the number is.
        let exponent = floor_log2(&self.value);
        let mantissa = to_f64(&(&self.value * power_of_two(-exponent)));
        mantissa.log10() + exponent as f64 * std::f64::consts::LOG10_2
    }
}

/// Four digits, rounded in the bound's direction.
impl std::fmt::Display for Bound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&match self.rounding {
            Rounding::Up => above(&self.value),
            Rounding::Down => below(&self.value),
            Rounding::Nearest => nearest(&self.value),
        })
    }
}

/// `{"exact": "p/q", "float": …}`; the float is null where no finite one is on the bound's side.
impl Serialize for Bound {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Pair {
            exact: String,
            float: Option<f64>,
        }
        Pair { exact: self.value.to_string(), float: self.float() }.serialize(serializer)
    }
}

/// The exact number if it is short, else `~` and sixteen digits.
pub fn readable(value: &Rational) -> String {
    const LONGEST: u64 = 24;
    const DIGITS: usize = 16;
    // Digits are counted by bits first: writing out millions of them takes long.
    if value.bits() <= 4 * LONGEST {
        let exact = value.to_string();
        if exact.len() as u64 <= LONGEST {
            return exact;
        }
    }
    format!("~{}", Decimal::new(value, DIGITS, Rounding::Nearest).plain())
}

/// `<= 1.235e-4`: four digits, not below the bound.
pub fn at_most(bound: &Rational) -> String {
    format!("<= {}", above(bound))
}

/// `3.142e0`: a float that was measured, or that only ranks things.
pub fn measured(value: f64) -> String {
    if value == 0.0 { "0".into() } else { format!("{value:.3e}") }
}

/// A count as a number, or as a string where JSON readers would round it.
pub fn count(value: &num_bigint::BigUint) -> Value {
    u64::try_from(value).map_or_else(|_| json!(value.to_string()), |value| json!(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use sumformer_checker::arith::number::{integer, parse_rational, ratio};

    #[test]
    fn floats_beside_bounds_are_on_their_side() {
        for text in ["1/3", "-1/3", "0.1", "1e300", "1e-2000", "-1e-2000", "0"] {
            let value = parse_rational(text).unwrap();
            let float = |rounding| Bound { value: value.clone(), rounding }.float().unwrap();
            let [up, down] = [Rounding::Up, Rounding::Down].map(float);
            let exact = |float| Rational::from_float(float).unwrap();
            assert!(exact(up) >= value && exact(down) <= value, "{text}");
            assert!(up <= down.next_up(), "{text}");
        }
    }

    #[test]
    fn where_floats_end_there_is_null_and_the_exact_number() {
        let huge = parse_rational("1e2000").unwrap();
        assert_eq!(upper(&huge), json!({ "exact": huge.to_string(), "float": null }));
        assert_eq!(lower(&huge)["float"], json!(f64::MAX));
        assert_eq!(given(&huge)["float"], json!(null));
        let tiny = parse_rational("1e-2000").unwrap();
        assert_eq!(upper(&tiny)["float"], json!(f64::from_bits(1)));
        assert_eq!(lower(&tiny)["float"], json!(0.0));
    }

    #[test]
    fn logarithms_know_no_limits() {
        let log = |text| Bound::upper(&parse_rational(text).unwrap()).log10();
        for (text, expected) in [("1e2000", 2000.0), ("1e-2000", -2000.0), ("1/8", 0.125f64.log10())] {
            assert!((log(text) - expected).abs() < 1e-9, "{text}");
        }
        assert_eq!(Bound::upper(&integer(0)).log10(), f64::NEG_INFINITY);
    }

    #[test]
    fn long_fractions_are_shown_as_decimals() {
        assert_eq!(readable(&ratio(-1, 3)), "-1/3");
        assert_eq!(readable(&power_of_two(-400)), "~3.872591914849318e-121");
        assert_eq!(at_most(&ratio(1, 3)), "<= 3.334e-1");
    }
}
