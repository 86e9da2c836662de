//! Data files that are refused, with the place.

use crate::figures::support::{data_folder, figures};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// A folder with copies of the first lines of the committed data files.
fn copies() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in ["figure-1.jsonl", "figure-2.jsonl", "constructed.jsonl"] {
        let text = fs::read_to_string(data_folder().join(name)).unwrap();
        let lines: Vec<&str> = text.lines().take(4).collect();
        fs::write(folder.path().join(name), lines.join("\n")).unwrap();
    }
    folder
}

fn draw(folder: &Path) -> (i32, String, String) {
    let path = folder.display().to_string();
    figures(&["draw", "--data", &path, "-o", &path])
}

/// Changes line `line` (from 1) of figure-2.jsonl, draws, and expects a refusal that says so.
fn refused(line: usize, change: impl Fn(&str) -> String, said: &str) {
    let folder = copies();
    let file = folder.path().join("figure-2.jsonl");
    let text = fs::read_to_string(&file).unwrap();
    let mut lines: Vec<String> = text.lines().map(String::from).collect();
    lines[line - 1] = change(&lines[line - 1]);
    fs::write(&file, lines.join("\n")).unwrap();
    let (code, _, error) = draw(folder.path());
    assert_eq!(code, 2, "{error}");
    assert!(error.contains("figure-2.jsonl") && error.contains(&format!("line {line}")), "{error}");
    assert!(error.contains(said), "{error}");
    assert!(!folder.path().join("figure-1.svg").exists(), "something was drawn");
}

#[test]
fn some_lines_are_enough_to_draw() {
    let (code, _, error) = draw(copies().path());
    assert_eq!(code, 0, "{error}");
}

#[test]
fn a_missing_file_is_named() {
    let folder = copies();
    fs::remove_file(folder.path().join("constructed.jsonl")).unwrap();
    let (code, _, error) = draw(folder.path());
    assert!(code == 2 && error.contains("constructed.jsonl"), "{error}");
}

#[test]
fn malformed_records_are_refused_with_their_line() {
    refused(3, |line| line[..line.len() / 2].into(), "EOF");
    refused(2, |line| line.replace("\"best_error\"", "\"best\""), "unknown field `best`");
    refused(3, |_| String::new(), "EOF");
}

#[test]
fn records_that_no_run_leaves_are_refused() {
    refused(1, |line| line.replace("\"latents\":1,", "\"latents\":0,"), "between 1 and 2^20");
    refused(2, |line| line.replace("\"best_error\":", "\"best_error\":-"), "negative error");
    let pair =
        r#""pair":{"point":[0.5],"distance":0.0,"coordinate":1,"outputs":[1.0,1.0],"errors":[7.0,31.0]}"#;
    refused(3, |line| line.replace("\"pair\":null", pair), "`coordinate`");
    let point = |to: &str| pair.replace("[0.5]", to).replace("\"coordinate\":1", "\"coordinate\":0");
    refused(3, |line| line.replace("\"pair\":null", &point("[]")), "`point`");
    refused(3, |line| line.replace("\"pair\":null", &point("[0.5,0.5]")), "`point`");
    refused(3, |line| line.replace("\"pair\":null", &point("[\"NaN\"]")), "expected a number");
    refused(3, |line| line.replace("\"pair\":null", &point("[0.5]").replace("7.0", "-7.0")), "negative");
    refused(2, |line| line.replace("\"best_error\":", "\"best_error\":1e999, \"was\":"), "out of range");
    refused(
        2,
        |line| line.replace("\"best_error\":", "\"best_error\":\"inf\", \"was\":"),
        "expected a number",
    );
    refused(2, |line| line.replace("\"dimension\":1", "\"dimension\":1e0"), "expected a whole number");
    let changes = [
        ("figure-1.jsonl", "\"validate_every\":5", "\"validate_every\":1000000000000000000"),
        ("figure-1.jsonl", "\"epochs\":250", "\"epochs\":0"),
        ("figure-1.jsonl", "\"latents\":", "\"latents\":1000000"),
        ("constructed.jsonl", "\"figure\":", "\"figure\":1"),
        ("constructed.jsonl", "\"relative_error\":", "\"relative_error\":-"),
        ("constructed.jsonl", "\"activation\":\"", "\"activation\":\"<b>"),
        ("figure-1.jsonl", "\"validate_every\":5", "\"validate_every\":0"),
        ("figure-1.jsonl", "\"errors\":[", "\"errors\":[0.5,"),
        ("constructed.jsonl", "\"certified\":\"", "\"certified\":\"-"),
    ];
    for (name, from, to) in changes {
        let folder = copies();
        let file = folder.path().join(name);
        let text = fs::read_to_string(&file).unwrap();
        fs::write(&file, text.replacen(from, to, 1)).unwrap();
        let (code, _, error) = draw(folder.path());
        assert!(code == 2 && error.contains(&format!("{name}: line 1")), "{error}");
    }
}

#[test]
fn errors_of_0_are_drawn() {
    let folder = copies();
    let file = folder.path().join("figure-1.jsonl");
    let text = fs::read_to_string(&file).unwrap();
    let mut line: serde_json::Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    line["errors"][0] = 0.into();
    fs::write(&file, line.to_string()).unwrap();
    let (code, _, error) = draw(folder.path());
    assert_eq!(code, 0, "{error}");
}

#[test]
fn names_are_text_in_every_picture_and_table() {
    let folder = copies();
    let file = folder.path().join("constructed.jsonl");
    let text = fs::read_to_string(&file).unwrap();
    let name = "</td>|<script>alert(1)</script>&amp;*b*\\u001b\\u202e";
    fs::write(&file, text.replace("\"target\":\"", &format!("\"target\":\"{name}"))).unwrap();
    let (code, _, error) = draw(folder.path());
    assert_eq!(code, 0, "{error}");
    for name in ["figure-1.svg", "figure-2.svg", "figure-2-lines.svg", "figure-2-floors.svg", "tables.md"] {
        let text = fs::read_to_string(folder.path().join(name)).unwrap();
        assert!(!text.contains(['\u{1b}', '\u{202e}']), "{name}");
        assert!(!text.replace("\\<", "").contains("<script"), "{name}");
    }
    let table = fs::read_to_string(folder.path().join("tables.md")).unwrap();
    assert!(table.contains("| \\</td\\>\\|\\<script\\>"), "{table}");
}

#[test]
fn other_settings_are_refused_by_name() {
    refused(3, |line| line.replace("\"batch\":100", "\"batch\":50"), "batch is 50, not 100");
    refused(2, |line| line.replace("\"seed\":0", "\"seed\":7"), "seed is 7, not 0");
}

#[test]
fn the_same_run_twice_is_refused() {
    refused(4, |line| line.replace("\"latents\":8", "\"latents\":2"), "second record of d = 1, d' = 2");
}

#[test]
fn empty_data_is_refused() {
    let folder = copies();
    fs::write(folder.path().join("figure-1.jsonl"), "").unwrap();
    let (code, _, error) = draw(folder.path());
    assert!(code == 2 && error.contains("figures train"), "{error}");
}

#[test]
#[cfg(not(feature = "training"))]
fn a_build_without_training_says_how_to_get_one() {
    let (code, _, error) = figures(&["train", "2", "--data", "nowhere.jsonl"]);
    assert_eq!(code, 2);
    assert!(
        error.contains("cargo run --release --features training -- figures train 2 --data nowhere.jsonl"),
        "{error}"
    );
}
