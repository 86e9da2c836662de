//! Random networks of steps and ReLUs that no constructor made: thresholds in, at the ends of and outside the box and
//! exactly at attained sums, units on several slots, biases at any block, several heads.

use crate::mutations::dice::Dice;
use num_traits::Zero;
use sumformer_checker::arith::number::{Exact, Rational, integer, ratio};
use sumformer_checker::format::network::{
    Activation, AffineMap, Attention, Block, Head, Mechanism, NETWORK_FORMAT, Network, Projection,
    UniformValue, Unit,
};
use sumformer_checker::format::sparse::{SparseMatrix, SparseVector};
use sumformer_checker::language::target::{Target, Tokens};

/// Slots: the token, d; a multiple of a coordinate; a constant; and free ones.
pub fn random_network(target: &Target, dice: &mut Dice) -> Network {
    let Tokens::Fixed(n) = target.tokens else { panic!("a fixed length") };
    let d = target.dimension();
    let (multiple, constant, free, width) = (d, d + 1, d + 2, d + 6);
    let mut weights: Vec<(usize, usize, Rational)> = (0..d).map(|k| (k, k, integer(1))).collect();
    weights.push((dice.below(d), multiple, small(dice)));
    let bias = [(constant, small(dice)), (multiple, small(dice)), (free, small(dice))];
    let mut network = Network {
        format: NETWORK_FORMAT.into(),
        tokens: target.tokens,
        dimension: d,
        outputs: target.outputs(),
        slots: (0..width).map(|slot| format!("s{slot}")).collect(),
        embedding: AffineMap {
            weights: SparseMatrix::from_entries(weights),
            bias: SparseVector::from_entries(bias),
        },
        blocks: Vec::new(),
        readout: AffineMap::default(),
    };
    let places = free..width;
    for round in 0..1 + dice.below(3) {
        let block = random_block(
            |dice| match dice.below(6) {
                // Two slots with the same coordinate; they may cancel.
                0 => [(0, small(dice)), (multiple, small(dice))].into(),
                1 if round > 0 => [(free + dice.below(4), integer(1)), (constant, small(dice))].into(),
                2 if round > 0 => [(free + dice.below(4), small(dice)), (free, small(dice))].into(),
                3 => [(dice.below(d), integer(1)), (constant, small(dice))].into(),
                _ => [(dice.below(multiple + 1), integer(1))].into(),
            },
            |dice| threshold(target, dice),
            &places,
            dice,
        );
        network.blocks.push(block);
    }
    if dice.below(6) != 0 {
        network.blocks.push(attention_block(n, constant, &places, dice));
        for _ in 0..dice.below(4) {
            let block = random_block(
                |dice| (0..1 + dice.below(3)).map(|_| (free + dice.below(4), small(dice))).collect(),
                |dice| ratio(dice.below(13) as i64 - 6, [1, 2, 3, 6][dice.below(4)]),
                &places,
                dice,
            );
            network.blocks.push(block);
        }
    }
    let outputs = target.outputs();
    let entries = (0..2 * outputs).map(|_| (free + dice.below(4), dice.below(outputs), small(dice)));
    network.readout = AffineMap {
        weights: SparseMatrix::from_entries(entries.collect::<Vec<_>>()),
        bias: SparseVector::from_entries([(dice.below(outputs), small(dice))]),
    };
    network
}

/// A non-zero number with a small denominator.
fn small(dice: &mut Dice) -> Rational {
    [integer(1), integer(-1), integer(2), ratio(1, 2), ratio(-1, 3), ratio(3, 2)][dice.below(6)].clone()
}

/// In the box, at its ends, or outside.
fn threshold(target: &Target, dice: &mut Dice) -> Rational {
    let side = &target.domain[dice.below(target.dimension())];
    match dice.below(7) {
        0 => side.inf().clone(),
        1 => side.sup().clone(),
        2 => side.sup() + integer(1),
        _ => side.inf() + side.wid() * ratio(dice.below(7) as i64, 6),
    }
}

/// Step units, or groups of ReLUs that level off (mostly).
fn random_block(
    direction: impl Fn(&mut Dice) -> Vec<(usize, Rational)>,
    threshold: impl Fn(&mut Dice) -> Rational,
    places: &std::ops::Range<usize>,
    dice: &mut Dice,
) -> Block {
    let activation = if dice.below(3) == 0 { Activation::Relu } else { Activation::Step };
    let mut units = Vec::new();
    for _ in 0..1 + dice.below(3) {
        let mut input = SparseVector::default();
        while input.is_empty() {
            input = SparseVector::from_entries(direction(dice));
        }
        let output: Vec<(usize, Rational)> =
            (0..1 + dice.below(2)).map(|_| (places.start + dice.below(places.len()), small(dice))).collect();
        let unit = |slope: &Rational, at: &Rational, share: &Rational| Unit {
            input: SparseVector::from_entries(input.iter().map(|(slot, w)| (slot, w * slope))),
            bias: Exact(-slope * at),
            output: SparseVector::from_entries(output.iter().map(|(slot, w)| (*slot, w * share / slope))),
        };
        let (a, b, c) = (threshold(dice), threshold(dice), threshold(dice));
        if activation == Activation::Step {
            units.extend([&a, &b].map(|at| unit(&small(dice), at, &integer(1))));
            continue;
        }
        // Slopes 1, −1, or 1, −3/2, 1/2, of whichever sign inside.
        let sign = if dice.coin() { integer(1) } else { integer(-1) };
        units.extend([unit(&sign, &a, &integer(1)), unit(&(&sign * integer(2)), &b, &integer(-1))]);
        if dice.coin() {
            let half = &sign / integer(2);
            units.extend([unit(&half, &b, &ratio(-1, 2)), unit(&sign, &c, &ratio(1, 2))]);
        }
        if dice.below(12) == 0 {
            units.pop();
        }
    }
    let bias = if dice.coin() {
        SparseVector::from_entries([(places.start + dice.below(places.len()), small(dice))])
    } else {
        SparseVector::default()
    };
    Block { label: String::new(), attention: None, activation, units, bias }
}

fn attention_block(n: usize, constant: usize, places: &std::ops::Range<usize>, dice: &mut Dice) -> Block {
    let heads = 1 + dice.below(2);
    let width = places.end;
    let place = |dice: &mut Dice| places.start + dice.below(places.len());
    let head = |dice: &mut Dice| {
        let scores = match dice.below(3) {
            0 => SparseMatrix::from_entries([(constant, 0, small(dice))]),
            _ => SparseMatrix::default(),
        };
        let query = if dice.coin() { scores.clone() } else { SparseMatrix::default() };
        let values = (0..3).map(|_| (place(dice), place(dice), small(dice))).collect::<Vec<_>>();
        let uniform = |value| Projection::Uniform { rank: 2, value };
        let mechanism = match dice.below(6) {
            0 => Mechanism::Linformer {
                e: uniform(UniformValue::Fixed(Exact(small(dice)))),
                f: uniform(UniformValue::Fixed(Exact(small(dice)))),
            },
            1 => Mechanism::Linformer {
                e: uniform(UniformValue::ReciprocalLength),
                f: Projection::Rows(vec![vec![Exact(ratio(1, 2)); n], vec![Exact(ratio(-1, 3)); n]]),
            },
            2 | 3 => Mechanism::Performer {
                normalized: dice.coin(),
                features: vec![SparseVector::from_entries([(0, small(dice))]); 2],
            },
            _ => Mechanism::Softmax,
        };
        Head { mechanism, query, key: scores, value: SparseMatrix::from_entries(values) }
    };
    let heads: Vec<Head> = (0..heads).map(|_| head(dice)).collect();
    let output = (0..4).map(|_| (dice.below(heads.len()) * width + place(dice), place(dice), small(dice)));
    let output = SparseMatrix::from_entries(output.collect::<Vec<_>>());
    // Affine: relu(s) − relu(−s), each shifted.
    let units = (0..dice.below(3)).flat_map(|_| {
        let (slot, other, to) = (place(dice), place(dice), place(dice));
        let (shift, weight) = (small(dice), small(dice));
        let direction = SparseVector::from_entries([(slot, integer(1)), (other, ratio(1, 2))]);
        [integer(1), integer(-2)].map(|slope| Unit {
            input: SparseVector::from_entries(direction.iter().map(|(at, w)| (at, w * &slope))),
            bias: Exact(&shift * &slope),
            output: SparseVector::from_entries([(to, &weight / &slope)]),
        })
    });
    let units: Vec<Unit> = units.filter(|unit| unit.input.iter().all(|(_, w)| !w.is_zero())).collect();
    let bias = SparseVector::from_entries([(place(dice), small(dice))]);
    let attention = Some(Attention { heads, output });
    Block { label: String::new(), attention, activation: Activation::Relu, units, bias }
}
