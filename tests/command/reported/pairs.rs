//! Functions of two tokens: kinks times factors, masks, windows.

use super::support::prove;
use common::target;

/// A target in which x[1] is a position and x[0] a value.
fn positions(tokens: &str, output: &str) -> String {
    target(tokens).domain("[-1, 1] [0, 1]").epsilon("1/10").output(output).text()
}

/// Proved within ε, in at most so many units.
fn proved(source: &str, most: u64) {
    let answer = prove(source, "", 120);
    assert_eq!(answer.run.code, 0, "{source}: {}", answer.run.stderr);
    let certified = answer.result["certified"]["float"].as_f64().expect("a number");
    assert!(certified <= 0.1 + 1e-12, "{source}: {certified}");
    let units = answer.result["hidden_units"].as_u64().expect("a number");
    assert!(units <= most, "{source}: {units} units");
}

#[test]
fn kinks_times_factors() {
    proved(&positions("4", "sum(y: relu(x[1]-y[1])*y[0])"), 6_000);
    proved(&positions("4", "sum(y: abs(x[1]-y[1])*y[0])"), 20_000);
    proved(&positions("any", "mean(y: max(x[1]-y[1], 0)*y[0])*x[0]"), 20_000);
    proved(&positions("4", "sum(y: y[0]/(1 + abs(x[1]-y[1])))"), 20_000);
}

#[test]
fn windows() {
    proved(&positions("4", "sum(y: relu(1 - abs(x[1]-y[1]-1))*y[0])"), 6_000);
    proved(&positions("4", "sum(y: relu(1 - 4*abs(x[1]-y[1]-1/4))*y[0])"), 120_000);
}

#[test]
fn functions_around_one_polynomial() {
    let one = |output: &str| target(4).domain("[-1, 1]").epsilon("1/10").output(output).text();
    proved(&one("sum(y: exp(cos(x[0]-y[0])))"), 6_000);
    proved(&one("sum(y: x[0]/sqrt(2 + x[0]*y[0]))"), 6_000);
}

#[test]
fn high_powers_become_a_grid() {
    let output = "sum(y != x: 1/((x[0]-y[0])^2+1/2)^6 - 1/((x[0]-y[0])^2+1/2)^3)";
    let source = &target(3).epsilon("1").output(output).text();
    let answer = prove(source, "", 120);
    assert_eq!(answer.run.code, 0, "{}", answer.run.stderr);
    assert_eq!(answer.result["route"]["replaced"][0]["by"], "grid");
    assert!(answer.result["hidden_units"].as_u64().expect("a number") <= 60_000, "{}", answer.result);
}

#[test]
fn quotients_by_two_norms() {
    let output = "mean(y: (x[0]*y[0]+x[1]*y[1])/(sqrt(x[0]^2+x[1]^2+1/10)*sqrt(y[0]^2+y[1]^2+1/10)))";
    let source = &target("any").cube("[-1, 1]", 2).epsilon("1/20").output(output).text();
    proved(source, 3_000);
}
