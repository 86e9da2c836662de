//! Power sums of batches in f64.

use super::super::multi_index::MonomialTable;
use super::split::{DegreeBlock, Split};
use super::{PowerSums, ShapeError};
use nalgebra::{Const, DMatrixViewMut, Dyn, MatrixView};

/// From this many tokens on the matrix product of nalgebra (packed, with the vector instructions of the machine)
/// beats the plain loop; below, its packing costs more than the product. Measured at d = 8, D = 8 on x86-64 with
/// AVX2: from n = 8 up to n = 256 the product takes 0.6–0.85 of the time of the loop.
const GEMM_FROM_TOKENS: usize = 8;

/// … and only for blocks with this many rows and columns: at d = 4, D = 8 (at most 9 rows) it is 5 % slower, at
/// d = 4, D = 16 (up to 17 rows) 10 % faster.
const GEMM_FROM_ROWS: usize = 10;

/// Size of the tables of one tile of tokens, chosen so that they stay in the second-level cache.
const TABLE_BYTES: usize = 1 << 18;

/// Longer sequences are summed stretch by stretch: the monomials of one stretch, read again for every product row,
/// stay in the first-level cache at d = 4, D = 8 (measured there: 64 takes 0.8 of the time of 256).
const LONGEST_STRETCH: usize = 64;

impl PowerSums {
    /// All power sums of a batch.
    ///
    /// `tokens`: shape (B, n, d), coordinate k of token j of sequence b at `(b·n + j)·d + k`. `output`: shape
    /// (B, count), row b holding the p_α of sequence b in graded lexicographic order. The sums are accumulated in
    /// token order up to the blocking of the matrix product; allocations do not depend on the number of monomials
    /// beyond three tables.
    pub fn evaluate_f64(
        &self,
        sequences: usize,
        length: usize,
        tokens: &[f64],
        output: &mut [f64],
    ) -> Result<(), ShapeError> {
        self.check_tokens(sequences, length, tokens.len())?;
        let results = sequences.saturating_mul(self.count());
        if results != output.len() {
            return Err(ShapeError::Output { expected: results, found: output.len() });
        }
        if results > 0 {
            Workspace::new(&self.split, length).run(tokens, length, output);
        }
        Ok(())
    }
}

/// The tables of one tile of tokens and the product rows of one sequence.
struct Workspace<'a> {
    split: &'a Split,
    /// Tokens per tile: whole sequences, or a stretch of one.
    tile: usize,
    /// Coordinates, then monomials of either half, one row of `tile` numbers each.
    coordinates: Vec<f64>,
    left: Vec<f64>,
    right: Vec<f64>,
    /// The right table of one sequence with the monomials of a token together.
    by_token: Vec<f64>,
    products: Vec<f64>,
}

impl<'a> Workspace<'a> {
    fn new(split: &'a Split, length: usize) -> Self {
        let (left, right) = (split.left.len(), split.right.len());
        let fitting = TABLE_BYTES / 8 / (left + right);
        let stretch = length.clamp(1, LONGEST_STRETCH);
        let tile = if length > stretch { stretch } else { (fitting / stretch).max(1) * stretch };
        let dimension = split.left.dimension() + split.right.dimension();
        Self {
            split,
            tile,
            coordinates: vec![0.0; dimension * tile],
            left: vec![0.0; left * tile],
            right: vec![0.0; right * tile],
            by_token: vec![0.0; right * stretch],
            products: vec![0.0; split.products()],
        }
    }

    fn run(&mut self, tokens: &[f64], length: usize, output: &mut [f64]) {
        let dimension = self.split.left.dimension() + self.split.right.dimension();
        let count = self.split.places.len();
        if length > self.tile {
            for (sequence, output) in
                tokens.chunks_exact(length * dimension).zip(output.chunks_exact_mut(count))
            {
                self.products.fill(0.0);
                for stretch in sequence.chunks(self.tile * dimension) {
                    self.tabulate(stretch, dimension);
                    self.accumulate(0, stretch.len() / dimension);
                }
                self.emit(output);
            }
            return;
        }
        if length == 0 {
            output.fill(0.0);
            return;
        }
        let per_tile = self.tile / length;
        let tiles = tokens.chunks(per_tile * length * dimension).zip(output.chunks_mut(per_tile * count));
        for (tile, outputs) in tiles {
            self.tabulate(tile, dimension);
            for (b, output) in outputs.chunks_exact_mut(count).enumerate() {
                self.products.fill(0.0);
                self.accumulate(b * length, length);
                self.emit(output);
            }
        }
    }

    /// Fills both tables for the tokens of a tile.
    fn tabulate(&mut self, tokens: &[f64], dimension: usize) {
        for (k, row) in self.coordinates.chunks_exact_mut(self.tile).enumerate() {
            for (slot, token) in row.iter_mut().zip(tokens.chunks_exact(dimension)) {
                *slot = token[k];
            }
        }
        let (first, second) = self.coordinates.split_at(self.split.left.dimension() * self.tile);
        tabulate_half(&self.split.left, first, &mut self.left, self.tile);
        tabulate_half(&self.split.right, second, &mut self.right, self.tile);
    }

    /// Adds the contributions of the tokens `from .. from + length` of the tile to the product rows.
    fn accumulate(&mut self, from: usize, length: usize) {
        if self.split.left.dimension() == 0 {
            for (sum, row) in self.products.iter_mut().zip(self.right.chunks_exact(self.tile)) {
                *sum += row[from..from + length].iter().sum::<f64>();
            }
            return;
        }
        let stride = self.split.right.len();
        for (g, row) in self.right.chunks_exact(self.tile).enumerate() {
            for (slot, &value) in self.by_token[g..].iter_mut().step_by(stride).zip(&row[from..from + length])
            {
                *slot = value;
            }
        }
        for block in self.split.blocks() {
            let left = &self.left[block.rows.start * self.tile + from..];
            let out = &mut self.products[block.start..][..block.rows.len() * block.width];
            if length >= GEMM_FROM_TOKENS
                && block.rows.len() >= GEMM_FROM_ROWS
                && block.width >= GEMM_FROM_ROWS
            {
                multiply(out, &block, left, self.tile, &self.by_token, stride, length);
            } else {
                for (row, weights) in out.chunks_exact_mut(block.width).zip(left.chunks(self.tile)) {
                    combine(row, &weights[..length], &self.by_token, stride);
                }
            }
        }
    }

    fn emit(&self, output: &mut [f64]) {
        for (slot, &place) in output.iter_mut().zip(&self.split.places) {
            *slot = self.products[place as usize];
        }
    }
}

/// Rows of monomials by the parent chain, one product per number.
fn tabulate_half(table: &MonomialTable, coordinates: &[f64], rows: &mut [f64], tile: usize) {
    rows[..tile].fill(1.0);
    for (entry, (parent, variable)) in table.chain().enumerate() {
        let (done, rest) = rows.split_at_mut((entry + 1) * tile);
        let factors = done[parent * tile..][..tile].iter().zip(&coordinates[variable * tile..][..tile]);
        for (slot, (a, b)) in rest[..tile].iter_mut().zip(factors) {
            *slot = a * b;
        }
    }
}

/// `row += Σ_j weights[j] · columns[j]`, columns `stride` apart, eight tokens per pass over the row.
fn combine(row: &mut [f64], weights: &[f64], columns: &[f64], stride: usize) {
    let length = row.len();
    let (eights, rest) = weights.as_chunks::<8>();
    for (chunk, w) in eights.iter().enumerate() {
        let c: [&[f64]; 8] = std::array::from_fn(|j| &columns[(8 * chunk + j) * stride..][..length]);
        for (i, slot) in row.iter_mut().enumerate() {
            let low = (w[0] * c[0][i] + w[1] * c[1][i]) + (w[2] * c[2][i] + w[3] * c[3][i]);
            let high = (w[4] * c[4][i] + w[5] * c[5][i]) + (w[6] * c[6][i] + w[7] * c[7][i]);
            *slot += low + high;
        }
    }
    for (j, &w) in rest.iter().enumerate() {
        let column = &columns[(8 * eights.len() + j) * stride..][..length];
        for (slot, &value) in row.iter_mut().zip(column) {
            *slot += w * value;
        }
    }
}

/// One degree block as a matrix product; nalgebra stores columns, so it is formed transposed: `out` (width × rows) +=
/// `right` (width × length, columns `stride` apart) · `left` (length × rows, columns `tile` apart).
///
/// All three have unit row stride: views with other row strides crashed in nalgebra 0.35.
fn multiply(
    out: &mut [f64],
    block: &DegreeBlock,
    left: &[f64],
    tile: usize,
    right: &[f64],
    stride: usize,
    length: usize,
) {
    let (rows, width) = (Dyn(block.rows.len()), Dyn(block.width));
    let left = MatrixView::from_slice_with_strides_generic(left, Dyn(length), rows, Const::<1>, Dyn(tile));
    let right =
        MatrixView::from_slice_with_strides_generic(right, width, Dyn(length), Const::<1>, Dyn(stride));
    DMatrixViewMut::from_slice_generic(out, width, rows).gemm(1.0, &right, &left, 1.0);
}
