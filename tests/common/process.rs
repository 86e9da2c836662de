//! Running the program as a user does, with a limit on its time.

use serde_json::Value;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What takes longer hangs: far more than any run needs on a busy machine, unless it says so.
const PATIENCE: Duration = Duration::from_secs(60);

/// A run to come.
pub struct Program {
    command: assert_cmd::Command,
    patience: Duration,
    shown: String,
}

/// What a run left behind.
pub struct Run {
    /// Exit code.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

/// Where the program is, for tests that start it by hand.
pub fn program() -> PathBuf {
    assert_cmd::cargo::cargo_bin("sumformer")
}

/// The program in `folder`.
pub fn sumformer(folder: impl AsRef<Path>) -> Program {
    let mut command = assert_cmd::Command::new(program());
    command.current_dir(folder);
    Program { command, patience: PATIENCE, shown: "sumformer".into() }
}

/// Runs the program in `folder` on a line of arguments without spaces inside.
#[track_caller]
pub fn run(folder: impl AsRef<Path>, line: &str) -> Run {
    sumformer(folder).line(line).run()
}

impl Program {
    /// Further arguments, as they are.
    pub fn args<A: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        for argument in arguments {
            self.shown.push_str(&format!(" {:?}", argument.as_ref()));
            self.command.arg(argument);
        }
        self
    }

    /// Further arguments without spaces inside.
    pub fn line(self, line: &str) -> Self {
        self.args(line.split_whitespace())
    }

    /// Something on standard input.
    pub fn input(mut self, input: impl Into<Vec<u8>>) -> Self {
        self.command.write_stdin(input);
        self
    }

    /// Variables in the environment.
    pub fn envs(mut self, variables: &[(&str, &str)]) -> Self {
        self.command.envs(variables.iter().copied());
        self
    }

    /// So many seconds instead of a minute.
    pub fn within(mut self, seconds: u64) -> Self {
        self.patience = Duration::from_secs(seconds);
        self
    }

    /// Runs it; a signal, or more than the time, is a failure.
    #[track_caller]
    pub fn run(mut self) -> Run {
        let output = self.command.timeout(self.patience).output().expect("the program starts");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is UTF-8");
        let (stdout, stderr) = (text(output.stdout), text(output.stderr));
        let Some(code) = output.status.code() else {
            panic!("{}: killed, or over {:?}\n{stdout}\n{stderr}", self.shown, self.patience)
        };
        Run { code, stdout, stderr }
    }
}

impl Run {
    /// The run, if it ended with this code.
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        self
    }

    /// Standard output as one JSON value.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|e| panic!("standard output is not JSON ({e}): {}\n{}", self.stdout, self.stderr))
    }

    /// Both streams.
    pub fn all(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }
}
