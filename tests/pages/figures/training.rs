//! Training, in little.

use crate::figures::support::{figures, figures_in};
use std::fs;
use sumformer::figures::record::{CurveRecord, LatentRecord, Model, parse};
use sumformer::figures::settings::Settings;
use sumformer::figures::targets::Figure1Function;
use sumformer::figures::training::{curve, latent};

fn small() -> Settings {
    Settings {
        training: 200,
        validation: 50,
        epochs: 10,
        batch: 20,
        hidden_layers: 2,
        hidden_width: 16,
        ..Settings::figure_2()
    }
}

fn train(data: &std::path::Path, more: &[&str]) -> (i32, String, String) {
    train_in(&[], data, more)
}

fn train_in(environment: &[(&str, &str)], data: &std::path::Path, more: &[&str]) -> (i32, String, String) {
    let data = data.display().to_string();
    let fixed = ["train", "2", "--data", &data, "--epochs", "5", "--sequences", "40", "--batch", "20"];
    figures_in(environment, &[&fixed[..], more].concat())
}

#[test]
fn a_sweep_that_was_cut_ends_with_the_same_file() {
    let folder = tempfile::tempdir().unwrap();
    let (whole, parts) = (folder.path().join("whole.jsonl"), folder.path().join("parts.jsonl"));
    let all = ["--dimensions", "2,3", "--latents", "2,1", "--threads", "1"];
    // Neither the number of runs at a time nor the threads of a matrix product matter.
    let environment = [("RAYON_NUM_THREADS", "3"), ("CANDLE_NUM_THREADS", "2")];
    assert_eq!(train_in(&environment, &whole, &all).0, 0);
    let (code, _, error) = train(&parts, &["--dimensions", "3", "--latents", "1"]);
    assert_eq!(code, 0, "{error}");
    let first = fs::read_to_string(&parts).unwrap();
    let (code, answer, error) =
        train(&parts, &["--dimensions", "2,3", "--latents", "1,2", "--threads", "2", "--json"]);
    assert_eq!(code, 0, "{error}");
    assert!(error.contains("1 of 4 runs"), "{error}");
    assert_eq!(serde_json::from_str::<serde_json::Value>(&answer).unwrap()["trained"], 3);
    let second = fs::read_to_string(&parts).unwrap();
    assert!(second.contains(first.trim()), "the finished run was trained again");
    assert_eq!(second, fs::read_to_string(&whole).unwrap());
    let records: Vec<LatentRecord> = parse(&second, None).unwrap();
    for record in records {
        assert_eq!(record.pair.is_some(), record.latents < record.dimension);
        if let Some(pair) = record.pair {
            assert!(pair.largest_error() > 12.0 - 1e-6, "{pair:?}");
        }
    }
}

#[test]
fn other_settings_in_one_file_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("runs.jsonl");
    assert_eq!(train(&data, &["--dimensions", "1", "--latents", "1"]).0, 0);
    let before = fs::read_to_string(&data).unwrap();
    let (code, _, error) = train(&data, &["--dimensions", "1", "--latents", "2", "--seed", "3"]);
    assert!(code == 2 && error.contains("line 1") && error.contains("seed is 0, not 3"), "{error}");
    assert_eq!(fs::read_to_string(&data).unwrap(), before);
}

#[test]
fn usage_is_checked_before_training() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("runs.jsonl").display().to_string();
    let (code, _, error) = figures(&["train", "1", "--data", &data, "--latents", "3"]);
    assert!(code == 2 && error.contains("figure 2"), "{error}");
    let (code, _, error) = figures(&["train", "2", "--data", &data, "--epochs", "4"]);
    assert!(code == 2 && error.contains("every 5 epochs"), "{error}");
}

#[test]
fn errors_fall_and_depend_on_the_seed_only() {
    let settings = Settings { epochs: 60, ..small() };
    for model in Model::ALL {
        let run = || curve(Figure1Function::Polynomial, model, &settings, &|| {}).unwrap();
        let record: CurveRecord = run();
        assert_eq!(record, run());
        let (first, last) = (record.errors[0], record.errors[record.errors.len() - 1]);
        assert!(last < 0.5 * first, "{}: {first} to {last}", model.name());
    }
    let seeded = |seed| latent(2, 4, &Settings { seed, ..small() }, &|| {}).unwrap().best_error;
    assert_ne!(seeded(0), seeded(1));
}
