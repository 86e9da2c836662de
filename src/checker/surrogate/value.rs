//! The value of a node: what it ranges over, what stands for it, and how far that is from it.

use super::error::SurrogateError;
use super::tree::binary;
use crate::arith::dyadic::Dyadic;
use crate::arith::dyadic::Rounding::Up;
use crate::arith::dyadic_interval::DyadicInterval;
use crate::arith::number::integer;
use crate::language::ast::{BinaryOp, Expr, ExprKind};

/// A node of the target and its surrogate.
pub(super) struct Value {
    /// Contains the node's values.
    pub range: DyadicInterval,
    /// Bounds |surrogate − node|.
    pub deviation: Dyadic,
    /// The surrogate.
    pub expr: Expr,
}

impl Value {
    /// Contains the values of node and surrogate.
    pub(super) fn both(&self) -> DyadicInterval {
        self.range.widen(self.deviation)
    }
}

/// A power.
pub(super) fn power(base: Value, exponent: u32, expr: &Expr) -> Value {
    let slope = match exponent {
        0 => DyadicInterval::ZERO,
        k => DyadicInterval::from_rational(&integer(i64::from(k))) * base.both().pow(k - 1),
    };
    Value {
        range: base.range.pow(exponent),
        deviation: base.deviation.mul(slope.mag(), Up),
        expr: Expr { kind: ExprKind::Power(Box::new(base.expr), exponent), span: expr.span.clone() },
    }
}

/// A product.
pub(super) fn product(left: Value, right: Value, expr: &Expr) -> Value {
    let first = left.range.mag().mul(right.deviation, Up);
    let second = right.both().mag().mul(left.deviation, Up);
    Value {
        range: left.range * right.range,
        deviation: first.add(second, Up),
        expr: Expr { span: expr.span.clone(), ..binary(BinaryOp::Multiply, left.expr, right.expr) },
    }
}

/// The product of the numerator and what stands for the inverse of the divisor, or this alone.
pub(super) fn times(numerator: Option<Value>, value: Value, expr: &Expr) -> Value {
    match numerator {
        None => value,
        Some(numerator) => product(numerator, value, expr),
    }
}

/// The product of the factors, from the left.
pub(super) fn multiplied(factors: Vec<Value>, expr: &Expr) -> Value {
    let product = factors.into_iter().reduce(|a, b| product(a, b, expr));
    product.expect("a product has factors")
}

/// A node that nothing covers, and that no approximation could replace.
pub(super) fn uncovered(what: &str, expr: &Expr) -> SurrogateError {
    SurrogateError::NotCovered { what: what.to_string(), span: expr.span.clone(), site: None }
}
