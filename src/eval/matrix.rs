//! Sparse matrices in contiguous arrays, applied to tiles of tokens.

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

    /// All rows, each as its entries (column, value).
    #[inline(always)]
    pub(super) fn iter(&self) -> impl Iterator<Item = impl Iterator<Item = (usize, S)>> {
        self.starts.windows(2).map(|ends| {
            let (columns, values) = (&self.columns[ends[0]..ends[1]], &self.values[ends[0]..ends[1]]);
            columns.iter().copied().zip(values.iter().copied())
        })
    }

    /// `target += tile · matrix`
    #[inline(always)]
    pub(super) fn add_image<const L: usize>(&self, tile: &[[S; L]], target: &mut [[S; L]]) {
        for (row, factor) in self.iter().zip(tile) {
            add_row(row, factor, target);
        }
    }
}

/// The scalar products of a row with the tokens of a tile.
#[inline(always)]
pub(super) fn dot<S: Scalar, const L: usize>(
    row: impl Iterator<Item = (usize, S)>,
    tile: &[[S; L]],
) -> [S; L] {
    let mut sum = [S::zero(); L];
    for (column, value) in row {
        S::add_multiple(&mut sum, value, &tile[column]);
    }
    sum
}

/// `target += factor · row`, each token with its own factor.
#[inline(always)]
pub(super) fn add_row<S: Scalar, const L: usize>(
    row: impl Iterator<Item = (usize, S)>,
    factor: &[S; L],
    target: &mut [[S; L]],
) {
    for (column, value) in row {
        S::add_multiple(&mut target[column], value, factor);
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

    /// Writes the image of a tile.
    #[inline(always)]
    pub(super) fn write<const L: usize>(&self, tile: &[[S; L]], image: &mut [[S; L]]) {
        image.iter_mut().zip(&self.bias).for_each(|(slot, &value)| *slot = [value; L]);
        self.weights.add_image(tile, image);
    }
}
