//! The same function in other units: every slot scaled by a long number of its own, beyond machine integers.

use super::proofs::random_target;
use super::random_network::random_network;
use crate::mutations::dice::Dice;
use rayon::prelude::*;
use sumformer_checker::arith::number::{Rational, integer, power_of_two};
use sumformer_checker::cells::derive;
use sumformer_checker::format::network::{AffineMap, Network};
use sumformer_checker::format::sparse::{SparseMatrix, SparseVector};

fn row(vector: &SparseVector, factor: impl Fn(usize) -> Rational) -> SparseVector {
    SparseVector::from_entries(vector.iter().map(|(slot, value)| (slot, value * factor(slot))))
}

fn rescaled(network: &Network, factors: &[Rational]) -> Network {
    let up = |slot: usize| factors[slot % factors.len()].clone();
    let down = |slot: usize| up(slot).recip();
    let rows =
        |matrix: &SparseMatrix, row: &dyn Fn(usize) -> Rational, column: &dyn Fn(usize) -> Rational| {
            SparseMatrix::from_entries(matrix.iter().map(|(r, c, value)| (r, c, value * row(r) * column(c))))
        };
    let one = |_: usize| integer(1);
    let mut other = network.clone();
    other.embedding = AffineMap {
        weights: rows(&network.embedding.weights, &one, &up),
        bias: row(&network.embedding.bias, up),
    };
    other.readout.weights = rows(&network.readout.weights, &down, &one);
    for block in &mut other.blocks {
        block.bias = row(&block.bias, up);
        for unit in &mut block.units {
            unit.input = row(&unit.input, down);
            unit.output = row(&unit.output, up);
        }
        if let Some(attention) = &mut block.attention {
            // What is between V and W_O is not in the stream.
            attention.output = rows(&attention.output, &one, &up);
            for head in &mut attention.heads {
                for matrix in [&mut head.query, &mut head.key, &mut head.value] {
                    *matrix = rows(matrix, &down, &one);
                }
            }
        }
    }
    other
}

#[test]
fn bounds_do_not_depend_on_the_units_of_slots() {
    let covered: usize = (0..300_u64)
        .into_par_iter()
        .map(|seed| {
            let mut dice = Dice::new(4_000_000 + seed);
            let target = random_target(1 + dice.below(3), 1 + dice.below(2), &mut dice);
            let network = random_network(&target, &mut dice);
            let factor = |dice: &mut Dice| power_of_two(130 * (dice.below(3) as i64 - 1)) * integer(3);
            let factors: Vec<Rational> = (0..network.width()).map(|_| factor(&mut dice)).collect();
            let (one, other) = (derive(&target, &network), derive(&target, &rescaled(&network, &factors)));
            assert_eq!(
                one.clone().ok().map(|it| (it.outputs, it.cells, it.entries, it.keys, it.ramps)),
                other.clone().ok().map(|it| (it.outputs, it.cells, it.entries, it.keys, it.ramps)),
                "network {seed}: {one:?} {other:?}"
            );
            usize::from(one.is_ok())
        })
        .sum();
    assert!(covered > 100, "{covered}");
}
