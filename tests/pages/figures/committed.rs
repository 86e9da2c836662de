//! What docs/figures holds is complete and consistent.

use crate::figures::support::{committed, data_folder};
use sumformer::figures::constructed::construct;
use sumformer::figures::record::{ConstructedRecord, CurveRecord, LatentRecord, Model, Record};
use sumformer::figures::settings::Settings;
use sumformer::figures::targets::{FIGURE_2_DIMENSIONS, Figure1Function, figure_2, figure_2_at_ones};
use sumformer::words::{TokenNames, print};
use sumformer_checker::format::network::Activation;

#[test]
fn figure_1_has_both_models_on_both_functions() {
    let records: Vec<CurveRecord> = committed("figure-1.jsonl");
    let keys: Vec<_> = records.iter().map(Record::key).collect();
    let wanted: Vec<_> = Figure1Function::ALL.iter().flat_map(|&f| Model::ALL.map(|m| (f, m))).collect();
    assert_eq!(keys, wanted);
    for record in &records {
        assert_eq!(record.settings, Settings::figure_1());
        // C(n + d, d) − 1 with n = 5, d = 4.
        assert_eq!((record.latents, record.errors.len()), (125, 50));
        assert!(record.errors.iter().all(|error| *error > 0.0 && *error < 2.0));
    }
}

#[test]
fn figure_2_has_120_runs() {
    let records: Vec<LatentRecord> = committed("figure-2.jsonl");
    let keys: Vec<_> = records.iter().map(Record::key).collect();
    let wanted: Vec<_> = FIGURE_2_DIMENSIONS.flat_map(|d| (0..=11).map(move |k| (d, 1_usize << k))).collect();
    assert_eq!(keys.len(), 120);
    assert_eq!(keys, wanted);
    for record in &records {
        assert_eq!(record.settings, Settings::figure_2());
        assert!(record.best_error <= record.last_error && record.best_error > 0.0);
        assert!(record.best_epoch % 5 == 0 && (5..=200).contains(&record.best_epoch));
        assert!(record.sampled_error > 0.0);
    }
}

#[test]
fn every_run_with_too_few_latents_has_its_pair() {
    let records: Vec<LatentRecord> = committed("figure-2.jsonl");
    let mut pairs = 0;
    for record in &records {
        assert_eq!(record.pair.is_some(), record.latents < record.dimension, "{}", record.describe());
        let Some(pair) = &record.pair else { continue };
        pairs += 1;
        let label = record.describe();
        assert_eq!(pair.point.len(), record.dimension);
        assert!(pair.point.iter().all(|t| (0.0..=1.0).contains(t)), "{label}");
        let k = pair.coordinate;
        assert!(pair.point[k] == 0.0 || pair.point[k] == 1.0, "{label}: t_{k} is inside");
        let values = [pair.point[k], 1.0 - pair.point[k]].map(figure_2_at_ones);
        assert!(values == [8.0, 32.0] || values == [32.0, 8.0]);
        let errors = [0, 1].map(|side| (pair.outputs[side] - values[side]).abs());
        assert_eq!(pair.errors, errors, "{label}");
        let apart = (pair.outputs[0] - pair.outputs[1]).abs();
        assert!(pair.largest_error() >= 12.0 - apart / 2.0 - 1e-12, "{label}");
        assert!(pair.distance < 1e-9 && apart < 1e-6, "{label}: the search failed");
        assert!(pair.largest_error() > 12.0 - 1e-6, "{label}: {}", pair.largest_error());
    }
    // d' ∈ {1, 2, 4, 8} below d.
    assert_eq!(pairs, [0, 1, 2, 2, 3, 3, 3, 3, 4, 4].into_iter().sum::<usize>());
}

#[test]
fn constructions_are_as_recorded_and_exact_with_d_sums() {
    let records: Vec<ConstructedRecord> = committed("constructed.jsonl");
    assert_eq!(records.len(), 2 + 1 + 2 * 10);
    let exact: Vec<_> = records.iter().filter(|r| r.figure == 2 && r.activation == "relu2").collect();
    for (d, record) in FIGURE_2_DIMENSIONS.zip(exact) {
        let target = figure_2(d).unwrap();
        let found = construct(2, &target, ("relu2", Activation::Relu2), &Settings::figure_2());
        let found = found.unwrap().unwrap();
        // Floating evaluation may differ between machines in the last digits.
        let rounded = |r: &ConstructedRecord| ConstructedRecord {
            relative_error: 0.0,
            sampled_error: 0.0,
            ..r.clone()
        };
        assert_eq!(rounded(&found), rounded(record));
        assert_eq!((found.latents, found.certified.as_str()), (d, "0"));
        assert!(found.relative_error < 1e-14 && record.relative_error < 1e-14);
    }
    let polynomial = Figure1Function::Polynomial.target().unwrap();
    let found =
        construct(1, &polynomial, ("relu2", Activation::Relu2), &Settings::figure_1()).unwrap().unwrap();
    assert_eq!((found.latents, found.certified.as_str()), (6, "0"));
}

#[test]
fn the_gallery_has_the_same_functions() {
    for d in [1, 4, 10] {
        let path = data_folder().join(format!("../../constructions/figure-2-d{d}/target.toml"));
        let source = std::fs::read_to_string(path).unwrap();
        let gallery = sumformer::reading::load_target("target.toml", &source).unwrap();
        let ours = figure_2(d).unwrap();
        let printed = |target: &sumformer_checker::language::target::Target| -> Vec<String> {
            target.body.expressions().iter().map(|e| print(e, TokenNames::of(&target.body))).collect()
        };
        assert_eq!(printed(&gallery), printed(&ours));
        assert_eq!((gallery.tokens, gallery.domain), (ours.tokens, ours.domain));
    }
}
