//! The largest errors of trained networks beside what none of them can go below.

use super::curves::certified;
use super::heat_map::largest_error_seen;
use super::panel::{Curve, Horizontal, Style, draw, legend};
use super::results::Results;
use crate::cli::plot::{Area, COLOURS, Failure};
use itertools::Itertools;

/// Width and height.
pub(super) const SIZE: (u32, u32) = (1120, 700);
/// The dimensions that have a panel.
const SHOWN: [usize; 4] = [2, 4, 7, 10];
/// Below the panels.
const LEGEND_HEIGHT: u32 = 84;

/// A panel for each of a few d; `floor(d, d')` is proved.
pub(super) fn figure_2<'a>(
    area: &Area<'a>,
    results: &Results,
    floor: &dyn Fn(usize, usize) -> f64,
) -> Result<(), Failure<'a>> {
    let (panels, below) = area.split_vertically(SIZE.1 - LEGEND_HEIGHT);
    let log2 = |latents: usize| (latents as f64).log2();
    let labels: Vec<f64> = results.latents.iter().map(|r| r.latents).unique().sorted().map(log2).collect();
    let (first, last) = (labels.first().copied().unwrap_or(0.0), labels.last().copied().unwrap_or(1.0));
    for (panel, dimension) in panels.split_evenly((2, 2)).iter().zip(SHOWN) {
        let horizontal = Horizontal {
            name: "d', the number of sums",
            range: first - 0.3..last + 0.3,
            labels: labels.clone(),
            format: |x| format!("{:.0}", x.exp2()),
        };
        draw(
            panel,
            &format!("d = {dimension}"),
            &horizontal,
            "largest error",
            &curves(results, dimension, floor),
        )?;
    }
    legend(&below, (80, 12), &curves(results, SHOWN[0], floor))
}

fn curves(results: &Results, dimension: usize, floor: &dyn Fn(usize, usize) -> f64) -> Vec<Curve> {
    let log2 = |latents: usize| (latents as f64).log2();
    let trained = results.latents.iter().filter(|record| record.dimension == dimension);
    let levels = (1..dimension).map(|sums| (sums, floor(dimension, sums))).filter(|(_, floor)| *floor > 0.0);
    let constructed = results
        .constructed
        .iter()
        .filter(|record| record.figure == 2 && record.dimension == dimension && record.activation == "relu");
    vec![
        Curve {
            name: "trained: the largest error of an output that was seen".into(),
            colour: COLOURS[0],
            points: trained.map(|record| (log2(record.latents), largest_error_seen(record))).collect(),
            style: Style::Dotted,
        },
        Curve {
            name: "floor: every Sumformer with so many sums errs by that much at some sequence, proved"
                .into(),
            colour: COLOURS[2],
            points: levels.map(|(sums, floor)| (log2(sums), floor)).collect(),
            style: Style::Dotted,
        },
        Curve {
            name: "constructed with ReLU and d' = d: the largest error is at most that, proved".into(),
            colour: COLOURS[3],
            points: constructed.map(|record| (log2(record.latents), certified(record))).collect(),
            style: Style::Dotted,
        },
    ]
}
