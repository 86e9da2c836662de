//! How large tables may become, and the refusals of larger ones.

use crate::arith::common_denominator::MAX_BITS;
use crate::arith::interval::Interval;
use crate::arith::number::{Rational, pay_divisor};
use crate::refusal::{Refusal, Rule};
use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::One;

/// The most cells, ramps included.
pub(super) const MAX_CELLS: usize = 1 << 20;
/// The most numbers held for cells: cells times slots, cells times coordinates, and cells, or the pieces of a
/// coordinate, times the forms that read them.
pub(super) const MAX_CELL_VALUES: usize = 1 << 24;
/// The most values of slots that are stored, over all cells.
pub(super) const MAX_STORED_VALUES: usize = 1 << 23;
/// The most values at break points that are stored beyond a few per weight.
pub(super) const MAX_LEVELS: usize = 1 << 23;
/// The most words of 64 bits in the keys of all entries.
pub(super) const MAX_KEY_WORDS: u64 = 1 << 25;
/// The most work that is spent on entries with ramps, in units of [`crate::work`].
pub(super) const MAX_RAMP_WORK: u64 = 1 << 31;
/// The most table entries.
pub(super) const MAX_ENTRIES: usize = 1 << 22;
/// Common denominators are followed up to this many bits.
pub(super) const MAX_DENOMINATOR_BITS: u64 = 1 << 13;

/// A refusal because tables do not cover the case.
pub(super) fn unsupported(place: impl Into<String>, message: impl Into<String>) -> Refusal {
    Rule::Cells.unsupported(place, message)
}

/// A common denominator, or nothing as soon as it is too long.
pub(super) fn short_denominator<'a>(values: impl IntoIterator<Item = &'a Rational>) -> Option<BigInt> {
    let mut unit = BigInt::one();
    for value in values {
        if unit != *value.denom() && !unit.is_multiple_of(value.denom()) {
            pay_divisor(unit.bits() + value.denom().bits());
            unit = unit.lcm(value.denom());
            if unit.bits() > MAX_DENOMINATOR_BITS {
                return None;
            }
        }
    }
    Some(unit)
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
            "the numbers become longer than {MAX_BITS} bits, or their common denominators than {MAX_DENOMINATOR_BITS}"
        ),
    )
}
