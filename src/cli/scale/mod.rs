//! `sumformer scale`: one file per sweep.

mod accuracy;
mod all;
mod attention;
mod cost;
mod discontinuous;
mod discontinuous_plot;
mod grid;
mod latent;
mod network;
mod projections;
mod rival;
mod scores;
mod speed;
mod staircase;
mod table;

use super::error::{CliError, Outcome};
use super::files::writable_file;
use super::output::{print, say};
use super::plot::Picture;
use super::table::{aligned, csv};
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;
use table::Table;

/// `scale`
#[derive(Debug, Args)]
pub struct ScaleArguments {
    /// Comma-separated values instead of an aligned table.
    #[arg(long, global = true)]
    pub csv: bool,
    /// Draw the table too, as SVG.
    #[arg(long, global = true, value_name = "FILE.svg")]
    pub plot: Option<PathBuf>,
    /// What is tabulated.
    #[command(subcommand)]
    pub sweep: Sweep,
}

/// What `scale` tabulates.
#[derive(Debug, Subcommand)]
pub enum Sweep {
    /// d' against n and d: closed forms beside an actual enumeration; with --target, d' of targets in all three modes.
    Latent(latent::LatentArguments),
    /// Floors under the error for every number of sums, against n, d and the degree, for families of targets.
    #[command(after_help = staircase::HELP)]
    Staircase(staircase::StaircaseArguments),
    /// Sizes of another construction for symmetric polynomials, by its formulas, beside those of ours.
    #[command(after_help = rival::HELP)]
    Rival(rival::RivalArguments),
    /// The continuous construction in closed form, beside networks that are built and counted.
    #[command(after_help = cost::HELP)]
    Cost(cost::CostArguments),
    /// The network of each target against its length, epsilon and activation.
    Network(network::NetworkArguments),
    /// The certified error of networks with few latents against d'.
    Accuracy(accuracy::AccuracyArguments),
    /// The piecewise constant network against n, d, Δ, code and layout: closed forms, nothing is built.
    #[command(after_help = discontinuous::HELP)]
    Discontinuous(discontinuous::DiscontinuousArguments),
    /// The smallest grid that proves epsilon, by certified errors of all entries, and its network.
    Grid(grid::GridArguments),
    /// Softmax, Linformer and Performer against n: work, memory, floating-point error, seconds.
    #[command(after_help = attention::HELP)]
    Attention(attention::AttentionArguments),
    /// Scores that are not zero: attention weights against the certified radius around 1/n.
    #[command(after_help = scores::HELP)]
    Scores(scores::ScoresArguments),
    /// Random projections and features in place of softmax attention, against their number.
    #[command(after_help = projections::HELP)]
    Projections(projections::ProjectionArguments),
    /// Time and memory of prove, check and eval against n, d, degree, 1/epsilon, entries and boxes, with the powers in which they grow.
    #[command(after_help = speed::HELP)]
    Speed(speed::SpeedArguments),
    /// Every table and picture of docs/scaling.md, into a folder.
    All(all::AllArguments),
}

/// Computes and prints a table.
pub fn run(arguments: &ScaleArguments, json: bool) -> Result<Outcome, CliError> {
    if arguments.csv && json {
        return Err(CliError::bad_input("--csv and --json exclude each other"));
    }
    if let Sweep::All(all) = &arguments.sweep {
        if arguments.csv || arguments.plot.is_some() {
            return Err(CliError::bad_input(
                "`scale all` writes CSV and SVG files by itself; leave out --csv and --plot",
            ));
        }
        return all::run(all, &table_of_line, json);
    }
    if let Sweep::Speed(sweep) = &arguments.sweep
        && let Some(line) = speed::measure(sweep)?
    {
        print(line)?;
        return Ok(Outcome::Proved);
    }
    Picture::check_name(arguments.plot.as_deref())?;
    arguments.plot.as_deref().map_or(Ok(()), writable_file)?;
    let table = table(&arguments.sweep, arguments.csv)?;
    say(format!("# {}", table.claim));
    if let Some(path) = &arguments.plot {
        table.picture.write(path)?;
    }
    if let Some(why) = table.open() {
        say(why);
    }
    if json {
        say(aligned(&table.header, &table.cells));
        print(&table.json)?;
    } else if arguments.csv {
        print(csv(&table.header, &table.cells).trim_end())?;
    } else {
        print(aligned(&table.header, &table.cells))?;
    }
    Ok(table.outcome)
}

/// A line of arguments, without the name of the program and the command.
#[derive(Debug, Parser)]
#[command(no_binary_name = true)]
struct Line {
    #[command(flatten)]
    scale: ScaleArguments,
}

fn table_of_line(line: &str) -> Result<Table, CliError> {
    let parsed = Line::try_parse_from(line.split(' ')).map_err(|e| CliError::bad_input(e.to_string()))?;
    table(&parsed.scale.sweep, false)
}

/// The table of a sweep; `exact`: bounds as p/q, which are too long for an aligned table.
fn table(sweep: &Sweep, exact: bool) -> Result<Table, CliError> {
    match sweep {
        Sweep::Latent(sweep) => latent::table(sweep),
        Sweep::Staircase(sweep) => staircase::table(sweep),
        Sweep::Rival(sweep) => rival::table(sweep, exact),
        Sweep::Cost(sweep) => cost::table(sweep, exact),
        Sweep::Network(sweep) => network::table(sweep, exact),
        Sweep::Accuracy(sweep) => accuracy::table(sweep, exact),
        Sweep::Discontinuous(sweep) => discontinuous::table(sweep),
        Sweep::Grid(sweep) => grid::table(sweep, exact),
        Sweep::Attention(sweep) => attention::table(sweep),
        Sweep::Scores(sweep) => scores::table(sweep, exact),
        Sweep::Projections(sweep) => projections::table(sweep, exact),
        Sweep::Speed(sweep) => speed::table(sweep),
        Sweep::All(_) => Err(CliError::bad_input("`scale all` is no table")),
    }
}
