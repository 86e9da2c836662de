//! No network lies below a floor: neither those that were trained, nor those that are constructed.

use crate::figures::support::{committed, data_folder};
use sumformer::figures::floor::{figure_2_floor, figure_2_least};
use sumformer::figures::record::{ConstructedRecord, LatentRecord, Record};
use sumformer::figures::targets::{FIGURE_2_DIMENSIONS, figure_2};
use sumformer::floors::certificate;
use sumformer_checker::arith::number::{Exact, integer, ratio};
use sumformer_checker::floor::derive_floors;

/// What is measured at some sequences is no more than the largest error; so where it is below a floor, one of the two is wrong.
fn below(record: &LatentRecord, floor: f64) -> bool {
    let at_pair = record.pair.as_ref().map_or(0.0, |pair| pair.largest_error());
    record.sampled_error.max(at_pair) < floor
}

#[test]
fn trained_networks_lie_above_the_floor() {
    let records: Vec<LatentRecord> = committed("figure-2.jsonl");
    let mut bound = 0;
    for record in &records {
        let target = figure_2(record.dimension).expect("a target");
        let floor = figure_2_least(&target, record.latents);
        assert_eq!(floor > 0.0, record.latents < record.dimension, "{}", record.describe());
        assert!(!below(record, floor), "{} lies below {floor}", record.describe());
        bound += usize::from(floor > 0.0);
    }
    assert_eq!(bound, 25);
}

#[test]
fn a_network_below_the_floor_would_be_noticed() {
    let records: Vec<LatentRecord> = committed("figure-2.jsonl");
    let mut record = records.into_iter().find(|record| record.pair.is_some()).expect("a pair");
    let floor = figure_2_least(&figure_2(record.dimension).expect("a target"), record.latents);
    record.pair = None;
    record.sampled_error = floor * 0.99;
    assert!(below(&record, floor));
}

/// With d − 1 sums 12 follows, and no more; with d sums the network that is constructed has error 0.
#[test]
fn the_floor_of_figure_2_is_sharp() {
    let constructed: Vec<ConstructedRecord> = committed("constructed.jsonl");
    for d in FIGURE_2_DIMENSIONS {
        let target = figure_2(d).expect("a target");
        let floor = figure_2_floor(&target).expect("a floor");
        let mut certificate = certificate(&target, 3, vec![floor]);
        assert_eq!(certificate.floors[0].error.0, integer(12));
        assert_eq!(derive_floors(&target, &certificate).expect("floors"), [integer(12)]);
        certificate.floors[0].error = Exact(integer(12) + ratio(1, 1_000_000));
        assert!(derive_floors(&target, &certificate).is_err());
        let exact = constructed.iter().find(|r| r.figure == 2 && r.dimension == d && r.activation == "relu2");
        let exact = exact.expect("a network");
        assert_eq!((exact.latents, exact.certified.as_str()), (d, "0"));
        assert_eq!(figure_2_least(&target, d), 0.0);
    }
}

#[test]
fn the_picture_has_floors_and_measured_points() {
    let picture = std::fs::read_to_string(data_folder().join("figure-2-floors.svg")).expect("a picture");
    for words in ["d = 2", "d = 4", "d = 7", "d = 10", "floor: every Sumformer", "trained:"] {
        assert!(picture.contains(words), "{words}");
    }
    assert!(picture.matches("<circle").count() > 4 * 12);
}
