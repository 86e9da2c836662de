//! Derivatives of expressions without reductions.

use super::tree::{binary, call, node, number};
use crate::arith::number::{integer, ratio};
use crate::language::ast::{BinaryOp, Expr, ExprKind, Function, TokenLevel};
use num_traits::{One, Zero};

/// ∂expr/∂coordinate wherever the expression is defined; nothing where it may have kinks, or has reductions.
///
/// The rules: (a ± b)' = a' ± b', (ab)' = a'b + ab', (a/b)' = (a' − (a/b)b')/b, (a^k)' = k a^(k−1) a', φ(a)' = φ'(a)a'.
pub fn derivative(expr: &Expr, coordinate: (TokenLevel, usize)) -> Option<Expr> {
    let d = |e: &Expr| derivative(e, coordinate);
    Some(match &expr.kind {
        ExprKind::Number(_) | ExprKind::Length => zero(),
        ExprKind::Coordinate { token, index } if (*token, *index) == coordinate => number(integer(1)),
        ExprKind::Coordinate { .. } => zero(),
        ExprKind::Negate(a) => minus(zero(), d(a)?),
        ExprKind::Power(a, k) => match k {
            0 => zero(),
            k => {
                let power = node(ExprKind::Power(a.clone(), k - 1));
                times(times(number(integer(i64::from(*k))), power), d(a)?)
            }
        },
        ExprKind::Binary(BinaryOp::Add, a, b) => plus(d(a)?, d(b)?),
        ExprKind::Binary(BinaryOp::Subtract, a, b) => minus(d(a)?, d(b)?),
        ExprKind::Binary(BinaryOp::Multiply, a, b) => {
            plus(times(d(a)?, (**b).clone()), times((**a).clone(), d(b)?))
        }
        ExprKind::Binary(BinaryOp::Divide, a, b) => {
            let inner = minus(d(a)?, times(expr.clone(), d(b)?));
            if is_zero(&inner) { inner } else { binary(BinaryOp::Divide, inner, (**b).clone()) }
        }
        ExprKind::Call(function, a) => {
            let inner = d(a)?;
            if is_zero(&inner) {
                return Some(inner);
            }
            times(outer(*function, a, expr)?, inner)
        }
        ExprKind::Extremum(_, a, b) => {
            let (a, b) = (d(a)?, d(b)?);
            (is_zero(&a) && is_zero(&b)).then(zero)?
        }
        ExprKind::Reduce { .. } => return None,
    })
}

/// φ'(a), with `value` = φ(a).
fn outer(function: Function, a: &Expr, value: &Expr) -> Option<Expr> {
    let one = || number(integer(1));
    let value = || value.clone();
    Some(match function {
        Function::Exp => value(),
        Function::Log => binary(BinaryOp::Divide, one(), a.clone()),
        Function::Sqrt => binary(BinaryOp::Divide, number(ratio(1, 2)), value()),
        Function::Sin => call(Function::Cos, a.clone()),
        Function::Cos => minus(zero(), call(Function::Sin, a.clone())),
        Function::Tanh => minus(one(), node(ExprKind::Power(Box::new(value()), 2))),
        Function::Sigmoid => times(value(), minus(one(), value())),
        Function::Inverse => minus(zero(), node(ExprKind::Power(Box::new(value()), 2))),
        Function::Identity => one(),
        Function::Abs | Function::Relu | Function::Hat | Function::Root => return None,
    })
}

fn zero() -> Expr {
    number(integer(0))
}

fn is_zero(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Number(value) if value.is_zero())
}

fn is_one(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Number(value) if value.is_one())
}

fn plus(a: Expr, b: Expr) -> Expr {
    match (is_zero(&a), is_zero(&b)) {
        (true, _) => b,
        (_, true) => a,
        _ => binary(BinaryOp::Add, a, b),
    }
}

fn minus(a: Expr, b: Expr) -> Expr {
    match (is_zero(&a), is_zero(&b)) {
        (_, true) => a,
        (true, _) => node(ExprKind::Negate(Box::new(b))),
        _ => binary(BinaryOp::Subtract, a, b),
    }
}

fn times(a: Expr, b: Expr) -> Expr {
    match (is_zero(&a) || is_zero(&b), is_one(&a), is_one(&b)) {
        (true, _, _) => zero(),
        (_, true, _) => b,
        (_, _, true) => a,
        _ => binary(BinaryOp::Multiply, a, b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::ast::Expr;
    use crate::language::target::{Body, Target, Tokens};
    use crate::language::{evaluate_token, read_target};

    fn with_output(target: &Target, expr: Expr) -> Target {
        Target { body: Body::Output(vec![expr]), ..target.clone() }
    }

    proptest::proptest! {
        #[test]
        fn derivatives_are_limits_of_difference_quotients(which in 0usize..12, x in 0.2f64..0.9, z in 0.2f64..0.9) {
            let texts = [
                "exp(x[0]*x[1])", "log(x[0] + x[1])", "sqrt(x[0] + x[1]^2)", "sin(3*x[0]) * cos(x[1])", "cos(x[0]^2)",
                "tanh(x[0]*x[1] - 1)", "sigmoid(4*(x[0] - x[1]))", "x[1]/(x[0]^2 + 1/4)", "(x[0] - x[1])^3 / x[0]",
                "-x[0]^2 + 3*x[0] - 1/2", "max(x[1], 1/2)*x[0]", "relu(x[1]) - x[0]/x[1]",
            ];
            let file = format!(
                "name = \"t\"\ntokens = 1\ndomain = [[\"0.1\", \"1\"], [\"0.1\", \"1\"]]\noutput = [\"{}\"]\n", texts[which]
            );
            let target = read_target(&file).unwrap();
            assert_eq!(target.tokens, Tokens::Fixed(1));
            let first = derivative(&target.body.expressions()[0], (0, 0)).expect("smooth in x[0]");
            let value = |target: &Target, x: f64| evaluate_token(target, &[vec![x, z]], 0).unwrap()[0];
            let h = 1e-5;
            let quotient = (value(&target, x + h) - value(&target, x - h)) / (2.0 * h);
            let exact = value(&with_output(&target, first), x);
            proptest::prop_assert!((quotient - exact).abs() < 1e-5 * (1.0 + exact.abs()), "{} {}", quotient, exact);
        }
    }

    #[test]
    fn kinks_have_no_derivative() {
        let file = "name = \"t\"\ntokens = 1\ndomain = [[\"0\", \"1\"]]\noutput = [\"relu(x[0])\", \"abs(x[0])\", \
                    \"max(x[0], 1/2)\", \"mean(y: y[0])\"]\n";
        for expr in read_target(file).unwrap().body.expressions() {
            assert_eq!(derivative(expr, (0, 0)), None);
        }
    }
}
