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

/// A count as a number, or as a string where JSON readers would round it.
pub fn count(value: &num_bigint::BigUint) -> Value {
    u64::try_from(value).map_or_else(|_| json!(value.to_string()), |value| json!(value))
}
