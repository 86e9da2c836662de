//! Imports run one way: down the pipeline, down the rooms of the checker, and never from the checker to the rest.

mod documents;
mod source;

use source::{Sources, paths, rust_files};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Modules of `src/` in the order in which each may import only those before it.
///
/// `sumformer::latent` weighs forms by the lowering's planned cost, so `lowering::{plan, budget}` count as one layer
/// with it.
const CONSTRUCTOR: [&[&str]; 22] = [
    &["reading"],
    &["parallel", "words"],
    &["numeric"],
    &["export"],
    &["targets"],
    &["algebra"],
    &["codes"],
    &["network"],
    &["eval"],
    &["sumformer", "lowering"],
    &["discontinuous"],
    &["approximation"],
    &["planning"],
    &["certify"],
    &["folder", "recipe", "floors"],
    &["strategies"],
    &["prelude"],
    &["zoo"],
    &["report"],
    &["audit", "scale", "figures"],
    &["cli"],
    &["main"],
];

/// Rooms of the checker in the order in which each may import only those before it: nothing below `check` needs a witness.
const CHECKER: [&[&str]; 11] = [
    &["sizes", "work", "refusal", "parts", "limits"],
    &["arith", "subdivision"],
    &["language"],
    &["format"],
    &["normal_form", "enclosure", "attention"],
    &["surrogate", "floor"],
    &["polynomial_route"],
    &["boxes", "cells", "floats"],
    &["given"],
    &["witness"],
    &["check"],
];

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Every module of the crate stands in the order, the order names no other, and each imports only what stands before it.
fn require_order(sources: &Sources, order: &[&[&str]], together: &[&str]) {
    let rank: BTreeMap<&str, usize> = order
        .iter()
        .enumerate()
        .flat_map(|(rank, names)| names.iter().map(move |name| (*name, rank)))
        .collect();
    for room in rank.keys() {
        let exists = sources.files.keys().any(|module| module.first().is_some_and(|first| first == room));
        assert!(exists, "there is no `{room}`");
    }
    let mut checked = 0;
    for (module, named) in &sources.arrows {
        // The root declares the rooms.
        let Some(room) = module.first() else { continue };
        let own = rank.get(room.as_str()).unwrap_or_else(|| panic!("`{room}` has no place in the order"));
        for other in named.iter().filter_map(|other| other.first()).filter(|other| *other != room) {
            checked += 1;
            let both = together.contains(&room.as_str()) && together.contains(&other.as_str());
            assert!(both || rank[other.as_str()] < *own, "{} imports `{other}`", module.join("::"));
        }
    }
    assert!(checked > 20, "only {checked} imports were seen: the test looks in the wrong place");
}

#[test]
fn imports_run_down_the_pipeline() {
    require_order(&Sources::read(&src(), &["checker", "python"]), &CONSTRUCTOR, &["sumformer", "lowering"]);
}

#[test]
fn no_files_of_the_command_import_each_other_in_a_circle() {
    let command = Sources::read(&src(), &["checker", "python"]).room("cli");
    assert!(command.arrows.values().map(|named| named.len()).sum::<usize>() > 200, "the command has imports");
    if let Some(circle) = command.circle() {
        panic!("files of the command import each other in a circle: {circle:?}");
    }
}

#[test]
fn imports_run_down_the_rooms_of_the_checker() {
    let sources = Sources::read(&src().join("checker"), &["build"]);
    require_order(&sources, &CHECKER, &[]);
    if let Some(circle) = sources.circle() {
        panic!("files of the checker import each other in a circle: {circle:?}");
    }
}

#[test]
fn all_paths_of_a_file_are_seen() {
    let text = r##"
        use crate::a::{self, b::{c, D as E}, f::*};
        pub use super::g::H; // use crate::comment::I;
        const S: (&str, &str, char) = ("use \" crate::text::T", r#"crate::text::"T"#, '"');
        pub(in crate::seen) fn f(x: crate::j::K) -> super::super::L { m::n(self::o::P) }
        #[cfg(test)]
        mod later;
#[cfg(test)]
mod tests {
    use crate::q;
}"##;
    let written: Vec<String> = paths(text).iter().map(|path| path.join("::")).collect();
    let expected = [
        "crate::a",
        "crate::a::b::c",
        "crate::a::b::D",
        "crate::a::f",
        "super::g::H",
        "crate::j::K",
        "super::super::L",
        "m::n",
        "self::o::P",
    ];
    assert_eq!(written, expected);
}

#[test]
fn the_checker_does_not_know_the_constructor() {
    let checker = src().join("checker");
    let manifest = std::fs::read_to_string(checker.join("Cargo.toml")).expect("the manifest is readable");
    assert!(
        !manifest.lines().any(|line| line.starts_with("sumformer")),
        "the checker depends on the constructor"
    );
    let files = rust_files(&checker);
    assert!(files.len() > 20);
    for file in files.iter().filter(|f| !f.components().any(|c| c.as_os_str() == "tests")) {
        // The checker has a module of that name itself.
        let text = std::fs::read_to_string(file).expect("source is UTF-8").replace("crate::sumformer::", "");
        assert!(!text.contains("sumformer::"), "{} names the constructor", file.display());
    }
}

/// Names of files may hold line breaks and escape sequences: `escape.rs` is the only place that turns paths into text.
#[test]
fn paths_are_escaped_where_they_are_printed() {
    let cli = src().join("cli");
    let (escape, others): (Vec<_>, Vec<_>) =
        rust_files(&cli).into_iter().partition(|file| file.ends_with("escape.rs"));
    let prints = |file: &PathBuf| {
        let text = std::fs::read_to_string(file).expect("source is UTF-8");
        [".display()", "to_string_lossy()"].iter().any(|way| text.contains(way))
    };
    assert!(escape.iter().all(prints), "the test looks for the wrong words");
    for file in &others {
        assert!(!prints(file), "{} turns a path into text by itself", file.display());
    }
}
