//! The gallery against its golden results: all of squared ReLU, and ReLU up to a size that suits a test run.
//!
//! `cargo bench --bench gallery` runs the whole gallery; with `SUMFORMER_BLESS=1` it rewrites the golden results.

use common::gallery::{
    ACTIVATIONS, ARCHITECTURES, Outcome, ShapeOutcome, TABLES, TableOutcome, constructions,
    continuous_constructions, tabulated_tokens,
};
use rayon::prelude::*;
use serde_json::Value;

/// Larger ReLU networks are left to the bench.
const LARGEST_RELU: u64 = 1500;
/// The same for targets that are no polynomials.
const LARGEST_SHAPE: u64 = 20_000;

#[test]
fn proofs_are_valid_and_as_recorded() {
    let mut cases = Vec::new();
    let constructions = constructions();
    for construction in &constructions {
        let text = std::fs::read_to_string(&construction.golden).expect("golden.json beside every target");
        let golden: Value = serde_json::from_str(&text).expect("JSON");
        for (activation_name, activation) in ACTIVATIONS {
            for (architecture_name, architecture) in ARCHITECTURES {
                let expected = golden[activation_name][architecture_name].clone();
                let units = expected["hidden_units"].as_u64();
                if activation_name == "relu2" || units.is_none_or(|units| units <= LARGEST_RELU) {
                    let label = format!("{}, {activation_name}, {architecture_name}", construction.name);
                    cases.push((label, construction, activation, architecture, expected));
                }
            }
        }
    }
    let problems: Vec<String> = cases
        .par_iter()
        .flat_map(|(label, construction, activation, architecture, expected)| {
            let (outcome, _) = Outcome::of(construction, *architecture, *activation);
            let mut problems = outcome.problems(*activation);
            if outcome.golden() != *expected {
                problems.push(format!("got {}, golden.json has {expected}", outcome.golden()));
            }
            problems.into_iter().map(move |problem| format!("{label}: {problem}")).collect::<Vec<_>>()
        })
        .collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    let relu2 = cases.iter().filter(|case| case.2 == ACTIVATIONS[1].1).count();
    assert_eq!(relu2, 3 * constructions.len());
    assert!(cases.len() - relu2 >= 30, "only {} proofs with ReLU", cases.len() - relu2);
}

#[test]
fn tables_are_valid_and_as_recorded() {
    let constructions = constructions();
    let cases: Vec<_> = constructions
        .iter()
        .filter_map(|construction| Some((construction, tabulated_tokens(construction)?)))
        .flat_map(|(construction, n)| ARCHITECTURES.map(|architecture| (construction, n, architecture)))
        .collect();
    assert!(cases.len() >= 3 * 8, "only {} tables", cases.len());
    let problems: Vec<String> = cases
        .par_iter()
        .flat_map(|(construction, n, (architecture_name, architecture))| {
            let (outcome, _) = TableOutcome::of(construction, *n, *architecture, TABLES[0]);
            let text =
                std::fs::read_to_string(&construction.golden).expect("golden.json beside every target");
            let golden: Value = serde_json::from_str(&text).expect("JSON");
            let expected = &golden["discontinuous"][TABLES[0].to_string()][architecture_name];
            let mut problems = outcome.problems();
            if outcome.golden() != *expected {
                problems.push(format!("got {}, golden.json has {expected}", outcome.golden()));
            }
            let label = format!("{}, {architecture_name}", construction.name);
            problems.into_iter().map(move |problem| format!("{label}: {problem}")).collect::<Vec<_>>()
        })
        .collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn continuous_targets_are_proved_as_recorded() {
    let constructions = continuous_constructions();
    let mut cases = Vec::new();
    for construction in &constructions {
        let text = std::fs::read_to_string(&construction.golden).expect("golden.json beside every target");
        let expected = serde_json::from_str::<Value>(&text).expect("JSON")["structural"].clone();
        if expected["hidden_units"].as_u64().is_none_or(|units| units <= LARGEST_SHAPE) {
            cases.extend(ARCHITECTURES.map(|architecture| (construction, architecture, expected.clone())));
        }
    }
    assert!(cases.len() >= 3 * 10, "only {} proofs", cases.len());
    let problems: Vec<String> = cases
        .par_iter()
        .flat_map(|(construction, (architecture_name, architecture), expected)| {
            let (outcome, _) = ShapeOutcome::of(construction, *architecture);
            let problems = outcome.problems(expected).into_iter();
            problems.map(|p| format!("{}, {architecture_name}: {p}", construction.name)).collect::<Vec<_>>()
        })
        .collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
