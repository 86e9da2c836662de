//! Sums of products, as text.

use num_traits::{One, Signed};
use std::fmt::Write;
use sumformer_checker::arith::number::Rational;

/// `c*x[0]^2*y[1]`, with the factors as they are written.
fn term(coefficient: &Rational, factors: &[String]) -> String {
    match (factors.is_empty(), coefficient.is_one()) {
        (false, true) => factors.join("*"),
        (false, false) => format!("{coefficient}*{}", factors.join("*")),
        (true, _) => coefficient.to_string(),
    }
}

/// The terms joined by their signs; `0` if there are none.
pub fn sum(terms: impl IntoIterator<Item = (Rational, Vec<String>)>) -> String {
    let mut text = String::new();
    for (coefficient, factors) in terms {
        let sign = match (coefficient.is_negative(), text.is_empty()) {
            (true, true) => "-",
            (true, false) => " - ",
            (false, true) => "",
            (false, false) => " + ",
        };
        // Writing to a string cannot fail.
        let _ = write!(text, "{sign}{}", term(&coefficient.abs(), &factors));
    }
    if text.is_empty() { "0".to_string() } else { text }
}
