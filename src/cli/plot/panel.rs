//! One panel: lines over a named axis.

use super::axis::{Axis, Scale};
use super::canvas::{Area, FONT, Failure};
use super::labels::Labels;
use plotters::prelude::*;

/// How a line is drawn.
#[derive(Clone, Copy)]
enum Style {
    /// With circles of this radius: where lines coincide, all of their circles are seen.
    Solid(i32),
    /// Dashes of this length.
    Dashed(i32),
    /// Circles of this radius alone.
    Marks(i32),
}

/// One line.
pub(in crate::cli) struct Line {
    style: Style,
    colour: RGBColor,
    points: Vec<(f64, f64)>,
    label: String,
}

impl Line {
    /// The i-th of several.
    pub(in crate::cli) fn solid(i: usize, colour: RGBColor, points: Vec<(f64, f64)>) -> Self {
        Self { style: Style::Solid(6 - (i as i32 % 4) * 3 / 2), colour, points, label: String::new() }
    }

    pub(in crate::cli) fn dashed(colour: RGBColor, points: Vec<(f64, f64)>) -> Self {
        Self { style: Style::Dashed(6), colour, points, label: String::new() }
    }

    pub(in crate::cli) fn dotted(colour: RGBColor, points: Vec<(f64, f64)>) -> Self {
        Self { style: Style::Dashed(2), colour, points, label: String::new() }
    }

    /// Marks without a line between them.
    pub(in crate::cli) fn marks(colour: RGBColor, points: Vec<(f64, f64)>) -> Self {
        Self { style: Style::Marks(3), colour, points, label: String::new() }
    }

    /// The same with its name at its end.
    pub(in crate::cli) fn labelled(self, label: impl Into<String>) -> Self {
        Self { label: label.into(), ..self }
    }

    /// Whether there is anything to draw.
    pub(super) fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// The room its sample and a name take in a legend.
    pub(super) fn legend_width(&self, name: &str) -> i32 {
        let needed = 52 + 7 * name.chars().count() as i32;
        needed.max(if matches!(self.style, Style::Dashed(_)) { 220 } else { 130 })
    }

    /// A sample of the line, 36 pixels wide.
    pub(super) fn draw_sample<'a>(&self, area: &Area<'a>, (x, y): (i32, i32)) -> Result<(), Failure<'a>> {
        match self.style {
            Style::Dashed(length) => (0..36).step_by(length as usize + 3).try_for_each(|start| {
                let ends = [(x + start, y), (x + start + length, y)];
                area.draw(&PathElement::new(ends, self.colour.stroke_width(2)))
            }),
            Style::Marks(radius) => area.draw(&Circle::new((x + 18, y), radius, self.colour.filled())),
            Style::Solid(radius) => {
                area.draw(&PathElement::new([(x, y), (x + 36, y)], self.colour.stroke_width(1)))?;
                area.draw(&Circle::new((x + 18, y), radius, self.colour))
            }
        }
    }
}

/// A panel with its lines.
pub(in crate::cli) struct Panel {
    /// What is above it.
    pub(in crate::cli) title: String,
    /// Name and scale of the horizontal axis.
    pub(in crate::cli) x: (&'static str, Scale),
    /// Scale of the vertical axis; the title says what it is.
    pub(in crate::cli) y: Scale,
    /// Numbers below are drawn here, so that a zero has a place on a logarithmic scale.
    pub(in crate::cli) least: f64,
    /// The lines.
    pub(in crate::cli) lines: Vec<Line>,
}

impl Panel {
    /// The places of a line's points, from left to right; what has no place is left out.
    fn places(&self, line: &Line) -> Vec<(f64, f64)> {
        let place = |&(x, y): &(f64, f64)| (self.x.1.place(x), self.y.place(y.max(self.least)));
        let mut places: Vec<_> = line.points.iter().filter(|(_, y)| !y.is_nan()).map(place).collect();
        places.retain(|(x, y)| x.is_finite() && y.is_finite());
        places.sort_by(|a, b| a.0.total_cmp(&b.0));
        places
    }

    pub(super) fn draw<'a>(&self, area: &Area<'a>) -> Result<(), Failure<'a>> {
        let places: Vec<(f64, f64)> = self.lines.iter().flat_map(|line| self.places(line)).collect();
        let x = Axis::around(places.iter().map(|p| p.0), 0.15);
        let y = Axis::around(places.iter().map(|p| p.1), 0.0);
        let text = |size: u32| (FONT, size).into_font().color(&BLACK);
        let mut labels = Labels::default();
        for line in &self.lines {
            labels.add(&line.label, self.places(line));
        }
        let mut chart = ChartBuilder::on(area)
            .caption(&self.title, text(13))
            .margin(6)
            .margin_right(14 + labels.width())
            .x_label_area_size(34)
            .y_label_area_size(44)
            .build_cartesian_2d(x, y)?;
        chart
            .configure_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(RGBColor(225, 225, 225))
            .axis_style(RGBColor(110, 110, 110))
            .label_style(text(11))
            .x_desc(self.x.0)
            .axis_desc_style(text(12))
            .x_label_formatter(&|x| self.x.1.label(*x))
            .y_label_formatter(&|y| self.y.label(*y))
            .draw()?;
        for line in &self.lines {
            let (points, stroke) = (self.places(line), line.colour.stroke_width(1));
            match line.style {
                Style::Solid(radius) => {
                    chart.draw_series(LineSeries::new(points.clone(), stroke))?;
                    chart.draw_series(points.into_iter().map(|p| Circle::new(p, radius, line.colour)))?;
                }
                Style::Marks(radius) => {
                    chart.draw_series(
                        points.into_iter().map(|p| Circle::new(p, radius, line.colour.filled())),
                    )?;
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
        let (right, bottom) =
            (chart.plotting_area().get_x_axis_pixel_range().end, area.dim_in_pixel().1 as i32);
        labels.draw(area, (right, bottom), |place| chart.backend_coord(&place))
    }
}
