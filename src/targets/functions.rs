//! The functions of the language, on expressions and on coordinates.

use super::expression::{Coordinate, Expression, Node};
use sumformer_checker::language::ast::{Extremum, Function};

macro_rules! functions {
    ($($type:ty)*) => {$(
        impl $type {
            fn call(&self, function: Function) -> Expression {
                let argument: Expression = self.clone().into();
                let below = argument.height();
                Expression::above(Node::Call(function, argument), below)
            }

            /// e to this power.
            pub fn exp(&self) -> Expression {
                self.call(Function::Exp)
            }

            /// The natural logarithm.
            pub fn log(&self) -> Expression {
                self.call(Function::Log)
            }

            /// The square root.
            pub fn sqrt(&self) -> Expression {
                self.call(Function::Sqrt)
            }

            /// The sine.
            pub fn sin(&self) -> Expression {
                self.call(Function::Sin)
            }

            /// The cosine.
            pub fn cos(&self) -> Expression {
                self.call(Function::Cos)
            }

            /// The hyperbolic tangent.
            pub fn tanh(&self) -> Expression {
                self.call(Function::Tanh)
            }

            /// 1/(1 + exp(−t)).
            pub fn sigmoid(&self) -> Expression {
                self.call(Function::Sigmoid)
            }

            /// The absolute value.
            pub fn abs(&self) -> Expression {
                self.call(Function::Abs)
            }

            /// max(t, 0).
            pub fn relu(&self) -> Expression {
                self.call(Function::Relu)
            }

            /// A power with a natural exponent; t⁰ is 1.
            pub fn pow(&self, exponent: u32) -> Expression {
                let base: Expression = self.clone().into();
                let below = base.height();
                Expression::above(Node::Power(base, exponent), below)
            }

            /// The larger of two.
            pub fn max(&self, other: impl Into<Expression>) -> Expression {
                extremum(Extremum::Max, self.clone().into(), other.into())
            }

            /// The smaller of two.
            pub fn min(&self, other: impl Into<Expression>) -> Expression {
                extremum(Extremum::Min, self.clone().into(), other.into())
            }
        }
    )*};
}

functions! { Expression Coordinate }

fn extremum(extremum: Extremum, a: Expression, b: Expression) -> Expression {
    let below = a.height().max(b.height());
    Expression::above(Node::Extremum(extremum, a, b), below)
}
