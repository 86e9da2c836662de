//! Files nobody would write: the readers and the checker answer all the same, and what they accept is true.
//!
//! What is promised is in [`common::fuzzing`], which `fuzz/` gives to a fuzzer. Here it is replayed over the corpus and
//! over changes of it; `SUMFORMER_FUZZ=1000 cargo test --test soundness fuzz` makes as many changes of every file.

mod corpus;
mod trees;

use crate::dice::Dice;
use common::fuzzing::{self, FUZZ_TARGETS};
use common::repository;
use corpus::{files, joined};

pub use corpus::seeds;
use proptest::prelude::*;
use proptest::sample::Index;
use rayon::prelude::*;
use serde_json::Value;
use sumformer_checker::check::{ProofFiles, Verdict, check_proof};
use trees::change;

/// Changes of every file of the corpus.
const CHANGES: usize = 25;

#[test]
fn the_corpus_and_changes_of_it_keep_every_promise() {
    let changes = std::env::var("SUMFORMER_FUZZ")
        .map_or(CHANGES, |count| count.parse().expect("SUMFORMER_FUZZ is a number"));
    for (name, body) in FUZZ_TARGETS {
        let inputs = files(name);
        assert!(!inputs.is_empty(), "fuzz/corpus/{name} is empty");
        inputs.par_iter().enumerate().for_each(|(at, input)| {
            body(input);
            let mut dice = Dice::new(at as u64);
            for _ in 0..changes {
                let mut changed = input.clone();
                for _ in 0..=dice.below(3) {
                    scramble(&mut changed, &inputs[dice.below(inputs.len())], &mut dice);
                }
                body(&changed);
            }
        });
    }
}

/// Changes some bytes, as a fuzzer does.
fn scramble(bytes: &mut Vec<u8>, other: &[u8], dice: &mut Dice) {
    const WORDS: [&str; 12] =
        ["0", "1", "-1", "9", "/", "1/3", "1e2000", "18446744073709551616", "null", "[]", "{}", "\""];
    let at = dice.below(bytes.len() + 1);
    let length = 1 << dice.below(8);
    let end = (at + dice.below(length)).min(bytes.len());
    match dice.below(6) {
        0 if at < bytes.len() => bytes[at] ^= 1u8 << dice.below(8),
        1 => drop(bytes.drain(at..end)),
        2 => bytes.truncate(at),
        3 => {
            let again = bytes[at..end].to_vec();
            bytes.splice(at..at, again);
        }
        4 => {
            let from = dice.below(other.len() + 1);
            let to = (from + dice.below(100)).min(other.len());
            bytes.splice(at..end, other[from..to].iter().copied());
        }
        _ => drop(bytes.splice(at..(at + 1).min(end), WORDS[dice.below(WORDS.len())].bytes())),
    }
}

#[test]
fn the_fuzzer_is_given_the_same() {
    let manifest = std::fs::read_to_string(repository("fuzz/Cargo.toml")).expect("a manifest");
    let binaries = manifest.lines().filter_map(|line| line.strip_prefix("path = \"fuzz_targets/")).count();
    assert_eq!(binaries, FUZZ_TARGETS.len());
    for (name, _) in FUZZ_TARGETS {
        let file = repository(&format!("fuzz/fuzz_targets/{name}.rs"));
        let text = std::fs::read_to_string(file).expect("a fuzz target");
        assert!(text.contains(&format!("common::fuzzing::{name}(input)")), "{name}: {text}");
        assert!(manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")), "{name}");
    }
}

/// A corpus of files that are no longer read would test nothing.
#[test]
fn the_seeds_are_proofs() {
    for seed in seeds() {
        let [target, network, certificate] = seed.files.each_ref().map(String::as_bytes);
        let checked = check_proof(ProofFiles { target, network, certificate }).unwrap_or_else(|e| {
            panic!(
                "{}: {e}; SUMFORMER_BLESS=1 cargo test --test soundness fuzz makes the corpus anew",
                seed.name
            )
        });
        assert!(matches!(checked.verdict, Verdict::Valid(_)), "{}: {:?}", seed.name, checked.verdict);
        fuzzing::require_truth(&checked);
    }
}

/// Accepted bounds are compared with the truth, or nothing would be found.
#[test]
#[should_panic(expected = "accepted within 0, but off by")]
fn a_false_bound_is_noticed() {
    let seed = seeds().into_iter().find(|seed| seed.name == "square").expect("a seed whose error is not 0");
    let [target, network, certificate] = seed.files.each_ref().map(String::as_bytes);
    let mut checked = check_proof(ProofFiles { target, network, certificate }).expect("a proof");
    checked.certificate.certified.0 -= checked.certificate.certified.0.clone();
    fuzzing::require_truth(&checked);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_are_refused(network in any::<Vec<u8>>(), certificate in any::<Vec<u8>>()) {
        let seed = &seeds()[0];
        let files = ProofFiles { target: seed.files[0].as_bytes(), network: &network, certificate: &certificate };
        prop_assert!(check_proof(files).is_err());
    }

    /// Nothing that the hashes cover may change; what else is accepted is true.
    #[test]
    fn flipped_and_cut_bytes(
        seed in any::<Index>(), which in 0usize..3, at in any::<Index>(), byte in any::<u8>(), cut in any::<bool>(),
    ) {
        let seeds = seeds();
        let seed = &seeds[seed.index(seeds.len())];
        let mut files = seed.files.each_ref().map(|file| file.clone().into_bytes());
        let file = &mut files[which];
        let at = at.index(file.len());
        if cut { file.truncate(at) } else { file[at] = byte }
        let [target, network, certificate] = &files;
        if let Ok(checked) = check_proof(ProofFiles { target, network, certificate })
            && matches!(checked.verdict, Verdict::Valid(_))
        {
            prop_assert!(which == 2 || files[which] == seed.files[which].as_bytes());
            fuzzing::require_truth(&checked);
        }
        fuzzing::proof(&joined(&files));
    }

    #[test]
    fn mutated_trees(
        seed in any::<Index>(),
        network_changes in proptest::collection::vec(change(), 0..3),
        certificate_changes in proptest::collection::vec(change(), 0..3),
    ) {
        let seeds = seeds();
        let [target, network, certificate] = &seeds[seed.index(seeds.len())].files;
        let changed = |file: &str, changes: &[trees::Change]| {
            let mut tree: Value = serde_json::from_str(file).expect("JSON");
            changes.iter().for_each(|change| change.apply(&mut tree));
            tree.to_string()
        };
        let (network, certificate) = (changed(network, &network_changes), changed(certificate, &certificate_changes));
        fuzzing::proof(&joined(&[target, &network, &certificate]));
        fuzzing::network(network.as_bytes());
        fuzzing::certificate(certificate.as_bytes());
    }
}
