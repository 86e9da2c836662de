//! `sumformer figures draw --data FOLDER -o FOLDER`

mod curves;
mod floors;
mod heat_map;
mod panel;
mod results;
mod tables;

use super::data_file::read_records;
use crate::cli::error::{CliError, Outcome};
use crate::cli::escape::{plain_path, shown_path};
use crate::cli::files::write_file;
use crate::cli::output::{print, say};
use crate::cli::plot::themed;
use crate::cli::plot::{Area, Failure};
use crate::figures::floor::figure_2_least;
use crate::figures::targets::{FIGURE_2_DIMENSIONS, figure_2};
use clap::Args;
use plotters::prelude::*;
use results::Results;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// `figures draw`
#[derive(Debug, Args)]
pub struct DrawArguments {
    /// The folder with figure-1.jsonl, figure-2.jsonl and constructed.jsonl.
    #[arg(long, value_name = "FOLDER")]
    pub data: PathBuf,
    /// An existing folder, for figure-1.svg, figure-2.svg, figure-2-lines.svg, figure-2-floors.svg and tables.md.
    #[arg(short, long, value_name = "FOLDER")]
    pub output: PathBuf,
}

/// Reads the data files, draws, and writes the numbers as tables.
pub fn run(arguments: &DrawArguments, json: bool) -> Result<Outcome, CliError> {
    let file = |name: &str| arguments.data.join(name);
    let results = Results {
        curves: read_records(&file("figure-1.jsonl"), None)?,
        latents: read_records(&file("figure-2.jsonl"), None)?,
        constructed: read_records(&file("constructed.jsonl"), None)?,
    };
    if results.curves.is_empty() || results.latents.is_empty() {
        return Err(CliError::bad_input(format!(
            "{}: figure-1.jsonl and figure-2.jsonl must have a run each; `sumformer figures train` makes them",
            shown_path(&arguments.data)
        )));
    }
    let floors = floors_of_figure_2(&results)?;
    let floor = |d: usize, sums: usize| floors.get(&(d, sums)).copied().unwrap_or(0.0);
    let contents = [
        ("figure-1.svg", picture(curves::SIZE_1, |area| curves::figure_1(area, &results))?),
        ("figure-2.svg", picture(heat_map::SIZE, |area| heat_map::figure_2(area, &results.latents))?),
        ("figure-2-lines.svg", picture(curves::SIZE_2, |area| curves::figure_2(area, &results.latents))?),
        ("figure-2-floors.svg", picture(floors::SIZE, |area| floors::figure_2(area, &results, &floor))?),
        ("tables.md", tables::tables(&results)),
    ];
    std::fs::create_dir_all(&arguments.output)
        .map_err(|e| CliError::bad_input(format!("{}: {e}", shown_path(&arguments.output))))?;
    let mut written = Vec::new();
    for (name, content) in contents {
        let path = arguments.output.join(name);
        write_file(&path, content.as_bytes())?;
        written.push(path);
    }
    let lines: Vec<String> = written.iter().map(|path| shown_path(path)).collect();
    if json {
        say(lines.join("\n"));
        print(json!({ "files": written.iter().map(|path| plain_path(path)).collect::<Vec<_>>() }))?;
    } else {
        print(lines.join("\n"))?;
    }
    Ok(Outcome::Proved)
}

/// What every network of Figure 2 errs by at least, by d and d' < d, as the checker derives it.
fn floors_of_figure_2(results: &Results) -> Result<BTreeMap<(usize, usize), f64>, CliError> {
    let mut floors = BTreeMap::new();
    let dimensions: BTreeSet<usize> = results.latents.iter().map(|record| record.dimension).collect();
    for d in dimensions.into_iter().filter(|d| FIGURE_2_DIMENSIONS.contains(d)) {
        let target = figure_2(d).map_err(|error| CliError::bad_input(error.to_string()))?;
        for sums in 0..d {
            floors.insert((d, sums), figure_2_least(&target, sums));
        }
    }
    Ok(floors)
}

/// A picture as text.
fn picture(
    size: (u32, u32),
    draw: impl for<'a> FnOnce(&Area<'a>) -> Result<(), Failure<'a>>,
) -> Result<String, CliError> {
    let mut svg = String::new();
    let drawn = {
        let area = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        area.fill(&WHITE).and_then(|()| draw(&area)).and_then(|()| area.present()).map_err(|e| e.to_string())
    };
    drawn.map_err(CliError::bad_input)?;
    Ok(themed(&svg))
}
