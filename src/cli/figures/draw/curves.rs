//! Validation errors as curves: over epochs (Figure 1) and over d' (Figure 2).

use super::panel::{Curve, Horizontal, Style, draw, legend};
use super::results::Results;
use crate::cli::plot::{Area, COLOURS, Failure};
use crate::figures::record::{ConstructedRecord, LatentRecord, Model};
use crate::figures::targets::Figure1Function;
use itertools::Itertools;
use plotters::prelude::*;
use sumformer_checker::arith::number::{parse_rational, to_f64};

/// Width and height of Figure 1.
pub(super) const SIZE_1: (u32, u32) = (1120, 464);
/// Width and height of Figure 2 with lines.
pub(super) const SIZE_2: (u32, u32) = (900, 520);
/// Below the panels of Figure 1.
const LEGEND_HEIGHT: u32 = 64;
/// Right of the panel of Figure 2.
const LEGEND_WIDTH: u32 = 130;

/// What these curves are of.
const RELATIVE: &str = "relative L2 error on validation sequences";

/// Two panels: a polynomial, and a function that is none.
pub(super) fn figure_1<'a>(area: &Area<'a>, results: &Results) -> Result<(), Failure<'a>> {
    let (panels, below) = area.split_vertically(SIZE_1.1 - LEGEND_HEIGHT);
    for (panel, function) in panels.split_evenly((1, 2)).iter().zip(Figure1Function::ALL) {
        let curves = curves_of(results, function);
        let last = curves.iter().flat_map(|c| &c.points).map(|p| p.0).fold(1.0, f64::max);
        let horizontal = Horizontal {
            name: "epochs",
            range: 0.0..last,
            labels: (0..=5).map(|k| last * f64::from(k) / 5.0).collect(),
            format: |x| format!("{x:.0}"),
        };
        draw(panel, &format!("{}, n = 5, d = 4", function.name()), &horizontal, RELATIVE, &curves)?;
    }
    let samples = curves_of(results, Figure1Function::Polynomial);
    let (learned, constructed) = samples.split_at(samples.len().min(Model::ALL.len()));
    legend(&below, (80, 16), learned)?;
    legend(&below, (340, 16), constructed)
}

fn curves_of(results: &Results, function: Figure1Function) -> Vec<Curve> {
    let mut curves = Vec::new();
    for (model, colour) in Model::ALL.into_iter().zip(COLOURS) {
        for record in results.curves.iter().filter(|r| r.target == function && r.model == model) {
            let every = record.settings.validate_every;
            let points = record.errors.iter().enumerate();
            curves.push(Curve {
                name: format!("{}, trained", model.name()),
                colour,
                points: points.map(|(index, &error)| (((index + 1) * every) as f64, error)).collect(),
                style: Style::Line,
            });
        }
    }
    let last = curves.iter().flat_map(|curve| &curve.points).map(|p| p.0).fold(1.0, f64::max);
    let name = format!("figure-1-{}", function.name());
    let relu = results.constructed.iter().find(|r| r.target == name && r.activation == "relu");
    let mut level = |name: &str, colour: RGBColor, dash: i32, value: f64| {
        let points = vec![(0.0, value), (last, value)];
        curves.push(Curve { name: name.to_string(), colour, points, style: Style::Dashed(dash) });
    };
    if let Some(record) = relu {
        level(
            "constructed with ReLU: relative L2 error on the same sequences",
            COLOURS[3],
            9,
            record.relative_error,
        );
        level(
            "constructed with ReLU: proved bound of |network − function| on the whole box (absolute, not relative)",
            COLOURS[7],
            3,
            certified(record),
        );
    }
    curves
}

/// The certified bound as a float; a record that was read has one.
pub(super) fn certified(record: &ConstructedRecord) -> f64 {
    parse_rational(&record.certified).map_or(f64::NAN, |bound| to_f64(&bound))
}

/// As the paper draws it: the best error against d', one line for every d.
pub(super) fn figure_2<'a>(area: &Area<'a>, records: &[LatentRecord]) -> Result<(), Failure<'a>> {
    let dimensions: Vec<usize> = records.iter().map(|record| record.dimension).unique().collect();
    let log2 = |latents: usize| (latents as f64).log2();
    let curves: Vec<Curve> = dimensions
        .iter()
        .enumerate()
        .map(|(index, &dimension)| {
            let of_dimension = records.iter().filter(|record| record.dimension == dimension);
            let share = index as f64 / (dimensions.len().max(2) - 1) as f64;
            Curve {
                name: format!("d = {dimension}"),
                colour: ViridisRGB::get_color_normalized(0.92 * share, 0.0, 1.0),
                points: of_dimension.map(|record| (log2(record.latents), record.best_error)).collect(),
                style: Style::Dotted,
            }
        })
        .collect();
    let labels: Vec<f64> = records.iter().map(|r| r.latents).unique().sorted().map(log2).collect();
    let (first, last) = (labels.first().copied().unwrap_or(0.0), labels.last().copied().unwrap_or(1.0));
    let horizontal = Horizontal {
        name: "d', the number of sums",
        range: first - 0.3..last + 0.3,
        labels,
        format: |x| format!("{:.0}", x.exp2()),
    };
    let (panel, right) = area.split_horizontally(SIZE_2.0 - LEGEND_WIDTH);
    draw(&panel, "Best validation error of trained MLP Sumformers, n = 3", &horizontal, RELATIVE, &curves)?;
    legend(&right, (8, 60), &curves)
}
