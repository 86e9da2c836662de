//! How many operations evaluating a target takes where nothing is kept, about: what a search may count on.

use sumformer_checker::language::ast::{Expr, ExprKind, Function};
use sumformer_checker::language::target::{Body, Target};
use sumformer_checker::limits::MAX_SYMMETRIZED;

/// What the series of an elementary function costs, in operations.
const SERIES: u64 = 20;

/// How many operations evaluating the target at all n tokens takes by definition, every binder a loop over all tokens.
pub fn target_operations(target: &Target, n: usize) -> u64 {
    fn cost(expr: &Expr, n: u64) -> u64 {
        let below = match &expr.kind {
            ExprKind::Number(_) | ExprKind::Length | ExprKind::Coordinate { .. } => 0,
            ExprKind::Negate(inner) | ExprKind::Call(Function::Abs | Function::Relu, inner) => cost(inner, n),
            ExprKind::Call(_, inner) => cost(inner, n).saturating_add(SERIES),
            ExprKind::Power(base, exponent) => {
                cost(base, n).saturating_add(2 * u64::from(exponent.checked_ilog2().unwrap_or(0)))
            }
            ExprKind::Binary(_, left, right) | ExprKind::Extremum(_, left, right) => {
                cost(left, n).saturating_add(cost(right, n))
            }
            ExprKind::Reduce { body, .. } => cost(body, n).saturating_mul(n),
        };
        below.saturating_add(1)
    }
    let n = n as u64;
    let once = target.body.expressions().iter().fold(0_u64, |sum, e| sum.saturating_add(cost(e, n)));
    // Longer sequences are not averaged over at all.
    let permutations = match target.body {
        Body::SemiInvariant { symmetrize: true, .. } => (1..n.min(MAX_SYMMETRIZED as u64)).product::<u64>(),
        _ => 1,
    };
    n.saturating_mul(permutations).saturating_mul(once)
}
