//! `sumformer scale staircase`

use super::table::{Table, check_rows, line, names, number};
use crate::cli::error::{CliError, Outcome};
use crate::cli::limits::LimitArguments;
use crate::cli::output::say;
use crate::cli::plot::{Panel, Picture, Scale};
use crate::cli::progress;
use crate::report::numbers::{below, lower};
use crate::scale::staircase::{StaircaseFamily, StaircaseRow, staircase_row};
use clap::{Args, ValueEnum};
use itertools::{Itertools, iproduct};
use serde_json::{Value, json};
use sumformer_checker::arith::number::Rational;
use sumformer_checker::language::target::Target;
use sumformer_checker::work::within;

pub(super) const HELP: &str = "Families on [0, 1]^d, over the n − 1 other tokens y:\n  \
kernel      Σ (1 + x·y)^D: C(D + d, d) − 1 sums do\n  \
power       (Σ y_1)^D, …, (Σ y_d)^D: d sums do\n  \
elementary  e_D of the others, d = 1 and D < n: D power sums do, for few tokens fewer other sums\n\n\
A row for each number of sums below --until, and one for that with which the error is 0 (\"reached\"): every Sumformer with so many errs by at least \"floor\", \
derived by the checker; docs/latent.md. In a transformer with one attention layer and constant scores sums are heads × width of a value.";

/// The most rows.
const MAX_ROWS: usize = 2000;
/// The most numbers of sums that are looked at.
const MOST: u32 = 16;

/// `--family`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FamilyName {
    /// Powers of 1 + x·y, summed.
    Kernel,
    /// Powers of the sums of coordinates.
    Power,
    /// Elementary symmetric functions of the others.
    Elementary,
}

impl From<FamilyName> for StaircaseFamily {
    fn from(name: FamilyName) -> Self {
        match name {
            FamilyName::Kernel => Self::Kernel,
            FamilyName::Power => Self::Power,
            FamilyName::Elementary => Self::Elementary,
        }
    }
}

/// `scale staircase`
#[derive(Debug, Args)]
pub struct StaircaseArguments {
    /// Families of targets.
    #[arg(long, value_enum, value_delimiter = ',', default_values = ["kernel", "power", "elementary"])]
    pub family: Vec<FamilyName>,
    /// Sequence lengths n.
    #[arg(long, value_name = "N,…", value_delimiter = ',', default_values_t = [3, 5], value_parser = clap::value_parser!(u32).range(2..=1000))]
    pub tokens: Vec<u32>,
    /// Token dimensions d.
    #[arg(long, value_name = "D,…", value_delimiter = ',', default_values_t = [1, 2], value_parser = clap::value_parser!(u32).range(1..=8))]
    pub dimension: Vec<u32>,
    /// Degrees D.
    #[arg(long, value_name = "D,…", value_delimiter = ',', default_values_t = [2, 3], value_parser = clap::value_parser!(u32).range(1..=8))]
    pub degree: Vec<u32>,
    /// Look at Sumformers with fewer sums than this.
    #[arg(long, value_name = "K", default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST)))]
    pub until: u32,
    /// Starts of the search for each number of sums.
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub starts: u32,
    /// When to stop; what is not found until then is left out, with exit code 3.
    #[command(flatten)]
    pub limits: LimitArguments,
}

const COLUMNS: [&str; 7] = ["family", "n", "d", "degree", "sums", "floor", "reached"];

/// A target to look at.
struct Case {
    family: StaircaseFamily,
    n: u32,
    d: u32,
    degree: u32,
    target: Target,
}

pub(super) fn table(arguments: &StaircaseArguments) -> Result<Table, CliError> {
    let lists = [&arguments.tokens, &arguments.dimension, &arguments.degree];
    let until = arguments.until as usize;
    check_rows(&[lists.map(Vec::len).iter().product(), arguments.family.len(), until], MAX_ROWS)?;
    let points = iproduct!(&arguments.family, &arguments.dimension, &arguments.degree, &arguments.tokens);
    let mut cases = Vec::new();
    for (&family, &d, &degree, &n) in points {
        let family = StaircaseFamily::from(family);
        if let Some(target) = family.target(n as usize, d as usize, degree) {
            let target = target.map_err(|error| CliError::bad_input(error.to_string()))?;
            cases.push(Case { family, n, d, degree, target });
        }
    }
    if cases.is_empty() {
        return Err(CliError::bad_input(
            "no family has a member for these lists; elementary has those with d = 1 and a degree below n",
        ));
    }
    let deadline = arguments.limits.start();
    let found = progress::rows(&cases, |case| {
        let row = || staircase_row(&case.target, case.n as usize, arguments.starts as usize, until);
        within(deadline.limits(), row)
    });
    let (mut rows, mut skipped) = (Vec::new(), Vec::new());
    for (case, row) in cases.iter().zip(found) {
        let why = match row {
            Ok(Ok(row)) => {
                rows.extend(steps(case, &row, until));
                continue;
            }
            Ok(Err(error)) => error.to_string(),
            Err(stopped) => stopped.to_string(),
        };
        let Case { n, d, degree, .. } = *case;
        let family = case.family.name();
        say(format!("{family}, n = {n}, d = {d}, D = {degree}: {why}"));
        skipped.push(json!({ "family": family, "n": n, "d": d, "degree": degree, "why": why }));
    }
    let outcome = if skipped.is_empty() { Outcome::Proved } else { Outcome::Incomplete };
    let picture = picture(&rows);
    // Floors are lower bounds, and rounded down.
    let cells = rows.iter().map(|row| {
        COLUMNS.iter().map(|name| match &row[*name] {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Object(_) => row["text"].as_str().unwrap_or("0").to_string(),
            _ => "-".into(),
        })
    });
    let cells = cells.map(Iterator::collect).collect();
    rows.iter_mut().for_each(|row| {
        row.as_object_mut().and_then(|row| row.remove("text"));
    });
    Ok(Table {
        header: COLUMNS.to_vec(),
        cells,
        json: json!({ "rows": rows, "skipped": skipped }),
        outcome,
        claim: "Theorem 4.1 takes C(n + d, d) − 1 sums for every target; with fewer than the sums that are reached, these err by the floors at least",
        picture,
    })
}

/// A row for each number of sums.
fn steps(case: &Case, row: &StaircaseRow, until: usize) -> Vec<Value> {
    let all = (0..row.essential.min(until)).chain([row.essential]);
    all.map(|sums| {
        let floor = row.floors.iter().find(|(of, _)| *of >= sums).map(|(_, floor)| floor.clone());
        let floor: Rational = floor.unwrap_or_default();
        json!({
            "family": case.family.name(),
            "n": case.n,
            "d": case.d,
            "degree": case.degree,
            "sums": sums,
            "floor": lower(&floor),
            "reached": (sums >= row.essential).then_some(0),
            "text": below(&floor),
        })
    })
    .collect()
}

/// A panel for each family, d and degree, a line for each n.
fn picture(rows: &[Value]) -> Picture {
    let panel_of = |row: &Value| {
        format!("{}, d = {}, D = {}", row["family"].as_str().unwrap_or("-"), row["d"], row["degree"])
    };
    let lengths: Vec<u64> = rows.iter().filter_map(|row| row["n"].as_u64()).unique().sorted().collect();
    let panels = rows.iter().map(panel_of).unique().map(|title| {
        let own: Vec<&Value> = rows.iter().filter(|row| panel_of(row) == title).collect();
        let lines = lengths.iter().enumerate().map(|(i, n)| {
            let of_length = own.iter().filter(|row| row["n"].as_u64() == Some(*n));
            let points = of_length.filter_map(|row| Some((number(row, "sums")?, number(row, "floor")?)));
            // A floor of 0 has no place on this axis.
            line(i, points.filter(|(_, floor)| *floor > 0.0).collect())
        });
        let lines = lines.collect();
        Panel {
            title: format!("{title}: floor"),
            x: ("sums", Scale::Linear),
            y: Scale::Ten,
            least: 1e-12,
            lines,
        }
    });
    let panels = panels.collect();
    let legend = vec![(String::new(), names(lengths.iter().map(|n| format!("n = {n}"))))];
    Picture { legend, columns: 2, panel_size: (560, 300), panels }
}
