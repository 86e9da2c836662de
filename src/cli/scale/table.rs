//! Rows in every form of output.

use crate::cli::error::{CliError, Outcome};
use crate::cli::plot::{COLOURS, Line, Picture};
use crate::report::numbers::{above, below, measured};
use serde_json::{Value, json};
use sumformer_checker::arith::number::{Rational, parse_rational};

/// The column of upper bounds, which may be floats.
const CERTIFIED: &str = "certified";
/// The column of lower bounds.
const WITNESS: &str = "witness";
/// Fractions of so many characters are shown as they are.
const SHORT: usize = 8;

/// Rows as text, as JSON and as a picture.
pub(super) struct Table {
    pub(super) header: Vec<&'static str>,
    pub(super) cells: Vec<Vec<String>>,
    pub(super) json: Value,
    pub(super) outcome: Outcome,
    /// What the paper says of it.
    pub(super) claim: &'static str,
    pub(super) picture: Picture,
}

impl Table {
    /// A table of JSON objects, a column for each name: numbers as they are, floats with three decimals, fractions as they
    /// are if they are short or `exact` is set, else rounded up, or down in the column `witness`.
    pub(super) fn of_rows(
        header: &[&'static str],
        rows: Vec<Value>,
        exact: bool,
        claim: &'static str,
        picture: Picture,
    ) -> Self {
        let cells = rows.iter().map(|row| header.iter().map(|name| text(name, &row[*name], exact)).collect());
        Self {
            header: header.to_vec(),
            cells: cells.collect(),
            json: json!({ "rows": rows }),
            outcome: Outcome::Proved,
            claim,
            picture,
        }
    }

    /// Why the command does not end with 0, if it does not: the first row with a note, and how many there are.
    pub(super) fn open(&self) -> Option<String> {
        let what = match self.outcome {
            Outcome::Proved | Outcome::BadInput => return None,
            Outcome::Refuted => "refuted",
            Outcome::Incomplete => "incomplete",
        };
        let rows = self.json["rows"].as_array().map(Vec::as_slice).unwrap_or_default();
        let noted: Vec<&str> = rows.iter().filter_map(|row| row["note"].as_str()).collect();
        let code = self.outcome.code();
        Some(match noted.first() {
            Some(first) => format!(
                "{what} (exit code {code}): {} of {} rows have a note; the first: {first}",
                noted.len(),
                rows.len()
            ),
            None => format!("{what} (exit code {code}): see the rows and what was said above"),
        })
    }

    /// The same with an outcome.
    pub(super) fn with_outcome(self, outcome: Outcome) -> Self {
        Self { outcome, ..self }
    }
}

fn text(name: &str, value: &Value, exact: bool) -> String {
    match value {
        Value::Null => "-".into(),
        Value::Bool(true) => "yes".into(),
        Value::Bool(false) => "NO".into(),
        Value::Number(number) if number.is_f64() => {
            let bound = number.as_f64().filter(|_| name == CERTIFIED).and_then(Rational::from_float);
            match bound {
                Some(bound) => above(&bound),
                None => number.as_f64().map_or_else(|| "-".into(), measured),
            }
        }
        Value::Number(number) => number.to_string(),
        // In one cell of a comma-separated table.
        Value::String(text) => text.replace(',', ";").replace('\n', " "),
        Value::Object(bound) => {
            let number = bound.get("exact").and_then(Value::as_str).unwrap_or("-");
            match parse_rational(number) {
                Ok(bound) if !exact && number.len() > SHORT && name == WITNESS => below(&bound),
                Ok(bound) if !exact && number.len() > SHORT => above(&bound),
                _ => number.to_string(),
            }
        }
        Value::Array(_) => value.to_string(),
    }
}

/// A number of a row for a picture; a bound as a float.
pub(super) fn number(row: &Value, name: &str) -> Option<f64> {
    let value = &row[name];
    let text = || value.as_str().and_then(|text| text.parse().ok());
    value.as_f64().or_else(|| value["float"].as_f64()).or_else(text)
}

/// The points (x, y) of the rows that have both.
pub(super) fn points<'a>(rows: impl IntoIterator<Item = &'a Value>, x: &str, y: &str) -> Vec<(f64, f64)> {
    rows.into_iter().filter_map(|row| Some((number(row, x)?, number(row, y)?))).collect()
}

/// The i-th solid line of several, and the same for the legend.
pub(super) fn line(i: usize, points: Vec<(f64, f64)>) -> Line {
    Line::solid(i, COLOURS[i % COLOURS.len()], points)
}

/// The names of solid lines, in their order.
pub(super) fn names(names: impl IntoIterator<Item = String>) -> Vec<(String, Line)> {
    names.into_iter().enumerate().map(|(i, name)| (name, line(i, Vec::new()))).collect()
}

/// Refuses tables with more rows than anyone reads, before they are computed.
pub(super) fn check_rows(lengths: &[usize], most: usize) -> Result<(), CliError> {
    let rows = lengths.iter().fold(1, |rows: usize, &length| rows.saturating_mul(length));
    if rows > most {
        return Err(CliError::bad_input(format!(
            "these lists make {rows} rows, more than the limit of {most}; shorten one of them"
        )));
    }
    Ok(())
}
