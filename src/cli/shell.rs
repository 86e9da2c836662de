//! `sumformer completions SHELL` and `sumformer man`: what a shell and `man` want to know of the command line.

use super::error::{CliError, Outcome};
use super::escape::{plain_path, shown, shown_path};
use super::files::write_file;
use super::output::{print, say};
use clap::{Args, Command};
use clap_mangen::Man;
use serde_json::json;
use std::path::PathBuf;

/// `completions`
#[derive(Debug, Args)]
pub struct CompletionsArguments {
    /// The shell.
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

/// `man`
#[derive(Debug, Args)]
pub struct ManArguments {
    /// A command, such as `prove` or `scale cost` (default: the program itself).
    pub command: Vec<String>,
    /// Write the pages of all commands into a folder.
    #[arg(short, long, value_name = "DIR", conflicts_with = "command")]
    pub output: Option<PathBuf>,
}

/// Prints the script that completes arguments in a shell.
pub fn completions(
    arguments: &CompletionsArguments,
    mut cli: Command,
    json: bool,
) -> Result<Outcome, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut cli, "sumformer", &mut script);
    answer(&String::from_utf8_lossy(&script), json)
}

/// Prints the page of a command, or writes the pages of all.
pub fn man(arguments: &ManArguments, cli: Command, json: bool) -> Result<Outcome, CliError> {
    let mut cli = cli.disable_help_subcommand(true);
    cli.build();
    let Some(folder) = &arguments.output else {
        let command = arguments.command.iter().try_fold(&cli, |command, name| {
            command.find_subcommand(name).ok_or_else(|| no_command(command, name))
        })?;
        return answer(&page(command)?, json);
    };
    std::fs::create_dir_all(folder)
        .map_err(|e| CliError::bad_input(format!("{}: {e}", shown_path(folder))))?;
    let mut written = Vec::new();
    for command in with_all_below(&cli) {
        let path = folder.join(format!("{}.1", name(command)));
        write_file(&path, page(command)?.as_bytes())?;
        written.push(path);
    }
    let text = written.iter().map(|path| shown_path(path)).collect::<Vec<_>>().join("\n");
    if json {
        say(text);
        print(json!({ "files": written.iter().map(|path| plain_path(path)).collect::<Vec<_>>() }))?;
    } else {
        print(text)?;
    }
    Ok(Outcome::Proved)
}

fn answer(text: &str, json: bool) -> Result<Outcome, CliError> {
    if json {
        print(json!({ "text": text }))?
    } else {
        print(text.trim_end())?
    }
    Ok(Outcome::Proved)
}

fn no_command(command: &Command, name: &str) -> CliError {
    let known: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
    let known = if known.is_empty() { "none".into() } else { known.join(", ") };
    CliError::bad_input(format!("`{}` is no command of `{command}`; there are {known}", shown(name)))
}

/// The command and all below it.
fn with_all_below(command: &Command) -> Vec<&Command> {
    let below = command.get_subcommands().flat_map(with_all_below);
    std::iter::once(command).chain(below).collect()
}

/// `sumformer-scale-cost`
fn name(command: &Command) -> String {
    command.get_display_name().unwrap_or(command.get_name()).to_string()
}

fn page(command: &Command) -> Result<String, CliError> {
    let mut text = Vec::new();
    Man::new(command.clone())
        .title(name(command))
        .render(&mut text)
        .map_err(|e| CliError::bad_input(e.to_string()))?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}
