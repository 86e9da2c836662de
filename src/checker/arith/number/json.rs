//! Rationals in JSON.

use super::rational::Rational;

/// Rationals as JSON strings `"p/q"` (reduced; integers without denominator).
pub mod serde_rational {
    use crate::arith::number::numeral::parse_rational;
    use crate::arith::number::rational::Rational;
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
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Exact(#[serde(with = "serde_rational")] pub Rational);
