//! The statement of the theorem, evaluated: at rational sequences `Semantics.v` and `files/` say what `eval` says, of networks whose
//! weights, activations and attentions were changed, and of random targets.

use super::program::program;
use super::{UNITS, polynomials};
use crate::mutations::campaign::Kind;
use crate::mutations::dice::Dice;
use crate::mutations::proofs::build;
use crate::random_targets::generator::{Length, RandomTarget};
use rayon::prelude::*;
use serde_json::Value;
use std::path::Path;
use std::process::Command;
use sumformer::words::to_json;
use sumformer_checker::arith::number::{Rational, parse_rational, ratio};
use sumformer_checker::format::Network;
use sumformer_checker::language::target::{Target, Tokens};
use sumformer_checker::language::{evaluate_sequence, read_target};
use sumformer_checker::witness::semantics::ExactEvaluator;

/// A sequence of n tokens of d coordinates.
type Sequence = Vec<Vec<Rational>>;

/// For every token and output the values of network and target, as the proved semantics has them; `None` where it does not read
/// the files.
fn theirs(
    program: &Path,
    target: &str,
    network: &str,
    sequence: &Sequence,
) -> Option<Vec<Vec<[Option<Rational>; 2]>>> {
    let scratch = tempfile::tempdir().expect("a folder");
    let rows: Vec<Vec<String>> =
        sequence.iter().map(|token| token.iter().map(ToString::to_string).collect()).collect();
    let path = |name: &str| scratch.path().join(name);
    let input = serde_json::to_string(&rows).expect("JSON");
    for (name, text) in [("target.toml", target), ("network.json", network), ("sequence.json", &input)] {
        std::fs::write(path(name), text).expect("a file is written");
    }
    let run = Command::new(program).arg("--values").arg(path("sequence.json")).arg(scratch.path()).output();
    let run = run.expect("the program starts");
    if run.status.code() != Some(0) {
        return None;
    }
    let value = |value: &Value| value.as_str().map(|text| parse_rational(text).expect("a number"));
    let values: Vec<Vec<[Value; 2]>> = serde_json::from_slice(&run.stdout).expect("an array");
    Some(
        values
            .into_iter()
            .map(|row| row.into_iter().map(|pair| pair.each_ref().map(value)).collect())
            .collect(),
    )
}

/// A sequence inside or outside of the box, for a fixed length, or one of a few.
fn sequence(target: &Target, dice: &mut Dice) -> Sequence {
    let n = match target.tokens {
        Tokens::Fixed(n) => n,
        Tokens::Any => 1 + dice.below(4),
    };
    let coordinate = |dice: &mut Dice| ratio(dice.below(25) as i64 - 8, [1, 2, 3, 16][dice.below(4)]);
    (0..n).map(|_| (0..target.dimension()).map(|_| coordinate(dice)).collect()).collect()
}

#[test]
fn changed_networks_have_the_same_values() {
    let Some(program) = program() else { return };
    let subjects: Vec<_> = polynomials().into_iter().step_by(13).collect();
    let compared: Vec<(usize, usize)> = subjects
        .par_iter()
        .enumerate()
        .filter_map(|(seed, subject)| {
            let proof = build(subject, UNITS)?;
            let mut dice = Dice::new(seed as u64);
            let kinds: Vec<Kind> =
                Kind::all().into_iter().filter(|kind| matches!(kind, Kind::Network(_))).collect();
            let (mut equal, mut open) = (0, 0);
            for _ in 0..8 {
                let mut mutant = proof.clone();
                for _ in 0..dice.below(4) {
                    let kind = kinds[dice.below(kinds.len())];
                    kind.mutate(&mut mutant, &mut dice);
                }
                let text = to_json(&mutant.network);
                // The length changes in both files at once, and not every target has every length.
                let (Ok(network), Ok(target)) =
                    (Network::from_json(text.as_bytes()), read_target(&mutant.target))
                else {
                    continue;
                };
                if (network.tokens, network.dimension) != (target.tokens, target.dimension()) {
                    continue;
                }
                let input = sequence(&target, &mut dice);
                let theirs = theirs(&program, &mutant.target, &text, &input).expect("a network that we read");
                let ours = ExactEvaluator::new(&network).expect("read").evaluate(&input);
                for (i, row) in theirs.iter().enumerate() {
                    for (o, [value, _]) in row.iter().enumerate().take(network.outputs) {
                        match (value, &ours) {
                            (Some(value), Ok(ours)) => {
                                assert_eq!(value, &ours[i][o], "{subject:?}, token {i}, output {o}");
                                equal += 1;
                            }
                            (Some(value), Err(error)) => panic!("{subject:?}: {value}, but {error}"),
                            (None, _) => open += 1,
                        }
                    }
                }
            }
            Some((equal, open))
        })
        .collect();
    let (equal, open) = compared.iter().fold((0, 0), |(a, b), (x, y)| (a + x, b + y));
    println!("{equal} values of networks are equal, {open} are not rational, or not known to be");
    assert!(equal > 800 && open < equal, "{equal}, {open}");
}

#[test]
fn random_targets_have_the_same_values() {
    let Some(program) = program() else { return };
    let compared: Vec<usize> = (0..600u64)
        .into_par_iter()
        .map(|seed| {
            let mut dice = Dice::new(seed);
            let random = RandomTarget::new(&mut dice);
            let small = matches!(random.length, Length::Any | Length::Fixed(1..=5));
            let source = random.source();
            let (Ok(target), true) = (read_target(&source), small) else { return 0 };
            // Any network will do that reads such tokens.
            let tokens = match target.tokens {
                Tokens::Fixed(n) => n.to_string(),
                Tokens::Any => "\"any\"".into(),
            };
            let network = format!(
                r#"{{"format": "sumformer-network/1", "tokens": {tokens}, "dimension": {}, "outputs": {}, "slots": ["s"],
                    "embedding": {{"weights": [], "bias": []}}, "blocks": [], "readout": {{"weights": [], "bias": []}}}}"#,
                target.dimension(),
                target.outputs(),
            );
            let input = sequence(&target, &mut dice);
            let Some(theirs) = theirs(&program, &source, &network, &input) else { return 0 };
            let ours = evaluate_sequence(&target, &input);
            let mut equal = 0;
            for (i, row) in theirs.iter().enumerate() {
                for (o, [_, value]) in row.iter().enumerate() {
                    match (value, &ours) {
                        (Some(value), Ok(ours)) => assert_eq!(value, &ours[i][o], "{source}token {i}, output {o}"),
                        // One output without a value leaves us without any.
                        (Some(_) | None, Err(_)) => continue,
                        (None, Ok(_)) => panic!("no value of token {i}, output {o}:\n{source}"),
                    }
                    equal += 1;
                }
            }
            equal
        })
        .collect();
    let targets = compared.iter().filter(|&&equal| equal > 0).count();
    println!("{targets} targets, {} values", compared.iter().sum::<usize>());
    assert!(targets > 60, "only {targets} targets");
}
