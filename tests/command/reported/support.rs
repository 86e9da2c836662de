//! Proofs of small targets.

use common::{Run, run, sumformer};
use serde_json::Value;
use tempfile::TempDir;

/// The mean of squares of two tokens: a proof of it takes a moment.
pub const SMALL: &str = "name = \"small\"\ntokens = 2\ndomain = [[\"0\", \"1\"]]\nepsilon = \"1/10\"\noutput = [\"sum(y: y[0]^2)\"]\n";

/// A folder with `small.toml` and, in `proof`, its proof.
pub fn proof() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("small.toml"), SMALL).expect("a file is written");
    run(&folder, "prove small.toml --activation relu2 -o proof").expect(0);
    folder
}

/// What `prove --json` said.
pub struct Answer {
    /// The run.
    pub run: Run,
    /// The result, if there is one.
    pub result: Value,
}

/// Proves a target within so many seconds, and checks the proof again.
#[track_caller]
pub fn prove(source: &str, options: &str, seconds: u64) -> Answer {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("t.toml"), source).expect("a file is written");
    let line = format!("--json prove t.toml -o out {options}");
    let run = sumformer(&folder).line(&line).within(seconds).run();
    if run.code == 0 {
        sumformer(&folder).line("check out").within(seconds).run().expect(0);
    }
    let result = run.json()["results"][0].clone();
    Answer { run, result }
}
