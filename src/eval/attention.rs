//! Attention heads as the architectures define them: softmax in O(n²), Linformer in O(nk), Performer in O(nm).
//!
//! Only columns of Q, K and V that are not identically zero are computed. Without any column in common the scores
//! are zero for every query, so one query stands for all.

use super::matrix::Rows;
use crate::numeric::{Scalar, Summation};
use nalgebra::DMatrix;
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

    /// The image of every token as one column of a matrix, count × n.
    fn images(&self, x: &[S], width: usize) -> DMatrix<S> {
        let images = self.rows.images(x, width, self.count);
        DMatrix::from_vec(self.count, x.len() / width, images)
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

    /// `columns · Pᵀ`, for a matrix with one column per token: one column per projection row, `rank` of them.
    fn project(&self, columns: &DMatrix<S>, rank: usize, summation: Summation) -> DMatrix<S> {
        let n = columns.ncols();
        let mut terms = Vec::with_capacity(n);
        let mut project = |weight: &dyn Fn(usize) -> S| -> Vec<S> {
            let mut sum = |row: usize| {
                terms.clear();
                terms.extend((0..n).map(|token| weight(token) * columns[(row, token)]));
                summation.sum(&mut terms)
            };
            (0..columns.nrows()).map(&mut sum).collect()
        };
        let data = match self {
            Self::Uniform(value) => project(&|_| *value).repeat(rank),
            Self::ReciprocalLength => {
                let reciprocal = S::one() / S::from_count(n);
                project(&|_| reciprocal).repeat(rank)
            }
            Self::Rows(rows) => rows.iter().flat_map(|row| project(&|token| row[token])).collect(),
        };
        DMatrix::from_vec(columns.nrows(), rank, data)
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

    /// Adds this head's part of Att(X), n × D, to `attended`.
    pub(super) fn add_output(&self, x: &[S], attended: &mut [S], width: usize, summation: Summation) {
        if self.value.count == 0 {
            return;
        }
        // One query stands for all where queries have no columns.
        let asked = if self.query.count == 0 { &x[..width] } else { x };
        let queries = self.query.images(asked, width);
        let keys = self.key.images(x, width);
        let values = self.value.images(x, width);
        let combined = match &self.kernel {
            Kernel::Softmax { root } => softmax_attention(&queries, &keys, &values, *root, summation),
            Kernel::Linformer { root, e, f } => {
                let rank = e.distinct_rows().max(f.distinct_rows());
                let keys = e.project(&keys, rank, summation);
                let values = f.project(&values, rank, summation);
                softmax_attention(&queries, &keys, &values, *root, summation)
            }
            Kernel::Performer { normalized, query_features, key_features } => {
                let queries = feature_map(query_features, &queries, *normalized, false);
                let keys = feature_map(key_features, &keys, *normalized, true);
                linear_attention(&queries, &keys, &values, *normalized, summation)
            }
        };
        let rows = combined.chunks_exact(self.value.count).cycle();
        for (row, target) in rows.zip(attended.chunks_exact_mut(width)) {
            self.output.add_image(row, target);
        }
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

/// `softmax(Q Kᵀ / √D) V`, one row per query; Q, K, V have one column per token (or projected token).
fn softmax_attention<S: Scalar>(
    queries: &DMatrix<S>,
    keys: &DMatrix<S>,
    values: &DMatrix<S>,
    root: S,
    summation: Summation,
) -> Vec<S> {
    let keys = keys.transpose();
    let mut combined = Vec::with_capacity(queries.ncols() * values.nrows());
    let mut scratch = Vec::with_capacity(values.ncols());
    for start in (0..queries.ncols()).step_by(QUERIES_AT_ONCE) {
        let count = QUERIES_AT_ONCE.min(queries.ncols() - start);
        let mut scores = &keys * queries.columns(start, count);
        for mut weights in scores.column_iter_mut() {
            let weights = weights.as_mut_slice();
            weights.iter_mut().for_each(|score| *score = *score / root);
            S::softmax(weights, summation, &mut scratch);
            for row in values.row_iter() {
                scratch.clear();
                scratch.extend(weights.iter().zip(row.iter()).map(|(&weight, &value)| weight * value));
                combined.push(summation.sum(&mut scratch).within_hull(row.iter().copied()));
            }
        }
    }
    combined
}

/// `a(z) = exp(ω·z − ‖z‖²/2)/√m` for every column z, m × n.
///
/// Where rows are divided by their sums, factors common to all features of a query, or to all keys, cancel; they are
/// left out before they can overflow.
fn feature_map<S: Scalar>(
    features: &DMatrix<S>,
    z: &DMatrix<S>,
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

/// `a(Q) (a(K)ᵀ V)`, one row per query, divided by `a(Q) a(K)ᵀ 1` if normalised.
fn linear_attention<S: Scalar>(
    queries: &DMatrix<S>,
    keys: &DMatrix<S>,
    values: &DMatrix<S>,
    normalized: bool,
    summation: Summation,
) -> Vec<S> {
    let mut terms = Vec::with_capacity(keys.ncols());
    let mut over_tokens = |feature: usize, value: &dyn Fn(usize) -> S| {
        terms.clear();
        terms.extend((0..keys.ncols()).map(|token| keys[(feature, token)] * value(token)));
        summation.sum(&mut terms)
    };
    let features = keys.nrows();
    let sums = DMatrix::from_fn(features, values.nrows(), |r, c| over_tokens(r, &|token| values[(c, token)]));
    let totals: Vec<S> = (0..features).map(|r| over_tokens(r, &|_| S::one())).collect();
    let mut combined = Vec::with_capacity(queries.ncols() * values.nrows());
    for query in queries.column_iter() {
        let dot = |column: &[S]| query.iter().zip(column).fold(S::zero(), |sum, (&a, &b)| sum + a * b);
        let divisor = dot(&totals);
        for (sum, row) in sums.column_iter().zip(values.row_iter()) {
            let numerator = dot(sum.as_slice());
            combined.push(if normalized {
                (numerator / divisor).within_hull(row.iter().copied())
            } else {
                numerator
            });
        }
    }
    combined
}
