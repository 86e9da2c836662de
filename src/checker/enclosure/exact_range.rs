//! Ranges of expressions in exact arithmetic, for arguments that touch the end of a function's domain.
//!
//! On [0, 1/3] the numbers 1/3 − t are not negative, but no interval with ends of finitely many binary digits says so. The rules
//! are those of intervals, with rational ends instead of rounded ones: each range contains all values of its
//! node, all tokens ranging over the box independently. A root whose argument is not negative by them is the continued root, which is
//! defined on every enclosure of that argument.

use crate::arith::interval::Interval;
use crate::arith::number::{Rational, integer, max, min};
use crate::language::ast::{BinaryOp, Expr, ExprKind, Extremum, Function, Reduction};
use crate::language::target::{Body, Target, Tokens};
use crate::limits::MAX_RANGE_BITS;
use num_traits::{One, Signed, Zero};

/// Contains the values of the expression for tokens whose coordinate k lies in `sides[k]`.
///
/// Nothing if it is no rational expression, has no value, or needs long numbers.
pub(crate) fn exact_range(expr: &Expr, sides: &[Interval], tokens: Tokens) -> Option<Interval> {
    let of = |e: &Expr| exact_range(e, sides, tokens);
    let range = match &expr.kind {
        ExprKind::Number(value) => Interval::point(value.clone()),
        ExprKind::Length => Interval::point(length(tokens)?),
        ExprKind::Coordinate { index, .. } => sides.get(*index)?.clone(),
        ExprKind::Negate(a) => negated(&of(a)?),
        ExprKind::Power(a, exponent) => power(&of(a)?, *exponent)?,
        ExprKind::Binary(op, a, b) => {
            let (a, b) = (of(a)?, of(b)?);
            match op {
                BinaryOp::Add => &a + &b,
                BinaryOp::Subtract => &a + &negated(&b),
                BinaryOp::Multiply => &a * &b,
                BinaryOp::Divide => &a * &inverse(&b)?,
            }
        }
        ExprKind::Extremum(Extremum::Max, a, b) => monotone([of(a)?, of(b)?], max)?,
        ExprKind::Extremum(Extremum::Min, a, b) => monotone([of(a)?, of(b)?], min)?,
        ExprKind::Call(function, a) => {
            let a = of(a)?;
            match function {
                Function::Abs if a.inf().is_negative() && a.sup().is_positive() => {
                    Interval::new(Rational::zero(), a.mag()).ok()?
                }
                Function::Abs if a.inf().is_negative() => negated(&a),
                Function::Abs | Function::Identity => a,
                Function::Relu => monotone([a, Interval::point(Rational::zero())], max)?,
                Function::Inverse => inverse(&a)?,
                _ => return None,
            }
        }
        ExprKind::Reduce { reduction, excluded, body, .. } => {
            let body = of(body)?;
            // Excluded tokens may stand at the same position.
            let counts = || {
                let n = length(tokens)?;
                let fewest = max(&n - integer(i64::try_from(excluded.len()).ok()?), Rational::zero());
                let most = if excluded.is_empty() { n } else { n - Rational::one() };
                Some((fewest, most))
            };
            match reduction {
                Reduction::Mean | Reduction::Max | Reduction::Min => body,
                Reduction::Sum => {
                    let (fewest, most) = counts()?;
                    &body * &Interval::new(fewest, most).ok()?
                }
                // Products of numbers from 0 to 1 stay there, and so do products of no number.
                Reduction::Product => {
                    let unit = Interval::new(Rational::zero(), Rational::one()).ok()?;
                    if !unit.encloses(&body) {
                        return None;
                    }
                    unit
                }
            }
        }
    };
    let bits = |end: &Rational| end.bits();
    (bits(range.inf()).max(bits(range.sup())) <= MAX_RANGE_BITS).then_some(range)
}

/// The target with roots continued where they are defined on all of its domain.
pub(super) fn with_continued_roots(target: &Target) -> Target {
    let mut continued = target.clone();
    let (Body::Output(expressions) | Body::SemiInvariant { expressions, .. }) = &mut continued.body;
    expressions.iter_mut().for_each(|expr| continue_roots(expr, &target.domain, target.tokens));
    continued
}

fn continue_roots(expr: &mut Expr, sides: &[Interval], tokens: Tokens) {
    let inside = |e: &mut Expr| continue_roots(e, sides, tokens);
    match &mut expr.kind {
        ExprKind::Number(_) | ExprKind::Length | ExprKind::Coordinate { .. } => {}
        ExprKind::Negate(a) | ExprKind::Power(a, _) => inside(a),
        ExprKind::Reduce { body, .. } => inside(body),
        ExprKind::Binary(_, a, b) | ExprKind::Extremum(_, a, b) => {
            inside(a);
            inside(b);
        }
        ExprKind::Call(function, a) => {
            inside(a);
            let is_defined = || exact_range(a, sides, tokens).is_some_and(|range| !range.inf().is_negative());
            if *function == Function::Sqrt && is_defined() {
                *function = function.continued();
            }
        }
    }
}

fn length(tokens: Tokens) -> Option<Rational> {
    match tokens {
        Tokens::Fixed(n) => Some(Rational::from_integer(n.into())),
        Tokens::Any => None,
    }
}

fn negated(a: &Interval) -> Interval {
    a.scale(&-Rational::one())
}

/// `{a^exponent}`, if its ends are short.
fn power(a: &Interval, exponent: u32) -> Option<Interval> {
    let bits = |end: &Rational| end.numer().bits().max(end.denom().bits());
    let longest = bits(a.inf()).max(bits(a.sup()));
    (longest.saturating_mul(u64::from(exponent)) <= MAX_RANGE_BITS).then(|| a.power(exponent))
}

/// `{1/a}`; nothing if 0 is among the a.
fn inverse(a: &Interval) -> Option<Interval> {
    if a.contains(&Rational::zero()) {
        return None;
    }
    Interval::new(a.sup().recip(), a.inf().recip()).ok()
}

/// `{f(a, b)}` of a function that does not decrease in either argument.
fn monotone([a, b]: [Interval; 2], f: impl Fn(Rational, Rational) -> Rational) -> Option<Interval> {
    let [inf, sup] = [f(a.inf().clone(), b.inf().clone()), f(a.sup().clone(), b.sup().clone())];
    Interval::new(inf, sup).ok()
}
