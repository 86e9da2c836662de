//! Numbers that matter, exactly and as a float.

use num_traits::Signed;
use serde_json::{Value, json};
use sumformer_checker::number::{Rational, floor_log2, parse_rational, to_f64};

/// `{"exact": "p/q", "float": …}`
pub fn exact_and_float(value: &Rational) -> Value {
    json!({ "exact": value.to_string(), "float": to_f64(value) })
}

/// Three significant digits for people.
pub fn short(value: &Rational) -> String {
    let float = to_f64(value);
    if float == 0.0 && *value == Rational::from_integer(0.into()) {
        "0".into()
    } else {
        format!("{float:.3e}")
    }
}

/// The exact number if it is short, else `~` and the nearest `f64`.
pub fn readable(value: &Rational) -> String {
    const LONGEST: u64 = 24;
    // Digits are counted by bits first: writing out millions of them takes long.
    if value.numer().bits() + value.denom().bits() <= 4 * LONGEST {
        let exact = value.to_string();
        if exact.len() as u64 <= LONGEST {
            return exact;
        }
    }
    format!("~{:?}", to_f64(value))
}

/// Three decimals, not below the value; a power of two where floats end. For bounds, which must not be shown too small.
pub fn above(value: &Rational) -> String {
    /// Beyond these powers of two there are no normal `f64`.
    const FLOATS: i64 = 1000;
    if !value.is_positive() {
        return short(value);
    }
    let exponent = floor_log2(value);
    if exponent.abs() > FLOATS {
        return format!("2^{}", exponent + 1);
    }
    let text = format!("{:.3e}", to_f64(value));
    let (mantissa, power) = text.split_once('e').unwrap_or((&text, "0"));
    let (digits, power) = (mantissa.replace('.', ""), power.parse::<i64>().unwrap_or(0));
    // The nearest one, or the next.
    let last = digits.parse::<i64>().unwrap_or(0);
    let shown = |last: i64| {
        let (last, power) = if last > 9999 { (last / 10, power + 1) } else { (last, power) };
        format!("{}.{:03}e{power}", last / 1000, last % 1000)
    };
    let enough = parse_rational(&text).is_ok_and(|shown| shown >= *value);
    shown(if enough { last } else { last + 1 })
}

/// `<= 1.235e-4`: a bound with three decimals that is not below the bound itself.
pub fn at_most(bound: f64) -> String {
    match Rational::from_float(bound) {
        Some(bound) if bound.is_positive() => format!("<= {}", above(&bound)),
        Some(_) => "0".into(),
        None => format!("<= {bound:e}"),
    }
}

/// A count as a number, or as a string where JSON readers would round it.
pub fn count(value: &num_bigint::BigUint) -> Value {
    u64::try_from(value).map_or_else(|_| json!(value.to_string()), |value| json!(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use sumformer_checker::number::{power_of_two, ratio};

    #[test]
    fn a_bound_beyond_all_floats_is_a_power_of_two() {
        assert_eq!(above(&power_of_two(-4000)), "2^-3999");
        assert_eq!(above(&(power_of_two(4000) + ratio(1, 1))), "2^4001");
        assert_eq!(above(&ratio(99_995, 10)), "1.000e4");
        assert_eq!(above(&ratio(1, 3)), "3.334e-1");
        assert_eq!(above(&ratio(1, 2)), "5.000e-1");
    }

    #[test]
    fn a_printed_bound_is_not_below_the_bound() {
        for bound in [1.0, 1.0004, 1.0005, 1.23449, 9.99949, 9.9999, 3.3e-300, 7.0001e250] {
            let text = at_most(bound);
            let printed: f64 = text.strip_prefix("<= ").unwrap().parse().unwrap();
            assert!(printed >= bound && printed <= bound * 1.0011, "{bound:e} as {text}");
        }
        assert_eq!(at_most(0.0), "0");
    }

    #[test]
    fn long_fractions_are_shown_as_decimals() {
        assert_eq!(readable(&ratio(-1, 3)), "-1/3");
        assert_eq!(readable(&power_of_two(-400)), "~3.8725919148493183e-121");
    }
}
