//! Running the program on a target, within a minute.

use assert_cmd::Command;
use serde_json::Value;
use std::time::Duration;
use tempfile::TempDir;

/// What `prove --json` said.
pub struct Answer {
    /// Exit code; a timeout has none.
    pub code: Option<i32>,
    /// The result, if there is one.
    pub result: Value,
    /// Standard error.
    pub stderr: String,
}

/// Proves a target and checks the proof again.
pub fn prove(source: &str, options: &[&str], seconds: u64) -> Answer {
    let folder = TempDir::new().expect("a temporary folder");
    let path = folder.path().join("target.toml");
    std::fs::write(&path, source).expect("writable");
    let out = folder.path().join("out");
    let program = || Command::cargo_bin("sumformer").expect("built");
    let run = program()
        .args(["--json", "prove"])
        .arg(&path)
        .arg("-o")
        .arg(&out)
        .args(options)
        .timeout(Duration::from_secs(seconds))
        .output()
        .expect("started");
    let stdout: Value = serde_json::from_slice(&run.stdout).unwrap_or(Value::Null);
    if run.status.code() == Some(0) {
        program().arg("check").arg(&out).timeout(Duration::from_secs(seconds)).assert().success();
    }
    Answer {
        code: run.status.code(),
        result: stdout["results"][0].clone(),
        stderr: String::from_utf8_lossy(&run.stderr).into_owned(),
    }
}
