//! The keys that `--json` promises.

use crate::support::{SQUARE, folder, proofs};
use common::run;
use serde_json::Value;
use sumformer_checker::arith::number::{Rational, parse_rational};

/// Every string under `exact` is a reduced fraction, the float beside it the same number.
fn check_exact_numbers(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(check_exact_numbers).sum(),
        Value::Object(map) => {
            let mut count = map.values().map(check_exact_numbers).sum();
            if let Some(text) = map.get("exact").and_then(Value::as_str) {
                let number: Rational = parse_rational(text).unwrap();
                assert_eq!(number.to_string(), text);
                let float = map["float"].as_f64().unwrap();
                assert!(
                    (float - sumformer_checker::arith::number::to_f64(&number)).abs() <= float.abs() * 1e-15
                );
                count += 1;
            }
            count
        }
        _ => 0,
    }
}

#[test]
fn prove_names_everything_that_was_promised() {
    let folder = folder();
    let line = "prove square.toml --json --architecture transformer --architecture linformer --rank 2";
    let run = run(folder.path(), line).expect(0);
    let answer = run.json();
    let results = answer["results"].as_array().unwrap();
    assert_eq!(results.len(), 2);
    for result in results {
        for key in [
            "name",
            "n",
            "d",
            "outputs",
            "construction",
            "architecture",
            "activation",
            "latent",
            "blocks",
            "attention_blocks",
            "width",
            "hidden_units",
            "nonzeros",
            "epsilon",
            "certified",
            "witness",
            "verdict",
            "seconds",
            "files",
        ] {
            assert!(!result[key].is_null(), "{key} is missing");
        }
        for (object, keys) in [
            ("latent", ["mode", "dimension", "paper", "tight", "sparse"].as_slice()),
            ("certified", &["exact", "float"]),
            ("epsilon", &["exact", "float"]),
            ("witness", &["exact", "float", "input"]),
            ("seconds", &["prove", "check"]),
            ("files", &["target", "network", "certificate"]),
        ] {
            assert!(keys.iter().all(|key| !result[object][key].is_null()), "{object}");
        }
        assert_eq!(result["verdict"], "valid");
        assert_eq!((result["n"].as_u64(), result["d"].as_u64()), (Some(2), Some(1)));
        assert_eq!(result["epsilon"]["exact"], "1/10");
        assert!(result["certified"]["float"].as_f64() > Some(0.0));
        assert!(check_exact_numbers(result) >= 3);
        // The certified bound stands in the certificate in just this form.
        let file = folder.path().join(result["files"]["certificate"].as_str().unwrap());
        let certificate: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        assert_eq!(certificate["certified"], result["certified"]["exact"]);
        assert_eq!(certificate["witness"]["error"], result["witness"]["exact"]);
        assert_eq!(certificate["witness"]["input"], result["witness"]["input"]);
    }
    assert_eq!(results[0]["architecture"], "transformer");
    assert_eq!((&results[1]["architecture"], results[1]["rank"].as_u64()), (&"linformer".into(), Some(2)));
    assert!(run.stderr.contains("certified") && !run.stderr.contains('{'));
}

#[test]
fn check_answers_for_every_folder() {
    let answer = run(proofs(), "check all --json").expect(0).json();
    let results = answer["results"].as_array().unwrap();
    let paths: Vec<&str> = results.iter().map(|r| r["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["all/transformer", "all/linformer", "all/performer"]);
    for result in results {
        assert_eq!(result["verdict"], "valid");
        assert_eq!(result["name"], "covariance");
        assert!(check_exact_numbers(result) >= 3);
    }
}

/// A verdict says which parts of the checker it rests on: those of its own rules, not of others.
#[test]
fn check_names_the_parts_that_were_used() {
    let folder = folder();
    let root = SQUARE.replace("sum(y != x: y[0])^2", "sqrt(mean(y: y[0]^2) + 1)");
    std::fs::write(folder.path().join("root.toml"), root).expect("a file is written");
    let parts_of = |out: &str, prove: &str| -> Vec<String> {
        run(folder.path(), &format!("prove {prove} -o {out}")).expect(0);
        let answer = run(folder.path(), &format!("check {out} --json")).expect(0).json();
        let parts = answer["results"][0]["parts"].as_array().expect("a list of parts").clone();
        let words = run(folder.path(), &format!("check {out}")).expect(0).stdout;
        let total: u64 = parts.iter().map(|part| part["lines"].as_u64().unwrap()).sum();
        assert!(words.contains(&format!("rests on {total} lines of the checker: check ")), "{words}");
        parts.iter().map(|part| part["name"].as_str().unwrap().to_string()).collect()
    };
    let common = "check, arithmetic, statement, values, files, normal forms, attention";
    for (out, prove, others) in [
        ("relu", "square.toml", "polynomial rules, witness"),
        ("root", "root.toml", "polynomial rules, enclosures, surrogates, witness, rounding"),
        (
            "steps",
            "square.toml --construction discontinuous --epsilon 1/2",
            "enclosures, tables, witness, rounding",
        ),
    ] {
        let mut expected: Vec<&str> = common.split(", ").chain(others.split(", ")).collect();
        let mut parts = parts_of(out, prove);
        expected.sort_unstable();
        parts.sort_unstable();
        assert_eq!(parts, expected, "{prove}");
    }
    // Without a witness nothing rests on values.
    let file = folder.path().join("relu/certificate.json");
    let mut certificate: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    certificate["witness"] = Value::Null;
    std::fs::write(&file, certificate.to_string()).unwrap();
    let answer = run(folder.path(), "check relu --json").expect(0).json();
    let parts = answer["results"][0]["parts"].as_array().unwrap();
    assert!(parts.iter().all(|part| part["name"] != "values" && part["name"] != "witness"), "{parts:?}");
}

#[test]
fn explain_answers_with_data() {
    let answer = run(proofs(), "explain relu --json").expect(0).json();
    for key in [
        "name",
        "n",
        "d",
        "domain",
        "size",
        "epsilon",
        "certified",
        "witness",
        "verdict",
        "latents",
        "attention_block",
        "slots",
        "blocks",
        "outputs",
    ] {
        assert!(!answer[key].is_null(), "{key} is missing");
    }
    assert!(check_exact_numbers(&answer) > 10);
    assert_eq!(answer["slots"].as_array().unwrap().len() as u64, answer["size"]["width"].as_u64().unwrap());
    let units: u64 = answer["blocks"].as_array().unwrap().iter().map(|b| b["units"].as_u64().unwrap()).sum();
    assert_eq!(Some(units), answer["size"]["hidden_units"].as_u64());
}
