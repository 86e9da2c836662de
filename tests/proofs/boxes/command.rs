//! `sumformer merge` as a user meets it.

use crate::boxes::support::{RATIONAL, epsilon, proved};
use common::approximants::up_to;
use serde_json::Value;
use std::fs;
use std::path::Path;
use sumformer::certify::boxes::{BoxOptions, Slice};
use sumformer::certify::prove_by_boxes;

fn run(directory: &Path, line: &str) -> (i32, String, String) {
    let run = common::run(directory, line);
    (run.code, run.stdout, run.stderr)
}

/// Folders `1` and `2` with the parts of a proof.
fn parts() -> tempfile::TempDir {
    let p = proved(RATIONAL);
    let folder = tempfile::tempdir().unwrap();
    for number in 1..=2 {
        let options = BoxOptions { slice: Slice::new(number, 2).unwrap(), ..up_to(1 << 20) };
        let proof = prove_by_boxes(&p.target, &p.built, &epsilon(), &options).unwrap();
        let part = folder.path().join(number.to_string());
        fs::create_dir(&part).unwrap();
        fs::write(part.join("target.toml"), &p.target.source).unwrap();
        fs::write(part.join("network.json"), &proof.network_json).unwrap();
        fs::write(part.join("certificate.json"), &proof.certificate_json).unwrap();
    }
    folder
}

#[test]
fn merge_ends_with_each_code() {
    let folder = parts();
    let here = folder.path();
    let (code, stdout, stderr) = run(here, "merge 1 2 -o all");
    assert_eq!(code, 0, "{stdout}{stderr}");
    assert!(stdout.starts_with("all: valid: |network - target| <= "), "{stdout}");
    assert_eq!(run(here, "check all").0, 0);
    let written = fs::read_to_string(here.join("all/certificate.json")).unwrap();
    assert_eq!(written, proved(RATIONAL).proof.certificate_json);

    let (code, stdout, _) = run(here, "merge 2 --output part --json");
    let result: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((code, &result["results"][0]["verdict"]), (3, &"incomplete".into()));
    assert_eq!((&result["results"][0]["rule"], &result["results"][0]["parts"]), (&"boxes".into(), &1.into()));
    assert_eq!(run(here, "check part").0, 3);
    // What was merged may be merged again.
    assert_eq!(run(here, "merge part 1 -o all").0, 0);

    let certificate = here.join("2/certificate.json");
    let text = fs::read_to_string(&certificate).unwrap();
    let place = text.find("\"tree\":").unwrap() + 7;
    let place = place + text[place..].find('"').unwrap() + 1;
    fs::write(&certificate, format!("{}c{}", &text[..place], &text[place + 1..])).unwrap();
    let (code, _, stderr) = run(here, "merge 1 2 -o other");
    assert!(
        code == 2 && stderr.contains("2: boxes, character 0: coordinate 2 is halved where 1"),
        "{stderr}"
    );
    assert!(!here.join("other").exists());

    // A tree that calls everything outside is a false claim.
    let mut outside: Value = serde_json::from_str(&text).unwrap();
    outside["route"]["boxes"]["tree"] = "-".into();
    fs::write(&certificate, outside.to_string()).unwrap();
    let (code, stdout, _) = run(here, "merge 1 2 -o other");
    assert!(code == 1 && stdout.contains("nothing is written"), "{stdout}");
    assert!(!here.join("other").exists());
    // What stood there before is left as it was.
    assert_eq!(run(here, "merge 1 2 -o all").0, 1);
    assert_eq!(run(here, "check all").0, 0);

    for (line, message) in [
        ("merge 1 absent -o other", "absent"),
        ("merge 1 1 -o 1/network.json", "it exists and is not a folder"),
        ("merge 1", "--output"),
        ("merge -o other", "DIRECTORIES"),
    ] {
        let (code, _, stderr) = run(here, line);
        assert!(code == 2 && stderr.contains(message), "{line}: {stderr}");
    }
    fs::write(here.join("1/target.toml"), proved(RATIONAL).target.source.replace("surrogate", "other"))
        .unwrap();
    let (code, _, stderr) = run(here, "merge 1 2 -o other");
    assert!(code == 2 && stderr.contains("2: its target.toml is not that of 1"), "{stderr}");
}
