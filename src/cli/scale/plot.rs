//! The picture of `scale discontinuous`: a row of small panels for each (n, d), sizes against Δ on logarithmic scales.

mod panel;

use crate::cli::error::CliError;
use crate::cli::files::write_file;
use crate::scale::discontinuous::{DiscontinuousRow, DiscontinuousSizes};
use itertools::Itertools;
use num_bigint::BigUint;
use num_traits::ToPrimitive;
use panel::{Line, PANEL, Panel};
use plotters::coord::Shift;
use plotters::prelude::*;
use std::path::Path;

/// Above the panels: the legend.
const LEGEND_HEIGHT: u32 = 84;
/// The most rows of panels.
const MAX_PANEL_ROWS: usize = 64;
/// Numbers are drawn up to this one, so that their logarithms are finite.
const LARGEST: f64 = 1e300;

/// Colours that stay apart for the colour-blind (Okabe and Ito), and on white.
const COLOURS: [RGBColor; 8] = [
    RGBColor(0, 114, 178),
    RGBColor(230, 159, 0),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(86, 180, 233),
    RGBColor(120, 94, 240),
    RGBColor(90, 90, 90),
];

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Failure<'a> = DrawingAreaErrorKind<<SVGBackend<'a> as DrawingBackend>::ErrorType>;

/// Draws the rows into a file, under a temporary name first.
pub(super) fn write(path: &Path, rows: &[DiscontinuousRow]) -> Result<(), CliError> {
    let fail = |message: &str| CliError::bad_input(format!("{}: {message}", path.display()));
    if path.extension().is_none_or(|extension| extension != "svg") {
        return Err(fail("the picture is an SVG; end its name with .svg"));
    }
    if rows.iter().all(|row| row.sizes.is_err()) {
        return Err(fail("nothing to draw: no code can be built in any row"));
    }
    let groups = rows.iter().map(shape).unique().count();
    if groups > MAX_PANEL_ROWS {
        return Err(fail(&format!(
            "{groups} pairs of n and d, more than the {MAX_PANEL_ROWS} that are drawn"
        )));
    }
    let mut svg = String::new();
    draw(&mut svg, rows, groups as u32).map_err(|e| fail(&e.to_string()))?;
    write_file(path, svg.as_bytes())
}

/// (n, d), one row of panels.
fn shape(row: &DiscontinuousRow) -> (usize, usize) {
    (row.point.tokens, row.point.dimension)
}

fn draw<'a>(svg: &'a mut String, rows: &[DiscontinuousRow], groups: u32) -> Result<(), Failure<'a>> {
    let root =
        SVGBackend::with_string(svg, (4 * PANEL.0, LEGEND_HEIGHT + groups * PANEL.1)).into_drawing_area();
    root.fill(&WHITE)?;
    let (legend, panels) = root.split_vertically(LEGEND_HEIGHT);
    let series = Series::of(rows);
    series.draw_legend(&legend)?;
    let areas = panels.split_evenly((groups as usize, 4));
    for ((n, d), areas) in rows.iter().map(shape).unique().zip(areas.chunks(4)) {
        let group: Vec<&DiscontinuousRow> = rows.iter().filter(|row| shape(row) == (n, d)).collect();
        for (area, (name, lines)) in areas.iter().zip(series.panels(&group)) {
            Panel { title: format!("n = {n}, d = {d}: {name}"), lines }.draw(area)?;
        }
    }
    root.present()
}

/// The names of the lines in all panels: layouts in the first, codes in the others.
struct Series {
    layouts: Vec<&'static str>,
    codes: Vec<&'static str>,
}

impl Series {
    fn of(rows: &[DiscontinuousRow]) -> Self {
        Self {
            layouts: rows.iter().map(|row| row.point.layout.name()).unique().collect(),
            codes: rows.iter().map(|row| row.point.code.name()).unique().collect(),
        }
    }

    /// Names and lines of the four panels for the rows of one (n, d).
    fn panels(&self, rows: &[&DiscontinuousRow]) -> [(&'static str, Vec<Line>); 4] {
        let of_code = |name: &'static str, value: fn(&DiscontinuousSizes) -> f64| {
            rows.iter()
                .filter(|row| row.point.code.name() == name && row.point.layout.name() == self.layouts[0])
                .filter_map(|row| Some((row.point.divisions, value(row.sizes.as_ref().ok()?))))
                .collect()
        };
        let codes = |value: fn(&DiscontinuousSizes) -> f64| -> Vec<Line> {
            let names = self.codes.iter().enumerate();
            names.map(|(i, name)| Line::solid(i, COLOURS[i % 8], of_code(name, value))).collect()
        };
        // The depth depends on the code by one block at most; it is that of the first code with sizes.
        let depths = self.layouts.iter().enumerate().map(|(i, name)| {
            let points = rows.iter().filter(|row| row.point.layout.name() == *name);
            let known = points.filter_map(|row| {
                Some((row.point.divisions, float(&row.sizes.as_ref().ok()?.network.depth)))
            });
            Line::solid(i, COLOURS[(4 + i) % 8], known.unique_by(|(divisions, _)| *divisions).collect())
        });
        let entries = rows.iter().filter_map(|row| Some((row.point.divisions, float(row.entries.as_ref()?))));
        let paper = rows.iter().map(|row| {
            let count = sumformer_checker::number::to_f64(&row.paper_entries);
            (row.point.divisions, count.min(LARGEST))
        });
        let counts = || {
            let of_divisions = |points: &mut dyn Iterator<Item = (u64, f64)>| {
                points.unique_by(|(divisions, _)| *divisions).collect::<Vec<_>>()
            };
            [
                Line::dashed(BLACK, of_divisions(&mut entries.clone())),
                Line::dotted(RED, of_divisions(&mut paper.clone())),
            ]
        };
        let bound = of_code(self.codes[0], |sizes| sizes.information_bound as f64);
        [
            ("blocks", depths.chain(counts()).collect()),
            ("width", codes(|sizes| sizes.network.width as f64)),
            (
                "parameters",
                codes(|sizes| float(&sizes.network.nonzeros)).into_iter().chain(counts()).collect(),
            ),
            (
                "bits of Σ",
                codes(|sizes| sizes.network.sum_bits as f64)
                    .into_iter()
                    .chain([Line::dashed(COLOURS[7], bound)])
                    .collect(),
            ),
        ]
    }

    fn draw_legend<'a>(&self, area: &Area<'a>) -> Result<(), Failure<'a>> {
        let coloured = |names: &[&str], first: usize| -> Vec<(String, Line)> {
            let line = |i| Line::solid(i, COLOURS[(first + i) % 8], vec![]);
            names.iter().enumerate().map(|(i, name)| (name.to_string(), line(i))).collect()
        };
        let others = vec![
            ("T, entries of the table".to_string(), Line::dashed(BLACK, vec![])),
            ("the paper's n·Δ^(nd)/n!".to_string(), Line::dotted(RED, vec![])),
            ("least bits of any code".to_string(), Line::dashed(COLOURS[7], vec![])),
        ];
        let lines = [
            ("blocks, by layout:", coloured(&self.layouts, 4)),
            ("width, parameters, bits, by code:", coloured(&self.codes, 0)),
            ("for comparison:", others),
        ];
        for (at, (title, entries)) in lines.into_iter().enumerate() {
            panel::legend_line(area, 16 + 24 * at as i32, title, &entries)?;
        }
        Ok(())
    }
}

fn float(value: &BigUint) -> f64 {
    value.to_f64().unwrap_or(LARGEST).min(LARGEST)
}
