//! What the checker says of corrupted proofs with heads that have scores of their own: one corruption each, made by hand.

use super::proofs::{Proof, Subject, approximations, build, stream};
use super::refusals::{expect, expect_unsupported};
use sumformer::lowering::attention::{Architecture, Scores};
use sumformer::lowering::plan::Layout;
use sumformer_checker::arith::number::{Exact, Rational, integer, ratio};
use sumformer_checker::check::Verdict;
use sumformer_checker::format::certificate::{HeadClaim, HeadOutput, Replacement};
use sumformer_checker::format::floats::{FloatClaim, FloatType};
use sumformer_checker::format::network::{Activation, Attention, Mechanism, Projection};
use sumformer_checker::format::sparse::{SparseMatrix, SparseVector};
use sumformer_checker::refusal::Rule;

fn proof_of(construction: &str, architecture: Architecture) -> Proof {
    let subject = Subject {
        construction: construction.to_string(),
        architecture,
        scores: Scores::Zero,
        activation: Activation::Relu,
        layout: Layout::Tree,
        centred: false,
    };
    let mut proof = build(&subject, 4000).expect("covered");
    let verdict = proof.check().expect("well formed").verdict;
    assert!(matches!(verdict, Verdict::Valid(_)), "{construction}: {verdict:?}");
    proof.certificate.witness = None;
    proof
}

fn proof(construction: &str) -> Proof {
    proof_of(construction, Architecture::Transformer)
}

fn attention(proof: &mut Proof) -> &mut Attention {
    proof.network.blocks.iter_mut().find_map(|block| block.attention.as_mut()).expect("attention")
}

fn scaled(matrix: &SparseMatrix, factor: &Rational) -> SparseMatrix {
    SparseMatrix::from_entries(matrix.iter().map(|(row, column, value)| (row, column, value * factor)))
}

#[test]
fn heads_are_claimed_as_they_are() {
    let softmax = || proof("head-softmax");
    let outputs = |p: &mut Proof| std::mem::take(&mut stream(&mut p.certificate).heads[0].outputs);
    let beyond = |p: &mut Proof| {
        let heads = &mut stream(&mut p.certificate).heads;
        heads.push(HeadClaim { head: 5, ..heads[0].clone() });
    };
    expect(softmax(), beyond, Rule::Attention, "block 0, attention, head 5", "there is no such head");
    expect(
        softmax(),
        |p: &mut Proof| drop(outputs(p)),
        Rule::Attention,
        "head",
        "of which others are claimed",
    );
    let elsewhere = |p: &mut Proof| stream(&mut p.certificate).heads[0].outputs[0].slot = 0;
    expect(softmax(), elsewhere, Rule::Attention, "head", "of which others are claimed");
    let other = |p: &mut Proof| stream(&mut p.certificate).heads[0].outputs[0].mean = 1;
    expect(softmax(), other, Rule::Attention, "head", "there is no weighted mean 1, the target has 1");
    let twice = |p: &mut Proof| stream(&mut p.certificate).heads[0].outputs[0].factor = Exact(integer(2));
    expect(softmax(), twice, Rule::Attention, "head", "are not those of the weighted mean times its factor");
    let block = |p: &mut Proof| stream(&mut p.certificate).heads[0].block = 7;
    expect(
        softmax(),
        block,
        Rule::Shape,
        "certificate",
        "a head of block 7 is claimed, which does not exist",
    );
    let repeated = |p: &mut Proof| {
        let heads = &mut stream(&mut p.certificate).heads;
        heads.push(heads[0].clone());
    };
    expect(
        softmax(),
        repeated,
        Rule::Shape,
        "certificate",
        "heads are listed by block, then by head, each once",
    );
    let elsewhere = |p: &mut Proof| {
        let claims = stream(&mut p.certificate);
        claims.heads[0].block = 0;
    };
    expect(proof("head-gauss"), elsewhere, Rule::Attention, "block 0", "a block that has no attention");
    // Without the claim the scores would have to be constant.
    let unclaimed = |p: &mut Proof| stream(&mut p.certificate).heads.clear();
    expect_unsupported(softmax(), unclaimed, Rule::Attention, "the scores depend on slot");
}

#[test]
fn scores_and_values_are_those_of_the_mean() {
    let softmax = || proof("head-softmax");
    let warmer = |p: &mut Proof| {
        let head = &mut attention(p).heads[0];
        head.query = scaled(&head.query, &ratio(1_000_001, 1_000_000));
    };
    expect(softmax(), warmer, Rule::Attention, "head", "its scores are not those of the weighted mean");
    let larger = |p: &mut Proof| {
        let head = &mut attention(p).heads[0];
        head.value = scaled(&head.value, &ratio(1_000_001, 1_000_000));
    };
    expect(softmax(), larger, Rule::Attention, "head", "are not those of the weighted mean times its factor");
    // What a score has of the own token alone cancels.
    let mut free = softmax();
    let own = free.network.slots.len() - 1;
    free.network.embedding.bias = SparseVector::from_entries([(own, integer(1))]);
    let head = &mut attention(&mut free).heads[0];
    let key = head.query.iter().map(|(_, column, _)| (own, column, integer(3))).next().expect("a query");
    let all = head.key.iter().map(|(row, column, value)| (row, column, value.clone())).chain([key]);
    head.key = SparseMatrix::from_entries(all.collect::<Vec<_>>());
    let verdict = free.check().expect("well formed").verdict;
    assert!(matches!(verdict, Verdict::Valid(_)), "{verdict:?}");
}

#[test]
fn only_softmax_attends_by_scores() {
    let performer = |p: &mut Proof| {
        attention(p).heads[0].mechanism =
            Mechanism::Performer { normalized: true, features: vec![SparseVector::default()] };
    };
    let said = "scores of its own are covered for softmax";
    expect_unsupported(proof("head-softmax"), performer, Rule::Attention, said);
    let linformer = || proof_of("head-softmax", Architecture::Linformer { rank: 2 });
    let other = |which: usize| {
        move |p: &mut Proof| {
            let Mechanism::Linformer { e, f } = &mut attention(p).heads[0].mechanism else {
                panic!("a Linformer")
            };
            let Projection::Rows(rows) = (if which == 0 { e } else { f }) else { panic!("rows") };
            rows.swap(0, 1);
        }
    };
    expect_unsupported(linformer(), other(0), Rule::Attention, said);
    expect_unsupported(linformer(), other(1), Rule::Attention, said);
    let wider = |p: &mut Proof| p.network.slots.push("more".into());
    let narrow = |p: &mut Proof| {
        wider(p);
        let (old, new) = (p.network.slots.len() - 1, p.network.slots.len());
        let attention = attention(p);
        let rows = attention
            .output
            .iter()
            .map(|(row, column, value)| (row / old * new + row % old, column, value.clone()));
        attention.output = SparseMatrix::from_entries(rows.collect::<Vec<_>>());
    };
    expect_unsupported(proof("head-softmax"), narrow, Rule::Attention, "is no square");
}

#[test]
fn a_second_layer_of_attention_is_not_covered() {
    let again = |p: &mut Proof| {
        let (block, gadgets) = (p.network.blocks[0].clone(), stream(&mut p.certificate).blocks[0].clone());
        let claims = stream(&mut p.certificate);
        claims.blocks.push(gadgets);
        let mut head = claims.heads[0].clone();
        head.block = p.network.blocks.len();
        claims.heads.push(head);
        p.network.blocks.push(block);
    };
    expect_unsupported(proof("head-softmax"), again, Rule::Attention, "only one attention layer may act");
}

#[test]
fn replaced_nodes_are_what_heads_compute() {
    let sharp = |by: Rational| {
        move |p: &mut Proof| {
            let replaced = &mut approximations(&mut p.certificate).expect("normal forms")[0];
            replaced.by = Replacement::Head { sharpness: Some(Exact(by.clone())) };
        }
    };
    let said = "for so many tokens its sharpness times its error is too small";
    expect(proof("head-largest"), sharp(ratio(1, 10)), Rule::Approximation, "approximation 0", said);
    expect(
        proof("head-largest"),
        sharp(integer(-9)),
        Rule::Approximation,
        "approximation 0",
        "its sharpness is not positive",
    );
    expect(
        proof("head-largest"),
        sharp(integer(1_000_000_000)),
        Rule::Approximation,
        "approximation 0",
        "too sharp to be enclosed",
    );
    // Sharper than planned is nearer, but another head.
    expect(proof("head-largest"), sharp(integer(4000)), Rule::Attention, "head", "its scores are not those");
    expect(
        proof("head-softmax"),
        sharp(integer(1)),
        Rule::Approximation,
        "approximation 0",
        "a maximum or a minimum over tokens",
    );
    let plain = |p: &mut Proof| {
        approximations(&mut p.certificate).expect("normal forms")[0].by =
            Replacement::Head { sharpness: None };
    };
    expect(
        proof("head-largest"),
        plain,
        Rule::Approximation,
        "approximation 0",
        "a quotient of sums over tokens",
    );
    let error = |p: &mut Proof| {
        approximations(&mut p.certificate).expect("normal forms")[0].error = Exact(ratio(1, 100));
    };
    expect(proof("head-softmax"), error, Rule::Approximation, "approximation 0", "its error is 0");
}

#[test]
fn nothing_is_claimed_of_rounding() {
    let floats = |p: &mut Proof| {
        p.certificate.floats = vec![FloatClaim {
            kind: FloatType::F64,
            accumulate: FloatType::F64,
            staged: None,
            tokens: None,
            bounds: vec![Exact(integer(1))],
        }];
    };
    expect_unsupported(
        proof("head-softmax"),
        floats,
        Rule::Floats,
        "no bound covers heads with scores of their own",
    );
}

#[test]
fn a_head_writes_what_is_claimed_of_it_and_no_more() {
    let more = |p: &mut Proof| {
        let output = stream(&mut p.certificate).heads[0].outputs[0].clone();
        let more = HeadOutput { slot: output.slot + 1, ..output };
        stream(&mut p.certificate).heads[0].outputs.push(more);
    };
    expect(proof("head-softmax"), more, Rule::Attention, "head", "of which others are claimed");
}
