//! `sumformer scale latent`

use super::Table;
use crate::cli::error::Outcome;
use crate::cli::numbers::count;
use crate::scale::latent::{LatentCount, LatentRow, latent_table};
use clap::Args;
use serde_json::{Value, json};

/// `scale latent`
#[derive(Debug, Args)]
pub struct LatentArguments {
    /// Sequence lengths 1..=N.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub max_n: u32,
    /// Token dimensions 1..=D.
    #[arg(long, value_name = "D", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub max_d: u32,
    /// Cells with more features are not enumerated; only their closed form is given.
    #[arg(long, value_name = "COUNT", default_value_t = 10_000_000)]
    pub max_count: u64,
}

const LATENT_COLUMNS: [&str; 7] =
    ["n", "d", "paper", "paper_enumerated", "tight", "tight_enumerated", "agree"];

pub(super) fn table(arguments: &LatentArguments) -> Table {
    let rows = latent_table(arguments.max_n, arguments.max_d, arguments.max_count);
    // A disagreement would refute the closed form.
    let refuted = rows.iter().any(|row| row.agrees() == Some(false));
    Table {
        header: &LATENT_COLUMNS,
        cells: rows.iter().map(latent_cells).collect(),
        json: json!({ "rows": rows.iter().map(latent_json).collect::<Value>() }),
        outcome: if refuted { Outcome::Refuted } else { Outcome::Proved },
    }
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
