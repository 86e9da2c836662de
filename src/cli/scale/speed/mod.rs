//! `sumformer scale speed`

mod arguments;
mod measure;

use super::table::{Table, line, names, number, points};
use crate::cli::error::{CliError, Outcome};
use crate::cli::plot::{Panel, Picture, Scale};
use crate::cli::progress::Progress;
use crate::scale::fit::tail_exponent;
use crate::scale::speed::{AXES, Axis, STEPS, Step};
use serde_json::{Map, Value, json};
use std::time::{Duration, Instant};

pub use arguments::SpeedArguments;
use arguments::column;
pub(super) use measure::run as measure;

pub(super) const HELP: &str = "One thing grows at a time, each step runs in a process of its own on one thread, and the least of up to five runs counts:\n  \
n          the length of the sequence, for a covariance\n  \
d          coordinates, each with an output, the square of a sum\n  \
degree     Σ mean(y^k) for k up to it, squared ReLU, for every length\n  \
1/epsilon  the error asked of a covariance, with ReLU\n  \
entries    of a table, the discontinuous construction of a half mean\n  \
boxes      on which x/(1 + Σy²) is compared with a polynomial\n\n\
_s: seconds. _MB: the most memory in use (Linux), less what was in use before. \"fitted\": the power of what grows that is nearest to the \
last half of the points, at least three, in the least squares of logarithms; \"expected\": what it is at most, by what the step does, for \
time and memory alike; docs/scaling.md has the reasons.";

const COLUMNS: [&str; 8] = ["axis", "x", "prove_s", "check_s", "eval_s", "prove_MB", "check_MB", "eval_MB"];

/// What is measured of a step, and the unit of its column.
const QUANTITIES: [(&str, &str); 2] = [("time", "s"), ("memory", "MB")];

pub(super) fn table(arguments: &SpeedArguments) -> Result<Table, CliError> {
    let end = Instant::now() + arguments.time_limit;
    let axes: Vec<Axis> = match arguments.axis.as_slice() {
        [] => AXES.to_vec(),
        asked => {
            AXES.into_iter().filter(|axis| asked.iter().any(|name| Axis::from(*name) == *axis)).collect()
        }
    };
    let most = arguments.points.map_or(usize::MAX, |points| points as usize);
    let values = |axis: Axis| axis.values().iter().take(most).copied();
    let progress = Progress::new(axes.iter().map(|axis| values(*axis).count() as u64).sum());
    let mut rows = Vec::new();
    'all: for &axis in &axes {
        for value in values(axis) {
            progress.step(format!("{} {value}", axis.name()));
            match measure::point(axis, value, end)? {
                Some(row) => rows.push(row),
                None => break 'all,
            }
            progress.done();
        }
    }
    let wanted: usize = axes.iter().map(|axis| values(*axis).count()).sum();
    let left_out = wanted - rows.len();
    progress.finish();
    let fits: Vec<Value> = axes.iter().flat_map(|axis| fits(*axis, &rows)).collect();
    let picture = picture(&axes, &rows);
    let claim = "section 6 of the paper leaves open what the construction costs; here is what proving, checking and evaluating it costs";
    let table = Table::of_rows(&COLUMNS, rows, false, claim, picture);
    Ok(with_fits(table, &axes, fits, left_out, arguments.time_limit))
}

/// The powers of an axis: one for each step and quantity that has points.
fn fits(axis: Axis, rows: &[Value]) -> Vec<Value> {
    let own: Vec<&Value> = rows.iter().filter(|row| row["axis"] == axis.name()).collect();
    let of = |step: Step, (quantity, unit): (&str, &str)| {
        let points = points(own.iter().copied(), "x", &column(step, unit));
        json!({
            "axis": axis.name(),
            "step": step.name(),
            "quantity": quantity,
            "fitted": tail_exponent(&points),
            "expected": axis.expected(step),
            "points": points.len(),
        })
    };
    QUANTITIES.iter().flat_map(|quantity| STEPS.map(|step| of(step, *quantity))).collect()
}

/// Below the rows of each axis two more: what was fitted, and what is expected.
fn with_fits(table: Table, axes: &[Axis], fits: Vec<Value>, left_out: usize, limit: Duration) -> Table {
    let rows = table.json["rows"].as_array().cloned().unwrap_or_default();
    let mut cells = Vec::new();
    for axis in axes {
        let own = |row: &&Vec<String>| row.first().is_some_and(|name| name == axis.name());
        cells.extend(table.cells.iter().filter(own).cloned());
        for key in ["fitted", "expected"] {
            let power =
                |fit: &Value| fit[key].as_f64().map_or_else(|| "-".into(), |power| format!("{power:.2}"));
            let powers = fits.iter().filter(|fit| fit["axis"] == axis.name()).map(power);
            cells.push([axis.name().to_string(), key.to_string()].into_iter().chain(powers).collect());
        }
    }
    let mut answer = Map::from_iter([("rows".to_string(), rows.into()), ("fits".to_string(), fits.into())]);
    let mut outcome = Outcome::Proved;
    if left_out > 0 {
        let words = format!(
            "{left_out} points are left out: the time limit of {} s is reached; --time-limit sets another",
            limit.as_secs_f64()
        );
        crate::cli::output::say(&words);
        answer.insert("left_out".into(), words.into());
        outcome = Outcome::Incomplete;
    }
    Table { cells, json: answer.into(), ..table }.with_outcome(outcome)
}

/// Time and memory of each axis side by side, a line for each step.
fn picture(axes: &[Axis], rows: &[Value]) -> Picture {
    let panel = |axis: &Axis, (quantity, unit): (&str, &str)| {
        let own: Vec<&Value> = rows.iter().filter(|row| row["axis"] == axis.name()).collect();
        let lines = STEPS.iter().enumerate().map(|(i, step)| {
            let column = column(*step, unit);
            let points = own.iter().filter_map(|row| Some((number(row, "x")?, number(row, &column)?)));
            // Nothing has no place on this axis.
            line(i, points.filter(|(_, y)| *y > 0.0).collect())
        });
        Panel {
            title: format!("{quantity} ({unit}) against {}", axis.name()),
            x: (axis.name(), Scale::Ten),
            y: Scale::Ten,
            least: 1e-9,
            lines: lines.collect(),
        }
    };
    let panels = axes.iter().flat_map(|axis| QUANTITIES.map(|quantity| panel(axis, quantity))).collect();
    let legend = vec![(String::new(), names(STEPS.map(|step| step.name().to_string())))];
    Picture { legend, columns: 2, panel_size: (480, 280), panels }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(axis: Axis, x: u64, seconds: f64) -> Value {
        json!({ "axis": axis.name(), "x": x, "prove_s": seconds, "check_s": null, "prove_MB": 1.5 })
    }

    #[test]
    fn powers_stand_below_the_points_they_are_of() {
        let rows: Vec<Value> = [1, 10, 100].map(|x| row(Axis::Entries, x, (x * x) as f64)).to_vec();
        let fits = fits(Axis::Entries, &rows);
        assert_eq!(fits.len(), 6);
        assert!((fits[0]["fitted"].as_f64().unwrap() - 2.0).abs() < 1e-9 && fits[0]["expected"] == 1.0);
        assert!(fits[1]["fitted"].is_null() && fits[1]["points"] == 0);
        assert!(fits[3]["fitted"].as_f64().unwrap().abs() < 1e-9 && fits[3]["quantity"] == "memory");
        let axes = [Axis::Entries];
        let table = Table::of_rows(&COLUMNS, rows.clone(), false, "", picture(&axes, &rows));
        let table = with_fits(table, &axes, fits, 2, Duration::from_secs(7));
        assert_eq!(table.cells[3], ["entries", "fitted", "2.00", "-", "-", "0.00", "-", "-"]);
        assert_eq!(table.cells[4], ["entries", "expected", "1.00", "1.00", "1.00", "1.00", "1.00", "1.00"]);
        assert_eq!(table.outcome, Outcome::Incomplete);
        assert!(table.json["left_out"].as_str().unwrap().contains("limit of 7 s"));
    }
}
