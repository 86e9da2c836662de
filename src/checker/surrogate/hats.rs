//! Hats: an expression of two tokens by its interpolant in one coordinate of one of them.
//!
//! Of the token y only the coordinate t = y[k] occurs in e(x, y). The interpolant is Σ_r hat((t − t_r)/h)·e(x, t_r) at equally
//! spaced t_r, h apart; on each piece it is the chord of e(x, ·). How far it is from e follows from the slopes of e, or of its
//! derivative, in t ([`InterpolantError`]): a jump of the slope by J costs at most Jh/4, a second derivative K at most Kh²/8.
//! Where the divisor of a quotient is such a function and the whole is not, the inverse of the divisor is replaced.

use super::cover::{InterpolantError, range};
use super::derivative::derivative;
use super::pass::Pass;
use super::replace::{Claim, Failure, coordinates, explicit, pair, wrong};
use super::tree::{self, binary, call, coordinate, free_levels, relabel, size};
use super::value::{Value, times, uncovered};
use crate::arith::dyadic::Rounding::Up;
use crate::arith::dyadic_interval::DyadicInterval;
use crate::arith::interval::Interval;
use crate::arith::number::{Rational, integer};
use crate::language::ast::{BinaryOp, Expr, ExprKind, Function, TokenLevel};
use crate::language::target::Target;
use crate::limits::{MAX_DIFFERENTIATED, MAX_PIECES};
use crate::sizes;
use num_traits::Zero;

/// What is interpolated.
pub(super) struct PairFunction<'e> {
    /// c, where it is 1/d of a quotient c/d.
    pub numerator: Option<&'e Expr>,
    /// The token that stays and the one of the hats.
    pub levels: [TokenLevel; 2],
    /// The function, these tokens being 0 and 1.
    pub explicit: Expr,
    /// The same as a target.
    pub target: Target,
    /// What its coordinates range over, token after token; those that do not occur stay where they are.
    pub domain: Vec<Interval>,
}

/// Equally spaced knots in a coordinate of a token.
pub(super) struct Knots {
    coordinate: (TokenLevel, usize),
    start: Rational,
    step: Rational,
    pieces: u32,
}

impl Knots {
    /// All of them, in order.
    pub fn all(&self) -> impl Iterator<Item = Rational> {
        (0..=self.pieces).map(|r| &self.start + &self.step * integer(i64::from(r)))
    }

    /// The hat at a knot.
    pub fn hat(&self, knot: &Rational) -> Expr {
        let offset = binary(
            BinaryOp::Subtract,
            coordinate(self.coordinate.0, self.coordinate.1),
            tree::number(knot.clone()),
        );
        call(Function::Hat, binary(BinaryOp::Multiply, tree::number(self.step.recip()), offset))
    }
}

impl Pass<'_> {
    pub(super) fn by_hats(
        &mut self,
        expr: &Expr,
        depth: usize,
        place: (TokenLevel, usize),
        pieces: u32,
        claim: &Claim<'_>,
    ) -> Result<Value, Failure> {
        let own = self.next.map_or(0, |next| next - 1);
        let function = self.pair_function(expr, depth, place)?;
        self.count_copies(sizes::index(pieces.min(MAX_PIECES)) + 1, &function.explicit).map_err(Err)?;
        let knots = self.knots(expr, &function, (1, place.1), pieces, claim)?;
        let range = function.range()?;
        let numerator = self.numerator(&function, own, expr, depth)?;
        let PairFunction { levels, explicit, .. } = &function;
        let terms = knots.all().map(|knot| {
            let at_knot = relabel(explicit, &|l| l, &|level, k| match level {
                1 => tree::number(knot.clone()),
                _ => coordinate(levels[0], k),
            });
            binary(BinaryOp::Multiply, knots.hat(&knot), at_knot)
        });
        let interpolant = tree::sum(terms.collect());
        let value = self.visit_unseen(&interpolant, depth).map_err(Err)?;
        // Functions of knots have become short numbers.
        let deviation = DyadicInterval::from_rational(claim.error).sup().add(value.deviation, Up);
        Ok(times(numerator, Value { range, deviation, expr: value.expr }, expr))
    }

    /// The expression, or its divisor's inverse, if it is one of two tokens, without reductions, and with one coordinate only of
    /// the token of the place.
    pub(super) fn pair_function<'e>(
        &self,
        expr: &'e Expr,
        depth: usize,
        place: (TokenLevel, usize),
    ) -> Result<PairFunction<'e>, Failure> {
        let function = |expr: &Expr| self.explicit_pair(expr, depth, place);
        let (numerator, (levels, explicit)) = match (function(expr), &expr.kind) {
            (Ok(found), _) => (None, found),
            (Err(why), ExprKind::Binary(BinaryOp::Divide, numerator, divisor)) => {
                let inverse = binary(BinaryOp::Divide, tree::number(integer(1)), (**divisor).clone());
                (Some(&**numerator), function(&inverse).or_else(|_| wrong(why))?)
            }
            (Err(why), _) => return wrong(why),
        };
        let d = self.sides.len();
        let mut domain: Vec<Interval> =
            (0..2 * d).map(|k| Interval::point(self.target.domain[k % d].mid())).collect();
        for (level, k) in coordinates(&explicit) {
            domain[level * d + k] = self.target.domain[k].clone();
        }
        // Where a product with 0 has hidden it, it varies all the same.
        domain[d + place.1] = self.target.domain[place.1].clone();
        let target = pair(self.target, explicit.clone());
        Ok(PairFunction { numerator, levels, explicit, target, domain })
    }

    /// The tokens, the one of the place last, and the expression in them.
    fn explicit_pair(
        &self,
        expr: &Expr,
        depth: usize,
        (token, index): (TokenLevel, usize),
    ) -> Result<([TokenLevel; 2], Expr), &'static str> {
        let levels: Vec<TokenLevel> = free_levels(expr, depth).into_iter().collect();
        let [first, second] = levels[..] else {
            return Err("the expression depends on more or less than two tokens");
        };
        if index >= self.sides.len() || !levels.contains(&token) {
            return Err("the expression has no such coordinate");
        }
        let levels = [if token == first { second } else { first }, token];
        let explicit = explicit(self.target, expr, &levels).ok_or("the expression has reductions")?;
        if coordinates(&explicit).iter().any(|&(level, k)| level == 1 && k != index) {
            return Err("the expression has other coordinates of the token as well");
        }
        Ok((levels, explicit))
    }

    /// Knots in a coordinate of token 0 or 1 of the function, between which its interpolant is within the error of it.
    pub(super) fn knots(
        &mut self,
        expr: &Expr,
        function: &PairFunction<'_>,
        (token, index): (usize, usize),
        pieces: u32,
        claim: &Claim<'_>,
    ) -> Result<Knots, Failure> {
        if pieces == 0 || pieces > MAX_PIECES {
            return wrong(format!("1 to {MAX_PIECES} pieces are allowed"));
        }
        let side = &self.target.domain[index];
        let step = side.wid() / integer(i64::from(pieces));
        if step.is_zero() {
            return wrong("the coordinate does not vary");
        }
        if size(&function.explicit) > MAX_DIFFERENTIATED {
            return Err(Err(uncovered("the expression is too large to be differentiated", expr)));
        }
        let first = derivative(&function.explicit, (token, index)).map(|first| pair(self.target, first));
        let t = token * self.sides.len() + index;
        let PairFunction { target, domain, levels, .. } = function;
        let mut distance =
            InterpolantError::new(target, first.as_ref(), t, side, pieces).map_err(|e| Ok(e.to_string()))?;
        self.require(&mut distance, domain, claim, "the interpolant")?;
        Ok(Knots { coordinate: (levels[token], index), start: side.inf().clone(), step, pieces })
    }

    /// Visits the numerator, if there is one, and goes on behind the expression with the number `own`.
    pub(super) fn numerator(
        &mut self,
        function: &PairFunction<'_>,
        own: usize,
        expr: &Expr,
        depth: usize,
    ) -> Result<Option<Value>, Failure> {
        let numerator = function.numerator.map(|numerator| self.visit(numerator, depth)).transpose();
        self.go_on_behind(own, expr);
        numerator.map_err(Err)
    }
}

impl PairFunction<'_> {
    /// Contains all values.
    pub fn range(&self) -> Result<DyadicInterval, Failure> {
        range(&self.target, &self.domain).map_err(|e| Ok(e.to_string()))
    }
}
