//! What is claimed beside what is derived.

use crate::arith::decimal::{Rounding, exact_and_about};
use crate::arith::number::Rational;
use crate::refusal::{Refusal, Rule};

/// A bound that is claimed must not be less than the one that is derived.
pub fn require_at_least(
    claimed: &Rational,
    derived: &Rational,
    rule: Rule,
    place: &str,
) -> Result<(), Refusal> {
    if derived <= claimed {
        return Ok(());
    }
    Err(rule.invalid(
        place,
        format!("{} is derived, more than the claimed {claimed}", exact_and_about(derived, Rounding::Up)),
    ))
}
