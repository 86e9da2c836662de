//! The checker that is itself proved (`src/verified`) decides as ours does: on the gallery with all attentions, activations and
//! layouts, on mutants, on damaged files.
//!
//! `SUMFORMER_VERIFIED_MUTANTS=5000 cargo test --test soundness verified -- --nocapture` runs as many mutants over the whole
//! gallery; without the variable a sample over small targets is run.

mod hostile;
mod object;
mod program;
mod semantics;

use super::mutations::campaign::Kind;
use super::mutations::dice::Dice;
use super::mutations::proofs::{Proof, Subject, build, gallery, subjects};
use super::second_checker::damages;
use program::{Said, ours, program, theirs};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::path::Path;
use sumformer::lowering::attention::{Architecture, Scores};

/// Mutants of the sample.
const SAMPLE: usize = 700;
/// Hidden units of a proof, at most.
const UNITS: u64 = 300;

/// Gallery targets with functions, which are not covered.
const WITH_FUNCTIONS: [&str; 15] = [
    "distance-from-mean",
    "divisive-normalisation",
    "figure-1-non-polynomial",
    "gaussian-smoothing",
    "largest-token",
    "log-mean-exp",
    "logistic-mean",
    "sine-of-moment",
    "soft-rank",
    "soft-rank-sharp",
    "softened-deviation",
    "softened-force",
    "softmax-head",
    "softmax-head-32",
    "softmax-head-sharp",
];

/// Why ours does not read a target that the proved checker reads, and does not accept either.
const LATER: [&str; 3] = ["divides by zero", "nested too deep", "too many nodes"];

/// What of the gallery is covered.
fn polynomials() -> Vec<Subject> {
    let names: Vec<String> =
        gallery().into_iter().filter(|name| !WITH_FUNCTIONS.contains(&name.as_str())).collect();
    assert!(names.len() >= 23, "{names:?}");
    subjects(&names)
}

/// Whether no rule of the proved checker speaks of this attention: exponentials do not cancel.
fn is_beyond(subject: &Subject) -> bool {
    let without_normaliser =
        matches!(subject.architecture, Architecture::Performer { normalized: false, .. });
    without_normaliser && subject.scores == Scores::Paper
}

fn bytes(files: &[String; 3]) -> [&[u8]; 3] {
    files.each_ref().map(String::as_bytes)
}

#[test]
fn the_gallery_is_accepted_with_all_attentions() {
    let Some(program) = program() else { return };
    // All combinations of attention and realisation occur.
    let some: Vec<Subject> = polynomials().into_iter().step_by(7).collect();
    let wrong: Vec<String> = some
        .par_iter()
        .filter_map(|subject| {
            let proof = build(subject, 3000)?;
            let scratch = tempfile::tempdir().expect("a folder");
            let files = proof.files();
            let [ours, theirs] = [ours(bytes(&files)), theirs(&program, scratch.path(), bytes(&files))];
            let wanted = if is_beyond(subject) { 3 } else { 0 };
            ((ours.code, theirs.code) != (0, wanted)).then(|| format!("{subject:?}: {ours:?}, {theirs:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What both said of mutants, and what is wrong with it.
#[derive(Default)]
struct Tally {
    counts: BTreeMap<(i32, i32), usize>,
    failures: Vec<String>,
    differences: Vec<String>,
}

impl Tally {
    fn add(&mut self, what: &str, ours: &Said, theirs: &Said) {
        *self.counts.entry((ours.code, theirs.code)).or_default() += 1;
        let difference = || format!("{what}: {ours:?}, {theirs:?}");
        match (ours.code, theirs.code) {
            (same, other) if same == other => {}
            // It does not look at hashes and floats, and says where it did not evaluate the witness.
            (1 | 3, 0) if ["hash", "floats"].contains(&ours.why.as_str()) => {}
            (1 | 3, 0) if ours.why == "witness" && theirs.why.ends_with("witness") => {}
            // What is called a lower bound is compared with an enclosure here, with the exact value there.
            (3, 0) if ours.why == "witness" => {}
            // It finds what has no value when it expands the target, and accepts nothing then; its own limits differ.
            (2, 1) if LATER.iter().any(|why| ours.why.contains(why)) => {}
            (_, 0) | (0, 1) => self.failures.push(difference()),
            // What we cannot read, it must not read either.
            (2, 1) => self.failures.push(difference()),
            _ => self.differences.push(difference()),
        }
    }

    fn merge(mut self, other: Self) -> Self {
        other.counts.into_iter().for_each(|(key, count)| *self.counts.entry(key).or_default() += count);
        self.failures.extend(other.failures);
        self.differences.extend(other.differences);
        self
    }

    fn print(&self) {
        println!("(exit code of ours, of the proved one): {:?}", self.counts);
        self.differences.iter().for_each(|line| println!("  {line}"));
    }
}

fn mutate(program: &Path, subject: &Subject, proof: &Proof, count: usize, seed: u64) -> Tally {
    let kinds = Kind::all();
    let mut dice = Dice::new(seed);
    let scratch = tempfile::tempdir().expect("a folder");
    let mut tally = Tally::default();
    let mut done = 0;
    while done < count {
        let kind = kinds[dice.below(kinds.len())];
        let mut mutant = proof.clone();
        if kind.mutate(&mut mutant, &mut dice).is_none() {
            continue;
        }
        done += 1;
        // It would refuse most of what the rules must refuse.
        if !matches!(kind, Kind::Certificate(_)) {
            mutant.certificate.witness = None;
        }
        let files = mutant.files();
        let what = format!("{subject:?}, {kind:?}, mutant {done}");
        tally.add(&what, &ours(bytes(&files)), &theirs(program, scratch.path(), bytes(&files)));
    }
    tally
}

#[test]
fn mutants_are_refused_by_both_or_by_neither() {
    let Some(program) = program() else { return };
    let wanted = std::env::var("SUMFORMER_VERIFIED_MUTANTS").ok();
    let count = wanted.map_or(SAMPLE, |count| count.parse().expect("SUMFORMER_VERIFIED_MUTANTS is a number"));
    let mut all = polynomials();
    all.retain(|subject| !is_beyond(subject));
    let stride = if count > SAMPLE { 1 } else { 11 };
    let some: Vec<Subject> = all.into_iter().step_by(stride).collect();
    let share = |index: usize| count * (index + 1) / some.len() - count * index / some.len();
    let tally = some
        .par_iter()
        .enumerate()
        .filter_map(|(index, subject)| {
            let proof = build(subject, UNITS)?;
            Some(mutate(&program, subject, &proof, share(index), index as u64))
        })
        .reduce(Tally::default, Tally::merge);
    tally.print();
    assert!(tally.failures.is_empty(), "{}", tally.failures.join("\n"));
    let total: usize = tally.counts.values().sum();
    assert!(total * 10 > count * 7, "only {total} mutants");
    for both in [(0, 0), (1, 1)] {
        assert!(tally.counts.get(&both).is_some_and(|&n| n * 20 > total), "{:?}", tally.counts);
    }
}

#[test]
fn damaged_files_are_not_read() {
    let Some(program) = program() else { return };
    // Of the proofs the first and the fifth are covered.
    let uncovered = ["proof 1", "proof 2", "proof 3", "proof 5"];
    let mut cases = damages();
    cases.retain(|(what, _)| !uncovered.iter().any(|proof| what.starts_with(proof)));
    let tally = cases
        .par_chunks(100)
        .map(|cases| {
            let scratch = tempfile::tempdir().expect("a folder");
            let mut tally = Tally::default();
            for (what, files) in cases {
                let files = files.bytes();
                tally.add(what, &ours(files), &theirs(&program, scratch.path(), files));
            }
            tally
        })
        .reduce(Tally::default, Tally::merge);
    println!("(exit code of ours, of the proved one): {:?}", tally.counts);
    assert!(tally.failures.is_empty(), "{}", tally.failures.join("\n"));
    assert!(tally.counts.get(&(2, 2)).is_some_and(|&n| n > 200), "{:?}", tally.counts);
}
