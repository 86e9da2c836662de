//! Running the program, and the committed data.

use common::{repository, sumformer};
use std::path::PathBuf;
use sumformer::figures::record::{Record, parse};

/// docs/figures
pub fn data_folder() -> PathBuf {
    repository("docs/figures")
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
    let run = sumformer(".").line("figures").args(arguments).envs(environment).within(600).run();
    (run.code, run.stdout, run.stderr)
}
