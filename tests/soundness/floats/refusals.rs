//! Claims of what is computed that do not follow, or that no rule covers.

use crate::mutations::proofs::Proof;
use crate::mutations::refusals::{expect, expect_unsupported, proof};
use sumformer::lowering::attention::{Architecture, Scores};
use sumformer_checker::arith::number::{Exact, Rational, integer, power_of_two, ratio};
use sumformer_checker::check::Verdict;
use sumformer_checker::format::floats::{FloatClaim, FloatType};
use sumformer_checker::format::network::{Activation, Head, Mechanism, Projection, UniformValue};
use sumformer_checker::format::sparse::{SparseMatrix, SparseVector};
use sumformer_checker::language::target::Tokens;
use sumformer_checker::refusal::Rule;

/// A claim that every network fulfils for which there is a bound.
fn claim(kind: FloatType, accumulate: FloatType) -> FloatClaim {
    FloatClaim { kind, accumulate, staged: None, tokens: None, bounds: vec![Exact(integer(1_000_000))] }
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
    let again = |proof: &mut Proof| {
        let claims = &mut proof.certificate.floats;
        claims.push(claims[0].clone());
    };
    expect(transformer(), again, Rule::Floats, "claim 1", "a second one about f32");
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
        proof.network.readout.weights = SparseMatrix::from_entries(larger);
        proof.certificate.outputs[0].lowering = Exact(integer(1_000_000_000));
        proof.certificate.outputs[0].residual = Exact(integer(1_000_000_000));
        proof.certificate.certified = Exact(integer(2_000_000_000));
        proof.certificate.epsilon = Exact(integer(2_000_000_000));
    };
    expect_unsupported(transformer(), large, Rule::Floats, "too large for the type");
}

fn scaled(matrix: &SparseMatrix, factor: &Rational) -> SparseMatrix {
    SparseMatrix::from_entries(matrix.iter().map(|(row, column, weight)| (row, column, weight * factor)))
}

/// The values times a power of two, the output over it, and the entries of F times another one: the same function over the reals.
fn rescaled(proof: &mut Proof, value: i64, entry: i64) {
    for attention in proof.network.blocks.iter_mut().filter_map(|block| block.attention.as_mut()) {
        attention.output = scaled(&attention.output, &power_of_two(-value - entry));
        for head in &mut attention.heads {
            head.value = scaled(&head.value, &power_of_two(value));
            if let Mechanism::Linformer {
                f: Projection::Uniform { value: UniformValue::Fixed(f), .. }, ..
            } = &mut head.mechanism
            {
                f.0 *= power_of_two(entry);
            }
        }
    }
}

fn head(proof: &mut Proof) -> &mut Head {
    let attentions = proof.network.blocks.iter_mut().filter_map(|block| block.attention.as_mut());
    attentions.flat_map(|attention| &mut attention.heads).next().expect("a head")
}

#[test]
fn weights_of_attention_are_rounded_and_finite() {
    // An entry of F below the normal numbers may be off by a third of itself.
    let linformer = || plain(Architecture::Linformer { rank: 2 }, Scores::Zero);
    let mut fixed = linformer();
    let n = match fixed.network.tokens {
        Tokens::Fixed(n) => n,
        Tokens::Any => unreachable!("of a fixed length"),
    };
    if let Mechanism::Linformer { f, .. } = &mut head(&mut fixed).mechanism {
        *f = Projection::Uniform { rank: 2, value: UniformValue::Fixed(Exact(ratio(1, n as i64))) };
    }
    let claimed = |proof: &mut Proof| proof.certificate.floats[0].bounds[0] = Exact(ratio(1, 100));
    let mut plain_entry = fixed.clone();
    claimed(&mut plain_entry);
    assert!(matches!(plain_entry.check().expect("readable").verdict, Verdict::Valid(_)));
    let subnormal = |proof: &mut Proof| {
        claimed(proof);
        rescaled(proof, 70, -146);
    };
    expect(fixed.clone(), subnormal, Rule::Floats, "claim 0 (f32), output 0", "more than the claimed 1/100");
    let overflowing = |proof: &mut Proof| rescaled(proof, -60, 131);
    expect_unsupported(fixed, overflowing, Rule::Floats, "too large for the type");
    // Sums over the tokens before anything is divided.
    let performer =
        || plain(Architecture::Performer { features: 3, seed: 5, normalized: true }, Scores::Zero);
    let sums = |proof: &mut Proof| rescaled(proof, 126, 0);
    expect_unsupported(performer(), sums, Rule::Floats, "too large for the type");
    let means = |proof: &mut Proof| {
        if let Mechanism::Linformer { f, .. } = &mut head(proof).mechanism {
            *f = Projection::Uniform { rank: 2, value: UniformValue::ReciprocalLength };
        }
        sums(proof);
    };
    expect_unsupported(linformer(), means, Rule::Floats, "too large for the type");
    // What is multiplied with 0.
    let huge = || power_of_two(1000);
    let query = |proof: &mut Proof| head(proof).query = SparseMatrix::from_entries([(0, 0, huge())]);
    expect_unsupported(transformer(), query, Rule::Floats, "scores are 0");
    let key = |proof: &mut Proof| head(proof).key = SparseMatrix::from_entries([(0, 0, integer(1))]);
    expect_unsupported(transformer(), key, Rule::Floats, "scores are 0");
    let projection = |proof: &mut Proof| {
        if let Mechanism::Linformer { e, .. } = &mut head(proof).mechanism {
            *e = Projection::Uniform { rank: 2, value: UniformValue::Fixed(Exact(huge())) };
        }
    };
    expect_unsupported(linformer(), projection, Rule::Floats, "too large for the type");
    let feature = |proof: &mut Proof| {
        if let Mechanism::Performer { features, .. } = &mut head(proof).mechanism {
            features[0] = SparseVector::from_entries([(0, huge())]);
        }
    };
    expect_unsupported(performer(), feature, Rule::Floats, "too large for the type");
    // A column of values that nothing reads.
    let column = |proof: &mut Proof| {
        let width = proof.network.width();
        let head = head(proof);
        let entries = head.value.iter().map(|(row, column, weight)| (row, column, weight.clone()));
        let free =
            (0..width).find(|slot| head.value.iter().all(|(_, column, _)| column != *slot)).expect("one");
        head.value = SparseMatrix::from_entries(entries.chain([(0, free, huge())]).collect::<Vec<_>>());
    };
    expect_unsupported(transformer(), column, Rule::Floats, "too large for the type");
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
        centred: false,
    };
    let mut any = build(&subject, 150).expect("a network");
    assert_eq!(any.network.tokens, Tokens::Any);
    any.certificate.floats = vec![claim(FloatType::F32, FloatType::F32)];
    let nothing = |_: &mut Proof| {};
    expect(any.clone(), nothing, Rule::Floats, "claim 0", "`tokens` names the longest");
    let none = |proof: &mut Proof| proof.certificate.floats[0].tokens = Some(0);
    expect(any.clone(), none, Rule::Floats, "claim 0", "`tokens` names the longest");
    for longest in [1_000_001, usize::MAX] {
        let many = move |proof: &mut Proof| proof.certificate.floats[0].tokens = Some(longest);
        expect(any.clone(), many, Rule::Floats, "claim 0", "up to 1000000");
    }
    // 1/n with n that is no number of the type.
    let long = |proof: &mut Proof| {
        proof.certificate.floats[0] = claim(FloatType::F16, FloatType::F32);
        proof.certificate.floats[0].tokens = Some(3000);
    };
    expect_unsupported(any, long, Rule::Floats, "too many terms");
}
