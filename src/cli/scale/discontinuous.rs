//! `sumformer scale discontinuous`

use super::discontinuous_plot;
use super::table::{Table, check_rows};
use crate::cli::error::{CliError, Outcome};
use crate::cli::values::{CodeName, LayoutName, SeparateName};
use crate::discontinuous::DiscontinuousError;
use crate::report::numbers::{count, given};
use crate::scale::discontinuous::{
    DiscontinuousPoint, DiscontinuousRow, DiscontinuousSizes, discontinuous_table,
};
use clap::{Args, builder::RangedU64ValueParser};
use itertools::iproduct;
use serde_json::{Value, json};

pub(super) const HELP: &str = "The network with step units, softmax attention and zero scores on [0, 1]^d. Its table has \
T = M·C(M+n−2, n−1) entries, M = Δ^d. The paper counts n·(1/ε)^(nd)/n! of them; 1/ε is read as Δ, its number of cells \
to a side, and the fraction rounded up (exact in --json).\n\n\
Bits of Σ and of keys: exact, but for bose-chowla upper bounds (s·(q^h − 2) for the field that is used; the logarithms \
are not computed). f64, f32: whether every number of the forward pass is exact in the format, so that every look-up is \
right; \"no\" promises nothing. A code that a limit forbids has a note in place of its sizes.";

/// The most rows.
const MAX_ROWS: usize = 20_000;

/// `scale discontinuous`
#[derive(Debug, Args)]
pub struct DiscontinuousArguments {
    /// Sequence lengths n.
    #[arg(long, value_name = "N,…", value_delimiter = ',', default_values_t = [2, 3, 4],
          value_parser = RangedU64ValueParser::<usize>::new().range(1..=128))]
    pub tokens: Vec<usize>,
    /// Token dimensions d.
    #[arg(long, value_name = "D,…", value_delimiter = ',', default_values_t = [1, 2],
          value_parser = RangedU64ValueParser::<usize>::new().range(1..=16))]
    pub dimension: Vec<usize>,
    /// Cells to a side Δ.
    #[arg(long, value_name = "Δ,…", value_delimiter = ',', default_values_t = [2, 4, 8, 16],
          value_parser = clap::value_parser!(u64).range(1..=1 << 20))]
    pub divisions: Vec<u64>,
    /// Codes.
    #[arg(long, value_enum, value_delimiter = ',', default_values = ["histogram", "moments", "radix", "bose-chowla"])]
    pub code: Vec<CodeName>,
    /// Layouts of the look-up.
    #[arg(long, value_enum, value_delimiter = ',', default_values = ["tree", "balanced", "wide", "layered"])]
    pub layout: Vec<LayoutName>,
    /// Whether sums of codes tell the other tokens' cells, or those of all, as in the paper.
    #[arg(long, value_enum, default_value = "others")]
    pub separate: SeparateName,
    /// Outputs c of a token.
    #[arg(long, value_name = "C", default_value_t = 1, value_parser = RangedU64ValueParser::<usize>::new().range(1..=4096))]
    pub outputs: usize,
}

const COLUMNS: [&str; 19] = [
    "n", "d", "Δ", "M", "T", "paper", "code", "layout", "blocks", "width", "units", "nonzeros", "d'", "bits",
    "bound", "key_bits", "f64", "f32", "note",
];

/// The sweep.
pub(super) fn table(arguments: &DiscontinuousArguments) -> Result<Table, CliError> {
    let rows = discontinuous_table(&points(arguments)?);
    Ok(Table {
        header: COLUMNS.to_vec(),
        cells: rows.iter().map(cells).collect(),
        json: json!({ "rows": rows.iter().map(json).collect::<Value>() }),
        outcome: Outcome::Proved,
        claim: "Section 4.2, Appendix B: d' = 1 is enough, with O(n(1/ε)^(nd)/n!) layers; the trade-off is an open question of section 6",
        picture: discontinuous_plot::picture(&rows),
    })
}

/// In the order of the lists, the first one slowest.
fn points(arguments: &DiscontinuousArguments) -> Result<Vec<DiscontinuousPoint>, CliError> {
    let layouts = arguments.layout.iter().map(|layout| layout.table()).collect::<Result<Vec<_>, _>>()?;
    let (tokens, dimensions, divisions) = (&arguments.tokens, &arguments.dimension, &arguments.divisions);
    let lengths = [tokens.len(), dimensions.len(), divisions.len(), arguments.code.len(), layouts.len()];
    check_rows(&lengths, MAX_ROWS)?;
    let point = |(&tokens, &dimension, &divisions, &code, &layout)| DiscontinuousPoint {
        tokens,
        dimension,
        divisions,
        code: CodeName::into(code),
        separation: arguments.separate.into(),
        layout,
        outputs: arguments.outputs,
    };
    Ok(iproduct!(tokens, dimensions, divisions, &arguments.code, &layouts).map(point).collect())
}

fn cells(row: &DiscontinuousRow) -> Vec<String> {
    let unknown = || "-".to_string();
    let point = &row.point;
    let mut cells = vec![
        point.tokens.to_string(),
        point.dimension.to_string(),
        point.divisions.to_string(),
        row.cells.map_or_else(unknown, |cells| cells.to_string()),
        row.entries.as_ref().map_or_else(unknown, ToString::to_string),
        row.paper_entries.ceil().to_string(),
        point.code.name().into(),
        point.layout.name().into(),
    ];
    match &row.sizes {
        Ok(sizes) => {
            cells.extend(size_cells(sizes));
            cells.push(unknown());
        }
        Err(error) => {
            cells.resize_with(COLUMNS.len() - 1, unknown);
            cells.push(note(error));
        }
    }
    cells
}

fn size_cells(sizes: &DiscontinuousSizes) -> [String; 10] {
    let network = &sizes.network;
    let fits = |bits| if network.floats.fit(bits) { "yes".to_string() } else { "no".to_string() };
    [
        network.depth.to_string(),
        network.width.to_string(),
        network.hidden_units.to_string(),
        network.nonzeros.to_string(),
        network.latent_dimension.to_string(),
        network.sum_bits.to_string(),
        sizes.information_bound.to_string(),
        network.key_bits.to_string(),
        fits(f64::MANTISSA_DIGITS),
        fits(f32::MANTISSA_DIGITS),
    ]
}

/// In one cell of a comma-separated table.
fn note(error: &DiscontinuousError) -> String {
    error.to_string().replace(',', ";")
}

fn json(row: &DiscontinuousRow) -> Value {
    let point = &row.point;
    let network = row.sizes.as_ref().ok().map(|sizes| &sizes.network);
    let latent = row.sizes.as_ref().ok().map(|sizes| {
        let network = &sizes.network;
        json!({
            "dimension": network.latent_dimension,
            "bits": network.sum_bits,
            "key_bits": network.key_bits,
            "bits_are": if network.bits_are_exact { "exact" } else { "upper bounds" },
            "information_bound": sizes.information_bound,
        })
    });
    let floats = network.map(|network| {
        json!({
            "significand_bits": network.floats.significand_bits(),
            "f64": network.floats.fit(f64::MANTISSA_DIGITS),
            "f32": network.floats.fit(f32::MANTISSA_DIGITS),
        })
    });
    json!({
        "n": point.tokens,
        "d": point.dimension,
        "divisions": point.divisions,
        "cells": row.cells,
        "entries": row.entries.as_ref().map(count),
        "paper_entries": given(&row.paper_entries),
        "code": point.code.name(),
        "separates": point.separation.name(),
        "layout": point.layout.name(),
        "outputs": point.outputs,
        "blocks": network.map(|network| count(&network.depth)),
        "width": network.map(|network| network.width),
        "hidden_units": network.map(|network| count(&network.hidden_units)),
        "nonzeros": network.map(|network| count(&network.nonzeros)),
        "latent": latent,
        "exact_in": floats,
        "error": row.sizes.as_ref().err().map(ToString::to_string),
    })
}
