//! Sparse matrices in contiguous arrays.

use crate::numeric::Scalar;
use sumformer_checker::arith::number::Rational;
use sumformer_checker::format::network::AffineMap;

/// Compressed sparse rows: row r holds `columns[starts[r]..starts[r+1]]` and the values beside them.
pub(super) struct Rows<S> {
    starts: Vec<usize>,
    columns: Vec<usize>,
    values: Vec<S>,
}

impl<S: Scalar> Rows<S> {
    /// From entries (row, column, value) in row order.
    pub(super) fn compile<'a>(
        rows: usize,
        entries: impl IntoIterator<Item = (usize, usize, &'a Rational)>,
    ) -> Self {
        let mut compiled = Self { starts: vec![0; rows + 1], columns: Vec::new(), values: Vec::new() };
        for (row, column, value) in entries {
            compiled.starts[row + 1] += 1;
            compiled.columns.push(column);
            compiled.values.push(S::from_rational(value));
        }
        for row in 0..rows {
            compiled.starts[row + 1] += compiled.starts[row];
        }
        compiled
    }

    /// The entries (column, value) of a row.
    fn row(&self, row: usize) -> impl Iterator<Item = (usize, S)> {
        let range = self.starts[row]..self.starts[row + 1];
        self.columns[range.clone()].iter().copied().zip(self.values[range].iter().copied())
    }

    /// The scalar product of a row with a dense vector.
    pub(super) fn dot(&self, row: usize, vector: &[S]) -> S {
        self.row(row).fold(S::zero(), |sum, (column, value)| sum + value * vector[column])
    }

    /// `target += factor · row`
    pub(super) fn add_row(&self, row: usize, factor: S, target: &mut [S]) {
        for (column, value) in self.row(row) {
            target[column] += factor * value;
        }
    }

    /// `target += vector · matrix`; rows that meet a zero are skipped.
    pub(super) fn add_image(&self, vector: &[S], target: &mut [S]) {
        for (row, &factor) in vector.iter().enumerate().filter(|(_, factor)| !factor.is_zero()) {
            self.add_row(row, factor, target);
        }
    }

    /// The images of all rows of length `width` in `x`, each of length `outputs`, one after the other.
    pub(super) fn images(&self, x: &[S], width: usize, outputs: usize) -> Vec<S> {
        if outputs == 0 {
            return Vec::new();
        }
        let mut images = vec![S::zero(); x.len() / width * outputs];
        for (row, image) in x.chunks_exact(width).zip(images.chunks_exact_mut(outputs)) {
            self.add_image(row, image);
        }
        images
    }
}

/// `z ↦ z · W + b`
pub(super) struct Affine<S> {
    weights: Rows<S>,
    bias: Vec<S>,
}

impl<S: Scalar> Affine<S> {
    /// Compiles a validated map.
    pub(super) fn compile(map: &AffineMap, inputs: usize, outputs: usize) -> Self {
        let mut bias = vec![S::zero(); outputs];
        map.bias.iter().for_each(|(output, value)| bias[output] = S::from_rational(value));
        Self { weights: Rows::compile(inputs, map.weights.iter()), bias }
    }

    /// Writes the image of `input`.
    pub(super) fn write(&self, input: &[S], image: &mut [S]) {
        image.copy_from_slice(&self.bias);
        self.weights.add_image(input, image);
    }
}
