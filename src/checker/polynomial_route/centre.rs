//! Network and target seen from a point of the certificate's choice.
//!
//! Let c be any point, T'(v_1, v_2, …) = T(v_1 + c, v_2 + c, …) and f' likewise. On the box B − c, |T' − f'| has the values that |T − f| has on B, so
//! that whatever bounds the one bounds the other. T' is the network with another bias of the embedding. Around the middle of a box powers
//! have narrower ranges, and Taylor models fewer terms that cancel.

use crate::arith::number::Exact;
use crate::format::network::AffineMap;
use crate::format::sparse::SparseVector;
use crate::language::ast::{BinaryOp, Expr, ExprKind};
use crate::language::target::{Body, Target};
use crate::refusal::{Refusal, Rule};
use crate::work::{charge, charge_all};
use num_traits::Zero;
use std::borrow::Cow;

/// f' on B − c; nothing changes where no point is named. Each coordinate whose zero moves, `x[k]`, is the sum `x[k]` + c_k in the
/// expressions.
pub fn centred_target<'a>(target: &'a Target, centre: &[Exact]) -> Result<Cow<'a, Target>, Refusal> {
    if centre.is_empty() {
        return Ok(Cow::Borrowed(target));
    }
    if centre.len() != target.dimension() {
        return Err(Rule::Shape.invalid(
            "centre",
            format!("it has {} coordinates, a token has {}", centre.len(), target.dimension()),
        ));
    }
    let mut centred = target.clone();
    for (side, Exact(middle)) in centred.domain.iter_mut().zip(centre) {
        *side = side.shift(&-middle);
    }
    let (Body::Output(expressions) | Body::SemiInvariant { expressions, .. }) = &mut centred.body;
    expressions.iter_mut().for_each(|expression| centre_coordinates(expression, centre));
    Ok(Cow::Owned(centred))
}

/// As deep as the expression is high, which is limited.
fn centre_coordinates(expr: &mut Expr, centre: &[Exact]) {
    charge(2);
    if let ExprKind::Coordinate { index, .. } = expr.kind
        && !centre[index].0.is_zero()
    {
        let constant = Expr { kind: ExprKind::Number(centre[index].0.clone()), span: expr.span.clone() };
        expr.kind = ExprKind::Binary(BinaryOp::Add, Box::new(expr.clone()), Box::new(constant));
        return;
    }
    expr.children_mut().into_iter().for_each(|child| centre_coordinates(child, centre));
}

/// The embedding of T', for a point with as many coordinates as a token.
pub fn centred_embedding<'a>(embedding: &'a AffineMap, centre: &[Exact]) -> Cow<'a, AffineMap> {
    if centre.is_empty() {
        return Cow::Borrowed(embedding);
    }
    charge_all(embedding.weights.iter().len(), 4);
    let moved =
        embedding.weights.iter().map(|(coordinate, slot, weight)| (slot, &centre[coordinate].0 * weight));
    let bias = embedding.bias.iter().map(|(slot, value)| (slot, value.clone())).chain(moved);
    Cow::Owned(AffineMap { weights: embedding.weights.clone(), bias: SparseVector::from_entries(bias) })
}
