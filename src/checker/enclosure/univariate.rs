//! Values and slopes of a function of one variable over an interval with rational ends.

use super::dyadic::Dyadic;
use super::image::Image;
use super::interval::DyadicInterval;
use crate::interval::Interval;
use crate::language::EvalError;
use crate::language::ast::Function;
use crate::number::Rational;

/// An interval that contains φ(t) for all t of the range, with ends of at most 62 bits.
///
/// Fails where φ is not defined on all of the range, or not bounded by 2^(2^20).
pub fn image(function: Function, range: &Interval) -> Result<Interval, EvalError> {
    let values = over(function, range)?.range;
    Interval::new(finite(values.inf())?, finite(values.sup())?).map_err(|_| EvalError::TooWide)
}

/// At least |φ(s) − φ(t)| / |s − t| for all s ≠ t of the range; it has at most 62 bits.
///
/// Fails as [`image`] does, and for the square root from 0 on, whose slopes are not bounded.
pub fn lipschitz(function: Function, range: &Interval) -> Result<Rational, EvalError> {
    finite(over(function, range)?.chord.mag())
}

fn over(function: Function, range: &Interval) -> Result<Image, EvalError> {
    let range = DyadicInterval::enclosing(range);
    Image::new(function, range, range)
}

fn finite(end: Dyadic) -> Result<Rational, EvalError> {
    end.to_rational().ok_or(EvalError::TooWide)
}
