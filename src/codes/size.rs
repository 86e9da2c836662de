//! Sizes of a code's sums in closed form, without a word of its table.

use super::bose_chowla::Choice;
use super::{
    CodeError, CodeKind, MAX_CELLS, MAX_MOMENTS, MAX_SEPARATED, MAX_TABLE_BITS, bose_chowla, moments, radix,
};
use num_bigint::BigInt;
use num_traits::One;

/// The largest sums of a code for M cells and multisets of s.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeSize {
    kind: CodeKind,
    cells: u64,
    separated: u32,
    /// Of every coordinate, a number that no sum of s words passes.
    largest_sums: Vec<BigInt>,
    attained: bool,
}

impl CodeSize {
    /// Without any work that grows with a table of logarithms: for Bose–Chowla the largest sum is bounded by
    /// s·(q^h − 2), which takes the choice of the field only. Refuses what [`super::Code::new`] refuses before it
    /// starts to work.
    pub fn new(kind: CodeKind, cells: u64, separated: u32) -> Result<Self, CodeError> {
        check_size(kind, cells, separated)?;
        let s = BigInt::from(separated);
        let largest_sums = match kind {
            CodeKind::Histogram => vec![s; cells as usize],
            CodeKind::Moments => moments::word(cells - 1, separated).into_iter().map(|x| x * &s).collect(),
            CodeKind::Radix => vec![radix::word(cells - 1, separated) * s],
            CodeKind::BoseChowla => vec![s * Choice::affordable(cells, separated)?.largest()],
        };
        Ok(Self { kind, cells, separated, largest_sums, attained: kind != CodeKind::BoseChowla })
    }

    /// With s times the largest logarithm in place of the bound.
    pub(super) fn of_logarithms(cells: u64, separated: u32, table: &bose_chowla::BoseChowla) -> Self {
        let largest_sums = vec![table.largest() * separated];
        Self { kind: CodeKind::BoseChowla, cells, separated, largest_sums, attained: true }
    }

    /// Which code.
    pub fn kind(&self) -> CodeKind {
        self.kind
    }

    /// M.
    pub fn cells(&self) -> u64 {
        self.cells
    }

    /// s.
    pub fn separated(&self) -> u32 {
        self.separated
    }

    /// d', the number of coordinates of a word.
    pub fn dimension(&self) -> usize {
        self.largest_sums.len()
    }

    /// Of every coordinate, the largest sum of s words, or a bound on it.
    pub fn largest_sums(&self) -> &[BigInt] {
        &self.largest_sums
    }

    /// Whether the largest sums are attained, so that bits are exact; else they are upper bounds.
    pub fn is_attained(&self) -> bool {
        self.attained
    }

    /// Bits of each coordinate of Σ: those of its largest value.
    pub fn coordinate_bits(&self) -> Vec<u64> {
        self.largest_sums.iter().map(BigInt::bits).collect()
    }

    /// Bits of all of Σ, the total over its coordinates; at least [`super::information_bound`].
    pub fn sum_bits(&self) -> u64 {
        self.largest_sums.iter().map(BigInt::bits).sum()
    }

    /// Mixed-radix weights r_c = Π_{b<c} (1 + largest Σ_b): the key Σ_c r_c·Σ_c is one integer that tells the vector
    /// Σ. For one coordinate the weight is 1.
    pub fn fold_weights(&self) -> Vec<BigInt> {
        let mut weight = BigInt::one();
        let next = |largest: &BigInt| {
            let next = &weight * (largest + 1);
            std::mem::replace(&mut weight, next)
        };
        self.largest_sums.iter().map(next).collect()
    }

    /// Π_c (1 + largest Σ_c), above every folded key.
    pub fn key_bound(&self) -> BigInt {
        self.largest_sums.iter().map(|largest| largest + 1).product()
    }

    /// Bits of the largest folded key, Π_c (1 + largest Σ_c) − 1.
    pub fn key_bits(&self) -> u64 {
        (self.key_bound() - 1u32).bits()
    }
}

/// Compares sizes with the limits.
fn check_size(kind: CodeKind, cells: u64, separated: u32) -> Result<(), CodeError> {
    if cells == 0 {
        return Err(CodeError::NoCells);
    }
    if cells > MAX_CELLS {
        return Err(CodeError::TooManyCells { cells, limit: MAX_CELLS });
    }
    let limit = if kind == CodeKind::Moments { MAX_MOMENTS } else { MAX_SEPARATED };
    if separated > limit {
        return Err(CodeError::TooManySeparated { separated, limit });
    }
    let bits = |x: u64| u64::from(u64::BITS - x.leading_zeros());
    let (s, digit) = (u64::from(separated), bits(separated.into()));
    // No product here passes 2^20·2^20·21.
    let table = match kind {
        // Words, or folding weights (s+1)^0..(s+1)^{M−1}.
        CodeKind::Histogram | CodeKind::Radix => cells * cells * digit.max(1),
        CodeKind::Moments => cells * (s * (s + 1) / 2 * bits(cells - 1)).max(1),
        // Fields are below 2^126.
        CodeKind::BoseChowla => cells * 126,
    };
    if table > MAX_TABLE_BITS {
        return Err(CodeError::TableTooLarge { bits: table, limit: MAX_TABLE_BITS });
    }
    Ok(())
}
