//! Kernels of two tokens in as few sums as their singular values allow.
//!
//! Functions become polynomials of whatever degree makes them precise; only their values count, since what the network computes is
//! of low rank. How many sums that takes follows from singular values; how far the result is from the target is what the checker says.

mod fit;
mod kernels;
mod writing;

use super::replacement::choose_smooth;
use super::{near, place};
use crate::approximation::cover::surrogate as searched;
use fit::{LowRank, Matrices, Ranked};
use kernels::{Kernel, kernels};
use num_traits::{One, Zero};
use sumformer_checker::arith::chebyshev;
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::{Exact, Rational, integer, max, round_up, to_f64};
use sumformer_checker::arith::polynomial::{Monomial, Polynomial};
use sumformer_checker::format::certificate::{Approximation, PairTerm, PowerTerm, Replacement};
use sumformer_checker::language::target::Target;
use sumformer_checker::surrogate::Surrogate;

/// The part of a share that functions as polynomials use up.
const POLYNOMIAL_SHARE: i64 = 64;
/// The part of a share that rounded coefficients use up.
const ROUNDING_SHARE: i64 = 32;
/// Larger matrices are not looked at.
const MAX_ENTRIES: usize = 1 << 17;
/// Higher degrees than are enough for this part of a share are not looked at.
const DEGREES_BEYOND: u32 = 1;
/// Attempts to meet a share.
const ATTEMPTS: usize = 4;
/// Certified errors are rounded up to this many significant bits.
const ERROR_BITS: u32 = 12;

/// The kernels of a target, ready to be approximated.
pub struct Pairs<'a> {
    target: &'a Target,
    share: Rational,
    max_terms: usize,
    /// Functions by polynomials.
    base: Vec<Approximation>,
    kernels: Vec<Kernel>,
    matrices: Matrices,
    /// How far the outputs move when a kernel does, about.
    weights: Vec<f64>,
    /// How far they are away without that.
    offset: f64,
    /// For each degree in the token that is summed over, from 1 on.
    ranked: Vec<Ranked>,
}

impl<'a> Pairs<'a> {
    /// Nothing if no function of two tokens that is summed can be replaced by a polynomial.
    pub fn new(target: &'a Target, share: &Rational, max_terms: usize) -> Option<Self> {
        // The planner may miss a share by a hair; a smaller one is as good.
        let parts = [1, 2, 4].map(|part| share / integer(POLYNOMIAL_SHARE * part));
        let base = parts
            .iter()
            .find_map(|part| near(target, part, max_terms, (&|_| Ok(Vec::new()), &choose_smooth)).ok())?;
        let base = base.approximations;
        let kernels = kernels(target, &base);
        if kernels.is_empty() {
            return None;
        }
        let matrices = Matrices::new(&kernels, target);
        if matrices.own.len() * matrices.other.len() > MAX_ENTRIES {
            return None;
        }
        let weights = vec![1.0; kernels.len()];
        let share = share.clone();
        let mut pairs = Self {
            target,
            share,
            max_terms,
            base,
            kernels,
            matrices,
            weights,
            offset: 0.0,
            ranked: Vec::new(),
        };
        let enough = pairs.weigh()?;
        let degrees = 1..=pairs.matrices.degree().min(enough + DEGREES_BEYOND);
        let ranked = degrees.map_while(|degree| pairs.matrices.ranked(&pairs.weights, degree));
        pairs.ranked = ranked.collect();
        Some(pairs)
    }

    /// Finds the weights, and a degree that is enough for what is left to be next to nothing.
    fn weigh(&mut self) -> Option<u32> {
        let wanted = to_f64(&self.share) / POLYNOMIAL_SHARE as f64;
        let fits = |degree| {
            let ranked = self.matrices.ranked(&self.weights, degree)?;
            Some((ranked.fewest(wanted)?, ranked, degree))
        };
        let (rank, ranked, degree) = (1..=self.matrices.degree()).find_map(fits)?;
        let low = self.low_rank(&ranked, rank, wanted)?;
        let written = self.written(&low)?;
        let deviation = |moved: Option<usize>| {
            let errors = written
                .iter()
                .enumerate()
                .map(|(k, (_, error))| if moved == Some(k) { error * integer(2) } else { error.clone() });
            Some(to_f64(&largest(&self.surrogate(&written, errors)?)))
        };
        let all = deviation(None)?;
        let errors: Vec<f64> = written.iter().map(|(_, error)| to_f64(error)).collect();
        let weights = errors.iter().enumerate().map(|(k, error)| Some((deviation(Some(k))? - all) / error));
        let weights = weights.collect::<Option<Vec<f64>>>()?;
        self.weights = weights.into_iter().map(|weight| weight.max(f64::EPSILON)).collect();
        self.offset = (all - self.total(&errors)).max(0.0);
        Some(degree)
    }

    fn total(&self, errors: &[f64]) -> f64 {
        errors.iter().zip(&self.weights).map(|(error, weight)| error * weight).sum()
    }

    /// The surrogate at most `share` from the target with the fewest sums.
    pub fn within(&self, share: &Rational) -> Option<Surrogate> {
        let mut budget = to_f64(share) * (1.0 - 1.0 / ROUNDING_SHARE as f64) - self.offset;
        for _ in 0..ATTEMPTS {
            let all = self.ranked.iter().filter_map(|ranked| Some((ranked.fewest(budget)?, ranked)));
            let (rank, ranked) = all.min_by_key(|&(rank, _)| rank)?;
            let surrogate = self.finished(ranked, rank, budget)?;
            if largest(&surrogate) <= *share {
                return Some(surrogate);
            }
            budget *= 0.9;
        }
        None
    }

    /// The nearest surrogate with so many sums.
    pub fn of_rank(&self, rank: usize) -> Option<Surrogate> {
        let distance = |ranked: &Ranked| ranked.totals.get(rank).or(ranked.totals.last()).copied();
        let all = self.ranked.iter().filter_map(|ranked| Some((distance(ranked)?, ranked)));
        let least = all.clone().map(|(distance, _)| distance).min_by(f64::total_cmp)?;
        // The lowest degree that is hardly worse.
        let budget = least * 1.05;
        let (_, ranked) = all.clone().find(|&(distance, _)| distance <= budget)?;
        self.finished(ranked, rank, budget * 1.02)
    }

    fn finished(&self, ranked: &Ranked, rank: usize, budget: f64) -> Option<Surrogate> {
        let written = self.written(&self.low_rank(ranked, rank, budget)?)?;
        self.surrogate(&written, written.iter().map(|(_, error)| error.clone()))
    }

    /// With polynomials of the own token of the lowest degree with which the budget is kept.
    fn low_rank(&self, ranked: &Ranked, rank: usize, budget: f64) -> Option<LowRank> {
        let low = |degree| self.matrices.low_rank(&ranked.directions, rank, degree);
        let degrees = 0..=self.matrices.own.last()?.degree();
        // What is left was added up in another order.
        degrees.map(low).find(|low| self.total(&low.errors) <= budget * (1.0 + 1e-9))
    }

    /// The terms for each kernel, with their distance from it.
    fn written(&self, low: &LowRank) -> Option<Vec<(Vec<PairTerm>, Rational)>> {
        let slack = &self.share / integer(ROUNDING_SHARE * self.kernels.len() as i64);
        let weight = self.weights.iter().copied().fold(1.0, f64::max);
        let slack = slack / Rational::from_float(weight)?;
        let terms = writing::terms(low, &self.matrices, &slack)?;
        let distances = terms.iter().zip(&self.kernels).map(|(terms, kernel)| self.distance(terms, kernel));
        let distances = distances.collect::<Option<Vec<Rational>>>()?;
        Some(terms.into_iter().zip(distances).collect())
    }

    /// As the checker finds it.
    fn distance(&self, terms: &[PairTerm], kernel: &Kernel) -> Option<Rational> {
        let (d, side) = (self.target.dimension(), Interval::symmetric(Rational::one()));
        let series = |terms: &[PowerTerm], first: usize| {
            let term = |(powers, coefficient): &PowerTerm| {
                let powers = powers.iter().map(|&(k, e)| ((first + k) as u32, e));
                (Monomial::from_powers(powers), coefficient.0.clone())
            };
            chebyshev::series(&Polynomial::from_terms(terms.iter().map(term)), |_| &side)
        };
        let mut difference = kernel.series.scale(&-Rational::one());
        for term in terms {
            difference
                .add_scaled(&series(&term.first, 0)?.times(&series(&term.second, d)?), &Rational::one());
        }
        Some(round_up(&chebyshev::range(&difference).mag(), ERROR_BITS))
    }

    /// The surrogate with these terms and errors.
    fn surrogate(
        &self,
        written: &[(Vec<PairTerm>, Rational)],
        errors: impl Iterator<Item = Rational>,
    ) -> Option<Surrogate> {
        let mut approximations = self.base.clone();
        for ((kernel, (terms, _)), error) in self.kernels.iter().zip(written).zip(errors) {
            let pair = Approximation {
                output: kernel.output,
                node: kernel.node,
                by: Replacement::Pair { terms: terms.clone() },
                error: Exact(error),
                cuts: String::new(),
            };
            // Before what else is at its node.
            approximations.insert(approximations.partition_point(|a| place(a) < place(&pair)), pair);
        }
        searched(self.target, &approximations, self.max_terms).ok()
    }
}

fn largest(surrogate: &Surrogate) -> Rational {
    surrogate.deviations.iter().cloned().fold(Rational::zero(), max)
}
