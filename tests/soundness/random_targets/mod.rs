//! Random targets over the whole language: `prove` always answers within its limits, and what it calls proved is true.
//!
//! `SUMFORMER_RANDOM_TARGETS=2000 cargo test --release --test soundness random_targets -- --nocapture` runs as many;
//! `SUMFORMER_RANDOM_SEED` chooses others.

mod approximate;
mod expression;
pub mod generator;
mod truth;

use crate::dice::Dice;
use assert_cmd::Command;
use common::process::program;
use generator::RandomTarget;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;
use truth::Comparison;

/// Targets of the sample.
const SAMPLE: usize = 60;
/// What `prove` may take.
const LIMITS: [&str; 6] = ["--max-units", "20000", "--time-limit", "10", "--memory-limit", "1G"];
/// How long an answer is waited for: the limit, and what a busy machine may be late.
const PATIENCE: Duration = Duration::from_secs(60);
/// In KiB of address space: the limit and what is reserved beside it.
const MEMORY: u64 = 2 << 20;

/// How a target ended, and how many comparisons with the truth decided something.
struct Ending {
    words: String,
    decided: usize,
}

#[test]
fn every_target_gets_an_answer_and_proofs_are_true() {
    let number = |name: &str, default: u64| {
        std::env::var(name)
            .map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name} is a number")))
    };
    let count = number("SUMFORMER_RANDOM_TARGETS", SAMPLE as u64);
    let seed = number("SUMFORMER_RANDOM_SEED", 0);
    let endings: Vec<Result<Ending, String>> = (0..count)
        .into_par_iter()
        .map(|i| run((seed << 32) + i).inspect_err(|failure| eprintln!("{failure}\n")))
        .collect();
    let mut table = BTreeMap::<&str, usize>::new();
    let (mut failures, mut decided) = (Vec::new(), 0);
    for ending in &endings {
        match ending {
            Ok(ending) => {
                *table.entry(&ending.words).or_default() += 1;
                decided += ending.decided;
            }
            Err(failure) => failures.push(failure.as_str()),
        }
    }
    println!("{table:?}; {decided} comparisons with the truth; {} failures", failures.len());
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    let proved = table.get("proved").copied().unwrap_or(0);
    assert!(10 * proved as u64 >= count, "too few are proved to say anything: {table:?}");
    assert!(decided >= 4 * proved, "too few comparisons say anything: {decided} of {proved} proofs");
}

/// One target from its seed.
fn run(seed: u64) -> Result<Ending, String> {
    let mut dice = Dice::new(seed);
    let target = RandomTarget::new(&mut dice);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let source = target.source();
    std::fs::write(folder.path().join("target.toml"), &source).expect("a file is written");
    let failed = |what: String| {
        let shown: String = source.chars().take(1500).collect();
        Err(format!("seed {seed}, options {:?}: {what}\n{shown}", target.options))
    };
    let arguments = [&["prove", "target.toml", "-o", "proof"][..], &LIMITS, &target.options].concat();
    let (code, words) = match sumformer(folder.path(), &arguments) {
        Ok(answer) => answer,
        Err(problem) => return failed(format!("`prove` {problem}")),
    };
    let ending = match code {
        0 => "proved",
        2 => "refused",
        3 => "incomplete",
        other => return failed(format!("`prove` ends with {other}: {words}")),
    };
    let proof = folder.path().join("proof");
    let mut decided = 0;
    if proof.exists() {
        match sumformer(folder.path(), &["check", "proof"]) {
            Ok((checked, _)) if checked == code => {}
            Ok((checked, words)) => {
                return failed(format!("`prove` ends with {code}, `check` with {checked}: {words}"));
            }
            Err(problem) => return failed(format!("`check` {problem}")),
        }
    } else if code == 0 {
        return failed("proved, and no proof is there".into());
    }
    if code == 0 {
        let parts = ["", "transformer", "linformer", "performer"].map(|part| proof.join(part));
        for part in parts.iter().filter(|part| part.join("network.json").exists()) {
            match Comparison::new(&target, part).run(&mut dice) {
                Ok(comparisons) => decided += comparisons,
                Err(problem) => return failed(format!("a false proof: {problem}")),
            }
        }
    }
    Ok(Ending { words: ending.to_string(), decided })
}

/// Exit code and what was said; an error if there was no answer.
fn sumformer(folder: &Path, arguments: &[&str]) -> Result<(i32, String), String> {
    let output = Command::new("sh")
        .args(["-c", &format!("ulimit -v {MEMORY}; exec \"$0\" --threads 1 \"$@\"")])
        .arg(program())
        .args(arguments)
        .current_dir(folder)
        .timeout(PATIENCE)
        .output()
        .expect("a shell");
    let words = [output.stdout, output.stderr]
        .map(|text| String::from_utf8_lossy(&text).trim().to_string())
        .join("\n");
    match output.status.code() {
        Some(code) => Ok((code, words)),
        None => Err(format!("gives no answer: {}: {words}", output.status)),
    }
}
