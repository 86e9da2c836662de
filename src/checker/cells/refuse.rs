//! How large tables may become, and the refusals of larger ones.

use crate::arith::common_denominator::short_denominator;
use crate::arith::interval::Interval;
use crate::arith::number::Rational;
use crate::limits::MAX_DENOMINATOR_BITS;
use crate::limits::MAX_INTEGER_BITS;
use crate::refusal::{Refusal, Rule};
use num_bigint::BigInt;

/// A refusal because tables do not cover the case.
pub(super) fn unsupported(place: impl Into<String>, message: impl Into<String>) -> Refusal {
    Rule::Cells.unsupported(place, message)
}

/// A common denominator, or a refusal if it is too long.
pub(super) fn denominators<'a>(
    values: impl IntoIterator<Item = &'a Rational>,
    place: &dyn Fn() -> String,
) -> Result<BigInt, Refusal> {
    short_denominator(values).ok_or_else(|| unrelated(place()))
}

/// The interval, or a refusal if a denominator has become too long.
pub(super) fn with_short_denominators(
    interval: Interval,
    place: &dyn Fn() -> String,
) -> Result<Interval, Refusal> {
    let short = [interval.inf(), interval.sup()].iter().all(|end| end.denom().bits() <= MAX_DENOMINATOR_BITS);
    if short { Ok(interval) } else { Err(unrelated(place())) }
}

fn unrelated(place: String) -> Refusal {
    unsupported(
        place,
        format!(
            "the denominators are unrelated and their common multiple becomes longer than {MAX_DENOMINATOR_BITS} bits"
        ),
    )
}

/// A refusal because of the length of numbers.
pub(super) fn too_long(place: String) -> Refusal {
    unsupported(
        place,
        format!(
            "the numbers become longer than {MAX_INTEGER_BITS} bits, or their common denominators than {MAX_DENOMINATOR_BITS}"
        ),
    )
}
