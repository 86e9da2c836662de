//! Counts the lines of code of every room of the checker, so that it can say how many a verdict rests on.

use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let mut rooms: Vec<(String, usize)> = Vec::new();
    for entry in fs::read_dir(&root).expect("the package is readable") {
        let path = entry.expect("the package is readable").path();
        let name =
            path.file_stem().and_then(|name| name.to_str()).expect("rooms have plain names").to_string();
        let is_source = path.is_dir() || path.extension().is_some_and(|e| e == "rs");
        if !is_source || ["tests", "build"].contains(&name.as_str()) {
            continue;
        }
        println!("cargo:rerun-if-changed={}", path.display());
        rooms.push((name, lines(&path)));
    }
    rooms.sort();
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    let table = format!("/// Lines of code by room.\npub const LINES: &[(&str, usize)] = &{rooms:?};\n");
    fs::write(out.join("lines.rs"), table).expect("the folder is writable");
}

/// Lines that are neither blank nor comments, without unit tests.
fn lines(path: &Path) -> usize {
    if path.is_dir() {
        let entries = fs::read_dir(path).expect("the package is readable");
        return entries.map(|entry| lines(&entry.expect("the package is readable").path())).sum();
    }
    if path.iter().any(|name| name == "tests") || path.ends_with("tests.rs") {
        return 0;
    }
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
