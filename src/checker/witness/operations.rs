//! How many operations evaluating a target and a network takes, about.

use crate::format::network::Network;
use crate::language::ast::{Expr, ExprKind, Function};
use crate::language::target::{Body, Target, Tokens};
use crate::language::values::evaluate::Prepared;
use crate::limits::MAX_SYMMETRIZED;
use crate::sizes::count;

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
    let n = count(n);
    let once = target.body.expressions().iter().fold(0_u64, |sum, e| sum.saturating_add(cost(e, n)));
    // Longer sequences are not averaged over at all.
    let permutations = match target.body {
        Body::SemiInvariant { symmetrize: true, .. } => (1..n.min(count(MAX_SYMMETRIZED))).product::<u64>(),
        _ => 1,
    };
    n.saturating_mul(permutations).saturating_mul(once)
}

/// How many operations evaluating the target at `wanted` of the runs of a sequence takes, at most: less than by
/// definition, because values are kept and equal tokens are counted.
pub fn evaluation_operations(target: &Target, runs: usize, wanted: usize) -> u64 {
    let length = match target.tokens {
        Tokens::Fixed(n) => n,
        Tokens::Any => runs,
    };
    Prepared::<f64>::new(target, length).map_or(u64::MAX, |prepared| prepared.operations(runs, wanted))
}

/// How many operations one pass of the network over the runs of a sequence takes, about.
pub fn network_operations(network: &Network, runs: usize) -> u64 {
    count(runs).saturating_mul(count(network.size().nonzeros))
}
