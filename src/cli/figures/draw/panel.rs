//! A panel with curves, the vertical scale logarithmic.

use crate::cli::plot::{Area, Axis, FONT, Failure};
use plotters::prelude::*;
use std::ops::Range;

/// A curve.
pub(super) struct Curve {
    pub(super) name: String,
    pub(super) colour: RGBColor,
    pub(super) points: Vec<(f64, f64)>,
    pub(super) style: Style,
}

/// How a curve is drawn.
#[derive(Clone, Copy)]
pub(super) enum Style {
    /// A line.
    Line,
    /// A line with dots.
    Dotted,
    /// Dashes of this length.
    Dashed(i32),
}

/// The horizontal axis.
pub(super) struct Horizontal {
    pub(super) name: &'static str,
    pub(super) range: Range<f64>,
    pub(super) labels: Vec<f64>,
    pub(super) format: fn(f64) -> String,
}

/// Draws the curves; values are over y = 10^(labels), which are rounded to what encloses all of them.
pub(super) fn draw<'a>(
    area: &Area<'a>,
    title: &str,
    horizontal: &Horizontal,
    vertical_name: &str,
    curves: &[Curve],
) -> Result<(), Failure<'a>> {
    let text = |size: u32| (FONT, size).into_font().color(&BLACK);
    let vertical = decades(curves);
    let labels: Vec<f64> = (vertical.start as i32..=vertical.end as i32).map(f64::from).collect();
    let mut chart = ChartBuilder::on(area)
        .caption(title, text(15))
        .margin(8)
        .margin_right(16)
        .x_label_area_size(40)
        .y_label_area_size(62)
        .build_cartesian_2d(
            Axis::new(horizontal.range.clone(), horizontal.labels.clone()),
            Axis::new(vertical, labels),
        )?;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(RGBColor(225, 225, 225))
        .axis_style(RGBColor(110, 110, 110))
        .label_style(text(12))
        .axis_desc_style(text(13))
        .x_desc(horizontal.name)
        .y_desc(vertical_name)
        .x_label_formatter(&|x| (horizontal.format)(*x))
        .y_label_formatter(&|y| decade(*y))
        .draw()?;
    for curve in curves {
        let points = curve.points.iter().map(|&(x, y)| (x, logarithm(y)));
        let stroke = curve.colour.stroke_width(2);
        match curve.style {
            Style::Line => {
                chart.draw_series(LineSeries::new(points, stroke))?;
            }
            Style::Dotted => {
                chart.draw_series(LineSeries::new(points.clone(), stroke))?;
                chart.draw_series(points.map(|point| Circle::new(point, 3, curve.colour.filled())))?;
            }
            Style::Dashed(length) => {
                chart.draw_series(DashedLineSeries::new(points, length, 4, stroke))?;
            }
        }
    }
    Ok(())
}

/// Finite also for 0.
pub(super) fn logarithm(value: f64) -> f64 {
    value.max(1e-30).log10()
}

/// The whole decades that enclose all points.
fn decades(curves: &[Curve]) -> Range<f64> {
    let logarithms = || curves.iter().flat_map(|curve| &curve.points).map(|point| logarithm(point.1));
    let low = logarithms().fold(f64::INFINITY, f64::min).floor();
    let high = logarithms().fold(f64::NEG_INFINITY, f64::max).ceil();
    if low.is_finite() && high.is_finite() { low..high.max(low + 1.0) } else { -1.0..0.0 }
}

fn decade(exponent: f64) -> String {
    let exponent = exponent.round() as i32;
    match exponent {
        0 => "1".into(),
        1.. => format!("1{}", "0".repeat(exponent as usize)),
        _ if exponent >= -3 => format!("0.{}1", "0".repeat((-exponent - 1) as usize)),
        _ => format!("1e{exponent}"),
    }
}

/// A sample of every curve with its name, one below the other.
pub(super) fn legend<'a>(area: &Area<'a>, (x, y): (i32, i32), curves: &[Curve]) -> Result<(), Failure<'a>> {
    for (index, curve) in curves.iter().enumerate() {
        let y = y + 22 * index as i32;
        let stroke = curve.colour.stroke_width(2);
        let step = if let Style::Dashed(length) = curve.style { length } else { 36 };
        for start in (0..36).step_by(step as usize + 4) {
            let end = (start + step).min(36);
            area.draw(&PathElement::new([(x + start, y), (x + end, y)], stroke))?;
        }
        if let Style::Dotted = curve.style {
            area.draw(&Circle::new((x + 18, y), 3, curve.colour.filled()))?;
        }
        area.draw(&Text::new(curve.name.clone(), (x + 44, y - 6), (FONT, 13).into_font().color(&BLACK)))?;
    }
    Ok(())
}
