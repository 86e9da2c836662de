//! Every way in which the rule for cells refuses: one corruption each of a small proof made by hand.

use super::proofs::certify;
use super::truth::refute;
use crate::mutations::dice::Dice;
use crate::mutations::proofs::Proof;
use sumformer::reading::load_target;
use sumformer_checker::arith::number::{Exact, Rational, integer, power_of_two, ratio};
use sumformer_checker::cells::derive;
use sumformer_checker::check::Verdict;
use sumformer_checker::format::certificate::{CellClaim, Certificate, ProofRoute};
use sumformer_checker::format::network::{
    Activation, AffineMap, Attention, Block, Head, Mechanism, NETWORK_FORMAT, Network, Unit,
};
use sumformer_checker::format::sparse::{SparseMatrix, SparseVector};
use sumformer_checker::language::target::Tokens;
use sumformer_checker::refusal::{Refusal, RefusalKind, Rule};

/// The token and twice itself, its cell, the mean of all cells, and what is looked up.
const TOKEN: usize = 0;
const TWICE: usize = 1;
const CELL: usize = 2;
const MEAN: usize = 3;
const FOUND: usize = 4;

fn vector(entries: &[(usize, i64)]) -> SparseVector {
    SparseVector::from_entries(entries.iter().map(|&(at, value)| (at, integer(value))))
}

fn matrix(entries: &[(usize, usize)]) -> SparseMatrix {
    SparseMatrix::from_entries(entries.iter().map(|&(row, column)| (row, column, integer(1))))
}

fn unit(input: &[(usize, i64)], bias: Rational, output: &[(usize, i64)]) -> Unit {
    Unit { input: vector(input), bias: Exact(bias), output: vector(output) }
}

fn block(activation: Activation, units: Vec<Unit>) -> Block {
    Block { label: String::new(), attention: None, activation, units, bias: SparseVector::default() }
}

/// Step units at i/(cuts + 1), summed in CELL.
fn counter(token: usize, cuts: i64) -> Vec<Unit> {
    (1..=cuts).map(|i| unit(&[(token, 1)], ratio(-i, cuts + 1), &[(CELL, 1)])).collect()
}

/// relu(t − low) − relu(t − high), t read from a slot.
fn ramp(slot: usize, low: Rational, high: Rational, output: usize) -> Vec<Unit> {
    vec![unit(&[(slot, 1)], -low, &[(output, 1)]), unit(&[(slot, 1)], -high, &[(output, -1)])]
}

/// Two cells, the mean over two tokens of how many are in the upper one, looked up at 1/2.
fn proof() -> Proof {
    let head = Head {
        mechanism: Mechanism::Softmax,
        query: SparseMatrix::default(),
        key: SparseMatrix::default(),
        value: matrix(&[(CELL, CELL)]),
    };
    let attention = Some(Attention { heads: vec![head], output: matrix(&[(CELL, MEAN)]) });
    let carried =
        vec![unit(&[(MEAN, 1)], integer(0), &[(MEAN, 1)]), unit(&[(MEAN, -1)], integer(0), &[(MEAN, -1)])];
    let network = Network {
        format: NETWORK_FORMAT.into(),
        tokens: Tokens::Fixed(2),
        dimension: 1,
        outputs: 1,
        slots: ["token", "twice", "cell", "mean", "found"].map(String::from).into(),
        embedding: AffineMap {
            weights: SparseMatrix::from_entries([(0, TOKEN, integer(1)), (0, TWICE, integer(2))]),
            bias: SparseVector::default(),
        },
        blocks: vec![
            block(Activation::Step, counter(TOKEN, 1)),
            Block { attention, ..block(Activation::Relu, carried) },
            block(Activation::Step, vec![unit(&[(MEAN, 2)], integer(-1), &[(FOUND, 1)])]),
        ],
        readout: AffineMap { weights: matrix(&[(FOUND, 0)]), bias: SparseVector::default() },
    };
    let text = "name = \"t\"\ntokens = 2\ndomain = [[\"0\", \"1\"]]\noutput = [\"max(y: y[0])\"]\n";
    let target = load_target("target.toml", text).expect("well formed");
    let proof = certify(&target, &network, &mut Dice::new(0)).expect("covered");
    assert!(matches!(proof.check().expect("readable").verdict, Verdict::Valid(_)));
    proof
}

/// The same with a ramp from 1/4 to 3/4.
fn with_ramp() -> Proof {
    let mut proof = proof();
    proof.network.blocks[0] = block(Activation::Relu, ramp(TOKEN, ratio(1, 4), ratio(3, 4), CELL));
    let target = load_target("target.toml", &proof.target).expect("well formed");
    let proof = certify(&target, &proof.network, &mut Dice::new(0)).expect("covered");
    assert!(matches!(proof.check().expect("readable").verdict, Verdict::Valid(_)));
    proof
}

fn refusal(mut proof: Proof, change: impl FnOnce(&mut Proof)) -> Refusal {
    proof.certificate.witness = None;
    change(&mut proof);
    match proof.check().expect("readable").verdict {
        Verdict::Valid(_) => panic!("verified"),
        Verdict::Invalid(refusal) | Verdict::Incomplete(refusal) => refusal,
    }
}

fn says(refusal: &Refusal, rule: Rule, kind: RefusalKind, place: &str, message: &str) {
    assert_eq!((refusal.rule, refusal.kind), (rule, kind), "{refusal}");
    assert!(refusal.place.contains(place) && refusal.message.contains(message), "{refusal}");
}

/// A claim does not follow.
fn invalid(proof: Proof, change: impl FnOnce(&mut Proof), rule: Rule, place: &str, message: &str) {
    says(&refusal(proof, change), rule, RefusalKind::Invalid, place, message);
}

/// Nothing covers the changed network.
fn unsupported(change: impl FnOnce(&mut Network), place: &str, message: &str) {
    let refusal = refusal(proof(), |proof| change(&mut proof.network));
    says(&refusal, Rule::Cells, RefusalKind::Unsupported, place, message);
}

fn cells(certificate: &mut Certificate) -> &mut CellClaim {
    match &mut certificate.route {
        ProofRoute::Cells(cells) => cells,
        other => panic!("{other:?}"),
    }
}

#[test]
fn claims_about_cells() {
    let rule = Rule::Cells;
    invalid(
        proof(),
        |p| cells(&mut p.certificate).count = 3,
        rule,
        "cells, count",
        "2 are found, 3 are claimed",
    );
    invalid(proof(), |p| cells(&mut p.certificate).entries = 3, rule, "cells, entries", "4 are found, 3");
    invalid(proof(), |p| cells(&mut p.certificate).keys = 4, rule, "cells, keys", "3 are found, 4");
    let taken = |p: &mut Proof| cells(&mut p.certificate).ramps = None;
    invalid(with_ramp(), taken, rule, "cells, ramps", "the network has no ramps, it has some");
    let ramps = cells(&mut with_ramp().certificate).ramps.clone();
    let given = |p: &mut Proof| cells(&mut p.certificate).ramps = ramps;
    invalid(proof(), given, rule, "cells, ramps", "has ramps, it has none");
    let change = |change: fn(&mut sumformer_checker::format::certificate::RampClaim)| {
        move |p: &mut Proof| change(cells(&mut p.certificate).ramps.as_mut().expect("ramps"))
    };
    let bound = change(|ramps| ramps.bound.0 -= power_of_two(-50));
    invalid(with_ramp(), bound, Rule::Residual, "cells, ramps", "is derived, more than the claimed");
    // 1 − (1/2)²
    let measure = change(|ramps| ramps.measure.0 = ratio(749, 1000));
    invalid(with_ramp(), measure, rule, "cells, ramps, measure", "3/4 (about 7.500e-1) is derived");
}

#[test]
fn claims_about_errors() {
    let less = |p: &mut Proof| p.certificate.outputs[0].residual.0 -= power_of_two(-50);
    invalid(proof(), less, Rule::Residual, "output 0", "is derived, more than the claimed");
    let negative = |p: &mut Proof| {
        p.certificate.outputs[0].residual.0 += integer(1);
        p.certificate.outputs[0].lowering.0 -= integer(1);
    };
    invalid(proof(), negative, Rule::Lowering, "output 0", "0 (about 0) is derived");
    let total = |p: &mut Proof| p.certificate.certified.0 -= power_of_two(-50);
    invalid(proof(), total, Rule::Total, "certified", "add up to more");
    let everywhere = |p: &mut Proof| p.certificate.epsilon.0 = &p.certificate.certified.0 / integer(2);
    invalid(proof(), everywhere, Rule::Total, "certified", "the certified bound");
    let off_ramps = |p: &mut Proof| p.certificate.epsilon.0 = ratio(1, 1000);
    invalid(with_ramp(), off_ramps, Rule::Total, "certified", "the bound off the ramps");
    let shapes = |p: &mut Proof| p.certificate.outputs.push(p.certificate.outputs[0].clone());
    invalid(proof(), shapes, Rule::Shape, "certificate", "2 outputs instead of 1");
}

#[test]
fn targets() {
    let changed = |from: &'static str, to: &'static str| {
        let change = move |p: &mut Proof| p.target = p.target.replace(from, to);
        refusal(proof(), change)
    };
    let (kind, rule) = (RefusalKind::Unsupported, Rule::Residual);
    let output = "output = [\"max(y: y[0])\"]";
    let enclosed = changed(output, "output = [\"log(x[0])\"]");
    says(&enclosed, rule, kind, "target", "it cannot be enclosed on a cell: `log` is not defined");
    let divided = changed(output, "output = [\"1/x[0]\"]");
    says(&divided, rule, kind, "target", "it cannot be enclosed on a cell: a divisor may be 0");
    let huge =
        "[[\"0\", \"1e2000\"]]\nsymmetrize = true\nsemi_invariant = [\"((x1[0]^10000)^10000)^10000\"]\n#";
    says(&changed("[[\"0\", \"1\"]]\n", huge), rule, kind, "target", "is not bounded");
    let three = |text: &str, kind: RefusalKind, message: &str| {
        let refusal = refusal(proof(), |p| {
            p.network.tokens = Tokens::Fixed(3);
            p.target = p.target.replace("tokens = 2", "tokens = 3").replace(output, text);
        });
        says(&refusal, rule, kind, "target", message);
    };
    three("semi_invariant = [\"x2[0]\"]", RefusalKind::Invalid, "not symmetric");
    three("semi_invariant = [\"abs(x2[0] - x3[0])\"]", kind, "its symmetry is decided by expansion");
    let any = refusal(proof(), |p| {
        p.network.tokens = Tokens::Any;
        p.target = p
            .target
            .replace("tokens = 2", "tokens = \"any\"")
            .replace(output, "output = [\"mean(y: y[0])\"]");
    });
    says(&any, Rule::Cells, kind, "tokens", "for a fixed length only");
}

#[test]
fn blocks_before_the_attention() {
    let several =
        |n: &mut Network| n.blocks[0].units.push(unit(&[(TOKEN, 1), (CELL, 1)], integer(0), &[(FOUND, 1)]));
    // In the first block the cell is not written yet; in a second one it is.
    let second = |n: &mut Network| {
        several(n);
        let unit = n.blocks[0].units.pop().expect("it was pushed");
        n.blocks.insert(1, block(Activation::Step, vec![unit]));
    };
    unsupported(second, "block 1", "a unit reads several coordinates of the token, or one together with");
    let growing = |n: &mut Network| n.blocks[0] = block(Activation::Relu, counter(TOKEN, 1));
    unsupported(growing, "block 0", "units before the attention grow without levelling off");
    let squared = |n: &mut Network| n.blocks[0].activation = Activation::Relu2;
    unsupported(squared, "block 0", "squared ReLU is not piecewise linear");
    let everywhere =
        |n: &mut Network| n.blocks[0] = block(Activation::Relu, ramp(TOKEN, integer(-1), integer(2), CELL));
    unsupported(everywhere, "cells", "constant nowhere along coordinate 0");
    let odd = |i: i64| Rational::new(1.into(), ((1_i64 << 60) - 2 * i - 1).into());
    let unrelated = |n: &mut Network| {
        n.blocks[0].units = (0..300).map(|i| unit(&[(TOKEN, 1)], -odd(i), &[(CELL, 1)])).collect()
    };
    unsupported(unrelated, "block 0", "the denominators are unrelated");
    let weights = |n: &mut Network| {
        n.blocks[0].units = counter(TOKEN, 300);
        for (i, unit) in n.blocks[0].units.iter_mut().enumerate() {
            unit.output = SparseVector::from_entries([(CELL, odd(i as i64))]);
        }
    };
    unsupported(weights, "block 0", "bits, or their common denominators than 8192");
    let wide = |n: &mut Network| {
        n.blocks[0].units = counter(TOKEN, 5000);
        n.slots.extend((0..4000).map(|i| format!("more {i}")));
    };
    unsupported(wide, "cells", "too many cells and slots");
    let silent = |p: &mut Proof| p.network.blocks[0].units[0].input = SparseVector::default();
    invalid(proof(), silent, Rule::Cells, "block 0, unit 0", "the unit has no inputs");
    let many = |p: &mut Proof| {
        p.target = p.target.replace("[[\"0\", \"1\"]]", "[[\"0\", \"1\"], [\"0\", \"1\"]]");
        p.network.dimension = 2;
        p.network.embedding.weights =
            SparseMatrix::from_entries([(0, TOKEN, integer(1)), (1, TWICE, integer(1))]);
        p.network.blocks[0].units = counter(TOKEN, 1100).into_iter().chain(counter(TWICE, 1100)).collect();
    };
    says(&refusal(proof(), many), Rule::Cells, RefusalKind::Unsupported, "cells", "more than 1048576 cells");
}

#[test]
fn the_attention_block() {
    let second = |p: &mut Proof| {
        let block = p.network.blocks[1].clone();
        p.network.blocks.push(block);
    };
    let kind = RefusalKind::Unsupported;
    says(&refusal(proof(), second), Rule::Attention, kind, "block 3", "only one attention layer is covered");
    let head = |n: &mut Network| n.blocks[1].attention.as_mut().expect("it has one").heads.remove(0);
    let scores = |p: &mut Proof| {
        let attention = p.network.blocks[1].attention.as_mut().expect("it has one");
        attention.heads[0].query = matrix(&[(CELL, 0)]);
        attention.heads[0].key = matrix(&[(CELL, 0)]);
    };
    says(&refusal(proof(), scores), Rule::Attention, kind, "block 1", "the scores depend on slot 2");
    let enclosed = |n: &mut Network| {
        let mut performer = head(n);
        let feature = SparseVector::from_entries([(0, integer(1))]);
        performer.mechanism = Mechanism::Performer { normalized: false, features: vec![feature] };
        performer.key = matrix(&[(FOUND, 0)]);
        n.embedding.bias = vector(&[(FOUND, 1)]);
        n.blocks[1].attention.as_mut().expect("it has one").heads.push(performer);
    };
    unsupported(enclosed, "block 1, attention", "only enclosed, and look-ups need it exactly");
    let looking_up = |n: &mut Network| drop(n.blocks[1].units.pop());
    unsupported(looking_up, "block 1, attention", "must carry values unchanged (relu, affine)");
    let stepping = |n: &mut Network| n.blocks[1].activation = Activation::Step;
    unsupported(stepping, "block 1, attention", "must carry values unchanged (relu, affine)");
}

#[test]
fn blocks_after_the_attention() {
    let token = |n: &mut Network| n.blocks[2].units[0].input = vector(&[(MEAN, 2), (TOKEN, 1)]);
    unsupported(token, "block 2", "slot 0 holds the token itself");
    let read = |n: &mut Network| n.readout.weights = matrix(&[(TOKEN, 0)]);
    unsupported(read, "readout, output 0", "slot 0 holds the token itself");
    let growing = |n: &mut Network| n.blocks[2].activation = Activation::Relu;
    unsupported(growing, "block 2", "so they are no look-up");
    let odd = |i: usize| Rational::new(1.into(), ((1_i64 << 60) - 2 * i as i64 - 1).into());
    let thresholds = |n: &mut Network| {
        n.blocks[2].units = (0..300).map(|i| unit(&[(MEAN, 1)], -odd(i), &[(FOUND, 1)])).collect()
    };
    unsupported(thresholds, "block 2", "the denominators are unrelated");
    let weights = |n: &mut Network| {
        n.blocks[2].units = (0..300).map(|i| unit(&[(MEAN, 1)], integer(-i), &[])).collect();
        for (i, unit) in n.blocks[2].units.iter_mut().enumerate() {
            unit.output = SparseVector::from_entries([(FOUND, odd(i))]);
        }
    };
    unsupported(weights, "cells", "bits, or their common denominators than 8192");
}

#[test]
fn tables_that_are_too_large() {
    let entries = |n: &mut Network| n.blocks[0].units = counter(TOKEN, 3000);
    unsupported(entries, "cells", "the table has 9006001 entries, more than the 4194304");
    let forms = |count: i64, output: &'static [(usize, i64)]| {
        move |n: &mut Network| {
            n.blocks[0].units = counter(TOKEN, 1000);
            n.blocks[2].units =
                (1..=count).map(|k| unit(&[(CELL, 1), (MEAN, k)], integer(-1), output)).collect();
        }
    };
    unsupported(forms(35, &[]), "cells", "too many entries times look-ups of the last block");
    unsupported(forms(1500, &[]), "cells", "too many entries times look-ups of the last block");
    unsupported(forms(20_000, &[]), "cells", "too many cells and look-ups");
    let levels = |n: &mut Network| {
        let width = n.slots.len();
        n.slots.extend((0..4000).map(|i| format!("more {i}")));
        n.blocks[2].units =
            (0..4000).map(|i| unit(&[(MEAN, 1)], integer(-i), &[(width + i as usize, 1)])).collect();
    };
    unsupported(levels, "units", "too many break points times slots written to");
}

#[test]
fn keys_are_counted_although_the_own_cell_makes_no_difference() {
    let mut proof = proof();
    // 2·mean − own is the other token's cell.
    proof.network.blocks[2].units = vec![unit(&[(MEAN, 4), (CELL, -2)], integer(-1), &[(FOUND, 1)])];
    let target = load_target("target.toml", &proof.target).expect("well formed");
    let derived = derive(&target, &proof.network).expect("covered");
    assert_eq!((derived.cells, derived.entries, derived.keys), (2, 4, 2));
}

#[test]
fn where_entries_with_ramps_are_too_many_hulls_bound_the_error() {
    let mut proof = with_ramp();
    let ramps = [ramp(TOKEN, ratio(1, 8), ratio(2, 8), CELL), ramp(TOKEN, ratio(5, 8), ratio(6, 8), CELL)];
    proof.network.blocks[0].units = ramps.concat();
    proof.network.tokens = Tokens::Fixed(70);
    proof.target = proof.target.replace("tokens = 2", "tokens = 70");
    let target = load_target("target.toml", &proof.target).expect("well formed");
    let mut dice = Dice::new(1);
    let proof = certify(&target, &proof.network, &mut dice).expect("covered");
    // Both the network and the target are between 0 and 1.
    assert_eq!(proof.certificate.certified.0, integer(1));
    let checked = proof.check().expect("readable");
    let Verdict::Valid(derived) = &checked.verdict else { panic!("{:?}", checked.verdict) };
    refute(&checked, derived, 40, &mut dice).expect("true").expect("exact");
}
