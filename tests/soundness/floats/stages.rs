//! Sums over hidden units in stages: what a claim says of the order, and what it does not.

use super::worst;
use crate::dice::Dice;
use crate::mutations::proofs::{Proof, Subject, build};
use crate::mutations::refusals::expect;
use proptest::prelude::*;
use sumformer::certify::floats::{Deployed, deployed};
use sumformer::lowering::attention::{Architecture, Scores};
use sumformer::lowering::plan::Layout;
use sumformer_checker::arith::number::Exact;
use sumformer_checker::check::{Checked, Verdict};
use sumformer_checker::format::floats::{FloatType, ONE_PRODUCT, stages};
use sumformer_checker::format::network::Activation;
use sumformer_checker::refusal::Rule;

proptest! {
    /// As many stages as are needed, each of groups that are not too large, and one sum is left.
    #[test]
    fn stages_end_in_one_sum(units in 0_usize..100_000, group in 0_usize..300) {
        let stages = stages(units, group);
        if units <= ONE_PRODUCT || group < 2 {
            prop_assert!(stages.is_empty());
            return Ok(());
        }
        prop_assert!(stages.iter().all(|own| (2..=group).contains(own)), "{:?}", stages);
        prop_assert!(stages.iter().product::<usize>() >= units, "{:?}", stages);
        prop_assert_eq!(stages.iter().fold(units, |left, own| left.div_ceil(*own)), 1);
        prop_assert!((group as u128).pow(stages.len() as u32 - 1) < units as u128, "{:?}", stages);
    }
}

/// A network with a block that has stages.
fn network(construction: &str) -> Proof {
    let subject = Subject {
        construction: construction.into(),
        architecture: Architecture::Transformer,
        scores: Scores::Zero,
        activation: Activation::Relu,
        layout: Layout::Tree,
        centred: false,
    };
    build(&subject, 2000).expect("a network")
}

fn of(checked: &Checked, kinds: (FloatType, FloatType), staged: Option<usize>) -> Deployed {
    deployed(checked, &[kinds], staged, 5).expect("a proof").remove(0)
}

const SINGLE: (FloatType, FloatType) = (FloatType::F32, FloatType::F32);

#[test]
fn a_claim_is_about_its_own_groups() {
    let mut proof = network("semi-invariant");
    let checked = proof.check().expect("readable");
    let claims =
        [8, 2].map(|group| of(&checked, SINGLE, Some(group)).claim(checked.target.tokens).expect("one"));
    let bound = |claim: &sumformer_checker::format::floats::FloatClaim| claim.bounds[0].0.clone();
    assert!(bound(&claims[1]) < bound(&claims[0]), "smaller groups lose less");
    proof.certificate.floats = claims.to_vec();
    assert!(matches!(proof.check().expect("readable").verdict, Verdict::Valid(_)));
    let refused = |staged: Option<usize>| {
        let change = |proof: &mut Proof| {
            proof.certificate.floats.truncate(1);
            proof.certificate.floats[0].staged = staged;
        };
        expect(proof.clone(), change, Rule::Floats, "claim 0 (f32), output 0", "more than the claimed");
    };
    // Larger groups, or any order, lose more.
    [Some(16), Some(500), None].into_iter().for_each(refused);
    for group in [0, 1, 65_537, usize::MAX] {
        let change = |proof: &mut Proof| proof.certificate.floats[0].staged = Some(group);
        expect(proof.clone(), change, Rule::Floats, "claim 0", "groups of a staged sum");
    }
    let twice = |proof: &mut Proof| proof.certificate.floats[1].staged = Some(8);
    expect(proof.clone(), twice, Rule::Floats, "claim 1", "a second one about f32");
    let lower = |proof: &mut Proof| {
        let bound = &mut proof.certificate.floats[0].bounds[0].0;
        *bound *= sumformer_checker::arith::number::ratio(99, 100);
    };
    expect(proof.clone(), lower, Rule::Floats, "claim 0", "more than the claimed");
    let mut exact = proof.clone();
    exact.certificate.floats.truncate(1);
    exact.certificate.floats[0].bounds =
        of(&checked, SINGLE, Some(8)).bounds.expect("a bound").into_iter().map(Exact).collect();
    assert!(matches!(exact.check().expect("readable").verdict, Verdict::Valid(_)));
}

#[test]
fn what_is_staged_keeps_the_bound() {
    let checked = network("semi-invariant").check().expect("readable");
    let mut dice = Dice::new(7);
    // Short numbers, in which groups show.
    let kinds = (FloatType::F16, FloatType::F16);
    for group in [2, 3, 8] {
        let staged = of(&checked, kinds, Some(group));
        let bounds = staged.bounds.clone().expect("a bound");
        (0..10).for_each(|_| {
            worst(&checked.target, &checked, &staged, &bounds, &mut dice);
        });
    }
}

#[test]
fn few_units_are_one_product() {
    let checked = network("sum-of-squares").check().expect("readable");
    let most = checked.network.blocks.iter().map(|block| block.units.len()).max().expect("blocks");
    assert!(most <= ONE_PRODUCT, "{most}");
    let bounds = [None, Some(2)].map(|staged| of(&checked, SINGLE, staged).bounds.expect("a bound"));
    assert_eq!(bounds[0], bounds[1]);
}
