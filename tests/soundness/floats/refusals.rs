//! Claims of what is computed that do not follow, or that no rule covers.

use crate::mutations::proofs::Proof;
use crate::mutations::refusals::{expect, expect_unsupported, proof};
use sumformer::lowering::attention::{Architecture, Scores};
use sumformer_checker::arith::number::{Exact, integer};
use sumformer_checker::format::floats::{FloatClaim, FloatType};
use sumformer_checker::format::network::Activation;
use sumformer_checker::language::target::Tokens;
use sumformer_checker::refusal::Rule;

/// A claim that every network fulfils for which there is a bound.
fn claim(kind: FloatType, accumulate: FloatType) -> FloatClaim {
    FloatClaim { kind, accumulate, tokens: None, bounds: vec![Exact(integer(1_000_000))] }
}

fn plain(architecture: Architecture, scores: Scores) -> Proof {
    let mut proof = proof(architecture, scores, Activation::Relu);
    proof.certificate.floats = vec![claim(FloatType::F32, FloatType::F32)];
    proof
}

fn transformer() -> Proof {
    plain(Architecture::Transformer, Scores::Zero)
}

#[test]
fn claims_that_do_not_follow() {
    let zero = |proof: &mut Proof| proof.certificate.floats[0].bounds[0] = Exact(integer(0));
    expect(transformer(), zero, Rule::Floats, "claim 0 (f32), output 0", "more than the claimed 0");
    let more = |proof: &mut Proof| proof.certificate.floats[0].bounds.push(Exact(integer(1)));
    expect(transformer(), more, Rule::Floats, "claim 0", "2 bounds for 1 outputs");
    let longest = |proof: &mut Proof| proof.certificate.floats[0].tokens = Some(9);
    expect(transformer(), longest, Rule::Floats, "claim 0", "one length");
}

#[test]
fn what_no_rule_covers() {
    let sums = |proof: &mut Proof| proof.certificate.floats[0] = claim(FloatType::F32, FloatType::F16);
    expect_unsupported(transformer(), sums, Rule::Floats, "sums of f32 are not accumulated in f16");
    let nothing = |_: &mut Proof| {};
    let paper = plain(Architecture::Transformer, Scores::Paper);
    expect_unsupported(paper, nothing, Rule::Floats, "scores are 0");
    let performer = |normalized| Architecture::Performer { features: 3, seed: 5, normalized };
    expect_unsupported(plain(performer(false), Scores::Zero), nothing, Rule::Floats, "normalised");
    expect_unsupported(plain(performer(true), Scores::Paper), nothing, Rule::Floats, "scores are 0");
    // Half precision ends at 65504.
    let large = |proof: &mut Proof| {
        proof.certificate.floats[0] = claim(FloatType::F16, FloatType::F16);
        let weights = proof.network.readout.weights.iter();
        let larger = weights.map(|(row, column, weight)| (row, column, weight * integer(1_000_000)));
        proof.network.readout.weights = sumformer_checker::format::sparse::SparseMatrix::from_entries(larger);
        proof.certificate.outputs[0].lowering = Exact(integer(1_000_000_000));
        proof.certificate.outputs[0].residual = Exact(integer(1_000_000_000));
        proof.certificate.certified = Exact(integer(2_000_000_000));
        proof.certificate.epsilon = Exact(integer(2_000_000_000));
    };
    expect_unsupported(transformer(), large, Rule::Floats, "too large for the type");
}

#[test]
fn networks_for_every_length_name_the_longest() {
    use crate::mutations::proofs::{Subject, build};
    use sumformer::lowering::plan::Layout;
    let subject = Subject {
        construction: "any-spread".into(),
        architecture: Architecture::Transformer,
        scores: Scores::Zero,
        activation: Activation::Relu,
        layout: Layout::Tree,
    };
    let mut any = build(&subject, 150).expect("a network");
    assert_eq!(any.network.tokens, Tokens::Any);
    any.certificate.floats = vec![claim(FloatType::F32, FloatType::F32)];
    let nothing = |_: &mut Proof| {};
    expect(any.clone(), nothing, Rule::Floats, "claim 0", "`tokens` names the longest");
    let none = |proof: &mut Proof| proof.certificate.floats[0].tokens = Some(0);
    expect(any.clone(), none, Rule::Floats, "claim 0", "`tokens` names the longest");
    // 1/n with n that is no number of the type.
    let long = |proof: &mut Proof| {
        proof.certificate.floats[0] = claim(FloatType::F16, FloatType::F32);
        proof.certificate.floats[0].tokens = Some(3000);
    };
    expect_unsupported(any, long, Rule::Floats, "too many terms");
}
