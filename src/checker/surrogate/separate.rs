//! Functions of products whose factors depend on one token each, factor by factor.
//!
//! With φ = |·|, the k-th power or 1/t, φ(u·v) = φ(u)·φ(v) wherever both sides exist; with the root, if neither factor is
//! negative. So 1/(√a(x)·√b(y)) is the product of an atom of x and one of y, and nothing has to be replaced.

use super::error::SurrogateError;
use super::pass::Pass;
use super::value::{Value, multiplied, power};
use crate::language::ast::{BinaryOp, Expr, ExprKind, Function};

impl Pass<'_> {
    /// 1/divisor, for a divisor that [separates](super::tree::separates).
    pub(super) fn inverse_of_product(
        &mut self,
        divisor: &Expr,
        at: (&Expr, Option<usize>),
        depth: usize,
    ) -> Result<Value, SurrogateError> {
        let factors = self.factors(divisor, depth)?;
        let inverse = |factor| self.call(Function::Inverse, factor, at, None, depth);
        let inverses = factors.into_iter().map(inverse).collect::<Result<Vec<_>, _>>()?;
        Ok(multiplied(inverses, at.0))
    }

    /// The factors of an expression; one that the certificate replaces is one factor.
    fn factors(&mut self, expr: &Expr, depth: usize) -> Result<Vec<Value>, SurrogateError> {
        match self.count(expr)? {
            (_, Some(replacement)) => Ok(vec![self.visit_replaced(expr, depth, replacement)?]),
            (number, None) => self.factors_inside(expr, depth, number),
        }
    }

    /// The same for one that is counted and not replaced itself.
    pub(super) fn factors_inside(
        &mut self,
        expr: &Expr,
        depth: usize,
        number: Option<usize>,
    ) -> Result<Vec<Value>, SurrogateError> {
        match &expr.kind {
            ExprKind::Binary(BinaryOp::Multiply, a, b) => {
                let mut factors = self.factors(a, depth)?;
                factors.extend(self.factors(b, depth)?);
                Ok(factors)
            }
            ExprKind::Power(base, exponent) => {
                let factors = self.factors(base, depth)?;
                Ok(factors.into_iter().map(|factor| power(factor, *exponent, expr)).collect())
            }
            ExprKind::Call(function @ (Function::Sqrt | Function::Abs), argument) => {
                let factors = self.factors(argument, depth)?;
                let negative = |factor: &Value| factor.both().inf().signum() < 0;
                // The root of a product of negative factors is none of roots.
                if *function == Function::Sqrt && factors.iter().any(negative) {
                    let argument = multiplied(factors, argument);
                    return Ok(vec![self.call(*function, argument, (expr, number), None, depth)?]);
                }
                let call = |factor| self.call(*function, factor, (expr, number), None, depth);
                factors.into_iter().map(call).collect()
            }
            _ => Ok(vec![self.visit_inside(expr, depth, number)?]),
        }
    }
}
