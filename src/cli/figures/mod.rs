//! `sumformer figures`: the paper's Figures 1 and 2, trained, constructed and drawn.

mod construct;
mod data_file;
mod draw;
#[cfg(feature = "training")]
mod train;

use super::error::{CliError, Outcome};
use clap::{Args, Subcommand};
use std::path::PathBuf;

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

/// `figures construct`
#[derive(Debug, Args)]
pub struct ConstructArguments {
    /// The data file, JSON lines; it is replaced.
    #[arg(long, value_name = "FILE")]
    pub data: PathBuf,
}

/// `figures draw`
#[derive(Debug, Args)]
pub struct DrawArguments {
    /// The folder with figure-1.jsonl, figure-2.jsonl and constructed.jsonl.
    #[arg(long, value_name = "FOLDER")]
    pub data: PathBuf,
    /// An existing folder, for figure-1.svg, figure-2.svg, figure-2-lines.svg and tables.md.
    #[arg(short, long, value_name = "FOLDER")]
    pub output: PathBuf,
}

/// `figures train`
#[derive(Debug, Args)]
pub struct TrainArguments {
    /// The figure: 1 or 2.
    #[arg(value_parser = clap::value_parser!(u8).range(1..=2))]
    pub figure: u8,
    /// The data file, JSON lines; runs that it holds are not trained again.
    #[arg(long, value_name = "FILE")]
    pub data: PathBuf,
    /// Passes over the training sequences (default: 250 in Figure 1, 200 in Figure 2).
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub epochs: Option<u32>,
    /// Training sequences.
    #[arg(long, value_name = "N", default_value_t = 2000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub sequences: u32,
    /// Sequences per step of the optimiser.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    pub batch: u32,
    /// Of all random numbers.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// Dimensions d of Figure 2, separated by commas (default: 1 to 10).
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = clap::value_parser!(u16).range(1..=16))]
    pub dimensions: Vec<u16>,
    /// Latent dimensions d' of Figure 2, separated by commas (default: 1, 2, 4, …, 2048).
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_parser = clap::value_parser!(u16).range(1..=8192))]
    pub latents: Vec<u16>,
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
