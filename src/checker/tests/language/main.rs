//! The target language, from file to values.

mod enclosures;
mod properties;
mod trees;
mod values;

use sumformer_checker::language::ast::{Expr, ExprKind};
use sumformer_checker::language::read_target;
use sumformer_checker::language::target::Target;

/// A target file with two coordinates.
fn file(tokens: &str, rest: &str) -> String {
    format!("name = \"t\"\ntokens = {tokens}\ndomain = [[0, 1], [\"-1/2\", \"0.5\"]]\n{rest}\n")
}

/// Reads a target that is expected to be good.
fn load(source: &str) -> Target {
    read_target(source).unwrap_or_else(|problems| panic!("{source}\n{problems}"))
}

/// A target with one output expression.
fn target(tokens: &str, expression: &str) -> Target {
    load(&file(tokens, &format!("output = ['''{expression}''']")))
}

/// The trees of the expressions, without their places.
fn trees(target: &Target) -> Vec<Expr> {
    target.body.expressions().iter().map(without_spans).collect()
}

/// The tree without the places in the file.
fn without_spans(expr: &Expr) -> Expr {
    let inner = |expr: &Expr| Box::new(without_spans(expr));
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
