//! Enclosures of the second derivative of a function of one variable.
//!
//! | φ | φ'' | |
//! |---|---|---|
//! | `exp` | exp | |
//! | `log` | −1/t² | (log t)' = 1/t |
//! | `sqrt` | −1/(4t√t) | (√t)' = 1/(2√t); unbounded next to 0 |
//! | `sin`, `cos` | −sin, −cos | |
//! | 1/t | 2/t³ | |
//! | `tanh` | −2T(1 − T²), T = tanh t | T' = 1 − T², so T'' = −2TT' |
//! | `sigmoid` | tanh''(t/2)/8 | sigmoid t = (1 + tanh(t/2))/2, differentiated twice |
//! | √max(t, 0) | 0 up to 0, then that of the root | anything with 0 inside, where the slope jumps |
//! | `abs`, `relu`, `hat` | 0 | between kinks; where there is a kink inside, anything: there is no second derivative |
//!
//! In the first five rows the argument occurs once, or in factors of one sign that are monotone together; so the
//! enclosure is as tight as the arithmetic. For tanh, g(T) = −2T(1 − T²) has g' = 6T² − 2: monotone but at T = ±1/√3,
//! where g = ∓4/(3√3) = ∓4√3/9. Thus g on an interval is the hull of its values at the ends and of those extrema whose
//! places may belong to it.

use super::elementary;
use super::image::Image;
use crate::arith::dyadic_interval::DyadicInterval;
use crate::language::EvalError;
use crate::language::ast::Function;

/// Contains φ''(t) for all t inside the interval (its ends may be kinks, or the end 0 of the domain of the root);
/// unbounded where φ'' is. Fails where the function is not defined on the whole interval.
pub fn curvature(function: Function, t: DyadicInterval) -> Result<DyadicInterval, EvalError> {
    let integer = DyadicInterval::from_integer;
    let value = || Image::new(function, t, t).map(|image| image.range);
    // {a / b} for b ≥ 0 which may be 0, a > 0.
    let over = |a: DyadicInterval, b: DyadicInterval| a.divide(b).unwrap_or(DyadicInterval::WHOLE);
    let (zero, one) = (DyadicInterval::ZERO, DyadicInterval::ONE);
    let straight = |kinks: &[i64]| {
        let inside = kinks.iter().map(|&k| integer(k)).any(|k| t.inf() < k.inf() && k.sup() < t.sup());
        if inside { DyadicInterval::WHOLE } else { zero }
    };
    Ok(match function {
        Function::Exp => value()?,
        Function::Log => {
            value()?;
            -over(one, t.pow(2))
        }
        Function::Sqrt => -over(one, integer(4) * t * value()?).max(zero),
        Function::Root if t.inf().signum() >= 0 => curvature(Function::Sqrt, t)?,
        Function::Root if t.sup().signum() <= 0 => zero,
        Function::Root => DyadicInterval::WHOLE,
        Function::Sin | Function::Cos => -value()?,
        Function::Inverse => integer(2) * value()?.pow(3),
        Function::Tanh => of_tanh(t)?,
        Function::Sigmoid => of_tanh(t * DyadicInterval::HALF)? * DyadicInterval::HALF.pow(3),
        Function::Identity => zero,
        Function::Abs | Function::Relu => straight(&[0]),
        Function::Hat => straight(&[-1, 0, 1]),
    })
}

fn of_tanh(t: DyadicInterval) -> Result<DyadicInterval, EvalError> {
    let (one, two, nine) =
        (DyadicInterval::ONE, DyadicInterval::from_integer(2), DyadicInterval::from_integer(9));
    let tanh = Image::new(Function::Tanh, t, t)?.range;
    let root = elementary::sqrt(DyadicInterval::from_integer(3).inf()).unwrap_or(DyadicInterval::WHOLE);
    let place = one.divide(root).unwrap_or(DyadicInterval::WHOLE);
    let peak = (two * two * root).divide(nine).unwrap_or(DyadicInterval::WHOLE);
    let at = |end| {
        let value = DyadicInterval::point(end).unwrap_or(tanh);
        -(two * value * (one - value) * (one + value))
    };
    let mut curvature = at(tanh.inf()).hull(at(tanh.sup()));
    for (place, extremum) in [(place, -peak), (-place, peak)] {
        if tanh.intersection(place).is_some() {
            curvature = curvature.hull(extremum);
        }
    }
    Ok(curvature)
}
