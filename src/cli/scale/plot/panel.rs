//! One panel: lines over Δ, both scales logarithmic.

use super::{Area, Failure};
use plotters::coord::ranged1d::{DefaultFormatting, KeyPointHint, Ranged};
use plotters::prelude::*;
use std::ops::Range;

/// Width and height of a panel.
pub(super) const PANEL: (u32, u32) = (290, 210);
const FONT: &str = "DejaVu Sans, Verdana, sans-serif";
/// The most decades and the most Δ that are labelled.
const MAX_LABELS: usize = 6;

/// No logarithm of a number that is drawn is larger.
const LARGEST_LOGARITHM: f64 = 1000.0;

/// How a line is drawn.
#[derive(Clone, Copy)]
enum Style {
    /// With circles of this radius: where lines coincide, all of their circles are seen.
    Solid(i32),
    /// Dashes of this length.
    Dashed(i32),
}

/// One line.
pub(super) struct Line {
    style: Style,
    colour: RGBColor,
    points: Vec<(u64, f64)>,
}

impl Line {
    /// The i-th of several.
    pub(super) fn solid(i: usize, colour: RGBColor, points: Vec<(u64, f64)>) -> Self {
        Self { style: Style::Solid(6 - (i as i32 % 4) * 3 / 2), colour, points }
    }

    pub(super) fn dashed(colour: RGBColor, points: Vec<(u64, f64)>) -> Self {
        Self { style: Style::Dashed(6), colour, points }
    }

    pub(super) fn dotted(colour: RGBColor, points: Vec<(u64, f64)>) -> Self {
        Self { style: Style::Dashed(2), colour, points }
    }

    /// log2 Δ and log10 of the number; zero (a width never is, bits may be) is drawn at 1.
    fn logarithms(&self) -> Vec<(f64, f64)> {
        let mut points: Vec<_> =
            self.points.iter().map(|&(x, y)| ((x as f64).log2(), y.max(1.0).log10())).collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        points
    }
}

/// A panel with its lines.
pub(super) struct Panel {
    pub(super) title: String,
    pub(super) lines: Vec<Line>,
}

impl Panel {
    pub(super) fn draw<'a>(&self, area: &Area<'a>) -> Result<(), Failure<'a>> {
        let points: Vec<(f64, f64)> = self.lines.iter().flat_map(Line::logarithms).collect();
        let x = Axis::around(points.iter().map(|p| p.0), 0.15);
        let y = Axis::around(points.iter().map(|p| p.1), 0.0);
        let text = |size: u32| (FONT, size).into_font().color(&BLACK);
        let mut chart = ChartBuilder::on(area)
            .caption(&self.title, text(13))
            .margin(6)
            .margin_right(14)
            .x_label_area_size(34)
            .y_label_area_size(44)
            .build_cartesian_2d(x, y)?;
        chart
            .configure_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(RGBColor(225, 225, 225))
            .axis_style(RGBColor(110, 110, 110))
            .label_style(text(11))
            .x_desc("Δ")
            .axis_desc_style(text(12))
            .x_label_formatter(&|x| format!("{:.0}", x.exp2()))
            .y_label_formatter(&|y| power_of_ten(*y))
            .draw()?;
        for line in &self.lines {
            let (points, stroke) = (line.logarithms(), line.colour.stroke_width(1));
            match line.style {
                Style::Solid(radius) => {
                    chart.draw_series(LineSeries::new(points.clone(), stroke))?;
                    chart.draw_series(points.into_iter().map(|p| Circle::new(p, radius, line.colour)))?;
                }
                Style::Dashed(length) => {
                    chart.draw_series(DashedLineSeries::new(
                        points,
                        length,
                        3,
                        line.colour.stroke_width(2),
                    ))?;
                }
            }
        }
        Ok(())
    }
}

/// A line of the legend: a title, then samples of lines with their names.
pub(super) fn legend_line<'a>(
    area: &Area<'a>,
    y: i32,
    title: &str,
    entries: &[(String, Line)],
) -> Result<(), Failure<'a>> {
    let text = (FONT, 13).into_font().color(&BLACK);
    area.draw(&Text::new(title.to_string(), (16, y - 7), text.clone()))?;
    let mut x = 270;
    for (name, line) in entries {
        let width = if let Style::Dashed(length) = line.style {
            (0..36).step_by(length as usize + 3).try_for_each(|start| {
                let ends = [(x + start, y), (x + start + length, y)];
                area.draw(&PathElement::new(ends, line.colour.stroke_width(2)))
            })?;
            220
        } else {
            area.draw(&PathElement::new([(x, y), (x + 36, y)], line.colour.stroke_width(1)))?;
            if let Style::Solid(radius) = line.style {
                area.draw(&Circle::new((x + 18, y), radius, line.colour))?;
            }
            130
        };
        area.draw(&Text::new(name.clone(), (x + 44, y - 7), text.clone()))?;
        x += width;
    }
    Ok(())
}

/// A range with labels at given places.
struct Axis {
    range: Range<f64>,
    labels: Vec<f64>,
}

impl Axis {
    /// From the least to the largest number, rounded to whole logarithms, with labels at some of these, and a little
    /// room on both sides.
    fn around(values: impl Iterator<Item = f64> + Clone, room: f64) -> Self {
        let low = values.clone().fold(f64::INFINITY, f64::min).floor().min(LARGEST_LOGARITHM);
        let high = values.fold(low, f64::max).ceil().max(low + 1.0);
        let step = ((high - low) as usize).div_ceil(MAX_LABELS).max(1);
        let labels = (low as i64..=high as i64).step_by(step).map(|label| label as f64);
        Self { labels: labels.collect(), range: low - room..high + room }
    }
}

impl Ranged for Axis {
    type FormatOption = DefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (from, to): (i32, i32)) -> i32 {
        let share = (value - self.range.start) / (self.range.end - self.range.start);
        from + (share * f64::from(to - from)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        // Light lines between the labels are not drawn.
        if hint.weight().allow_light_points() { Vec::new() } else { self.labels.clone() }
    }

    fn range(&self) -> Range<f64> {
        self.range.clone()
    }
}

/// 1, 10, 100, then 10³ and so on.
fn power_of_ten(exponent: f64) -> String {
    const SUPERSCRIPTS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let digit = |c: char| c.to_digit(10).map_or(c, |d| SUPERSCRIPTS[d as usize]);
    match exponent.round() as i64 {
        0 => "1".into(),
        1 => "10".into(),
        2 => "100".into(),
        exponent => format!("10{}", exponent.to_string().chars().map(digit).collect::<String>()),
    }
}
