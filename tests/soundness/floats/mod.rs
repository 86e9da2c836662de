//! Bounds of what is computed in floating point: nothing that a machine computes is off by more, and no claim below them is accepted.

mod changes;
mod machine;
mod refusals;
mod stages;

use crate::dice::Dice;
use machine::{Machine, Order, nearest};
use num_traits::Signed;
use proptest::prelude::*;
use sumformer::certify::Proof;
use sumformer::certify::floats::{COMPUTATIONS, Deployed, deployed};
use sumformer::strategies::{certificates, every_length, fixed, shape};
use sumformer_checker::arith::number::{Rational, power_of_two, ratio, to_f64};
use sumformer_checker::check::{Checked, ProofFiles, check_proof};
use sumformer_checker::format::floats::FloatType;
use sumformer_checker::language::target::{Target, Tokens};
use sumformer_checker::witness::semantics::ExactEvaluator;

fn checked(target: &Target, proof: &Proof) -> Checked {
    check_proof(ProofFiles {
        target: target.source.as_bytes(),
        network: proof.network_json.as_bytes(),
        certificate: proof.certificate_json.as_bytes(),
    })
    .expect("a readable proof")
}

/// Tokens of numbers of a type in the box: any, or equal ones near a corner with random low bits. Nothing where a side has none.
fn tokens(target: &Target, n: usize, kind: FloatType, dice: &mut Dice) -> Option<Vec<Vec<Rational>>> {
    let near_corners = dice.coin();
    let mut coordinate = |k: usize| -> Option<Rational> {
        let side = &target.domain[k];
        let share = if near_corners {
            let off = ratio(dice.below(1 << 10) as i64, 1) * power_of_two(-(10 + dice.below(20) as i64));
            if dice.coin() { off } else { ratio(1, 1) - off }
        } else {
            ratio(dice.below(1 << 20) as i64, 1 << 20)
        };
        let inside = |place: Rational| {
            let value = nearest(kind, &place)?;
            side.contains(&value).then_some(value)
        };
        inside(side.inf() + side.wid() * share).or_else(|| inside(side.mid()))
    };
    let mut token = || (0..target.dimension()).map(&mut coordinate).collect::<Option<Vec<_>>>();
    if near_corners {
        return Some(vec![token()?; n]);
    }
    (0..n).map(|_| token()).collect()
}

/// The largest error of any output, as a share of its bound, on random machines of this type.
fn worst(
    target: &Target,
    checked: &Checked,
    deployed: &Deployed,
    bounds: &[Rational],
    dice: &mut Dice,
) -> f64 {
    let exact = ExactEvaluator::new(&checked.network).expect("a network with exact values");
    let n = match target.tokens {
        Tokens::Fixed(n) => n,
        Tokens::Any => 1 + dice.below(deployed.computation.tokens),
    };
    let mut worst = 0.0_f64;
    for order in [Order::Forward, Order::Reverse, Order::Tree, Order::Greedy] {
        let Some(tokens) = tokens(target, n, deployed.computation.kind, dice) else { return worst };
        let (fused, lazy) = (dice.coin(), dice.below(4) == 0);
        let mut machine = Machine {
            kind: deployed.computation.kind,
            accumulate: deployed.computation.accumulate,
            order,
            staged: deployed.computation.staged,
            fused,
            lazy,
            dice: Dice::new(dice.below(usize::MAX) as u64),
        };
        let computed = machine.run(&checked.network, &tokens);
        let wanted = exact.evaluate(&tokens).expect("exact values");
        for (computed, wanted) in computed.iter().zip(&wanted) {
            for ((computed, wanted), bound) in computed.iter().zip(wanted).zip(bounds) {
                let off = (computed - wanted).abs();
                assert!(
                    off <= *bound,
                    "{:?} {order:?}: {} > {}",
                    deployed.computation,
                    to_f64(&off),
                    to_f64(bound)
                );
                if bound.is_positive() {
                    worst = worst.max(to_f64(&(off / bound)));
                }
            }
        }
    }
    worst
}

/// Whether the rule covers a network is seen from the bounds; most random ones with scores that are 0 are covered.
fn holds(target: &Target, proof: &Proof, seed: u64) -> f64 {
    let checked = checked(target, proof);
    let all = deployed(&checked, &COMPUTATIONS, None, 6).expect("a proof");
    let mut dice = Dice::new(seed);
    all.iter()
        .filter_map(|it| Some((it, it.bounds.as_ref().ok()?)))
        .map(|(it, bounds)| worst(target, &checked, it, bounds, &mut dice))
        .fold(0.0, f64::max)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn no_machine_is_off_by_more_than_the_bound((target, proof) in certificates(shape(fixed(4), 2)), seed in any::<u64>()) {
        holds(&target, &proof, seed);
    }

    #[test]
    fn nor_on_networks_for_every_length((target, proof) in certificates(shape(every_length(), 2)), seed in any::<u64>()) {
        holds(&target, &proof, seed);
    }
}

/// The bounds are not so large that nothing could refute them.
#[test]
fn errors_come_near_the_bounds() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let proofs = certificates(shape(fixed(3), 2));
    let shares = (0..12).map(|seed| {
        let (target, proof) = proofs.new_tree(&mut runner).expect("a proof").current();
        holds(&target, &proof, seed)
    });
    let largest = shares.fold(0.0, f64::max);
    assert!(largest > 0.2, "{largest}");
}
