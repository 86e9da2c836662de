//! Is |network − target| ≤ certified? Asked at random sequences, with the target evaluated by the test itself.

use super::approximate::Approximate;
use super::expression::{Expression, Scene};
use super::generator::{Form, Length, RandomTarget};
use crate::dice::Dice;
use itertools::Itertools;
use sumformer::network::NetworkSize;

use std::fs;
use std::path::Path;
use sumformer::eval::Forward;
use sumformer::numeric::FloatInterval;
use sumformer_checker::arith::number::{Rational, ratio, to_f64};
use sumformer_checker::format::{Certificate, Network};

/// Sequences per proof.
const SEQUENCES: usize = 10;
/// Evaluations of units or of innermost expressions per sequence; longer ones are not compared.
const EFFORT: usize = 2_000_000;

pub struct Comparison<'a> {
    target: &'a RandomTarget,
    network: Network,
    forward: Forward<FloatInterval>,
    certified: f64,
}

impl<'a> Comparison<'a> {
    pub fn new(target: &'a RandomTarget, folder: &Path) -> Self {
        let read = |name: &str| fs::read(folder.join(name)).expect("a proof has three files");
        let network = Network::from_json(&read("network.json")).expect("`check` read it");
        let certificate = Certificate::from_json(&read("certificate.json")).expect("`check` read it");
        let forward = Forward::compile(&network).expect("`check` read it");
        Self { target, network, forward, certified: to_f64(&certificate.certified.0) * (1.0 + 1e-12) }
    }

    /// How many sequences decided something, or what is false.
    pub fn run(&self, dice: &mut Dice) -> Result<usize, String> {
        let mut decided = 0;
        for i in 0..SEQUENCES {
            let n = match self.target.length {
                Length::Fixed(n) => n,
                Length::Any => 1 + i % 4,
            };
            let units = NetworkSize::of(&self.network).hidden_units + self.network.width();
            let inner = |e: &Expression| n.checked_pow(1 + e.nesting() as u32).unwrap_or(usize::MAX);
            let deepest = self.target.outputs.iter().chain(&self.target.abbreviations).map(inner).max();
            if n.saturating_mul(units) > EFFORT || deepest.is_some_and(|inner| inner > EFFORT / 20) {
                continue;
            }
            decided += usize::from(self.at(&self.sequence(n, dice), dice.below(n))?);
        }
        Ok(decided)
    }

    /// Whether the error at a token is known well enough to be compared; what it is if it is too large.
    fn at(&self, sequence: &[Vec<Rational>], token: usize) -> Result<bool, String> {
        let intervals: Vec<Vec<FloatInterval>> =
            sequence.iter().map(|row| row.iter().map(FloatInterval::from_rational).collect()).collect();
        let Ok(outputs) = self.forward.run(&intervals) else { return Ok(false) };
        let tokens: Vec<Vec<Approximate>> =
            sequence.iter().map(|row| row.iter().map(Approximate::of).collect()).collect();
        let mut decided = false;
        for (output, network) in self.target.outputs.iter().zip(&outputs[token]) {
            let wanted = self.target_value(output, &tokens, token);
            let least = (wanted.value - network.mid()).abs() - network.rad() - wanted.error;
            if least > self.certified {
                return Err(format!(
                    "the network gives {network}, the target {wanted:?} for token {token} of {sequence:?}, and {} is certified",
                    self.certified
                ));
            }
            decided |= network.rad() + wanted.error <= self.certified / 4.0 + 1e-9;
        }
        Ok(decided)
    }

    fn target_value(&self, output: &Expression, tokens: &[Vec<Approximate>], token: usize) -> Approximate {
        let own = self.target.own_levels();
        let scene = Scene { tokens, abbreviations: &self.target.abbreviations, own };
        let others = (0..tokens.len()).filter(|&position| position != token);
        let orders: Vec<Vec<usize>> = match self.target.form {
            Form::Output => vec![vec![]],
            Form::SemiInvariant { symmetrize: true } => others.permutations(own - 1).collect(),
            Form::SemiInvariant { symmetrize: false } => vec![others.collect()],
        };
        let values = orders.iter().map(|order| {
            let mut positions = [&[token][..], order].concat();
            output.value(&scene, &mut positions)
        });
        values.reduce(|a, b| a + b).expect("an order") / Approximate::exact(orders.len() as f64)
    }

    /// Corners of the box half of the time, else anything in eighths of its sides.
    fn sequence(&self, n: usize, dice: &mut Dice) -> Vec<Vec<Rational>> {
        let corners = dice.coin();
        let domain = self.target.domain();
        let mut coordinate = |[low, high]: &[Rational; 2]| {
            let eighths = if corners { 8 * dice.below(2) } else { dice.below(9) };
            low + (high - low) * ratio(eighths as i64, 8)
        };
        (0..n).map(|_| domain.iter().map(&mut coordinate).collect()).collect()
    }
}
