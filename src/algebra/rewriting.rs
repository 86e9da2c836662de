//! Augmented and monomial multisymmetric functions as polynomials in power sums.
//!
//! M(β_1..β_k) = Σ over distinct j_1..j_k of Π_r x_{j_r}^{β_r}. By Möbius inversion on set partitions
//!     M = Σ_π Π_{B∈π} (−1)^{|B|−1} (|B|−1)! · p_{Σ_{r∈B} β_r}.
//! Set partitions that only exchange equal parts give the same term, so what is listed are the partitions of the
//! *multiset* of parts, each with the number of set partitions it stands for.

use super::MultiIndex;
use super::integer::{Integer, factorial};
use super::multi_index::compare;
use super::power_sum_polynomial::{Factor, PowerSumPolynomial, Terms};

/// Why a rewriting was not carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RewritingError {
    /// A part β_r = 0: then M depends on the number of tokens and is no polynomial in p_α, |α| ≥ 1, alone.
    #[error("part {position} is the zero multi-index; leave constant factors out of the parts")]
    ZeroPart {
        /// Which part, counted from 0.
        position: usize,
    },
    /// Parts of different length.
    #[error("part {position} has {found} coordinates, the first one has {expected}")]
    DimensionMismatch {
        /// Which part, counted from 0.
        position: usize,
        /// Coordinates of the first part.
        expected: usize,
        /// Coordinates of this one.
        found: usize,
    },
    /// An exponent beyond `u32`.
    #[error("an exponent of the product exceeds {}", u32::MAX)]
    ExponentOverflow,
    /// More terms (counted before like terms are merged, a coefficient of w 128-bit words as w) than allowed.
    #[error("the rewriting needs more than {limit} terms in power sums")]
    TooManyTerms {
        /// The limit that was given.
        limit: usize,
    },
}

/// The augmented monomial M(β_1, …, β_k) in power sums; M() = 1.
///
/// `limit` bounds the number of partitions listed and thereby time and memory.
pub fn augmented_monomial(parts: &[MultiIndex], limit: usize) -> Result<PowerSumPolynomial, RewritingError> {
    let parts = GroupedParts::new(parts)?;
    let (variables, terms) = parts.expand(limit)?;
    Ok(PowerSumPolynomial::canonical(variables, terms, Integer::ONE))
}

/// The monomial multisymmetric function m_λ = M / Π (multiplicities of equal parts)! in power sums.
///
/// With k parts equal to 1 in one coordinate this is the elementary symmetric polynomial e_k.
pub fn monomial_multisymmetric(
    parts: &[MultiIndex],
    limit: usize,
) -> Result<PowerSumPolynomial, RewritingError> {
    let parts = GroupedParts::new(parts)?;
    let (variables, terms) = parts.expand(limit)?;
    Ok(PowerSumPolynomial::canonical(variables, terms, parts.symmetry()))
}

/// The parts of M: distinct multi-indices v_1, …, v_s with multiplicities.
struct GroupedParts {
    distinct: Vec<MultiIndex>,
    multiplicities: Vec<u32>,
}

impl GroupedParts {
    fn new(parts: &[MultiIndex]) -> Result<Self, RewritingError> {
        let expected = parts.first().map_or(0, |first| first.len());
        for (position, part) in parts.iter().enumerate() {
            if part.len() != expected {
                return Err(RewritingError::DimensionMismatch { position, expected, found: part.len() });
            }
            if part.iter().all(|&e| e == 0) {
                return Err(RewritingError::ZeroPart { position });
            }
        }
        for k in 0..expected {
            let sum = parts.iter().try_fold(0u32, |sum, part| sum.checked_add(part[k]));
            sum.ok_or(RewritingError::ExponentOverflow)?;
        }
        let mut sorted: Vec<&MultiIndex> = parts.iter().collect();
        sorted.sort_unstable_by(|a, b| compare(a, b));
        let groups = sorted.chunk_by(|a, b| a == b);
        let (distinct, multiplicities) = groups.map(|g| (g[0].clone(), g.len() as u32)).unzip();
        Ok(Self { distinct, multiplicities })
    }

    /// Π mult!.
    fn symmetry(&self) -> Integer {
        self.multiplicities.iter().fold(Integer::ONE, |product, &m| product.times(&factorial(m)))
    }

    /// Mixed-radix weights that number the sub-multisets 0 ≤ c ≤ multiplicities, and how many there are, if at most
    /// `most`.
    fn radix(&self, most: usize) -> Option<(Vec<usize>, usize)> {
        let mut weights = Vec::with_capacity(self.multiplicities.len());
        let mut size = 1usize;
        for &m in &self.multiplicities {
            weights.push(size);
            size = size.checked_mul(m as usize + 1).filter(|&size| size <= most)?;
        }
        Some((weights, size))
    }

    /// The distinct block sums Σ c_i v_i in graded lexicographic order, and for every numbered c which one it has.
    fn block_sums(&self, weights: &[usize], size: usize) -> (Vec<MultiIndex>, Vec<u32>) {
        let dimension = self.distinct.first().map_or(0, |v| v.len());
        let sum_of = |code: usize| -> MultiIndex {
            let mut sum = vec![0; dimension];
            for ((v, &m), &weight) in self.distinct.iter().zip(&self.multiplicities).zip(weights) {
                let c = (code / weight % (m as usize + 1)) as u32;
                sum.iter_mut().zip(v).for_each(|(s, e)| *s += c * e);
            }
            sum.into()
        };
        // c = 0 is no block.
        let mut coded: Vec<(MultiIndex, usize)> = (1..size).map(|code| (sum_of(code), code)).collect();
        coded.sort_unstable_by(|a, b| compare(&a.0, &b.0));
        let mut sums: Vec<MultiIndex> = Vec::new();
        let mut numbers = vec![0; size];
        for (sum, code) in coded {
            if sums.last() != Some(&sum) {
                sums.push(sum);
            }
            numbers[code] = (sums.len() - 1) as u32;
        }
        (sums, numbers)
    }

    /// Lists the multiset partitions, blocks in decreasing lexicographic order of c, depth first.
    ///
    /// The next block always contains the first part that is left, and one such block ≤ the previous one always
    /// exists, so the search has no dead ends. It keeps its own stack: k parts may be many.
    fn expand(&self, limit: usize) -> Result<(Vec<MultiIndex>, Terms), RewritingError> {
        let too_many = RewritingError::TooManyTerms { limit };
        let total: u32 = self.multiplicities.iter().sum();
        if fewest_partitions(total).is_none_or(|fewest| fewest > limit) {
            return Err(too_many);
        }
        let mut terms = Terms::default();
        if total == 0 {
            terms.push([], Integer::ONE);
            return Ok((Vec::new(), terms));
        }
        // Every c has a partition {c, rest}, so more than twice the limit of c is more than the limit of partitions.
        let most = limit.saturating_mul(2).saturating_add(1);
        let (weights, size) = self.radix(most).ok_or(too_many.clone())?;
        let (sums, numbers) = self.block_sums(&weights, size);
        let counts = Counts::new(total, self.multiplicities.iter().copied().max().unwrap_or(0));
        let mut levels = vec![Level::whole(&self.multiplicities)];
        let (mut chosen, mut sorted) = (Vec::new(), Vec::new());
        let mut words = 0;
        // The first `depth` levels are the path of blocks; the ones after it are spare memory.
        let mut depth = 1;
        loop {
            let (path, spare) = levels.split_at_mut(depth);
            let Some(level) = path.last_mut() else { return Ok((sums, terms)) };
            let code: usize = level.block.iter().zip(&weights).map(|(&c, &weight)| c as usize * weight).sum();
            chosen.truncate(depth - 1);
            chosen.push(numbers[code]);
            let coefficient = level.coefficient_after(&counts);
            if level.block != level.remaining {
                match spare.first_mut() {
                    Some(next) => next.follow(level, coefficient),
                    None => {
                        let mut next = Level::whole(&level.remaining);
                        next.follow(level, coefficient);
                        levels.push(next);
                    }
                }
                depth += 1;
                continue;
            }
            words += coefficient.words();
            if words > limit {
                return Err(too_many);
            }
            sorted.clone_from(&chosen);
            sorted.sort_unstable();
            terms.push(run_lengths(&sorted), coefficient);
            while depth > 0 && !levels[depth - 1].next_block() {
                depth -= 1;
            }
        }
    }
}

/// A depth of the search: what is left, the block taken from it, and the coefficient up to there.
struct Level {
    remaining: Vec<u32>,
    block: Vec<u32>,
    /// How often in a row this block was taken, this time included.
    run: u32,
    /// Signed number of set partitions for the choices before this block.
    coefficient: Integer,
}

impl Level {
    fn whole(remaining: &[u32]) -> Self {
        Self { remaining: remaining.to_vec(), block: remaining.to_vec(), run: 1, coefficient: Integer::ONE }
    }

    /// The first choice after `previous`: the lexicographically largest block that fits and is ≤ the previous one.
    fn follow(&mut self, previous: &Self, coefficient: Integer) {
        let mut equal = true;
        for (i, (remaining, block)) in self.remaining.iter_mut().zip(&mut self.block).enumerate() {
            *remaining = previous.remaining[i] - previous.block[i];
            *block = if equal { previous.block[i].min(*remaining) } else { *remaining };
            equal &= *block == previous.block[i];
        }
        self.run = if equal { previous.run + 1 } else { 1 };
        self.coefficient = coefficient;
    }

    /// The next smaller block that still contains the first part left; `false` when there is none.
    fn next_block(&mut self) -> bool {
        let first = self.remaining.iter().position(|&r| r > 0).unwrap_or(0);
        let Some(j) = self.block.iter().rposition(|&c| c > 0) else { return false };
        if j == first && self.block[j] == 1 {
            return false;
        }
        self.block[j] -= 1;
        self.block[j + 1..].copy_from_slice(&self.remaining[j + 1..]);
        self.run = 1;
        true
    }

    /// Choosing the block out of the remaining parts, Π C(r_i, c_i) ways; a run of equal blocks is unordered, so its
    /// n-th member divides by n.
    fn coefficient_after(&self, counts: &Counts) -> Integer {
        let mut result = self.coefficient.clone();
        let mut size = 0;
        for (&r, &c) in self.remaining.iter().zip(&self.block) {
            size += c as usize;
            if c > 0 && c < r {
                result = result.times(&counts.binomials[r as usize][c as usize]);
            }
        }
        if self.run > 1 {
            result = result.exact_quotient(&Integer::Small(self.run.into()));
        }
        if size > 1 { result.times(&counts.signed_cycles[size]) } else { result }
    }
}

/// Numbers that the search needs again and again.
struct Counts {
    /// (−1)^{b−1} (b−1)! at b ≥ 1.
    signed_cycles: Vec<Integer>,
    /// Pascal's triangle up to the largest multiplicity.
    binomials: Vec<Vec<Integer>>,
}

impl Counts {
    fn new(total: u32, largest: u32) -> Self {
        let mut signed_cycles = vec![Integer::ONE, Integer::ONE];
        for b in 1..total as usize {
            signed_cycles.push(signed_cycles[b].times(&Integer::Small(-(b as i128))));
        }
        let mut binomials = vec![vec![Integer::ONE]];
        for r in 1..=largest as usize {
            let above: &Vec<Integer> = &binomials[r - 1];
            let mut row = vec![Integer::ONE; r + 1];
            for c in 1..r {
                row[c] = above[c - 1].clone();
                row[c].add(&above[c]);
            }
            binomials.push(row);
        }
        Self { signed_cycles, binomials }
    }
}

/// A lower bound on the number of partitions of k parts, equal or not: any set of numbers from 2..=r with
/// r(r+1)/2 ≤ k, filled up with ones, is a partition of k, so there are at least 2^{r−1}. `None`: beyond `usize`.
fn fewest_partitions(k: u32) -> Option<usize> {
    let r = (2 * u64::from(k)).isqrt().saturating_sub(1);
    let exponent = u32::try_from(r.saturating_sub(1)).ok()?;
    1usize.checked_shl(exponent)
}

/// A sorted list as (value, how often).
fn run_lengths(sorted: &[u32]) -> impl Iterator<Item = Factor> {
    sorted.chunk_by(|a, b| a == b).map(|run| (run[0], run.len() as u32))
}

#[cfg(test)]
mod tests {
    use super::*;
    use sumformer_checker::arith::number::{Rational, integer, ratio};

    fn parts<const D: usize>(list: &[[u32; D]]) -> Vec<MultiIndex> {
        list.iter().map(|&part| part.into()).collect()
    }

    fn polynomial(terms: &[(&[&[u32]], Rational)]) -> PowerSumPolynomial {
        PowerSumPolynomial::from_terms(
            terms.iter().map(|(ps, c)| (ps.iter().map(|&a| (a.into(), 1)).collect(), c.clone())),
        )
    }

    #[test]
    fn small_cases_by_hand() {
        let two = augmented_monomial(&parts(&[[1, 0], [0, 1]]), 100).unwrap();
        assert_eq!(two, polynomial(&[(&[&[1, 0], &[0, 1]], integer(1)), (&[&[1, 1]], integer(-1))]));
        let e3 = monomial_multisymmetric(&parts(&[[1], [1], [1]]), 100).unwrap();
        let expected = [
            (&[&[1u32][..], &[1], &[1]][..], ratio(1, 6)),
            (&[&[1], &[2]], ratio(-1, 2)),
            (&[&[3]], ratio(1, 3)),
        ];
        assert_eq!(e3, polynomial(&expected));
        // Figure 2 of the paper: x_2² x_3 + x_2 x_3² and the like are p_1 p_2 − p_3.
        let figure = augmented_monomial(&parts(&[[2], [1]]), 100).unwrap();
        assert_eq!(figure, polynomial(&[(&[&[2], &[1]], integer(1)), (&[&[3]], integer(-1))]));
        assert_eq!(augmented_monomial(&[], 1).unwrap(), PowerSumPolynomial::constant(integer(1)));
    }

    #[test]
    fn blocks_with_equal_sums_merge() {
        // {1,2}{3,4} and {3}{1,2,4} both give p_3 p_7, with coefficients (−1)² and 2; likewise 4 and 6.
        let m = augmented_monomial(&parts(&[[1], [2], [3], [4]]), 100).unwrap();
        assert_eq!(m.len(), 15 - 2);
        let wanted: [(MultiIndex, u32); 2] = [([3].into(), 1), ([7].into(), 1)];
        let merged =
            m.terms().find_map(|(p, c)| p.map(|(a, e)| (a.clone(), e)).eq(wanted.clone()).then_some(c));
        assert_eq!(merged, Some(integer(3)));
    }

    #[test]
    fn numbers_of_terms() {
        for (k, expected) in [(1, 1), (10, 42), (30, 5604), (40, 37338)] {
            assert_eq!(monomial_multisymmetric(&vec![[1].into(); k], 100_000).unwrap().len(), expected);
        }
        // Far apart exponents: no two blocks have the same sum, so Bell(8) terms.
        let apart: Vec<MultiIndex> = (0..8).map(|r| [8u32.pow(r)].into()).collect();
        assert_eq!(augmented_monomial(&apart, 4140).unwrap().len(), 4140);
        assert_eq!(augmented_monomial(&apart, 4139), Err(RewritingError::TooManyTerms { limit: 4139 }));
    }

    #[test]
    fn unfit_parts_are_refused() {
        let zero = augmented_monomial(&parts(&[[1, 0], [0, 0]]), 9);
        assert_eq!(zero, Err(RewritingError::ZeroPart { position: 1 }));
        let mixed = augmented_monomial(&[[1].into(), [1, 0].into()], 9);
        assert_eq!(mixed, Err(RewritingError::DimensionMismatch { position: 1, expected: 1, found: 2 }));
        let large = augmented_monomial(&parts(&[[u32::MAX], [1]]), 9);
        assert_eq!(large, Err(RewritingError::ExponentOverflow));
    }

    #[test]
    fn hopeless_sizes_are_refused_at_once() {
        let refused = Err(RewritingError::TooManyTerms { limit: 1_000_000 });
        assert_eq!(augmented_monomial(&vec![[1].into(); 200_000], 1_000_000), refused);
        let distinct: Vec<MultiIndex> = (1..100).map(|r| [r].into()).collect();
        assert_eq!(augmented_monomial(&distinct, 1_000_000), refused);
        assert_eq!(augmented_monomial(&[], 0), Err(RewritingError::TooManyTerms { limit: 0 }));
    }
}
