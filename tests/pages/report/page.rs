//! The page as a file: complete in itself, the same every time.

use common::proof_set::{FOLDERS, page_of_all, proofs};
use common::run;
use std::collections::BTreeSet;

/// The values of an attribute, in order.
fn attribute<'a>(page: &'a str, name: &str) -> Vec<&'a str> {
    let start = format!(" {name}=\"");
    page.match_indices(&start)
        .map(|(at, found)| {
            let rest = &page[at + found.len()..];
            &rest[..rest.find('"').expect("the value ends")]
        })
        .collect()
}

#[test]
fn nothing_is_loaded() {
    let (page, _) = page_of_all();
    assert!(!page.contains("<script") && !page.contains("<link") && !page.contains("<iframe"));
    assert!(!page.contains("@import") && !page.contains("url("), "the style loads something");
    for source in attribute(page, "src") {
        assert!(source.starts_with("data:image/png;base64,"), "{source:.60}");
    }
    let mut pictures = 0;
    for address in attribute(page, "href") {
        pictures += usize::from(address.starts_with("data:image/png;base64,"));
        let fine = address.starts_with('#') || address.starts_with("data:image/png;base64,");
        assert!(fine || address == "https://arxiv.org/abs/2307.02301", "{address:.60}");
    }
    // Two rasters for each plane, none for the line.
    assert_eq!(pictures, 2 * 8);
    assert!(page.contains("default-src 'none'"));
}

#[test]
fn anchors_resolve_and_names_are_unique() {
    let (page, _) = page_of_all();
    let ids = attribute(page, "id");
    let unique: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(unique.len(), ids.len());
    for address in attribute(page, "href").into_iter().filter_map(|a| a.strip_prefix('#')) {
        assert!(unique.contains(address), "#{address}");
    }
    for names in attribute(page, "aria-labelledby") {
        assert!(names.split(' ').all(|name| unique.contains(name)), "{names}");
    }
}

#[test]
fn every_proof_has_its_sections() {
    let (page, answer) = page_of_all();
    let results = answer["results"].as_array().unwrap();
    assert_eq!(results.len(), FOLDERS.len() + 2, "three architectures in one folder");
    let articles: Vec<&str> = page.split("<article").skip(1).collect();
    assert_eq!(articles.len(), results.len());
    for (article, result) in articles.iter().zip(results) {
        let at = result["path"].as_str().unwrap();
        assert!(article.contains(at), "{at}");
        for section in [
            "Target",
            "Bound and witness",
            "Chain of errors",
            "Error on a slice",
            "Residual stream",
            "Weights",
        ] {
            assert!(article.contains(&format!("<h3>{section}")), "{at}: no {section}");
        }
        let has = |section: &str| article.contains(&format!("<h3>{section}</h3>"));
        assert_eq!(has("Boxes"), at == "boxes", "{at}");
        assert_eq!(has("Cells and table"), at == "cells", "{at}");
        assert_eq!(has("Sums over tokens"), at != "cells", "{at}");
        assert_eq!(has("Functions of one variable (atoms)"), at == "atoms", "{at}");
        assert_eq!(article.contains("<polyline"), at == "line", "{at}");
    }
}

#[test]
fn the_same_proofs_give_the_same_bytes() {
    let (page, answer) = page_of_all();
    for threads in ["--threads 1", "--threads 2"] {
        let line = format!("report {} -o again.html --json {threads}", FOLDERS.join(" "));
        let again = run(proofs(), &line);
        assert_eq!(again.code, 0, "{}", again.stderr);
        let text = std::fs::read_to_string(proofs().join("again.html")).unwrap();
        assert!(text == *page, "{threads}: another page");
        let mut json: serde_json::Value = serde_json::from_str(&again.stdout).unwrap();
        json["file"] = answer["file"].clone();
        assert_eq!(json, *answer, "{threads}");
    }
    let timed = run(proofs(), "report line -o timed.html --timings --title T --json");
    let json: serde_json::Value = serde_json::from_str(&timed.stdout).unwrap();
    assert!(json["results"][0]["seconds"].is_number() && answer["results"][0].get("seconds").is_none());
    assert!(std::fs::read_to_string(proofs().join("timed.html")).unwrap().contains("<title>T</title>"));
}
