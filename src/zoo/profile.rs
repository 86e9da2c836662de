//! Piecewise linear functions of one variable, with dyadic kinks and slopes.

use super::dice::Dice;
use super::specimen::Side;
use num_traits::Zero;
use std::collections::BTreeMap;
use sumformer_checker::arith::number::{Rational, integer, power_of_two};

/// `start + Σ change · max(t − kink, 0)` from the first kink on, which is the left end of its interval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Profile {
    /// The value at the left end.
    pub start: Rational,
    /// Kinks, and how much the slope changes there; the last one is the right end, where nothing changes.
    pub kinks: BTreeMap<Rational, Rational>,
}

impl Profile {
    /// The function through points whose first coordinates increase, two at least.
    pub fn through(points: &[(Rational, Rational)]) -> Self {
        let mut kinks = BTreeMap::new();
        let mut slope = Rational::zero();
        for pair in points.windows(2) {
            let next = (&pair[1].1 - &pair[0].1) / (&pair[1].0 - &pair[0].0);
            kinks.insert(pair[0].0.clone(), &next - &slope);
            slope = next;
        }
        kinks.insert(points[points.len() - 1].0.clone(), Rational::zero());
        Self { start: points[0].1.clone(), kinks }
    }

    /// The function that interpolates t² between multiples of a width, from one end to the other.
    pub fn square(from: &Rational, to: &Rational, width: &Rational) -> Self {
        let mut points = Vec::new();
        let mut t = from.clone();
        while t <= *to {
            points.push((t.clone(), &t * &t));
            t += width;
        }
        Self::through(&points)
    }

    /// A random function on [from, from + pieces·2^-bits], with values in 16ths.
    pub fn random(dice: &mut Dice, from: &Rational, pieces: usize, bits: i64) -> Self {
        let points: Vec<_> = (0..=pieces)
            .map(|piece| (from + integer(piece as i64) * power_of_two(-bits), dice.dyadic(-32, 32, 4)))
            .collect();
        Self::through(&points)
    }

    /// `self + factor · other`, on the same interval.
    pub fn plus(&self, factor: &Rational, other: &Self) -> Self {
        let mut kinks = self.kinks.clone();
        for (kink, change) in &other.kinks {
            *kinks.entry(kink.clone()).or_insert_with(Rational::zero) += change * factor;
        }
        Self { start: &self.start + &other.start * factor, kinks }
    }

    /// The value at a point of the interval.
    pub fn at(&self, t: &Rational) -> Rational {
        let terms = self.kinks.iter().filter(|(kink, _)| *kink < t);
        terms.fold(self.start.clone(), |sum, (kink, change)| sum + change * (t - kink))
    }

    /// The extreme and where it is taken first: at a kink or an end, as between them the function is linear.
    pub fn extreme(&self, side: Side) -> (Rational, Rational) {
        let sign = side.sign();
        let values = self.kinks.keys().map(|kink| (self.at(kink), kink.clone()));
        let best = values.reduce(|best, next| if &next.0 * &sign > &best.0 * &sign { next } else { best });
        best.unwrap_or_default()
    }

    /// The two ends.
    pub fn ends(&self) -> [Rational; 2] {
        let [first, last] = [self.kinks.keys().next(), self.kinks.keys().next_back()];
        [first.cloned().unwrap_or_default(), last.cloned().unwrap_or_default()]
    }

    /// Kinks with their changes, where there is one.
    pub fn changes(&self) -> impl Iterator<Item = (&Rational, &Rational)> {
        self.kinks.iter().filter(|(_, change)| !change.is_zero())
    }
}
