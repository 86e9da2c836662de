//! `sumformer scale cost`

use super::table::{Table, check_rows, line, names, points};
use crate::cli::error::{CliError, Outcome};
use crate::cli::failure::lowering_failure;
use crate::cli::output::say;
use crate::cli::plot::{COLOURS, Line, Panel, Picture, Scale};
use crate::cli::progress;
use crate::cli::values::{ActivationName, ArchitectureName, parse_epsilon};
use crate::lowering::attention::Architecture;
use crate::report::numbers::{count, upper};
use crate::scale::construction::{ConstructionSize, Member};
use crate::scale::construction_row::{
    ConstructionPoint, ConstructionRow, ConstructionRowError, Fineness, construction_row,
};
use crate::scale::family::Family;
use clap::{Args, ValueEnum};
use itertools::{Itertools, iproduct};
use serde_json::{Value, json};
use sumformer_checker::arith::number::Rational;

pub(super) const HELP: &str = "Families on [0, 1]^d, in sums S over the n − 1 other tokens:\n  \
features  Σ S_α over all 1 ≤ |α| ≤ D: φ is all monomials, as in (36), ψ is linear\n  \
power     S_1^D, …, S_d^D, D a power of two: φ is linear, ψ squares\n  \
product   S_1·…·S_d, D = d: φ is linear, ψ multiplies\n\n\
Sizes are closed forms of n, d, D (and of the pieces, where there is one layer of products); \"agree\" compares all six of them with \
a network that is built and counted. With --epsilon the sizes are counted, and predicted_units is C/√ε and the units that carry \
latents, C from the planner's law. Combinations that are no member of a family are left out. Exit code 1 if a closed form differs.";

/// The most rows.
const MAX_ROWS: usize = 20_000;
/// The most lines of a panel.
const MAX_LINES: usize = 8;

/// `--family`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FamilyName {
    /// All monomials of degree at most D, summed.
    Features,
    /// The D-th powers of sums of coordinates.
    Power,
    /// The product of the sums of all coordinates.
    Product,
}

impl From<FamilyName> for Family {
    fn from(name: FamilyName) -> Self {
        match name {
            FamilyName::Features => Family::Features,
            FamilyName::Power => Family::Power,
            FamilyName::Product => Family::Product,
        }
    }
}

/// `scale cost`
#[derive(Debug, Args)]
pub struct CostArguments {
    /// Families of targets.
    #[arg(long, value_enum, value_delimiter = ',', default_values = ["features", "power", "product"])]
    pub family: Vec<FamilyName>,
    /// Sequence lengths n.
    #[arg(long, value_name = "N,…", value_delimiter = ',', default_values_t = [4], value_parser = clap::value_parser!(u32).range(2..=1_000_000))]
    pub tokens: Vec<u32>,
    /// Token dimensions d.
    #[arg(long, value_name = "D,…", value_delimiter = ',', default_values_t = [1, 2, 3, 4], value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub dimension: Vec<u32>,
    /// Degrees D.
    #[arg(long, value_name = "D,…", value_delimiter = ',', default_values_t = [1, 2, 3, 4], value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub degree: Vec<u32>,
    /// relu2, or relu with --pieces or --epsilon.
    #[arg(long, value_enum, value_delimiter = ',', default_values = ["relu2"])]
    pub activation: Vec<ActivationName>,
    /// relu: pieces that every gadget is asked for.
    #[arg(long, value_name = "N,…", value_delimiter = ',', value_parser = clap::value_parser!(u64).range(2..=1 << 20))]
    pub pieces: Vec<u64>,
    /// relu: errors.
    #[arg(long, value_name = "Q,…", value_delimiter = ',', value_parser = parse_epsilon)]
    pub epsilon: Vec<Rational>,
    /// The attention; nothing but a Performer's ω, which is not counted, depends on it.
    #[arg(long, value_enum, default_value = "transformer")]
    pub architecture: ArchitectureName,
    /// Networks with more hidden units are not built; only the closed form is given.
    #[arg(long, value_name = "N", default_value_t = 20_000)]
    pub max_units: u64,
}

const COLUMNS: [&str; 16] = [
    "family",
    "n",
    "d",
    "degree",
    "activation",
    "pieces",
    "epsilon",
    "blocks",
    "width",
    "latents",
    "units",
    "nonzeros",
    "madds_per_token",
    "agree",
    "predicted_units",
    "ratio",
];

pub(super) fn table(arguments: &CostArguments, exact: bool) -> Result<Table, CliError> {
    let points = members(arguments)?;
    let results: Vec<Result<ConstructionRow, ConstructionRowError>> =
        progress::rows(&points, |point| construction_row(point, arguments.max_units));
    let (mut rows, mut refuted, mut left_out) = (Vec::new(), false, Vec::new());
    for (point, result) in points.iter().zip(results) {
        match result {
            Ok(row) => {
                refuted |= row.agrees() == Some(false);
                rows.push(json(point, &row));
            }
            Err(ConstructionRowError::NoClosedForm(reason)) => left_out.push(reason.to_string()),
            Err(ConstructionRowError::Lowering(error)) => return Err(lowering_failure(error)),
            Err(error @ ConstructionRowError::Family(_)) => {
                return Err(CliError::bad_input(error.to_string()));
            }
        }
    }
    if let Some(reason) = left_out.first() {
        if rows.is_empty() {
            return Err(CliError::bad_input(format!("no combination has a closed form: {reason}")));
        }
        say(format!("note: {} combinations are left out; the first: {reason}", left_out.len()));
    }
    let claim = "Section 6 says of the cost of the continuous construction that it is polynomial in n: here it is, in closed form";
    let picture = picture(&rows);
    let outcome = if refuted { Outcome::Refuted } else { Outcome::Proved };
    Ok(Table::of_rows(&COLUMNS, rows, exact, claim, picture).with_outcome(outcome))
}

/// In the order of the lists, the first one slowest.
fn members(arguments: &CostArguments) -> Result<Vec<ConstructionPoint>, CliError> {
    if !arguments.activation.contains(&ActivationName::Relu) {
        let given =
            [("--pieces", !arguments.pieces.is_empty()), ("--epsilon", !arguments.epsilon.is_empty())];
        if let Some((option, _)) = given.iter().find(|(_, given)| *given) {
            return Err(CliError::bad_input(format!(
                "{option} belongs to --activation relu and would change nothing here; leave it out"
            )));
        }
    }
    let mut fineness = Vec::new();
    for activation in &arguments.activation {
        match activation {
            ActivationName::Relu2 => fineness.push(Fineness::Exact),
            ActivationName::Relu => {
                if arguments.pieces.is_empty() && arguments.epsilon.is_empty() {
                    return Err(CliError::bad_input(
                        "--activation relu needs --pieces, for closed forms, or --epsilon, for the law of the units",
                    ));
                }
                fineness.extend(arguments.pieces.iter().map(|&pieces| Fineness::Pieces(pieces)));
                fineness.extend(arguments.epsilon.iter().cloned().map(Fineness::Error));
            }
            ActivationName::Step => {
                return Err(CliError::bad_input(
                    "the continuous construction has relu and relu2, no step units",
                ));
            }
        }
    }
    let architecture = match arguments.architecture {
        ArchitectureName::Transformer => Architecture::Transformer,
        ArchitectureName::Linformer => Architecture::Linformer { rank: 2 },
        ArchitectureName::Performer => Architecture::Performer { features: 8, seed: 0, normalized: true },
        ArchitectureName::All => {
            return Err(CliError::bad_input("--architecture all makes equal rows; give one of the three"));
        }
    };
    let CostArguments { family, tokens, dimension, degree, .. } = arguments;
    check_rows(&[family.len(), tokens.len(), dimension.len(), degree.len(), fineness.len()], MAX_ROWS)?;
    let point = |(&family, &tokens, &dimension, &degree, fineness): (_, &u32, _, _, &Fineness)| {
        let member = Member { family: FamilyName::into(family), tokens: tokens as usize, dimension, degree };
        ConstructionPoint { member, fineness: fineness.clone(), architecture }
    };
    Ok(iproduct!(family, tokens, dimension, degree, &fineness).map(point).collect())
}

fn json(point: &ConstructionPoint, row: &ConstructionRow) -> Value {
    let Member { family, tokens, dimension, degree } = point.member;
    let (activation, pieces, epsilon) = match &point.fineness {
        Fineness::Exact => ("relu2", Value::Null, Value::Null),
        Fineness::Pieces(pieces) => ("relu", json!(pieces), Value::Null),
        // As it is written: a bound is shown rounded up, but this is none.
        Fineness::Error(epsilon) => ("relu", Value::Null, upper(epsilon)),
    };
    let shown = row.predicted.as_ref().or(row.counted.as_ref());
    let number = |of: fn(&ConstructionSize) -> &num_bigint::BigUint| shown.map(|size| count(of(size)));
    let units = row.counted.as_ref().and_then(|size| num_traits::ToPrimitive::to_f64(&size.hidden_units));
    json!({
        "family": family.name(),
        "n": tokens,
        "d": dimension,
        "degree": degree,
        "activation": activation,
        "pieces": pieces,
        "epsilon": epsilon,
        "blocks": number(|size| &size.blocks),
        "width": number(|size| &size.width),
        "latents": number(|size| &size.latent_dimension),
        "units": number(|size| &size.hidden_units),
        "nonzeros": number(|size| &size.nonzeros),
        "madds_per_token": number(|size| &size.multiply_adds),
        "agree": row.agrees(),
        "predicted_units": row.predicted_units,
        "ratio": row.predicted_units.zip(units).map(|(predicted, units)| units / predicted),
    })
}

/// Work against the degree, units against pieces, and units against ε, counted and (dashed) predicted; as far as there are rows.
fn picture(rows: &[Value]) -> Picture {
    let text = |row: &Value, key: &str| row[key].as_str().unwrap_or("-").to_string();
    let shape = |row: &Value| format!("{}, d = {}", text(row, "family"), row["d"]);
    let case = |row: &Value| format!("{}, n = {}, degree {}", shape(row), row["n"], row["degree"]);
    let mut legend: Vec<(String, Line)> = Vec::new();
    let mut panels = Vec::new();
    let mut panel = |title: &str, x, lines: Vec<Line>| {
        panels.push(Panel { title: title.into(), x, y: Scale::Ten, least: 1.0, lines });
    };
    // The first groups of some of the rows, and their rows.
    let groups = |of: fn(&Value) -> bool, name: &dyn Fn(&Value) -> String| -> Vec<(String, Vec<&Value>)> {
        let own: Vec<&Value> = rows.iter().filter(|row| of(row)).collect();
        let names: Vec<String> = own.iter().map(|row| name(row)).unique().take(MAX_LINES).collect();
        let rows = |group: &str| own.iter().copied().filter(|row| name(row) == group).collect();
        names
            .into_iter()
            .map(|name| {
                let rows = rows(&name);
                (name, rows)
            })
            .collect()
    };
    let exact = groups(|row| row["activation"] == "relu2", &shape);
    for (title, column) in
        [("multiply–adds per token, relu2", "madds_per_token"), ("hidden units, relu2", "units")]
    {
        if !exact.is_empty() {
            let lines = exact
                .iter()
                .enumerate()
                .map(|(i, (_, rows))| line(i, points(rows.iter().copied(), "degree", column)));
            panel(title, ("degree D", Scale::Linear), lines.collect());
        }
    }
    let pieces = groups(|row| !row["pieces"].is_null(), &case);
    if !pieces.is_empty() {
        let lines = pieces
            .iter()
            .enumerate()
            .map(|(i, (_, rows))| line(i, points(rows.iter().copied(), "pieces", "units")));
        panel("hidden units, relu", ("pieces of a gadget", Scale::Two), lines.collect());
    }
    let law = groups(|row| !row["epsilon"].is_null(), &case);
    if !law.is_empty() {
        let lines = law.iter().enumerate().flat_map(|(i, (_, rows))| {
            let predicted = points(rows.iter().copied(), "epsilon", "predicted_units");
            [
                line(i, points(rows.iter().copied(), "epsilon", "units")),
                Line::dashed(COLOURS[i % 8], predicted),
            ]
        });
        panel("hidden units, relu: counted, and (dashed) C·ε^(−1/2)", ("ε", Scale::Ten), lines.collect());
    }
    for groups in [exact, pieces, law] {
        legend.extend(names(groups.into_iter().map(|(name, _)| name)));
    }
    let per_line = if panels.len() == 2 && legend.len() > 4 { 4 } else { 3 };
    let legend = legend.into_iter().chunks(per_line);
    let legend = legend.into_iter().map(|names| (String::new(), names.collect())).collect();
    let columns = panels.len().clamp(1, 2);
    Picture { legend, columns, panel_size: (1000 / columns as u32, 330), panels }
}
