//! What is said of bad files, and that good ones are those that the checker reads.

mod diagnostics;
mod limits;
mod properties;

use super::{load_target, without_places};
use sumformer_checker::language::ast::{BinaryOp, Expr, ExprKind, Reduction};
use sumformer_checker::language::target::Target;

/// A target file with two coordinates.
fn file(tokens: &str, rest: &str) -> String {
    format!("name = \"t\"\ntokens = {tokens}\ndomain = [[0, 1], [\"-1/2\", \"0.5\"]]\n{rest}\n")
}

/// Reads a target that is expected to be good.
fn load(source: &str) -> Target {
    load_target("t.toml", source).unwrap_or_else(|problems| panic!("{source}\n{problems}"))
}

/// A target with one output expression.
fn target(tokens: &str, expression: &str) -> Target {
    load(&file(tokens, &format!("output = ['''{expression}''']")))
}

/// The trees of the expressions, without their places.
fn trees(target: &Target) -> Vec<Expr> {
    target.body.expressions().iter().map(without_places).collect()
}

#[test]
fn spans_point_into_the_file() {
    let target = target("4", "mean(y: sum(z != y: x[0] * z[1]))");
    let ExprKind::Reduce { reduction: Reduction::Mean, body, .. } = &target.body.expressions()[0].kind else {
        panic!("not a mean")
    };
    let ExprKind::Reduce { body, .. } = &body.kind else { panic!("not a sum") };
    let ExprKind::Binary(BinaryOp::Multiply, _, z) = &body.kind else { panic!("not a product") };
    assert_eq!(&target.source[z.span.clone()], "z[1]");
    assert_eq!(&target.source[body.span.clone()], "x[0] * z[1]");
}
