//! The exponent of exp as a polynomial in the coordinates of two tokens.

use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::{Exact, Rational, integer, power_of_two};
use sumformer_checker::arith::polynomial::Polynomial;
use sumformer_checker::format::certificate::{Approximation, Replacement};
use sumformer_checker::language::ast::{BinaryOp, Expr, ExprKind};
use sumformer_checker::language::target::{Target, Tokens};
use sumformer_checker::surrogate::size;

/// Larger exponents are not split.
const MAX_TERMS: usize = 1000;

/// The polynomial, coordinate k of level l as variable l·d + k; nothing if the expression is none, or a large one.
pub fn explicit_polynomial(target: &Target, expr: &Expr) -> Option<Polynomial> {
    Reader { target, output: 0, replaced: &[], max_terms: MAX_TERMS }.polynomial(expr, 0)
}

/// Reads expressions as polynomials, some functions in them being replaced by polynomials.
pub struct Reader<'a> {
    /// The target.
    pub target: &'a Target,
    /// The output whose nodes are counted.
    pub output: usize,
    /// What is replaced.
    pub replaced: &'a [Approximation],
    /// Larger polynomials are given up.
    pub max_terms: usize,
}

impl Reader<'_> {
    /// The polynomial that stands for the node with this number.
    pub fn polynomial(&self, expr: &Expr, number: usize) -> Option<Polynomial> {
        let inner = |e: &Expr| self.polynomial(e, number + 1);
        let right = |a: &Expr, b: &Expr| self.polynomial(b, number + 1 + size(a));
        let replacement = self.replaced.iter().find(|a| (a.output, a.node) == (self.output, number));
        let polynomial = match (&expr.kind, replacement.map(|a| &a.by)) {
            (ExprKind::Call(_, a), Some(Replacement::Polynomial { centre, coefficients })) => {
                self.composed(centre, coefficients, &inner(a)?)?
            }
            (
                ExprKind::Binary(BinaryOp::Divide, a, b),
                Some(Replacement::Polynomial { centre, coefficients }),
            ) => &inner(a)? * &self.composed(centre, coefficients, &right(a, b)?)?,
            (_, Some(_)) => return None,
            (ExprKind::Number(value), None) => Polynomial::constant(value.clone()),
            (ExprKind::Length, None) => match self.target.tokens {
                Tokens::Fixed(n) => Polynomial::constant(Rational::from_integer(n.into())),
                Tokens::Any => return None,
            },
            (ExprKind::Coordinate { token, index }, None) => {
                Polynomial::variable((token * self.target.dimension() + index) as u32)
            }
            (ExprKind::Negate(a), None) => &Polynomial::zero() - &inner(a)?,
            (ExprKind::Power(a, exponent), None) if *exponent <= 16 => inner(a)?.power(*exponent),
            (ExprKind::Binary(op, a, b), None) => {
                let (a, b) = (inner(a)?, right(a, b)?);
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
        (polynomial.len() <= self.max_terms).then_some(polynomial)
    }

    /// Σ coefficients[k]·(inner − centre)^k
    fn composed(&self, centre: &Exact, coefficients: &[Exact], inner: &Polynomial) -> Option<Polynomial> {
        let base = inner - &Polynomial::constant(centre.0.clone());
        coefficients.iter().rev().try_fold(Polynomial::zero(), |sum, coefficient| {
            let next = &sum * &base;
            (next.len() <= self.max_terms).then(|| &next + &Polynomial::constant(coefficient.0.clone()))
        })
    }
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
