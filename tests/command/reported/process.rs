//! Running the program on small inputs, never for long.

use assert_cmd::Command;
use std::ffi::OsStr;
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;

/// What a run left behind.
pub struct Run {
    /// Exit code.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Run {
    /// The run, if it ended with this code.
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        self
    }

    /// Both streams.
    pub fn all(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }
}

/// Runs the program in `folder`; more than 60 s is a failure.
pub fn run<A: AsRef<OsStr>>(folder: &Path, arguments: &[A]) -> Run {
    run_with(folder, arguments, b"")
}

/// The same with something on standard input.
pub fn run_with<A: AsRef<OsStr>>(folder: &Path, arguments: &[A], input: &[u8]) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_sumformer"))
        .current_dir(folder)
        .args(arguments)
        .write_stdin(input)
        .timeout(Duration::from_secs(60))
        .output()
        .expect("the program starts");
    let shown: Vec<_> = arguments.iter().map(AsRef::as_ref).collect();
    let code = output.status.code().unwrap_or_else(|| panic!("{shown:?}: killed, or over the time"));
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is UTF-8");
    Run { code, stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// The arguments of a line without spaces inside.
pub fn words(line: &str) -> Vec<&str> {
    line.split_whitespace().collect()
}

/// The mean of squares of two tokens: a proof of it takes a moment.
pub const SMALL: &str = "name = \"small\"\ntokens = 2\ndomain = [[\"0\", \"1\"]]\nepsilon = \"1/10\"\noutput = [\"sum(y: y[0]^2)\"]\n";

/// A folder with `small.toml` and, in `proof`, its proof.
pub fn proof() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("small.toml"), SMALL).expect("a file is written");
    run(folder.path(), &words("prove small.toml --activation relu2 -o proof")).expect(0);
    folder
}
