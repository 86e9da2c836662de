//! Networks of the gallery with bounds of what they compute: of changed ones what is accepted is true.

use super::worst;
use crate::dice::Dice;
use crate::mutations::network_mutation::NetworkPart;
use crate::mutations::proofs::{Proof, build, subjects};
use num_traits::Signed;
use rayon::prelude::*;
use sumformer::certify::floats::{COMPUTATIONS, Deployed, deployed};
use sumformer_checker::arith::number::{Exact, Rational, integer, power_of_two, ratio};
use sumformer_checker::check::{Checked, Verdict};
use sumformer_checker::format::floats::{FloatClaim, ONE_PRODUCT};
use sumformer_checker::format::network::Unit;
use sumformer_checker::format::sparse::SparseVector;

/// Polynomials, for a fixed length and for every length, functions of one variable, and a target that is compared on boxes.
const GALLERY: [&str; 7] = [
    "sum-of-squares",
    "covariance",
    "any-spread",
    "semi-invariant",
    "logistic-mean",
    "e2-others",
    "figure-1-polynomial",
];
/// The longest sequence.
const LONGEST: usize = 5;

/// Small networks of all attentions and activations.
fn proofs() -> Vec<Proof> {
    let all = subjects(&GALLERY.map(String::from));
    let some: Vec<_> =
        all.into_iter().enumerate().filter(|(i, _)| i % 5 < 2).map(|(_, subject)| subject).collect();
    some.par_iter().filter_map(|subject| build(subject, 150)).collect()
}

fn bounds(checked: &Checked) -> Vec<(Deployed, Vec<Rational>)> {
    // Blocks that are one product are the same in every order.
    let has_stages = checked.network.blocks.iter().any(|block| block.units.len() > ONE_PRODUCT);
    let orders = [None, has_stages.then_some(3)];
    let all = orders
        .iter()
        .take(1 + usize::from(has_stages))
        .flat_map(|staged| deployed(checked, &COMPUTATIONS, *staged, LONGEST).expect("a proof"));
    all.filter_map(|it| it.bounds.clone().ok().map(|bounds| (it, bounds))).collect()
}

/// A proof with all claims that can be made, exactly as derived.
fn claimed(proof: &Proof) -> Option<Proof> {
    let checked = proof.check().expect("readable");
    assert!(matches!(checked.verdict, Verdict::Valid(_)), "{:?}", checked.verdict);
    let bounds = bounds(&checked);
    let claim = |(it, bounds): &(Deployed, Vec<Rational>)| FloatClaim {
        bounds: bounds.iter().cloned().map(Exact).collect(),
        ..it.claim(checked.target.tokens).expect("bounds")
    };
    let mut proof = proof.clone();
    proof.certificate.floats = bounds.iter().map(claim).collect();
    (!bounds.is_empty()).then_some(proof)
}

#[test]
fn networks_of_the_gallery_compute_what_is_proved() {
    let proofs = proofs();
    let shares: Vec<f64> = proofs
        .par_iter()
        .enumerate()
        .filter_map(|(seed, proof)| {
            let checked = claimed(proof)?.check().expect("readable");
            assert!(matches!(checked.verdict, Verdict::Valid(_)), "{:?}", checked.verdict);
            let bounds = bounds(&checked);
            let mut dice = Dice::new(seed as u64);
            let share =
                bounds.iter().map(|(it, bounds)| worst(&checked.target, &checked, it, bounds, &mut dice));
            Some(share.fold(0.0, f64::max))
        })
        .collect();
    // Scores that are 0, normalised Performers: the others are not covered.
    assert!(shares.len() >= 20 && 4 * shares.len() >= proofs.len(), "{} of {}", shares.len(), proofs.len());
}

#[test]
fn claims_below_what_is_derived_are_refused() {
    for proof in proofs().iter().step_by(3) {
        let Some(proof) = claimed(proof) else { continue };
        for claim in 0..proof.certificate.floats.len() {
            for output in 0..proof.certificate.floats[claim].bounds.len() {
                let mut lower = proof.clone();
                let bound = &mut lower.certificate.floats[claim].bounds[output].0;
                if !bound.is_positive() {
                    continue;
                }
                *bound *= ratio(999_999, 1_000_000);
                let verdict = lower.check().expect("readable").verdict;
                assert!(
                    matches!(&verdict, Verdict::Invalid(refusal) if refusal.rule.to_string() == "floats"),
                    "{verdict:?}"
                );
            }
        }
    }
}

/// What is claimed of the outputs over the reals is made weak; of ranges and gadgets it is not.
fn weakened(proof: &mut Proof) {
    let certificate = &mut proof.certificate;
    certificate.witness = None;
    certificate.epsilon = Exact(integer(1_000_000));
    certificate.certified = Exact(integer(1_000_000));
    for output in &mut certificate.outputs {
        output.lowering = Exact(integer(400_000));
        output.residual = Exact(integer(400_000));
    }
}

/// A unit's first weight to a slot, or its bias, becomes a little larger.
fn nudge(proof: &mut Proof, dice: &mut Dice) -> Option<()> {
    let mut units: Vec<&mut Unit> =
        proof.network.blocks.iter_mut().flat_map(|block| &mut block.units).collect();
    let unit = dice.below(units.len());
    let unit = units.get_mut(unit)?;
    let factor = integer(1) + power_of_two(-(20 + dice.below(40) as i64));
    if dice.coin() {
        unit.bias.0 *= factor;
    } else {
        let scaled = unit.output.iter().map(|(slot, weight)| (slot, weight * &factor));
        unit.output = SparseVector::from_entries(scaled);
    }
    Some(())
}

#[test]
fn what_is_accepted_of_changed_networks_is_true() {
    let changes = std::env::var("SUMFORMER_MUTATIONS").map_or(400, |count| count.parse().expect("a number"));
    let proofs: Vec<Proof> = proofs().iter().filter_map(claimed).collect();
    let count = |change: usize| {
        let mut dice = Dice::new(change as u64);
        let mut proof = proofs[dice.below(proofs.len())].clone();
        weakened(&mut proof);
        if dice.coin() {
            let part = NetworkPart::ALL[dice.below(NetworkPart::ALL.len())];
            part.mutate(&mut proof, &mut dice)?;
        } else {
            nudge(&mut proof, &mut dice)?;
        }
        // With room for what the change costs, or without.
        let factor = integer([1, 4, 1000][dice.below(3)]);
        let claims = proof.certificate.floats.iter_mut().flat_map(|claim| &mut claim.bounds);
        claims.for_each(|bound| bound.0 *= &factor);
        let checked = proof.check().ok()?;
        if !matches!(checked.verdict, Verdict::Valid(_)) {
            return Some(0);
        }
        for (it, derived) in bounds(&checked) {
            let claim = checked.certificate.floats.iter().find(|claim| {
                let it = &it.computation;
                (claim.kind, claim.accumulate, claim.staged) == (it.kind, it.accumulate, it.staged)
            });
            let Some(claim) = claim else { continue };
            let claimed: Vec<Rational> = claim.bounds.iter().map(|bound| bound.0.clone()).collect();
            assert!(derived.iter().zip(&claimed).all(|(derived, claimed)| derived <= claimed));
            worst(&checked.target, &checked, &it, &claimed, &mut dice);
        }
        Some(1)
    };
    let accepted: Vec<usize> = (0..changes).into_par_iter().filter_map(count).collect();
    let valid: usize = accepted.iter().sum();
    println!("{} changes, {valid} accepted and true", accepted.len());
    assert!(valid > accepted.len() / 50 && valid < accepted.len(), "{valid} of {}", accepted.len());
}
