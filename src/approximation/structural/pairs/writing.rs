//! Approximations of low rank as a certificate has them: polynomials in powers with short coefficients.

use super::fit::{LowRank, Matrices};
use crate::approximation::rounding::shortened;
use num_traits::One;
use sumformer_checker::arith::number::{Exact, Rational, integer};
use sumformer_checker::arith::polynomial::{Monomial, Polynomial};
use sumformer_checker::format::certificate::{PairTerm, PowerTerm};
use sumformer_checker::sizes;

/// The products that stand for each kernel, rounded by little more than `slack`. All kernels have the same factors in the token
/// that is summed over.
pub fn terms(low: &LowRank, matrices: &Matrices, slack: &Rational) -> Option<Vec<Vec<PairTerm>>> {
    let rank = low.second.nrows();
    let slack = slack / integer(2 * (rank as i64 + 1));
    let largest = |values: &mut dyn Iterator<Item = f64>| values.map(f64::abs).sum::<f64>();
    let mut factors = vec![(Polynomial::constant(Rational::one()), 1.0)];
    for s in 0..rank {
        // Scaled to magnitude 1.
        let scale = largest(&mut low.second.row(s).iter().copied());
        let weight = low.first.iter().map(|first| scale * largest(&mut first.column(s + 1).iter().copied()));
        let weight = Rational::from_float(weight.fold(f64::MIN_POSITIVE, f64::max))?;
        let scaled = low.second.row(s).iter().map(|c| c / scale).collect::<Vec<_>>();
        let second = written(&scaled, &matrices.other)?;
        factors.push((rounded(&second, &(&slack / weight)), scale));
    }
    let pair = |first: &nalgebra::DMatrix<f64>| {
        let term = |(s, (second, scale)): (usize, &(Polynomial, f64))| {
            let scaled = first.column(s).iter().map(|c| c * scale).collect::<Vec<_>>();
            let first = rounded(&written(&scaled, &matrices.own)?, &slack);
            Some(PairTerm { first: power_terms(&first), second: power_terms(second) })
        };
        factors.iter().enumerate().map(term).collect::<Option<Vec<_>>>()
    };
    low.first.iter().map(pair).collect()
}

/// A sum of products of Chebyshev polynomials as a polynomial in scaled coordinates.
fn written(coefficients: &[f64], products: &[Monomial]) -> Option<Polynomial> {
    let mut sum = Polynomial::zero();
    for (coefficient, product) in coefficients.iter().zip(products) {
        if *coefficient != 0.0 {
            let factors = product.powers().iter().map(|&(v, j)| chebyshev(v, j));
            let product = factors.fold(Polynomial::constant(Rational::one()), |p, factor| p.times(&factor));
            sum.add_scaled(&product, &Rational::from_float(*coefficient)?);
        }
    }
    Some(sum)
}

/// The polynomial with short coefficients.
fn rounded(polynomial: &Polynomial, slack: &Rational) -> Polynomial {
    let terms: Vec<_> = polynomial.terms().map(|(_, c)| (c.clone(), Rational::one())).collect();
    let short = shortened(&terms, slack);
    Polynomial::from_terms(polynomial.terms().map(|(m, _)| m.clone()).zip(short))
}

fn power_terms(polynomial: &Polynomial) -> Vec<PowerTerm> {
    let powers = |m: &Monomial| m.powers().iter().map(|&(v, e)| (sizes::index(v), e)).collect();
    polynomial.terms().map(|(m, c)| (powers(m), Exact(c.clone()))).collect()
}

/// T_j of a variable.
fn chebyshev(variable: u32, j: u32) -> Polynomial {
    let u = Polynomial::variable(variable);
    let (mut last, mut value) = (u.clone(), Polynomial::constant(Rational::one()));
    for _ in 0..j {
        let next = &u.times(&value).scale(&integer(2)) - &last;
        (last, value) = (value, next);
    }
    value
}
