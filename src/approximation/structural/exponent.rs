//! The exponent of exp as a polynomial in the coordinates of two tokens.

use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::{Rational, integer, power_of_two};
use sumformer_checker::arith::polynomial::Polynomial;
use sumformer_checker::language::ast::{BinaryOp, Expr, ExprKind};
use sumformer_checker::language::target::{Target, Tokens};

/// Larger exponents are not split.
const MAX_TERMS: usize = 1000;

/// The polynomial, coordinate k of level l as variable l·d + k; nothing if the expression is none, or a large one.
pub fn explicit_polynomial(target: &Target, expr: &Expr) -> Option<Polynomial> {
    let inner = |e: &Expr| explicit_polynomial(target, e);
    let polynomial = match &expr.kind {
        ExprKind::Number(value) => Polynomial::constant(value.clone()),
        ExprKind::Length => match target.tokens {
            Tokens::Fixed(n) => Polynomial::constant(Rational::from_integer(n.into())),
            Tokens::Any => return None,
        },
        ExprKind::Coordinate { token, index } => {
            Polynomial::variable((token * target.dimension() + index) as u32)
        }
        ExprKind::Negate(a) => &Polynomial::zero() - &inner(a)?,
        ExprKind::Power(a, exponent) if *exponent <= 16 => inner(a)?.power(*exponent),
        ExprKind::Binary(op, a, b) => {
            let (a, b) = (inner(a)?, inner(b)?);
            match op {
                BinaryOp::Add => &a + &b,
                BinaryOp::Subtract => &a - &b,
                BinaryOp::Multiply => &a * &b,
                BinaryOp::Divide => {
                    let divisor = b.as_constant()?;
                    (divisor != Rational::default()).then(|| a.scale(&divisor.recip()))?
                }
            }
        }
        _ => return None,
    };
    (polynomial.len() <= MAX_TERMS).then_some(polynomial)
}

/// What the mixed terms range over, with the constant where no other term is left; nothing if no term is in one token
/// only, so that there is nothing to split off.
pub fn mixed_range(target: &Target, exponent: &Polynomial) -> Option<Interval> {
    let d = target.dimension() as u32;
    let mut mixed = Polynomial::zero();
    let mut pure = false;
    for (monomial, coefficient) in exponent.terms() {
        let mut levels: Vec<u32> = monomial.powers().iter().map(|&(v, _)| v / d).collect();
        levels.dedup();
        match levels.len() {
            0 => {}
            1 => pure = true,
            _ => mixed.add_term(monomial.clone(), coefficient.clone()),
        }
    }
    // The checker's own range is rounded outward.
    let range = mixed.range(|v| &target.domain[(v % d) as usize]);
    let slack = (integer(1) + range.mag()) * power_of_two(-40);
    pure.then(|| range.widen(&slack))
}
