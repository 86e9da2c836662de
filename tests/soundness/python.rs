//! The Python that the second checker runs in.

use std::path::Path;
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
        eprintln!("SKIPPED because {SKIP} is set: the second checker was not run");
        return None;
    }
    assert!(
        found,
        "the second checker needs `python3`, 3.11 or later: install it, or set {SKIP}=1 to go without this test"
    );
    let mut command = Command::new("python3");
    command
        .env("PYTHONPATH", Path::new(env!("CARGO_MANIFEST_DIR")).join("docs"))
        .env("PYTHONDONTWRITEBYTECODE", "1");
    Some(command)
}
