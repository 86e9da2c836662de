//! Functions of two tokens: kinks times factors, masks, windows.

use super::support::prove;

/// A target in which x[1] is a position and x[0] a value.
fn positions(tokens: &str, output: &str) -> String {
    format!(
        "name = \"t\"\ntokens = {tokens}\ndomain = [[\"-1\", \"1\"], [\"0\", \"1\"]]\nepsilon = \"1/10\"\noutput = [\"{output}\"]\n"
    )
}

/// Proved within ε, in at most so many units.
fn proved(source: &str, most: u64) {
    let answer = prove(source, &[], 120);
    assert_eq!(answer.code, Some(0), "{source}: {}", answer.stderr);
    let certified = answer.result["certified"]["float"].as_f64().expect("a number");
    assert!(certified <= 0.1 + 1e-12, "{source}: {certified}");
    let units = answer.result["hidden_units"].as_u64().expect("a number");
    assert!(units <= most, "{source}: {units} units");
}

#[test]
fn kinks_times_factors() {
    proved(&positions("4", "sum(y: relu(x[1]-y[1])*y[0])"), 6_000);
    proved(&positions("4", "sum(y: abs(x[1]-y[1])*y[0])"), 20_000);
    proved(&positions("\"any\"", "mean(y: max(x[1]-y[1], 0)*y[0])*x[0]"), 20_000);
    proved(&positions("4", "sum(y: y[0]/(1 + abs(x[1]-y[1])))"), 20_000);
}

#[test]
fn windows() {
    proved(&positions("4", "sum(y: relu(1 - abs(x[1]-y[1]-1))*y[0])"), 6_000);
    proved(&positions("4", "sum(y: relu(1 - 4*abs(x[1]-y[1]-1/4))*y[0])"), 120_000);
}

#[test]
fn functions_around_one_polynomial() {
    let one = |output: &str| {
        format!(
            "name = \"t\"\ntokens = 4\ndomain = [[\"-1\", \"1\"]]\nepsilon = \"1/10\"\noutput = [\"{output}\"]\n"
        )
    };
    proved(&one("sum(y: exp(cos(x[0]-y[0])))"), 6_000);
    proved(&one("sum(y: x[0]/sqrt(2 + x[0]*y[0]))"), 6_000);
}

#[test]
fn high_powers_become_a_grid() {
    let source = "name = \"t\"\ntokens = 3\ndomain = [[\"0\", \"1\"]]\nepsilon = \"1\"\n\
                  output = [\"sum(y != x: 1/((x[0]-y[0])^2+1/2)^6 - 1/((x[0]-y[0])^2+1/2)^3)\"]\n";
    let answer = prove(source, &[], 120);
    assert_eq!(answer.code, Some(0), "{}", answer.stderr);
    assert_eq!(answer.result["route"]["replaced"][0]["by"], "grid");
    assert!(answer.result["hidden_units"].as_u64().expect("a number") <= 60_000, "{}", answer.result);
}

#[test]
fn quotients_by_two_norms() {
    let source = "name = \"t\"\ntokens = \"any\"\ndomain = [[\"-1\", \"1\"], [\"-1\", \"1\"]]\nepsilon = \"1/20\"\n\
                  output = [\"mean(y: (x[0]*y[0]+x[1]*y[1])/(sqrt(x[0]^2+x[1]^2+1/10)*sqrt(y[0]^2+y[1]^2+1/10)))\"]\n";
    proved(source, 3_000);
}
