//! Whatever verifies is true: proofs of random networks, and random changes of them, compared with exact evaluation.

use super::campaign::Kind;
use super::dice::Dice;
use super::proofs::Proof;
use super::random_proof::random_proof;
use super::truth::{Comparison, Effort};
use num_traits::Zero;
use rayon::prelude::*;
use std::sync::atomic::{AtomicUsize, Ordering};
use sumformer::words::to_json;
use sumformer_checker::arith::number::{integer, ratio};
use sumformer_checker::check::{Checked, Verdict};
use sumformer_checker::language::target::Tokens;

/// Random networks in the sample; `SUMFORMER_MUTATIONS` raises it.
const SAMPLE: usize = 700;
const MUTANTS_OF_EACH: usize = 3;

/// The largest error found divided by the certified bound is counted in tenths, 10 being attained exactly.
fn tightness(checked: &Checked, dice: &mut Dice) -> Result<usize, String> {
    let certified = &checked.certificate.certified.0;
    let comparison = Comparison::new(&checked.target, &checked.network);
    let worst = comparison.worst_error(Effort { exact: 60, screened: 120 }, None, dice);
    if &worst > certified {
        return Err(format!("an error of {worst} is certified as {certified}"));
    }
    if certified.is_zero() {
        return Ok(10);
    }
    Ok((0..10).rev().find(|&tenth| worst >= certified * ratio(tenth, 10)).map_or(0, |t| t as usize))
}

fn require_true(name: &str, proof: &Proof, dice: &mut Dice) -> Option<usize> {
    let checked = proof.check().ok()?;
    let Verdict::Valid(_) = checked.verdict else { return None };
    Some(tightness(&checked, dice).unwrap_or_else(|reason| {
        panic!(
            "{name}: {reason}\n{}\n{}\n{}",
            proof.target,
            to_json(&proof.network),
            to_json(&proof.certificate)
        )
    }))
}

#[test]
fn what_verifies_is_true_of_random_networks_and_their_mutants() {
    let asked = std::env::var("SUMFORMER_MUTATIONS").ok();
    let count = asked.map_or(SAMPLE, |count| count.parse().expect("SUMFORMER_MUTATIONS is a number"));
    let histogram: Vec<AtomicUsize> = (0..11).map(|_| AtomicUsize::new(0)).collect();
    let [covered, several, any, centred, mutants] = [const { AtomicUsize::new(0) }; 5];
    let add = |counter: &AtomicUsize| counter.fetch_add(1, Ordering::Relaxed);
    (0..count as u64).into_par_iter().for_each(|seed| {
        let mut dice = Dice::new(1_000_000 + seed);
        let Some(proof) = random_proof(&mut dice) else { return };
        add(&covered);
        if proof.certificate.stream().is_some_and(|claims| !claims.centre.is_empty()) {
            add(&centred);
        }
        if proof.certificate.stream().is_some_and(|claims| !claims.latents.is_empty()) {
            add(if proof.network.tokens == Tokens::Any { &any } else { &several });
        }
        let tenth = require_true(&format!("network {seed}"), &proof, &mut dice);
        add(&histogram[tenth.unwrap_or_else(|| panic!("network {seed}: {:?}", proof.check()))]);
        let kinds = Kind::all();
        for mutant in 0..MUTANTS_OF_EACH {
            let mut changed = proof.clone();
            let kind = kinds[dice.below(kinds.len())];
            if kind.mutate(&mut changed, &mut dice).is_none() {
                continue;
            }
            changed.certificate.witness = None;
            // With room for the change: what is refused for its size alone shows nothing.
            changed.certificate.epsilon.0 += integer(1_000);
            let name = format!("network {seed}, mutant {mutant} ({kind:?})");
            if require_true(&name, &changed, &mut dice).is_some() {
                add(&mutants);
            }
        }
    });
    let counts: Vec<usize> = histogram.iter().map(|c| c.load(Ordering::Relaxed)).collect();
    let load = |counter: &AtomicUsize| counter.load(Ordering::Relaxed);
    println!(
        "{count} random networks: {} covered, {} with latents of a fixed length, {} of every length, {} seen from \
         another point; tenths of the bound attained: {counts:?}; {} mutants verified",
        load(&covered),
        load(&several),
        load(&any),
        load(&centred),
        load(&mutants)
    );
    // About 30 %; most random attention is not constant.
    assert!(load(&covered) * 4 > count, "too many networks are refused");
    assert!(load(&several) * 25 > count && load(&any) * 40 > count && load(&centred) * 20 > count);
    assert!(load(&mutants) * 5 > count);
    // The bound is not just large: often it is attained, or nearly so.
    assert!(counts[9] + counts[10] > load(&covered) / 20, "{counts:?}");
}
