//! Heads with scores of their own: one for all weighted means with the same scores.
//!
//! A score Σ_m m(x) k_m(y), m monomials and k_m polynomials, is the product of a query with the slot of m in column m and a key with k_m there.
//! It is multiplied by √D, by which attention divides it.

use super::attention::Architecture;
use super::slots::Slots;
use num_traits::{One, Zero};
use std::collections::{BTreeMap, BTreeSet};
use sumformer_checker::arith::number::{Exact, Rational, integer, to_f64};
use sumformer_checker::arith::polynomial::{Monomial, Polynomial};
use sumformer_checker::format::certificate::{HeadClaim, HeadOutput};
use sumformer_checker::format::network::{Attention, Head, Mechanism, Projection};
use sumformer_checker::format::sparse::SparseMatrix;
use sumformer_checker::language::target::Tokens;
use sumformer_checker::surrogate::{Surrogate, WeightedMean};

/// Linformers of more tokens are refused: the identity has n² entries.
const MAX_PROJECTED: usize = 512;

/// A score as Σ m(x) k_m(y).
fn by_query(d: usize, score: &Polynomial) -> BTreeMap<Monomial, Polynomial> {
    let mut parts = BTreeMap::<Monomial, Polynomial>::new();
    for (monomial, coefficient) in score.terms() {
        let part = |other: bool| {
            let powers = monomial.powers().iter().filter(|&&(v, _)| (v as usize >= d) == other);
            Monomial::from_powers(powers.map(|&(v, e)| (v % d as u32, e)))
        };
        parts.entry(part(false)).or_default().add_term(part(true), coefficient.clone());
    }
    parts
}

/// The monomials of one token that queries, keys and values consist of.
pub fn monomials(surrogate: &Surrogate) -> BTreeSet<Monomial> {
    let of_mean = |mean: &WeightedMean| {
        let parts = by_query(surrogate.target.dimension(), &mean.score);
        let keys = parts.values().chain([&mean.value]).flat_map(|key| key.terms().map(|(m, _)| m.clone()));
        let keys: Vec<Monomial> = keys.collect();
        parts.into_keys().chain(keys).filter(|m| !m.is_one()).collect::<Vec<_>>()
    };
    surrogate.means.iter().flat_map(of_mean).collect()
}

/// Whether a query has a constant.
pub fn need_one(surrogate: &Surrogate) -> bool {
    let has = |mean: &WeightedMean| {
        by_query(surrogate.target.dimension(), &mean.score).contains_key(&Monomial::one())
    };
    surrogate.means.iter().any(has)
}

/// How much an error of 1 in a monomial of one token moves a weighted mean, `by_scores` being what an error of 1 in all scores does.
pub fn reach(
    d: usize,
    mean: &WeightedMean,
    by_scores: f64,
    magnitude: impl Fn(&Monomial) -> f64,
) -> Vec<(Monomial, f64)> {
    let mut found = Vec::new();
    for (m, c) in mean.value.terms() {
        found.push((m.clone(), to_f64(c).abs()));
    }
    for (query, key) in by_query(d, &mean.score) {
        for (m, c) in key.terms() {
            let factor = by_scores * to_f64(c).abs();
            found.push((m.clone(), factor * magnitude(&query)));
            if !query.is_one() {
                found.push((query.clone(), factor * magnitude(m)));
            }
        }
    }
    found
}

/// Why an architecture has no heads for weighted means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoHeads {
    /// Random features are not exponentials.
    #[error("a Performer's features are random, and no bound is known of what they lose of a weighted mean")]
    Performer,
    /// The projections would have to be the identity.
    #[error(
        "a Linformer computes weighted means where E and F are the identity, for a fixed length of at most {MAX_PROJECTED}"
    )]
    Linformer,
}

/// Softmax over the tokens themselves.
pub fn mechanism(architecture: Architecture, tokens: Tokens) -> Result<Mechanism, NoHeads> {
    match (architecture, tokens) {
        (Architecture::Transformer, _) => Ok(Mechanism::Softmax),
        (Architecture::Performer { .. }, _) => Err(NoHeads::Performer),
        (Architecture::Linformer { .. }, Tokens::Fixed(n)) if n <= MAX_PROJECTED => {
            let entry = |same: bool| Exact(if same { Rational::one() } else { Rational::zero() });
            let rows = (0..n).map(|i| (0..n).map(|j| entry(i == j)).collect()).collect();
            let identity = Projection::Rows(rows);
            Ok(Mechanism::Linformer { e: identity.clone(), f: identity })
        }
        (Architecture::Linformer { .. }, _) => Err(NoHeads::Linformer),
    }
}

/// Adds the heads to the attention of a block, and what is claimed of them.
pub fn add(
    attention: &mut Option<Attention>,
    (surrogate, slots): (&Surrogate, &Slots),
    mechanism: &Mechanism,
    block: usize,
) -> Vec<HeadClaim> {
    let (width, d) = (slots.names().len(), surrogate.target.dimension());
    let slot_of = |mean: usize| surrogate.coordinate_of_mean(mean);
    let root = integer(width.isqrt());
    let place = |m: &Monomial| match slots.one() {
        Some(one) if m.is_one() => one,
        _ => slots.before().slot(m),
    };
    let mut groups: Vec<(&Polynomial, Vec<(usize, &WeightedMean)>)> = Vec::new();
    for (number, mean) in surrogate.means.iter().enumerate() {
        match groups.iter_mut().find(|(score, _)| *score == &mean.score) {
            Some((_, means)) => means.push((number, mean)),
            None => groups.push((&mean.score, vec![(number, mean)])),
        }
    }
    let mut claims = Vec::new();
    for (score, means) in groups {
        let attention =
            attention.get_or_insert_with(|| Attention { heads: Vec::new(), output: SparseMatrix::default() });
        let head = attention.heads.len();
        let parts = by_query(d, score);
        let query = parts.keys().enumerate().map(|(column, m)| (place(m), column, Rational::one()));
        let key = parts
            .values()
            .enumerate()
            .flat_map(|(column, key)| key.terms().map(move |(m, c)| (m.clone(), column, c.clone())));
        let key = key.map(|(m, column, c)| (place(&m), column, c * &root));
        let value = means.iter().flat_map(|&(number, mean)| {
            mean.value.terms().map(move |(m, c)| (m.clone(), slot_of(number), c.clone()))
        });
        let value = value.map(|(m, column, c)| (place(&m), column, c));
        let output = means
            .iter()
            .map(|&(number, _)| (head * width + slot_of(number), slot_of(number), Rational::one()));
        let all = attention.output.iter().map(|(row, column, value)| (row, column, value.clone()));
        let output = SparseMatrix::from_entries(all.chain(output).collect::<Vec<_>>());
        attention.heads.push(Head {
            mechanism: mechanism.clone(),
            query: SparseMatrix::from_entries(query),
            key: SparseMatrix::from_entries(key),
            value: SparseMatrix::from_entries(value),
        });
        attention.output = output;
        let outputs = means.iter().map(|&(mean, _)| HeadOutput {
            slot: slot_of(mean),
            mean,
            factor: Exact(Rational::one()),
        });
        claims.push(HeadClaim { block, head, outputs: outputs.collect() });
    }
    claims
}
