//! The staircase: floors and what is reached, on one logarithmic axis.

use super::{px, svg};
use crate::report::floors::FloorFacts;
use crate::report::numbers::Bound;
use maud::{Markup, html};
use sumformer_checker::arith::number::Rational;

const LEFT: f64 = 64.0;
const TOP: f64 = 12.0;
/// The widest step, and the widest picture.
const STEP: f64 = 56.0;
const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 220.0;
/// Room for the name of ε.
const RIGHT: f64 = 120.0;

/// The picture; `reached` is a number of sums with its error, which has a place below all decades if it is 0. Nothing where no floor is
/// positive.
pub fn draw(
    id: &str,
    facts: &FloorFacts,
    reached: Option<(usize, &Rational)>,
    epsilon: &Rational,
) -> Option<Markup> {
    let floors: Vec<(usize, f64)> =
        facts.floors.iter().map(|(sums, floor)| (*sums, Bound::lower(floor).log10())).collect();
    let reached = reached.map(|(sums, error)| (sums, Bound::upper(error).log10()));
    let epsilon = Bound::upper(epsilon).log10();
    let finite = floors.iter().map(|floor| floor.1).chain(reached.map(|it| it.1)).chain([epsilon]);
    let finite: Vec<f64> = finite.filter(|log| log.is_finite()).collect();
    let last = floors.last()?.0.max(reached.map_or(0, |it| it.0));
    let low = finite.iter().copied().fold(f64::INFINITY, f64::min).floor() - 1.0;
    let high = finite.iter().copied().fold(low + 1.0, f64::max).ceil();
    let y = |log: f64| TOP + (high - log.max(low)) / (high - low) * HEIGHT;
    let step = STEP.min(WIDTH / (last + 1) as f64);
    let x = |sums: usize| LEFT + sums as f64 * step;
    let width = (last + 1) as f64 * step;
    // A few of the numbers, where there are many.
    let some = (last + 1).div_ceil(16);
    let decades: Vec<i64> = (low as i64..=high as i64).collect();
    let every = decades.len().div_ceil(7);
    let content = html! {
        @for (index, &decade) in decades.iter().enumerate() {
            line.grid x1=(px(LEFT)) x2=(px(LEFT + width)) y1=(px(y(decade as f64))) y2=(px(y(decade as f64))) {}
            @if index == 0 {
                text.tick x=(px(LEFT - 6.0)) y=(px(y(decade as f64) + 4.0)) text-anchor="end" { "0" }
            } @else if index % every == 0 {
                text.tick x=(px(LEFT - 6.0)) y=(px(y(decade as f64) + 4.0)) text-anchor="end" { "1e" (decade) }
            }
        }
        @for sums in (0..=last).step_by(some) {
            text.tick x=(px(x(sums) + step / 2.0)) y=(px(TOP + HEIGHT + 15.0)) text-anchor="middle" { (sums) }
        }
        text x=(px(LEFT + width / 2.0)) y=(px(TOP + HEIGHT + 32.0)) text-anchor="middle" { "sums" }
        polyline.curve points=(stairs(&floors, x, y)) {}
        line.certified x1=(px(LEFT)) x2=(px(LEFT + width)) y1=(px(y(epsilon))) y2=(px(y(epsilon))) {}
        text.tick x=(px(LEFT + width + 6.0)) y=(px(y(epsilon) + 4.0)) { "epsilon" }
        @if let Some((sums, log)) = reached {
            g.witness {
                circle cx=(px(x(sums) + step / 2.0)) cy=(px(y(log))) r="5" {}
                text.value x=(px(x(sums) + step / 2.0)) y=(px(y(log) - 9.0)) text-anchor="middle" { "reached" }
            }
        }
        line.axis x1=(px(LEFT)) x2=(px(LEFT)) y1=(px(TOP)) y2=(px(TOP + HEIGHT)) {}
    };
    let description = format!(
        "Proved floors under the error for 0 to {} sums, and the proved error of this network; the table below has the same numbers.",
        floors.last()?.0
    );
    Some(svg(
        id,
        [LEFT + width + RIGHT, TOP + HEIGHT + 40.0],
        "Floors for each number of sums",
        &description,
        &content,
    ))
}

/// A level over each number of sums.
fn stairs(floors: &[(usize, f64)], x: impl Fn(usize) -> f64, y: impl Fn(f64) -> f64) -> String {
    let mut points = Vec::new();
    let mut from = 0;
    for (sums, log) in floors {
        points.extend([(x(from), y(*log)), (x(sums + 1), y(*log))]);
        from = sums + 1;
    }
    points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect::<Vec<_>>().join(" ")
}
