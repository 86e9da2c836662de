//! `sumformer scale all`: the tables and pictures of docs/scaling.md, each from the command that the page shows.

use super::table::Table;
use crate::cli::error::{CliError, Outcome};
use crate::cli::escape::{shown, shown_path};
use crate::cli::files::write_file;
use crate::cli::output::{print, say};
use crate::cli::table::csv;
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

/// Name, and the arguments of `sumformer scale`; targets of the gallery.
const TABLES: [(&str, &str); 14] = [
    ("latent", "latent --max-n 13 --max-d 13"),
    (
        "latent-targets",
        "latent --tokens 4,8,16,32,64 --target constructions/long constructions/e3-others constructions/pair-potential",
    ),
    ("staircase", "staircase --tokens 3,5 --dimension 1,2 --degree 2,3 --until 3 --starts 2"),
    (
        "rival",
        "rival constructions/sum-of-squares constructions/covariance constructions/e2-others constructions/e3-others \
         constructions/mixed-moments constructions/third-central-moment constructions/pair-potential constructions/figure-1-polynomial constructions/long",
    ),
    ("cost", "cost --tokens 2,16 --dimension 1,2,4,8 --degree 1,2,3,4,8"),
    (
        "cost-pieces",
        "cost --tokens 2,5,16 --dimension 1,2,3 --degree 1,2 --activation relu --pieces 2,3,8,100",
    ),
    (
        "cost-epsilon",
        "cost --tokens 9 --dimension 4 --degree 2,4 --activation relu --epsilon 1/10,1/100,1/1000,1/10000 --max-units 300000",
    ),
    (
        "network",
        "network constructions/long constructions/e3-others --tokens 4,64 --epsilon 1/10,1/100,1/1000 --activation relu,relu2",
    ),
    (
        "accuracy",
        "accuracy constructions/third-central-moment constructions/e2-others --tokens 4 --latent 1,2,3 --epsilon 1/100 --max-boxes 20000",
    ),
    ("discontinuous", "discontinuous"),
    (
        "grid",
        "grid constructions/half-mean-2 constructions/half-mean-3 constructions/half-mean-4 --epsilon 1/5,1/10,1/20,1/50 --max-entries 100000",
    ),
    ("attention", "attention constructions/long --tokens 16,64,256,1024 --no-time"),
    ("scores", "scores constructions/long --tokens 16"),
    ("projections", "projections constructions/long"),
];

/// `scale all`
#[derive(Debug, Args)]
pub struct AllArguments {
    /// The folder; files of these names in it are replaced.
    #[arg(short, long, value_name = "DIR")]
    pub output: PathBuf,
    /// These tables only.
    #[arg(long, value_name = "NAME,…", value_delimiter = ',')]
    pub only: Vec<String>,
}

/// Writes NAME.csv and NAME.svg for every table, which `table` makes of a line of arguments.
pub(super) fn run(
    arguments: &AllArguments,
    table: &dyn Fn(&str) -> Result<Table, CliError>,
    json: bool,
) -> Result<Outcome, CliError> {
    if let Some(unknown) = arguments.only.iter().find(|name| TABLES.iter().all(|(known, _)| name != known)) {
        let known: Vec<&str> = TABLES.iter().map(|(name, _)| *name).collect();
        return Err(CliError::bad_input(format!(
            "there is no table `{}`; there are {}",
            shown(unknown),
            known.join(", ")
        )));
    }
    std::fs::create_dir_all(&arguments.output)
        .map_err(|e| CliError::bad_input(format!("{}: {e}", shown_path(&arguments.output))))?;
    let mut tables = Vec::new();
    let mut outcome = Outcome::Proved;
    for (name, line) in TABLES {
        if !arguments.only.is_empty() && arguments.only.iter().all(|only| only != name) {
            continue;
        }
        say(format!("sumformer scale {line}"));
        let table = table(line)?;
        let place = |extension: &str| arguments.output.join(format!("{name}.{extension}"));
        write_file(&place("csv"), csv(&table.header, &table.cells).as_bytes())?;
        table.picture.write(&place("svg"))?;
        if let Some(why) = table.open() {
            say(why);
        }
        outcome = Outcome::worst([outcome, table.outcome]);
        tables.push(
            json!({ "name": name, "command": format!("sumformer scale {line}"), "rows": table.cells.len() }),
        );
    }
    if json {
        print(json!({ "tables": tables }))?;
    }
    Ok(outcome)
}
