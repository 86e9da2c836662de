//! Points with a large difference, in floating point: random ones, corners, and steps from the best of them.

use crate::eval::Forward;
use crate::parallel;
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::{Rational, power_of_two, to_f64};
use sumformer_checker::format::network::Network;
use sumformer_checker::language::target::{Target, Tokens};
use sumformer_checker::language::{Sequence, evaluate_run};

/// Coordinates are lo + (hi − lo)·k/2^GRID_BITS.
const GRID_BITS: u32 = 20;
const GRID: u32 = 1 << GRID_BITS;
/// Independent searches, each from its own seed.
const SEARCHES: u64 = 16;
/// Random points of a search, and steps from the best of them.
const POINTS: usize = 1500;
const STEPS: usize = 1500;

/// One sequence for each search, with the output that is off: the places where steps end.
pub(super) fn worst_points(target: &Target, network: &Network) -> Vec<(Vec<Vec<Rational>>, usize)> {
    let (Tokens::Fixed(n), Ok(forward)) = (target.tokens, Forward::<f64>::compile(network)) else {
        return Vec::new();
    };
    let low: Vec<f64> = target.domain.iter().map(|side| to_f64(side.inf())).collect();
    let unit: Vec<f64> = target.domain.iter().map(|side| to_f64(&side.wid()) / f64::from(GRID)).collect();
    let error = |places: &[Vec<u32>]| -> (f64, usize) {
        let token = |place: &Vec<u32>| -> Vec<f64> {
            place
                .iter()
                .zip(low.iter().zip(&unit))
                .map(|(&k, (low, unit))| low + unit * f64::from(k))
                .collect()
        };
        let tokens: Vec<Vec<f64>> = places.iter().map(token).collect();
        let wanted = evaluate_run(target, Sequence::once(&tokens), 0).ok();
        let got = forward.run(&tokens).ok();
        let pairs = wanted.into_iter().flatten().zip(got.iter().flatten().next().into_iter().flatten());
        let errors = pairs.map(|(a, b)| (a - b).abs()).enumerate().filter(|(_, error)| error.is_finite());
        errors.fold((-1.0, 0), |worst, (output, e)| if e > worst.0 { (e, output) } else { worst })
    };
    let seeds: Vec<u64> = (0..SEARCHES).collect();
    let found = parallel::map(seeds, |seed| {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut best = vec![vec![GRID / 2; target.dimension()]; n];
        let mut reached = error(&best);
        for _ in 0..POINTS {
            let corners = rng.random_range(0..4u32);
            let place = |rng: &mut ChaCha8Rng| match rng.random_range(0..4) < corners {
                true => GRID * rng.random_range(0..=1),
                false => rng.random_range(0..=GRID),
            };
            let point: Vec<Vec<u32>> =
                (0..n).map(|_| (0..target.dimension()).map(|_| place(&mut rng)).collect()).collect();
            let found = error(&point);
            if found.0 > reached.0 {
                (best, reached) = (point, found);
            }
        }
        for step in 0..STEPS {
            // From a quarter of the side down to the grid.
            let largest =
                1 + (GRID >> 2 >> (u32::try_from(step).unwrap_or(0) * (GRID_BITS - 2) / (STEPS as u32)));
            let (j, k) = (rng.random_range(0..n), rng.random_range(0..target.dimension().max(1)));
            let Some(before) = best[j].get(k).copied() else { break };
            let by = rng.random_range(1..=largest);
            best[j][k] =
                if rng.random() { before.saturating_add(by).min(GRID) } else { before.saturating_sub(by) };
            let found = error(&best);
            if found.0 >= reached.0 {
                reached = found;
            } else {
                best[j][k] = before;
            }
        }
        (best, reached.1)
    });
    let exact = |(places, output): (Vec<Vec<u32>>, usize)| {
        let coordinate = |(side, &k): (&Interval, &u32)| {
            side.inf() + side.wid() * Rational::from_integer(k.into()) * power_of_two(-i64::from(GRID_BITS))
        };
        let token = |place: &Vec<u32>| target.domain.iter().zip(place).map(coordinate).collect();
        (places.iter().map(token).collect(), output)
    };
    found.into_iter().map(exact).collect()
}
