//! A search for the worst input: floating point finds it, exact arithmetic states it.

use crate::eval::Forward;
use crate::numeric::FloatInterval;
use num_traits::{Signed, Zero};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rayon::prelude::*;
use sumformer_checker::evaluation::witness_error;
use sumformer_checker::format::certificate::Witness;
use sumformer_checker::format::network::Network;
use sumformer_checker::language::target::{Target, Tokens};
use sumformer_checker::language::{evaluate_sequence, evaluate_token};
use sumformer_checker::number::{Exact, Rational, power_of_two, to_f64};

/// Candidate coordinates are lo + (hi − lo)·k/2^GRID_BITS.
const GRID_BITS: u32 = 16;
const GRID: u32 = 1 << GRID_BITS;
/// Independent searches, each from its own seed.
const SEARCHES: u64 = 8;
/// Work per search, in evaluated hidden units.
const WORK: usize = 40_000_000;
/// The length at which a target for every length is searched.
const LENGTH_FOR_ANY: usize = 4;

/// The worst input found and the error there.
#[derive(Debug, Clone)]
pub struct Witnessed {
    /// n tokens of d coordinates.
    pub input: Vec<Vec<Rational>>,
    /// Token and output coordinate with the largest error.
    pub token: usize,
    /// Output coordinate.
    pub output: usize,
    /// The error there: exact, or a proved lower bound where the network has no exact values.
    pub error: Rational,
    /// Whether `error` is the exact value.
    pub exact: bool,
}

impl Witnessed {
    /// The certificate's entry: only exact errors can be re-evaluated by the checker.
    pub fn certificate_entry(&self) -> Option<Witness> {
        self.exact.then(|| Witness {
            input: self.input.iter().map(|token| token.iter().cloned().map(Exact).collect()).collect(),
            token: self.token,
            output: self.output,
            error: Exact(self.error.clone()),
        })
    }
}

/// A candidate: grid indices of all coordinates, token after token.
#[derive(Debug, Clone)]
struct Candidate {
    indices: Vec<u32>,
    error: f64,
    token: usize,
    output: usize,
}

/// Searches for a large error; with a certified bound of 0 one evaluation says all there is to say.
pub fn find_witness(target: &Target, network: &Network, certified: &Rational) -> Witnessed {
    let n = match target.tokens {
        Tokens::Fixed(n) => n,
        Tokens::Any => LENGTH_FOR_ANY,
    };
    let start = Candidate { indices: first_indices(n * target.dimension()), error: 0.0, token: 0, output: 0 };
    let mut ranked = vec![start];
    if let (false, Ok(forward)) = (certified.is_zero(), Forward::<f64>::compile(network)) {
        let units: usize = network.blocks.iter().map(|b| b.units.len()).sum();
        let evaluations = (WORK / (units.max(1) * n)).clamp(200, 20_000);
        let found: Vec<Candidate> = (0..SEARCHES)
            .into_par_iter()
            .map(|seed| Search::new(target, &forward, n).run(seed, evaluations))
            .collect();
        ranked.extend(found);
    }
    // The largest first; ties in the order of the seeds.
    ranked.sort_by(|a, b| b.error.total_cmp(&a.error));
    state_exactly(target, network, n, &ranked[0])
}

/// Distinct interior points, so that the trivial witness is not a degenerate one.
fn first_indices(count: usize) -> Vec<u32> {
    (0..count).map(|i| (i as u32 * 7919 + GRID / 3) % (GRID + 1)).collect()
}

fn state_exactly(target: &Target, network: &Network, n: usize, candidate: &Candidate) -> Witnessed {
    let d = target.dimension();
    let unit = power_of_two(-i64::from(GRID_BITS));
    let input: Vec<Vec<Rational>> = (0..n)
        .map(|j| {
            (0..d)
                .map(|k| {
                    let index = Rational::from_integer(candidate.indices[j * d + k].into());
                    target.domain[k].inf() + target.domain[k].wid() * index * &unit
                })
                .collect()
        })
        .collect();
    let mut witnessed = Witnessed {
        input,
        token: candidate.token,
        output: candidate.output,
        error: Rational::zero(),
        exact: true,
    };
    let entry = witnessed.certificate_entry().expect("exact so far");
    match witness_error(target, network, &entry) {
        Ok(error) => witnessed.error = error,
        Err(_) => {
            witnessed.exact = false;
            witnessed.error = lower_bound(target, network, &witnessed).unwrap_or_else(Rational::zero);
        }
    }
    witnessed
}

/// A lower bound of the error in interval arithmetic.
fn lower_bound(target: &Target, network: &Network, at: &Witnessed) -> Option<Rational> {
    let exact = evaluate_token(target, &at.input, at.token).ok()?;
    let tokens: Vec<Vec<FloatInterval>> =
        at.input.iter().map(|token| token.iter().map(FloatInterval::from_rational).collect()).collect();
    let outputs = Forward::<FloatInterval>::compile(network).ok()?.run(&tokens).ok()?;
    let got = outputs[at.token][at.output];
    let (inf, sup) = (Rational::from_float(got.inf())?, Rational::from_float(got.sup())?);
    let wanted = &exact[at.output];
    let distance = if &inf > wanted { &inf - wanted } else { wanted - &sup };
    Some(if distance.is_negative() { Rational::zero() } else { distance })
}

struct Search<'a> {
    target: &'a Target,
    forward: &'a Forward<f64>,
    tokens: usize,
    origin: Vec<f64>,
    step: Vec<f64>,
    left: usize,
}

impl<'a> Search<'a> {
    fn new(target: &'a Target, forward: &'a Forward<f64>, tokens: usize) -> Self {
        Self {
            target,
            forward,
            tokens,
            origin: target.domain.iter().map(|i| to_f64(i.inf())).collect(),
            step: target.domain.iter().map(|i| to_f64(&i.wid()) / f64::from(GRID)).collect(),
            left: 0,
        }
    }

    /// Random points, then coordinate moves of random sizes from the best one.
    fn run(mut self, seed: u64, evaluations: usize) -> Candidate {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        self.left = evaluations;
        let count = self.tokens * self.origin.len();
        let mut best = self.assess(first_indices(count));
        while self.left > evaluations * 3 / 4 {
            let indices = random_point(&mut rng, self.tokens, self.origin.len());
            self.keep(&mut best, indices);
        }
        while self.left > 0 {
            let mut indices = best.indices.clone();
            // One to three coordinates move, by anything from one grid cell to the whole box.
            for _ in 0..=(rng.next_u32() % 3) {
                let at = rng.next_u32() as usize % count;
                let size = 1 << (rng.next_u32() % (GRID_BITS + 1));
                let move_by = rng.next_u32() % (size + 1);
                let up = rng.next_u32() % 2 == 0;
                indices[at] =
                    if up { (indices[at] + move_by).min(GRID) } else { indices[at].saturating_sub(move_by) };
            }
            self.keep(&mut best, indices);
        }
        best
    }

    fn keep(&mut self, best: &mut Candidate, indices: Vec<u32>) {
        let candidate = self.assess(indices);
        if candidate.error > best.error {
            *best = candidate;
        }
    }

    fn assess(&mut self, indices: Vec<u32>) -> Candidate {
        self.left = self.left.saturating_sub(1);
        let d = self.origin.len();
        let sequence: Vec<Vec<f64>> = indices
            .chunks(d)
            .map(|token| {
                token.iter().enumerate().map(|(k, &i)| self.origin[k] + self.step[k] * f64::from(i)).collect()
            })
            .collect();
        let mut worst = Candidate { indices, error: 0.0, token: 0, output: 0 };
        let (Ok(got), Ok(wanted)) = (self.forward.run(&sequence), evaluate_sequence(self.target, &sequence))
        else {
            return worst;
        };
        for (token, (got, wanted)) in got.iter().zip(&wanted).enumerate() {
            for (output, (a, b)) in got.iter().zip(wanted).enumerate() {
                let error = (a - b).abs();
                if error > worst.error {
                    worst = Candidate { error, token, output, ..worst };
                }
            }
        }
        worst
    }
}

/// All coordinates uniform, or all other tokens equal, or all at the ends of the box: where the extremes tend to be.
fn random_point(rng: &mut ChaCha8Rng, tokens: usize, d: usize) -> Vec<u32> {
    let kind = rng.next_u32() % 3;
    let mut uniform = || rng.next_u32() % (GRID + 1);
    match kind {
        0 => (0..tokens * d).map(|_| uniform()).collect(),
        1 => {
            let own: Vec<u32> = (0..d).map(|_| uniform()).collect();
            let other: Vec<u32> = (0..d).map(|_| uniform()).collect();
            (0..tokens).flat_map(|j| if j == 0 { own.clone() } else { other.clone() }).collect()
        }
        _ => (0..tokens * d).map(|_| if uniform() % 2 == 0 { 0 } else { GRID }).collect(),
    }
}
