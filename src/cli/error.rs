//! What a command ends with.

use super::diagnostics::drawn;
use crate::reading::Diagnostics;

/// The documented exit codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Proved or valid, or simply done.
    Proved,
    /// Refuted or invalid.
    Refuted,
    /// Usage, bad input, I/O.
    BadInput,
    /// Incomplete or unsupported.
    Incomplete,
}

impl Outcome {
    /// The process's exit code.
    pub fn code(self) -> u8 {
        match self {
            Outcome::Proved => 0,
            Outcome::Refuted => 1,
            Outcome::BadInput => 2,
            Outcome::Incomplete => 3,
        }
    }

    /// Of several results the worst counts: 1 before 3 before 0.
    pub fn worst(outcomes: impl IntoIterator<Item = Self>) -> Self {
        let rank = |o: &Self| match o {
            Outcome::BadInput => 3,
            Outcome::Refuted => 2,
            Outcome::Incomplete => 1,
            Outcome::Proved => 0,
        };
        outcomes.into_iter().max_by_key(rank).unwrap_or(Outcome::Proved)
    }
}

/// Why a command ended without a result.
#[derive(Debug)]
pub enum CliError {
    /// A message and the exit code it leads to.
    Message {
        /// What went wrong and the way out.
        message: String,
        /// Exit code.
        outcome: Outcome,
    },
    /// Problems located in a target file.
    Located {
        /// The problems.
        diagnostics: Box<Diagnostics>,
        /// Exit code.
        outcome: Outcome,
    },
    /// No way leads to what was asked for.
    NoWay {
        /// Why not the first.
        error: Box<CliError>,
        /// All that were looked at, for people.
        text: String,
        /// The same for programs.
        ways: serde_json::Value,
    },
}

impl CliError {
    /// Exit code 2.
    pub fn bad_input(message: impl Into<String>) -> Self {
        CliError::Message { message: message.into(), outcome: Outcome::BadInput }
    }

    /// Exit code 3.
    pub fn incomplete(message: impl Into<String>) -> Self {
        CliError::Message { message: message.into(), outcome: Outcome::Incomplete }
    }

    /// The same error in a part of the input: `sequence 3: …`.
    pub fn within(self, place: &str) -> Self {
        match self {
            CliError::Message { message, outcome } => {
                CliError::Message { message: format!("{place}: {message}"), outcome }
            }
            located => located,
        }
    }

    /// What went wrong, in one line.
    pub fn message(&self) -> &str {
        match self {
            CliError::Message { message, .. } => message,
            CliError::Located { diagnostics, .. } => &diagnostics.list()[0].message,
            CliError::NoWay { error, .. } => error.message(),
        }
    }

    /// The exit code.
    pub fn outcome(&self) -> Outcome {
        match self {
            CliError::Message { outcome, .. } | CliError::Located { outcome, .. } => *outcome,
            CliError::NoWay { error, .. } => error.outcome(),
        }
    }

    /// The object under `error`.
    pub fn to_json(&self) -> serde_json::Value {
        let code = self.outcome().code();
        match self {
            CliError::Message { message, .. } => serde_json::json!({ "message": message, "exit_code": code }),
            CliError::Located { diagnostics, .. } => {
                let problems: Vec<_> = diagnostics
                    .list()
                    .iter()
                    .map(|problem| {
                        let at = diagnostics.location(problem);
                        serde_json::json!({
                            "message": problem.message,
                            "label": problem.label,
                            "help": problem.help,
                            "line": at.line,
                            "column": at.column,
                            "span": [problem.span.start, problem.span.end],
                        })
                    })
                    .collect();
                serde_json::json!({
                    "message": diagnostics.list()[0].message,
                    "file": diagnostics.file(),
                    "problems": problems,
                    "exit_code": code,
                })
            }
            CliError::NoWay { error, ways, .. } => {
                let mut json = error.to_json();
                json["ways"] = ways.clone();
                json
            }
        }
    }
}

impl std::fmt::Display for CliError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            CliError::Message { message, .. } => write!(f, "error: {message}"),
            CliError::Located { diagnostics, .. } => write!(f, "{}", drawn(diagnostics)),
            CliError::NoWay { error, text, .. } => write!(f, "{}\n{text}", error.to_string().trim_end()),
        }
    }
}

impl From<Diagnostics> for CliError {
    fn from(diagnostics: Diagnostics) -> Self {
        CliError::Located { diagnostics: Box::new(diagnostics), outcome: Outcome::BadInput }
    }
}
