use super::*;
use sumformer_checker::arith::number::ratio;
use sumformer_checker::language::evaluate_sequence;

fn one(value: impl FnOnce(&Token) -> Expression) -> Result<Target, TargetError> {
    target("t").tokens(3).domain(-1, 1).domain(0, ratio(3, 2)).output(value).build()
}

fn text(value: impl FnOnce(&Token) -> Expression) -> String {
    let target = one(value).expect("a target");
    print(&target.body.expressions()[0], TokenNames::OwnAndBound)
}

#[test]
fn closures_have_the_text_of_a_file() {
    assert_eq!(text(|x| 2 * x[0] - 1), "2 * x[0] - 1");
    assert_eq!(text(|x| x[0] / (x[1] + ratio(1, 3))), "x[0] / (x[1] + 1 / 3)");
    assert_eq!(text(|x| -(x[0] - x[1]).pow(2)), "-(x[0] - x[1])^2");
    assert_eq!(text(|_| mean(|y| y[0] * y[1])), "mean(y: y[0] * y[1])");
    assert_eq!(
        text(|x| sum(|y| except([x, y]).maximum(|z| z[0].max(x[1]) * y[0]))),
        "sum(y: max(z != x, y: max(z[0], x[1]) * y[0]))"
    );
    assert_eq!(text(|x| except([x]).product(|y| y[0].tanh()) + length()), "prod(y != x: tanh(y[0])) + n");
    assert_eq!(text(|x| minimum(|y| (x[0] - y[0]).abs())), "min(y: abs(x[0] - y[0]))");
    assert_eq!(
        text(|x| x[0].exp() + x[1].sqrt() + x[0].sin() + x[0].cos() + x[0].sigmoid() + x[0].relu()),
        "exp(x[0]) + sqrt(x[1]) + sin(x[0]) + cos(x[0]) + sigmoid(x[0]) + relu(x[0])"
    );
    assert_eq!(text(|x| (x[1] + 1).log().min(x[0])), "min(log(x[1] + 1), x[0])");
}

/// Every reduction may use the tokens of those around it, whatever they are called in the text.
#[test]
fn scopes_are_those_of_the_closures() {
    let nested = |x: &Token| sum(|a| sum(|b| sum(|c| a[0] * b[0] * c[0] * x[0])) + a[1]);
    assert_eq!(text(nested), "sum(y: sum(z: sum(u: y[0] * z[0] * u[0] * x[0])) + y[1])");
}

#[test]
fn long_sums_and_products_are_built_term_by_term() {
    let target = one(|x| (0..5000).map(|k| x[0] * k).sum()).expect("a target");
    let sequence = vec![vec![ratio(1, 2), ratio(0, 1)]; 3];
    let value = evaluate_sequence(&target, &sequence).expect("a value");
    assert_eq!(value[0][0], ratio(4999 * 5000 / 4, 1));
    let target = one(|x| (0..100).fold(Expression::from(0), |sum, _| sum - x[0])).expect("a target");
    assert_eq!(evaluate_sequence(&target, &sequence).expect("a value")[0][0], ratio(-50, 1));
    let target = one(|x| (0..70).map(|_| x[0] + 1).product()).expect("a target");
    let wanted = ratio(3, 2).pow(70);
    assert_eq!(evaluate_sequence(&target, &sequence).expect("a value")[0][0], wanted);
    assert_eq!(text(|_| Vec::new().into_iter().sum()), "0");
    assert_eq!(text(|_| Vec::new().into_iter().product()), "1");
}

#[test]
fn what_has_no_text_is_refused() {
    let error = |value: Result<Target, TargetError>| match value {
        Err(TargetError::Expression { output: 0, error }) => error,
        other => panic!("{other:?}"),
    };
    let mut carried = None;
    let escaped = one(|_| {
        let sum = sum(|y| {
            carried = Some(y[0]);
            y[0]
        });
        sum + carried.expect("carried out")
    });
    assert_eq!(error(escaped), OutOfScope::Token);
    let foreign = Token::new();
    assert_eq!(error(one(|_| except([&foreign]).sum(|y| y[0]))), OutOfScope::Excluded);
    let deep = (0..1_000_000).fold(Expression::from(1), |inner, _| inner.exp());
    assert_eq!(error(one(|_| deep)), OutOfScope::TooDeep);
    let deep = (0..1_000_000).fold(Expression::from(1), |inner, _| 1 - inner);
    assert_eq!(error(one(|x| deep + x[0])), OutOfScope::TooDeep);
}

#[test]
fn what_is_no_target_is_said_as_of_a_file() {
    let said = |builder: Builder| match builder.build() {
        Err(TargetError::Text(problems)) => problems.to_string(),
        other => panic!("{other:?}"),
    };
    let missing = said(target("t").domain(0, 1).output(|x| x[3]));
    assert!(missing.contains("coordinate `3` is out of range"), "{missing}");
    assert!(said(target("a\"b\\\u{7}").domain(0, 1).output(|x| x[0])).contains("name"));
    assert!(said(target("t").tokens(0).domain(0, 1).output(|x| x[0])).contains("tokens"));
    assert!(said(target("t").domain(1, 0).output(|x| x[0])).contains("the interval [1, 0] is empty"));
    assert!(said(target("t").domain(0, 1).epsilon(0).output(|x| x[0])).contains("epsilon"));
    assert!(!said(target("t").output(|_| 1)).is_empty());
    assert!(!said(target("t").domain(0, 1)).is_empty());
}

#[test]
fn what_is_built_is_what_its_text_says() {
    let built = target("t").domain(0, 1).epsilon(ratio(1, 7)).output(|x| mean(|y| y[0]) - x[0]);
    let (target, source) = (built.build().expect("a target"), built.source().expect("a text"));
    assert_eq!(load_target("t", &source), Ok(target.clone()));
    assert_eq!((target.tokens, target.epsilon), (Tokens::Any, Some(ratio(1, 7))));
}
