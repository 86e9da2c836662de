//! Roots, logarithms and divisors whose argument touches the end of the domain, and quotients of things that vary together.

use super::support::prove;
use common::target;

/// Proved within ε, and not with ease only because ε is large: `most` hidden units are enough.
#[track_caller]
fn proved(tokens: &str, domain: &str, (epsilon, value): (&str, f64), output: &str, most: u64) {
    let target = target(tokens).domain(domain).epsilon(epsilon).output(output);
    let answer = prove(&target.text(), "--route structural", 60);
    assert_eq!(answer.run.code, 0, "{output}: {}", answer.run.stderr);
    let certified = answer.result["certified"]["float"].as_f64().expect("a number");
    assert!(certified > 0.0 && certified <= value, "{output}: {certified}");
    let units = answer.result["hidden_units"].as_u64().expect("a number");
    assert!(units <= most, "{output}: {units} units");
}

/// Refused at a place, with a reason and a way out.
#[track_caller]
fn refused(tokens: &str, domain: &str, output: &str, says: &[&str]) {
    let target = target(tokens).domain(domain).epsilon("1/10").output(output);
    let run = prove(&target.text(), "--route structural", 60).run;
    assert_eq!(run.code, 3, "{output}: {}", run.stderr);
    for part in says.iter().chain(&["t.toml:5:", "help: "]) {
        assert!(run.stderr.contains(part), "{output}: `{}` does not say `{part}`", run.stderr);
    }
}

const UNIT: &str = "[0, 1]";
const SIGNED: &str = "[-1, 1]";
const ANY: &str = "any";
const TENTH: (&str, f64) = ("1/10", 0.1);

#[test]
fn roots_of_what_touches_zero() {
    proved(ANY, UNIT, TENTH, "sqrt(mean(y: y[0]^2))", 40);
    proved(ANY, SIGNED, ("1/100", 0.01), "sqrt(mean(y: y[0]^2))", 400);
    proved(ANY, &format!("{SIGNED} {SIGNED}"), TENTH, "sqrt(x[0]^2+x[1]^2)", 120);
    proved("2", UNIT, TENTH, "sqrt(prod(y: y[0]))", 80);
    proved("3", UNIT, TENTH, "sqrt(sum(y: y[0]))", 20);
    proved(ANY, SIGNED, TENTH, "sqrt(1 - x[0]^2)", 60);
    proved(ANY, SIGNED, TENTH, "sqrt(abs(x[0]))", 20);
    proved(ANY, UNIT, TENTH, "sqrt(mean(y: (y[0]-mean(z: z[0]))^2))", 80);
    proved(ANY, UNIT, TENTH, "sqrt(x[0]*mean(y: y[0]))", 80);
    proved(ANY, SIGNED, TENTH, "sqrt(sqrt(x[0]^2))", 1_000);
    proved(ANY, SIGNED, TENTH, "sqrt(1 + sin(3*x[0]))", 200);
}

#[test]
fn roots_whose_ends_are_no_binary_fractions() {
    proved(ANY, "[0, 1/3]", TENTH, "sqrt(1/3 - x[0])", 10);
    proved(ANY, "[1/3, 1]", TENTH, "sqrt(mean(y: y[0]) - 1/3)", 10);
    proved("3", "[0, 1/7]", TENTH, "sqrt((1/7 - x[0])*(3/7 - sum(y: y[0])))", 200);
    proved("2", "[1/3, 1]", TENTH, "sqrt(max(x[0], 1/5) - 1/3)", 20);
}

#[test]
fn roots_of_what_is_replaced() {
    // The replacement moves the argument below 0, by as much as the root allows.
    proved("3", UNIT, ("1/4", 0.25), "sqrt(max(y: y[0]))", 600);
}

#[test]
fn functions_without_a_value_are_refused_at_their_place() {
    let nowhere = "there is no value where every token is [0]";
    refused(ANY, UNIT, "log(x[0])", &["`log` is not defined on all of the box", nowhere, "-infinity"]);
    refused(ANY, SIGNED, "1/x[0]", &["a divisor may be 0", nowhere, "infinity"]);
    refused(ANY, UNIT, "x[0] + 1/mean(y: y[0])", &["t.toml:5:19", "a divisor may be 0", nowhere]);
    refused(ANY, SIGNED, "sqrt(x[0])", &["there is no value where every token is [-1]", "relu"]);
    // Not known is said otherwise, and the enclosure is rounded outward.
    let gap = "mean(y: y[0]^2) - mean(y: y[0])^2 + 1/100";
    refused(ANY, UNIT, &format!("sqrt({gap})"), &["all that is known of its argument", "[-0.99, 1.01]"]);
    refused(ANY, UNIT, &format!("log({gap})"), &["all that is known of its argument", "[-0.99, 1.01]"]);
    refused(ANY, UNIT, &format!("1/({gap})"), &["all that is known of it is", "[-0.99, 1.01]"]);
}

#[test]
fn what_a_refusal_advises_is_accepted() {
    proved(ANY, UNIT, ("1/2", 0.5), "log(relu(x[0]) + 1/100)", 200);
    proved(ANY, SIGNED, ("1/2", 0.5), "x[0]/max(x[0], 1/100)", 20_000);
    let gap = "mean(y: y[0]^2) - mean(y: y[0])^2";
    proved(ANY, UNIT, TENTH, &format!("sqrt(relu({gap}))"), 200);
    proved(ANY, UNIT, ("1/2", 0.5), &format!("log(relu({gap}) + 1/10)"), 400);
    proved(ANY, UNIT, ("1/2", 0.5), &format!("1/max({gap}, 1/10)"), 2_000);
}

#[test]
fn numbers_beyond_networks_are_refused_at_once() {
    let says = ["t.toml:5:12", "`exp`", "[-400, 400]", "5.222e173"];
    refused("3", "[-400, 400]", "exp(x[0])/sum(y: exp(y[0]))", &says);
    refused(ANY, "[-400, 400]", "mean(y: exp(y[0])*y[0])/mean(y: exp(y[0]))", &["`exp`", "[-400, 400]"]);
}

#[test]
fn quotients_are_as_small_as_their_parts_allow() {
    // Weights are positive: the mean is where its values are, so that the root is defined.
    proved(ANY, UNIT, TENTH, "sqrt(mean(y: exp(y[0])*y[0])/mean(y: exp(y[0])))", 2_000);
    // |x| is at most the root below it, so that 2 less is negative and 2 more is positive.
    let unit = "x[0]/sqrt(x[0]^2 + x[1]^2 + 1/10)";
    let domain = format!("{SIGNED} {SIGNED}");
    proved(ANY, &domain, TENTH, &format!("log(2 + {unit})"), 4_000);
    proved(ANY, &domain, TENTH, &format!("sqrt(1 - {unit})"), 4_000);
    proved(ANY, &domain, TENTH, &format!("1/(2 - {unit})"), 4_000);
}

#[test]
fn other_functions_near_the_edge() {
    proved(ANY, UNIT, TENTH, "log(1 + mean(y: y[0]))", 20);
    proved(ANY, UNIT, TENTH, "x[0]*log(x[0] + 1/10)", 200);
    proved(ANY, UNIT, TENTH, "x[0]/sqrt(mean(y: y[0]^2) + 1/10)", 400);
    proved(
        ANY,
        &format!("{UNIT} {UNIT}"),
        TENTH,
        "sqrt((x[0]-mean(y: y[0]))^2 + (x[1]-mean(y: y[1]))^2)",
        200,
    );
    proved(ANY, UNIT, TENTH, "x[0]/(x[0] + mean(y: y[0]) + 1/2)", 200);
}
