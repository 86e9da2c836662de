//! Attention layers whose weights are provably constant at the given input, and only those.
//!
//! In each such case the head's output is the same row `Σ_j c_j V_j` for every token, with rational c_j, so no
//! exponential is evaluated and the cost is that of one weighted sum. A row stands for a run of equal tokens, and its
//! weight is the sum of theirs.

use super::error::Stop;
use super::scaled::{Affine, Scaled};
use crate::arith::common_denominator::{Int, Overflow, denominator, numerator};
use crate::arith::number::{Exact, Rational};
use crate::format::network::{self, Mechanism, Projection, UniformValue};
use crate::format::sparse::SparseMatrix;
use crate::limits::MAX_COMPARED;
use crate::sizes::count;
use crate::work::charge_all;
use num_bigint::BigInt;
use std::ops::Range;

/// A prepared attention layer.
pub(super) struct Attention<T>(Vec<Head<T>>);

struct Head<T> {
    mechanism: Kernel<T>,
    query: Affine<T>,
    key: Affine<T>,
    value: Affine<T>,
    /// The head's own D rows of W_O.
    output: Affine<T>,
}

enum Kernel<T> {
    Softmax,
    Linformer { e: Mixing<T>, f: Mixing<T> },
    Performer { normalized: bool },
}

/// A projection as integers.
enum Mixing<T> {
    /// Every entry is numerator / denominator.
    Uniform(T, T),
    /// Every entry is 1/n.
    ReciprocalLength,
    /// Rows of numerators and their denominator.
    Rows(Vec<Vec<T>>, T),
}

impl<T: Int> Attention<T> {
    /// Prepares a validated layer of width `width`.
    pub(super) fn prepare(layer: &network::Attention, width: usize) -> Result<Self, Overflow> {
        let square = |matrix: &SparseMatrix| Affine::prepare(width, matrix.iter(), no_bias());
        // The rows of W_O, sorted, head by head.
        let mut outputs = vec![Vec::new(); layer.heads.len()];
        for (row, column, weight) in layer.output.iter() {
            outputs[row / width].push((row % width, column, weight));
        }
        let prepared = layer.heads.iter().zip(outputs).map(|(head, output)| {
            Ok(Head {
                mechanism: match &head.mechanism {
                    Mechanism::Softmax => Kernel::Softmax,
                    Mechanism::Linformer { e, f } => {
                        Kernel::Linformer { e: Mixing::prepare(e)?, f: Mixing::prepare(f)? }
                    }
                    Mechanism::Performer { normalized, .. } => Kernel::Performer { normalized: *normalized },
                },
                query: square(&head.query)?,
                key: square(&head.key)?,
                value: square(&head.value)?,
                output: Affine::prepare(width, output.into_iter(), no_bias())?,
            })
        });
        prepared.collect::<Result<_, _>>().map(Self)
    }

    /// The one row that `Att(X)` adds to each token in `queries`; row r of x stands for `copies[r]` tokens.
    pub(super) fn evaluate(
        &self,
        x: &Scaled<T>,
        copies: &[usize],
        queries: Range<usize>,
        block: usize,
    ) -> Result<Scaled<T>, Stop> {
        let mut total: Option<Scaled<T>> = None;
        for (index, head) in self.0.iter().enumerate() {
            let (weights, common) = head
                .constant_weights(x, copies, &x.rows[queries.clone()])?
                .map_err(|reason| Stop::NotExact { block, head: index, reason })?;
            let row = Scaled { rows: vec![mix(&weights, x)?], denominator: x.denominator.times(&common)? };
            let row = row.map(&head.value)?.map(&head.output)?;
            match &mut total {
                Some(sum) => sum.add(&row)?,
                None => total = Some(row),
            }
        }
        total.ok_or(Stop::Overflow)
    }
}

/// Why a head was refused, in words.
type Refusal = String;

impl<T: Int> Head<T> {
    /// The weights of the runs, sums of c_j, as numerators and a denominator, or why they are not known to be rational.
    fn constant_weights(
        &self,
        x: &Scaled<T>,
        copies: &[usize],
        queries: &[Vec<T>],
    ) -> Result<Result<(Vec<T>, T), Refusal>, Overflow> {
        let counts: Vec<T> =
            copies.iter().map(|&count| T::read(&BigInt::from(count))).collect::<Result<_, _>>()?;
        let mut length = T::zero();
        counts.iter().try_for_each(|count| length.add_product(count, &T::one()))?;
        let images = |map: &Affine<T>, rows: &[Vec<T>]| {
            rows.iter().map(|row| map.apply(row, &x.denominator)).collect::<Result<Vec<_>, Overflow>>()
        };
        let evident = self.query.is_zero() || self.key.is_zero();
        match &self.mechanism {
            Kernel::Softmax => {
                if !evident {
                    let (q, k) = (images(&self.query, queries)?, images(&self.key, &x.rows)?);
                    if let Err(reason) = constant_scores(&q, &k)? {
                        return Ok(Err(reason));
                    }
                }
                Ok(Ok((counts, length)))
            }
            Kernel::Performer { normalized: true } => {
                let keys = images(&self.key, &x.rows)?;
                Ok(if all_equal(&keys) {
                    Ok((counts, length))
                } else {
                    Err("the keys are not all equal, so the normalised Performer weights depend on exponentials"
                        .into())
                })
            }
            Kernel::Performer { normalized: false } => {
                let (q, k) = (images(&self.query, queries)?, images(&self.key, &x.rows)?);
                Ok(if q.iter().chain(&k).flatten().all(T::is_zero) {
                    Ok((counts, T::one()))
                } else {
                    Err("a query or key is not zero, so the unnormalised Performer weights are exponentials \
                         and not rational"
                        .into())
                })
            }
            Kernel::Linformer { e, f } => {
                if !evident
                    && let Mixing::Rows(rows, _) = e
                    && !self.equal_projected_values(f, x, copies)?
                {
                    let projected = rows.iter().map(|row| mix(&by_run(row, copies)?, x));
                    let projected = projected.collect::<Result<Vec<_>, _>>()?;
                    let (q, k) = (images(&self.query, queries)?, images(&self.key, &projected)?);
                    if let Err(reason) = constant_scores(&q, &k)? {
                        return Ok(Err(format!("the rows of F·V differ, and {reason}")));
                    }
                }
                f.column_means(copies, counts, length).map(Ok)
            }
        }
    }

    /// Whether all rows of F·V are equal, so that any weights that add up to 1 give that row.
    fn equal_projected_values(
        &self,
        f: &Mixing<T>,
        x: &Scaled<T>,
        copies: &[usize],
    ) -> Result<bool, Overflow> {
        let Mixing::Rows(rows, _) = f else { return Ok(true) };
        if all_equal(rows) {
            return Ok(true);
        }
        let projected =
            rows.iter().map(|row| self.value.apply(&mix(&by_run(row, copies)?, x)?, &x.denominator));
        Ok(all_equal(&projected.collect::<Result<Vec<_>, _>>()?))
    }
}

impl<T: Int> Mixing<T> {
    fn prepare(projection: &Projection) -> Result<Self, Overflow> {
        Ok(match projection {
            Projection::Uniform { value: UniformValue::ReciprocalLength, .. } => Self::ReciprocalLength,
            Projection::Uniform { value: UniformValue::Fixed(Exact(value)), .. } => {
                Self::Uniform(T::read(&value.numer())?, T::read(&value.denom())?)
            }
            Projection::Rows(rows) => {
                let common = denominator::<T>(rows.iter().flatten().map(|Exact(value)| value))?;
                let rows = rows
                    .iter()
                    .map(|row| row.iter().map(|Exact(value)| numerator(value, &common)).collect())
                    .collect::<Result<_, _>>()?;
                Self::Rows(rows, T::read(&common)?)
            }
        })
    }

    /// Sums over the runs of `c_j = (1/k) Σ_r F_rj`, as numerators and a denominator; `counts` are the `copies`, and
    /// `length` their sum.
    fn column_means(&self, copies: &[usize], counts: Vec<T>, length: T) -> Result<(Vec<T>, T), Overflow> {
        match self {
            Self::Uniform(numerator, denominator) => {
                let weights = counts.iter().map(|count| count.times(numerator)).collect::<Result<_, _>>()?;
                Ok((weights, denominator.clone()))
            }
            Self::ReciprocalLength => Ok((counts, length)),
            Self::Rows(rows, denominator) => {
                let mut sums = vec![T::zero(); copies.len()];
                for row in rows {
                    for (sum, entry) in sums.iter_mut().zip(by_run(row, copies)?) {
                        sum.add_product(&entry, &T::one())?;
                    }
                }
                Ok((sums, denominator.times(&T::read(&BigInt::from(rows.len()))?)?))
            }
        }
    }
}

/// Sums of one entry per token over the runs.
fn by_run<T: Int>(row: &[T], copies: &[usize]) -> Result<Vec<T>, Overflow> {
    let mut entries = row.iter();
    let mut sum = |&count: &usize| {
        let mut run = entries.by_ref().take(count);
        run.try_fold(T::zero(), |mut sum, entry| sum.add_product(entry, &T::one()).map(|()| sum))
    };
    copies.iter().map(&mut sum).collect()
}

/// The bias of a matrix.
fn no_bias<'a>() -> std::iter::Empty<(usize, &'a Rational)> {
    std::iter::empty()
}

/// `Σ_j weights_j X_j`, numerators only.
fn mix<T: Int>(weights: &[T], x: &Scaled<T>) -> Result<Vec<T>, Overflow> {
    let width = x.rows.first().map_or(0, Vec::len);
    charge_all(weights.len(), count(width));
    let mut sum = vec![T::zero(); width];
    for (weight, row) in weights.iter().zip(&x.rows) {
        for (entry, value) in sum.iter_mut().zip(row).filter(|(_, value)| !value.is_zero()) {
            entry.add_product(weight, value)?;
        }
    }
    Ok(sum)
}

fn all_equal<R: PartialEq>(rows: &[R]) -> bool {
    rows.windows(2).all(|pair| pair[0] == pair[1])
}

/// Decides whether `q_i · k_j` does not depend on j, for every i; the scale of q and k does not matter.
///
/// A slot in which all queries vanish or all keys agree cannot make a difference, which settles W_Q = 0, equal keys
/// and the paper's [e1, 0] in linear time.
fn constant_scores<T: Int>(queries: &[Vec<T>], keys: &[Vec<T>]) -> Result<Result<(), Refusal>, Overflow> {
    let Some(first) = keys.first() else { return Ok(Ok(())) };
    charge_all(first.len(), count(queries.len()).saturating_add(count(keys.len())));
    let varies = |slot: usize| keys.iter().any(|key| key[slot] != first[slot]);
    let asked = |slot: usize| queries.iter().any(|query| !query[slot].is_zero());
    let slots: Vec<usize> = (0..first.len()).filter(|&slot| varies(slot) && asked(slot)).collect();
    if slots.is_empty() {
        return Ok(Ok(()));
    }
    if queries.len().max(keys.len()) > MAX_COMPARED {
        return Ok(Err(format!(
            "the scores of {} queries with {} keys are not constant for an evident reason and are too many to \
             compare one by one (limit {MAX_COMPARED})",
            queries.len(),
            keys.len()
        )));
    }
    for (i, query) in queries.iter().enumerate() {
        let score = |key: &[T]| {
            slots
                .iter()
                .try_fold(T::zero(), |mut sum, &slot| sum.add_product(&query[slot], &key[slot]).map(|()| sum))
        };
        let constant = score(first)?;
        for (j, key) in keys.iter().enumerate() {
            if score(key)? != constant {
                return Ok(Err(format!(
                    "the scores of query {i} with keys 0 and {j} differ, so the softmax weights are not rational"
                )));
            }
        }
    }
    Ok(Ok(()))
}
