//! Products over tokens in few sums: Π z(y) = exp Σ log z(y), with factors shifted away from 0.
//!
//! A polynomial output is Σ c·x^α·M(β_1..β_k), M the sum over pairwise different others of the products of the y^β. Where p of
//! the m = n − 1 factors are the power product a, and the other k − p are γ_1, γ_2, …, z = a + η in their place gives
//! Π_y z(y) times p!/(m − k)! times the sum over m − p different others of Π_j y^γ_j/z(y) and m − k factors 1/z(y): each choice
//! of the γ_j leaves m − k + p tokens, p of which have the factor z, and the product over all tokens divided by what these are
//! not is their product. With 0 ≤ a ≤ U a product of p factors moves by at most (U + η)^p − U^p.

use super::error::SurrogateError;
use super::pass::Pass;
use super::replace::{Claim, Failure, wrong};
use super::tree::{self, binary, call, coordinate, node};
use super::value::Value;
use crate::arith::decimal::above;
use crate::arith::dyadic::Rounding::Up;
use crate::arith::dyadic_interval::DyadicInterval;
use crate::arith::interval::Interval;
use crate::arith::number::{Rational, integer};
use crate::arith::polynomial::Monomial;
use crate::language::ast::{BinaryOp, Expr, ExprKind, Function, Reduction, TokenLevel};
use crate::language::target::{Body, Target, Tokens};
use crate::limits::{MAX_NESTED_SUMS, MAX_REPLACEMENT_DEGREE, MAX_TERMS};
use crate::normal_form::expansion::expand_target;
use crate::normal_form::{Basis, NormalForm};
use crate::sizes;
use num_traits::{One, Signed, Zero};

/// z = a + η.
struct Shifted {
    /// a
    base: Monomial,
    /// η
    shift: Rational,
    /// U, the largest value of a.
    top: Rational,
}

/// A term c·x^α·M(β_1..β_k) with p of the β being a.
struct Term {
    basis: Basis,
    coefficient: Rational,
    /// p
    factors: usize,
}

/// An output as it is rewritten.
struct Rewritten<'a> {
    domain: &'a [Interval],
    /// m
    others: usize,
    shifted: Shifted,
    /// The terms with enough factors a.
    products: Vec<Term>,
    /// The others.
    kept: Vec<Term>,
}

impl Pass<'_> {
    /// A whole output.
    pub(super) fn by_logarithms(
        &mut self,
        expr: &Expr,
        (base, shift, least): (&[(usize, u32)], &Rational, u32),
        claim: &Claim<'_>,
    ) -> Result<Value, Failure> {
        if self.next != Some(1) {
            return wrong("logarithms stand for an output as a whole");
        }
        let rewritten = Rewritten::new(self.target, expr, base, shift, least)?;
        let change = rewritten.change();
        if change > *claim.error {
            return wrong(format!("shifting the factors is only shown to change {}", above(&change)));
        }
        self.require_room(rewritten.most_nodes(), expr).map_err(Err)?;
        let tree = rewritten.tree();
        self.go_on_behind(0, expr);
        self.outputs_as_sums += 1;
        let value = self.visit_unseen(&tree, 1).map_err(Err)?;
        let error = DyadicInterval::from_rational(claim.error).sup();
        let (range, deviation) = (value.range.widen(error), value.deviation.add(error, Up));
        Ok(Value { range, deviation, ..value })
    }
}

/// At least how much an output changes where factors are shifted: what the error of such a replacement has to be; nothing where
/// there is none.
pub fn shifted_change(
    target: &Target,
    output: usize,
    base: &[(usize, u32)],
    shift: &Rational,
    least: u32,
) -> Option<Rational> {
    let expr = target.body.expressions().get(output)?;
    Some(Rewritten::new(target, expr, base, shift, least).ok()?.change())
}

impl<'a> Rewritten<'a> {
    fn new(
        target: &'a Target,
        expr: &Expr,
        base: &[(usize, u32)],
        shift: &Rational,
        least: u32,
    ) -> Result<Self, Failure> {
        let Tokens::Fixed(n) = target.tokens else { return wrong("there is no number of others") };
        let (domain, others) = (target.domain.as_slice(), n - 1);
        let shifted = Shifted::new(domain, base, shift)?;
        let forms = expand_target(&output_alone(target, expr), MAX_TERMS);
        let forms = forms.map_err(|error| Err(SurrogateError::from(error)))?;
        let terms = forms.iter().flat_map(NormalForm::terms).map(|(basis, coefficient)| {
            let factors = basis.parts.iter().filter(|part| **part == shifted.base).count();
            Term { basis: basis.clone(), coefficient: coefficient.clone(), factors }
        });
        let enough = |term: &Term| term.factors > 0 && sizes::count(term.factors) >= u64::from(least);
        let (products, kept): (Vec<_>, Vec<_>) = terms.partition(enough);
        let mut sums = products.iter().map(|term| others - term.factors);
        let mut kept_sums = kept.iter().map(|term| term.basis.parts.len());
        if sums.any(|sums| sums > MAX_NESTED_SUMS) || kept_sums.any(|sums| sums > MAX_NESTED_SUMS) {
            return wrong(format!("that takes more than {MAX_NESTED_SUMS} sums within each other"));
        }
        Ok(Self { domain, others, shifted, products, kept })
    }

    /// At least as much as the output changes where z is put into the place of a.
    fn change(&self) -> Rational {
        let changes = self.products.iter().map(|term| self.change_of(term));
        changes.fold(Rational::zero(), |sum, change| sum + change)
    }

    fn change_of(&self, term: &Term) -> Rational {
        let Shifted { base, shift, top } = &self.shifted;
        let largest = |monomial: &Monomial| {
            let power = |&(v, e): &(u32, u32)| self.domain[sizes::index(v)].power(e).mag();
            monomial.powers().iter().map(power).fold(Rational::one(), |a, b| a * b)
        };
        let p = u32::try_from(term.factors).unwrap_or(u32::MAX);
        let change = (top + shift).pow(p) - top.pow(p);
        let mut bound = term.coefficient.abs() * largest(&term.basis.named) * change;
        for (r, part) in term.basis.parts.iter().enumerate() {
            bound *= integer(self.others - r);
            if part != base {
                bound *= largest(part);
            }
        }
        bound
    }

    /// No tree has more nodes: a power is two and one for a product; a sum, an inverse and z are a few.
    fn most_nodes(&self) -> usize {
        let powers = |monomial: &Monomial| 3 * monomial.powers().len();
        let nodes = |term: &Term| {
            let parts: usize = term.basis.parts.iter().map(powers).sum();
            8 + powers(&term.basis.named) + parts + MAX_NESTED_SUMS * (6 + powers(&self.shifted.base))
        };
        self.products.iter().chain(&self.kept).map(nodes).fold(0, usize::saturating_add)
    }

    /// What is kept, plus exp Σ log z times the quotients.
    fn tree(&self) -> Expr {
        let kept = tree::sum(self.kept.iter().map(Term::written).collect());
        let log = call(Function::Log, self.shifted.at(1));
        let product = call(Function::Exp, tree::reduce(Reduction::Sum, "y", &[0], log));
        let quotients = tree::sum(self.products.iter().map(|term| self.quotient(term)).collect());
        binary(BinaryOp::Add, kept, binary(BinaryOp::Multiply, product, quotients))
    }

    /// What the product over all others is to be multiplied with.
    fn quotient(&self, term: &Term) -> Expr {
        let Basis { named, parts } = &term.basis;
        let left_out = self.others - parts.len();
        let factorial = |k: usize| (1..=k).fold(Rational::one(), |product, i| product * integer(i));
        let coefficient = &term.coefficient * factorial(term.factors) / factorial(left_out);
        let rest = parts.iter().filter(|part| **part != self.shifted.base).cloned();
        let rest: Vec<Monomial> = rest.chain(std::iter::repeat_n(Monomial::one(), left_out)).collect();
        let inverse = |level| Some(call(Function::Inverse, self.shifted.at(level)));
        over_different(coefficient, named, &rest, &inverse)
    }
}

impl Shifted {
    /// Reads z, which has to be positive.
    fn new(domain: &[Interval], base: &[(usize, u32)], shift: &Rational) -> Result<Self, Failure> {
        let increasing = base.windows(2).all(|pair| pair[0].0 < pair[1].0);
        let degree = base.iter().fold(0_u64, |sum, &(_, e)| sum + u64::from(e));
        let mut range = Interval::point(Rational::one());
        let mut powers = Vec::with_capacity(base.len());
        for &(k, e) in base {
            let (Some(side), Ok(variable)) = (domain.get(k), u32::try_from(k)) else {
                return wrong(format!("a token has no coordinate {k}"));
            };
            if e == 0 || !increasing || degree > sizes::count(MAX_REPLACEMENT_DEGREE) {
                return wrong("the base is no power product of degree 1 to 64, coordinates increasing");
            }
            range = &range * &side.power(e);
            powers.push((variable, e));
        }
        if powers.is_empty() {
            return wrong("the base is 1");
        }
        if range.inf().is_negative() || shift.is_negative() || !(range.inf() + shift).is_positive() {
            return wrong("the base is negative somewhere, or with what is added not positive");
        }
        let base = Monomial::from_powers(powers);
        Ok(Self { base, shift: shift.clone(), top: range.sup().clone() })
    }

    /// z of a token.
    fn at(&self, level: TokenLevel) -> Expr {
        let base = power_product(&self.base, level).unwrap_or_else(|| tree::number(Rational::one()));
        if self.shift.is_zero() {
            return base;
        }
        binary(BinaryOp::Add, base, tree::number(self.shift.clone()))
    }
}

impl Term {
    /// As it is.
    fn written(&self) -> Expr {
        over_different(self.coefficient.clone(), &self.basis.named, &self.basis.parts, &|_| None)
    }
}

/// The target with one output.
fn output_alone(target: &Target, expr: &Expr) -> Target {
    let expressions = vec![expr.clone()];
    let body = match target.body {
        Body::Output(_) => Body::Output(expressions),
        Body::SemiInvariant { symmetrize, .. } => Body::SemiInvariant { expressions, symmetrize },
    };
    Target { body, source: String::new(), ..target.clone() }
}

/// coefficient · x^named · Σ over pairwise different others of the products of these power products, each with a further factor.
fn over_different(
    coefficient: Rational,
    named: &Monomial,
    parts: &[Monomial],
    further: &dyn Fn(TokenLevel) -> Option<Expr>,
) -> Expr {
    let factors =
        parts.iter().zip(1..).flat_map(|(part, level)| [power_product(part, level), further(level)]);
    let sums = product(factors.flatten().collect()).map(|body| {
        let sum = |body, level| tree::reduce(Reduction::Sum, "y", &(0..level).collect::<Vec<_>>(), body);
        (1..=parts.len()).rev().fold(body, sum)
    });
    let factors = [power_product(named, 0), sums].into_iter().flatten();
    factors.fold(tree::number(coefficient), |a, b| binary(BinaryOp::Multiply, a, b))
}

/// The product, as a tree of logarithmic height; nothing for none.
fn product(mut factors: Vec<Expr>) -> Option<Expr> {
    if factors.len() < 2 {
        return factors.pop();
    }
    let right = product(factors.split_off(factors.len() / 2))?;
    Some(binary(BinaryOp::Multiply, product(factors)?, right))
}

/// A power product of the coordinates of a token; nothing for 1.
fn power_product(monomial: &Monomial, level: TokenLevel) -> Option<Expr> {
    let factor = |&(v, e): &(u32, u32)| {
        let base = coordinate(level, sizes::index(v));
        if e == 1 { base } else { node(ExprKind::Power(Box::new(base), e)) }
    };
    product(monomial.powers().iter().map(factor).collect())
}
