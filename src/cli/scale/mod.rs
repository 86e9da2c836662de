//! `sumformer scale`: one file per sweep.

mod discontinuous;
mod latent;
mod network;
mod plot;

use super::error::{CliError, Outcome};
use super::output::{print, say};
use super::table::{aligned, csv};
use clap::{Args, Subcommand};
use serde_json::Value;

/// `scale`
#[derive(Debug, Args)]
pub struct ScaleArguments {
    /// Comma-separated values instead of an aligned table.
    #[arg(long, global = true)]
    pub csv: bool,
    /// What is tabulated.
    #[command(subcommand)]
    pub sweep: Sweep,
}

/// What `scale` tabulates.
#[derive(Debug, Subcommand)]
pub enum Sweep {
    /// d' against n and d: closed forms beside an actual enumeration.
    Latent(latent::LatentArguments),
    /// The network of each target against its length, epsilon and activation.
    Network(network::NetworkArguments),
    /// The piecewise constant network against n, d, Δ, code and layout: closed forms, nothing is built.
    #[command(after_help = discontinuous::HELP)]
    Discontinuous(discontinuous::DiscontinuousArguments),
}

/// Rows in every form of output.
struct Table {
    header: &'static [&'static str],
    cells: Vec<Vec<String>>,
    json: Value,
    outcome: Outcome,
}

/// Computes and prints a table.
pub fn run(arguments: &ScaleArguments, json: bool) -> Result<Outcome, CliError> {
    if arguments.csv && json {
        return Err(CliError::bad_input("--csv and --json exclude each other"));
    }
    let table = match &arguments.sweep {
        Sweep::Latent(arguments) => latent::table(arguments),
        Sweep::Discontinuous(sweep) => discontinuous::table(sweep)?,
        Sweep::Network(sweep) => network::table(sweep, arguments.csv)?,
    };
    if json {
        say(aligned(table.header, &table.cells));
        print(&table.json)?;
    } else if arguments.csv {
        print(csv(table.header, &table.cells).trim_end())?;
    } else {
        print(aligned(table.header, &table.cells))?;
    }
    Ok(table.outcome)
}
