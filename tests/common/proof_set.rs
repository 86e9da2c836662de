//! Small proofs of every kind for pages, made once by the program itself.

use crate::process::run;
use std::path::Path;
use std::sync::OnceLock;
use tempfile::TempDir;

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
                run(folder.path(), line).expect(0);
            }
            folder
        })
        .path()
}

/// A page about all of them, and the program's answer with `--json`.
pub fn page_of_all() -> &'static (String, serde_json::Value) {
    static PAGE: OnceLock<(String, serde_json::Value)> = OnceLock::new();
    PAGE.get_or_init(|| {
        let run = run(proofs(), &format!("report {} -o page.html --json", FOLDERS.join(" "))).expect(0);
        let page = std::fs::read_to_string(proofs().join("page.html")).expect("the page is there");
        (page, run.json())
    })
}
