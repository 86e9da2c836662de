//! Whether a function is defined wherever its argument goes, and what to say and to change if not.

use super::atoms::to_rational;
use super::error::SurrogateError;
use super::pass::Pass;
use crate::arith::decimal;
use crate::arith::dyadic_interval::DyadicInterval;
use crate::arith::interval::Interval;
use crate::arith::number::Rational;
use crate::enclosure::exact_range::exact_range;
use crate::enclosure::image::Image;
use crate::language::ast::{Expr, Function};
use crate::limits::MAX_CORNERS;
use num_traits::{Signed, Zero};

impl Pass<'_> {
    /// What an argument ranges over, the function being defined there: `range`, or if its rounded ends are not in the domain what
    /// exact arithmetic makes of it.
    pub(super) fn within_domain(
        &self,
        function: Function,
        range: DyadicInterval,
        (expr, argument): (&Expr, Option<&Expr>),
    ) -> Result<DyadicInterval, SurrogateError> {
        let is_defined = |range: DyadicInterval| Image::new(function, range, range).is_ok();
        if is_defined(range) {
            return Ok(range);
        }
        let sides = &self.target.domain;
        let exact = argument.and_then(|argument| exact_range(argument, sides, self.target.tokens));
        let narrowed =
            exact.as_ref().map(DyadicInterval::enclosing).and_then(|exact| exact.intersection(range));
        if let Some(narrowed) = narrowed.filter(|&narrowed| is_defined(narrowed)) {
            return Ok(narrowed);
        }
        let nowhere = argument.and_then(|argument| self.without_value(function, argument));
        Err(off_domain(function, exact.or_else(|| to_rational(range)), nowhere, expr))
    }

    /// A token for which the function has no value, when all tokens are like it: corners of the box and its middle are tried.
    fn without_value(&self, function: Function, argument: &Expr) -> Option<Vec<Rational>> {
        let domain = &self.target.domain;
        let varying = u32::try_from(domain.len()).unwrap_or(MAX_CORNERS).min(MAX_CORNERS);
        let corner = |bits: u32| {
            let end = |(k, side): (usize, &Interval)| {
                if bits >> k.min(31) & 1 == 1 { side.sup().clone() } else { side.inf().clone() }
            };
            domain.iter().enumerate().map(end).collect::<Vec<_>>()
        };
        let middle = domain.iter().map(Interval::mid).collect();
        (0..1 << varying).map(corner).chain([middle]).find(|token: &Vec<Rational>| {
            let sides: Vec<Interval> = token.iter().cloned().map(Interval::point).collect();
            exact_range(argument, &sides, self.target.tokens).is_some_and(|value| match function {
                Function::Sqrt => value.sup().is_negative(),
                Function::Log => !value.sup().is_positive(),
                Function::Inverse => value.inf().is_zero() && value.sup().is_zero(),
                _ => false,
            })
        })
    }
}

/// The refusal, with advice that is always accepted.
fn off_domain(
    function: Function,
    range: Option<Interval>,
    nowhere: Option<Vec<Rational>>,
    expr: &Expr,
) -> SurrogateError {
    let (what, help) = match function {
        Function::Sqrt => (
            "`sqrt` is not defined on all of the box",
            "write what is under the root so that it is seen not to be negative, as a sum of squares say, or take \
             sqrt(relu(…)), which is the same wherever the root is defined",
        ),
        Function::Log => (
            "`log` is not defined on all of the box",
            "it tends to -infinity next to 0, where no network is near it; keep its argument away from 0 by the domain or by a \
             number, as log(relu(…) + 1/100) does",
        ),
        _ => (
            "a divisor may be 0",
            "a quotient tends to infinity there, where no network is near it; keep the divisor away from 0 by the domain or by a \
             number, as …/max(…, 1/100) does",
        ),
    };
    let certain = nowhere.is_some();
    let why = match nowhere {
        Some(token) => {
            let token: Vec<String> = token.iter().map(Rational::to_string).collect();
            format!("there is no value where every token is [{}]", token.join(", "))
        }
        None => {
            let subject = if function == Function::Inverse { "it" } else { "its argument" };
            let enclosure =
                decimal::range(range.as_ref().map(Interval::inf), range.as_ref().map(Interval::sup));
            format!("all that is known of {subject} is that it lies in {enclosure}")
        }
    };
    SurrogateError::OffDomain {
        what: format!("{what}: {why}"),
        help: help.to_string(),
        span: expr.span.clone(),
        certain,
    }
}
