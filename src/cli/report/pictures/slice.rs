//! The sampled error on a slice of the box.

use super::{px, svg};
use crate::cli::error::CliError;
use crate::cli::report::raster::{Palette, data_uri};
use crate::report::numbers::readable;
use crate::report::slice::{Axis, Slice};
use maud::{Markup, html};
use sumformer_checker::arith::number::{Rational, to_f64};

const SIDE: f64 = 384.0;
const LEFT: f64 = 72.0;
const TOP: f64 = 12.0;
/// Where the colour bar begins, from the picture's right side.
const BAR: f64 = 28.0;
const BAR_WIDTH: f64 = 16.0;
/// The certified bound is drawn beside a curve that comes this near.
const NEAR: f64 = 0.25;

/// The picture with its scale; `bound` is what is certified or claimed, as `name` says.
pub fn draw(id: &str, slice: &Slice, bound: &Rational, name: &str) -> Result<Markup, CliError> {
    let bound = to_f64(bound);
    let top = slice.largest.max(slice.base_value);
    match slice.axes.as_slice() {
        [axis] => {
            let top = if top >= NEAR * bound { top.max(bound) } else { top };
            Ok(line(id, slice, axis, (bound, name), top))
        }
        [x, y] => plane(id, slice, [x, y], top),
        _ => Ok(html! {}),
    }
}

/// `token 1, coordinate 0`
pub fn axis_name(axis: &Axis) -> String {
    format!("coordinate {} of token {}", axis.coordinate, axis.token)
}

fn plane(id: &str, slice: &Slice, axes: [&Axis; 2], top: f64) -> Result<Markup, CliError> {
    let (columns, rows) = (axes[0].points.len(), axes[1].points.len());
    let level =
        |value: f64| if top > 0.0 { (value / top * 255.0).round().clamp(0.0, 255.0) as u8 } else { 0 };
    // Rows of a picture run down, the axis up.
    let pixels: Vec<u8> = slice.values.chunks(columns).rev().flatten().map(|&value| level(value)).collect();
    let picture = data_uri(columns, rows, &pixels, Palette::Viridis)?;
    let bar: Vec<u8> = (0..=255).rev().collect();
    let bar = data_uri(1, 256, &bar, Palette::Viridis)?;
    let [x, y] = [0, 1].map(|k| share(axes[k], to_f64(&slice.base[axes[k].token][axes[k].coordinate].0)));
    let (mark_x, mark_y) = (LEFT + pixel_share(x, columns) * SIDE, TOP + (1.0 - pixel_share(y, rows)) * SIDE);
    let bar_x = LEFT + SIDE + BAR;
    let content = html! {
        image href=(picture) x=(px(LEFT)) y=(px(TOP)) width=(px(SIDE)) height=(px(SIDE)) preserveAspectRatio="none" {}
        rect.frame x=(px(LEFT)) y=(px(TOP)) width=(px(SIDE)) height=(px(SIDE)) {}
        circle.halo cx=(px(mark_x)) cy=(px(mark_y)) r="7" {}
        circle.mark cx=(px(mark_x)) cy=(px(mark_y)) r="7" {}
        (axis_x(axes[0]))
        (ends_y(&readable(axes[1].side.inf()), &readable(axes[1].side.sup())))
        (title_y(&axis_name(axes[1])))
        image href=(bar) x=(px(bar_x)) y=(px(TOP)) width=(px(BAR_WIDTH)) height=(px(SIDE)) preserveAspectRatio="none" {}
        rect.frame x=(px(bar_x)) y=(px(TOP)) width=(px(BAR_WIDTH)) height=(px(SIDE)) {}
        @for quarter in 0..=4 {
            @let part = f64::from(quarter) / 4.0;
            text.tick x=(px(bar_x + BAR_WIDTH + 6.0)) y=(px(TOP + 4.0 + (1.0 - part) * SIDE)) { (number(part * top)) }
        }
    };
    let size = [bar_x + BAR_WIDTH + 72.0, TOP + SIDE + 40.0];
    Ok(svg(id, size, "Error on a slice of the box", &description(slice), &content))
}

fn line(id: &str, slice: &Slice, axis: &Axis, (bound, name): (f64, &str), top: f64) -> Markup {
    let width = 1.5 * SIDE;
    let height = 0.6 * SIDE;
    let scale = if top > 0.0 { 1.0 / top } else { 0.0 };
    let x = |value: f64| LEFT + share(axis, value) * width;
    let y = |value: f64| TOP + (1.0 - value * scale) * height;
    let points: Vec<String> =
        axis.points.iter().zip(&slice.values).map(|(&p, &v)| format!("{:.1},{:.1}", x(p), y(v))).collect();
    let base = to_f64(&slice.base[0][0].0);
    let bottom = TOP + height;
    let content = html! {
        rect.frame x=(px(LEFT)) y=(px(TOP)) width=(px(width)) height=(px(height)) {}
        polyline.curve points=(points.join(" ")) {}
        @if bound > 0.0 && bound <= top {
            line.certified x1=(px(LEFT)) x2=(px(LEFT + width)) y1=(px(y(bound))) y2=(px(y(bound))) {}
            text.tick x=(px(LEFT + width + 6.0)) y=(px(y(bound) + 4.0)) { (name) }
        }
        circle.halo cx=(px(x(base))) cy=(px(y(slice.base_value))) r="6" {}
        circle.mark cx=(px(x(base))) cy=(px(y(slice.base_value))) r="6" {}
        text.tick x=(px(LEFT)) y=(px(bottom + 15.0)) { (readable(axis.side.inf())) }
        text.tick x=(px(LEFT + width)) y=(px(bottom + 15.0)) text-anchor="end" { (readable(axis.side.sup())) }
        text x=(px(LEFT + width / 2.0)) y=(px(bottom + 30.0)) text-anchor="middle" { (axis_name(axis)) }
        text.tick x=(px(LEFT - 6.0)) y=(px(bottom)) text-anchor="end" { "0" }
        text.tick x=(px(LEFT - 6.0)) y=(px(TOP + 10.0)) text-anchor="end" { (number(top)) }
    };
    svg(id, [LEFT + width + 72.0, bottom + 40.0], "Error along the box", &description(slice), &content)
}

fn axis_x(axis: &Axis) -> Markup {
    let bottom = TOP + SIDE;
    html! {
        text.tick x=(px(LEFT)) y=(px(bottom + 15.0)) { (readable(axis.side.inf())) }
        text.tick x=(px(LEFT + SIDE)) y=(px(bottom + 15.0)) text-anchor="end" { (readable(axis.side.sup())) }
        text x=(px(LEFT + SIDE / 2.0)) y=(px(bottom + 30.0)) text-anchor="middle" { (axis_name(axis)) }
    }
}

fn ends_y(low: &str, high: &str) -> Markup {
    html! {
        text.tick x=(px(LEFT - 6.0)) y=(px(TOP + SIDE)) text-anchor="end" { (low) }
        text.tick x=(px(LEFT - 6.0)) y=(px(TOP + 10.0)) text-anchor="end" { (high) }
    }
}

fn title_y(name: &str) -> Markup {
    html! {
        text text-anchor="middle" transform=(format!("translate(16 {}) rotate(-90)", px(TOP + SIDE / 2.0))) { (name) }
    }
}

/// Where a value lies between the ends of a side, from 0 to 1.
fn share(axis: &Axis, value: f64) -> f64 {
    let (low, high) = (to_f64(axis.side.inf()), to_f64(axis.side.sup()));
    if high > low { ((value - low) / (high - low)).clamp(0.0, 1.0) } else { 0.5 }
}

/// The first and the last sample are the middles of the first and the last pixel.
fn pixel_share(share: f64, pixels: usize) -> f64 {
    (share * (pixels - 1) as f64 + 0.5) / pixels as f64
}

fn number(value: f64) -> String {
    if value == 0.0 { "0".into() } else { format!("{value:.2e}") }
}

fn description(slice: &Slice) -> String {
    let axes: Vec<String> = slice.axes.iter().map(axis_name).collect();
    format!(
        "|network − target| in floating point over {}; the largest sampled value is {}, the value at the marked point {}.",
        axes.join(" and "),
        number(slice.largest),
        number(slice.base_value)
    )
}
