//! The picture of `scale discontinuous`: four panels with all (n, d) and Δ in each, against what the sizes depend on.

use crate::cli::plot::{COLOURS, Line, Panel, Picture, Scale};
use crate::scale::discontinuous::{DiscontinuousRow, DiscontinuousSizes};
use itertools::Itertools;
use num_bigint::BigUint;
use num_traits::ToPrimitive;
use plotters::style::colors::{BLACK, RED};

/// Numbers are drawn up to this one, so that their logarithms are finite.
const LARGEST: f64 = 1e300;

/// A row whose code can be built, and its sizes.
type Sized<'a> = (&'a DiscontinuousRow, &'a DiscontinuousSizes);

/// The picture of the rows.
pub(super) fn picture(rows: &[DiscontinuousRow]) -> Picture {
    let known: Vec<Sized<'_>> = rows.iter().filter_map(|row| Some((row, row.sizes.as_ref().ok()?))).collect();
    let layouts: Vec<&str> = known.iter().map(|(row, _)| row.point.layout.name()).unique().collect();
    let codes: Vec<&str> = known.iter().map(|(row, _)| row.point.code.name()).unique().collect();
    // The depth depends on the code by one block at most, all else not on the layout.
    let of_layout = |name: &&str| -> Vec<Sized<'_>> {
        let own = known.iter().filter(|(row, _)| row.point.layout.name() == *name);
        own.filter(|(row, _)| Some(&row.point.code.name()) == codes.first()).copied().collect()
    };
    let of_code = |name: &&str| -> Vec<Sized<'_>> {
        let own = known.iter().filter(|(row, _)| row.point.code.name() == *name);
        own.filter(|(row, _)| Some(&row.point.layout.name()) == layouts.first()).copied().collect()
    };
    let by_layout = |y: fn(&DiscontinuousSizes) -> f64| -> Vec<Line> {
        let names = layouts.iter().enumerate();
        names
            .map(|(i, name)| {
                let points = of_layout(name).into_iter().map(|(row, sizes)| (entries(row), y(sizes)));
                Line::solid(3, COLOURS[(4 + i) % 8], once(points)).labelled(*name)
            })
            .collect()
    };
    let by_code = |x: fn(Sized<'_>) -> f64, y: fn(&DiscontinuousSizes) -> f64| -> Vec<Line> {
        let names = codes.iter().enumerate();
        names
            .map(|(i, name)| {
                let points = of_code(name).into_iter().map(|sized| (x(sized), y(sized.1)));
                Line::marks(COLOURS[i % 8], points.collect()).labelled(*name)
            })
            .collect()
    };
    let panel = |title: &str, x: &'static str, lines: Vec<Line>| Panel {
        title: title.into(),
        x: (x, Scale::Ten),
        y: Scale::Ten,
        least: 1.0,
        lines,
    };
    let paper = rows
        .iter()
        .map(|row| (entries(row), sumformer_checker::arith::number::to_f64(&row.paper_entries).min(LARGEST)));
    let itself = |x: fn(Sized<'_>) -> f64| once(known.iter().map(|sized| (x(*sized), x(*sized))));
    let mut parameters = by_code(|(row, _)| entries(row), |sizes| float(&sizes.network.nonzeros));
    parameters.push(Line::dashed(BLACK, itself(|(row, _)| entries(row))).labelled("T"));
    parameters.push(Line::dotted(RED, once(paper)).labelled("n·Δ^(nd)/n!"));
    let mut bits = by_code(least_bits, |sizes| sizes.network.sum_bits as f64);
    bits.push(Line::dashed(COLOURS[7], itself(least_bits)).labelled("least"));
    // Without any size there is nothing to draw.
    let panels = if known.is_empty() {
        Vec::new()
    } else {
        vec![
            panel(
                "blocks, by layout",
                "T, entries of the table",
                by_layout(|sizes| float(&sizes.network.depth)),
            ),
            panel(
                "width, by code",
                "M, cells of a token",
                by_code(
                    |(row, _)| row.cells.map_or(f64::NAN, |cells| cells as f64),
                    |sizes| sizes.network.width as f64,
                ),
            ),
            panel("parameters, by code, T and the paper's count", "T, entries of the table", parameters),
            panel("bits of the sums Σ, by code", "bits that any code needs", bits),
        ]
    };
    let title = "A table over a grid: what its network costs, for all n, d and Δ at once";
    Picture { legend: vec![(title.into(), Vec::new())], columns: 2, panel_size: (480, 320), panels }
}

fn entries(row: &DiscontinuousRow) -> f64 {
    row.entries.as_ref().map_or(f64::NAN, float)
}

fn least_bits((_, sizes): Sized<'_>) -> f64 {
    sizes.information_bound as f64
}

/// The first number at every place.
fn once(points: impl Iterator<Item = (f64, f64)>) -> Vec<(f64, f64)> {
    points.unique_by(|(x, _)| x.to_bits()).collect()
}

fn float(value: &BigUint) -> f64 {
    value.to_f64().unwrap_or(LARGEST).min(LARGEST)
}
