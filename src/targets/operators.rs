//! `+`, `-`, `*` and `/` between expressions, coordinates and exact numbers.

use super::expression::{Coordinate, Expression, Node};
use std::iter::{Product, Sum};
use std::ops::{Add, Div, Mul, Neg, Sub};
use sumformer_checker::arith::number::Rational;

fn quotient(a: Expression, b: Expression) -> Expression {
    let below = a.height().max(b.height());
    Expression::above(Node::Divide(a, b), below)
}

/// With anything on the right.
macro_rules! with_anything {
    ($($type:ty)*) => {$(
        impl<R: Into<Expression>> Add<R> for $type {
            type Output = Expression;

            fn add(self, other: R) -> Expression {
                Expression::from(self).plus(false, other.into())
            }
        }

        impl<R: Into<Expression>> Sub<R> for $type {
            type Output = Expression;

            fn sub(self, other: R) -> Expression {
                Expression::from(self).plus(true, other.into())
            }
        }

        impl<R: Into<Expression>> Mul<R> for $type {
            type Output = Expression;

            fn mul(self, other: R) -> Expression {
                Expression::from(self).times(other.into())
            }
        }

        impl<R: Into<Expression>> Div<R> for $type {
            type Output = Expression;

            fn div(self, other: R) -> Expression {
                quotient(self.into(), other.into())
            }
        }

        impl Neg for $type {
            type Output = Expression;

            fn neg(self) -> Expression {
                let inner = Expression::from(self);
                let below = inner.height();
                Expression::above(Node::Negate(inner), below)
            }
        }
    )*};
}

with_anything! { Expression &Expression Coordinate }

/// A number on the left.
macro_rules! number_with {
    ($($number:ty, $type:ty;)*) => {$(
        impl Add<$type> for $number {
            type Output = Expression;

            fn add(self, other: $type) -> Expression {
                Expression::from(self) + other
            }
        }

        impl Sub<$type> for $number {
            type Output = Expression;

            fn sub(self, other: $type) -> Expression {
                Expression::from(self) - other
            }
        }

        impl Mul<$type> for $number {
            type Output = Expression;

            fn mul(self, other: $type) -> Expression {
                Expression::from(self) * other
            }
        }

        impl Div<$type> for $number {
            type Output = Expression;

            fn div(self, other: $type) -> Expression {
                Expression::from(self) / other
            }
        }
    )*};
}

number_with! {
    i64, Expression;
    i64, &Expression;
    i64, Coordinate;
    Rational, Expression;
    Rational, &Expression;
    Rational, Coordinate;
}

impl Sum for Expression {
    fn sum<I: Iterator<Item = Self>>(terms: I) -> Self {
        terms.reduce(|sum, term| sum + term).unwrap_or_else(|| 0.into())
    }
}

impl Product for Expression {
    fn product<I: Iterator<Item = Self>>(factors: I) -> Self {
        factors.reduce(|product, factor| product * factor).unwrap_or_else(|| 1.into())
    }
}
