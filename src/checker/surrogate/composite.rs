//! Composites: an expression e = F(b) of the value of one node b inside it, by a polynomial in b.
//!
//! F is e with every copy of b replaced by a variable t; no other coordinate may be left in it. With |q(t) − F(t)| ≤ error for all
//! t in the range of b, |q(b) − e| ≤ error. Where the divisor d of a quotient c/d is such a function and the whole is not, 1/d is
//! replaced. The surrogate of b has to be b itself, up to atoms.

use super::atoms::to_rational;
use super::cover::{Magnitude, Written, range};
use super::pass::Pass;
use super::replace::{Claim, Failure, Shifted, wrong};
use super::tree::{self, binary, children, coordinate, relabel, size};
use super::value::{Value, times};
use crate::arith::dyadic::Dyadic;
use crate::arith::dyadic_interval::DyadicInterval;
use crate::arith::interval::Interval;
use crate::arith::number::{Rational, integer};
use crate::language::ast::{BinaryOp, Expr, ExprKind};
use crate::language::target::{Body, Target, Tokens};

/// An expression as a function of one node inside it.
struct Composite<'a> {
    /// c, where only the divisor of c/d is such a function.
    numerator: Option<&'a Expr>,
    /// F, with the variable as coordinate 0 of level 0.
    function: Expr,
    /// b
    inner: &'a Expr,
}

impl<'a> Composite<'a> {
    /// The expression as a function of its node number `inner`, itself being number 0; nothing if it is none.
    fn new(target: &Target, expr: &'a Expr, inner: usize) -> Option<Self> {
        let inner = numbered(expr, inner)?;
        let wanted = without_places(inner);
        let function = |expr: &Expr| outer(target, &without_places(expr), &wanted);
        if let Some(function) = function(expr) {
            return Some(Self { numerator: None, function, inner });
        }
        let ExprKind::Binary(BinaryOp::Divide, numerator, divisor) = &expr.kind else { return None };
        let divisor = function(divisor)?;
        let function = binary(BinaryOp::Divide, tree::number(integer(1)), divisor);
        Some(Self { numerator: Some(numerator), function, inner })
    }
}

/// An expression as a function of its node number `inner` (itself being number 0), or its divisor's inverse: a target of one
/// coordinate, which ranges over what `inner` does; nothing if it is no such function. `depth` levels are in scope.
pub fn composite(target: &Target, expr: &Expr, depth: usize, inner: usize) -> Option<Target> {
    let composite = Composite::new(target, expr, inner)?;
    let value = Pass::new(target, &[], &mut Written::new(&[])).visit_unseen(composite.inner, depth).ok()?;
    Some(of_one_variable(composite.function, to_rational(value.both())?))
}

impl Pass<'_> {
    pub(super) fn by_composite(
        &mut self,
        expr: &Expr,
        depth: usize,
        inner: usize,
        polynomial: &Shifted,
        claim: &Claim<'_>,
    ) -> Result<Value, Failure> {
        // The node itself is counted already.
        let own = self.next.map_or(0, |next| next - 1);
        let place = inner.checked_sub(own).filter(|place| (1..size(expr)).contains(place));
        let Some(composite) = place.and_then(|place| Composite::new(self.target, expr, place)) else {
            return wrong("the expression is no function of that node alone");
        };
        let numerator = match composite.numerator {
            None => None,
            Some(numerator) => Some(self.visit(numerator, depth).map_err(Err)?),
        };
        self.next = Some(inner);
        let value = self.visit(composite.inner, depth).map_err(Err)?;
        self.go_on_behind(own, expr);
        if value.deviation != Dyadic::ZERO {
            return wrong("the node is not exact itself");
        }
        let Some(side) = to_rational(value.range) else { return wrong("the node is not bounded") };
        let function = of_one_variable(composite.function.clone(), side.clone());
        let variable = coordinate(0, 0);
        let difference = binary(BinaryOp::Subtract, composite.function, polynomial.expr(&variable));
        let difference = of_one_variable(difference, side.clone());
        let domain = [side];
        let mut distance = Magnitude::new(&difference).map_err(|e| Ok(e.to_string()))?;
        let what = "the polynomial's distance from the function of the node";
        self.require(&mut distance, &domain, claim, what)?;
        self.count_copies(polynomial.terms(), &value.expr).map_err(Err)?;
        let replaced = Value {
            range: range(&function, &domain).map_err(|e| Ok(e.to_string()))?,
            deviation: DyadicInterval::from_rational(claim.error).sup(),
            expr: polynomial.expr(&value.expr),
        };
        Ok(times(numerator, replaced, expr))
    }
}

/// The node with this number, the expression itself being number 0.
fn numbered(expr: &Expr, number: usize) -> Option<&Expr> {
    let mut next = 1;
    if number == 0 {
        return Some(expr);
    }
    for child in children(expr) {
        let after = next + size(child);
        if number < after {
            return numbered(child, number - next);
        }
        next = after;
    }
    None
}

/// Equal trees become equal.
fn without_places(expr: &Expr) -> Expr {
    relabel(expr, &|l| l, &coordinate)
}

/// The expression with the wanted subtrees replaced by the variable; nothing if anything else in it varies.
fn outer(target: &Target, expr: &Expr, wanted: &Expr) -> Option<Expr> {
    if expr == wanted {
        return Some(coordinate(0, 0));
    }
    let inner = |e: &Expr| outer(target, e, wanted).map(Box::new);
    let kind = match &expr.kind {
        ExprKind::Number(_) => expr.kind.clone(),
        ExprKind::Length => match target.tokens {
            Tokens::Fixed(n) => ExprKind::Number(Rational::from_integer(n.into())),
            Tokens::Any => return None,
        },
        ExprKind::Coordinate { .. } | ExprKind::Reduce { .. } => return None,
        ExprKind::Negate(a) => ExprKind::Negate(inner(a)?),
        ExprKind::Power(a, exponent) => ExprKind::Power(inner(a)?, *exponent),
        ExprKind::Call(function, a) => ExprKind::Call(*function, inner(a)?),
        ExprKind::Binary(op, a, b) => ExprKind::Binary(*op, inner(a)?, inner(b)?),
        ExprKind::Extremum(extremum, a, b) => ExprKind::Extremum(*extremum, inner(a)?, inner(b)?),
    };
    Some(tree::node(kind))
}

/// A function of one variable, as a target of one token with one coordinate.
fn of_one_variable(function: Expr, side: Interval) -> Target {
    Target {
        name: String::new(),
        tokens: Tokens::Fixed(1),
        domain: vec![side],
        epsilon: None,
        body: Body::Output(vec![function]),
        source: String::new(),
    }
}
