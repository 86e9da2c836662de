//! Brackets of random networks are checked, true, and refused where they are changed so that they are not.

use super::random::{network, target};
use crate::dice::Dice;
use crate::mutations::campaign::Kind;
use crate::mutations::proofs::Proof;
use rayon::prelude::*;
use std::sync::atomic::{AtomicUsize, Ordering};
use sumformer::certify::boxes::Slice;
use sumformer::certify::given::{Aim, Bracket, GivenOptions, verify};
use sumformer_checker::arith::number::{Exact, Rational, integer, ratio};
use sumformer_checker::check::{Checked, Verdict};
use sumformer_checker::format::certificate::{GivenClaims, ProofRoute};
use sumformer_checker::format::floats::{FloatClaim, FloatType};
use sumformer_checker::format::network::{Activation, Mechanism, Network, Projection};
use sumformer_checker::language::target::{Target, Tokens};
use sumformer_checker::language::{Sequence, evaluate_run};
use sumformer_checker::refusal::{Refusal, RefusalKind, Rule};
use sumformer_checker::witness::semantics::enclosure::enclose_run;

/// Networks of the sample, each with so many changes; `SUMFORMER_MUTATIONS` raises it.
const NETWORKS: usize = 30;
const MUTANTS_OF_EACH: usize = 12;

fn bracket(target: &Target, network: &Network, aim: Aim, max_boxes: usize) -> Bracket {
    let options = GivenOptions { aim, max_boxes, slice: Slice::WHOLE, progress: &|_, _| true };
    verify(target, network, &options).expect("covered")
}

fn proof_of(target: &Target, network: &Network, aim: Aim, max_boxes: usize) -> Option<Proof> {
    let proof = bracket(target, network, aim, max_boxes).proof?;
    Some(Proof { target: target.source.clone(), network: network.clone(), certificate: proof.certificate })
}

/// No random point is further off than is certified, decided by enclosures.
fn require_true(checked: &Checked, dice: &mut Dice, name: &str) {
    let Tokens::Fixed(n) = checked.target.tokens else { panic!("{name}: a length") };
    for _ in 0..60 {
        let corners = dice.below(3);
        let mut coordinate = |side: &sumformer_checker::arith::interval::Interval| {
            let share = if dice.below(3) < corners {
                ratio(dice.below(2) as i64, 1)
            } else {
                ratio(dice.below(257) as i64, 256)
            };
            side.inf() + side.wid() * share
        };
        let tokens: Vec<Vec<Rational>> =
            (0..n).map(|_| checked.target.domain.iter().map(&mut coordinate).collect()).collect();
        let numbers: Vec<Vec<_>> = tokens
            .iter()
            .map(|token| {
                token
                    .iter()
                    .map(sumformer_checker::arith::dyadic_interval::DyadicInterval::from_rational)
                    .collect()
            })
            .collect();
        let Ok(wanted) = evaluate_run(&checked.target, Sequence::once(&numbers), 0) else { continue };
        let got = enclose_run(&checked.network, Sequence::once(&tokens), 0).expect("a value");
        for (wanted, got) in wanted.iter().zip(got) {
            let error = (*wanted - got).abs().inf().to_rational().expect("finite");
            let certified = &checked.certificate.certified.0;
            assert!(error <= *certified, "{name}: {error} at {tokens:?}, certified {certified}");
        }
    }
}

#[test]
fn what_is_bracketed_is_true_and_so_is_what_verifies_of_its_changes() {
    let asked = std::env::var("SUMFORMER_MUTATIONS").ok();
    let count = asked.map_or(NETWORKS, |count| count.parse::<usize>().expect("a number") / MUTANTS_OF_EACH);
    let [proved, made, accepted] = [const { AtomicUsize::new(0) }; 3];
    (0..count as u64).into_par_iter().for_each(|seed| {
        let mut dice = Dice::new(8_000_000 + seed);
        let target = target(1 + dice.below(2), 1, 1, &mut dice);
        let network = network(&target, &mut dice);
        let Some(proof) = proof_of(&target, &network, Aim::Relative(ratio(1, 2)), 64) else { return };
        let checked = proof.check().expect("readable");
        assert!(matches!(checked.verdict, Verdict::Valid(_)), "network {seed}: {:?}", checked.verdict);
        proved.fetch_add(1, Ordering::Relaxed);
        require_true(&checked, &mut dice, &format!("network {seed}"));
        let kinds = Kind::all();
        for mutant in 0..MUTANTS_OF_EACH {
            let mut changed = proof.clone();
            let kind = kinds[dice.below(kinds.len())];
            if kind.mutate(&mut changed, &mut dice).is_none() {
                continue;
            }
            changed.certificate.witness = None;
            made.fetch_add(1, Ordering::Relaxed);
            let Ok(checked) = changed.check() else { continue };
            if matches!(checked.verdict, Verdict::Valid(_)) {
                accepted.fetch_add(1, Ordering::Relaxed);
                require_true(&checked, &mut dice, &format!("network {seed}, mutant {mutant} ({kind:?})"));
            }
        }
    });
    let load = |counter: &AtomicUsize| counter.load(Ordering::Relaxed);
    println!("{} networks, {} changes, {} accepted", load(&proved), load(&made), load(&accepted));
    assert!(load(&proved) * 2 > count && load(&made) > load(&accepted) && load(&accepted) > 0);
}

/// A small softmax network near its target, and its proof.
fn small() -> (Target, Network, Proof) {
    let text = "name = \"t\"\ntokens = 2\ndomain = [[0, 1]]\nepsilon = 1\noutput = [\"mean(y: y[0])\"]\n";
    let target = sumformer::reading::load_target("t.toml", text).expect("a target");
    let network = r#"{"format": "sumformer-network/1", "tokens": 2, "dimension": 1, "outputs": 1, "slots": ["x", "z"],
        "embedding": {"weights": [[0, 0, "1"]], "bias": []},
        "blocks": [{"label": "", "attention": {"heads": [{"mechanism": {"kind": "softmax"}, "query": [[0, 0, "1/2"]], "key": [[0, 0, "1"]],
            "value": [[0, 0, "1"]]}], "output": [[0, 1, "1"]]}, "activation": "relu",
            "units": [{"in": [[0, "1"], [1, "1"]], "bias": "-1", "out": [[1, "1"]]}], "bias": []}],
        "readout": {"weights": [[1, 0, "1"]], "bias": []}}"#;
    let network = Network::from_json(network.as_bytes()).expect("a network");
    let proof = proof_of(&target, &network, Aim::Relative(ratio(1, 10)), 10_000).expect("a proof");
    (target, network, proof)
}

fn tree(proof: &mut Proof) -> &mut String {
    let ProofRoute::Given(GivenClaims { tree }) = &mut proof.certificate.route else {
        panic!("a given network")
    };
    tree
}

fn refusal(change: impl FnOnce(&mut Proof)) -> Refusal {
    let (_, _, mut proof) = small();
    change(&mut proof);
    match proof.check().expect("readable").verdict {
        Verdict::Invalid(refusal) | Verdict::Incomplete(refusal) => refusal,
        valid @ Verdict::Valid(_) => panic!("{valid:?}"),
    }
}

#[test]
fn claims_that_do_not_follow() {
    let less = |proof: &mut Proof| {
        proof.certificate.outputs[0].residual.0 = &proof.certificate.outputs[0].residual.0 * ratio(9, 10)
    };
    assert_eq!(refusal(less).rule, Rule::Residual);
    let negative = |proof: &mut Proof| proof.certificate.outputs[0].lowering = Exact(ratio(-1, 1000));
    assert_eq!(refusal(negative).rule, Rule::Lowering);
    let total =
        |proof: &mut Proof| proof.certificate.certified.0 = &proof.certificate.certified.0 * ratio(99, 100);
    assert!(matches!(refusal(total).rule, Rule::Total | Rule::Witness));
    let epsilon =
        |proof: &mut Proof| proof.certificate.epsilon.0 = &proof.certificate.certified.0 * ratio(99, 100);
    assert_eq!(refusal(epsilon).rule, Rule::Total);
    let coarse = |proof: &mut Proof| *tree(proof) = ".".into();
    assert_eq!(refusal(coarse).rule, Rule::Residual);
    for text in ["", "a.", "a..x", "-", "z.."] {
        assert_eq!(refusal(|proof| *tree(proof) = text.into()).rule, Rule::Boxes, "{text}");
    }
    let open = refusal(|proof| *tree(proof) = tree(proof).replacen('.', "?", 1));
    assert_eq!((open.rule, open.kind), (Rule::Boxes, RefusalKind::Unsupported));
    let weight = |proof: &mut Proof| proof.network.blocks[0].units[0].bias = Exact(integer(1));
    assert!(matches!(refusal(weight).rule, Rule::Residual | Rule::Witness));
}

#[test]
fn what_no_rule_covers() {
    let given = |change: fn(&mut Network)| {
        let refusal = refusal(|proof| {
            proof.certificate.witness = None;
            change(&mut proof.network);
        });
        assert_eq!((refusal.rule, refusal.kind), (Rule::Given, RefusalKind::Unsupported), "{refusal}");
        refusal.message
    };
    let steps = given(|network| network.blocks[0].activation = Activation::Step);
    assert!(steps.contains("jump"), "{steps}");
    let rows = given(|network| {
        let row = vec![Exact(ratio(1, 2)), Exact(ratio(1, 3))];
        let attention = network.blocks[0].attention.as_mut().expect("attention");
        attention.heads[0].mechanism =
            Mechanism::Linformer { e: Projection::Rows(vec![row.clone()]), f: Projection::Rows(vec![row]) };
    });
    assert!(rows.contains("tell tokens apart"), "{rows}");
    let floats = refusal(|proof| {
        let bounds = vec![Exact(integer(1_000))];
        proof.certificate.floats = vec![FloatClaim {
            kind: FloatType::F32,
            accumulate: FloatType::F32,
            staged: None,
            tokens: None,
            bounds,
        }];
    });
    assert_eq!((floats.rule, floats.kind), (Rule::Floats, RefusalKind::Unsupported));
    let every_length = refusal(|proof| {
        proof.certificate.witness = None;
        proof.target = proof.target.replace("tokens = 2", "tokens = \"any\"");
        proof.network.tokens = Tokens::Any;
    });
    assert_eq!((every_length.rule, every_length.kind), (Rule::Given, RefusalKind::Unsupported));
}

#[test]
fn a_bound_is_proved_or_refuted_or_open() {
    let (target, network, proof) = small();
    let certified = &proof.certificate.certified.0;
    let proved = bracket(&target, &network, Aim::Epsilon(certified * integer(2)), 10_000);
    assert!(matches!(proved.proof.expect("a proof").verdict, Verdict::Valid(_)));
    let aim = Aim::Epsilon(certified * ratio(1, 2));
    let refuted = bracket(&target, &network, aim.clone(), 10_000);
    assert!(refuted.refutes(&aim) && refuted.proof.is_none());
    // Between what is reached and what one box shows.
    let witness = proof.certificate.witness.as_ref().expect("a witness");
    let open = bracket(&target, &network, Aim::Epsilon(&witness.error.0 * ratio(1001, 1000)), 1);
    assert!(matches!(open.proof.expect("a proof").verdict, Verdict::Incomplete(_)));
}
