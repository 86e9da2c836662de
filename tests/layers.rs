//! Imports run one way: down the pipeline, and never from the checker to the rest.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Modules of `src/` in the order in which each may import only those before it.
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

#[test]
fn imports_run_down_the_pipeline() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let rank: BTreeMap<&str, usize> = ORDER
        .iter()
        .enumerate()
        .flat_map(|(rank, names)| names.iter().map(move |name| (*name, rank)))
        .collect();
    let mut checked = 0;
    for (module, own_rank) in &rank {
        let folder = src.join(module);
        if !folder.is_dir() {
            continue;
        }
        let mut files = Vec::new();
        rust_files(&folder, &mut files);
        for file in files {
            let text = std::fs::read_to_string(&file).expect("source is UTF-8");
            for (start, _) in text.match_indices("crate::") {
                // `sumformer_checker::` and the like end in the same letters.
                if text[..start].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
                    continue;
                }
                let name: String =
                    text[start + 7..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                let Some(imported) = rank.get(name.as_str()) else { continue };
                checked += 1;
                assert!(imported <= own_rank, "{} imports `{name}`, which comes later", file.display());
            }
        }
    }
    assert!(checked > 20, "only {checked} imports were seen: the test looks in the wrong place");
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
