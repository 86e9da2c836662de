//! The whole gallery as one Markdown table, with times: `cargo bench --bench gallery`.
//!
//! Proofs are made one after the other and compared with `golden.json` beside each target; a difference or a problem
//! ends in exit code 1. `SUMFORMER_BLESS=1 cargo bench --bench gallery` writes `golden.json` anew. Names after `--` leave the other
//! targets out.

use common::gallery::{
    ACTIVATIONS, ARCHITECTURES, Construction, Outcome, ShapeOutcome, TABLES, TableOutcome, constructions,
    continuous_constructions, tabulated_tokens,
};
use serde_json::{Value, json};
use std::process::ExitCode;
use sumformer_checker::arith::number::to_f64;

const COLUMNS: [&str; 14] = [
    "target",
    "activation",
    "architecture",
    "d'",
    "blocks",
    "width",
    "units",
    "nonzeros",
    "certified",
    "witness",
    "ratio",
    "verdict",
    "prove s",
    "check s",
];

const TABLE_COLUMNS: [&str; 13] = [
    "target",
    "architecture",
    "Δ",
    "M",
    "T",
    "blocks",
    "width",
    "units",
    "nonzeros",
    "certified",
    "witness",
    "prove s",
    "check s",
];

const SHAPE_COLUMNS: [&str; 14] = [
    "target",
    "architecture",
    "d'",
    "replaced",
    "atoms",
    "blocks",
    "width",
    "units",
    "nonzeros",
    "approximation",
    "certified",
    "witness",
    "prove s",
    "check s",
];

fn main() -> ExitCode {
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("the gallery is measured by `cargo bench --bench gallery`");
        return ExitCode::SUCCESS;
    }
    let names: Vec<String> = std::env::args().skip(1).filter(|name| !name.starts_with('-')).collect();
    let wanted = |construction: &Construction| names.is_empty() || names.contains(&construction.name);
    let bless = std::env::var_os("SUMFORMER_BLESS").is_some_and(|value| value == "1");
    let mut problems = Vec::new();
    let mut tables = Vec::new();
    let mut totals = [[0.0; 2]; 3];
    println!("| {} |\n|{}", COLUMNS.join(" | "), " --- |".repeat(COLUMNS.len()));
    for construction in constructions().into_iter().filter(wanted) {
        let mut results = json!({});
        for (activation_name, activation) in ACTIVATIONS {
            for ((architecture_name, architecture), total) in ARCHITECTURES.into_iter().zip(&mut totals) {
                let (outcome, seconds) = Outcome::of(&construction, architecture, activation);
                total.iter_mut().zip(seconds).for_each(|(total, seconds)| *total += seconds);
                let label = format!("{}, {activation_name}, {architecture_name}", construction.name);
                problems.extend(outcome.problems(activation).into_iter().map(|p| format!("{label}: {p}")));
                results[activation_name][architecture_name] = outcome.golden();
                println!(
                    "{}",
                    row(&construction.name, activation_name, architecture_name, &outcome, seconds)
                );
            }
        }
        if let Some(n) = tabulated_tokens(&construction) {
            for entries in TABLES {
                for (architecture_name, architecture) in ARCHITECTURES {
                    let (outcome, seconds) = TableOutcome::of(&construction, n, architecture, entries);
                    let label = format!("{}, {entries} entries, {architecture_name}", construction.name);
                    problems.extend(outcome.problems().into_iter().map(|p| format!("{label}: {p}")));
                    results["discontinuous"][entries.to_string()][architecture_name] = outcome.golden();
                    tables.push(table_row(&construction.name, architecture_name, &outcome, seconds));
                }
            }
        }
        if bless {
            let text = serde_json::to_string_pretty(&results).expect("string keys") + "\n";
            std::fs::write(&construction.golden, text).expect("golden.json can be written");
        } else {
            let text = std::fs::read_to_string(&construction.golden).unwrap_or_default();
            let golden: Value = serde_json::from_str(&text).unwrap_or_default();
            if golden != results {
                problems.push(format!("{}: got {results}, golden.json has {golden}", construction.name));
            }
        }
    }
    for ((name, _), [prove, check]) in ARCHITECTURES.iter().zip(totals) {
        println!("\n{name}, all targets: prove {prove:.2} s, check {check:.2} s");
    }
    println!("\n| {} |\n|{}", TABLE_COLUMNS.join(" | "), " --- |".repeat(TABLE_COLUMNS.len()));
    tables.iter().for_each(|row| println!("{row}"));
    println!("\n| {} |\n|{}", SHAPE_COLUMNS.join(" | "), " --- |".repeat(SHAPE_COLUMNS.len()));
    for construction in continuous_constructions().into_iter().filter(wanted) {
        let text = std::fs::read_to_string(&construction.golden).unwrap_or_default();
        let golden: Value = serde_json::from_str(&text).unwrap_or_default();
        for (architecture_name, architecture) in ARCHITECTURES {
            let (outcome, seconds) = ShapeOutcome::of(&construction, architecture);
            println!("{}", shape_row(&construction.name, architecture_name, &outcome, seconds));
            if bless {
                let results = json!({ "structural": outcome.golden() });
                let text = serde_json::to_string_pretty(&results).expect("string keys") + "\n";
                std::fs::write(&construction.golden, text).expect("golden.json can be written");
            } else {
                let label = format!("{}, {architecture_name}", construction.name);
                let found = outcome.problems(&golden["structural"]).into_iter();
                problems.extend(found.map(|p| format!("{label}: {p}")));
            }
        }
    }
    problems.iter().for_each(|problem| eprintln!("{problem}"));
    if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn shape_row(target: &str, architecture: &str, outcome: &ShapeOutcome, [prove, check]: [f64; 2]) -> String {
    let (size, certificate) = (&outcome.proof.size, &outcome.proof.certificate);
    let deviation = outcome.way.surrogate.deviations.iter().map(to_f64).fold(0.0, f64::max);
    let cells = [
        target.to_string(),
        architecture.to_string(),
        outcome.way.sumformer.latent_dimension().to_string(),
        outcome.way.surrogate.approximations.len().to_string(),
        outcome.way.surrogate.atoms.len().to_string(),
        size.blocks.to_string(),
        size.width.to_string(),
        size.hidden_units.to_string(),
        size.nonzeros.to_string(),
        format!("{deviation:.2e}"),
        format!("{:.3e}", to_f64(&certificate.certified.0)),
        format!("{:.3e}", to_f64(&outcome.proof.witness.error)),
        format!("{prove:.2}"),
        format!("{check:.2}"),
    ];
    format!("| {} |", cells.join(" | "))
}

fn table_row(target: &str, architecture: &str, outcome: &TableOutcome, [prove, check]: [f64; 2]) -> String {
    let (size, certificate) = (&outcome.proof.size, &outcome.proof.certificate);
    let cells = [
        target.to_string(),
        architecture.to_string(),
        outcome.divisions.to_string(),
        outcome.bound.cells.to_string(),
        outcome.bound.entries.to_string(),
        size.blocks.to_string(),
        size.width.to_string(),
        size.hidden_units.to_string(),
        size.nonzeros.to_string(),
        format!("{:.3e}", to_f64(&certificate.certified.0)),
        format!("{:.3e}", to_f64(&outcome.proof.witness.error)),
        format!("{prove:.2}"),
        format!("{check:.2}"),
    ];
    format!("| {} |", cells.join(" | "))
}

fn row(
    target: &str,
    activation: &str,
    architecture: &str,
    outcome: &Outcome,
    [prove, check]: [f64; 2],
) -> String {
    let float = |value| {
        let float = to_f64(value);
        if float == 0.0 { "0".to_string() } else { format!("{float:.3e}") }
    };
    let cells = [
        target.to_string(),
        activation.to_string(),
        architecture.to_string(),
        outcome.latent_dimension.to_string(),
        outcome.size.blocks.to_string(),
        outcome.size.width.to_string(),
        outcome.size.hidden_units.to_string(),
        outcome.size.nonzeros.to_string(),
        float(&outcome.certified),
        float(&outcome.witness),
        format!("{:.2}", outcome.ratio()),
        if outcome.valid { "valid" } else { "NOT VALID" }.to_string(),
        format!("{:.3}", prove),
        format!("{:.3}", check),
    ];
    format!("| {} |", cells.join(" | "))
}
