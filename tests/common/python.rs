//! The Python that the second checker and the documentation's commands run in.

use std::process::Command;

/// Set to skip what needs a Python.
const SKIP: &str = "SUMFORMER_WITHOUT_PYTHON";

/// A command that runs Python with the modules of `docs/`. A missing Python fails the test, unless `SUMFORMER_WITHOUT_PYTHON`
/// is set: then there is none, and the test has nothing to do.
pub fn python() -> Option<Command> {
    // `tomllib` came with 3.11.
    let found =
        Command::new("python3").args(["-c", "import tomllib"]).output().is_ok_and(|o| o.status.success());
    if std::env::var_os(SKIP).is_some() {
        eprintln!("SKIPPED because {SKIP} is set: nothing was run in Python");
        return None;
    }
    assert!(found, "this test needs `python3`, 3.11 or later: install it, or set {SKIP}=1 to go without it");
    let mut command = Command::new("python3");
    command.env("PYTHONPATH", crate::repository("docs")).env("PYTHONDONTWRITEBYTECODE", "1");
    Some(command)
}
