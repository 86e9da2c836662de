//! Good expressions and the trees that they mean.

use super::{file, load, target, trees};
use sumformer_checker::arith::number::{integer, ratio};
use sumformer_checker::language::ast::{BinaryOp, ExprKind, Reduction};
use sumformer_checker::language::target::{Body, Tokens};

#[test]
fn fields_are_exact() {
    let target = load(
        "name = 'a-b'\ntokens = 0x4\ndomain = [[0, '1'], ['-1/2', '0.5']]\nepsilon = '1e-3'\noutput = ['x[0]', '1']",
    );
    assert_eq!((target.name.as_str(), target.tokens), ("a-b", Tokens::Fixed(4)));
    assert_eq!((target.dimension(), target.outputs()), (2, 2));
    assert_eq!((target.domain[1].inf(), target.domain[1].sup()), (&ratio(-1, 2), &ratio(1, 2)));
    assert_eq!(target.epsilon, Some(ratio(1, 1000)));
    assert_eq!(load(&file("\"any\"", "output = ['mean(y: y[0])']")).tokens, Tokens::Any);
}

#[test]
fn levels_count_binders() {
    let target = target("4", "mean(y: sum(z != y: x[0] * z[1]))");
    let ExprKind::Reduce { reduction: Reduction::Mean, body, .. } = &target.body.expressions()[0].kind else {
        panic!("not a mean")
    };
    let ExprKind::Reduce { excluded, body, .. } = &body.kind else { panic!("not a sum") };
    assert_eq!(excluded, &[1]);
    let ExprKind::Binary(BinaryOp::Multiply, x, z) = &body.kind else { panic!("not a product") };
    assert_eq!(x.kind, ExprKind::Coordinate { token: 0, index: 0 });
    assert_eq!(z.kind, ExprKind::Coordinate { token: 2, index: 1 });
    // Every node stands where its text does.
    assert_eq!(&target.source[z.span.clone()], "'''mean(y: sum(z != y: x[0] * z[1]))'''");
}

#[test]
fn abbreviations_expand_hygienically() {
    let source = file(
        "4",
        "output = ['sum(y: y[0] * m)', 'sum(w: sum(y: k))', 'z + 1']\n\
         [where]\nm = 'sum(y: y[0] - x[0])'\nk = 'mean(y != x: m * y[1])'\nz_2 = '1'\nz = '2^3'",
    );
    let expanded = [
        "sum(y: y[0] * sum(y_2: y_2[0] - x[0]))",
        "sum(w: sum(y: mean(y_2 != x: sum(y_2_2: y_2_2[0] - x[0]) * y_2[1])))",
        "2^3 + 1",
    ];
    assert_eq!(trees(&load(&source)), expanded.map(|text| trees(&target("4", text)).remove(0)));
}

#[test]
fn semi_invariant_tokens_are_levels() {
    let target =
        load(&file("3", "semi_invariant = ['x1[0]*x3[1] + m/n']\nsymmetrize = true\n[where]\nm = 'x2[0]'"));
    let expanded = load(&file("3", "semi_invariant = ['x1[0] * x3[1] + x2[0] / n']"));
    assert_eq!(trees(&target), trees(&expanded));
    assert!(matches!(target.body, Body::SemiInvariant { symmetrize: true, .. }));
}

#[test]
fn long_sums_are_balanced_and_keep_their_signs() {
    let text: String = (1..=1000).map(|k| format!(" {} {k}", if k % 3 == 0 { '-' } else { '+' })).collect();
    let target = target("4", &format!("0{text}"));
    let value =
        sumformer_checker::language::evaluate_token(&target, &vec![vec![integer(0), integer(0)]; 4], 0);
    let expected: i64 = (1..=1000).map(|k| if k % 3 == 0 { -k } else { k }).sum();
    assert_eq!(value, Ok(vec![integer(expected)]));
}
