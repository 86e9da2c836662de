//! `sumformer scale projections TARGET`

use super::table::{Table, check_rows, names, number, points};
use crate::cli::error::CliError;
use crate::cli::plot::{COLOURS, Line, Panel, Picture, Scale};
use crate::cli::progress;
use crate::cli::target::read_target;
use crate::cli::values::parse_score_bound;
use crate::report::numbers::given;
use crate::scale::projections::{Estimator, ProjectionPoint, projection_error};
use clap::{Args, builder::RangedU64ValueParser};
use itertools::iproduct;
use plotters::style::colors::BLACK;
use serde_json::{Value, json};
use std::path::PathBuf;
use sumformer_checker::arith::number::Rational;

pub(super) const HELP: &str = "What stands for the n × n weights A of softmax attention, whose scores are random and at most eta on the target's box:\n  \
linformer-uniform      Definition 2.5 with E = F = 1/n, as in Theorem 4.4\n  \
linformer-normal       Definition 2.5 with normal E and F of variance 1/k\n  \
johnson-lindenstrauss  A·EᵀE with normal E of variance 1/k\n  \
performer-favor        Definition 2.6, normalised\n  \
performer-paper        Definition 2.6 as printed, over n\n\n\
error: root mean square over seeds, tokens and coordinates (the coordinates are the values) of the difference to softmax attention, \
relative to that of softmax attention; error_root: times √k (or √m), which is constant where the error falls like 1/√k.";

/// `scale projections`
#[derive(Debug, Args)]
pub struct ProjectionArguments {
    /// A target file, or a folder that holds `target.toml`; its box is what tokens are from.
    #[arg(value_name = "TARGET")]
    pub target: PathBuf,
    /// A bound η of the scores.
    #[arg(long, value_name = "Q", default_value = "1/2", allow_hyphen_values = true, value_parser = parse_score_bound)]
    pub eta: Rational,
    /// Sequence lengths n.
    #[arg(long, value_name = "N,…", value_delimiter = ',', default_values_t = [64],
          value_parser = RangedU64ValueParser::<usize>::new().range(1..=256))]
    pub tokens: Vec<usize>,
    /// Numbers k of projections, and m of random features.
    #[arg(long, value_name = "K,…", value_delimiter = ',', default_values_t = [1, 2, 4, 8, 16, 32, 64],
          value_parser = RangedU64ValueParser::<usize>::new().range(1..=1024))]
    pub rank: Vec<usize>,
    /// How many random choices the error is a mean of.
    #[arg(long, value_name = "S", default_value_t = 16, value_parser = clap::value_parser!(u64).range(1..=1000))]
    pub seeds: u64,
}

const COLUMNS: [&str; 7] = ["estimator", "n", "k_or_m", "eta", "seeds", "error", "error_root"];

pub(super) fn table(arguments: &ProjectionArguments, exact: bool) -> Result<Table, CliError> {
    let target = read_target(&arguments.target)?;
    check_rows(&[Estimator::ALL.len(), arguments.tokens.len(), arguments.rank.len()], 1000)?;
    let points: Vec<ProjectionPoint> = iproduct!(Estimator::ALL, &arguments.tokens, &arguments.rank)
        .map(|(estimator, &tokens, &rank)| ProjectionPoint {
            tokens,
            eta: arguments.eta.clone(),
            estimator,
            rank,
            seeds: arguments.seeds,
        })
        .collect();
    let rows = progress::rows(&points, |point| {
        let error =
            projection_error(&target.domain, point).map_err(|e| CliError::incomplete(e.to_string()))?;
        Ok(json!({
            "estimator": point.estimator.name(),
            "n": point.tokens,
            "k_or_m": point.rank,
            "eta": given(&point.eta),
            "seeds": point.seeds,
            "error": error,
            "error_root": error * (point.rank as f64).sqrt(),
        }))
    });
    let rows = rows.into_iter().collect::<Result<Vec<Value>, CliError>>()?;
    let claim = "Theorem 4.4 asks for k of order d/ε², by the Johnson–Lindenstrauss lemma; with uniform weights k = 1 is exact";
    let picture = picture(&rows);
    Ok(Table::of_rows(&COLUMNS, rows, exact, claim, picture))
}

/// The error against k and m, for the first n.
fn picture(rows: &[Value]) -> Picture {
    let first = rows.first().map(|row| row["n"].clone()).unwrap_or_default();
    let of = |estimator: Estimator| {
        let own = rows.iter().filter(|row| row["n"] == first && row["estimator"] == estimator.name());
        points(own, "k_or_m", "error")
    };
    let mut lines: Vec<Line> = Vec::new();
    for (i, estimator) in Estimator::ALL.into_iter().enumerate() {
        lines.push(Line::solid(i, COLOURS[i], of(estimator)));
    }
    let ranks = rows.iter().filter_map(|row| number(row, "k_or_m"));
    let root = |lines: &mut Vec<Line>| {
        lines.push(Line::dashed(BLACK, ranks.clone().map(|k| (k, k.sqrt().recip())).collect()))
    };
    root(&mut lines);
    let panel = Panel {
        title: format!("relative error, n = {first}"),
        x: ("k or m", Scale::Two),
        y: Scale::Ten,
        least: 1e-9,
        lines,
    };
    let mut legend = names(Estimator::ALL.map(|estimator| estimator.name().to_string()));
    let second =
        legend.split_off(3).into_iter().chain([("1/√k".to_string(), Line::dashed(BLACK, Vec::new()))]);
    let legend = vec![(String::new(), legend), (String::new(), second.collect())];
    Picture { legend, columns: 1, panel_size: (640, 380), panels: vec![panel] }
}
