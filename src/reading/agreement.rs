//! The two readers of target files, this one and the checker's, read the same language.

use super::diagnostics::Diagnostics;
use sumformer_checker::language::ast::{Expr, ExprKind};
use sumformer_checker::language::read_target;
use sumformer_checker::language::target::{Body, Target};

/// Whether the checker refuses what was refused, and reads the same target otherwise, but for the places of nodes.
pub(super) fn agree(source: &str, loaded: &Result<Target, Diagnostics>) -> bool {
    let bare = |target: &Target| {
        let mut target = target.clone();
        let (Body::Output(expressions) | Body::SemiInvariant { expressions, .. }) = &mut target.body;
        expressions.iter_mut().for_each(|expr| *expr = without_places(expr));
        target
    };
    match (read_target(source), loaded) {
        (Ok(read), Ok(loaded)) => bare(&read) == bare(loaded),
        (read, loaded) => read.is_err() && loaded.is_err(),
    }
}

/// The tree without the places in the file.
pub(crate) fn without_places(expr: &Expr) -> Expr {
    let inner = |expr: &Expr| Box::new(without_places(expr));
    let kind = match &expr.kind {
        ExprKind::Number(_) | ExprKind::Length | ExprKind::Coordinate { .. } => expr.kind.clone(),
        ExprKind::Negate(a) => ExprKind::Negate(inner(a)),
        ExprKind::Binary(op, a, b) => ExprKind::Binary(*op, inner(a), inner(b)),
        ExprKind::Power(a, k) => ExprKind::Power(inner(a), *k),
        ExprKind::Reduce { reduction, binder, excluded, body } => ExprKind::Reduce {
            reduction: *reduction,
            binder: binder.clone(),
            excluded: excluded.clone(),
            body: inner(body),
        },
        ExprKind::Call(f, a) => ExprKind::Call(*f, inner(a)),
        ExprKind::Extremum(e, a, b) => ExprKind::Extremum(*e, inner(a), inner(b)),
    };
    Expr { kind, span: 0..0 }
}
