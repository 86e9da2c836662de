//! `sumformer scale latent`

use super::table::{Table, check_rows, line, names, points};
use crate::cli::error::{CliError, Outcome};
use crate::cli::escape::plain_path;
use crate::cli::failure::{Subject, failure};
use crate::cli::files::target_file;
use crate::cli::plot::{COLOURS, Line, Panel, Picture, Scale};
use crate::cli::progress::progress_bar;
use crate::cli::target::read_target;
use crate::report::numbers::count;
use crate::scale::latent::{LatentCount, LatentRow, latent_row, latent_table, target_dimensions};
use crate::scale::length::with_length;
use clap::Args;
use itertools::{Itertools, iproduct};
use serde_json::{Value, json};
use std::path::PathBuf;
use sumformer_checker::language::target::Tokens;

/// The most rows.
const MAX_ROWS: usize = 1_000_000;
/// The most d that are drawn.
const MAX_LINES: usize = 8;

/// `scale latent`
#[derive(Debug, Args)]
pub struct LatentArguments {
    /// Sequence lengths 1..=N.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub max_n: u32,
    /// Token dimensions 1..=D.
    #[arg(long, value_name = "D", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub max_d: u32,
    /// These sequence lengths only.
    #[arg(long, value_name = "N,…", value_delimiter = ',', conflicts_with = "max_n", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub tokens: Vec<u32>,
    /// These token dimensions only.
    #[arg(long, value_name = "D,…", value_delimiter = ',', conflicts_with = "max_d", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub dimension: Vec<u32>,
    /// Cells with more features are not enumerated; only their closed form is given.
    #[arg(long, value_name = "COUNT", default_value_t = 20_000_000)]
    pub max_count: u64,
    /// Target files, or folders that hold `target.toml`: their d' in all three modes, at the lengths of --tokens or their own.
    #[arg(long, value_name = "TARGET", num_args = 1.., conflicts_with_all = ["max_n", "max_d", "dimension", "max_count"])]
    pub target: Vec<PathBuf>,
}

const LATENT_COLUMNS: [&str; 7] =
    ["n", "d", "paper", "paper_enumerated", "tight", "tight_enumerated", "agree"];
const TARGET_COLUMNS: [&str; 6] = ["target", "n", "d", "paper", "tight", "sparse"];
const CLAIM: &str =
    "Section 5: the continuous proof needs d' = C(n + d, d) − 1 (degrees up to n − 1 are enough: tight)";

pub(super) fn table(arguments: &LatentArguments) -> Result<Table, CliError> {
    if !arguments.target.is_empty() {
        return targets(arguments);
    }
    let listed = |list: &[u32], most: u32| if list.is_empty() { (1..=most).collect() } else { list.to_vec() };
    let (tokens, dimensions) =
        (listed(&arguments.tokens, arguments.max_n), listed(&arguments.dimension, arguments.max_d));
    check_rows(&[tokens.len(), dimensions.len()], MAX_ROWS)?;
    let points: Vec<(u32, u32)> = iproduct!(tokens, dimensions).collect();
    let progress = progress_bar(points.len() as u64);
    let rows = latent_table(&points, arguments.max_count, &|| progress.inc(1));
    progress.finish_and_clear();
    // A disagreement would refute the closed form.
    let refuted = rows.iter().any(|row| row.agrees() == Some(false));
    Ok(Table {
        header: LATENT_COLUMNS.to_vec(),
        cells: rows.iter().map(latent_cells).collect(),
        json: json!({ "rows": rows.iter().map(latent_json).collect::<Value>() }),
        outcome: if refuted { Outcome::Refuted } else { Outcome::Proved },
        claim: CLAIM,
        picture: picture(&points),
    })
}

fn latent_cells(row: &LatentRow) -> Vec<String> {
    let listed = |c: &LatentCount| c.enumerated.map_or("over the limit".into(), |count| count.to_string());
    let agree = match row.agrees() {
        Some(true) => "yes",
        Some(false) => "NO",
        None => "not enumerated",
    };
    vec![
        row.n.to_string(),
        row.d.to_string(),
        row.paper.closed_form.to_string(),
        listed(&row.paper),
        row.tight.closed_form.to_string(),
        listed(&row.tight),
        agree.into(),
    ]
}

fn latent_json(row: &LatentRow) -> Value {
    let both = |c: &LatentCount| json!({ "closed_form": count(&c.closed_form), "enumerated": c.enumerated });
    json!({ "n": row.n, "d": row.d, "paper": both(&row.paper), "tight": both(&row.tight), "agree": row.agrees() })
}

/// d' against n for the first d, in both modes.
fn picture(cells: &[(u32, u32)]) -> Picture {
    let dimensions: Vec<u32> = cells.iter().map(|&(_, d)| d).unique().take(MAX_LINES).collect();
    let panel = |title: &str, of: fn(&LatentRow) -> &LatentCount| Panel {
        title: title.into(),
        x: ("n", Scale::Linear),
        y: Scale::Ten,
        least: 1.0,
        lines: dimensions
            .iter()
            .enumerate()
            .map(|(i, &dimension)| {
                let lengths = cells.iter().filter(|(_, d)| *d == dimension).map(|&(n, _)| n);
                // Nothing is enumerated for a picture.
                let value = |n| (f64::from(n), of(&latent_row(n, dimension, 0)).to_f64());
                line(i, lengths.map(value).collect())
            })
            .collect(),
    };
    let panels = vec![
        panel("d' of the paper, C(n + d, d) − 1", |row| &row.paper),
        panel("d' that is enough, C(n − 1 + d, d) − 1", |row| &row.tight),
    ];
    let legend = vec![(String::new(), names(dimensions.iter().map(|d| format!("d = {d}"))))];
    Picture { legend, columns: 2, panel_size: (560, 340), panels }
}

/// d' of targets, in all three modes.
fn targets(arguments: &LatentArguments) -> Result<Table, CliError> {
    let mut rows = Vec::new();
    for path in &arguments.target {
        let (target, file) = (read_target(path)?, plain_path(&target_file(path)));
        let lengths = if arguments.tokens.is_empty() {
            vec![target.tokens]
        } else {
            arguments.tokens.iter().map(|&n| Tokens::Fixed(n as usize)).collect()
        };
        for tokens in lengths {
            let target = with_length(&file, &target, tokens)?;
            let found = target_dimensions(&target)
                .map_err(|e| failure(e, Subject { target: &target, file: &file }))?;
            let n = match tokens {
                Tokens::Fixed(n) => json!(n),
                Tokens::Any => json!("any"),
            };
            rows.push(json!({
                "target": target.name,
                "n": n,
                "d": target.dimension(),
                "paper": found.paper.as_ref().map(count),
                "tight": found.tight.as_ref().map(count),
                "sparse": found.sparse,
            }));
        }
    }
    let picture = target_picture(&rows);
    Ok(Table::of_rows(&TARGET_COLUMNS, rows, false, CLAIM, picture))
}

/// Solid: what the target needs. Dashed: what is enough for every target.
fn target_picture(rows: &[Value]) -> Picture {
    let groups: Vec<&str> = rows.iter().filter_map(|row| row["target"].as_str()).unique().collect();
    let lines = groups.iter().enumerate().flat_map(|(i, group)| {
        let of = |column| points(rows.iter().filter(|row| row["target"] == *group), "n", column);
        [line(i, of("sparse")), Line::dashed(COLOURS[i % COLOURS.len()], of("tight"))]
    });
    let panel = Panel {
        title: "d' that the target needs, and (dashed) C(n − 1 + d, d) − 1".into(),
        x: ("n", Scale::Two),
        y: Scale::Ten,
        least: 1.0,
        lines: lines.collect(),
    };
    let legend = vec![(String::new(), names(groups.iter().map(ToString::to_string)))];
    Picture { legend, columns: 1, panel_size: (760, 380), panels: vec![panel] }
}
