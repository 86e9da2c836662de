//! `eval`: four number systems, three stages, agreeing with one another.

use crate::support::{ANY, COVARIANCE, SQUARE, proofs, run_in};
use common::run;
use serde_json::Value;
use serde_json::value::RawValue;
use sumformer::reading::load_target;
use sumformer_checker::arith::number::{Rational, parse_rational, ratio};
use sumformer_checker::language::evaluate_sequence;

const SEQUENCE: &str = r#"[[0.25, "1/3"], ["0.1", -0.5], [1, 1e-2]]"#;

fn eval(proof: &str, input: &str, rest: &str) -> common::Run {
    let line = format!("eval {proof} --input - {rest}");
    run_in(proofs(), &line.split_whitespace().collect::<Vec<_>>(), input.as_bytes())
}

fn exact_rows(value: &Value) -> Vec<Vec<Rational>> {
    let row = |row: &Value| -> Vec<Rational> {
        row.as_array().unwrap().iter().map(|v| parse_rational(v.as_str().unwrap()).unwrap()).collect()
    };
    value.as_array().unwrap().iter().map(row).collect()
}

fn target_at(source: &str, sequence: &[&[Rational]]) -> Vec<Vec<Rational>> {
    let sequence: Vec<Vec<Rational>> = sequence.iter().map(|token| token.to_vec()).collect();
    evaluate_sequence(&load_target("t", source).unwrap(), &sequence).unwrap()
}

fn covariance_at_sequence() -> Vec<Vec<Rational>> {
    let token = |a: Rational, b: Rational| [a, b];
    let tokens = [
        token(ratio(1, 4), ratio(1, 3)),
        token(ratio(1, 10), ratio(-1, 2)),
        token(ratio(1, 1), ratio(1, 100)),
    ];
    target_at(COVARIANCE, &tokens.each_ref().map(|t| t.as_slice()))
}

#[test]
fn exact_answers_are_exact() {
    let wanted = covariance_at_sequence();
    for (proof, of) in [
        ("exact", "network"),
        ("exact", "sumformer"),
        ("exact", "target"),
        ("all/transformer", "network"),
        ("all/linformer", "network"),
        ("all/performer", "network"),
        ("all/performer", "sumformer"),
    ] {
        let answer = eval(proof, SEQUENCE, &format!("--scalar exact --json --of {of}")).expect(0).json();
        assert_eq!(exact_rows(&answer["outputs"]), wanted, "{proof} {of}");
        assert_eq!(exact_rows(&answer["target"]), wanted);
        assert_eq!(answer["of"], of);
        for row in answer["outputs"].as_array().unwrap().iter().flat_map(|row| row.as_array().unwrap()) {
            let text = row.as_str().unwrap();
            assert_eq!(parse_rational(text).unwrap().to_string(), text, "reduced");
        }
    }
}

#[test]
fn every_length_has_its_mean() {
    let input = "[[[0.5]],[[0.5],[1],[0]]]";
    for of in ["network", "sumformer"] {
        let answer = eval("any", input, &format!("--scalar exact --json --of {of}")).expect(0).json();
        let halves: Vec<[Rational; 1]> = [ratio(1, 2), ratio(1, 1), ratio(0, 1)].map(|v| [v]).into();
        let long: Vec<&[Rational]> = halves.iter().map(|t| t.as_slice()).collect();
        assert_eq!(exact_rows(&answer["outputs"][0]), target_at(ANY, &long[..1]));
        assert_eq!(exact_rows(&answer["outputs"][1]), target_at(ANY, &long));
    }
}

/// The numbers of an array as they are written.
fn written(text: &RawValue) -> Vec<&str> {
    text.get().split(['[', ']', ',']).map(str::trim).filter(|s| !s.is_empty()).collect()
}

#[derive(serde::Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    outputs: &'a RawValue,
    #[serde(borrow)]
    target: &'a RawValue,
}

#[test]
fn intervals_enclose_the_exact_values_as_they_are_written() {
    for proof in ["relu", "paper"] {
        let input = "[[0.3],[\"2/7\"]]";
        let tokens = [[ratio(3, 10)], [ratio(2, 7)]];
        let target = target_at(SQUARE, &tokens.each_ref().map(|t| t.as_slice()));
        for of in ["network", "sumformer", "target"] {
            let run = eval(proof, input, &format!("--scalar interval --json --of {of}")).expect(0);
            let answer: Answer = serde_json::from_str(&run.stdout).unwrap();
            let ends = |raw: &RawValue| -> Vec<f64> {
                let ends: Vec<f64> = written(raw).iter().map(|s| s.parse().unwrap()).collect();
                // The shortest notation that reads back as the same number.
                ends.iter().zip(written(raw)).for_each(|(end, text)| assert_eq!(format!("{end:?}"), text));
                ends
            };
            for (row, pair) in target.iter().zip(ends(answer.target).chunks(2)) {
                let [inf, sup] = [pair[0], pair[1]].map(|end| Rational::from_float(end).unwrap());
                assert!(inf <= row[0] && row[0] <= sup && &sup - &inf < ratio(1, 1 << 50));
            }
            // The network is within epsilon = 1/10 of the target, its Sumformer closer.
            for (row, pair) in target.iter().zip(ends(answer.outputs).chunks(2)) {
                let [inf, sup] = [pair[0], pair[1]].map(|end| Rational::from_float(end).unwrap());
                let slack = if of == "network" { ratio(1, 10) } else { ratio(1, 1 << 40) };
                assert!(inf <= sup && inf <= &row[0] + &slack && sup >= &row[0] - &slack);
            }
        }
    }
    let exact = eval("relu", "[[0.3],[\"2/7\"]]", "--scalar exact --json").expect(0).json();
    let enclosure = eval("relu", "[[0.3],[\"2/7\"]]", "--scalar interval --json").expect(0).json();
    for (value, pair) in exact_rows(&exact["outputs"]).iter().zip(enclosure["outputs"].as_array().unwrap()) {
        let end = |i: usize| Rational::from_float(pair[0][i].as_f64().unwrap()).unwrap();
        assert!(end(0) <= value[0] && value[0] <= end(1));
    }
}

#[test]
fn floats_come_close_and_read_back() {
    let wanted = covariance_at_sequence();
    for (scalar, tolerance) in [("f64", 1e-14), ("f32", 1e-5)] {
        for of in ["network", "sumformer", "target"] {
            let run = eval("exact", SEQUENCE, &format!("--scalar {scalar} --json --of {of}")).expect(0);
            let answer: Answer = serde_json::from_str(&run.stdout).unwrap();
            let outputs = written(answer.outputs);
            assert_eq!(outputs.len(), 6);
            for (text, exact) in outputs.iter().zip(wanted.iter().flatten()) {
                let value: f64 = text.parse().unwrap();
                assert!(
                    (value - sumformer_checker::arith::number::to_f64(exact)).abs() <= tolerance,
                    "{scalar} {of}"
                );
                assert!(scalar == "f64" || f64::from(value as f32) == value);
            }
        }
    }
}

#[test]
fn order_independent_sums_are_equivariant_bit_for_bit() {
    let (there, back) = ("[[0.1],[0.7],[0.3],[0.9],[1]]", "[[1],[0.9],[0.3],[0.7],[0.1]]");
    let outputs = |input: &str| -> Vec<String> {
        let rest = "--scalar f32 --json --summation order-independent";
        let answer = eval("any", input, rest).expect(0).json();
        answer["outputs"].as_array().unwrap().iter().map(Value::to_string).collect()
    };
    let mut reversed = outputs(back);
    reversed.reverse();
    assert_eq!(outputs(there), reversed);
}

#[test]
fn points_outside_the_box_are_answered_with_one_warning() {
    let run = eval("relu", "[[[0],[1]],[[2],[-3]]]", "--scalar exact --json").expect(0);
    let warnings: Vec<&str> = run.stderr.lines().collect();
    assert_eq!(warnings.len(), 1);
    assert!(
        warnings[0]
            .starts_with("warning: sequence 1, token 0, coordinate 0 = 2 lies outside [0, 1] (and 1 more"),
        "{}",
        run.stderr
    );
    assert_eq!(run.json()["outputs"].as_array().unwrap().len(), 2);
    assert!(eval("relu", "[[0],[1]]", "--scalar f64").expect(0).stderr.is_empty());
}

#[test]
fn people_get_a_table() {
    let run = eval("exact", SEQUENCE, "--scalar exact").expect(0);
    let lines: Vec<Vec<&str>> = run.stdout.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines[0], ["token", "output", "network", "target", "|network", "-", "target|"]);
    assert_eq!(lines.len(), 1 + 3 * 2);
    assert_eq!(lines[2], ["0", "1", "-1/12", "-1/12", "0"]);
    let interval = eval("exact", SEQUENCE, "--scalar interval").expect(0);
    assert!(interval.stdout.lines().nth(1).unwrap().contains("<= "), "{}", interval.stdout);
    assert!(eval("relu", "[[[0],[1]]]", "--scalar f64").expect(0).stdout.starts_with("sequence"));
}

#[test]
fn a_file_does_as_well_as_standard_input() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("s.json");
    std::fs::write(&file, SEQUENCE).unwrap();
    let line = format!("eval exact --input {} --scalar exact --json", file.display());
    assert_eq!(
        run(proofs(), &line).expect(0).stdout,
        eval("exact", SEQUENCE, "--scalar exact --json").stdout
    );
}

#[test]
fn a_target_without_a_value_is_null_with_the_reason() {
    let copy = crate::support::Copy::of("relu");
    copy.write("target.toml", copy.text("target.toml").replace("sum(y != x: y[0])^2", "sin(x[0])"));
    let eval = |rest: &str| {
        let line = format!("eval . --input - --json {rest}");
        run_in(copy.path(), &line.split_whitespace().collect::<Vec<_>>(), b"[[0],[1]]")
    };
    let run = eval("--scalar exact").expect(0);
    assert!(
        run.json()["target"].is_null() && run.stderr.contains("no exact rational value"),
        "{}",
        run.stderr
    );
    assert!(eval("--scalar exact --of target").expect(3).stderr.contains("--scalar f64"));
    let interval = eval("--scalar interval --of target").expect(0).json();
    let [inf, sup] = [0, 1].map(|end| interval["outputs"][1][0][end].as_f64().unwrap());
    assert!(inf <= 1f64.sin() && 1f64.sin() <= sup && sup - inf < 1e-15, "{inf} {sup}");
    assert_eq!(eval("--scalar f64 --of target").expect(0).json()["outputs"][1][0], 1f64.sin());
}
