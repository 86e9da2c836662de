//! Numbers that matter, exactly and as a float.

use serde_json::{Value, json};
use sumformer_checker::number::{Rational, to_f64};

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

/// `<= 1.235e-4`: a bound with three decimals that is not below the bound itself.
pub fn at_most(bound: f64) -> String {
    let text = format!("{bound:.3e}");
    match text.parse::<f64>() {
        Ok(printed) if printed < bound => format!("<= {:.3e}", bound * 1.0005),
        _ if bound == 0.0 => "0".into(),
        _ => format!("<= {text}"),
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
    fn a_printed_bound_is_not_below_the_bound() {
        for bound in [1.0, 1.0004, 1.0005, 1.23449, 9.99949, 9.9999, 3.3e-300, 7.0001e250, 5e-324] {
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
