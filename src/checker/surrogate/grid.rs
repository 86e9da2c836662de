//! Grids: an expression of one coordinate of each of two tokens by its bilinear interpolant.
//!
//! With hats in both coordinates, e(s, t) becomes Σ_i hat_i(s)·g_i(t) with g_i = Σ_j v_ij·hat_j(t) and v_ij near e(s_i, t_j): the
//! functions around the coordinates are gone, what is left are numbers. Each g_i has a name, an atom of the identity, so that
//! there are as many products as knots.
//!
//! Let I and J be the interpolations in s and t. |e − IJe| ≤ |e − Je| + |J(e − Ie)|, and values of J are means of values at knots:
//! with both interpolants within error/2 of e the sum is at most the error. The v_ij are e rounded to multiples of u = 2^−16 times
//! the power of two below the error, which moves every mean of them by at most u/2.

use super::pass::Pass;
use super::replace::{Claim, Failure, coordinates, wrong};
use super::tree::{self, binary};
use super::value::{Value, product, times, uncovered};
use crate::arith::dyadic::Rounding::Up;
use crate::arith::dyadic_interval::DyadicInterval;
use crate::arith::interval::Interval;
use crate::arith::number::{Rational, floor_log2, integer, power_of_two, ratio};
use crate::enclosure::{PreparedSide, TargetEnclosure};
use crate::language::ast::{BinaryOp, Expr, Function, TokenLevel};
use crate::language::evaluate_token;
use crate::language::target::Target;
use crate::limits::MAX_PIECES;
use crate::sizes;
use num_traits::Zero;

/// Values at knots are multiples of the error's power of two, over 2 to this power.
const VALUE_BITS: i64 = 16;

impl Pass<'_> {
    pub(super) fn by_grid(
        &mut self,
        expr: &Expr,
        depth: usize,
        place: (TokenLevel, usize),
        pieces: u32,
        claim: &Claim<'_>,
    ) -> Result<Value, Failure> {
        let own = self.next.map_or(0, |next| next - 1);
        let error = claim.error;
        if error.is_zero() {
            return wrong("a grid has an error");
        }
        let function = self.pair_function(expr, depth, place)?;
        let mut other: Vec<usize> =
            coordinates(&function.explicit).into_iter().filter(|c| c.0 == 0).map(|c| c.1).collect();
        other.sort_unstable();
        other.dedup();
        let [other] = other[..] else {
            return wrong("the expression has more or less than one coordinate of the other token");
        };
        // A product with a number for each pair of knots.
        let knots = sizes::index(pieces.min(MAX_PIECES)) + 1;
        self.require_room(knots.saturating_mul(knots).saturating_mul(2), expr).map_err(Err)?;
        let half = Claim { error: &(error / integer(2)), ..*claim };
        let rows = self.knots(expr, &function, (0, other), pieces, &half)?;
        let columns = self.knots(expr, &function, (1, place.1), pieces, &half)?;
        let range = function.range()?;
        let numerator = self.numerator(&function, own, expr, depth)?;
        let unit = power_of_two(floor_log2(error) - VALUE_BITS);
        let mut values =
            Values::new(&function.target, &function.domain, &unit).map_err(|e| Ok(e.to_string()))?;
        let mut terms = Vec::new();
        for row in rows.all() {
            let at = columns.all().map(|column| values.at((0, other, &row), (1, place.1, &column)));
            let Some(at) = at.collect::<Option<Vec<Rational>>>() else {
                return Err(Err(uncovered("a value at a knot is not known well enough", expr)));
            };
            let hull = at.iter().map(DyadicInterval::from_rational).reduce(DyadicInterval::hull);
            let weighted = at.iter().zip(columns.all()).map(|(value, column)| {
                binary(BinaryOp::Multiply, tree::number(value.clone()), columns.hat(&column))
            });
            let combination = self.visit_unseen(&tree::sum(weighted.collect()), depth).map_err(Err)?;
            // Means of the values, as the hats are the weights of one.
            let mean = Value { range: hull.unwrap_or(DyadicInterval::ZERO), ..combination };
            let named = self.call(Function::Identity, mean, (expr, None), None, depth).map_err(Err)?;
            let hat = self.visit_unseen(&rows.hat(&row), depth).map_err(Err)?;
            terms.push(product(hat, named, expr).expr);
        }
        let deviation = DyadicInterval::from_rational(error)
            .sup()
            .add(DyadicInterval::from_rational(&(unit / integer(2))).sup(), Up);
        Ok(times(numerator, Value { range, deviation, expr: tree::sum(terms) }, expr))
    }
}

/// Values of a function of two tokens at knots, rounded to multiples of a unit.
struct Values<'a> {
    target: &'a Target,
    domain: Vec<Interval>,
    enclosure: TargetEnclosure,
    unit: &'a Rational,
}

impl<'a> Values<'a> {
    fn new(
        target: &'a Target,
        domain: &[Interval],
        unit: &'a Rational,
    ) -> Result<Self, crate::language::EvalError> {
        let domain = domain.iter().map(|side| Interval::point(side.mid())).collect();
        Ok(Self { target, domain, enclosure: TargetEnclosure::new(target)?, unit })
    }

    /// The value where two coordinates, given by token and index, are at knots; nothing if it is irrational and too near the middle
    /// between two multiples.
    fn at(&mut self, row: (usize, usize, &Rational), column: (usize, usize, &Rational)) -> Option<Rational> {
        let d = self.target.dimension();
        for (token, index, knot) in [row, column] {
            self.domain[token * d + index] = Interval::point(knot.clone());
        }
        let tokens: Vec<Vec<Rational>> = self
            .domain
            .chunks(d)
            .map(|token| token.iter().map(|side| side.inf().clone()).collect())
            .collect();
        let rounded = |value: Rational| (value / self.unit + ratio(1, 2)).floor() * self.unit;
        if let Ok(exact) = evaluate_token(self.target, &tokens, 0) {
            return exact.into_iter().next().map(rounded);
        }
        let sides: Vec<PreparedSide> = self.domain.iter().map(PreparedSide::new).collect();
        let enclosed = *self.enclosure.enclose(&sides.iter().collect::<Vec<_>>()).ok()?.first()?;
        let [low, high] = [enclosed.inf(), enclosed.sup()].map(|end| end.to_rational().map(rounded));
        (low == high).then_some(low?)
    }
}
