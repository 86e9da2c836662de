//! Exact evaluation of a witness: target and network at one point.

use crate::format::certificate::Witness;
use crate::format::network::Network;
use crate::language::ast::{Expr, ExprKind, Function};
use crate::language::evaluate::MAX_SYMMETRIZED;
use crate::language::evaluate_token;
use crate::language::target::{Body, Target, Tokens};
use crate::number::Rational;
use crate::rules::{Refusal, Rule};
use crate::semantics::{ExactEvaluator, SemanticsError};
use num_traits::Signed;

/// Longer witnesses are refused.
const MAX_WITNESS_COORDINATES: usize = 1 << 20;
/// The most operations, by estimate, that evaluating target and network once may take.
const MAX_OPERATIONS: f64 = 1e9;
/// What the series of an elementary function costs, in operations.
const SERIES: f64 = 20.0;

/// How many operations evaluating the target at all n tokens takes, at most.
pub fn target_operations(target: &Target, n: usize) -> f64 {
    fn cost(expr: &Expr, n: f64) -> f64 {
        1.0 + match &expr.kind {
            ExprKind::Number(_) | ExprKind::Length | ExprKind::Coordinate { .. } => 0.0,
            ExprKind::Negate(inner) | ExprKind::Call(Function::Abs | Function::Relu, inner) => cost(inner, n),
            ExprKind::Call(_, inner) => cost(inner, n) + SERIES,
            ExprKind::Power(base, exponent) => cost(base, n) + f64::from(*exponent).log2().max(0.0) * 2.0,
            ExprKind::Binary(_, left, right) | ExprKind::Extremum(_, left, right) => {
                cost(left, n) + cost(right, n)
            }
            ExprKind::Reduce { body, .. } => n * cost(body, n),
        }
    }
    let once = target.body.expressions().iter().map(|e| cost(e, n as f64)).sum::<f64>();
    // Longer sequences are not averaged over at all.
    let permutations = match target.body {
        Body::SemiInvariant { symmetrize: true, .. } => (1..n.min(MAX_SYMMETRIZED)).product::<usize>(),
        _ => 1,
    };
    n as f64 * permutations as f64 * once
}

/// How many operations one pass of the network over n tokens takes, about.
pub fn network_operations(network: &Network, n: usize) -> f64 {
    n as f64 * network.size().nonzeros as f64
}

/// |network − target| at the witness's token and output, exactly.
pub fn witness_error(target: &Target, network: &Network, witness: &Witness) -> Result<Rational, Refusal> {
    let refuse = |message: String| Rule::Witness.invalid("witness", message);
    let n = witness.input.len();
    if n == 0 || matches!(target.tokens, Tokens::Fixed(wanted) if wanted != n) {
        return Err(refuse(format!("it has {n} tokens, the target is for {}", target.tokens)));
    }
    if witness.token >= n || witness.output >= target.outputs() {
        return Err(refuse(format!("there is no token {} or no output {}", witness.token, witness.output)));
    }
    if n.saturating_mul(target.dimension()) > MAX_WITNESS_COORDINATES {
        return Err(Rule::Witness.unsupported("witness", "the sequence is too long to evaluate exactly"));
    }
    if target_operations(target, n) > MAX_OPERATIONS || network_operations(network, n) > MAX_OPERATIONS {
        return Err(Rule::Witness.unsupported("witness", "exact evaluation would take too long"));
    }
    for (j, token) in witness.input.iter().enumerate() {
        if token.len() != target.dimension() {
            return Err(refuse(format!(
                "token {j} has {} coordinates, not {}",
                token.len(),
                target.dimension()
            )));
        }
        if let Some(k) = (0..token.len()).find(|&k| !target.domain[k].contains(&token[k].0)) {
            return Err(refuse(format!(
                "token {j}, coordinate {k} = {} is outside {}",
                token[k].0, target.domain[k]
            )));
        }
    }
    let sequence: Vec<Vec<Rational>> =
        witness.input.iter().map(|token| token.iter().map(|c| c.0.clone()).collect()).collect();
    let wanted = evaluate_token(target, &sequence, witness.token)
        .map_err(|e| Rule::Witness.unsupported("witness", format!("the target has no exact value: {e}")))?;
    let exact = ExactEvaluator::new(network).and_then(|e| e.evaluate_token(&sequence, witness.token));
    let got = exact.map_err(|e| match e {
        SemanticsError::NotExact { .. } | SemanticsError::TooLarge => {
            Rule::Witness.unsupported("witness", format!("the network has no exact value: {e}"))
        }
        other => refuse(other.to_string()),
    })?;
    Ok((&got[witness.output] - &wanted[witness.output]).abs())
}
