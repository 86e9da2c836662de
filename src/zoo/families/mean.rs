//! Means over tokens of functions of one coordinate.

use super::{Family, architectures};
use crate::lowering::attention::{Architecture, averaging_attention};
use crate::zoo::dice::Dice;
use crate::zoo::error::ZooError;
use crate::zoo::model::Model;
use crate::zoo::profile::Profile;
use crate::zoo::specimen::{Side, Specimen, repeated};
use crate::zoo::stack::{Stack, Units};
use crate::zoo::suite::Size;
use num_traits::Zero;
use sumformer_checker::arith::number::{Rational, integer, ratio};
use sumformer_checker::format::network::{Activation, Network};
use sumformer_checker::language::target::Tokens;

pub(super) const FAMILY: Family = Family {
    name: "mean",
    statement: "The output of a token x is Σ_k g_k(x[k]) + mean over all tokens y of Σ_k h_k(y[k]), with piecewise linear functions g_k and \
h_k. The mean is taken by softmax, Linformer or Performer attention with scores that are all 0.\n\n\
*The extreme of the first token's output is a sum of extremes in one variable*: the output is \
Σ_k (g_k + h_k/n)(x[k]) + Σ_(y ≠ x) Σ_k (h_k/n)(y[k]), every term has a variable of its own, and all of them range over intervals. A \
piecewise linear function takes its extreme at a kink or an end.",
    specimens,
};

fn specimens(dice: &mut Dice, size: Size) -> Result<Vec<Specimen>, ZooError> {
    let mut made = Vec::new();
    for (index, &[n, d]) in shapes(size).iter().enumerate() {
        let seed = dice.below(1 << 16) as u64;
        for architecture in architectures(seed) {
            let mean = Mean::random(dice, n, d, size.pick([4, 8, 16]));
            let side = if index % 2 == 0 { Side::Largest } else { Side::Least };
            let name = format!("{}-n{n}-d{d}", architecture.name());
            made.push(mean.specimen(name, mean.network(architecture), side));
        }
    }
    Ok(made)
}

/// n and d.
pub(super) fn shapes(size: Size) -> &'static [[usize; 2]] {
    size.pick([
        &[[2, 1], [2, 2], [4, 3]],
        &[[2, 1], [4, 1], [2, 2], [4, 2], [4, 3]],
        &[[4, 1], [4, 2], [4, 3], [8, 2], [16, 4]],
    ])
}

/// For every coordinate, g and h.
pub(super) struct Mean {
    n: usize,
    functions: Vec<[Profile; 2]>,
}

impl Mean {
    pub fn random(dice: &mut Dice, n: usize, d: usize, pieces: usize) -> Self {
        let functions = (0..d).map(|_| {
            // An interval of length 1, 2 or 4, with integer ends or others.
            let quarters = 2 * dice.below(2) as i64;
            let from = dice.dyadic(-4, 2, quarters);
            let bits = i64::from(pieces.ilog2()) - dice.below(3) as i64;
            [0, 1].map(|_| Profile::random(dice, &from, pieces, bits))
        });
        Self { n, functions: functions.collect() }
    }

    /// Slots: coordinates, Σ g, Σ h, the mean of the latter.
    pub fn network(&self, architecture: Architecture) -> Network {
        let (d, one) = (self.functions.len(), integer(1));
        let [own, summand, mean] = [d, d + 1, d + 2];
        let mut stack = Stack::new(self.n, d, d + 3);
        let mut units = Units::default();
        for (coordinate, [g, h]) in self.functions.iter().enumerate() {
            let input = [(coordinate, one.clone())];
            units.profile(&input, g, (own, &one)).profile(&input, h, (summand, &one));
        }
        stack.block("functions of one coordinate", Activation::Relu, None, units);
        let entries = [(summand, mean, one.clone())];
        let attention = averaging_attention(architecture, Tokens::Fixed(self.n), d + 3, &entries, None);
        let mut units = Units::default();
        units.copy(mean, mean);
        stack.block("mean", Activation::Relu, Some(attention), units);
        stack.read(&[own, mean])
    }

    pub fn specimen(&self, name: String, model: impl Into<Model>, side: Side) -> Specimen {
        let share = ratio(1, self.n as i64);
        let (mut extreme, mut own, mut other) = (Rational::zero(), Vec::new(), Vec::new());
        for [g, h] in &self.functions {
            let (value, at) = g.plus(&share, h).extreme(side);
            extreme += value;
            own.push(at);
            let (value, at) = h.extreme(side);
            extreme += value * &share * integer(self.n as i64 - 1);
            other.push(at);
        }
        let token: Vec<[Rational; 2]> = self.functions.iter().map(|[g, _]| g.ends()).collect();
        let at = [own, repeated(self.n - 1, &other)].concat();
        let why =
            "every coordinate of every token has a term of its own, which is extreme at one of its kinks";
        Specimen::new(name, model, repeated(self.n, &token), (side, extreme, at), why)
    }
}
