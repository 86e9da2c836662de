//! Taylor's formula with an enclosed remainder, for functions of one variable.
//!
//! With c_j(t) = φ^(j)(t)/j! the formula with Lagrange's remainder is, for x and y in an interval A of the domain,
//! φ(x) = Σ_{j<k} c_j(y)(x − y)^j + c_k(ξ)(x − y)^k with ξ between x and y, thus in A. The c_j come from recurrences:
//!
//! * `exp`: c_j = c_{j−1}/j; 1/t: c_j = −c_{j−1}/t; `log`: c_1 = 1/t, c_j = −c_{j−1}(j − 1)/(j·t);
//! * `sqrt`: c_j = c_{j−1}(3 − 2j)/(2j·t), as (t^(1/2))' = t^(1/2)·(1/2)/t and so on with exponents 1/2 − j + 1;
//! * `sin`, `cos`: φ^(j) is ±sin or ±cos;
//! * T = tanh has T' = 1 − T², S = sigmoid has S' = S − S². The coefficient of u^j on both sides, with those of
//!   T(t + u) being c_0, c_1, …: (j + 1)c_{j+1} = [j = 0] − Σ_i c_i c_{j−i}, and c_j in place of [j = 0] for S.
//!
//! For a function without a second derivative, and for the root on an interval that contains 0, there is k = 1 with
//! the slope of the chord in place of c_1(ξ).

use super::image::Image;
use crate::arith::dyadic_interval::DyadicInterval;
use crate::language::EvalError;
use crate::language::ast::Function;

/// Intervals C_0, …, C_k, where k is `order ≥ 1` or 1, such that for all x ∈ A and y in its part C there are numbers
/// c_j ∈ C_j, those before the last independent of x, with φ(x) = Σ c_j (x − y)^j.
///
/// Fails where the function is not defined on all of A.
pub fn expansion(
    function: Function,
    a: DyadicInterval,
    c: DyadicInterval,
    order: usize,
) -> Result<Vec<DyadicInterval>, EvalError> {
    match (coefficients(function, a, order)?, coefficients(function, c, order)?) {
        (Some(on_all), Some(mut at_centre)) => {
            if let (Some(last), Some(remainder)) = (at_centre.last_mut(), on_all.last()) {
                *last = *remainder;
            }
            Ok(at_centre)
        }
        _ => {
            let image = Image::new(function, a, c)?;
            Ok(vec![image.centre, image.chord])
        }
    }
}

/// Enclosures of c_0, …, c_order on the interval, if the function has derivatives on all of it.
fn coefficients(
    function: Function,
    t: DyadicInterval,
    order: usize,
) -> Result<Option<Vec<DyadicInterval>>, EvalError> {
    let of = |function: Function| Image::new(function, t, t).map(|image| image.range);
    let value = of(function)?;
    // c_j = c_{j−1}·base·p/q with (p, q) = step(j).
    let recurrence =
        |mut list: Vec<DyadicInterval>, base: DyadicInterval, step: &dyn Fn(i64) -> (i64, i64)| {
            while list.len() <= order {
                let (p, q) = step(index(list.len()));
                let last = list.last().copied().unwrap_or(value);
                let next =
                    (last * base * DyadicInterval::from_integer(p)).divide(DyadicInterval::from_integer(q));
                list.push(next.unwrap_or(DyadicInterval::WHOLE));
            }
            list.truncate(order + 1);
            list
        };
    let one = DyadicInterval::ONE;
    Ok(match function {
        Function::Exp => Some(recurrence(vec![value], one, &|j| (1, j))),
        Function::Inverse => Some(recurrence(vec![value], value, &|_| (-1, 1))),
        Function::Log => {
            one.divide(t).map(|inverse| recurrence(vec![value, inverse], inverse, &|j| (1 - j, j)))
        }
        Function::Sqrt | Function::Root => one
            .divide(t.max(DyadicInterval::ZERO))
            .map(|inverse| recurrence(vec![value], inverse, &|j| (3 - 2 * j, 2 * j))),
        Function::Sin | Function::Cos => {
            let [sin, cos] = [of(Function::Sin)?, of(Function::Cos)?];
            let derivatives = [sin, cos, -sin, -cos];
            let first = usize::from(function == Function::Cos);
            let factorials = recurrence(vec![one], one, &|j| (1, j));
            Some((first..).zip(factorials).map(|(j, inverse)| derivatives[j % 4] * inverse).collect())
        }
        Function::Tanh => {
            Some(of_square(value, order, |list| if list.len() == 1 { one } else { DyadicInterval::ZERO }))
        }
        Function::Sigmoid => Some(of_square(value, order, |list| list.last().copied().unwrap_or(value))),
        Function::Identity | Function::Abs | Function::Relu | Function::Hat => None,
    })
}

/// The number of a coefficient; there are few.
fn index(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

/// The coefficients of a solution of y' = f − y², where `next` gives the next coefficient of f from those of y.
fn of_square(
    value: DyadicInterval,
    order: usize,
    next: impl Fn(&[DyadicInterval]) -> DyadicInterval,
) -> Vec<DyadicInterval> {
    let mut list = vec![value];
    while list.len() <= order {
        let square =
            list.iter().zip(list.iter().rev()).fold(DyadicInterval::ZERO, |sum, (&a, &b)| sum + a * b);
        let coefficient = (next(&list) - square).divide(DyadicInterval::from_integer(index(list.len())));
        list.push(coefficient.unwrap_or(DyadicInterval::WHOLE));
    }
    list
}
