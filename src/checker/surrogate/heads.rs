//! Weighted means over tokens, as a head with scores of its own computes them.
//!
//! Let s and v be polynomials in an own token x and another one y, v = Σ_α x^α (c_α + b_α(y)), b_α without a constant. Then
//!
//! Σ_y e^s v / Σ_y e^s = Σ_α x^α (c_α + m_α),   m_α = Σ_y e^s b_α(y) / Σ_y e^s,
//!
//! as the weights of a mean add up to 1. What s has of x alone cancels. Each m_α is a further coordinate of the own token; it is in the
//! range of b_α, of which it is a mean. Functions of one token in s and v are atoms, as everywhere. If they move s by at most δ and v by at
//! most γ, the mean moves by at most γ + wδ/2, w being the width of the range of v ([`tilted`]).
//!
//! *Sharp heads.* Let M be the largest of b_1, …, b_n, and u_j = β(M − b_j) ≥ 0, one of them 0. The mean with the scores βb_j is
//! M − (1/β) Σ u_j e^(−u_j) / Σ e^(−u_j), and Σ e^(−u_j) is 1 and a sum over the n − 1 others. So it is below M by at most λ/β if
//! Σ (u_j − λ) e^(−u_j) ≤ λ over the others. (u − λ) e^(−u) is largest at u = 1 + λ, where it is e^(−1−λ): n − 1 ≤ λ e^(1+λ) is enough, and
//! needed too, if b can have such values. The smallest is minus the largest of −b.

use super::atoms::{AtomTree, to_rational};
use super::pass::Pass;
use super::quotient::{Total, collect_factors};
use super::replace::{Claim, Failure, explicit, parts, polynomial_tree, wrong};
use super::tree::{self, binary, coordinate, free_levels, has_reductions, relabel, renumber, size};
use super::value::Value;
use super::weighted_mean::{WeightedMean, tilted};
use crate::arith::bernstein;
use crate::arith::dyadic_interval::DyadicInterval;
use crate::arith::exp::exp;
use crate::arith::interval::Interval;
use crate::arith::number::{Exact, Rational, integer};
use crate::arith::polynomial::{Monomial, Polynomial};
use crate::language::Shape;
use crate::language::ast::{BinaryOp, Expr, ExprKind, Function, Reduction, TokenLevel};
use crate::language::target::Tokens;
use crate::limits::{MAX_ATOMS, MAX_QUOTIENT_TERMS, MAX_WEIGHTED_MEANS};
use crate::normal_form::expansion::explicit_polynomial;
use crate::sizes::index;
use crate::work::charge_all;
use num_traits::{One, Signed};
use std::collections::BTreeMap;

/// A quotient of sums, or a maximum or minimum over tokens, as a softmax head sees it.
#[derive(Debug)]
pub struct Weighted {
    /// The token that it belongs to.
    own: TokenLevel,
    /// The exponent of a weight, as a function of the own token and of another one, which is the level in scope there.
    pub score: Expr,
    /// What is averaged.
    pub value: Expr,
}

impl Weighted {
    /// The node, at which `depth` levels are in scope, or why it is none. Scores are values times the sharpness for a maximum, and times its
    /// opposite for a minimum.
    pub fn of(expr: &Expr, depth: usize, sharpness: Option<&Rational>) -> Result<Self, String> {
        let free: Vec<TokenLevel> = free_levels(expr, depth).into_iter().collect();
        let own = match free[..] {
            [] => 0,
            [own] => own,
            _ => return Err("the expression depends on more than one token".into()),
        };
        let (score, value) = match (&expr.kind, sharpness) {
            (ExprKind::Binary(BinaryOp::Divide, above, below), None) => parts_of_mean(above, below)?,
            (ExprKind::Reduce { reduction, excluded, body, .. }, Some(sharpness)) => {
                let sign = match reduction {
                    Reduction::Max => Rational::one(),
                    Reduction::Min => -Rational::one(),
                    _ => return Err("a sharp head stands for a maximum or a minimum over tokens".into()),
                };
                if !excluded.is_empty() {
                    return Err("a head sees all tokens, and some are left out".into());
                }
                if !sharpness.is_positive() {
                    return Err("its sharpness is not positive".into());
                }
                let value = relabel(body, &|l| l, &coordinate);
                (binary(BinaryOp::Multiply, tree::number(sign * sharpness), value.clone()), value)
            }
            (_, None) => return Err("a head stands for a quotient of sums over tokens".into()),
            (_, Some(_)) => return Err("a sharp head stands for a maximum or a minimum over tokens".into()),
        };
        Ok(Self { own, score, value })
    }
}

/// s and v of Σ e^s v / Σ e^s; factors in front of the sum belong to v.
fn parts_of_mean(above: &Expr, below: &Expr) -> Result<(Expr, Expr), String> {
    let other = || "numerator and divisor are not sums over the same tokens, or means".to_string();
    let below = Total::of(below).ok_or_else(other)?;
    if !below.over.1.is_empty() {
        return Err("a head sees all tokens, and some are left out".into());
    }
    let mut values = Vec::new();
    collect_factors(above.clone(), &mut values);
    let sum = values.iter().position(|factor| Total::of(factor).is_some_and(|sum| sum.over == below.over));
    let sum = Total::of(&values.remove(sum.ok_or_else(other)?)).ok_or_else(other)?;
    // In front of the sum a reduction binds the token that the sum binds in its body.
    if values.iter().any(has_reductions) {
        return Err("a factor in front of the sum has reductions".into());
    }
    values.extend(sum.factors);
    if values.len().max(below.factors.len()) > MAX_QUOTIENT_TERMS {
        return Err(format!("a quotient of more than {MAX_QUOTIENT_TERMS} factors"));
    }
    let mut scores = Vec::new();
    for weight in below.factors {
        let at = values.iter().position(|value| *value == weight);
        values.remove(at.ok_or("the weights of the divisor are not among the factors of the numerator")?);
        let ExprKind::Call(Function::Exp, score) = weight.kind else {
            return Err("a weight is not `exp` of a score".into());
        };
        scores.push(*score);
    }
    let product = |a, b| binary(BinaryOp::Multiply, a, b);
    let value = values.into_iter().reduce(product).unwrap_or_else(|| tree::number(Rational::one()));
    Ok((tree::sum(scores), value))
}

impl Pass<'_> {
    pub(super) fn by_head(
        &mut self,
        expr: &Expr,
        depth: usize,
        sharpness: Option<&Exact>,
        claim: &Claim<'_>,
    ) -> Result<Value, Failure> {
        let sharpness = sharpness.map(|Exact(sharpness)| sharpness);
        let weighted = Weighted::of(expr, depth, sharpness).map_err(Ok)?;
        match sharpness {
            None if !claim.error.is_positive() => {}
            None => return wrong("a head computes a weighted mean as it is, its error is 0"),
            Some(sharpness) => self.require_sharp(&(sharpness * claim.error))?,
        }
        self.next = self.next.map(|next| next - 1 + size(expr));
        let levels = [weighted.own, depth];
        let [score, value] = [&weighted.score, &weighted.value].map(|part| self.apart(part, levels));
        let score = self.visit_unseen(&score, depth + 1).map_err(Err)?;
        let value = self.visit_unseen(&value, depth + 1).map_err(Err)?;
        let [moved, by] = [&score, &value].map(|part| part.deviation.to_rational());
        let (Some(moved), Some(by)) = (moved, by) else {
            return wrong("how far scores and values are from what stands for them is not bounded");
        };
        let shape = self.shape_of_two()?;
        let score = self.polynomial(&score.expr, levels, shape)?;
        let polynomial = self.polynomial(&value.expr, levels, shape)?;
        let values = self.range_of(&polynomial, &|v| index(shape.place(v).1))?;
        let values = DyadicInterval::enclosing(&values.widen(&by));
        let range = values.intersection(value.range).unwrap_or(values);
        let tree = self.in_means(&score, &polynomial, shape, weighted.own)?;
        self.count_copies(1, &tree).map_err(Err)?;
        let deviation = match sharpness {
            None => to_rational(value.range).map(|range| by + tilted(&range, &moved)),
            // Of what stands for the values, whose extremum is as near as they are.
            Some(_) => Some(by + claim.error),
        };
        let Some(deviation) = deviation else { return wrong("the values are not bounded") };
        let deviation = DyadicInterval::from_rational(&deviation).sup();
        Ok(Value { range, deviation, expr: tree })
    }

    /// The expression with cos(p + q) and sin(p + q), p a polynomial in one token and q in another, as cosines and sines of both.
    fn apart(&self, expr: &Expr, levels: [TokenLevel; 2]) -> Expr {
        let inner = |e: &Expr| Box::new(self.apart(e, levels));
        let kind = match &expr.kind {
            ExprKind::Call(function @ (Function::Cos | Function::Sin), argument) => {
                match self.summands(argument, levels) {
                    Some(summands) => return of_sum(*function, &summands),
                    None => expr.kind.clone(),
                }
            }
            ExprKind::Negate(a) => ExprKind::Negate(inner(a)),
            ExprKind::Power(a, exponent) => ExprKind::Power(inner(a), *exponent),
            ExprKind::Binary(op, a, b) => ExprKind::Binary(*op, inner(a), inner(b)),
            other => other.clone(),
        };
        Expr { kind, span: expr.span.clone() }
    }

    /// p and q of p + q, polynomials in one token each; whether it is −p or −q instead, without a minus sign in front of every power.
    fn summands(&self, argument: &Expr, levels: [TokenLevel; 2]) -> Option<[(bool, Expr); 2]> {
        let d = self.sides.len();
        let shape = Shape::new(d, 2).ok()?;
        let polynomial = explicit_polynomial(&explicit(self.target, argument, &levels)?, d, 2).ok()?;
        let [own, mixed, mut other, constant] = parts(&polynomial, shape);
        if own.is_zero() || other.is_zero() || !mixed.is_zero() {
            return None;
        }
        other.add_scaled(&constant, &Rational::one());
        let variable = |v: u32| {
            let (token, coordinate_of) = shape.place(v);
            coordinate(levels[index(token)], index(coordinate_of))
        };
        Some([own, other].map(|part| {
            let minus = part.terms().all(|(m, c)| m.is_one() || c.is_negative());
            let part = if minus { part.scale(&-Rational::one()) } else { part };
            (minus, polynomial_tree(&part, &variable))
        }))
    }

    /// Two tokens with their own coordinates, as many atoms as there may be, and then as many weighted means.
    fn shape_of_two(&self) -> Result<Shape, Failure> {
        let dimension = self.first_mean().saturating_add(MAX_WEIGHTED_MEANS);
        Shape::new(dimension, 2).map_err(|e| Ok(e.to_string()))
    }

    /// The coordinate of the first weighted mean, until it is known how many atoms there are.
    fn first_mean(&self) -> usize {
        self.sides.len().saturating_add(MAX_ATOMS)
    }

    /// The number of the weighted mean that this coordinate is.
    pub(super) fn mean_at(&self, coordinate: usize) -> Option<usize> {
        coordinate.checked_sub(self.first_mean())
    }

    /// What a coordinate ranges over.
    fn extended_range(&self, coordinate: usize) -> Option<Interval> {
        if let Some(side) = self.target.domain.get(coordinate) {
            return Some(side.clone());
        }
        match self.mean_at(coordinate) {
            Some(number) => Some(self.means.get(number)?.range.clone()),
            None => to_rational(self.atoms.all.get(coordinate - self.sides.len())?.range),
        }
    }

    /// The range of a polynomial, `place` saying which coordinate a variable is.
    fn range_of(&self, polynomial: &Polynomial, place: &dyn Fn(u32) -> usize) -> Result<Interval, Failure> {
        let ranges = polynomial.variables().into_iter().map(|v| Some((v, self.extended_range(place(v))?)));
        let Some(ranges) = ranges.collect::<Option<BTreeMap<u32, Interval>>>() else {
            return wrong("a function in it is not bounded");
        };
        Ok(bernstein::range(polynomial, |v| &ranges[&v]))
    }

    /// Ends the pass: weighted means and atoms, the former numbered behind the latter, in the outputs too.
    pub(super) fn found(self, outputs: &mut [Expr]) -> (Vec<WeightedMean>, Vec<AtomTree>) {
        let (first, behind) = (self.first_mean(), self.sides.len() + self.atoms.all.len());
        let place = |coordinate: usize| match coordinate.checked_sub(first) {
            Some(number) => behind + number,
            None => coordinate,
        };
        let (mut atoms, extended) = (self.atoms.all, behind + self.means.len());
        if !self.means.is_empty() {
            let arguments = atoms.iter_mut().map(|atom| &mut atom.argument);
            outputs.iter_mut().chain(arguments).for_each(|expr| renumber(expr, &place));
        }
        let found = first + MAX_WEIGHTED_MEANS;
        let small = |coordinate: usize| {
            u32::try_from(coordinate).expect("there are fewer coordinates than were numbered")
        };
        let renumbered = |mean: WeightedMean| WeightedMean {
            score: mean.score.rename(|v| small(extended * (index(v) / found) + place(index(v) % found))),
            value: mean.value.rename(|v| small(place(index(v)))),
            range: mean.range,
        };
        (self.means.into_iter().map(renumbered).collect(), atoms)
    }

    fn polynomial(&self, expr: &Expr, levels: [TokenLevel; 2], shape: Shape) -> Result<Polynomial, Failure> {
        let Some(explicit) = explicit(self.target, expr, &levels) else {
            return wrong("a score or a value has reductions");
        };
        explicit_polynomial(&explicit, index(shape.dimension()), 2).map_err(|e| Ok(e.to_string()))
    }

    /// Σ_α x^α (c_α + m_α), the weighted means among those that are known or new ones.
    fn in_means(
        &mut self,
        score: &Polynomial,
        value: &Polynomial,
        shape: Shape,
        own: TokenLevel,
    ) -> Result<Expr, Failure> {
        let of_other = |&(v, _): &(u32, u32)| shape.place(v).0 > 0;
        let moves = |(monomial, _): &(&Monomial, &Rational)| monomial.powers().iter().any(of_other);
        let score = Polynomial::from_terms(score.terms().filter(moves).map(|(m, c)| (m.clone(), c.clone())));
        let mut by_own = BTreeMap::<Monomial, (Rational, Polynomial)>::new();
        for (monomial, coefficient) in value.terms() {
            let part = |other: bool| {
                let powers = monomial.powers().iter().filter(|&power| of_other(power) == other);
                Monomial::from_powers(powers.map(|&(v, e)| (shape.place(v).1, e)))
            };
            let (constant, moving) = by_own.entry(part(false)).or_default();
            match part(true) {
                other if other.is_one() => *constant += coefficient,
                other => moving.add_term(other, coefficient.clone()),
            }
        }
        let mut terms = Vec::with_capacity(by_own.len());
        for (monomial, (constant, value)) in by_own {
            let mut factor = tree::number(constant);
            if !value.is_zero() {
                let range = self.range_of(&value, &index)?;
                let number = self.mean(WeightedMean { score: score.clone(), value, range })?;
                factor = binary(BinaryOp::Add, coordinate(own, self.first_mean() + number), factor);
            }
            let power = Polynomial::term(monomial, Rational::one());
            let power = polynomial_tree(&power, &|v| coordinate(own, index(v)));
            terms.push(binary(BinaryOp::Multiply, power, factor));
        }
        Ok(tree::sum(terms))
    }

    /// The number of a weighted mean.
    fn mean(&mut self, mean: WeightedMean) -> Result<usize, Failure> {
        let terms = mean.score.len().saturating_add(mean.value.len());
        charge_all(terms.saturating_mul(self.means.len() + 1), 4);
        if let Some(known) = self.means.iter().position(|known| *known == mean) {
            return Ok(known);
        }
        if self.means.len() == MAX_WEIGHTED_MEANS {
            return wrong(format!("at most {MAX_WEIGHTED_MEANS} weighted means are allowed"));
        }
        self.means.push(mean);
        Ok(self.means.len() - 1)
    }

    /// n − 1 ≤ λ e^(1+λ).
    fn require_sharp(&self, lambda: &Rational) -> Result<(), Failure> {
        let Tokens::Fixed(n) = self.target.tokens else {
            return wrong("how far a sharp head is from a maximum is not bounded for every length");
        };
        let Some(power) = exp(&(lambda + integer(1))) else { return wrong("it is too sharp to be enclosed") };
        if integer(n) > lambda * power.inf() + integer(1) {
            return wrong("for so many tokens its sharpness times its error is too small");
        }
        Ok(())
    }
}

/// cos(p + q) = cos p cos q − sin p sin q and sin(p + q) = sin p cos q + cos p sin q; with −p the sign of sin p is the other one.
fn of_sum(function: Function, [(minus_p, p), (minus_q, q)]: &[(bool, Expr); 2]) -> Expr {
    let product = |minus: bool, f: Function, g: Function| {
        let product = binary(BinaryOp::Multiply, tree::call(f, p.clone()), tree::call(g, q.clone()));
        if minus { tree::node(ExprKind::Negate(Box::new(product))) } else { product }
    };
    let (cos, sin) = (Function::Cos, Function::Sin);
    let (first, second) = match function {
        Function::Cos => (product(false, cos, cos), product(minus_p == minus_q, sin, sin)),
        _ => (product(*minus_p, sin, cos), product(*minus_q, cos, sin)),
    };
    binary(BinaryOp::Add, first, second)
}
