//! Which expressions of two tokens are summed, and the polynomials that functions in them have become.

use crate::approximation::structural::exponent::Reader;
use sumformer_checker::arith::chebyshev;
use sumformer_checker::arith::number::to_f64;
use sumformer_checker::arith::polynomial::{Monomial, Polynomial};
use sumformer_checker::format::certificate::Approximation;
use sumformer_checker::language::ast::{Expr, ExprKind, TokenLevel};
use sumformer_checker::language::target::{Body, Target};
use sumformer_checker::surrogate::{children, free_levels, size};

/// Larger polynomials are not looked at.
const MAX_TERMS: usize = 5_000;

/// An expression of the own token and one that is summed over.
#[derive(Debug, Clone)]
pub struct Kernel {
    /// The output.
    pub output: usize,
    /// Its number there.
    pub node: usize,
    /// The Chebyshev series of the polynomial that stands for it: coordinate k of the own token is variable k, of the other one
    /// d + k.
    pub series: Polynomial,
}

impl Kernel {
    /// How much of each product of Chebyshev polynomials of the own token and of the other one it has.
    pub fn entries(&self, dimension: u32) -> impl Iterator<Item = (Monomial, Monomial, f64)> {
        self.series.terms().map(move |(monomial, coefficient)| {
            let part = |other: bool| {
                let part = monomial.powers().iter().filter(|&&(v, _)| (v >= dimension) == other);
                Monomial::from_powers(part.map(|&(v, e)| (v % dimension, e)))
            };
            (part(false), part(true), to_f64(coefficient))
        })
    }
}

/// The largest such expressions in which something is replaced.
pub fn kernels(target: &Target, replaced: &[Approximation]) -> Vec<Kernel> {
    let Body::Output(expressions) = &target.body else { return Vec::new() };
    let mut found = Vec::new();
    for (output, expr) in expressions.iter().enumerate() {
        let reader = Reader { target, output, replaced, max_terms: MAX_TERMS };
        Search { reader, found: &mut found }.look(expr, 0, 1, None);
    }
    found
}

struct Search<'a, 'f> {
    reader: Reader<'a>,
    found: &'f mut Vec<Kernel>,
}

impl Search<'_, '_> {
    /// Looks at an expression, `summed` being the token of the reduction around it.
    fn look(&mut self, expr: &Expr, node: usize, depth: usize, summed: Option<TokenLevel>) {
        let inside = node..node + size(expr);
        let Reader { target, output, replaced, .. } = self.reader;
        if !replaced.iter().any(|a| a.output == output && inside.contains(&a.node)) {
            return;
        }
        let levels: Vec<TokenLevel> = free_levels(expr, depth).into_iter().collect();
        if let Some(level) = summed
            && levels == [0, level]
            && let Some(polynomial) = self.reader.polynomial(expr, node)
        {
            let d = target.dimension();
            let first = (level * d) as u32;
            let polynomial = polynomial.rename(|v| if v >= first { v - first + d as u32 } else { v });
            let series = chebyshev::series(&polynomial, |v| &target.domain[v as usize % d]);
            self.found.extend(series.map(|series| Kernel { output, node, series }));
            return;
        }
        let reduces = matches!(expr.kind, ExprKind::Reduce { .. });
        let (depth, summed) = if reduces { (depth + 1, Some(depth)) } else { (depth, summed) };
        let mut next = node + 1;
        for child in children(expr) {
            self.look(child, next, depth, summed);
            next += size(child);
        }
    }
}
