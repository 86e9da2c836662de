//! Mutants of proofs about cells: refused, or still true.

use super::proofs::{certify, claim, random_construction, random_target};
use super::random_network::random_network;
use super::truth::refute;
use crate::mutations::campaign::Kind;
use crate::mutations::dice::Dice;
use crate::mutations::proofs::Proof;
use num_traits::Zero;
use rayon::prelude::*;
use std::collections::BTreeMap;
use sumformer::reading::load_target;
use sumformer::words::to_json;
use sumformer_checker::arith::number::{Exact, integer, ratio};
use sumformer_checker::cells::derive;
use sumformer_checker::check::Verdict;
use sumformer_checker::format::certificate::{PolynomialClaims, ProofRoute, RampClaim};
use sumformer_checker::format::network::{Activation, Network};

/// Mutants and random networks of the sample; `SUMFORMER_MUTATIONS` raises both.
const SAMPLE: usize = 500;
const MUTANTS_OF_EACH: usize = 10;
const POINTS: usize = 150;

/// What is changed of the claims about cells, beside [`Kind`].
#[derive(Debug, Clone, Copy)]
enum Part {
    Kind(Kind),
    Count,
    Entries,
    Keys,
    RampsBound,
    RampsMeasure,
    RampsTaken,
    CellsTaken,
    StepAndRelu,
}

impl Part {
    fn all() -> Vec<Self> {
        let own = [
            Self::Count,
            Self::Entries,
            Self::Keys,
            Self::RampsBound,
            Self::RampsMeasure,
            Self::RampsTaken,
            Self::CellsTaken,
            Self::StepAndRelu,
            Self::StepAndRelu,
        ];
        Kind::all().into_iter().map(Self::Kind).chain(own).collect()
    }

    /// Changes the part; `None` if there is none.
    fn mutate(self, proof: &mut Proof, dice: &mut Dice) -> Option<()> {
        let number = |value: &mut usize, dice: &mut Dice| {
            let before = *value;
            *value = [before.wrapping_sub(1), before + 1, 0, 1, usize::MAX][dice.below(5)];
            (*value != before).then_some(())
        };
        if let Self::Kind(kind) = self {
            return kind.mutate(proof, dice).map(|_| ());
        }
        if matches!(self, Self::StepAndRelu) {
            let b = dice.below(proof.network.blocks.len());
            let block = proof.network.blocks.get_mut(b)?;
            block.activation =
                if block.activation == Activation::Step { Activation::Relu } else { Activation::Step };
            return Some(());
        }
        let route = &mut proof.certificate.route;
        let ProofRoute::Cells(cells) = route else { return None };
        match self {
            Self::Count => number(&mut cells.count, dice),
            Self::Entries => number(&mut cells.entries, dice),
            Self::Keys => number(&mut cells.keys, dice),
            Self::RampsBound | Self::RampsMeasure => {
                let ramps = cells.ramps.as_mut()?;
                let value =
                    if matches!(self, Self::RampsBound) { &mut ramps.bound } else { &mut ramps.measure };
                value.0 = dice.changed(&value.0);
                Some(())
            }
            Self::RampsTaken => {
                let none = Exact(integer(0));
                cells.ramps = match cells.ramps {
                    Some(_) => None,
                    None => Some(RampClaim { bound: none.clone(), measure: none }),
                };
                Some(())
            }
            _ => {
                *route = ProofRoute::Polynomial(PolynomialClaims::default());
                Some(())
            }
        }
    }
}

/// How often what happened.
#[derive(Default)]
struct Counts(BTreeMap<String, usize>);

impl Counts {
    fn add(&mut self, outcome: impl Into<String>) {
        *self.0.entry(outcome.into()).or_default() += 1;
    }

    fn merge(mut self, other: Self) -> Self {
        other.0.into_iter().for_each(|(outcome, count)| *self.0.entry(outcome).or_default() += count);
        self
    }

    fn total(&self, prefix: &str) -> usize {
        self.0.iter().filter(|(outcome, _)| outcome.starts_with(prefix)).map(|(_, count)| count).sum()
    }

    fn print(&self, title: &str) {
        println!("{title}");
        self.0.iter().for_each(|(outcome, count)| println!("{count:7}  {outcome}"));
    }
}

fn wanted() -> usize {
    let asked = std::env::var("SUMFORMER_MUTATIONS").ok();
    asked.map_or(SAMPLE, |count| count.parse().expect("SUMFORMER_MUTATIONS is a number"))
}

/// Checks a proof; whatever verifies is compared with exact values.
fn judge(name: &str, proof: &Proof, dice: &mut Dice) -> String {
    let Ok(checked) = proof.check() else { return "refused: unreadable".into() };
    let derived = match &checked.verdict {
        Verdict::Valid(derived) => derived,
        Verdict::Invalid(refusal) => return format!("refused: {}", refusal.rule),
        Verdict::Incomplete(refusal) => return format!("refused: {} (not covered)", refusal.rule),
    };
    // A mutant may be another proof altogether, by polynomials.
    if checked.certificate.cells().is_none() {
        return "verified: not about cells".into();
    }
    let found = refute(&checked, derived, POINTS, dice).unwrap_or_else(|reason| {
        panic!(
            "{name}: {reason}\n{}\n{}\n{}",
            proof.target,
            to_json(&proof.network),
            to_json(&proof.certificate)
        )
    });
    let Some(found) = found else { return "verified: no exact values".into() };
    let certified = &checked.certificate.certified.0;
    let attained = !certified.is_zero() && found.anywhere >= certified * ratio(9, 10);
    let exactly = if attained || certified.is_zero() { ", bound attained to a tenth" } else { "" };
    let ramps =
        if checked.certificate.cells().is_some_and(|it| it.ramps.is_some()) { " with ramps" } else { "" };
    format!("verified and true{ramps}{exactly}")
}

/// With the claims as they were, with room, or made anew for what the mutant is.
fn adjust(mutant: &mut Proof, dice: &mut Dice) {
    if dice.below(4) != 0 {
        mutant.certificate.witness = None;
    }
    match dice.below(4) {
        0 => {}
        1 => {
            let certificate = &mut mutant.certificate;
            certificate.outputs.iter_mut().for_each(|output| output.residual.0 += integer(1000));
            certificate.certified.0 += integer(1000);
            certificate.epsilon.0 += integer(1000);
        }
        _ => {
            let Ok(target) = load_target("target.toml", &mutant.target) else { return };
            let Ok(network) = Network::from_json(to_json(&mutant.network).as_bytes()) else { return };
            let same = (network.tokens, network.dimension, network.outputs)
                == (target.tokens, target.dimension(), target.outputs());
            if let (true, Ok(bound)) = (same, derive(&target, &network)) {
                claim(&mut mutant.certificate, bound);
            }
        }
    }
}

fn mutants(name: &str, proof: &Proof, count: usize, dice: &mut Dice) -> Counts {
    let (parts, mut counts) = (Part::all(), Counts::default());
    let mut done = 0;
    while done < count {
        let part = parts[dice.below(parts.len())];
        let mut mutant = proof.clone();
        if part.mutate(&mut mutant, dice).is_none() {
            continue;
        }
        done += 1;
        if !matches!(part, Part::Kind(Kind::Certificate(_))) {
            adjust(&mut mutant, dice);
        }
        counts.add(judge(&format!("{name}, {part:?}"), &mutant, dice));
    }
    counts
}

#[test]
fn mutants_of_discontinuous_proofs_are_refused_or_true() {
    let count = wanted();
    let counts = (0..count.div_ceil(MUTANTS_OF_EACH) as u64)
        .into_par_iter()
        .map(|seed| {
            let mut dice = Dice::new(2_000_000 + seed);
            let (target, network) = random_construction(&mut dice);
            let proof = certify(&target, &network, &mut dice)
                .unwrap_or_else(|| panic!("proof {seed}: {:?}", derive(&target, &network)));
            let itself = judge(&format!("proof {seed}"), &proof, &mut dice);
            assert!(itself.starts_with("verified and true"), "proof {seed}: {itself}");
            mutants(&format!("proof {seed}"), &proof, MUTANTS_OF_EACH, &mut dice)
        })
        .reduce(Counts::default, Counts::merge);
    counts.print("mutants of discontinuous proofs");
    assert!(counts.total("verified and true") * 10 > count && counts.total("refused") * 3 > count);
    for rule in ["cells", "residual", "total", "shape", "attention"] {
        assert!(counts.total(&format!("refused: {rule}")) > 0, "rule {rule} refused nothing");
    }
}

#[test]
fn what_is_derived_of_random_networks_is_true() {
    let count = 2 * wanted();
    let counts = (0..count as u64)
        .into_par_iter()
        .map(|seed| {
            let mut dice = Dice::new(3_000_000 + seed);
            let target = random_target(1 + dice.below(3), 1 + dice.below(2), &mut dice);
            let network = random_network(&target, &mut dice);
            let mut counts = Counts::default();
            let Some(proof) = certify(&target, &network, &mut dice) else {
                counts.add("not covered");
                return counts;
            };
            let outcome = judge(&format!("network {seed}"), &proof, &mut dice);
            assert!(outcome.starts_with("verified"), "network {seed}: {outcome}");
            counts.add(outcome);
            counts.merge(mutants(&format!("network {seed}"), &proof, 1, &mut dice))
        })
        .reduce(Counts::default, Counts::merge);
    counts.print("random networks, and a mutant of each that is covered");
    assert!(counts.total("verified and true") * 3 > count, "too many networks are refused");
    assert!(counts.total("verified and true with ramps") * 20 > count);
}

#[test]
fn a_false_statement_about_cells_is_recognised_as_false() {
    let mut recognised = 0;
    for seed in 0..20 {
        let mut dice = Dice::new(5_000_000 + seed);
        let (target, network) = random_construction(&mut dice);
        let proof = certify(&target, &network, &mut dice).expect("covered");
        let mut checked = proof.check().expect("readable");
        let Verdict::Valid(derived) = checked.verdict.clone() else { panic!("{:?}", checked.verdict) };
        checked.certificate.certified.0 *= ratio(1, 2);
        if !checked.certificate.certified.0.is_zero() {
            recognised += usize::from(refute(&checked, &derived, POINTS, &mut dice).is_err());
        }
    }
    assert!(recognised > 12, "{recognised}");
}
