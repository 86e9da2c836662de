//! What is evaluated: long sequences, long fractions, and errors at witnesses that are no rational numbers.

use assert_cmd::Command;
use common::{sumformer, target};
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;

/// Exit code, standard output, standard error.
type Answer = (i32, String, String);

#[track_caller]
fn run(folder: &Path, line: &str, input: &str) -> Answer {
    let run = sumformer(folder).line(line).input(input).run();
    (run.code, run.stdout, run.stderr)
}

/// A folder with `target.toml`: so many tokens of d coordinates in [0, 1].
fn folder(tokens: &str, dimension: usize, epsilon: &str, output: &str) -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    let text = target(tokens).cube("[0, 1]", dimension).epsilon(epsilon).output(output).text();
    std::fs::write(folder.path().join("target.toml"), text).expect("a file is written");
    folder
}

/// The one result of `prove --json` with these further arguments.
#[track_caller]
fn prove(folder: &Path, arguments: &str) -> Value {
    let (code, stdout, stderr) = run(folder, &format!("prove target.toml -o out --json {arguments}"), "");
    assert_eq!(code, 0, "{stdout}\n{stderr}");
    let value: Value = serde_json::from_str(&stdout).expect("JSON");
    value["results"][0].clone()
}

#[track_caller]
fn check(folder: &Path) -> Answer {
    run(folder, "check out", "")
}

/// Sums over pairs, over tokens, and no sum at all: nothing grows with n, in `prove` and in `check`.
#[test]
fn the_number_of_tokens_does_not_matter() {
    for (tokens, dimension, output) in [
        ("1000000", 1, "sum(a: sum(b != a: a[0]*b[0]))/2"),
        ("1000000", 1, "sum(y: y[0]^2)*x[0]"),
        ("1000000", 4096, "x[0]"),
        ("1000000", 2, "sum(y != x: abs(y[0] - 1/3))/n"),
    ] {
        let folder = folder(tokens, dimension, "1/100", output);
        let exact = if output.contains("abs") { "" } else { "--activation relu2" };
        let result = prove(folder.path(), exact);
        assert_eq!(result["witness"]["kind"], "exact", "{output}");
        let copies = result["witness"]["copies"].as_array().expect("equal tokens are counted");
        let n: u64 = copies.iter().map(|count| count.as_u64().expect("a count")).sum();
        assert_eq!(n.to_string(), tokens, "{output}");
        let (code, stdout, _) = check(folder.path());
        assert!(code == 0 && stdout.contains("at the witness it is"), "{output}: {stdout}");
    }
}

/// What is left out, and pairs: by sharing what can be shared, or by factoring sums; each in seconds, in every scalar.
#[test]
fn long_sequences_are_evaluated_by_sharing() {
    let n = 20_000;
    let folder =
        folder(&n.to_string(), 1, "1/10", "sum(a: sum(b != a: a[0]*b[0]))/2/n^2 + sum(y != x: y[0])/n");
    prove(folder.path(), "--activation relu2");
    let ones = json!(vec![[1]; n]).to_string();
    for scalar in ["exact", "interval", "f64", "f32"] {
        let line = format!("eval out --input - --scalar {scalar} --json");
        let (code, stdout, stderr) = run(folder.path(), &line, &ones);
        assert_eq!(code, 0, "{scalar}: {stderr}");
        let answer: Value = serde_json::from_str(&stdout).expect("JSON");
        // (n − 1)/(2n) + (n − 1)/n
        let wanted = 1.5 * (n as f64 - 1.0) / n as f64;
        for of in ["outputs", "target"] {
            let value = &answer[of][7][0];
            let value = match scalar {
                "exact" => {
                    assert_eq!(value, "59997/40000");
                    wanted
                }
                "interval" => {
                    let ends = [0, 1].map(|end| value[end].as_f64().expect("a number"));
                    assert!(ends[0] <= wanted && wanted <= ends[1], "{ends:?}");
                    (ends[0] + ends[1]) / 2.0
                }
                _ => value.as_f64().expect("a number"),
            };
            let most = if scalar == "f32" { 1e-2 } else { 1e-9 };
            assert!((value - wanted).abs() < most, "{scalar}, {of}: {value}");
        }
    }
}

/// `eval` answers for the network where the target would take too long, and says what it would take.
#[test]
fn the_network_is_evaluated_where_the_target_takes_too_long() {
    let folder = folder("any", 1, "1/10", "mean(y: exp(x[0]*y[0]))");
    prove(folder.path(), "");
    let tokens: Vec<[f64; 1]> = (0..40_000).map(|j| [f64::from(j % 1000) / 1000.0]).collect();
    let input = json!(tokens).to_string();
    let (code, stdout, stderr) = run(folder.path(), "eval out --input - --scalar f64 --json", &input);
    assert_eq!(code, 0, "{stderr}");
    assert!(stderr.contains("evaluating the target here takes about"), "{stderr}");
    let answer: Value = serde_json::from_str(&stdout).expect("JSON");
    assert!(answer["target"].is_null());
    assert_eq!(answer["outputs"].as_array().expect("rows").len(), 40_000);
    let (code, _, stderr) = run(folder.path(), "eval out --of target --input - --scalar f64 --json", &input);
    assert_eq!(code, 2, "{stderr}");
    assert!(stderr.contains("operations, more than"), "{stderr}");
}

/// Fractions whose common denominator is long: an answer, or a refusal with an estimate, in seconds.
#[test]
fn long_common_denominators_are_bounded() {
    for (count, answered) in [(150, true), (5_000, false)] {
        let folder = folder(&count.to_string(), 1, "1/10", "sum(y: y[0]^2)/n - x[0]");
        prove(folder.path(), "--activation relu2");
        let tokens: Vec<[String; 1]> = (0..count).map(|j| [format!("1/{}", 10_007 + 2 * j)]).collect();
        let input = json!(tokens).to_string();
        let (code, stdout, stderr) = run(folder.path(), "eval out --input - --scalar exact --json", &input);
        if answered {
            let answer: Value = serde_json::from_str(&stdout).expect("JSON");
            assert_eq!(code, 0, "{stderr}");
            assert_eq!(answer["outputs"], answer["target"]);
        } else {
            assert_eq!(code, 2, "{stderr}");
            assert!(stderr.contains("evaluating the network here takes about"), "{stderr}");
        }
    }
}

/// The exit code of the second checker, which this needs a Python 3.11 for.
#[track_caller]
fn second_opinion(folder: &Path) -> i32 {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/independent_checker.py");
    let output = Command::new("python3")
        .arg(script)
        .arg("out")
        .current_dir(folder)
        .timeout(Duration::from_secs(300))
        .output()
        .expect("python3 starts");
    output.status.code().expect("it ends")
}

/// Where the target leaves the rationals, or the network does, the certificate says what the error is at least.
#[test]
fn irrational_errors_are_bounded_from_below() {
    for (tokens, output, arguments) in [
        ("3", "exp(x[0])", ""),
        ("any", "mean(y: exp(x[0]*y[0])*y[0])/mean(y: exp(x[0]*y[0]))", ""),
        ("2", "sqrt(x[0] + 1) + sum(y: sin(y[0]))", "--architecture linformer"),
        ("2", "sum(y: exp(y[0]))", "--construction discontinuous --epsilon 1/2"),
        ("3", "mean(y: y[0]^2)", "--architecture performer --performer paper --scores paper"),
    ] {
        let folder = folder(tokens, 1, "1/10", output);
        let result = prove(folder.path(), arguments);
        assert_eq!(result["witness"]["kind"], "lower bound", "{output}");
        let certificate = folder.path().join("out/certificate.json");
        let read = || -> Value { serde_json::from_slice(&std::fs::read(&certificate).unwrap()).unwrap() };
        let witness = read()["witness"].clone();
        assert_eq!(witness["kind"], "lower bound", "{output}");
        assert_eq!(witness["error"], result["witness"]["exact"], "{output}");
        let error = result["witness"]["float"].as_f64().expect("a number");
        let certified = result["certified"]["float"].as_f64().expect("a number");
        assert!(0.0 < error && error <= certified, "{output}: {error} and {certified}");
        let (code, stdout, _) = check(folder.path());
        assert!(code == 0 && stdout.contains("at the witness it is at least"), "{output}: {stdout}");
        assert_eq!(second_opinion(folder.path()), 0, "{output}");
        for command in ["explain out", "report out -o page.html"] {
            let (code, stdout, stderr) = run(folder.path(), command, "");
            let page = std::fs::read_to_string(folder.path().join("page.html")).unwrap_or_default();
            assert!(
                code == 0 && (stdout + &page).contains("is off by at least"),
                "{output}: {command}: {stderr}"
            );
        }
        // A larger error is not proved there; an older certificate without the kind claims an exact value.
        let change = |key: &str, value: Value| {
            let mut changed = read();
            changed["witness"][key] = value;
            let kept = std::fs::read(&certificate).unwrap();
            std::fs::write(&certificate, changed.to_string()).unwrap();
            let (code, stdout, _) = check(folder.path());
            assert_eq!(second_opinion(folder.path()), code, "{output}: {changed}");
            std::fs::write(&certificate, kept).unwrap();
            (code, stdout)
        };
        let (code, stdout) = change("error", json!(format!("{}", 2.0 * certified)));
        assert!(code == 1 && stdout.contains("is less than the stated"), "{output}: {stdout}");
        let (code, stdout) = change("error", "-1/2".into());
        assert!(code == 1 && stdout.contains("an error is not -1/2"), "{output}: {stdout}");
        let (code, stdout) = change("kind", "exact".into());
        assert!([1, 3].contains(&code) && stdout.contains("rule `witness`"), "{output}: {stdout}");
        let (code, stdout) = change("error", "0".into());
        assert!(code == 0 && stdout.contains("at least 0"), "{output}: {stdout}");
        let (code, _) = change("kind", "a guess".into());
        assert_eq!(code, 2, "{output}");
    }
}
