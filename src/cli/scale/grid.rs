//! `sumformer scale grid TARGET…`

use super::table::{Table, line, names, points};
use crate::cli::error::{CliError, Outcome};
use crate::cli::plot::{COLOURS, Line, Panel, Picture, Scale};
use crate::cli::progress;
use crate::cli::target::read_target;
use crate::cli::values::{CodeName, LayoutName, parse_epsilon};
use crate::discontinuous::{GridError, MOST_ENTRIES};
use crate::report::numbers::{count, upper};
use crate::scale::grid::{GridPoint, GridRow, grid_row};
use clap::Args;
use itertools::Itertools;
use serde_json::{Value, json};
use std::path::PathBuf;
use sumformer_checker::arith::number::{Rational, ratio};
use sumformer_checker::language::target::{Target, Tokens};

/// `scale grid`
#[derive(Debug, Args)]
pub struct GridArguments {
    /// Target files, or folders that hold `target.toml`.
    #[arg(required = true, value_name = "TARGET")]
    pub targets: Vec<PathBuf>,
    /// The errors to prove (default: the target's, else 1/100).
    #[arg(long, value_name = "Q,…", value_delimiter = ',', value_parser = parse_epsilon)]
    pub epsilon: Vec<Rational>,
    /// The code.
    #[arg(long, value_enum, default_value = "histogram")]
    pub code: CodeName,
    /// Layouts of the look-up, a row for each.
    #[arg(long, value_enum, value_delimiter = ',', default_values = ["tree", "layered"])]
    pub layout: Vec<LayoutName>,
    /// Tables with more entries are not looked at.
    #[arg(long, value_name = "N", default_value_t = 200_000, value_parser = clap::value_parser!(u64).range(1..=MOST_ENTRIES))]
    pub max_entries: u64,
}

const COLUMNS: [&str; 16] = [
    "target",
    "n",
    "d",
    "epsilon",
    "Δ",
    "Lipschitz_Δ",
    "M",
    "T",
    "layout",
    "blocks",
    "width",
    "units",
    "nonzeros",
    "bits",
    "key_bits",
    "note",
];

pub(super) fn table(arguments: &GridArguments, exact: bool) -> Result<Table, CliError> {
    let layouts = arguments.layout.iter().map(|layout| layout.table()).collect::<Result<Vec<_>, _>>()?;
    let mut cases = Vec::new();
    for path in &arguments.targets {
        let target = read_target(path)?;
        let Tokens::Fixed(tokens) = target.tokens else {
            return Err(CliError::bad_input(format!(
                "{}: a grid needs a fixed number of tokens, but tokens = \"any\"",
                target.name
            )));
        };
        let own = vec![target.epsilon.clone().unwrap_or_else(|| ratio(1, 100))];
        let epsilons = if arguments.epsilon.is_empty() { own } else { arguments.epsilon.clone() };
        let point = |epsilon| GridPoint {
            tokens,
            epsilon,
            code: arguments.code.into(),
            layouts: layouts.clone(),
            max_entries: arguments.max_entries,
        };
        cases.extend(epsilons.into_iter().map(|epsilon| (target.clone(), point(epsilon))));
    }
    let found: Vec<Result<GridRow, GridError>> =
        progress::rows(&cases, |(target, point)| grid_row(target, point));
    let mut outcome = Outcome::Proved;
    let mut rows = Vec::new();
    for ((target, point), found) in cases.iter().zip(found) {
        if found.is_err() {
            outcome = Outcome::Incomplete;
        }
        rows.extend(json_rows(target, point, &found));
    }
    let claim = "Section 4.1: a grid of size (1/δ)^(nd), δ from uniform continuity and not computed: here Δ(ε) is proved";
    let picture = picture(&rows);
    Ok(Table::of_rows(&COLUMNS, rows, exact, claim, picture).with_outcome(outcome))
}

fn json_rows(target: &Target, point: &GridPoint, found: &Result<GridRow, GridError>) -> Vec<Value> {
    let mut common = json!({
        "target": target.name,
        "n": point.tokens,
        "d": target.dimension(),
        "epsilon": upper(&point.epsilon),
    });
    let row = match found {
        Ok(row) => row,
        Err(error) => {
            common["note"] = error.to_string().into();
            return vec![common];
        }
    };
    common["Δ"] = row.divisions.into();
    common["Lipschitz_Δ"] = row.a_priori.as_ref().map(|divisions| count(divisions.magnitude())).into();
    common["M"] = row.cells.into();
    common["T"] = count(&row.entries);
    let sized = row.sizes.iter().zip(&point.layouts).map(|(sizes, layout)| {
        let network = &sizes.network;
        let mut row = common.clone();
        row["layout"] = layout.name().into();
        row["blocks"] = count(&network.depth);
        row["width"] = network.width.into();
        row["units"] = count(&network.hidden_units);
        row["nonzeros"] = count(&network.nonzeros);
        row["bits"] = network.sum_bits.into();
        row["key_bits"] = network.key_bits.into();
        row
    });
    sized.collect()
}

/// Δ and T against ε, a line for each target.
fn picture(rows: &[Value]) -> Picture {
    let groups: Vec<&str> = rows.iter().filter_map(|row| row["target"].as_str()).unique().collect();
    let of = |group: &str, column| {
        let own = rows.iter().filter(|row| row["target"] == group);
        points(own, "epsilon", column).into_iter().unique_by(|point| point.0.to_bits()).collect()
    };
    let panel = |title: &str, lines| Panel {
        title: title.into(),
        x: ("ε", Scale::Ten),
        y: Scale::Ten,
        least: 1.0,
        lines,
    };
    let divisions = groups.iter().enumerate().flat_map(|(i, group)| {
        let promised = Line::dashed(COLOURS[i % 8], of(group, "Lipschitz_Δ"));
        [line(i, of(group, "Δ")), promised]
    });
    let entries = groups.iter().enumerate().map(|(i, group)| line(i, of(group, "T")));
    let panels = vec![
        panel("Δ(ε): proved, and (dashed) by Lipschitz constants", divisions.collect()),
        panel("T, entries of the table = layers of the paper", entries.collect()),
    ];
    let legend = vec![(String::new(), names(groups.iter().map(ToString::to_string)))];
    Picture { legend, columns: 2, panel_size: (480, 320), panels }
}
