//! The numbers of both figures as tables in Markdown.

use super::heat_map::{largest_error_seen, two_digits};
use super::results::Results;
use crate::cli::escape::in_markdown;
use crate::figures::record::LatentRecord;
use crate::report::numbers::above;
use itertools::Itertools;
use num_traits::Zero;
use sumformer_checker::arith::number::parse_rational;

/// All tables, each under its heading.
pub(super) fn tables(results: &Results) -> String {
    let sections = [
        ("Constructed", constructed(results)),
        ("Figure 1: trained, relative L2 error", curves(results)),
        ("Figure 2: trained, best relative L2 error", grid(results, |record| record.best_error)),
        ("Figure 2: trained, largest error that was seen", grid(results, largest_error_seen)),
        ("Figure 2: pairs of inputs that φ does not tell apart", pairs(results)),
    ];
    sections.into_iter().map(|(heading, table)| format!("### {heading}\n\n{table}")).join("\n")
}

fn table(header: &[String], rows: impl Iterator<Item = Vec<String>>) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let rule = format!("|{}\n", " --- |".repeat(header.len()));
    line(header) + &rule + &rows.map(|row| line(&row)).collect::<String>()
}

fn header(names: &[&str]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}

fn constructed(results: &Results) -> String {
    let header = header(&[
        "function",
        "d",
        "activation",
        "d'",
        "blocks",
        "units",
        "proved bound",
        "relative L2 error",
    ]);
    let rows = results.constructed.iter().map(|record| {
        // A record with a bound that is no number is refused when it is read.
        let bound = match parse_rational(&record.certified) {
            Ok(bound) if bound.is_zero() => "0, exactly".into(),
            Ok(bound) => above(&bound),
            Err(_) => record.certified.clone(),
        };
        vec![
            in_markdown(&record.target),
            record.dimension.to_string(),
            in_markdown(&record.activation),
            record.latents.to_string(),
            record.blocks.to_string(),
            record.hidden_units.to_string(),
            bound,
            format!("{:.1e}", record.relative_error),
        ]
    });
    table(&header, rows)
}

fn curves(results: &Results) -> String {
    let header = header(&["function", "model", "d'", "after 5 epochs", "50", "100", "best", "last"]);
    let rows = results.curves.iter().map(|record| {
        let after = |epochs: usize| {
            let index = (epochs / record.settings.validate_every).wrapping_sub(1);
            record.errors.get(index).map_or("-".into(), |&error| two_digits(error))
        };
        let best = record.errors.iter().copied().fold(f64::INFINITY, f64::min);
        let last = record.errors.last().copied().unwrap_or(f64::NAN);
        vec![
            record.target.name().to_string(),
            record.model.name().to_string(),
            record.latents.to_string(),
            after(5),
            after(50),
            after(100),
            two_digits(best),
            two_digits(last),
        ]
    });
    table(&header, rows)
}

/// d' down, d across.
fn grid(results: &Results, value: impl Fn(&LatentRecord) -> f64) -> String {
    let dimensions: Vec<usize> = results.latents.iter().map(|r| r.dimension).unique().sorted().collect();
    let latents = results.latents.iter().map(|r| r.latents).unique().sorted();
    let names = dimensions.iter().map(|d| format!("d = {d}"));
    let header: Vec<String> = std::iter::once("d'".to_string()).chain(names).collect();
    let rows = latents.map(|latents| {
        let cells = dimensions.iter().map(|&dimension| {
            let mut all = results.latents.iter();
            let record = all.find(|r| (r.dimension, r.latents) == (dimension, latents));
            record.map_or("-".into(), |record| two_digits(value(record)))
        });
        std::iter::once(latents.to_string()).chain(cells).collect()
    });
    table(&header, rows)
}

fn pairs(results: &Results) -> String {
    let header =
        header(&["d", "d'", "\\|φ(t) − φ(1 − t)\\|", "k", "t_k", "output at t", "at 1 − t", "larger error"]);
    let rows = results.latents.iter().filter_map(|record| {
        let pair = record.pair.as_ref()?;
        Some(vec![
            record.dimension.to_string(),
            record.latents.to_string(),
            format!("{:.1e}", pair.distance),
            pair.coordinate.to_string(),
            format!("{}", pair.point[pair.coordinate]),
            format!("{:.4}", pair.outputs[0]),
            format!("{:.4}", pair.outputs[1]),
            format!("{:.4}", pair.largest_error()),
        ])
    });
    table(&header, rows)
}
