//! Small proofs of every kind for pages, made once by the program itself.

use assert_cmd::Command;
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;
use tempfile::TempDir;

/// What a run left behind: exit code, standard output, standard error.
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

/// Runs the program in `directory` on a line of arguments without spaces inside.
pub fn run(directory: &Path, line: &str) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_sumformer"))
        .current_dir(directory)
        .args(line.split_whitespace())
        .timeout(Duration::from_secs(60))
        .output()
        .expect("the program starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is UTF-8");
    let code = output.status.code().unwrap_or_else(|| panic!("{line}: killed or over 60 s"));
    Run { code, stdout: text(output.stdout), stderr: text(output.stderr) }
}

const TARGETS: [(&str, &str); 6] = [
    (
        "square",
        "tokens = 2\ndomain = [[\"0\", \"1\"]]\nepsilon = \"1/10\"\noutput = [\"sum(y != x: y[0])^2\"]\n",
    ),
    (
        "covariance",
        "tokens = 3\ndomain = [[\"0\", \"1\"], [\"-1/2\", \"0.5\"]]\nepsilon = \"1/100\"\n\
         output = [\"mean(y: y[0]*y[1]) - mean(y: y[0])*mean(y: y[1])\", \"x[0] - 1/3\"]\n",
    ),
    (
        "any-mean",
        "tokens = \"any\"\ndomain = [[\"0\", \"1\"]]\nepsilon = \"1/20\"\noutput = [\"mean(y: y[0]^2) - x[0]\"]\n",
    ),
    ("parabola", "tokens = 1\ndomain = [[\"-1\", \"1\"]]\nepsilon = \"1/10\"\noutput = [\"x[0]^2\"]\n"),
    (
        "root",
        "tokens = \"any\"\ndomain = [[\"0\", \"1\"]]\nepsilon = \"1/10\"\noutput = [\"sqrt(mean(y: y[0]^2) + 1/4)\"]\n",
    ),
    (
        "growth",
        "tokens = 2\ndomain = [[\"0\", \"1\"]]\nepsilon = \"1/10\"\noutput = [\"exp(x[0] * mean(y: y[0]))\"]\n",
    ),
];

/// The folders of [`proofs`], one for each kind.
pub const FOLDERS: [&str; 7] = ["all", "exact", "any", "line", "atoms", "boxes", "cells"];

/// Proofs for one and three architectures, for every length, of one variable, with atoms, boxes and cells.
pub fn proofs() -> &'static Path {
    static PROOFS: OnceLock<TempDir> = OnceLock::new();
    PROOFS
        .get_or_init(|| {
            let folder = tempfile::tempdir().expect("a temporary folder");
            for (name, text) in TARGETS {
                let file = folder.path().join(format!("{name}.toml"));
                std::fs::write(file, format!("name = \"{name}\"\n{text}")).expect("a file is written");
            }
            for line in [
                "prove square.toml -o all --architecture all",
                "prove covariance.toml -o exact --activation relu2 --architecture performer",
                "prove any-mean.toml -o any",
                "prove parabola.toml -o line",
                "prove root.toml -o atoms",
                "prove growth.toml -o boxes --route bernstein",
                "prove square.toml -o cells --construction discontinuous --epsilon 1/4",
            ] {
                let run = run(folder.path(), line);
                assert_eq!(run.code, 0, "{line}: {}{}", run.stdout, run.stderr);
            }
            folder
        })
        .path()
}

/// A page about all of them, and the program's answer with `--json`.
pub fn page_of_all() -> &'static (String, serde_json::Value) {
    static PAGE: OnceLock<(String, serde_json::Value)> = OnceLock::new();
    PAGE.get_or_init(|| {
        let run = run(proofs(), &format!("report {} -o page.html --json", FOLDERS.join(" ")));
        assert_eq!(run.code, 0, "{}", run.stderr);
        let page = std::fs::read_to_string(proofs().join("page.html")).expect("the page is there");
        (page, serde_json::from_str(&run.stdout).expect("one JSON object"))
    })
}
