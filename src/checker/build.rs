//! Counts the lines of code of every file of the checker, so that it can say how many a verdict rests on.

use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let mut files = Vec::new();
    count(&root, "", &mut files);
    files.sort();
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    let table = format!("/// Lines of code by file.\npub const LINES: &[(&str, usize)] = &{files:?};\n");
    fs::write(out.join("lines.rs"), table).expect("the folder is writable");
}

/// The source files of a folder and below, named as modules are, without tests.
fn count(folder: &Path, inside: &str, files: &mut Vec<(String, usize)>) {
    for entry in fs::read_dir(folder).expect("the package is readable") {
        let path = entry.expect("the package is readable").path();
        let stem = path.file_stem().and_then(|name| name.to_str()).expect("rooms have plain names");
        let name = if inside.is_empty() { stem.to_string() } else { format!("{inside}/{stem}") };
        if ["tests", "build"].contains(&stem) {
            continue;
        }
        if path.is_dir() {
            println!("cargo:rerun-if-changed={}", path.display());
            count(&path, &name, files);
        } else if path.extension().is_some_and(|e| e == "rs") {
            println!("cargo:rerun-if-changed={}", path.display());
            files.push((name, lines(&path)));
        }
    }
}

/// Lines that are neither blank nor comments, without unit tests.
fn lines(path: &Path) -> usize {
    let text = fs::read_to_string(path).expect("source is UTF-8");
    let is_code = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with("//");
    let tests = text
        .lines()
        .zip(text.lines().skip(1))
        .take_while(|(line, next)| !(*line == "#[cfg(test)]" && next.ends_with('{')));
    let before_tests = tests.count();
    let end = if before_tests + 1 == text.lines().count() { before_tests + 1 } else { before_tests };
    text.lines().take(end).filter(is_code).count()
}
