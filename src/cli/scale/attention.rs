//! `sumformer scale attention TARGET`

use super::table::{Table, check_rows, line, names, points};
use crate::cli::error::{CliError, Outcome};
use crate::cli::escape::plain_path;
use crate::cli::failure::{Subject, failure};
use crate::cli::files::target_file;
use crate::cli::plot::{Panel, Picture, Scale};
use crate::cli::target::read_target;
use crate::cli::values::{LENGTH_LIMIT, ScoresName};
use crate::lowering::attention::{Architecture, Scores};
use crate::scale::attention::{AttentionRowError, attention_row, attention_work};
use crate::scale::length::with_length;
use clap::{Args, builder::RangedU64ValueParser};
use itertools::Itertools;
use serde_json::{Value, json};
use std::path::PathBuf;
use sumformer_checker::language::target::{Target, Tokens};

pub(super) const HELP: &str = "madds: products behind Q, K and V for the whole sequence, as the evaluator computes them; with zero \
scores one query stands for all. madds_every: the same if every query is computed, and, for Linformer, if k equal rows of E and \
F are not recognised. bytes: attention weights (or a Performer's features) that the evaluator holds at once, in f64; softmax is \
computed for 32 queries at a time, so the n × n matrix is never there. whole_bytes: the matrix as a whole. float_error: the largest |f64 − exact| \
of the network's outputs at one sequence. seconds: the fastest of five forward passes of the whole network; all other columns are \
the same on every run.";

/// More products than this in one attention layer are refused.
const MAX_WORK: u128 = 1 << 34;

/// `scale attention`
#[derive(Debug, Args)]
pub struct AttentionArguments {
    /// A target file, or a folder that holds `target.toml`; it is read for each length.
    #[arg(value_name = "TARGET")]
    pub target: PathBuf,
    /// Sequence lengths n.
    #[arg(long, value_name = "N,…", value_delimiter = ',', default_values_t = [64, 256, 1024],
          value_parser = RangedU64ValueParser::<usize>::new().range(1..=LENGTH_LIMIT))]
    pub tokens: Vec<usize>,
    /// Linformer: rows k of E and F.
    #[arg(long, value_name = "K,…", value_delimiter = ',', default_values_t = [1, 16],
          value_parser = RangedU64ValueParser::<usize>::new().range(1..=65536))]
    pub rank: Vec<usize>,
    /// Performer: numbers m of random features.
    #[arg(long, value_name = "M,…", value_delimiter = ',', default_values_t = [1, 64],
          value_parser = RangedU64ValueParser::<usize>::new().range(1..=65536))]
    pub features: Vec<usize>,
    /// The paper's scores, for which every query is computed, or zero ones.
    #[arg(long, value_enum, default_value = "paper")]
    pub scores: ScoresName,
    /// Leave out the seconds, the only column that differs between runs.
    #[arg(long)]
    pub no_time: bool,
}

const COLUMNS: [&str; 11] = [
    "architecture",
    "n",
    "k_or_m",
    "scores",
    "latents",
    "madds",
    "madds_every",
    "bytes",
    "whole_bytes",
    "float_error",
    "seconds",
];

pub(super) fn table(arguments: &AttentionArguments) -> Result<Table, CliError> {
    let target = read_target(&arguments.target)?;
    let file = plain_path(&target_file(&arguments.target));
    let (scores, scores_name) = match arguments.scores {
        ScoresName::Zero => (Scores::Zero, "zero"),
        ScoresName::Paper => (Scores::Paper, "paper"),
    };
    let architectures = architectures(arguments);
    check_rows(&[architectures.len(), arguments.tokens.len()], 1000)?;
    let columns = usize::from(scores == Scores::Paper);
    for (&n, (name, _, architecture)) in arguments.tokens.iter().cartesian_product(&architectures) {
        let work = attention_work(*architecture, n, columns, 1).multiply_adds;
        if work > MAX_WORK {
            return Err(CliError::bad_input(format!(
                "{name} with n = {n} takes at least {work} products in its attention layer, more than the limit of {MAX_WORK}; \
                 shorten --tokens or use --scores zero"
            )));
        }
    }
    let mut rows = Vec::new();
    // One after the other, so that seconds are not those of a busy machine.
    for (name, number, architecture) in &architectures {
        for &n in &arguments.tokens {
            let target = with_length(&file, &target, Tokens::Fixed(n))?;
            let row =
                attention_row(&target, n, *architecture, scores).map_err(|e| explain(e, &target, &file))?;
            rows.push(json!({
                "architecture": name,
                "n": n,
                "k_or_m": number,
                "scores": scores_name,
                "latents": row.latent_dimension,
                "madds": integer(row.work.multiply_adds),
                "madds_every": integer(row.work.every_query),
                "bytes": integer(row.work.bytes),
                "whole_bytes": integer(row.work.whole_bytes),
                "float_error": row.float_error,
                "seconds": if arguments.no_time { Value::Null } else { json!(row.seconds) },
            }));
        }
    }
    let claim = "Section 2.2: O(n²) for softmax, O(nk) for Linformer, O(nkd) for Performer (k random features); all three exact here";
    let header = if arguments.no_time { &COLUMNS[..COLUMNS.len() - 1] } else { &COLUMNS };
    let picture = picture(&rows, arguments.no_time);
    Ok(Table::of_rows(header, rows, false, claim, picture).with_outcome(Outcome::Proved))
}

/// Name, k or m, and what it is.
fn architectures(arguments: &AttentionArguments) -> Vec<(&'static str, Value, Architecture)> {
    let linformers =
        arguments.rank.iter().map(|&rank| ("linformer", json!(rank), Architecture::Linformer { rank }));
    let performers = arguments.features.iter().map(|&features| {
        ("performer", json!(features), Architecture::Performer { features, seed: 0, normalized: true })
    });
    [("transformer", Value::Null, Architecture::Transformer)]
        .into_iter()
        .chain(linformers)
        .chain(performers)
        .collect()
}

/// As a number where JSON readers keep it.
fn integer(value: u128) -> Value {
    u64::try_from(value).map_or_else(|_| json!(value.to_string()), |value| json!(value))
}

/// What became of a network.
pub(super) fn explain(error: AttentionRowError, target: &Target, file: &str) -> CliError {
    match error {
        AttentionRowError::Recipe(error) => failure(error, Subject { target, file }),
        AttentionRowError::Eval(error) => CliError::incomplete(error.to_string()),
    }
}

fn picture(rows: &[Value], no_time: bool) -> Picture {
    let name = |row: &Value| {
        let text = row["architecture"].as_str().unwrap_or("-");
        match row["k_or_m"].as_u64() {
            Some(number) => format!("{text} {number}"),
            None => text.to_string(),
        }
    };
    let groups: Vec<String> = rows.iter().map(name).unique().collect();
    let panel = |title: &str, column: &str, least: f64| {
        let of = |group: &String| points(rows.iter().filter(|row| name(row) == *group), "n", column);
        Panel {
            title: title.into(),
            x: ("n", Scale::Two),
            y: Scale::Ten,
            least,
            lines: groups.iter().enumerate().map(|(i, group)| line(i, of(group))).collect(),
        }
    };
    let mut panels = vec![
        panel("multiply–adds of the attention layer", "madds_every", 1.0),
        panel("bytes of its weights or features", "whole_bytes", 1.0),
    ];
    if !no_time {
        panels.push(panel("seconds of a forward pass", "seconds", 1e-9));
    }
    let columns = panels.len();
    let legend = vec![(String::new(), names(groups))];
    Picture { legend, columns, panel_size: (440, 320), panels }
}
