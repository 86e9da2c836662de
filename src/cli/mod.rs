//! The command line: arguments, exit codes, human and JSON output.

mod against;
mod arguments;
mod audit;
mod check;
mod deploy;
mod diagnostics;
mod error;
mod escape;
mod eval;
mod explain;
mod export;
mod failure;
mod figures;
mod files;
mod floors;
mod gallery;
mod latent;
mod limits;
mod merge;
mod output;
mod plot;
mod progress;
mod proof;
mod prove;
mod report;
mod scale;
mod shell;
mod staircase;
mod table;
mod target;
mod values;
mod verified;
mod verify;
mod zoo;

pub use arguments::Cli;

use arguments::Command;
use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches, Parser};
use error::{CliError, Outcome};
use std::process::ExitCode;

/// Parses the arguments, runs the command, reports, and decides the exit code.
///
/// 0 proved or valid; 1 refuted or invalid; 2 usage, bad input, I/O; 3 incomplete or unsupported.
pub fn run() -> ExitCode {
    let parsed = Cli::command().try_get_matches().and_then(|matches| {
        let cli = Cli::from_arg_matches(&matches)?;
        Ok((cli, matches))
    });
    let (cli, matches) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => return report_usage(error),
    };
    let result = start_threads(cli.threads).and_then(|()| match &cli.command {
        Command::Prove(arguments) => matches
            .subcommand_matches("prove")
            .map_or(Ok(()), |given| prove::refuse_idle(arguments, given))
            .and_then(|()| prove::run(arguments, cli.json)),
        Command::Check(arguments) => check::run(arguments, cli.json),
        Command::Merge(arguments) => merge::run(arguments, cli.json),
        Command::Eval(arguments) => eval::run(arguments, cli.json),
        Command::Export(arguments) => export::run(arguments, cli.json),
        Command::Explain(arguments) => explain::run(arguments, cli.json),
        Command::Deploy(arguments) => deploy::run(arguments, cli.json),
        Command::Verify(arguments) => verify::run(arguments, cli.json),
        Command::Latent(arguments) => latent::run(arguments, cli.json),
        Command::Report(arguments) => report::run(arguments, cli.json),
        Command::Scale(arguments) => scale::run(arguments, cli.json),
        Command::Audit(arguments) => audit::run(arguments, cli.json),
        Command::Figures(arguments) => figures::run(arguments, cli.json),
        Command::Zoo(arguments) => zoo::run(arguments, cli.json),
        Command::Completions(arguments) => shell::completions(arguments, Cli::command(), cli.json),
        Command::Man(arguments) => shell::man(arguments, Cli::command(), cli.json),
    });
    match result {
        Ok(outcome) => ExitCode::from(outcome.code()),
        Err(error) => {
            output::say(&error);
            if cli.json {
                // The exit code says it even if nobody reads the object.
                let _ = output::print(serde_json::json!({ "error": error.to_json() }));
            }
            ExitCode::from(error.outcome().code())
        }
    }
}

fn report_usage(error: clap::Error) -> ExitCode {
    // What was typed is quoted in the message; as it may be shown, it fails in the same way.
    let arguments = std::env::args_os().map(|argument| escape::shown_path(argument.as_ref()));
    let error = Cli::try_parse_from(arguments).err().unwrap_or(error);
    // A closed pipe is no reason to fail differently.
    let _ = error.print();
    let informational = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    if !informational && std::env::args().any(|argument| argument == "--json") {
        let message = error.render().to_string();
        let error = CliError::bad_input(message.trim_end());
        let _ = output::print(serde_json::json!({ "error": error.to_json() }));
    }
    ExitCode::from(if informational { Outcome::Proved.code() } else { Outcome::BadInput.code() })
}

fn start_threads(threads: Option<u16>) -> Result<(), CliError> {
    if let Some(threads) = threads {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads.into())
            .build_global()
            .map_err(|e| CliError::bad_input(format!("--threads {threads}: {e}")))?;
    }
    Ok(())
}
