//! The picture of `scale discontinuous`: a row of small panels for each (n, d), sizes against Δ on logarithmic scales.

use crate::cli::plot::{COLOURS, Line, Panel, Picture, Scale};
use crate::scale::discontinuous::{DiscontinuousRow, DiscontinuousSizes};
use itertools::Itertools;
use num_bigint::BigUint;
use num_traits::ToPrimitive;
use plotters::style::colors::{BLACK, RED};

/// Numbers are drawn up to this one, so that their logarithms are finite.
const LARGEST: f64 = 1e300;

/// The picture of the rows.
pub(super) fn picture(rows: &[DiscontinuousRow]) -> Picture {
    let series = Series::of(rows);
    let mut panels = Vec::new();
    // Where no code can be built there are still the entries of its table; a picture without any size has no use.
    if rows.iter().any(|row| row.sizes.is_ok()) {
        for (n, d) in rows.iter().map(shape).unique() {
            let group: Vec<&DiscontinuousRow> = rows.iter().filter(|row| shape(row) == (n, d)).collect();
            panels.extend(series.panels(&group).map(|(name, lines)| Panel {
                title: format!("n = {n}, d = {d}: {name}"),
                x: ("Δ", Scale::Two),
                y: Scale::Ten,
                least: 1.0,
                lines,
            }));
        }
    }
    Picture { legend: series.legend(), columns: 4, panel_size: (290, 210), panels }
}

/// (n, d), one row of panels.
fn shape(row: &DiscontinuousRow) -> (usize, usize) {
    (row.point.tokens, row.point.dimension)
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
                .filter_map(|row| Some((row.point.divisions as f64, value(row.sizes.as_ref().ok()?))))
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
                Some((row.point.divisions as f64, float(&row.sizes.as_ref().ok()?.network.depth)))
            });
            Line::solid(i, COLOURS[(4 + i) % 8], once(known))
        });
        let entries =
            rows.iter().filter_map(|row| Some((row.point.divisions as f64, float(row.entries.as_ref()?))));
        let paper = rows.iter().map(|row| {
            let count = sumformer_checker::number::to_f64(&row.paper_entries);
            (row.point.divisions as f64, count.min(LARGEST))
        });
        let counts = || [Line::dashed(BLACK, once(entries.clone())), Line::dotted(RED, once(paper.clone()))];
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

    fn legend(&self) -> Vec<(String, Vec<(String, Line)>)> {
        let coloured = |names: &[&str], first: usize| -> Vec<(String, Line)> {
            let line = |i| Line::solid(i, COLOURS[(first + i) % 8], vec![]);
            names.iter().enumerate().map(|(i, name)| (name.to_string(), line(i))).collect()
        };
        let others = vec![
            ("T, entries of the table".to_string(), Line::dashed(BLACK, vec![])),
            ("the paper's n·Δ^(nd)/n!".to_string(), Line::dotted(RED, vec![])),
            ("least bits of any code".to_string(), Line::dashed(COLOURS[7], vec![])),
        ];
        vec![
            ("blocks, by layout:".into(), coloured(&self.layouts, 4)),
            ("width, parameters, bits, by code:".into(), coloured(&self.codes, 0)),
            ("for comparison:".into(), others),
        ]
    }
}

/// The first number for every Δ.
fn once(points: impl Iterator<Item = (f64, f64)>) -> Vec<(f64, f64)> {
    points.unique_by(|(divisions, _)| divisions.to_bits()).collect()
}

fn float(value: &BigUint) -> f64 {
    value.to_f64().unwrap_or(LARGEST).min(LARGEST)
}
