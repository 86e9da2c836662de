//! The pictures are those of the data.

use crate::figures::support::{data_folder, figures};
use std::fs;

const FILES: [&str; 5] =
    ["figure-1.svg", "figure-2.svg", "figure-2-lines.svg", "figure-2-floors.svg", "tables.md"];

#[test]
fn the_committed_pictures_are_drawn_from_the_committed_data() {
    let folder = tempfile::tempdir().unwrap();
    let (data, output) = (data_folder().display().to_string(), folder.path().display().to_string());
    let (code, listed, error) = figures(&["draw", "--data", &data, "-o", &output, "--json"]);
    assert_eq!(code, 0, "{error}");
    let answer: serde_json::Value = serde_json::from_str(&listed).unwrap();
    assert_eq!(answer["files"].as_array().unwrap().len(), FILES.len());
    for name in FILES {
        let drawn = fs::read_to_string(folder.path().join(name)).unwrap();
        let committed = fs::read_to_string(data_folder().join(name)).unwrap();
        assert!(drawn == committed, "{name} is not what `figures draw` makes of the data");
    }
}

#[test]
fn the_chapter_has_the_tables() {
    let chapter = fs::read_to_string(data_folder().join("../figures.md")).unwrap();
    let tables = fs::read_to_string(data_folder().join("tables.md")).unwrap();
    for table in tables.split("\n### ").filter_map(|section| section.split_once("\n\n")) {
        assert!(chapter.contains(table.1.trim()), "{} is not in docs/figures.md", table.0);
    }
}

#[test]
fn every_run_is_in_the_heat_maps() {
    let picture = fs::read_to_string(data_folder().join("figure-2.svg")).unwrap();
    // Two maps of 120 cells, their axes, scales and captions.
    assert!(picture.matches("<text").count() > 240 + 2 * (10 + 12));
    for number in ["NaN", "inf"] {
        assert!(!picture.contains(number));
    }
}
