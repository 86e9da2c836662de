//! Values and slopes of a function of one variable over an interval with rational ends.

use super::image::{self, Image};
use crate::arith::dyadic::Dyadic;
use crate::arith::dyadic::Rounding::Up;
use crate::arith::dyadic_interval::DyadicInterval;
use crate::arith::interval::Interval;
use crate::arith::number::{Rational, min};
use crate::language::EvalError;
use crate::language::ast::Function;

/// An interval that contains φ(t) for all t of the range, with ends of at most 62 bits.
///
/// Fails where φ is not defined on all of the range, or not bounded by 2^(2^20).
pub fn image(function: Function, range: &Interval) -> Result<Interval, EvalError> {
    let values = over(function, range)?.range;
    Interval::new(finite(values.inf())?, finite(values.sup())?).map_err(|_| EvalError::TooWide)
}

/// At least |φ(s) − φ(t)| / |s − t| for all s ≠ t of the range; it has at most 62 bits.
///
/// Fails as [`image()`] does, and for roots from 0 on, whose slopes are not bounded.
pub fn lipschitz(function: Function, range: &Interval) -> Result<Rational, EvalError> {
    finite(over(function, range)?.chord.mag())
}

/// At least |φ(s) − φ(t)| for all s of the range and t of its part `of` that are at most `distance` apart, see [`image::moved`].
pub fn moved(
    function: Function,
    range: &Interval,
    of: &Interval,
    distance: &Rational,
) -> Result<Rational, EvalError> {
    match lipschitz(function, range) {
        Ok(slope) if function != Function::Root => Ok(slope * distance),
        slope => {
            let [range, of] = [range, of].map(DyadicInterval::enclosing);
            let other = finite(image::moved(function, range, of, Dyadic::from_rational(distance, Up))?)?;
            Ok(slope.map_or(other.clone(), |slope| min(slope * distance, other)))
        }
    }
}

fn over(function: Function, range: &Interval) -> Result<Image, EvalError> {
    let range = DyadicInterval::enclosing(range);
    Image::new(function, range, range)
}

fn finite(end: Dyadic) -> Result<Rational, EvalError> {
    end.to_rational().ok_or(EvalError::TooWide)
}
