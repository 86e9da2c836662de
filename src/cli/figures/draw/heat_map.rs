//! Figure 2 as two heat maps over d and d': the relative L2 error, and the largest error that was seen.

use super::panel::logarithm;
use crate::cli::plot::{Area, FONT, Failure};
use crate::figures::record::LatentRecord;
use itertools::Itertools;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// Width and height of a cell.
const CELL: (i32, i32) = (48, 30);
/// Left of a map, above it, right of it, and below it.
const MARGINS: [i32; 4] = [70, 66, 110, 104];
/// Width and height of both maps, for ten d and twelve d'.
pub(super) const SIZE: (u32, u32) =
    (2 * (MARGINS[0] + 10 * CELL.0 + MARGINS[2]) as u32, (MARGINS[1] + 12 * CELL.1 + MARGINS[3]) as u32);

/// Both maps.
pub(super) fn figure_2<'a>(area: &Area<'a>, records: &[LatentRecord]) -> Result<(), Failure<'a>> {
    let maps = [
        ("Trained: relative L2 error on validation sequences", Value::Relative),
        ("Trained: largest error of an output that was seen", Value::Largest),
    ];
    for (area, (title, value)) in area.split_evenly((1, 2)).iter().zip(maps) {
        Map::new(records, value).draw(area, title)?;
    }
    Ok(())
}

/// What a map shows.
#[derive(Clone, Copy)]
enum Value {
    Relative,
    Largest,
}

impl Value {
    fn caption(self) -> [&'static str; 2] {
        match self {
            Value::Relative => [
                "Above the line d' ≥ d: d sums are enough for a constructed network whose error is exactly 0.",
                "Below it d' < d: with any continuous φ and any ψ, some error of some output is at least 12.",
            ],
            Value::Largest => [
                "Above the line: on validation sequences, and where x1 = (1, …, 1) and x2 = x3 is a corner.",
                "Below it also at two inputs that the trained φ, as any other, does not tell apart: at least 12.",
            ],
        }
    }

    fn of(self, record: &LatentRecord) -> f64 {
        match self {
            Value::Relative => record.best_error,
            Value::Largest => largest_error_seen(record),
        }
    }
}

/// On validation sequences, on corners, and at the pair that φ does not tell apart.
pub(super) fn largest_error_seen(record: &LatentRecord) -> f64 {
    let pair = record.pair.as_ref().map_or(0.0, |pair| pair.largest_error());
    record.sampled_error.max(pair)
}

/// Columns are d, rows d' from below.
struct Map<'r> {
    records: &'r [LatentRecord],
    dimensions: Vec<usize>,
    latents: Vec<usize>,
    value: Value,
    /// log10 of the least and the largest value.
    range: (f64, f64),
}

impl<'r> Map<'r> {
    fn new(records: &'r [LatentRecord], value: Value) -> Self {
        let logarithms = || records.iter().map(|record| logarithm(value.of(record)));
        let low = logarithms().fold(f64::INFINITY, f64::min);
        let high = logarithms().fold(f64::NEG_INFINITY, f64::max);
        Self {
            records,
            dimensions: records.iter().map(|r| r.dimension).unique().sorted().collect(),
            latents: records.iter().map(|r| r.latents).unique().sorted().collect(),
            value,
            range: (low, high.max(low + 1e-9)),
        }
    }

    /// The left edge of a column and the lower edge of a row.
    fn corner(&self, column: usize, row: usize) -> (i32, i32) {
        (MARGINS[0] + column as i32 * CELL.0, MARGINS[1] + (self.latents.len() - row) as i32 * CELL.1)
    }

    /// Perceptually uniform, dark where errors are small; lightness alone orders the values, also in print.
    fn colour(&self, logarithm: f64) -> RGBColor {
        let (low, high) = self.range;
        ViridisRGB::get_color_normalized(logarithm.clamp(low, high), low, high)
    }

    fn draw<'a>(&self, area: &Area<'a>, title: &str) -> Result<(), Failure<'a>> {
        let width = self.dimensions.len() as i32 * CELL.0;
        text(area, title, (MARGINS[0] + width / 2, 22), 16, HPos::Center, &BLACK)?;
        for record in self.records {
            let column = self.dimensions.iter().position(|&d| d == record.dimension).unwrap_or(0);
            let row = self.latents.iter().position(|&l| l == record.latents).unwrap_or(0);
            let (left, bottom) = self.corner(column, row);
            let value = self.value.of(record);
            let colour = self.colour(logarithm(value));
            area.draw(&Rectangle::new([(left, bottom - CELL.1), (left + CELL.0, bottom)], colour.filled()))?;
            let ink = if is_light(colour) { ON_LIGHT } else { WHITE };
            let middle = (left + CELL.0 / 2, bottom - CELL.1 / 2);
            text(area, &two_digits(value), middle, 13, HPos::Center, &ink)?;
        }
        for (column, dimension) in self.dimensions.iter().enumerate() {
            let (left, bottom) = self.corner(column, 0);
            text(area, &dimension.to_string(), (left + CELL.0 / 2, bottom + 14), 13, HPos::Center, &BLACK)?;
        }
        for (row, latents) in self.latents.iter().enumerate() {
            let (left, bottom) = self.corner(0, row);
            text(area, &latents.to_string(), (left - 8, bottom - CELL.1 / 2), 13, HPos::Right, &BLACK)?;
        }
        let (left, bottom) = self.corner(0, 0);
        text(area, "d, coordinates of a token", (left + width / 2, bottom + 34), 13, HPos::Center, &BLACK)?;
        text(area, "d'", (left - 8, MARGINS[1] - 14), 13, HPos::Right, &BLACK)?;
        self.staircase(area)?;
        for (line, words) in self.value.caption().into_iter().enumerate() {
            text(area, words, (left, bottom + 60 + 20 * line as i32), 13, HPos::Left, &BLACK)?;
        }
        self.scale(area)
    }

    /// Between the cells with d' < d and those with d' ≥ d.
    fn staircase<'a>(&self, area: &Area<'a>) -> Result<(), Failure<'a>> {
        let points: Vec<(i32, i32)> = self
            .dimensions
            .iter()
            .enumerate()
            .flat_map(|(column, &d)| {
                let below = self.latents.iter().filter(|&&latents| latents < d).count();
                [self.corner(column, below), self.corner(column + 1, below)]
            })
            .collect();
        area.draw(&PathElement::new(points.clone(), WHITE.stroke_width(7)))?;
        area.draw(&PathElement::new(points, RGBColor(213, 0, 0).stroke_width(3)))
    }

    /// The colours with numbers, on the right.
    fn scale<'a>(&self, area: &Area<'a>) -> Result<(), Failure<'a>> {
        let left = self.corner(self.dimensions.len(), 0).0 + 24;
        let height = self.latents.len() as i32 * CELL.1;
        let (low, high) = self.range;
        for y in 0..height {
            let logarithm = high - (high - low) * f64::from(y) / f64::from(height);
            let line = [(left, MARGINS[1] + y), (left + 16, MARGINS[1] + y + 1)];
            area.draw(&Rectangle::new(line, self.colour(logarithm).filled()))?;
        }
        for step in 0..=4 {
            let share = f64::from(step) / 4.0;
            let y = MARGINS[1] + height - (share * f64::from(height)) as i32;
            area.draw(&PathElement::new([(left + 16, y), (left + 21, y)], BLACK))?;
            let value = two_digits(10_f64.powf(low + share * (high - low)));
            text(area, &value, (left + 26, y), 12, HPos::Left, &BLACK)?;
        }
        Ok(())
    }
}

fn text<'a>(
    area: &Area<'a>,
    words: &str,
    at: (i32, i32),
    size: u32,
    horizontally: HPos,
    colour: &RGBColor,
) -> Result<(), Failure<'a>> {
    let style = (FONT, size).into_font().color(colour).pos(Pos::new(horizontally, VPos::Center));
    area.draw(&Text::new(words.to_string(), at, style))
}

/// By the luminance of sRGB.
fn is_light(RGBColor(red, green, blue): RGBColor) -> bool {
    0.299 * f64::from(red) + 0.587 * f64::from(green) + 0.114 * f64::from(blue) > 140.0
}

/// Ink on light cells, which stay light on dark ground: not the black that turns light there.
const ON_LIGHT: RGBColor = RGBColor(1, 1, 1);

/// Two significant digits, without exponent where that is short.
pub(super) fn two_digits(value: f64) -> String {
    match value {
        0.0 => "0".into(),
        _ if value >= 9.95 => format!("{value:.0}"),
        _ if value >= 0.995 => format!("{value:.1}"),
        _ if value >= 0.0995 => format!("{value:.2}"),
        _ if value >= 0.00995 => format!("{value:.3}"),
        _ if value >= 0.000995 => format!("{value:.4}"),
        _ => format!("{value:.1e}"),
    }
}
