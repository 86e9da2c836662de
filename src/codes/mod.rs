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
mod size;

pub use error::CodeError;
pub use growth::{first_cells_exceeding, first_separated_exceeding, information_bound, multisets};
pub use size::CodeSize;

use bose_chowla::BoseChowla;
use num_bigint::BigInt;
use num_traits::Zero;

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

impl CodeKind {
    /// As on the command line.
    pub fn name(self) -> &'static str {
        match self {
            CodeKind::Histogram => "histogram",
            CodeKind::Moments => "moments",
            CodeKind::Radix => "radix",
            CodeKind::BoseChowla => "bose-chowla",
        }
    }
}

/// A code for M cells whose sums separate multisets of exactly s cells.
#[derive(Debug, Clone)]
pub struct Code {
    size: CodeSize,
    bose_chowla: Option<BoseChowla>,
}

impl Code {
    /// The code for `cells` = M ≥ 1 cells and multisets of `separated` = s ≥ 0. Sizes are estimated and compared with
    /// the limits before any work is done.
    pub fn new(kind: CodeKind, cells: u64, separated: u32) -> Result<Self, CodeError> {
        let size = CodeSize::new(kind, cells, separated)?;
        if kind != CodeKind::BoseChowla {
            return Ok(Self { size, bose_chowla: None });
        }
        let table = BoseChowla::new(cells, separated)?;
        Ok(Self { size: CodeSize::of_logarithms(cells, separated, &table), bose_chowla: Some(table) })
    }

    /// The sizes of its sums.
    pub fn size(&self) -> &CodeSize {
        &self.size
    }

    /// Which code this is.
    pub fn kind(&self) -> CodeKind {
        self.size.kind()
    }

    /// M.
    pub fn cells(&self) -> u64 {
        self.size.cells()
    }

    /// s.
    pub fn separated(&self) -> u32 {
        self.size.separated()
    }

    /// d', the number of coordinates of a word.
    pub fn dimension(&self) -> usize {
        self.size.dimension()
    }

    /// φ*(cell), d' non-negative integers. Computed at each call; only logarithms are stored.
    pub fn word(&self, cell: u64) -> Result<Vec<BigInt>, CodeError> {
        if cell >= self.cells() {
            return Err(CodeError::NoSuchCell { cell, cells: self.cells() });
        }
        Ok(match (&self.bose_chowla, self.kind()) {
            (Some(table), _) => vec![table.word(cell)],
            (None, CodeKind::Histogram) => {
                (0..self.cells()).map(|c| BigInt::from(u8::from(c == cell))).collect()
            }
            (None, CodeKind::Moments) => moments::word(cell, self.separated()),
            (None, _) => vec![radix::word(cell, self.separated())],
        })
    }

    /// Σ φ*(cell) over a multiset of exactly s cells, in any order.
    pub fn sum(&self, cells: &[u64]) -> Result<Vec<BigInt>, CodeError> {
        if cells.len() as u64 != u64::from(self.separated()) {
            return Err(CodeError::WrongCount { wanted: self.separated(), got: cells.len() });
        }
        if let Some(&cell) = cells.iter().find(|&&cell| cell >= self.cells()) {
            return Err(CodeError::NoSuchCell { cell, cells: self.cells() });
        }
        let mut sums = vec![BigInt::zero(); self.dimension()];
        for &cell in cells {
            if self.kind() == CodeKind::Histogram {
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
        if sums
            .iter()
            .zip(self.size.largest_sums())
            .any(|(sum, largest)| *sum < BigInt::zero() || sum > largest)
        {
            return Err(CodeError::NotASum);
        }
        let cells = match (&self.bose_chowla, self.kind(), sums) {
            (Some(table), _, [sum]) => table.decode(sum, self.separated()),
            (None, CodeKind::Histogram, counts) => cells_of_counts(counts, self.separated()),
            (None, CodeKind::Moments, sums) => moments::decode(sums, self.cells()),
            (None, CodeKind::Radix, [sum]) => {
                cells_of_counts(&radix::digits(sum, self.separated()), self.separated())
            }
            _ => None,
        };
        // Whatever a decoder found, its sums are what counts.
        cells.filter(|cells| self.sum(cells).is_ok_and(|found| found == sums)).ok_or(CodeError::NotASum)
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
