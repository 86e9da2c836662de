//! `sumformer scale accuracy TARGET…`

use super::table::{Table, points};
use crate::cli::error::{CliError, Outcome};
use crate::cli::escape::plain_path;
use crate::cli::failure::{Subject, failure};
use crate::cli::files::target_file;
use crate::cli::plot::{COLOURS, Line, Panel, Picture, Scale};
use crate::cli::progress;
use crate::cli::target::read_target;
use crate::cli::values::parse_epsilon;
use crate::recipe::RecipeError;
use crate::report::numbers::{lower, upper};
use crate::scale::accuracy::{AccuracyRow, Latents, Limits, accuracy_row};
use crate::scale::length::with_length;
use clap::{Args, builder::RangedU64ValueParser};
use itertools::Itertools;
use serde_json::{Value, json};
use std::path::PathBuf;
use sumformer_checker::arith::number::{Rational, ratio};
use sumformer_checker::language::target::Tokens;

/// `scale accuracy`
#[derive(Debug, Args)]
pub struct AccuracyArguments {
    /// Target files, or folders that hold `target.toml`.
    #[arg(required = true, value_name = "TARGET")]
    pub targets: Vec<PathBuf>,
    /// Numbers of latents; a last row has as many as the target needs.
    #[arg(long, value_name = "N,…", value_delimiter = ',', default_values_t = [1, 2, 4, 8],
          value_parser = RangedU64ValueParser::<usize>::new().range(1..=1000))]
    pub latent: Vec<usize>,
    /// Read the targets with this length instead of their own.
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<usize>::new().range(1..=1000))]
    pub tokens: Option<usize>,
    /// The error of the last row (default: the target's, else 1/100).
    #[arg(long, value_name = "Q", value_parser = parse_epsilon)]
    pub epsilon: Option<Rational>,
    /// Nothing is certified where more boxes would be needed.
    #[arg(long, value_name = "N", default_value_t = 20_000, value_parser = clap::value_parser!(u64).range(1..=1 << 24))]
    pub max_boxes: u64,
    /// Refuse networks that would need more hidden units.
    #[arg(long, value_name = "N", default_value_t = 2_000_000)]
    pub max_units: u64,
}

const COLUMNS: [&str; 13] = [
    "target",
    "n",
    "asked",
    "latents",
    "kind",
    "units",
    "tried",
    "certified",
    "witness",
    "sampled",
    "boxes",
    "open",
    "note",
];

pub(super) fn table(arguments: &AccuracyArguments, exact: bool) -> Result<Table, CliError> {
    let mut cases = Vec::new();
    for path in &arguments.targets {
        let (mut target, file) = (read_target(path)?, plain_path(&target_file(path)));
        if let Some(n) = arguments.tokens {
            target = with_length(&file, &target, Tokens::Fixed(n))?;
        }
        let numbers = arguments.latent.iter().map(|&n| Latents::Most(n)).chain([Latents::Needed]);
        cases.extend(numbers.map(|latents| (target.clone(), file.clone(), latents)));
    }
    let limits = Limits { boxes: arguments.max_boxes as usize, units: arguments.max_units };
    let found: Vec<Result<AccuracyRow, RecipeError>> = progress::rows(&cases, |(target, _, latents)| {
        let own = || target.epsilon.clone().unwrap_or_else(|| ratio(1, 100));
        accuracy_row(target, *latents, &arguments.epsilon.clone().unwrap_or_else(own), limits)
    });
    let mut outcome = Outcome::Proved;
    let mut rows = Vec::new();
    for ((target, file, latents), found) in cases.iter().zip(found) {
        let mut row = json!({
            "target": target.name,
            "n": match target.tokens { Tokens::Fixed(n) => json!(n), Tokens::Any => json!("any") },
            "asked": match latents { Latents::Most(n) => json!(n), Latents::Needed => json!("needed") },
        });
        match found {
            Ok(found) => {
                if found.certified.is_none() {
                    outcome = Outcome::Incomplete;
                }
                fill(&mut row, &found);
            }
            Err(error) => {
                let error = failure(error, Subject { target, file });
                outcome = Outcome::worst([outcome, Outcome::Incomplete]);
                row["note"] = error.message().into();
            }
        }
        rows.push(row);
    }
    let claim = "Section 5 and Figure 2: larger d' lead to better approximation; here the error is certified, not a loss on data";
    let picture = picture(&rows);
    Ok(Table::of_rows(&COLUMNS, rows, exact, claim, picture).with_outcome(outcome))
}

fn fill(row: &mut Value, found: &AccuracyRow) {
    let kind = match (found.sampled.is_some(), found.exact) {
        (true, _) => "truncated",
        (false, true) => "exact",
        (false, false) => "structural",
    };
    row["latents"] = found.latent_dimension.into();
    row["kind"] = kind.into();
    row["units"] = found.hidden_units.into();
    row["tried"] = upper(&found.epsilon);
    row["certified"] = found.certified.as_ref().map(upper).into();
    row["witness"] = lower(&found.witness);
    row["sampled"] = found.sampled.into();
    row["boxes"] = found.boxes.map(|(enclosed, _)| enclosed).into();
    row["open"] = found.boxes.map(|(_, open)| open).into();
    if found.certified.is_none() {
        row["note"] = "nothing is certified within --max-boxes".into();
    }
}

/// Error against d', a panel for each target: certified, and (dashed) at a witness.
fn picture(rows: &[Value]) -> Picture {
    let groups: Vec<&str> = rows.iter().filter_map(|row| row["target"].as_str()).unique().collect();
    let panel = |group: &&str| {
        let of = |truncated: bool, column| {
            let own = rows.iter().filter(|row| row["target"] == **group);
            points(own.filter(|row| (row["kind"] == "truncated") == truncated), "latents", column)
        };
        Panel {
            title: format!("{group}: sup-norm error"),
            x: ("d'", Scale::Linear),
            y: Scale::Ten,
            least: 1e-12,
            lines: vec![
                Line::solid(2, COLOURS[0], of(true, "certified")).labelled("certified"),
                Line::dashed(COLOURS[2], of(true, "witness")).labelled("at a witness"),
                Line::marks(COLOURS[3], of(false, "certified")).labelled("all that are needed"),
            ],
        }
    };
    let title = "The sup-norm error lies between the certified bound and what is reached at a witness";
    let legend = vec![(title.to_string(), Vec::new())];
    let columns = groups.len().clamp(1, 2);
    Picture { legend, columns, panel_size: (480, 300), panels: groups.iter().map(panel).collect() }
}
