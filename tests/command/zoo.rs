//! `zoo`: the same bytes, nobody's files overwritten, and answers that a program of its own derives again.

use common::python::python;
use common::{run, sumformer};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::OnceLock;
use tempfile::TempDir;

/// A machine without optimisation and with little time makes it in seconds.
const PATIENCE: u64 = 300;

/// Every file below a folder.
fn files(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.strip_prefix(root).unwrap().to_path_buf(), std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

fn made(folder: &Path, line: &str) -> BTreeMap<PathBuf, Vec<u8>> {
    sumformer(folder).line(&format!("zoo -o suite {line}")).within(PATIENCE).run().expect(0);
    files(&folder.join("suite"))
}

/// The small suite of seed 0, made once.
fn small() -> &'static BTreeMap<PathBuf, Vec<u8>> {
    static FILES: OnceLock<BTreeMap<PathBuf, Vec<u8>>> = OnceLock::new();
    FILES.get_or_init(|| made(TempDir::new().unwrap().path(), ""))
}

/// The same files elsewhere.
fn copied() -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, content) in small() {
        let place = folder.path().join(name);
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        std::fs::write(place, content).unwrap();
    }
    folder
}

/// A program of the suite, run in it; nothing where there is no Python.
fn program(folder: &Path, line: &str) -> Option<Output> {
    let mut python = python()?;
    Some(python.current_dir(folder).args(line.split(' ')).output().unwrap())
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn answers(folder: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(folder.join("answers.json")).unwrap()).unwrap()
}

#[test]
fn a_seed_has_its_bytes_and_another_has_others() {
    let folder = TempDir::new().unwrap();
    let first = made(folder.path(), "--seed 0 --threads 1");
    assert!(first == *small());
    let listed = answers(&folder.path().join("suite"));
    let listed: Vec<&str> =
        listed["files"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    assert!(listed.iter().map(PathBuf::from).eq(first.keys().cloned()));
    // An earlier suite gives place to the next.
    let other = made(folder.path(), "--seed 1");
    assert!(other != first);
    let differing = first.iter().filter(|(name, content)| other.get(*name) != Some(content));
    assert!(differing.filter(|(name, _)| name.extension().is_some_and(|e| e == "onnx")).count() > 20);
}

#[test]
fn every_answer_is_derived_from_the_files_alone() {
    let folder = copied();
    let Some(output) = program(folder.path(), "check_answers.py") else { return };
    let count = answers(folder.path())["instances"].as_array().unwrap().len();
    assert!(count > 250, "only {count} questions");
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(said(&output), format!("{count} answers derived, 0 not\n"));
}

#[test]
fn wrong_answers_and_other_networks_are_not_derived() {
    let folder = copied();
    let suite = answers(folder.path());
    let find = |name: &str| {
        let all = suite["instances"].as_array().unwrap();
        all.iter().position(|entry| entry["name"] == name).unwrap_or_else(|| panic!("no {name}"))
    };
    let names = [
        "fold-depth-2-n1-d1-mlp-ulp-sat",
        "fold-depth-2-n1-d1-mlp-ulp-unsat",
        "mean-transformer-n2-d1-ulp-sat",
    ];
    let [sat, unsat, outside] = names.map(find);
    let mut wrong = suite.clone();
    let entries = wrong["instances"].as_array_mut().unwrap();
    entries[sat]["answer"] = "unsat".into();
    entries[unsat]["answer"] = "sat".into();
    entries[unsat]["witness"] = entries[sat]["witness"].clone();
    entries[outside]["witness"][1] = "100".into();
    std::fs::write(folder.path().join("answers.json"), wrong.to_string()).unwrap();
    let Some(output) = program(folder.path(), "check_answers.py") else { return };
    assert_eq!(output.status.code(), Some(1));
    for (name, why) in names.iter().zip(["nothing is derived but", "the output is 1", "outside of the box"]) {
        assert!(
            said(&output).lines().any(|line| line.starts_with(*name) && line.contains(why)),
            "{}",
            said(&output)
        );
    }
    assert!(said(&output).contains(", 3 not"));

    // One weight of a needle, changed by its last bit.
    std::fs::write(folder.path().join("answers.json"), suite.to_string()).unwrap();
    let place = folder.path().join("onnx/needle-n2-d2.onnx");
    let mut bytes = std::fs::read(&place).unwrap();
    let eight = (-8_f32).to_le_bytes();
    let at = bytes.windows(4).position(|window| window == eight).expect("the steepness");
    bytes[at] ^= 1;
    std::fs::write(&place, &bytes).unwrap();
    let output = program(folder.path(), "check_answers.py").unwrap();
    // Its largest value stays where the distance is 0, and so does everything that is said of it; the bias of 1 is another matter.
    assert!(output.status.success(), "{}", said(&output));
    let one = 1_f32.to_le_bytes();
    let ends: Vec<usize> =
        bytes.windows(4).enumerate().filter(|(_, w)| *w == one).map(|(at, _)| at).collect();
    let changed = ends.iter().filter(|&&at| {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1;
        std::fs::write(&place, &damaged).unwrap();
        let output = program(folder.path(), "check_answers.py").unwrap();
        !output.status.success() && said(&output).contains("needle-n2-d2")
    });
    assert!(changed.take(1).count() > 0, "no weight of the needle matters");
}

#[test]
fn the_suites_own_program_makes_the_same_properties_and_more() {
    let folder = copied();
    let Some(output) = program(folder.path(), "generate_properties.py 7") else { return };
    assert!(output.status.success(), "{}", said(&output));
    let anew = files(folder.path());
    let properties = |name: &PathBuf| name.extension().is_some_and(|extension| extension == "vnnlib");
    for (name, content) in small().iter().filter(|(name, _)| properties(name)) {
        assert!(anew.get(name) == Some(content), "{}", name.display());
    }
    let seeded = |files: &BTreeMap<PathBuf, Vec<u8>>| files.keys().filter(|name| properties(name)).count();
    assert!(seeded(&anew) > seeded(small()) + 100);
    let output = program(folder.path(), "check_answers.py").unwrap();
    assert!(output.status.success() && !said(&output).contains(" 0 answers"), "{}", said(&output));
    assert!(!program(folder.path(), "generate_properties.py x").unwrap().status.success());
}

#[test]
fn what_is_not_a_suite_is_left_alone() {
    let folder = TempDir::new().unwrap();
    let refused = |line: &str, word: &str| {
        let run = sumformer(folder.path()).line(line).within(PATIENCE).run().expect(2);
        assert!(run.stderr.contains(word), "{}", run.stderr);
    };
    std::fs::create_dir(folder.path().join("mine")).unwrap();
    std::fs::write(folder.path().join("mine/thesis.tex"), "years of work").unwrap();
    std::fs::write(folder.path().join("file"), "").unwrap();
    refused("zoo -o mine", "was not written by `sumformer zoo`");
    refused("zoo -o file", "is not a folder");
    refused("zoo -o ..", "no name for a folder");
    refused("zoo -o new --size huge", "possible values: small, medium, large");
    refused("zoo -o new --seed=-1", "--seed");
    refused("zoo", "--output");
    assert!(!folder.path().join("new").exists());
    made(folder.path(), "");
    std::fs::write(folder.path().join("suite/onnx/mine.onnx"), "years of work").unwrap();
    refused("zoo -o suite", "mine.onnx");
    assert_eq!(std::fs::read(folder.path().join("mine/thesis.tex")).unwrap(), b"years of work");
    assert!(folder.path().join("suite/onnx/mine.onnx").exists());
}

#[test]
fn json_counts_what_is_there_and_proofs_are_valid() {
    let folder = TempDir::new().unwrap();
    let json = sumformer(folder.path()).line("zoo -o suite --json").within(PATIENCE).run().expect(0).json();
    let suite = files(&folder.path().join("suite"));
    assert_eq!(json["files"], suite.len());
    assert_eq!(json["bytes"], suite.values().map(Vec::len).sum::<usize>());
    let answers = answers(&folder.path().join("suite"));
    let entries = answers["instances"].as_array().unwrap();
    for answer in ["sat", "unsat"] {
        assert_eq!(
            json["instances"][answer],
            entries.iter().filter(|entry| entry["answer"] == answer).count()
        );
    }
    let mut proofs: Vec<&str> = entries.iter().filter_map(|entry| entry["proof"].as_str()).collect();
    proofs.dedup();
    assert_eq!(proofs.len(), 6);
    for entry in entries.iter().filter(|entry| entry["proof"].is_string()) {
        let text = format!("check suite/{} --json", entry["proof"].as_str().unwrap());
        let checked = run(folder.path(), &text).expect(0).json().to_string();
        assert!(
            checked.contains(&format!("\"{}\"", entry["extreme"].as_str().unwrap().trim_start_matches('-')))
        );
    }
}
