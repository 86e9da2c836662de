//! Writing to the standard streams; a closed pipe (`| head`) ends the output quietly.

use super::error::CliError;
use super::escape::printable;
use std::io::{ErrorKind, Write};

/// A line on standard output; what cannot be written (a full disk) is an error.
pub fn print(text: impl std::fmt::Display) -> Result<(), CliError> {
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{}", printable(&text.to_string())).and_then(|()| out.flush()) {
        Err(e) if e.kind() != ErrorKind::BrokenPipe => {
            Err(CliError::bad_input(format!("standard output: {e}")))
        }
        _ => Ok(()),
    }
}

/// A line on standard error, for people: if nobody can read it, nothing is lost that the exit code does not say.
pub fn say(text: impl std::fmt::Display) {
    let _ = writeln!(std::io::stderr().lock(), "{}", printable(&text.to_string()));
}
