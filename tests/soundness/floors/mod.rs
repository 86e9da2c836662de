//! Floors: what is accepted is true, whatever is changed, and every rule refuses what it has to.

mod collisions;
mod refusals;

use crate::dice::Dice;
use common::repository;
use num_traits::Zero;
use rayon::prelude::*;
use std::fs;
use sumformer::floors::{Effort, floor, with_cuts};
use sumformer::reading::load_target;
use sumformer::words::to_json;
use sumformer_checker::arith::number::{Exact, Rational, integer, ratio};
use sumformer_checker::check::check_floors;
use sumformer_checker::floor::{derive_floor, norm};
use sumformer_checker::format::floor::{Floor, FloorCertificate, Probe};
use sumformer_checker::language::target::Target;
use sumformer_checker::language::values::{Scalar, Sequence, evaluate_run};
use sumformer_checker::refusal::Refusal;
use sumformer_checker::work::{Limits, within};

/// Floors that another program found, by name of the construction, with what it proved.
pub struct Known {
    pub name: String,
    pub target: Target,
    pub certificate: FloorCertificate,
}

/// Whether its target is no polynomial.
pub fn is_enclosed(name: &str) -> bool {
    ["softmax-head", "gaussian-smoothing"].iter().any(|other| name.starts_with(other))
}

/// All of them.
pub fn known() -> Vec<Known> {
    let folder = repository("tests/soundness/floors/prototype");
    let mut files: Vec<_> =
        fs::read_dir(folder).expect("floors").map(|entry| entry.expect("a file").path()).collect();
    files.sort();
    let read = |path: &std::path::PathBuf| {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let construction = name.rsplit_once("-n").expect("a length").0;
        let source = fs::read_to_string(repository("constructions").join(construction).join("target.toml"));
        let target = load_target("target.toml", &source.expect("a target")).expect("a target");
        let certificate = FloorCertificate::from_json(&fs::read(path).expect("a file")).expect("floors");
        Known { name, target, certificate }
    };
    files.iter().map(read).collect()
}

/// What the checker says.
pub fn verdict(target: &Target, certificate: &FloorCertificate) -> Result<Vec<Rational>, Refusal> {
    let checked = check_floors(target.source.as_bytes(), to_json(certificate).as_bytes());
    checked.expect("readable").verdict
}

#[test]
fn what_was_proved_elsewhere_is_derived_with_the_same_errors() {
    let mut floors = 0;
    for Known { name, target, certificate } in known() {
        // Those of functions need cuts, below.
        if is_enclosed(&name) {
            continue;
        }
        let derived = verdict(&target, &certificate).unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
        let claimed: Vec<_> = certificate.floors.iter().map(|floor| floor.error.0.clone()).collect();
        assert_eq!(derived, claimed, "{name}");
        floors += claimed.len();
    }
    assert_eq!(floors, 69);
}

/// With all that another program proved.
#[test]
fn floors_of_other_functions_are_proved_on_parts_of_the_faces() {
    let mut floors = 0;
    for Known { name, target, certificate } in known().into_iter().filter(|known| is_enclosed(&known.name)) {
        for floor in &certificate.floors {
            let cut = with_cuts(&target, floor, &floor.error.0, None)
                .unwrap_or_else(|| panic!("{name}, {} sums", floor.sums));
            let claimed = FloorCertificate {
                floors: vec![Floor { error: floor.error.clone(), ..cut }],
                ..certificate.clone()
            };
            let derived = verdict(&target, &claimed).unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
            assert!(derived[0] >= floor.error.0);
            floors += 1;
        }
    }
    assert_eq!(floors, 12);
}

/// The search is no worse than the one whose floors these are.
#[test]
fn what_was_proved_elsewhere_is_found() {
    let names = [
        "any-covariance-n5",
        "any-spread-n5",
        "covariance-n6",
        "e2-others-n6",
        "e3-others-n6",
        "mixed-moments-n5",
        "shifted-domain-n4",
        "third-central-moment-n6",
    ];
    let known = known();
    for name in names {
        let Known { target, certificate, .. } = known.iter().find(|known| known.name == name).expect(name);
        for there in &certificate.floors {
            let effort = Effort { starts: 24, probes: 40, seed: 0, until: None };
            let here = floor(target, certificate.tokens, there.sums, &effort).expect(name);
            // Weights are multiples of 1/4096.
            let nearly = &there.error.0 * ratio(9999, 10000);
            assert!(
                here.error.0 >= nearly,
                "{name}, {} sums: {} < {}",
                there.sums,
                here.error.0,
                there.error.0
            );
        }
    }
}

/// The target's outputs at a probe and v, exactly.
fn outputs(target: &Target, floor: &Floor, probe: &Probe, v: &[Rational]) -> Option<Vec<Rational>> {
    let exact = |token: &[Exact]| token.iter().map(|x| x.0.clone()).collect::<Vec<_>>();
    let mut tokens = vec![exact(&probe.own)];
    let mut copies = vec![1];
    for group in &floor.moving {
        let moved = group.centre.iter().zip(&group.directions).map(|(centre, row)| {
            row.iter().zip(v).fold(centre.0.clone(), |sum, (direction, v)| sum + &direction.0 * v)
        });
        tokens.push(moved.collect());
        copies.push(group.copies);
    }
    for resting in &probe.resting {
        tokens.push(exact(&resting.token));
        copies.push(resting.copies);
    }
    evaluate_run(target, Sequence::of_runs(&tokens, &copies)?, 0).ok()
}

/// At points of every face: the combination of outputs changes by 2δ at least.
fn require_truth(target: &Target, floor: &Floor, error: &Rational, dice: &mut Dice) {
    for (i, face) in floor.faces.iter().enumerate() {
        let need = norm(face) * error * integer(2);
        for attempt in 0..4 {
            let v: Vec<Rational> = (0..floor.faces.len())
                .map(|j| match attempt {
                    _ if i == j => integer(1),
                    0 => ratio(2 * dice.below(2) as i64 - 1, 1),
                    _ => ratio(dice.below(17) as i64 - 8, 8),
                })
                .collect();
            let back: Vec<Rational> = v.iter().map(|x| -x).collect();
            let mut change = Rational::zero();
            for (r, probe) in floor.probes.iter().enumerate() {
                let values = [&v, &back].map(|v| outputs(target, floor, probe, v));
                let [Some(forth), Some(back)] = values else { return };
                for weight in face.weights.iter().filter(|weight| weight.probe == r) {
                    change += Scalar::sub(&forth[weight.output], &back[weight.output]) * &weight.weight.0;
                }
            }
            assert!(change >= need, "face {i} at {v:?}: {change} is less than {need}");
        }
    }
}

/// Numbers of a floor, one of which is changed.
fn change(floor: &mut Floor, dice: &mut Dice) {
    let by = [ratio(1, 1), ratio(-1, 1), ratio(1, 8), ratio(-1, 8), ratio(1, 1 << 20), ratio(-1, 1 << 20)];
    let by = &by[dice.below(by.len())];
    let pick = |count: usize, dice: &mut Dice| dice.below(count);
    match dice.below(8) {
        0 => {
            let g = pick(floor.moving.len(), dice);
            let k = pick(floor.moving[g].centre.len(), dice);
            floor.moving[g].centre[k].0 += by.clone();
        }
        1 | 2 => {
            let g = pick(floor.moving.len(), dice);
            let k = pick(floor.moving[g].directions.len(), dice);
            let j = pick(floor.moving[g].directions[k].len(), dice);
            floor.moving[g].directions[k][j].0 += by.clone();
        }
        3 => {
            let r = pick(floor.probes.len(), dice);
            let k = pick(floor.probes[r].own.len(), dice);
            floor.probes[r].own[k].0 += by.clone();
        }
        4 => {
            let r = pick(floor.probes.len(), dice);
            if let Some(resting) = floor.probes[r].resting.first_mut() {
                let k = pick(resting.token.len(), dice);
                resting.token[k].0 += by.clone();
            }
        }
        5 => {
            let g = pick(floor.moving.len(), dice);
            floor.moving[g].copies += 1;
        }
        _ => {
            let i = pick(floor.faces.len(), dice);
            let w = pick(floor.faces[i].weights.len(), dice);
            floor.faces[i].weights[w].weight.0 += by.clone();
        }
    }
}

#[test]
fn no_changed_number_proves_more_than_is_true() {
    let changes = std::env::var("SUMFORMER_MUTATIONS").map_or(300, |count| count.parse().expect("a number"));
    let known = known();
    let all: Vec<(&Known, &Floor)> = known
        .iter()
        .filter(|known| !is_enclosed(&known.name))
        .flat_map(|known| known.certificate.floors.iter().map(move |floor| (known, floor)))
        .collect();
    let counts: Vec<[usize; 2]> = (0..changes)
        .into_par_iter()
        .map(|number: usize| {
            let mut dice = Dice::new(number as u64);
            let (Known { name, target, certificate }, floor) = all[dice.below(all.len())];
            let mut floor = floor.clone();
            let claimed = floor.error.0.clone();
            change(&mut floor, &mut dice);
            let derived =
                within(Limits::work(1 << 32), || derive_floor(target, certificate.tokens, &floor, "floor"));
            match derived.expect("not much work") {
                Ok(derived) => {
                    require_truth(target, &floor, &derived, &mut dice);
                    // The old claim is refused unless it still follows.
                    let old = FloorCertificate { floors: vec![floor], ..certificate.clone() };
                    assert_eq!(verdict(target, &old).is_ok(), derived >= claimed, "{name}");
                    [1, usize::from(derived >= claimed)]
                }
                Err(_) => [0, 0],
            }
        })
        .collect();
    let [derived, kept] = counts.iter().fold([0, 0], |[a, b], [x, y]| [a + x, b + y]);
    assert!(derived * 4 > changes && kept * 50 > changes, "{derived} derived, {kept} kept of {changes}");
    assert!(kept * 2 < changes, "{kept} of {changes} old claims still follow");
}

/// What is accepted is compared with the truth, or nothing would be found.
#[test]
#[should_panic(expected = "is less than")]
fn a_false_floor_is_noticed() {
    let all = known();
    let covariance = all.iter().find(|known| known.name == "covariance-n6").expect("a floor");
    let floor = &covariance.certificate.floors[2];
    require_truth(&covariance.target, floor, &(floor.error.0.clone() * integer(3)), &mut Dice::new(0));
}
