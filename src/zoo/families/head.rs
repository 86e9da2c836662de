//! Attention whose scores depend on the input.

use super::Family;
use crate::lowering::attention::sample_features;
use crate::zoo::dice::Dice;
use crate::zoo::error::ZooError;
use crate::zoo::profile::Profile;
use crate::zoo::specimen::{Side, Specimen, repeated};
use crate::zoo::stack::{Stack, Units};
use crate::zoo::suite::Size;
use num_traits::Zero;
use sumformer_checker::arith::number::{Exact, Rational, integer};
use sumformer_checker::format::network::{Activation, Attention, Head, Mechanism, Network, Projection};
use sumformer_checker::format::sparse::SparseMatrix;

pub(super) const FAMILY: Family = Family {
    name: "head",
    statement: "One head with scores that depend on the tokens (softmax, Linformer with averaging projections, normalised Performer), whose \
values are the tokens' only coordinate; the output is p(head), for a piecewise linear p.\n\n\
*The extreme is that of p on the interval.* Weights of attention are positive and add up to 1, so that the head is a convex \
combination of coordinates and lies in their interval; so nothing goes beyond the extreme of p there. If all tokens are t, the \
head is t whatever the scores are: where p is extreme, so is the output at the sequence of equal tokens. No exponential has to be known.",
    specimens,
};

/// A power of 4, so that the root by which scores are divided is one of 2.
const WIDTH: usize = 4;
/// Slots: the coordinate, the head, the output.
const X: usize = 0;
const HEAD: usize = 1;
const OUT: usize = 2;

fn specimens(dice: &mut Dice, size: Size) -> Result<Vec<Specimen>, ZooError> {
    let lengths: &[usize] = size.pick([&[2, 4], &[2, 4, 8], &[4, 8, 16]]);
    let mut made = Vec::new();
    for &n in lengths {
        let pairs = Projection::Rows((0..n / 2).map(|row| averaging(row, n)).collect());
        let mechanisms = [
            ("softmax", Mechanism::Softmax),
            ("linformer", Mechanism::Linformer { e: pairs.clone(), f: pairs }),
            ("performer", performer(dice)),
        ];
        for (kind, mechanism) in mechanisms {
            let pieces = size.pick([4, 8, 16]);
            let from = dice.dyadic(-4, 0, 1);
            let p = Profile::random(dice, &from, pieces, 2);
            let scores = [dice.dyadic(1, 12, 2), dice.dyadic(-12, -1, 2)];
            let network = network(n, mechanism, scores, &p);
            let side = if dice.coin() { Side::Largest } else { Side::Least };
            let (extreme, t) = p.extreme(side);
            let why =
                "the head is a convex combination of the coordinates, and equal to them where they are equal";
            let domain = repeated(n, &[p.ends()]);
            let extreme = (side, extreme, vec![t; n]);
            made.push(Specimen::new(format!("{kind}-n{n}"), network, domain, extreme, why));
        }
    }
    Ok(made)
}

/// A row of a projection that takes the mean of two neighbours.
fn averaging(row: usize, n: usize) -> Vec<Exact> {
    let half = Rational::new(1.into(), 2.into());
    (0..n).map(|token| Exact(if token / 2 == row { half.clone() } else { Rational::zero() })).collect()
}

fn performer(dice: &mut Dice) -> Mechanism {
    let seed = dice.below(1 << 16) as u64;
    Mechanism::Performer { normalized: true, features: sample_features(4, WIDTH, seed) }
}

fn network(n: usize, mechanism: Mechanism, [query, key]: [Rational; 2], p: &Profile) -> Network {
    let entry = |to, weight| SparseMatrix::from_entries([(X, to, weight)]);
    let head = Head { mechanism, query: entry(X, query), key: entry(X, key), value: entry(HEAD, integer(1)) };
    let attention = Attention { heads: vec![head], output: SparseMatrix::scaled_identity(WIDTH, integer(1)) };
    let mut units = Units::default();
    units.profile(&[(HEAD, integer(1))], p, (OUT, &integer(1)));
    let mut stack = Stack::new(n, 1, WIDTH);
    stack.block("head", Activation::Relu, Some(attention), units);
    stack.read(&[OUT])
}
