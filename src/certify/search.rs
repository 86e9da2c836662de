//! Independent searches for a sequence with a large error: random points, then moves from the best one.

use super::error_function::{ErrorFunction, TokenState};
use super::witness::WRITTEN_OUT;
use crate::parallel;
use rand::rngs::ChaCha8Rng;
use rand::{Rng, SeedableRng};
use sumformer_checker::arith::number::to_f64;
use sumformer_checker::language::target::Target;
use sumformer_checker::work::charge;

/// Candidate coordinates are lo + (hi − lo)·k/2^GRID_BITS.
pub const GRID_BITS: u32 = 16;
const GRID: u32 = 1 << GRID_BITS;
/// Independent searches, each from its own seed.
const SEARCHES: u64 = 24;
/// Evaluations of the error per search, and fewer where a single one is long.
const EVALUATIONS: usize = 10_000;
const WORK: usize = 2_000_000;
/// What the evaluations of one search may cost at most, however few they are.
const MOST_WORK: usize = 400_000_000;
/// The most different tokens of a candidate: the own one and the groups of the others.
pub(super) const MOST_DISTINCT: usize = 1 + GROUPS[3];
/// In how many groups of equal tokens the others fall, one search after the other.
const GROUPS: [usize; 4] = [1, 2, 3, 6];
/// One move in this many is a fresh random token instead of a step.
const FRESH: u32 = 8;

/// The most coordinates of a candidate that no search has made.
const TRIVIAL: usize = 1 << 12;

/// A candidate: grid indices of all coordinates, token after token; the error is at token 0.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// d grid indices for each token.
    pub tokens: Vec<Vec<u32>>,
    /// How often each of them stands there in a row.
    pub copies: Vec<usize>,
    /// The error in floating point.
    pub error: f64,
    /// The output coordinate that has it.
    pub output: usize,
}

impl Candidate {
    /// Its tokens and their copies: every token by itself, and no copies, if the sequence is short.
    pub fn written_out(&self) -> (Vec<Vec<u32>>, Vec<usize>) {
        if self.copies.iter().sum::<usize>() > WRITTEN_OUT {
            return (self.tokens.clone(), self.copies.clone());
        }
        let copies = self.tokens.iter().zip(&self.copies);
        (copies.flat_map(|(token, &count)| std::iter::repeat_n(token.clone(), count)).collect(), Vec::new())
    }
}

/// Distinct interior points, so that the trivial candidate is not a degenerate one; of a long sequence the last one is
/// repeated.
pub fn trivial(n: usize, d: usize) -> Candidate {
    let distinct = if n <= WRITTEN_OUT { n } else { (TRIVIAL / d.max(1)).clamp(1, WRITTEN_OUT) };
    let coordinate = |i: usize| (i as u32).wrapping_mul(7919).wrapping_add(GRID / 3) % (GRID + 1);
    let tokens = (0..distinct).map(|j| (j * d..(j + 1) * d).map(coordinate).collect()).collect();
    let mut copies = vec![1; distinct];
    if let Some(last) = copies.last_mut() {
        *last += n - distinct;
    }
    Candidate { tokens, copies, error: 0.0, output: 0 }
}

/// The best candidate of every search, in the order of the seeds.
pub fn search(target: &Target, function: &ErrorFunction<'_>, n: usize) -> Vec<Candidate> {
    let cost = function.cost().max(1);
    let evaluations = (WORK / cost).clamp(EVALUATIONS / 20, EVALUATIONS).min(MOST_WORK / cost);
    if evaluations == 0 {
        return Vec::new();
    }
    let seeds: Vec<u64> = (0..SEARCHES).collect();
    parallel::map(seeds, |seed| Search::new(target, function, n, seed).run(evaluations))
}

/// How many tokens each distinct other token stands for.
///
/// Errors of φ add up over equal tokens, so few distinct tokens suffice; single ones tune the sums to the worst place
/// within a linear piece.
fn multiplicities(others: usize, seed: u64) -> Vec<usize> {
    let groups = GROUPS[(seed % 4) as usize].min(others);
    if groups == 0 {
        return Vec::new();
    }
    if seed < SEARCHES / 2 {
        let mut counts = vec![1; groups];
        counts[0] = others - (groups - 1);
        counts
    } else {
        (0..groups).map(|g| others / groups + usize::from(g < others % groups)).collect()
    }
}

/// A token on the grid and its part of the error function.
#[derive(Clone)]
struct Placed {
    indices: Vec<u32>,
    state: TokenState,
}

struct Search<'a> {
    function: &'a ErrorFunction<'a>,
    origin: Vec<f64>,
    step: Vec<f64>,
    counts: Vec<usize>,
    rng: ChaCha8Rng,
    /// Of an evaluation, about.
    cost: u64,
}

impl<'a> Search<'a> {
    fn new(target: &Target, function: &'a ErrorFunction<'a>, n: usize, seed: u64) -> Self {
        Self {
            function,
            origin: target.domain.iter().map(|i| to_f64(i.inf())).collect(),
            step: target.domain.iter().map(|i| to_f64(&i.wid()) / f64::from(GRID)).collect(),
            counts: multiplicities(n.saturating_sub(1), seed),
            rng: ChaCha8Rng::seed_from_u64(seed),
            cost: function.cost() as u64,
        }
    }

    /// A quarter of the evaluations at random points, the rest from the best of them.
    fn run(mut self, evaluations: usize) -> Candidate {
        let mut tokens = self.random_tokens();
        let (mut error, mut output) = self.assess(&tokens);
        for _ in 0..evaluations / 4 {
            let fresh = self.random_tokens();
            let (e, o) = self.assess(&fresh);
            if e > error {
                (tokens, error, output) = (fresh, e, o);
            }
        }
        for _ in 0..evaluations * 3 / 4 {
            let at = self.below(tokens.len() as u32) as usize;
            let moved = self.moved(&tokens[at].indices);
            let kept = std::mem::replace(&mut tokens[at], moved);
            let (e, o) = self.assess(&tokens);
            if e >= error {
                (error, output) = (e, o);
            } else {
                tokens[at] = kept;
            }
        }
        let copies = std::iter::once(1).chain(self.counts.iter().copied()).collect();
        let tokens = tokens.into_iter().map(|token| token.indices).collect();
        Candidate { tokens, copies, error, output }
    }

    fn below(&mut self, bound: u32) -> u32 {
        self.rng.next_u32() % bound
    }

    fn assess(&mut self, tokens: &[Placed]) -> (f64, usize) {
        charge(self.cost);
        let others: Vec<(&TokenState, f64)> = tokens[1..]
            .iter()
            .zip(&self.counts)
            .map(|(token, &count)| (&token.state, count as f64))
            .collect();
        self.function.worst(&tokens[0].state, &others)
    }

    fn place(&mut self, indices: Vec<u32>) -> Placed {
        let coordinate = |(k, &i): (usize, &u32)| self.origin[k] + self.step[k] * f64::from(i);
        let coordinates = indices.iter().enumerate().map(coordinate).collect();
        Placed { state: self.function.token(coordinates), indices }
    }

    /// Own token and others, uniform or at corners of the box, where the extremes tend to be.
    fn random_tokens(&mut self) -> Vec<Placed> {
        let corners = self.below(3) == 0;
        (0..=self.counts.len()).map(|_| self.random_token(corners)).collect()
    }

    fn random_token(&mut self, corner: bool) -> Placed {
        let coordinate = |search: &mut Self| {
            if corner { search.below(2) * GRID } else { search.below(GRID + 1) }
        };
        let indices = (0..self.origin.len()).map(|_| coordinate(self)).collect();
        self.place(indices)
    }

    /// One or two coordinates move by anything from one grid cell to the whole box, or the token is drawn anew.
    fn moved(&mut self, indices: &[u32]) -> Placed {
        if self.below(FRESH) == 0 {
            let corner = self.below(2) == 0;
            return self.random_token(corner);
        }
        let mut indices = indices.to_vec();
        for _ in 0..=self.below(2) {
            let at = self.below(indices.len() as u32) as usize;
            let size = 1 << self.below(GRID_BITS + 1);
            let by = self.below(size + 1);
            indices[at] = if self.below(2) == 0 {
                (indices[at] + by).min(GRID)
            } else {
                indices[at].saturating_sub(by)
            };
        }
        self.place(indices)
    }
}
