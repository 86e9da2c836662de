//! `sumformer audit`: the whole of it, and that docs/audit.md is what it prints.

use common::{Run, repository, sumformer};

fn audit(arguments: &[&str]) -> Run {
    sumformer(".").line("audit").args(arguments).within(300).run()
}

#[test]
fn every_row_is_as_expected_and_the_page_is_current() {
    let folder = tempfile::tempdir().expect("a folder");
    let page = folder.path().join("audit.md");
    let run = audit(&["--json", "--markdown", "-o", page.to_str().expect("UTF-8")]).expect(0);
    let json = run.json();
    let rows = json["rows"].as_array().expect("rows");
    let ids: Vec<&str> = rows.iter().map(|row| row["id"].as_str().expect("an id")).collect();
    for number in ["2.9", "2.12", "2.13", "4.1", "4.3", "4.4", "4.5", "C.1"] {
        assert!(ids.iter().any(|id| id.contains(number)), "{number} is missing in {ids:?}");
    }
    for number in 1..=19 {
        assert!(ids.contains(&format!("E{number}").as_str()), "E{number} is missing");
    }
    for row in rows {
        assert_eq!(row["as_expected"], true, "{row}");
        // Every finding fails as printed, and holds as repaired; what only holds has nothing that fails.
        let fails = row["printed"]["result"] == "fails";
        let finding = row["kinds"] != serde_json::json!(["holds"]);
        assert_eq!(fails, finding, "{row}");
        assert_eq!(row["repaired"]["result"], "holds", "{row}");
        if finding {
            assert!(row["repair"].is_string(), "{row}");
            assert!(!row["repaired"]["instances"].as_array().expect("a list").is_empty(), "{row}");
        }
    }
    // The example of the paper's Linformer.
    let e1 = &rows[ids.iter().position(|id| *id == "E1").expect("E1")];
    assert_eq!(e1["printed"]["instances"][0]["numbers"]["returned/Σ"], "7/3");

    let committed = std::fs::read_to_string(repository("docs/audit.md")).expect("docs/audit.md");
    let generated = std::fs::read_to_string(page).expect("the page");
    assert!(
        committed == generated,
        "docs/audit.md is not current; run `cargo run --release -- audit --markdown -o docs/audit.md`"
    );
}

#[test]
fn single_rows_are_shown_in_full() {
    let text = audit(&["--row", "E14,definition 2.11"]).expect(0).stdout;
    assert!(
        text.starts_with("Definition 2.11") && text.contains("E14") && text.contains("in all: 6"),
        "{text}"
    );
    let json = audit(&["--row", "4.1", "--threads", "1", "--json"]).json();
    assert_eq!(json["rows"].as_array().map(Vec::len), Some(2));
}

#[test]
fn wrong_arguments_are_said_before_any_work() {
    for arguments in [
        &["--row", "E99"][..],
        &["--row", "E1", "--markdown"],
        &["-o", "page.md"],
        &["--markdown", "-o", "/nonexistent/folder/page.md"],
    ] {
        let run = audit(arguments).expect(2);
        assert!(!run.stderr.trim().is_empty());
    }
    assert!(audit(&["--row", "E99"]).stderr.contains("E1, E2"));
}
