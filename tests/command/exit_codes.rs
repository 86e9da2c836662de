//! 0 proved, 1 refuted, 2 bad input, 3 incomplete, for every command.

use crate::support::{Copy, folder, proofs, run_in};
use common::run;

#[test]
fn prove_ends_with_0_2_or_3() {
    let folder = folder();
    let here = folder.path();
    run(here, "prove square.toml --activation relu2").expect(0);
    run(here, "prove absent.toml").expect(2);
    let pole = "name=\"e\"\ntokens=2\ndomain=[[\"0\",\"1\"]]\noutput=[\"1/(x[0] - 1/2)\"]\n";
    std::fs::write(here.join("pole.toml"), pole).unwrap();
    let unsupported = run(here, "prove pole.toml").expect(3);
    assert!(unsupported.stderr.contains("a divisor may be 0"), "{}", unsupported.stderr);
    assert!(!here.join("out/e").exists());
}

#[test]
fn check_ends_with_each_code() {
    run(proofs(), "check exact").expect(0);
    let parent = run(proofs(), "check all").expect(0);
    let lines: Vec<&str> = parent.stdout.lines().collect();
    assert_eq!(lines.len(), 6);
    for pair in lines.chunks(2) {
        assert!(pair[0].contains(": valid: ") && pair[1].starts_with("  rests on "), "{pair:?}");
    }

    let copy = Copy::of("exact");
    copy.edit("network.json", |network| network["blocks"][0]["units"][0]["bias"] = "1/1000".into());
    let tampered = run(copy.path(), "check .").expect(1);
    assert!(tampered.stdout.contains("INVALID: network.json: rule `hash`"), "{}", tampered.stdout);
    copy.rehash();
    let refuted = run(copy.path(), "check .").expect(1);
    assert!(refuted.stdout.contains("rule `"), "{}", refuted.stdout);

    run(proofs(), "check absent").expect(2);

    // A target that no rule covers: neither refuted nor proved.
    let copy = Copy::of("relu");
    copy.write("target.toml", copy.text("target.toml").replace("sum(y != x: y[0])^2", "max(y: y[0])"));
    copy.edit("certificate.json", |certificate| certificate["witness"] = serde_json::Value::Null);
    copy.rehash();
    let incomplete = run(copy.path(), "check .").expect(3);
    assert!(incomplete.stdout.contains("incomplete: target: rule `residual`"), "{}", incomplete.stdout);
}

#[test]
fn the_worst_of_several_proofs_decides() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["transformer", "linformer", "performer"] {
        let copy = Copy::of(&format!("all/{name}"));
        std::fs::create_dir(folder.path().join(name)).unwrap();
        for file in ["target.toml", "network.json", "certificate.json"] {
            std::fs::copy(copy.file(file), folder.path().join(name).join(file)).unwrap();
        }
    }
    run(folder.path(), "check .").expect(0);
    let certificate = folder.path().join("linformer/certificate.json");
    let text = std::fs::read_to_string(&certificate).unwrap();
    std::fs::write(&certificate, text.replacen("_sha256\": \"", "_sha256\": \"0", 1)).unwrap();
    let result = run(folder.path(), "check . --json").expect(1).json();
    let verdicts: Vec<&str> =
        result["results"].as_array().unwrap().iter().map(|r| r["verdict"].as_str().unwrap()).collect();
    assert_eq!(verdicts, ["valid", "invalid", "valid"]);
}

#[test]
fn eval_ends_with_each_code() {
    let eval = |arguments: &[&str]| run_in(proofs(), arguments, b"[[0],[1]]");
    eval(&["eval", "relu", "--input", "-", "--scalar", "exact"]).expect(0);
    eval(&["eval", "exact", "--input", "-", "--scalar", "exact"]).expect(2);
    let transcendental = eval(&["eval", "paper", "--input", "-", "--scalar", "exact"]).expect(3);
    assert!(transcendental.stderr.contains("--scalar interval"), "{}", transcendental.stderr);
    eval(&["eval", "paper", "--input", "-", "--scalar", "interval"]).expect(0);

    // Claims that do not follow: the network still has values, the Sumformer it is said to implement has none.
    let copy = Copy::of("relu");
    copy.edit("certificate.json", |c| {
        c["route"]["polynomial"]["stream"]["blocks"][0][0]["outputs"][0]["error"] = "0".into()
    });
    copy.edit("certificate.json", |c| {
        c["route"]["polynomial"]["stream"]["latents"][0]["range"] = serde_json::json!(["0", "0"])
    });
    let eval = |of: &str| {
        run_in(copy.path(), &["eval", ".", "--input", "-", "--scalar", "f64", "--of", of], b"[[0],[1]]")
    };
    eval("network").expect(0);
    eval("target").expect(0);
    assert!(eval("sumformer").expect(1).stderr.contains("rule `"));
}

#[test]
fn explain_ends_with_each_code() {
    run(proofs(), "explain exact").expect(0);
    run(proofs(), "explain exact slot:nothing").expect(2);
    let copy = Copy::of("exact");
    copy.edit("certificate.json", |c| c["network_sha256"] = "0".into());
    let invalid = run(copy.path(), "explain .").expect(1);
    assert!(invalid.stdout.contains("INVALID") && invalid.stdout.contains("Residual stream"));
    let copy = Copy::of("relu");
    copy.write("target.toml", copy.text("target.toml").replace("sum(y != x: y[0])^2", "max(y: y[0])"));
    copy.edit("certificate.json", |certificate| certificate["witness"] = serde_json::Value::Null);
    copy.rehash();
    let incomplete = run(copy.path(), "explain . slot:0").expect(3);
    assert!(incomplete.stderr.contains("without threshold features"), "{}", incomplete.stderr);
}

#[test]
fn help_and_version_end_with_0() {
    for line in ["--help", "--version", "prove --help", "check --help", "eval --help", "explain --help"] {
        let run = run(proofs(), line).expect(0);
        assert!(!run.stdout.is_empty() && run.stderr.is_empty(), "{line}");
    }
}
