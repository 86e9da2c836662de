//! Who reads and writes which slots.

use super::{px, svg};
use crate::cli::escape::shown;
use crate::cli::report::text::brief;
use crate::report::stream::{Row, Stream};
use maud::{Markup, html};

/// Where names begin, and room for each of their characters.
const NAMES: f64 = 52.0;
const CHARACTER: f64 = 7.0;
const COLUMN: f64 = 26.0;
const LINE: f64 = 17.0;
const TOP: f64 = 96.0;
/// Room for the last slanted label.
const MARGIN: f64 = 100.0;
const CHARACTERS: usize = 40;

/// The strip.
pub fn draw(id: &str, stream: &Stream) -> Markup {
    let longest = stream.rows.iter().map(|row| shown(&row.name).chars().count()).max().unwrap_or(0);
    let labels = NAMES + CHARACTER * longest.min(CHARACTERS) as f64 + 8.0;
    let x = |column: usize| labels + COLUMN * (column as f64 + 0.5);
    let y = |row: usize| TOP + LINE * (row as f64 + 0.5);
    let width = labels + COLUMN * stream.columns.len() as f64 + MARGIN;
    let height = TOP + LINE * stream.rows.len() as f64 + 4.0;
    let content = html! {
        @for (column, name) in stream.columns.iter().enumerate() {
            text.tick transform=(format!("translate({} {}) rotate(-40)", px(x(column)), px(TOP - 8.0))) { (name) }
            line.grid x1=(px(x(column))) x2=(px(x(column))) y1=(px(TOP - 4.0)) y2=(px(height)) {}
        }
        @for (row, it) in stream.rows.iter().enumerate() {
            text.tick x="0" y=(px(y(row) + 4.0)) { (numbers(it)) }
            text x=(px(NAMES)) y=(px(y(row) + 4.0)) { (brief(&it.name, CHARACTERS)) title { (shown(&it.name)) } }
            @if let Some([first, last]) = life(it) {
                line.stem x1=(px(x(first))) x2=(px(x(last))) y1=(px(y(row))) y2=(px(y(row))) {}
            }
            @for (column, here) in it.uses.iter().enumerate() {
                @if here.writes {
                    rect.write x=(px(x(column) - 5.0)) y=(px(y(row) - 5.0)) width="10" height="10" {}
                }
                @if here.reads {
                    circle.read cx=(px(x(column))) cy=(px(y(row))) r="3" {}
                }
            }
        }
    };
    let description = "One line for each slot of the residual stream, one column for each part of the network; a square \
                       where the part adds to the slot, a dot where it reads it.";
    svg(id, [width, height], "Residual stream", description, &content)
}

/// `7`, or `7–12` for a group.
pub fn numbers(row: &Row) -> String {
    let [first, end] = row.slots;
    if end == first + 1 { first.to_string() } else { format!("{first}–{}", end - 1) }
}

/// From the first use to the last.
fn life(row: &Row) -> Option<[usize; 2]> {
    let used = |column: &usize| row.uses[*column].reads || row.uses[*column].writes;
    let first = (0..row.uses.len()).find(used)?;
    let last = (0..row.uses.len()).rev().find(used)?;
    Some([first, last])
}
