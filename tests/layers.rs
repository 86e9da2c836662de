//! Imports run one way: down the pipeline, and never from the checker to the rest.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Rooms of `src/` in the order in which each may import only itself and those before it.
///
/// `sumformer::latent` weighs forms by the lowering's planned cost, so `lowering::{plan, budget}` count as one layer
/// with it.
const ORDER: [&[&str]; 13] = [
    &["parallel"],
    &["numeric"],
    &["algebra"],
    &["codes"],
    &["network"],
    &["eval"],
    &["sumformer", "lowering"],
    &["discontinuous"],
    &["approximation"],
    &["planning"],
    &["certify"],
    &["report"],
    &["audit", "scale", "figures", "cli"],
];

/// Rooms of the checker, likewise: no two of them import each other.
const CHECKER: [&[&str]; 15] = [
    &["sizes"],
    &["refusal"],
    &["work"],
    &["arith"],
    &["language"],
    &["format"],
    &["enclosure"],
    &["normal_form"],
    &["attention"],
    &["witness"],
    &["surrogate"],
    &["cells"],
    &["polynomial_route"],
    &["boxes"],
    &["check"],
];

/// What stands in `src/` beside its rooms, and in that of the checker.
const BESIDE: [&str; 6] = ["lib.rs", "main.rs", "checker", "Cargo.toml", "tests", "benches"];

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the folder is readable") {
        let path = entry.expect("the entry is readable").path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// The rooms in a folder, each with its files: `name.rs`, or all in `name/`.
fn rooms(source: &Path) -> BTreeMap<String, Vec<PathBuf>> {
    let mut rooms = BTreeMap::<String, Vec<PathBuf>>::new();
    for entry in std::fs::read_dir(source).expect("the folder is readable") {
        let path = entry.expect("the entry is readable").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name");
        if BESIDE.contains(&name) {
            continue;
        }
        let files = rooms.entry(name.trim_end_matches(".rs").to_string()).or_default();
        if path.is_dir() {
            rust_files(&path, files);
        } else {
            files.push(path);
        }
    }
    rooms
}

/// The rooms that a file names in paths that begin with `crate`; unit tests may look anywhere.
fn imports(file: &Path) -> Vec<String> {
    let is_test =
        |part: std::path::Component| ["tests", "tests.rs"].iter().any(|name| part.as_os_str() == *name);
    if file.components().any(is_test) {
        return Vec::new();
    }
    let text = std::fs::read_to_string(file).expect("source is UTF-8");
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let code: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let code = code.join("\n");
    let ends_a_name = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices("crate::")
        // `sumformer_crate::` and the like end in the same letters.
        .filter(|(start, _)| !code[..*start].ends_with(ends_a_name))
        .flat_map(|(start, _)| {
            let path = &code[start + "crate::".len()..];
            // Several rooms at once, or one.
            let names = path.strip_prefix('{').and_then(|list| list.split('}').next());
            let names = names.map_or(vec![path], |list| list.split(',').map(str::trim).collect());
            names.into_iter().map(|name| name.chars().take_while(|&c| ends_a_name(c)).collect())
        })
        .collect()
}

/// How many imports there are; all rooms are known, and none imports one that comes later.
fn checked(source: &str, order: &[&[&str]]) -> usize {
    let rooms = rooms(&Path::new(env!("CARGO_MANIFEST_DIR")).join(source));
    let rank: BTreeMap<&str, usize> = order
        .iter()
        .enumerate()
        .flat_map(|(rank, names)| names.iter().map(move |&name| (name, rank)))
        .collect();
    for name in rank.keys() {
        assert!(rooms.contains_key(*name), "there is no room `{name}` in {source}");
    }
    let mut checked = 0;
    for (room, files) in &rooms {
        let own =
            *rank.get(room.as_str()).unwrap_or_else(|| panic!("{source}/{room} has no place in the order"));
        for file in files {
            for name in imports(file) {
                let imported = rank.get(name.as_str()).unwrap_or_else(|| {
                    panic!("{} imports `crate::{name}`, which is no room", file.display())
                });
                assert!(*imported <= own, "{} imports `{name}`, which comes later", file.display());
                checked += 1;
            }
        }
    }
    checked
}

#[test]
fn imports_run_down_the_pipeline() {
    assert!(checked("src", &ORDER) > 500, "the test looks in the wrong place");
}

#[test]
fn rooms_of_the_checker_stand_on_each_other() {
    assert!(checked("src/checker", &CHECKER) > 300, "the test looks in the wrong place");
}

#[test]
fn the_checker_does_not_know_the_constructor() {
    let checker = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/checker");
    let manifest = std::fs::read_to_string(checker.join("Cargo.toml")).expect("the manifest is readable");
    assert!(
        !manifest.lines().any(|line| line.starts_with("sumformer")),
        "the checker depends on the constructor"
    );
    let mut files = Vec::new();
    rust_files(&checker, &mut files);
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
    let cli = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cli");
    let mut files = Vec::new();
    rust_files(&cli, &mut files);
    let (escape, others): (Vec<_>, Vec<_>) = files.into_iter().partition(|file| file.ends_with("escape.rs"));
    let prints = |file: &PathBuf| {
        let text = std::fs::read_to_string(file).expect("source is UTF-8");
        [".display()", "to_string_lossy()"].iter().any(|way| text.contains(way))
    };
    assert!(escape.iter().all(prints), "the test looks for the wrong words");
    for file in &others {
        assert!(!prints(file), "{} turns a path into text by itself", file.display());
    }
}
