//! Keys: one integer κ(own cell; the other cells) per entry of the table, by which ψ looks up its value.
//!
//! Codes with few coordinates are folded: κ = K·a + Σ_c r_c·Σ_c, a the own cell, K above every folded sum. A histogram
//! is ranked instead, since its mixed radix would take M·log2(s+1) bits: κ = R·a + rank, R = C(M+s−1, s), where the rank
//! of c_1 ≤ … ≤ c_s in the combinatorial number system is Σ_i C(c_i+i−1, i).

use super::DiscontinuousError;
use super::error::check_limit;
use crate::codes::{Code, CodeError, CodeKind, CodeSize, multisets};
use num_bigint::BigInt;
use num_traits::ToPrimitive;
use std::ops::AddAssign;
use sumformer_checker::arith::number::Rational;

/// Keys of at most this many bits are machine integers.
const SMALL_BITS: u64 = 127;

/// Which multiset the latent Σ tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Separation {
    /// The cells of the n − 1 other tokens; suffices, because ψ knows the own cell.
    Others,
    /// The cells of all n tokens, as in the paper.
    All,
}

impl Separation {
    /// As on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Separation::Others => "others",
            Separation::All => "all",
        }
    }
}

/// n − 1.
pub(super) fn separated_others(tokens: usize) -> Result<u32, DiscontinuousError> {
    let others = tokens.checked_sub(1).ok_or(DiscontinuousError::NoTokens)?;
    u32::try_from(others).map_err(|_| DiscontinuousError::TooManyTokens(tokens))
}

/// The kind of code and s for n tokens. Without other tokens there is nothing to separate, and whatever the kind it is
/// the moments code with s = 0 and d' = 0.
fn separated(
    kind: CodeKind,
    separation: Separation,
    tokens: usize,
) -> Result<(CodeKind, u32), DiscontinuousError> {
    let others = separated_others(tokens)?;
    let separated = match separation {
        Separation::Others => others,
        Separation::All => others.checked_add(1).ok_or(DiscontinuousError::TooManyTokens(tokens))?,
    };
    Ok((if separated == 0 { CodeKind::Moments } else { kind }, separated))
}

/// The code for M cells and n tokens.
pub(super) fn code_for(
    kind: CodeKind,
    separation: Separation,
    tokens: usize,
    cells: u64,
) -> Result<Code, DiscontinuousError> {
    let (kind, separated) = separated(kind, separation, tokens)?;
    Ok(Code::new(kind, cells, separated)?)
}

/// Its sizes, without its table.
pub(super) fn code_size(
    kind: CodeKind,
    separation: Separation,
    tokens: usize,
    cells: u64,
) -> Result<CodeSize, DiscontinuousError> {
    let (kind, separated) = separated(kind, separation, tokens)?;
    Ok(CodeSize::new(kind, cells, separated)?)
}

/// K or R, the weight of the own cell; all keys are below M times it.
pub(super) fn own_weight(code: &CodeSize) -> Result<BigInt, CodeError> {
    Ok(match code.kind() {
        CodeKind::Histogram => multisets(code.cells(), code.separated())?.into(),
        _ => code.key_bound(),
    })
}

/// M·K − 1, of which no key is larger.
pub(super) fn largest_key(code: &CodeSize, own_weight: &BigInt) -> BigInt {
    own_weight * code.cells() - 1
}

/// Keys by adding up what every cell contributes.
pub(super) struct Folded<K> {
    /// K·a, and with [`Separation::All`] the own cell's folded word.
    own: Vec<K>,
    /// Folded words.
    others: Vec<K>,
}

impl Folded<BigInt> {
    pub(super) fn new(code: &Code, separation: Separation, weight: &BigInt) -> Result<Self, CodeError> {
        let radix = code.size().fold_weights();
        let fold = |cell| -> Result<BigInt, CodeError> {
            Ok(code.word(cell)?.iter().zip(&radix).map(|(entry, weight)| entry * weight).sum())
        };
        let others = (0..code.cells()).map(fold).collect::<Result<Vec<_>, _>>()?;
        let mut own: Vec<_> = (0..code.cells()).map(|cell| weight * cell).collect();
        if separation == Separation::All {
            own.iter_mut().zip(&others).for_each(|(own, word)| *own += word);
        }
        Ok(Self { own, others })
    }

    /// In machine integers, if the largest key fits, and so all its parts.
    pub(super) fn small(&self, largest: &BigInt) -> Option<Folded<i128>> {
        if largest.bits() > SMALL_BITS {
            return None;
        }
        let read = |parts: &[BigInt]| parts.iter().map(BigInt::to_i128).collect::<Option<Vec<_>>>();
        Some(Folded { own: read(&self.own)?, others: read(&self.others)? })
    }
}

impl<K: Clone + for<'a> AddAssign<&'a K>> Folded<K> {
    pub(super) fn key(&self, own: u64, others: &[u64]) -> K {
        let mut key = self.own[own as usize].clone();
        others.iter().for_each(|&cell| key += &self.others[cell as usize]);
        key
    }
}

/// Keys by the rank of the multiset.
pub(super) struct Ranked {
    separation: Separation,
    /// R.
    weight: i128,
    /// Row i − 1: C(c+i−1, i) for c = 0..M.
    binomials: Vec<Vec<i128>>,
}

impl Ranked {
    /// Refused if keys, which are below M·R, do not fit 127 bits.
    pub(super) fn new(
        code: &Code,
        separation: Separation,
        weight: &BigInt,
    ) -> Result<Self, DiscontinuousError> {
        check_limit("bits in a rank", (weight * code.cells()).bits().into(), SMALL_BITS)?;
        // C(c+i−1, i) = C(c+i−2, i) + C(c+i−2, i−1), and C(c−1, 0) = 1.
        let mut row = vec![1; code.cells() as usize];
        let binomials = (0..code.separated()).map(|_| {
            row[0] = 0;
            (1..row.len()).for_each(|c| row[c] += row[c - 1]);
            row.clone()
        });
        let weight = weight.to_i128().unwrap_or_default();
        Ok(Self { separation, weight, binomials: binomials.collect() })
    }

    pub(super) fn key(&self, own: u64, others: &[u64]) -> i128 {
        let (below, rest) = others.split_at(others.partition_point(|&cell| cell < own));
        let own_too = (self.separation == Separation::All).then_some(&own);
        let cells = below.iter().chain(own_too).chain(rest);
        let rank: i128 = self.binomials.iter().zip(cells).map(|(row, &cell)| row[cell as usize]).sum();
        self.weight * i128::from(own) + rank
    }
}

/// Sorted keys, in machine integers if they fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Keys {
    Small(Vec<i128>),
    Big(Vec<BigInt>),
}

impl Keys {
    pub(super) fn len(&self) -> usize {
        match self {
            Keys::Small(keys) => keys.len(),
            Keys::Big(keys) => keys.len(),
        }
    }

    /// ½ − κ_r, the bias of the unit that jumps at key κ_r.
    pub(super) fn bias(&self, r: usize) -> Rational {
        let key = match self {
            Keys::Small(keys) => BigInt::from(keys[r]),
            Keys::Big(keys) => keys[r].clone(),
        };
        // An odd number over 2 is reduced.
        Rational::reduced(BigInt::from(1) - (key << 1), BigInt::from(2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use itertools::Itertools;

    #[test]
    fn ranks_are_a_bijection_onto_an_initial_segment() {
        for (cells, separated) in [(1, 1), (1, 4), (4, 1), (2, 5), (5, 3), (7, 4)] {
            let code = Code::new(CodeKind::Histogram, cells, separated).expect("a code");
            let weight = own_weight(code.size()).expect("small");
            let ranked = Ranked::new(&code, Separation::Others, &weight).expect("small");
            let ranks: Vec<i128> = (0..cells)
                .combinations_with_replacement(separated as usize)
                .map(|multiset| ranked.key(0, &multiset))
                .sorted()
                .collect();
            let all: Vec<i128> = (0..weight.to_i128().expect("small")).collect();
            assert_eq!(ranks, all, "M = {cells}, s = {separated}");
        }
    }
}
