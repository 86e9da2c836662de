//! What is lost in f32, proved and found, as a Markdown table: `cargo bench --bench floats`.
//!
//! Every construction of at most 30 000 hidden units (or those that are named), as `prove` builds it and as `prove --deploy f32` does. *Found* is the largest distance of our
//! own evaluator in f32 from the one in f64, whose own error is bounded by a few billionths of that: random sequences, corners, equal tokens with random
//! low bits near corners, and climbs from the worst of them. A found error above its bound ends in exit code 1.

use common::gallery::{ACTIVATIONS, Construction, all_constructions};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use std::process::ExitCode;
use std::time::Instant;
use sumformer::certify::Proof;
use sumformer::certify::floats::{deployed, largest, with_claim, with_claims};
use sumformer::eval::{Forward, Workspace};
use sumformer::prelude::*;
use sumformer::recipe::{Construction as Kind, LONGEST, SumOptions, prove};
use sumformer_checker::arith::number::to_f64;
use sumformer_checker::check::Checked;
use sumformer_checker::format::floats::FloatType;

/// Larger networks take too long.
const MOST_UNITS: u64 = 30_000;
/// Sequences before climbing, and steps of climbs.
const SEQUENCES: usize = 10_000;
const STEPS: usize = 4_000;
/// Tokens for networks for every length.
const TOKENS: usize = 16;

fn main() -> ExitCode {
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("rounding is measured by `cargo bench --bench floats`");
        return ExitCode::SUCCESS;
    }
    println!(
        "| target | activation | units | f64 bound | f32 bound | found | ratio | total | units, `--deploy f32` | f32 bound | found | ratio | total | check with the claim, over without |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    let mut is_sound = true;
    let asked: Vec<String> = std::env::args().skip(1).filter(|name| !name.starts_with('-')).collect();
    let is_asked = |it: &Construction| asked.is_empty() || asked.contains(&it.name);
    for construction in all_constructions().into_iter().filter(is_asked) {
        for (name, activation) in ACTIVATIONS {
            let row = [None, Some(FloatType::F32)].map(|deploy| {
                let sums = SumOptions { activation, deploy, ..SumOptions::default() };
                measured(
                    &construction,
                    Options {
                        sums,
                        construction: Kind::Continuous,
                        max_units: MOST_UNITS,
                        ..Options::default()
                    },
                )
            });
            let [Some(before), Some(after)] = row else { continue };
            is_sound &= before.ratio >= 1.0 && after.ratio >= 1.0;
            println!(
                "| {} | {name} | {} | {:.1e} | {} | {} | {} | {:.1} |",
                construction.name,
                before.units,
                before.double,
                before.cells(),
                after.units,
                after.cells(),
                after.check
            );
        }
    }
    if is_sound { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

struct Measured {
    units: usize,
    double: f64,
    bound: f64,
    found: f64,
    ratio: f64,
    total: String,
    /// The time of a check with the claim over that of one without.
    check: f64,
}

impl Measured {
    fn cells(&self) -> String {
        format!("{:.1e} | {:.1e} | {:.1} | {}", self.bound, self.found, self.ratio, self.total)
    }
}

/// Nothing where there is no proof or no bound.
fn measured(construction: &Construction, options: Options) -> Option<Measured> {
    let target = &construction.target;
    let proof = prove(target, &options, &()).ok()?.proofs.remove(0).proof;
    let (proof, total) = with_claim(proof, target, FloatType::F32, None, LONGEST).ok()?;
    let total = total.ok()?;
    let without = timed(target, &proof, &with_claims(&proof.certificate, Vec::new()));
    let with = timed(target, &proof, &proof.certificate_json);
    let checked = check_proof(proof.files(target)).ok()?;
    let n = match target.tokens {
        Tokens::Fixed(n) => n,
        Tokens::Any => TOKENS,
    };
    let all = deployed(&checked, &[FloatType::F64, FloatType::F32].map(|kind| (kind, kind)), None, n).ok()?;
    let bounds: Vec<f64> =
        all.iter().map(|it| Some(to_f64(&largest(&it.claim(target.tokens).ok()?)))).collect::<Option<_>>()?;
    let found = found(target, &checked, n);
    let epsilon = to_f64(&checked.certificate.epsilon.0);
    let within = if to_f64(&total) <= epsilon { "" } else { " > ε" };
    Some(Measured {
        units: proof.size.hidden_units,
        double: bounds[0],
        bound: bounds[1],
        found,
        ratio: if found > 0.0 { bounds[1] / found } else { f64::INFINITY },
        total: format!("{:.2e}{within}", to_f64(&total)),
        check: with / without,
    })
}

/// Seconds of the quickest of five checks.
fn timed(target: &Target, proof: &Proof, certificate: &str) -> f64 {
    let once = || {
        let start = Instant::now();
        let files = ProofFiles { certificate: certificate.as_bytes(), ..proof.files(target) };
        std::hint::black_box(check_proof(files).is_ok());
        start.elapsed().as_secs_f64()
    };
    (0..5).map(|_| once()).fold(f64::INFINITY, f64::min)
}

/// The largest error found in f32.
fn found(target: &Target, checked: &Checked, n: usize) -> f64 {
    let single = Forward::<f32>::compile(&checked.network).expect("a network");
    let double = Forward::<f64>::compile(&checked.network).expect("a network");
    let (mut own, mut reference) = (Workspace::default(), Workspace::default());
    let mut error = |tokens: &[f32]| -> f64 {
        let exact: Vec<f64> = tokens.iter().map(|x| f64::from(*x)).collect();
        let (Ok(found), Ok(wanted)) =
            (single.run_in(&mut own, tokens), double.run_in(&mut reference, &exact))
        else {
            return 0.0;
        };
        found.iter().zip(wanted).map(|(a, b)| (f64::from(*a) - b).abs()).fold(0.0, f64::max)
    };
    let sides: Vec<(f32, f32)> = target
        .domain
        .iter()
        .map(|side| {
            (
                inward(to_f64(side.inf()), side.contains(&rational(to_f64(side.inf()) as f32)), 1),
                inward(to_f64(side.sup()), side.contains(&rational(to_f64(side.sup()) as f32)), -1),
            )
        })
        .collect();
    let mut dice = ChaCha8Rng::seed_from_u64(0);
    let mut best: Vec<(f64, Vec<f32>)> = Vec::new();
    for number in 0..SEQUENCES {
        let tokens = sequence(&sides, n, number % 3, &mut dice);
        best.push((error(&tokens), tokens));
        if best.len() > 64 {
            best.sort_by(|a, b| b.0.total_cmp(&a.0));
            best.truncate(8);
        }
    }
    best.sort_by(|a, b| b.0.total_cmp(&a.0));
    best.truncate(8);
    for step in 0..STEPS {
        let at = step % best.len();
        let mut tokens = best[at].1.clone();
        let all_equal = tokens.chunks(sides.len()).all(|token| *token == tokens[..sides.len()]);
        let place = dice.random_range(0..tokens.len());
        let side = sides[place % sides.len()];
        let moved = nudged(tokens[place], side, &mut dice);
        if all_equal && dice.random::<bool>() {
            tokens.iter_mut().skip(place % sides.len()).step_by(sides.len()).for_each(|x| *x = moved);
        } else {
            tokens[place] = moved;
        }
        let found = error(&tokens);
        if found > best[at].0 {
            best[at] = (found, tokens);
        }
    }
    best.iter().map(|(error, _)| *error).fold(0.0, f64::max)
}

fn rational(x: f32) -> Rational {
    Rational::from_float(x).expect("finite")
}

/// An end of a side as a number of the type inside of it.
fn inward(end: f64, is_inside: bool, direction: i32) -> f32 {
    let nearest = end as f32;
    match is_inside {
        true => nearest,
        false if direction > 0 => nearest.next_up(),
        false => nearest.next_down(),
    }
}

/// Random tokens, corners, or equal tokens near a corner.
fn sequence(sides: &[(f32, f32)], n: usize, kind: usize, dice: &mut ChaCha8Rng) -> Vec<f32> {
    let coordinate = |(low, high): (f32, f32), dice: &mut ChaCha8Rng| match kind {
        0 => (low + (high - low) * dice.random::<f32>()).clamp(low, high),
        1 => {
            if dice.random::<bool>() {
                low
            } else {
                high
            }
        }
        _ => {
            let off = (high - low) * dice.random::<f32>() * 2f32.powi(-dice.random_range(0..20));
            (if dice.random::<bool>() { low + off } else { high - off }).clamp(low, high)
        }
    };
    let mut token = || sides.iter().map(|side| coordinate(*side, dice)).collect::<Vec<f32>>();
    if kind == 2 {
        return token().repeat(n);
    }
    (0..n).flat_map(|_| token()).collect()
}

/// A number nearby.
fn nudged(x: f32, (low, high): (f32, f32), dice: &mut ChaCha8Rng) -> f32 {
    let by =
        (high - low) * 2f32.powi(-dice.random_range(2..24)) * if dice.random::<bool>() { 1.0 } else { -1.0 };
    (x + by).clamp(low, high)
}
