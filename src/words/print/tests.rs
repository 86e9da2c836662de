//! What is printed is read as the same tree.

use super::*;
use crate::reading::{load_target, without_places};
use proptest::prelude::*;
use sumformer_checker::arith::number::ratio;
use sumformer_checker::language::ast::{Extremum, Function, Reduction};
use sumformer_checker::language::target::Target;

/// A target of four tokens with one output.
fn target(text: &str) -> Target {
    let source = format!(
        "name = \"t\"\ntokens = 4\ndomain = [[0, 1], [\"-1/2\", \"0.5\"]]\noutput = ['''{text}''']\n"
    );
    load_target("t.toml", &source).unwrap_or_else(|problems| panic!("{source}\n{problems}"))
}

fn printed(target: &Target) -> String {
    print(&target.body.expressions()[0], TokenNames::of(&target.body))
}

fn node(kind: ExprKind) -> Expr {
    Expr { kind, span: 0..0 }
}

/// The text is read as the tree that it was printed from.
fn is_read_again(first: &Target) {
    let again = target(&printed(first));
    let [first, again] = [first, &again].map(|target| without_places(&target.body.expressions()[0]));
    assert_eq!(again, first);
}

/// Trees below the first `bound` of the binders a, b, c.
fn trees(bound: usize, depth: u32) -> BoxedStrategy<Expr> {
    let number = prop_oneof![
        (0..2000_i64, 1..5_u32).prop_map(|(k, places)| ratio(k, 10_i64.pow(places))),
        (1..9_i64, 0..60_u32).prop_map(|(k, places)| ratio(k, 1) * ratio(10, 1).pow(places)),
        (1..9_i64, 0..60_u32).prop_map(|(k, places)| ratio(k, 1) / ratio(10, 1).pow(places)),
    ];
    let leaf = prop_oneof![
        number.prop_map(ExprKind::Number),
        Just(ExprKind::Length),
        (0..=bound, 0..2_usize).prop_map(|(token, index)| ExprKind::Coordinate { token, index }),
    ];
    if depth == 0 {
        return leaf.prop_map(node).boxed();
    }
    let inner = || trees(bound, depth - 1).prop_map(Box::new);
    let operators = vec![BinaryOp::Add, BinaryOp::Subtract, BinaryOp::Multiply];
    let functions = vec![Function::Abs, Function::Relu, Function::Exp, Function::Sigmoid];
    let mut choices = vec![
        (2, leaf.boxed()),
        (
            6,
            (prop::sample::select(operators), inner(), inner())
                .prop_map(|(op, a, b)| ExprKind::Binary(op, a, b))
                .boxed(),
        ),
        (
            1,
            (inner(), 1..9_i64)
                .prop_map(|(a, k)| {
                    let divisor = Box::new(node(ExprKind::Number(ratio(k, 1))));
                    ExprKind::Binary(BinaryOp::Divide, a, divisor)
                })
                .boxed(),
        ),
        (1, inner().prop_map(ExprKind::Negate).boxed()),
        (1, (inner(), 0..4_u32).prop_map(|(a, k)| ExprKind::Power(a, k)).boxed()),
        (
            1,
            (prop::sample::select(functions), inner())
                .prop_map(|(function, a)| ExprKind::Call(function, a))
                .boxed(),
        ),
        (
            1,
            (prop::sample::select(&[Extremum::Max, Extremum::Min][..]), inner(), inner())
                .prop_map(|(extremum, a, b)| ExprKind::Extremum(extremum, a, b))
                .boxed(),
        ),
    ];
    if bound < 3 {
        let reductions =
            vec![Reduction::Sum, Reduction::Mean, Reduction::Product, Reduction::Max, Reduction::Min];
        let levels: Vec<TokenLevel> = (0..=bound).collect();
        let parts = (prop::sample::select(reductions), prop::sample::subsequence(levels, 0..=1));
        let reduce = (parts, trees(bound + 1, depth - 1)).prop_map(move |((reduction, excluded), body)| {
            let binder = ["a", "b", "c"][bound].to_string();
            ExprKind::Reduce { reduction, binder, excluded, body: Box::new(body) }
        });
        choices.push((4, reduce.boxed()));
    }
    prop::strategy::Union::new_weighted(choices).prop_map(node).boxed()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn printing_and_reading_are_inverse(tree in trees(0, 5)) {
        let text = print(&tree, TokenNames::OwnAndBound);
        let again = target(&text);
        prop_assert_eq!(without_places(&again.body.expressions()[0]), tree);
        prop_assert_eq!(printed(&again), text);
    }
}

#[test]
fn expressions_print_in_normal_form() {
    for (text, expected) in [
        ("1", "1"),
        ("0.250", "0.25"),
        ("1e-3", "0.001"),
        ("12E2", "1200"),
        ("1e30", "1e30"),
        ("1e-30", "1e-30"),
        ("1.5e-40", "15e-41"),
        ("1/3", "1 / 3"),
        ("-x[0]^2", "-x[0]^2"),
        ("(-x[0])^2", "(-x[0])^2"),
        ("x[0]^2^3", "x[0]^8"),
        ("x[0]^1^9999", "x[0]^1"),
        ("x[0]^0", "x[0]^0"),
        ("(x[0]^2)^3", "(x[0]^2)^3"),
        ("--x[0]", "--x[0]"),
        ("2*-x[0]", "2 * -x[0]"),
        ("-2*x[0]", "-2 * x[0]"),
        ("1-(2-3)-4", "1 - (2 - 3) - 4"),
        ("(1-2)-3", "1 - 2 - 3"),
        ("8/(4/2)/2*3", "8 / (4 / 2) / 2 * 3"),
        ("(1+2)*3", "(1 + 2) * 3"),
        ("1+(2*3)", "1 + 2 * 3"),
        ("((x[0]))", "x[0]"),
        ("n*x [ 1 ]", "n * x[1]"),
        ("max(x[0],x[1])", "max(x[0], x[1])"),
        ("max(y:y[0])", "max(y: y[0])"),
        ("min(y!=x:y[0])", "min(y != x: y[0])"),
        ("sum(y:sum(z!=y,x:z[0]*y[1]))", "sum(y: sum(z != x, y: z[0] * y[1]))"),
        ("prod(α_1: abs(α_1[0]-x[0]))", "prod(α_1: abs(α_1[0] - x[0]))"),
        ("relu(sigmoid(tanh(cos(sin(1)))))", "relu(sigmoid(tanh(cos(sin(1)))))"),
        ("exp(0)+log(1)+sqrt(2)", "exp(0) + log(1) + sqrt(2)"),
        ("sum(x1: x1[0])", "sum(x1: x1[0])"),
        ("sum(y: y[0]) + mean(y: y[0])", "sum(y: y[0]) + mean(y: y[0])"),
    ] {
        assert_eq!(printed(&target(text)), expected, "{text}");
    }
}

#[test]
fn explicit_tokens_are_numbered() {
    let source = "name = \"t\"\ntokens = 3\ndomain = [[0, 1], [0, 1]]\n\
                  semi_invariant = ['x1[0]*x3[1] + m/n']\n[where]\nm = 'x2[0]'\n";
    let target = load_target("t.toml", source).expect("a target");
    assert_eq!(printed(&target), "x1[0] * x3[1] + x2[0] / n");
}

#[test]
fn long_sums_are_read_again() {
    let text: String = (1..=1000).map(|k| format!(" {} {k}", if k % 3 == 0 { '-' } else { '+' })).collect();
    is_read_again(&target(&format!("0{text}")));
}

#[test]
fn printing_respects_the_longest_chain() {
    let sum = |k: usize| vec!["x[0]"; k].join(" + ");
    for text in
        [format!("({}) + {}", sum(30), sum(30)), format!("({}) * 2", sum(40)), format!("1 - ({})", sum(33))]
    {
        is_read_again(&target(&text));
    }
}

#[test]
fn the_deepest_accepted_expressions_are_printed() {
    let text = format!("{}x[0]{}", "sin(-(".repeat(98), "))".repeat(98));
    let check = move || assert_eq!(printed(&target(&text)).len(), 98 * "sin(-)".len() + 4);
    std::thread::Builder::new().stack_size(1 << 20).spawn(check).unwrap().join().unwrap();
}
