//! The `sumformer` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    sumformer::cli::run()
}
