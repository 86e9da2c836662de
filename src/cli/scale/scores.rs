//! `sumformer scale scores TARGET`

use super::attention::explain;
use super::table::{Table, check_rows, points};
use crate::cli::error::{CliError, Outcome};
use crate::cli::escape::plain_path;
use crate::cli::files::target_file;
use crate::cli::plot::{COLOURS, Line, Panel, Picture, Scale};
use crate::cli::progress;
use crate::cli::target::read_target;
use crate::cli::values::parse_score_bound;
use crate::lowering::attention::Architecture;
use crate::report::numbers::{given, upper};
use crate::scale::length::with_length;
use crate::scale::scores::{ScoresPoint, scores_row};
use clap::{Args, builder::RangedU64ValueParser};
use itertools::{Itertools, iproduct};
use serde_json::{Value, json};
use std::path::PathBuf;
use sumformer_checker::arith::number::Rational;
use sumformer_checker::language::target::Tokens;

pub(super) const HELP: &str = "W_Q and W_K are random on the token's coordinates, scaled so that interval arithmetic proves |score| <= eta for all tokens of the \
box (\"bound\" is what it proves). weights: the largest |n·A_ij − 1| over 4 sequences, a proved lower bound. certified: no larger one exists in the box: \
e^(2η) − 1 for softmax, 0 for Linformer with F = 1/n, the range of the features' exponents for a Performer. outputs: the largest change of the \
outputs of the target's network, in f64. Exit code 1 if a weight deviates by more than is certified.";

/// More tokens make n² weights too many.
const MOST_TOKENS: u64 = 256;

/// `scale scores`
#[derive(Debug, Args)]
pub struct ScoresArguments {
    /// A target file, or a folder that holds `target.toml`.
    #[arg(value_name = "TARGET")]
    pub target: PathBuf,
    /// Bounds η of the scores.
    #[arg(long, value_name = "Q,…", value_delimiter = ',', default_value = "0,1/10000,1/1000,1/100,1/10,1", allow_hyphen_values = true,
          value_parser = parse_score_bound)]
    pub eta: Vec<Rational>,
    /// Sequence lengths n.
    #[arg(long, value_name = "N,…", value_delimiter = ',', default_values_t = [16],
          value_parser = RangedU64ValueParser::<usize>::new().range(1..=MOST_TOKENS))]
    pub tokens: Vec<usize>,
    /// Linformer: rows k of E and F.
    #[arg(long, value_name = "K", default_value_t = 4, value_parser = RangedU64ValueParser::<usize>::new().range(1..=4096))]
    pub rank: usize,
    /// Performer: number m of random features.
    #[arg(long, value_name = "M", default_value_t = 64, value_parser = RangedU64ValueParser::<usize>::new().range(1..=4096))]
    pub features: usize,
    /// Seed of W_Q, W_K and ω.
    #[arg(long, value_name = "S", default_value_t = 0)]
    pub seed: u64,
}

const COLUMNS: [&str; 9] =
    ["target", "architecture", "n", "k_or_m", "eta", "bound", "weights", "certified", "outputs"];

pub(super) fn table(arguments: &ScoresArguments, exact: bool) -> Result<Table, CliError> {
    let target = read_target(&arguments.target)?;
    let file = plain_path(&target_file(&arguments.target));
    let architectures = architectures(arguments);
    check_rows(&[architectures.len(), arguments.tokens.len(), arguments.eta.len()], 1000)?;
    let cases: Vec<_> = iproduct!(&architectures, &arguments.tokens, &arguments.eta).collect();
    let rows = progress::rows(&cases, |&((name, number, architecture), &tokens, eta)| {
        let target = with_length(&file, &target, Tokens::Fixed(tokens))?;
        let point =
            ScoresPoint { tokens, eta: eta.clone(), architecture: *architecture, seed: arguments.seed };
        let row = scores_row(&target, &point).map_err(|error| explain(error, &target, &file))?;
        let json = json!({
            "target": target.name,
            "architecture": name,
            "n": tokens,
            "k_or_m": number,
            "eta": given(eta),
            "bound": upper(&row.bound),
            "weights": row.measured,
            "certified": row.certified,
            "outputs": row.outputs,
        });
        Ok((json, row.refutes()))
    });
    let (rows, refuted): (Vec<Value>, Vec<bool>) =
        rows.into_iter().collect::<Result<Vec<_>, CliError>>()?.into_iter().unzip();
    let claim = "Theorems 4.3–4.5 take scores that are equal; here each weight stays within a certified radius of 1/n if they nearly are";
    let picture = picture(&rows);
    let outcome = if refuted.contains(&true) { Outcome::Refuted } else { Outcome::Proved };
    Ok(Table::of_rows(&COLUMNS, rows, exact, claim, picture).with_outcome(outcome))
}

fn architectures(arguments: &ScoresArguments) -> [(&'static str, Value, Architecture); 4] {
    let ScoresArguments { rank, features, seed, .. } = *arguments;
    let performer = |normalized| Architecture::Performer { features, seed, normalized };
    [
        ("transformer", Value::Null, Architecture::Transformer),
        ("linformer", json!(rank), Architecture::Linformer { rank }),
        ("performer-favor", json!(features), performer(true)),
        ("performer-paper", json!(features), performer(false)),
    ]
}

/// Deviations against η, a panel for each architecture: of the weights, found and certified, and of the outputs. What is
/// exactly 0 has no place on a logarithmic scale; the legend says where.
fn picture(rows: &[Value]) -> Picture {
    let first = rows.first().map(|row| row["n"].clone()).unwrap_or_default();
    let rows: Vec<&Value> = rows.iter().filter(|row| row["n"] == first).collect();
    let groups: Vec<&str> = rows.iter().filter_map(|row| row["architecture"].as_str()).unique().collect();
    let of = |group: &str, column| {
        points(rows.iter().copied().filter(|row| row["architecture"] == group), "eta", column)
    };
    let is_zero = |points: &[(f64, f64)]| points.iter().all(|&(_, y)| y == 0.0);
    let (zero, rest): (Vec<&str>, Vec<&str>) = groups
        .into_iter()
        .partition(|group| is_zero(&of(group, "certified")) && is_zero(&of(group, "outputs")));
    let panel = |group: &&str| Panel {
        title: format!("{group}, n = {first}"),
        x: ("η", Scale::Ten),
        y: Scale::Ten,
        least: 0.0,
        lines: vec![
            Line::dashed(COLOURS[2], of(group, "certified")).labelled("|n·A − 1| certified"),
            Line::solid(2, COLOURS[0], of(group, "weights")).labelled("|n·A − 1| found"),
            Line::solid(3, COLOURS[3], of(group, "outputs")).labelled("change of outputs"),
        ],
    };
    let mut legend =
        vec![("Attention weights A stay within a certified distance of 1/n".to_string(), Vec::new())];
    legend.extend(
        (!zero.is_empty()).then(|| (format!("{}: exactly 0 for every η", zero.join(", ")), Vec::new())),
    );
    let panels: Vec<Panel> = rest.iter().map(panel).collect();
    Picture { legend, columns: rest.len().clamp(1, 2), panel_size: (480, 300), panels }
}
