//! The chain of errors, one line for each step, on a logarithmic scale.

use super::{px, svg};
use crate::cli::report::text::brief;
use crate::report::chain::{Kind, Step};
use maud::{Markup, html};

const SCALE: [f64; 2] = [432.0, 812.0];
const WIDTH: f64 = 896.0;
const LINE: f64 = 19.0;
const TOP: f64 = 26.0;
/// Longest label.
const CHARACTERS: usize = 54;

/// The picture; nothing where all errors are 0.
pub fn draw(id: &str, steps: &[Step]) -> Option<Markup> {
    let logs = steps.iter().map(|step| step.error.log10()).filter(|log| log.is_finite());
    let (low, high) = logs.fold((f64::MAX, f64::MIN), |(low, high), log| (low.min(log), high.max(log)));
    if low > high {
        return None;
    }
    let (low, high) = (low.floor(), high.ceil().max(low.floor() + 1.0));
    let at = |log: f64| SCALE[0] + (log - low) / (high - low) * (SCALE[1] - SCALE[0]);
    let height = TOP + LINE * steps.len() as f64 + 6.0;
    // Every decade gets a line, a few of them a label.
    let every = ((high - low) / 6.0).ceil().max(1.0) as usize;
    let decades: Vec<i64> = (low as i64..=high as i64).collect();
    let content = html! {
        @for (index, &decade) in decades.iter().enumerate() {
            line.grid x1=(px(at(decade as f64))) x2=(px(at(decade as f64))) y1=(px(TOP - 6.0)) y2=(px(height)) {}
            @if index % every == 0 {
                text.tick x=(px(at(decade as f64))) y="14" text-anchor="middle" { "1e" (decade) }
            }
        }
        @for (index, step) in steps.iter().enumerate() {
            @let y = TOP + LINE * (index as f64 + 0.5);
            @let log = step.error.log10();
            g class=(class(step.kind)) {
                text.place x="0" y=(px(y + 4.0)) { (step.place) }
                text.what x="96" y=(px(y + 4.0)) { (brief(&step.what, CHARACTERS)) }
                @if log.is_finite() {
                    line.stem x1=(px(SCALE[0])) x2=(px(at(log))) y1=(px(y)) y2=(px(y)) {}
                    circle cx=(px(at(log))) cy=(px(y)) r="4" {}
                }
                text.value x=(px(WIDTH)) y=(px(y + 4.0)) text-anchor="end" { (step.error) }
            }
        }
        line.axis x1=(px(SCALE[0])) x2=(px(SCALE[0])) y1=(px(TOP - 6.0)) y2=(px(height)) {}
    };
    let description = "Errors from the target to the network, one line each, on a logarithmic scale; \
                       the table below has the same numbers.";
    Some(svg(id, [WIDTH, height], "Chain of errors", description, &content))
}

/// How a step looks.
pub fn class(kind: Kind) -> &'static str {
    match kind {
        Kind::Local => "local",
        Kind::Gathered => "gathered",
        Kind::Part => "part",
        Kind::Bound => "bound",
        Kind::Wanted => "wanted",
        Kind::Witness => "witness",
    }
}
