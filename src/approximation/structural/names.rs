//! Which values are worth a name: numerators of quotients, whose many terms would each be multiplied by the inverse.

use num_traits::Zero;
use sumformer_checker::arith::number::{Exact, Rational};
use sumformer_checker::format::certificate::{Approximation, Replacement};
use sumformer_checker::language::ast::{BinaryOp, Expr, ExprKind};
use sumformer_checker::language::target::{Body, Target};
use sumformer_checker::surrogate::{children, size};

/// Names for the numerators that have reductions and are divided by something that varies.
pub fn numerators(target: &Target, replaced: &[Approximation]) -> Vec<Approximation> {
    let Body::Output(expressions) = &target.body else { return Vec::new() };
    let mut found = Vec::new();
    for (output, expr) in expressions.iter().enumerate() {
        collect(expr, 0, &mut |node| {
            if !replaced.iter().any(|a| (a.output, a.node) == (output, node)) {
                let error = Exact(Rational::zero());
                found.push(Approximation { output, node, by: Replacement::Name, error, cuts: String::new() });
            }
        });
    }
    found
}

fn collect(expr: &Expr, node: usize, found: &mut impl FnMut(usize)) {
    if let ExprKind::Binary(BinaryOp::Divide, numerator, divisor) = &expr.kind
        && has(numerator, &|e| matches!(e.kind, ExprKind::Reduce { .. }))
        && has(divisor, &|e| matches!(e.kind, ExprKind::Coordinate { .. }))
    {
        found(node + 1);
    }
    let mut next = node + 1;
    for child in children(expr) {
        collect(child, next, found);
        next += size(child);
    }
}

fn has(expr: &Expr, wanted: &dyn Fn(&Expr) -> bool) -> bool {
    wanted(expr) || children(expr).into_iter().any(|child| has(child, wanted))
}
