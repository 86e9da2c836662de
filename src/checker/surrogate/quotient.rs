//! Ranges of quotients in which numerator and divisor vary together.
//!
//! The range of b/c as a quotient of the ranges of b and of c forgets that both belong to the same tokens. Two kinds are known
//! better.
//!
//! * *Weighted means.* Σ w v / Σ w, over the same tokens, lies where v does if all w are positive: it is a mean of the v with the
//!   weights w/Σw. Likewise for means in the place of both sums.
//! * *Cauchy and Schwarz.* c = √s or c = √s·√t, s and t polynomials in one token each (perhaps different ones) whose terms are
//!   squares of monomials with positive coefficients, and b = Σ_k c_k m_k n_k with monomials m_k in the token of s and n_k in the token
//!   of t (1 without it). Then |b| ≤ √U·√V with U = Σ|c_k| m_k² and V = Σ|c_k| n_k². If p is the largest quotient of a
//!   coefficient in U by that of the same monomial in s, s − U/p has no negative coefficient, and as its terms are squares, U ≤ p·s;
//!   likewise V ≤ q·t. So |b/c| ≤ √(p·q). Without t, V is a constant and takes the place of q.

use super::cover::range;
use super::pass::Pass;
use super::replace::{explicit, pair};
use super::tree::{children, coordinate, free_levels, relabel, size};
use crate::arith::dyadic_interval::DyadicInterval;
use crate::arith::interval::Interval;
use crate::arith::number::{Rational, max};
use crate::arith::polynomial::{Monomial, Polynomial};
use crate::enclosure::exact_range::exact_range;
use crate::enclosure::image::Image;
use crate::language::ast::{BinaryOp, Expr, ExprKind, Function, Reduction, TokenLevel};
use crate::limits::MAX_QUOTIENT_TERMS;
use crate::normal_form::expansion::explicit_polynomial;
use num_traits::{Signed, Zero};

impl Pass<'_> {
    /// Contains the values of the quotient, whose divisor ranges over `below`; nothing if it is of no kind that is known.
    pub(super) fn quotient_range(
        &self,
        [numerator, divisor]: [&Expr; 2],
        below: DyadicInterval,
        depth: usize,
    ) -> Option<DyadicInterval> {
        if size(numerator).max(size(divisor)) > MAX_QUOTIENT_TERMS {
            return None;
        }
        match &divisor.kind {
            ExprKind::Reduce { body, .. }
                if below.inf().signum() > 0 && self.is_positive(body, depth + 1).unwrap_or(false) =>
            {
                self.weighted_mean(numerator, divisor)
            }
            _ => self.by_cauchy_schwarz(numerator, divisor, depth),
        }
    }

    /// Whether an expression in at most two tokens is positive, wherever they are. That a sum is positive does not say it of its terms.
    fn is_positive(&self, expr: &Expr, depth: usize) -> Option<bool> {
        let levels: Vec<TokenLevel> = free_levels(expr, depth).into_iter().collect();
        if levels.len() > 2 {
            return None;
        }
        let explicit = explicit(self.target, expr, &levels).filter(|expr| !has_length(expr))?;
        let domain = [&self.target.domain[..]; 2].concat();
        let values = range(&pair(self.target, explicit), &domain).ok()?;
        Some(values.inf().signum() > 0)
    }

    /// The range of v for Σ w v / Σ w, all w being positive.
    fn weighted_mean(&self, numerator: &Expr, divisor: &Expr) -> Option<DyadicInterval> {
        let (above, below) = (Total::of(numerator)?, Total::of(divisor)?);
        if above.over != below.over {
            return None;
        }
        let mut values = above.factors;
        for weight in &below.factors {
            values.remove(values.iter().position(|value| value == weight)?);
        }
        let one = Interval::point(Rational::from_integer(1.into()));
        let range = values.iter().try_fold(one, |range, value| {
            Some(&range * &exact_range(value, &self.target.domain, self.target.tokens)?)
        })?;
        Some(DyadicInterval::enclosing(&range))
    }

    /// [−√(pq), √(pq)].
    fn by_cauchy_schwarz(&self, numerator: &Expr, divisor: &Expr, depth: usize) -> Option<DyadicInterval> {
        let mut roots = Vec::new();
        under_roots(divisor, &mut roots)?;
        if roots.len() > 2 {
            return None;
        }
        let levels: Vec<TokenLevel> = free_levels(numerator, depth)
            .into_iter()
            .chain(roots.iter().flat_map(|root| free_levels(root, depth)))
            .fold(Vec::new(), |mut all, level| {
                if !all.contains(&level) {
                    all.push(level);
                }
                all
            });
        if levels.len() > roots.len() {
            return None;
        }
        let d = self.sides.len();
        let polynomial = |expr: &Expr| {
            let explicit = explicit(self.target, expr, &levels).filter(|e| is_of_coordinates(e, d))?;
            explicit_polynomial(&explicit, d, 2).ok()
        };
        let products = polynomial(numerator)?;
        let squares = roots.into_iter().map(polynomial).collect::<Option<Vec<_>>>()?;
        let d = u32::try_from(d).ok()?;
        let mut bound = Rational::from_integer(1.into());
        // Each root has a token of its own.
        let mut rest: Vec<u32> = (0..2).collect();
        for square in &squares {
            let token = token_of(square, d)?;
            rest.remove(rest.iter().position(|&other| other == token)?);
            bound *= largest_quotient(&parts(&products, d, token), square)?;
        }
        for token in rest {
            bound *= parts(&products, d, token).as_constant()?;
        }
        let bound = DyadicInterval::from_rational(&bound);
        let root = Image::new(Function::Sqrt, bound, bound).ok()?.range.sup();
        DyadicInterval::new(-root, root)
    }
}

/// A sum or a mean over tokens.
pub(super) struct Total {
    /// Which of the two, and the tokens that it leaves out.
    pub over: (Reduction, Vec<TokenLevel>),
    /// The factors of its body, all places in the file forgotten.
    pub factors: Vec<Expr>,
}

impl Total {
    pub fn of(expr: &Expr) -> Option<Self> {
        let ExprKind::Reduce { reduction, excluded, body, .. } = &expr.kind else { return None };
        if !matches!(reduction, Reduction::Sum | Reduction::Mean) {
            return None;
        }
        let mut factors = Vec::new();
        collect_factors(relabel(body, &|l| l, &coordinate), &mut factors);
        Some(Self { over: (*reduction, excluded.clone()), factors })
    }
}

/// The factors of a product.
pub(super) fn collect_factors(expr: Expr, factors: &mut Vec<Expr>) {
    match expr.kind {
        ExprKind::Binary(BinaryOp::Multiply, a, b) => {
            collect_factors(*a, factors);
            collect_factors(*b, factors);
        }
        _ => factors.push(expr),
    }
}

fn has_length(expr: &Expr) -> bool {
    expr.kind == ExprKind::Length || children(expr).into_iter().any(has_length)
}

/// Whether only the target's own coordinates occur, not atoms.
fn is_of_coordinates(expr: &Expr, d: usize) -> bool {
    let own = !matches!(expr.kind, ExprKind::Coordinate { index, .. } if index >= d);
    own && children(expr).into_iter().all(|child| is_of_coordinates(child, d))
}

/// What stands under the roots that an expression is a product of.
fn under_roots<'a>(expr: &'a Expr, found: &mut Vec<&'a Expr>) -> Option<()> {
    match &expr.kind {
        ExprKind::Binary(BinaryOp::Multiply, a, b) => {
            under_roots(a, found)?;
            under_roots(b, found)
        }
        ExprKind::Call(Function::Sqrt, a) => {
            found.push(a);
            Some(())
        }
        _ => None,
    }
}

/// The token that the polynomial is in.
fn token_of(polynomial: &Polynomial, d: u32) -> Option<u32> {
    let mut tokens: Vec<u32> = polynomial.variables().into_iter().map(|v| v / d).collect();
    tokens.dedup();
    if let [token] = tokens[..] { Some(token) } else { None }
}

/// Σ |c_k| m_k² over the terms c_k m_k n_k of a polynomial, with m_k the part in one token.
fn parts(polynomial: &Polynomial, d: u32, token: u32) -> Polynomial {
    Polynomial::from_terms(polynomial.terms().map(|(monomial, coefficient)| {
        let own = monomial.powers().iter().filter(|(v, _)| v / d == token);
        (Monomial::from_powers(own.map(|&(v, e)| (v, e.saturating_mul(2)))), coefficient.abs())
    }))
}

/// The largest quotient of a coefficient by that of the same monomial in a sum of squares of monomials.
fn largest_quotient(part: &Polynomial, squares: &Polynomial) -> Option<Rational> {
    let is_square = |(monomial, coefficient): (&Monomial, &Rational)| {
        coefficient.is_positive() && monomial.powers().iter().all(|(_, e)| e.is_multiple_of(2))
    };
    if !squares.terms().all(is_square) {
        return None;
    }
    part.terms().try_fold(Rational::zero(), |largest, (monomial, coefficient)| {
        let below = squares.coefficient(monomial);
        (!below.is_zero()).then(|| max(largest, coefficient / below))
    })
}
