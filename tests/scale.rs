//! `sumformer scale` as a user runs it.

use serde_json::Value;
use std::process::{Command, Output};

fn scale(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sumformer"))
        .arg("scale")
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("the command runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

fn rows(output: &Output) -> Vec<Value> {
    let json: Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
    json["rows"].as_array().expect("rows").clone()
}

#[test]
fn latent_dimensions_of_the_theory() {
    let output = scale(&["latent", "--max-n", "8", "--max-d", "10", "--json"]);
    assert_eq!(output.status.code(), Some(0));
    let rows = rows(&output);
    for (n, d, paper, tight) in [(5, 4, 125, 69), (3, 10, 285, 65), (8, 8, 12_869, 6_434)] {
        let row = rows.iter().find(|row| row["n"] == n && row["d"] == d).expect("the cell");
        for (mode, count) in [("paper", paper), ("tight", tight)] {
            assert_eq!(row[mode]["closed_form"], count);
            assert_eq!(row[mode]["enumerated"], count);
        }
        assert_eq!(row["agree"], true);
    }
}

#[test]
fn cells_over_the_limit_say_so() {
    let output = scale(&["latent", "--max-n", "2", "--max-d", "2", "--max-count", "4", "--csv"]);
    assert_eq!(output.status.code(), Some(0));
    let expected = "n,d,paper,paper_enumerated,tight,tight_enumerated,agree\n1,1,1,1,0,0,yes\n1,2,2,2,0,0,yes\n\
                    2,1,2,2,1,1,yes\n2,2,5,over the limit,2,2,not enumerated\n";
    assert_eq!(text(&output.stdout), expected);
}

#[test]
fn network_rows_keep_their_order_whatever_the_threads() {
    let arguments = |threads| {
        let sweep =
            ["network", "constructions/e3-others", "constructions/semi-invariant", "--tokens", "2,3,4"];
        let values = ["--epsilon", "1/10,1/20", "--activation", "relu2,relu", "--json", "--threads", threads];
        scale(&[sweep.as_slice(), values.as_slice()].concat())
    };
    let output = arguments("1");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(output.stdout, arguments("2").stdout);
    let rows = rows(&output);
    let keys: Vec<String> = rows
        .iter()
        .map(|row| {
            format!("{} {} {} {}", row["target"], row["n"], row["epsilon"]["exact"], row["activation"])
        })
        .collect();
    let mut expected = Vec::new();
    for (target, n) in [("e3-others", 2), ("e3-others", 3), ("e3-others", 4), ("semi-invariant", 3)] {
        for epsilon in ["1/10", "1/20"] {
            for activation in ["relu2", "relu"] {
                expected.push(format!("\"{target}\" {n} \"{epsilon}\" \"{activation}\""));
            }
        }
    }
    assert_eq!(keys, expected);
    for row in &rows {
        let (certified, epsilon) = (row["certified"]["float"].as_f64(), row["epsilon"]["float"].as_f64());
        assert!(certified <= epsilon && (row["activation"] == "relu" || certified == Some(0.0)), "{row}");
        assert_eq!(
            row["degree"],
            if row["n"] == 2 || (row["target"] == "e3-others" && row["n"] == 3) { 0 } else { 3 }
        );
    }
    // x3 does not exist for two tokens; for four, x4 is missing from the sum.
    let errors = text(&output.stderr);
    assert!(
        errors.contains("semi-invariant: tokens = 2 is skipped") && errors.contains("there is no token `x3`")
    );
    assert!(errors.contains("semi-invariant: tokens = 4 is skipped") && errors.contains("not symmetric"));
}

#[test]
fn sizes_are_those_of_the_gallery() {
    let output = scale(&["network", "constructions/covariance", "--json"]);
    let golden: Value =
        serde_json::from_str(include_str!("../constructions/covariance/golden.json")).expect("JSON");
    let (golden, row) = (&golden["relu"]["transformer"], &rows(&output)[0]);
    for key in ["blocks", "width", "hidden_units", "nonzeros"] {
        assert_eq!(row[key], golden[key], "{key}");
    }
    assert_eq!(row["certified"]["exact"], golden["certified"]);
    assert_eq!(row["latent"]["dimension"], golden["latent_dimension"]);
}

#[test]
fn errors_have_the_documented_exit_codes() {
    for (arguments, code, message) in [
        (vec!["latent", "--csv", "--json"], 2, "exclude each other"),
        (vec!["latent", "--max-n", "0"], 2, "--max-n"),
        (vec!["network"], 2, "TARGET"),
        (vec!["network", "constructions/nowhere"], 2, "nowhere"),
        (vec!["network", "constructions/long", "--tokens", "0"], 2, "none of the lengths"),
        (vec!["network", "constructions/long", "--tokens", "three"], 2, "a number of tokens"),
        (vec!["network", "constructions/any-spread", "--latent", "tight"], 2, "--latent sparse"),
        (vec!["network", "constructions/long", "--max-units", "3"], 2, "--max-units"),
        (vec!["network", "constructions/long", "--layout", "shallow", "--activation", "relu2"], 2, "shallow"),
    ] {
        let output = scale(&arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
        assert!(text(&output.stderr).contains(message), "{arguments:?}: {}", text(&output.stderr));
    }
}
