//! Codes φ* of the discontinuous construction (Thm 2.13, §4.2): cells 0..M become integer vectors such that the sum
//! over a multiset of s cells tells the multiset.
//!
//! The paper takes s = n, all tokens; s = n − 1, the tokens other than x_i, suffices because ψ knows x_i's own cell.
//!
//! | code | d' | word of cell c | largest sum |
//! | --- | --- | --- | --- |
//! | histogram | M | unit vector e_c | s |
//! | moments | s | c, c², …, c^s | s·(M−1)^s |
//! | radix | 1 | (s+1)^c | s·(s+1)^{M−1} |
//! | Bose–Chowla | 1 | log_g(θ + a_c) in F_{q^h} | below s·q^h |

mod bose_chowla;
mod error;
mod growth;
mod moments;
mod radix;

pub use error::CodeError;
pub use growth::{first_cells_exceeding, first_separated_exceeding, information_bound};

use bose_chowla::BoseChowla;
use num_bigint::BigInt;
use num_traits::{One, Zero};

/// The most cells M of a code.
pub const MAX_CELLS: u64 = 1 << 20;
/// The largest multiset size s.
pub const MAX_SEPARATED: u32 = 1 << 20;
/// The most power sums of a moments code: decoding takes s² multiplications.
pub const MAX_MOMENTS: u32 = 1 << 10;
/// The most bits of a table of all words (or, if that is longer, of the folding weights).
pub const MAX_TABLE_BITS: u64 = 1 << 31;

/// Which code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CodeKind {
    /// One-hot: the sum counts the tokens of every cell.
    Histogram,
    /// Power sums 1..s of the cell number; Newton's identities give the multiset back.
    Moments,
    /// (s+1)^cell: the digits of the sum are the counts. The paper's (n+1)^cell is s = n.
    Radix,
    /// Discrete logarithms of θ + a (Bose and Chowla 1962): sums close to the least bits possible.
    BoseChowla,
}

/// A code for M cells whose sums separate multisets of exactly s cells.
#[derive(Debug, Clone)]
pub struct Code {
    kind: CodeKind,
    cells: u64,
    separated: u32,
    /// Of every coordinate, the largest sum of s words. (For Bose–Chowla s times the largest word.)
    largest_sums: Vec<BigInt>,
    bose_chowla: Option<BoseChowla>,
}

impl Code {
    /// The code for `cells` = M ≥ 1 cells and multisets of `separated` = s ≥ 0. Sizes are estimated and compared with
    /// the limits before any work is done.
    pub fn new(kind: CodeKind, cells: u64, separated: u32) -> Result<Self, CodeError> {
        check_size(kind, cells, separated)?;
        let s = BigInt::from(separated);
        let mut bose_chowla = None;
        let largest_sums = match kind {
            CodeKind::Histogram => vec![s; cells as usize],
            CodeKind::Moments => moments::word(cells - 1, separated).into_iter().map(|x| x * &s).collect(),
            CodeKind::Radix => vec![radix::word(cells - 1, separated) * s],
            CodeKind::BoseChowla => {
                let table = BoseChowla::new(cells, separated)?;
                let largest = s * table.largest();
                bose_chowla = Some(table);
                vec![largest]
            }
        };
        Ok(Self { kind, cells, separated, largest_sums, bose_chowla })
    }

    /// Which code this is.
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

    /// φ*(cell), d' non-negative integers. Computed at each call; only logarithms are stored.
    pub fn word(&self, cell: u64) -> Result<Vec<BigInt>, CodeError> {
        if cell >= self.cells {
            return Err(CodeError::NoSuchCell { cell, cells: self.cells });
        }
        Ok(match (&self.bose_chowla, self.kind) {
            (Some(table), _) => vec![table.word(cell)],
            (None, CodeKind::Histogram) => {
                (0..self.cells).map(|c| BigInt::from(u8::from(c == cell))).collect()
            }
            (None, CodeKind::Moments) => moments::word(cell, self.separated),
            (None, _) => vec![radix::word(cell, self.separated)],
        })
    }

    /// Σ φ*(cell) over a multiset of exactly s cells, in any order.
    pub fn sum(&self, cells: &[u64]) -> Result<Vec<BigInt>, CodeError> {
        if cells.len() as u64 != u64::from(self.separated) {
            return Err(CodeError::WrongCount { wanted: self.separated, got: cells.len() });
        }
        if let Some(&cell) = cells.iter().find(|&&cell| cell >= self.cells) {
            return Err(CodeError::NoSuchCell { cell, cells: self.cells });
        }
        let mut sums = vec![BigInt::zero(); self.dimension()];
        for &cell in cells {
            if self.kind == CodeKind::Histogram {
                // One coordinate instead of all M.
                sums[cell as usize] += 1;
            } else {
                sums.iter_mut().zip(self.word(cell)?).for_each(|(sum, entry)| *sum += entry);
            }
        }
        Ok(sums)
    }

    /// The multiset of s cells with the given sums, in increasing order. [`CodeError::NotASum`] if there is none.
    pub fn decode(&self, sums: &[BigInt]) -> Result<Vec<u64>, CodeError> {
        if sums.len() != self.dimension() {
            return Err(CodeError::WrongDimension { wanted: self.dimension(), got: sums.len() });
        }
        if sums.iter().zip(&self.largest_sums).any(|(sum, largest)| *sum < BigInt::zero() || sum > largest) {
            return Err(CodeError::NotASum);
        }
        let cells = match (&self.bose_chowla, self.kind, sums) {
            (Some(table), _, [sum]) => table.decode(sum, self.separated),
            (None, CodeKind::Histogram, counts) => cells_of_counts(counts, self.separated),
            (None, CodeKind::Moments, sums) => moments::decode(sums, self.cells),
            (None, CodeKind::Radix, [sum]) => {
                cells_of_counts(&radix::digits(sum, self.separated), self.separated)
            }
            _ => None,
        };
        // Whatever a decoder found, its sums are what counts.
        cells.filter(|cells| self.sum(cells).is_ok_and(|found| found == sums)).ok_or(CodeError::NotASum)
    }

    /// Bits of each coordinate of Σ: those of its largest value.
    pub fn coordinate_bits(&self) -> Vec<u64> {
        self.largest_sums.iter().map(BigInt::bits).collect()
    }

    /// Bits of all of Σ, the total over its coordinates; at least [`information_bound`].
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

    /// Bits of the largest folded key, Π_c (1 + largest Σ_c) − 1.
    pub fn key_bits(&self) -> u64 {
        (self.largest_sums.iter().map(|largest| largest + 1).product::<BigInt>() - 1u32).bits()
    }
}

/// Cell c as often as the c-th count says, if the counts add up to s. Counts are non-negative.
fn cells_of_counts(counts: &[BigInt], separated: u32) -> Option<Vec<u64>> {
    if counts.iter().sum::<BigInt>() != BigInt::from(separated) {
        return None;
    }
    let mut cells = Vec::new();
    for (cell, count) in counts.iter().enumerate() {
        cells.resize(cells.len() + usize::try_from(count).ok()?, cell as u64);
    }
    Some(cells)
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
