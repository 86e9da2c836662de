//! An expression of two tokens by a sum of products of polynomials in one token each.
//!
//! Whatever else the certificate says of the expression makes a polynomial of it, up to some deviation. How far Σ_s a_s(x) b_s(y) is
//! from this polynomial is bounded by the sum of the magnitudes of the Chebyshev coefficients of the difference, all of them exact
//! ([`chebyshev`]). The factors are polynomials in coordinates that are scaled to [−1, 1], where powers cancel least. Each factor is
//! an atom of its own, so that there are as many sums over y as there are different b_s, whatever their degree.

use super::pass::Pass;
use super::replace::{Claim, Failure, coordinates, explicit, polynomial_tree, wrong};
use super::tree::{self, binary, coordinate, free_levels, has_reductions};
use super::value::{Value, product, uncovered};
use crate::arith::chebyshev;
use crate::arith::decimal::above;
use crate::arith::dyadic::Rounding::Up;
use crate::arith::dyadic_interval::DyadicInterval;
use crate::arith::interval::Interval;
use crate::arith::number::{Rational, power_of_two};
use crate::arith::polynomial::{Monomial, Polynomial};
use crate::format::certificate::{PairTerm, PowerTerm};
use crate::language::Shape;
use crate::language::ast::{BinaryOp, Expr, Function, TokenLevel};
use crate::limits::{MAX_REPLACEMENT_DEGREE, MAX_TERM_PAIRS, MAX_TERMS};
use crate::normal_form::expansion::explicit_polynomial;
use crate::sizes;
use num_traits::{One, Zero};
use std::collections::BTreeMap;

impl Pass<'_> {
    pub(super) fn by_pair(
        &mut self,
        expr: &Expr,
        depth: usize,
        terms: &[PairTerm],
        claim: &Claim<'_>,
    ) -> Result<Value, Failure> {
        let levels: Vec<TokenLevel> = free_levels(expr, depth).into_iter().collect();
        let [first, second] = levels[..] else {
            return wrong("the expression depends on more or less than two tokens");
        };
        if has_reductions(expr) {
            return wrong("the expression has reductions");
        }
        let shape = Shape::new(self.sides.len(), 2).map_err(|e| Ok(e.to_string()))?;
        let factors = terms.iter().map(|term| {
            Ok([self.factor(&term.first, (shape, 0), expr)?, self.factor(&term.second, (shape, 1), expr)?])
        });
        let factors = factors.collect::<Result<Vec<_>, Failure>>()?;
        // The expression once more, replaced by what comes next if that is at this node too.
        self.next = self.next.map(|next| next - 1);
        let value = self.visit(expr, depth).map_err(Err)?;
        let distance = self.distance((expr, &value.expr), &levels, &factors, shape)?;
        if distance > *claim.error {
            let shown = above(&distance);
            return wrong(format!(
                "it is only shown to be within {shown} of what else stands for the expression"
            ));
        }
        let mut products = Vec::new();
        for [own, other] in &factors {
            let own = self.named_factor(own, shape, [first, second], expr, depth)?;
            let other = self.named_factor(other, shape, [first, second], expr, depth)?;
            products.push(product(own, other, expr).expr);
        }
        let deviation = DyadicInterval::from_rational(claim.error).sup().add(value.deviation, Up);
        Ok(Value { range: value.range, deviation, expr: tree::sum(products) })
    }

    /// At least the largest distance of the sum of products from what stands for the expression.
    fn distance(
        &self,
        (expr, replaced): (&Expr, &Expr),
        levels: &[TokenLevel],
        factors: &[[Factor; 2]],
        shape: Shape,
    ) -> Result<Rational, Failure> {
        let d = self.sides.len();
        if coordinates(replaced).iter().any(|&(_, index)| index >= d) {
            return wrong(
                "what else stands for the expression is not a polynomial, functions are left in it",
            );
        }
        let Some(explicit) = explicit(self.target, replaced, levels) else {
            return wrong("the expression has reductions");
        };
        let polynomial = explicit_polynomial(&explicit, d, 2).map_err(|e| Ok(e.to_string()))?;
        let mut difference = Polynomial::zero();
        for [own, other] in factors {
            let pairs = own.series.len().saturating_mul(other.series.len());
            if pairs > MAX_TERM_PAIRS || difference.len() > MAX_TERMS {
                return too_large(expr);
            }
            difference.add_scaled(&own.series.times(&other.series), &Rational::one());
        }
        let side = |variable| &self.target.domain[sizes::index(shape.place(variable).1)];
        let Some(polynomial) = chebyshev::series(&polynomial, side) else { return too_large(expr) };
        difference.add_scaled(&polynomial, &-Rational::one());
        Ok(chebyshev::range(&difference).mag())
    }

    /// Reads a polynomial in the scaled coordinates of token 0 or 1.
    fn factor(
        &self,
        terms: &[PowerTerm],
        (shape, token): (Shape, usize),
        expr: &Expr,
    ) -> Result<Factor, Failure> {
        let mut polynomial = Polynomial::zero();
        for (powers, coefficient) in terms {
            let mut degree = 0_usize;
            let mut variables = Vec::with_capacity(powers.len());
            for &(index, exponent) in powers {
                let Some(variable) = shape.variable(token, index) else {
                    return wrong(format!("a token has no coordinate {index}"));
                };
                if self.target.domain[index].wid().is_zero() {
                    return wrong(format!("coordinate {index} does not vary"));
                }
                degree = degree.saturating_add(sizes::index(exponent));
                variables.push((variable, exponent));
            }
            if degree > MAX_REPLACEMENT_DEGREE {
                return wrong(format!("polynomials have degree at most {MAX_REPLACEMENT_DEGREE}"));
            }
            polynomial.add_term(Monomial::from_powers(variables), coefficient.0.clone());
        }
        let side = Interval::symmetric(Rational::one());
        let Some(series) = chebyshev::series(&polynomial, |_| &side) else { return too_large(expr) };
        Ok(Factor { series, polynomial })
    }

    /// The atom of identity at a polynomial in scaled coordinates, which are atoms too.
    fn named_factor(
        &mut self,
        factor: &Factor,
        shape: Shape,
        levels: [TokenLevel; 2],
        expr: &Expr,
        depth: usize,
    ) -> Result<Value, Failure> {
        let one = Interval::symmetric(Rational::one());
        let mut scaled = BTreeMap::new();
        for variable in factor.polynomial.variables() {
            let (token, index) = shape.place(variable);
            let index = sizes::index(index);
            let side = &self.target.domain[index];
            let (middle, half) = (side.mid(), side.wid() * power_of_two(-1));
            let offset = coordinate(levels[usize::from(token > 0)], index);
            if *side == one {
                scaled.insert(variable, offset);
                continue;
            }
            let offset = binary(BinaryOp::Subtract, offset, tree::number(middle));
            let tree = binary(BinaryOp::Multiply, tree::number(half.recip()), offset);
            scaled.insert(variable, self.named(&tree, &one, expr, depth)?.expr);
        }
        let tree = polynomial_tree(&factor.polynomial, &|variable| scaled[&variable].clone());
        self.named(&tree, &chebyshev::range(&factor.series), expr, depth)
    }

    /// The atom of identity at a polynomial with its values in a range.
    fn named(&mut self, tree: &Expr, known: &Interval, expr: &Expr, depth: usize) -> Result<Value, Failure> {
        let value = self.visit_unseen(tree, depth).map_err(Err)?;
        let range = value.range.intersection(DyadicInterval::enclosing(known)).unwrap_or(value.range);
        self.call(Function::Identity, Value { range, ..value }, (expr, None), None, depth).map_err(Err)
    }
}

/// More terms than are calculated with.
fn too_large<T>(expr: &Expr) -> Result<T, Failure> {
    Err(Err(uncovered("a sum of products of so many terms", expr)))
}

/// A polynomial in the scaled coordinates of one token.
struct Factor {
    polynomial: Polynomial,
    /// Its Chebyshev series.
    series: Polynomial,
}
