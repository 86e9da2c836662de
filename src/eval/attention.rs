//! Attention heads as the architectures define them: softmax in O(n²), Linformer in O(nk), Performer in O(nm).
//!
//! Only columns of Q, K and V that are not identically zero are computed. Without any column in common the scores
//! are zero for every query, so one query stands for all.

use super::matrix::Rows;
use super::tile::{for_each_tile, slots, slots_mut, transpose_in, transpose_out};
use crate::numeric::{Scalar, Summation};
use nalgebra::{DMatrix, DMatrixView};
use std::borrow::Cow;
use std::collections::BTreeMap;
use sumformer_checker::arith::number::Exact;
use sumformer_checker::format::network::{self, Mechanism, Projection, UniformValue};
use sumformer_checker::format::sparse::{SparseMatrix, SparseVector};

/// Queries per product Q Kᵀ, so that the scores take O(n) memory.
const QUERIES_AT_ONCE: usize = 32;

/// A compiled head together with its own rows of W_O.
pub(super) struct Head<S> {
    kernel: Kernel<S>,
    query: Columns<S>,
    key: Columns<S>,
    value: Columns<S>,
    /// From the kept columns of V to the slots.
    output: Rows<S>,
    /// D
    width: usize,
}

/// A D × D matrix restricted to some of its columns.
struct Columns<S> {
    rows: Rows<S>,
    count: usize,
}

enum Kernel<S> {
    /// Scores are divided by √D.
    Softmax {
        root: S,
    },
    Linformer {
        root: S,
        e: Mixing<S>,
        f: Mixing<S>,
    },
    Performer {
        normalized: bool,
        /// ω on the kept columns of Q, m × columns.
        query_features: DMatrix<S>,
        /// ω on the kept columns of K, m × columns.
        key_features: DMatrix<S>,
    },
}

/// A k × n projection.
enum Mixing<S> {
    /// k equal rows.
    Uniform(S),
    /// Equal rows of 1/n.
    ReciprocalLength,
    Rows(Vec<Vec<S>>),
}

/// The kept columns, numbered consecutively.
type Kept = BTreeMap<usize, usize>;

fn number(columns: impl IntoIterator<Item = usize>) -> Kept {
    let mut kept: Kept = columns.into_iter().map(|column| (column, 0)).collect();
    kept.values_mut().enumerate().for_each(|(index, value)| *value = index);
    kept
}

fn columns_of(matrix: &SparseMatrix) -> Kept {
    number(matrix.iter().map(|(_, column, _)| column))
}

/// The columns both matrices use: elsewhere the products of their images vanish.
fn common(a: &Kept, b: &Kept) -> Kept {
    number(a.keys().copied().filter(|column| b.contains_key(column)))
}

impl<S: Scalar> Columns<S> {
    fn compile(matrix: &SparseMatrix, kept: &Kept, width: usize) -> Self {
        let entries = matrix.iter().filter_map(|(row, column, w)| Some((row, *kept.get(&column)?, w)));
        Self { rows: Rows::compile(width, entries), count: kept.len() }
    }

    /// The images of the tokens of a stream in tiles, token by token.
    fn images(&self, stream: &[S], tokens: usize, width: usize) -> Vec<S> {
        let mut images = vec![S::zero(); tokens * self.count];
        if self.count == 0 {
            return images;
        }
        let mut tile = Vec::new();
        for_each_tile!(tokens, |start, LANES| {
            tile.clear();
            tile.resize(LANES * self.count, S::zero());
            let image = slots_mut::<S, LANES>(&mut tile, 0, self.count);
            self.rows.add_image(slots(stream, start, width), image);
            transpose_out(image, &mut images[start * self.count..]);
        });
        images
    }
}

impl<S: Scalar> Mixing<S> {
    fn compile(projection: &Projection) -> Self {
        match projection {
            Projection::Uniform { value: UniformValue::ReciprocalLength, .. } => Self::ReciprocalLength,
            Projection::Uniform { value: UniformValue::Fixed(Exact(value)), .. } => {
                Self::Uniform(S::from_rational(value))
            }
            Projection::Rows(rows) => {
                let round = |row: &Vec<Exact>| row.iter().map(|Exact(w)| S::from_rational(w)).collect();
                Self::Rows(rows.iter().map(round).collect())
            }
        }
    }

    /// k as far as it matters: equal rows are written once unless the other projection tells them apart.
    fn distinct_rows(&self) -> usize {
        match self {
            Self::Uniform(_) | Self::ReciprocalLength => 1,
            Self::Rows(rows) => rows.len(),
        }
    }

    /// `P · rows`, for a matrix with one row for each token: one row for each of the projection, `rank` of them.
    fn project(&self, rows: Table<'_, S>, rank: usize, summation: Summation) -> Vec<S> {
        let mut projected = Vec::with_capacity(rank * rows.columns);
        match self {
            Self::Uniform(value) => rows.combine(|_| *value, summation, &mut projected),
            Self::ReciprocalLength => {
                let reciprocal = S::one() / S::from_count(rows.count);
                rows.combine(|_| reciprocal, summation, &mut projected);
            }
            Self::Rows(weights) => {
                weights.iter().for_each(|row| rows.combine(|token| row[token], summation, &mut projected));
            }
        }
        if !matches!(self, Self::Rows(_)) {
            projected = projected.repeat(rank);
        }
        projected
    }
}

/// A matrix, row by row.
#[derive(Clone, Copy)]
struct Table<'a, S> {
    numbers: &'a [S],
    count: usize,
    columns: usize,
}

impl<'a, S: Scalar> Table<'a, S> {
    /// `count` rows of a matrix with so many columns, from a row on.
    fn part(numbers: &'a [S], first: usize, count: usize, columns: usize) -> Self {
        Self { numbers: &numbers[first * columns..][..count * columns], count, columns }
    }

    fn row(self, row: usize) -> &'a [S] {
        &self.numbers[row * self.columns..][..self.columns]
    }

    fn column(self, column: usize) -> impl Iterator<Item = S> {
        (0..self.count).map(move |row| self.row(row)[column])
    }

    /// The transposed matrix as nalgebra has it, column by column.
    fn transposed(self) -> DMatrixView<'a, S> {
        DMatrixView::from_slice(self.numbers, self.columns, self.count)
    }

    /// Appends Σ_r weight_r · row r for weights that are positive and have the sum 1.
    fn mean(self, weights: &[S], summation: Summation, combined: &mut Vec<S>) {
        let start = combined.len();
        self.combine(|row| weights[row], summation, combined);
        for (column, mean) in combined[start..].iter_mut().enumerate() {
            *mean = mean.within_hull(self.column(column));
        }
    }

    /// Appends Σ_r weight(r) · row r.
    fn combine(self, weight: impl Fn(usize) -> S, summation: Summation, combined: &mut Vec<S>) {
        let start = combined.len();
        combined.resize(start + self.columns, S::zero());
        let sums = &mut combined[start..];
        if summation == Summation::InOrder {
            for row in 0..self.count {
                let weight = weight(row);
                sums.iter_mut().zip(self.row(row)).for_each(|(sum, &value)| *sum += weight * value);
            }
            return;
        }
        let mut terms = Vec::with_capacity(self.count);
        for (column, sum) in sums.iter_mut().enumerate() {
            terms.clear();
            terms.extend(self.column(column).enumerate().map(|(row, value)| weight(row) * value));
            *sum = summation.sum(&mut terms);
        }
    }
}

impl<S: Scalar> Head<S> {
    /// Compiles the heads of a validated layer.
    pub(super) fn compile_all(layer: &network::Attention, width: usize) -> Vec<Self> {
        layer.heads.iter().enumerate().map(|(h, head)| Self::compile(layer, h, head, width)).collect()
    }

    fn compile(layer: &network::Attention, index: usize, head: &network::Head, width: usize) -> Self {
        let own = index * width..(index + 1) * width;
        let output = layer.output.iter().filter(|(row, _, _)| own.contains(row));
        let output: Vec<_> = output.map(|(row, slot, w)| (row - own.start, slot, w)).collect();
        let used = number(output.iter().map(|(row, _, _)| *row));
        let values = common(&columns_of(&head.value), &used);
        let (mut queries, mut keys) = (columns_of(&head.query), columns_of(&head.key));
        let root = S::from_count(width).sqrt();
        let kernel = match &head.mechanism {
            Mechanism::Softmax => Kernel::Softmax { root },
            Mechanism::Linformer { e, f } => {
                Kernel::Linformer { root, e: Mixing::compile(e), f: Mixing::compile(f) }
            }
            Mechanism::Performer { normalized, features } => Kernel::Performer {
                normalized: *normalized,
                query_features: restrict(features, &queries),
                key_features: restrict(features, &keys),
            },
        };
        if !matches!(kernel, Kernel::Performer { .. }) {
            queries = common(&queries, &keys);
            keys = queries.clone();
        }
        Self {
            width,
            kernel,
            query: Columns::compile(&head.query, &queries, width),
            key: Columns::compile(&head.key, &keys, width),
            value: Columns::compile(&head.value, &values, width),
            output: Rows::compile(
                values.len(),
                output.into_iter().filter_map(|(row, slot, w)| Some((*values.get(&row)?, slot, w))),
            ),
        }
    }

    /// Adds this head's part of Att(X), for so many tokens in sequences of n, to `attended`; both streams are in tiles.
    pub(super) fn add_output(
        &self,
        stream: &[S],
        attended: &mut [S],
        tokens: usize,
        n: usize,
        summation: Summation,
    ) {
        if self.value.count == 0 {
            return;
        }
        let images = |columns: &Columns<S>| columns.images(stream, tokens, self.width);
        let (queries, keys, values) = (images(&self.query), images(&self.key), images(&self.value));
        let kernel = self.kernel.for_sequences(self.query.count, self.key.count, n, summation);
        let mut mixed = Vec::with_capacity(values.len());
        for sequence in 0..tokens / n {
            let rows = |numbers, columns| Table::part(numbers, sequence * n, n, columns);
            let queries = rows(&queries, self.query.count);
            let (keys, values) = (rows(&keys, self.key.count), rows(&values, self.value.count));
            let start = mixed.len();
            kernel.mix(queries, keys, values, summation, &mut mixed);
            // One query stands for all where queries have no columns.
            if self.query.count == 0 {
                let first = start..mixed.len();
                (1..n).for_each(|_| mixed.extend_from_within(first.clone()));
            }
        }
        self.write(&mixed, attended, tokens);
    }

    /// Adds the images of what was mixed, token by token.
    fn write(&self, mixed: &[S], attended: &mut [S], tokens: usize) {
        let mut tile = Vec::new();
        for_each_tile!(tokens, |start, LANES| {
            tile.resize(LANES * self.value.count, S::zero());
            let columns = slots_mut::<S, LANES>(&mut tile, 0, self.value.count);
            transpose_in(&mixed[start * self.value.count..], columns);
            self.output.add_image(columns, slots_mut(attended, start, self.width));
        });
    }
}

/// The features as a dense m × columns matrix.
fn restrict<S: Scalar>(features: &[SparseVector], kept: &Kept) -> DMatrix<S> {
    let mut dense = DMatrix::from_element(features.len(), kept.len(), S::zero());
    for (row, feature) in features.iter().enumerate() {
        for (column, value) in feature.iter() {
            if let Some(&column) = kept.get(&column) {
                dense[(row, column)] = S::from_rational(value);
            }
        }
    }
    dense
}

/// A kernel with what is the same for all sequences.
enum SequenceKernel<'a, S> {
    /// Weights of the one query that stands for all, whose scores are zero, and what is done to values before.
    Uniform {
        weights: Vec<S>,
        values: Option<&'a Mixing<S>>,
    },
    Softmax {
        root: S,
    },
    Linformer {
        root: S,
        e: &'a Mixing<S>,
        f: &'a Mixing<S>,
        rank: usize,
    },
    Performer {
        normalized: bool,
        queries: FeatureMap<'a, S>,
        keys: FeatureMap<'a, S>,
    },
}

impl<S: Scalar> Kernel<S> {
    fn for_sequences(
        &self,
        query_columns: usize,
        key_columns: usize,
        n: usize,
        summation: Summation,
    ) -> SequenceKernel<'_, S> {
        let uniform = |count, values| {
            let mut weights = vec![S::zero(); count];
            S::softmax(&mut weights, summation, &mut Vec::new());
            SequenceKernel::Uniform { weights, values }
        };
        match self {
            Self::Softmax { .. } if query_columns == 0 => uniform(n, None),
            Self::Softmax { root } => SequenceKernel::Softmax { root: *root },
            Self::Linformer { root, e, f } => {
                let rank = e.distinct_rows().max(f.distinct_rows());
                match query_columns {
                    0 => uniform(rank, Some(f)),
                    _ => SequenceKernel::Linformer { root: *root, e, f, rank },
                }
            }
            Self::Performer { normalized, query_features, key_features } => {
                let map = |features, columns, count, shared| {
                    let constant = (columns == 0).then(|| {
                        let z = DMatrixView::from_slice(&[], 0, count);
                        feature_map(features, z, *normalized, shared)
                    });
                    FeatureMap { features, constant, shared }
                };
                SequenceKernel::Performer {
                    normalized: *normalized,
                    queries: map(query_features, query_columns, 1, false),
                    keys: map(key_features, key_columns, n, true),
                }
            }
        }
    }
}

impl<S: Scalar> SequenceKernel<'_, S> {
    /// Appends what the queries of a sequence see, one row for each; a single one where queries have no columns.
    fn mix(
        &self,
        queries: Table<'_, S>,
        keys: Table<'_, S>,
        values: Table<'_, S>,
        summation: Summation,
        mixed: &mut Vec<S>,
    ) {
        match self {
            Self::Uniform { weights, values: None } => values.mean(weights, summation, mixed),
            Self::Uniform { weights, values: Some(f) } => {
                let projected = f.project(values, weights.len(), summation);
                Table::part(&projected, 0, weights.len(), values.columns).mean(weights, summation, mixed);
            }
            Self::Softmax { root } => softmax_attention(queries, keys, values, *root, summation, mixed),
            Self::Linformer { root, e, f, rank } => {
                let (e, f) = (e.project(keys, *rank, summation), f.project(values, *rank, summation));
                let keys = Table::part(&e, 0, *rank, keys.columns);
                let values = Table::part(&f, 0, *rank, values.columns);
                softmax_attention(queries, keys, values, *root, summation, mixed);
            }
            Self::Performer { normalized, queries: query_map, keys: key_map } => {
                let queries = query_map.of(queries, *normalized);
                let keys = key_map.of(keys, *normalized);
                linear_attention(&queries, &keys, values, *normalized, summation, mixed);
            }
        }
    }
}

/// Appends `softmax(Q Kᵀ / √D) V`, one row per query; Q, K, V have one row per token (or projected token).
fn softmax_attention<S: Scalar>(
    queries: Table<'_, S>,
    keys: Table<'_, S>,
    values: Table<'_, S>,
    root: S,
    summation: Summation,
    mixed: &mut Vec<S>,
) {
    let (queries, keys) = (queries.transposed(), keys.transposed().transpose());
    let mut scratch = Vec::with_capacity(values.count);
    for start in (0..queries.ncols()).step_by(QUERIES_AT_ONCE) {
        let count = QUERIES_AT_ONCE.min(queries.ncols() - start);
        let mut scores = &keys * queries.columns(start, count);
        for mut weights in scores.column_iter_mut() {
            let weights = weights.as_mut_slice();
            weights.iter_mut().for_each(|score| *score = *score / root);
            S::softmax(weights, summation, &mut scratch);
            values.mean(weights, summation, mixed);
        }
    }
}

/// A feature map, and its values where it depends on no token.
struct FeatureMap<'a, S> {
    features: &'a DMatrix<S>,
    constant: Option<DMatrix<S>>,
    shared: bool,
}

impl<S: Scalar> FeatureMap<'_, S> {
    fn of(&self, rows: Table<'_, S>, normalized: bool) -> Cow<'_, DMatrix<S>> {
        match &self.constant {
            Some(constant) => Cow::Borrowed(constant),
            None => Cow::Owned(feature_map(self.features, rows.transposed(), normalized, self.shared)),
        }
    }
}

/// `a(z) = exp(ω·z − ‖z‖²/2)/√m` for every column z, m × n.
///
/// Where rows are divided by their sums, factors common to all features of a query, or to all keys, cancel; they are
/// left out before they can overflow.
fn feature_map<S: Scalar>(
    features: &DMatrix<S>,
    z: DMatrixView<'_, S>,
    normalized: bool,
    shared: bool,
) -> DMatrix<S> {
    let two = S::one() + S::one();
    let root = S::from_count(features.nrows()).sqrt();
    let mut exponents = features * z;
    for (mut column, z) in exponents.column_iter_mut().zip(z.column_iter()) {
        let half_norm = z.iter().fold(S::zero(), |sum, &t| sum + t.square()) / two;
        column.iter_mut().for_each(|t| *t = *t - half_norm);
        if normalized && !shared {
            let reference = S::reference(column.as_slice());
            column.iter_mut().for_each(|t| *t = *t - reference);
        }
    }
    if normalized && shared {
        let reference = S::reference(exponents.as_slice());
        exponents.iter_mut().for_each(|t| *t = *t - reference);
    }
    exponents.map(|t| t.exp() / root)
}

/// Appends `a(Q) (a(K)ᵀ V)`, one row per query, divided by `a(Q) a(K)ᵀ 1` if normalised.
fn linear_attention<S: Scalar>(
    queries: &DMatrix<S>,
    keys: &DMatrix<S>,
    values: Table<'_, S>,
    normalized: bool,
    summation: Summation,
    mixed: &mut Vec<S>,
) {
    let features = keys.nrows();
    let keys = Table::part(keys.as_slice(), 0, values.count, features);
    let mut sums = Vec::with_capacity(features * values.columns);
    (0..values.columns).for_each(|c| keys.combine(|token| values.row(token)[c], summation, &mut sums));
    let mut totals = Vec::with_capacity(features);
    keys.combine(|_| S::one(), summation, &mut totals);
    for query in queries.column_iter() {
        let dot = |column: &[S]| query.iter().zip(column).fold(S::zero(), |sum, (&a, &b)| sum + a * b);
        let divisor = dot(&totals);
        for (c, sum) in sums.chunks_exact(features).enumerate() {
            let numerator = dot(sum);
            mixed.push(if normalized {
                (numerator / divisor).within_hull(values.column(c))
            } else {
                numerator
            });
        }
    }
}
