//! Random networks with scores that are not constant, and random targets for them.

use crate::dice::Dice;
use common::targets::TargetText;
use sumformer_checker::arith::number::{Exact, Rational, integer, ratio};
use sumformer_checker::format::network::{
    Activation, AffineMap, Attention, Block, Head, Mechanism, NETWORK_FORMAT, Network, Projection,
    UniformValue, Unit,
};
use sumformer_checker::format::sparse::{SparseMatrix, SparseVector};
use sumformer_checker::language::target::{Target, Tokens};

/// Outputs that use every operation that forms have.
const OUTPUTS: [&str; 10] = [
    "sum(y: x[0]*y[0]) - x[0]^3",
    "mean(y: exp(x[0]*y[0]))",
    "max(y: y[0])*x[0]",
    "min(x[0], mean(y: y[0]^2))",
    "sum(y: abs(x[0] - y[0]))",
    "1/(1 + sum(y: y[0]^2))",
    "sqrt(sum(y: (x[0] - y[0])^2) + 1/10)",
    "sin(3*x[0]) + cos(mean(y: y[0]))",
    "tanh(x[0])*sigmoid(sum(y: y[0])) + log(2 + x[0]^2)",
    "prod(y: y[0] + 1/2)^2",
];

const SIDES: [(&str, &str); 5] = [("0", "1"), ("-1", "1"), ("-1/3", "1/2"), ("1/2", "1/2"), ("0", "3")];

pub fn target(n: usize, d: usize, outputs: usize, dice: &mut Dice) -> Target {
    let sides: String = (0..d)
        .map(|_| {
            let (low, high) = SIDES[dice.below(SIDES.len())];
            format!("[{low}, {high}] ")
        })
        .collect();
    let text = common::target(n).domain(&sides).epsilon("1");
    (0..outputs).fold(text, |text, _| TargetText::output(text, OUTPUTS[dice.below(OUTPUTS.len())])).load()
}

fn small(dice: &mut Dice) -> Rational {
    ratio(dice.below(17) as i64 - 8, 8)
}

fn entries(count: usize, rows: usize, columns: usize, dice: &mut Dice) -> SparseMatrix {
    let all: Vec<_> = (0..count).map(|_| (dice.below(rows), dice.below(columns), small(dice))).collect();
    SparseMatrix::from_entries(all)
}

fn vector(count: usize, length: usize, dice: &mut Dice) -> SparseVector {
    let all: Vec<_> = (0..count).map(|_| (dice.below(length), small(dice))).collect();
    SparseVector::from_entries(all)
}

fn mechanism(n: usize, width: usize, dice: &mut Dice) -> Mechanism {
    match dice.below(5) {
        0..=2 => Mechanism::Softmax,
        3 => {
            let rank = 1 + dice.below(2);
            let rows = (0..rank).map(|_| (0..n).map(|_| Exact(small(dice))).collect()).collect();
            let value = if dice.coin() {
                UniformValue::ReciprocalLength
            } else {
                UniformValue::Fixed(Exact(small(dice)))
            };
            Mechanism::Linformer { e: Projection::Rows(rows), f: Projection::Uniform { rank, value } }
        }
        _ => Mechanism::Performer {
            normalized: dice.coin(),
            features: (0..1 + dice.below(3)).map(|_| vector(2, width, dice)).collect(),
        },
    }
}

/// One to three blocks, at least one with attention, for tokens of a target.
pub fn network(target: &Target, dice: &mut Dice) -> Network {
    let Tokens::Fixed(n) = target.tokens else { panic!("a length") };
    let (d, width) = (target.dimension(), target.dimension() + 1 + dice.below(4));
    let count = 1 + dice.below(3);
    let mixing = dice.below(count);
    let blocks = (0..count).map(|index| {
        let attention = (index == mixing || dice.below(3) == 0).then(|| {
            let heads = 1 + dice.below(2);
            Attention {
                heads: (0..heads)
                    .map(|_| Head {
                        mechanism: mechanism(n, width, dice),
                        query: entries(width, width, width, dice),
                        key: entries(width, width, width, dice),
                        value: entries(width, width, width, dice),
                    })
                    .collect(),
                output: entries(2 * width, heads * width, width, dice),
            }
        });
        let units = (0..dice.below(6)).map(|_| Unit {
            input: vector(1 + dice.below(3), width, dice),
            bias: Exact(small(dice)),
            output: vector(1 + dice.below(3), width, dice),
        });
        // Units have inputs.
        let units = units.filter(|unit| !unit.input.is_empty()).collect();
        Block {
            label: String::new(),
            attention,
            activation: if dice.below(4) == 0 { Activation::Relu2 } else { Activation::Relu },
            units,
            bias: vector(dice.below(2), width, dice),
        }
    });
    let blocks = blocks.collect();
    let mut weights: Vec<_> = (0..d).map(|k| (k, k, integer(1))).collect();
    weights.extend((0..width).map(|slot| (dice.below(d), slot, small(dice))));
    Network {
        format: NETWORK_FORMAT.to_string(),
        tokens: target.tokens,
        dimension: d,
        outputs: target.outputs(),
        slots: (0..width).map(|slot| format!("h{slot}")).collect(),
        embedding: AffineMap { weights: SparseMatrix::from_entries(weights), bias: vector(2, width, dice) },
        blocks,
        readout: AffineMap {
            weights: entries(3 * target.outputs(), width, target.outputs(), dice),
            bias: vector(1, target.outputs(), dice),
        },
    }
}

/// A part of each side, and whether it is the whole.
pub fn part(target: &Target, dice: &mut Dice) -> Vec<sumformer_checker::arith::interval::Interval> {
    let Tokens::Fixed(n) = target.tokens else { panic!("a length") };
    let pieces = [1, 1, 4, 64][dice.below(4)];
    let side = |k: usize, dice: &mut Dice| {
        let side = &target.domain[k];
        let at = dice.below(pieces) as i64;
        let end = |k: i64| side.inf() + side.wid() * ratio(k, pieces as i64);
        sumformer_checker::arith::interval::Interval::new(end(at), end(at + 1)).expect("ordered")
    };
    (0..n).flat_map(|_| 0..target.dimension()).map(|k| side(k, dice)).collect()
}
