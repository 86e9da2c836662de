//! Running the program, and the committed data.

use assert_cmd::Command;
use std::path::{Path, PathBuf};
use sumformer::figures::record::{Record, parse};

/// docs/figures
pub fn data_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/figures")
}

/// A committed data file.
pub fn committed<R: Record>(name: &str) -> Vec<R> {
    let text = std::fs::read_to_string(data_folder().join(name)).expect("a data file");
    parse(&text, None).expect("records")
}

/// `sumformer figures …`: exit code, standard output and standard error.
pub fn figures(arguments: &[&str]) -> (i32, String, String) {
    figures_in(&[], arguments)
}

/// The same with variables in the environment.
pub fn figures_in(environment: &[(&str, &str)], arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::cargo_bin("sumformer").expect("the program");
    let output = command.arg("figures").args(arguments).envs(environment.iter().copied()).output();
    let output = output.expect("it runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().expect("an exit code"), text(&output.stdout), text(&output.stderr))
}
