//! `sumformer figures`: the paper's Figures 1 and 2, trained, constructed and drawn.

mod construct;
mod data_file;
mod draw;
#[cfg(feature = "training")]
mod train;
mod train_arguments;

use super::error::{CliError, Outcome};
use clap::{Args, Subcommand};
use construct::ConstructArguments;
use draw::DrawArguments;
use train_arguments::TrainArguments;

/// `figures`
#[derive(Debug, Args)]
pub struct FiguresArguments {
    /// What is done.
    #[command(subcommand)]
    pub step: Step,
}

/// What `figures` does.
#[derive(Debug, Subcommand)]
pub enum Step {
    /// Train the networks of a figure, and add a record of every finished run to a data file; needs a build with
    /// `--features training`.
    Train(TrainArguments),
    /// Construct and prove the networks for the functions of both figures, and write what they are and do.
    Construct(ConstructArguments),
    /// Draw both figures, and write their numbers as tables.
    Draw(DrawArguments),
}

/// Runs a step.
pub fn run(arguments: &FiguresArguments, json: bool) -> Result<Outcome, CliError> {
    match &arguments.step {
        Step::Construct(arguments) => construct::run(arguments, json),
        Step::Draw(arguments) => draw::run(arguments, json),
        #[cfg(feature = "training")]
        Step::Train(arguments) => train::run(arguments, json),
        #[cfg(not(feature = "training"))]
        Step::Train(arguments) => Err(CliError::bad_input(format!(
            "this build cannot train; use one that can: \
             cargo run --release --features training -- figures train {} --data {}",
            arguments.figure,
            super::escape::shown_path(&arguments.data)
        ))),
    }
}
