//! Attention with scores that are 0: means of values as they are computed.
//!
//! *Scores.* They have to be 0 as computed: no column is in both W_Q and W_K, so that every product has a factor 0. exp(0) is taken to be
//! 1, exactly. A softmax of n zeros is then 1 divided by n, which may be a reciprocal and a product: off by at most 2u + u² of it, if
//! n is a number of the type. In a Performer without W_Q and W_K all features are one and the same number, which cancels.
//!
//! *A mean of n values of at most M* in any order: a partial sum of j of the n terms is at most (j/n)·M, and in a tree with n leaves the sizes
//! of the n − 1 inner nodes add up to at most 2 + … + n. So all additions together are off by at most v·M·(n + 1)/2, over 1 − (n − 1)·v.

use super::bound::Bound;
use super::model::{Model, NoBound};
use crate::arith::dyadic_interval::DyadicInterval;
use crate::arith::number::Rational;
use crate::format::network::{Attention, Head, Mechanism, Projection, UniformValue};
use crate::format::sparse::SparseMatrix;
use crate::sizes::count;
use num_traits::One;
use std::collections::{BTreeMap, BTreeSet};

/// Att(X) as computed.
pub(super) struct Attended {
    /// What is added to each slot, and how far it is off, as a function of the computed slots.
    slots: BTreeMap<usize, (DyadicInterval, Bound)>,
}

/// Why there is no bound.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum NotCovered {
    #[error(transparent)]
    NoBound(#[from] NoBound),
    #[error("of attention only heads are covered whose scores are 0 for any tokens")]
    Scores,
    #[error("a Linformer's projections have to be uniform")]
    Projections,
    #[error("a Performer has to be normalised")]
    Performer,
}

/// A number that is computed: its values, and how far it is off.
type Rounded = (DyadicInterval, Bound);

impl Attended {
    /// Whether it is exactly 0.
    pub fn adds_nothing(&self) -> bool {
        self.slots.is_empty()
    }

    /// X + Att(X) in a slot whose computed values are these.
    pub fn added(&self, model: &Model, slot: usize, own: DyadicInterval) -> Result<Rounded, NoBound> {
        let Some((change, error)) = self.slots.get(&slot) else { return Ok((own, Bound::ZERO)) };
        let sum = own + *change;
        let rounding = model.roundoff * Bound::magnitude(sum) + model.underflow;
        let sum = sum.widen(rounding.get());
        model.require_finite(Bound::magnitude(sum))?;
        Ok((sum, *error + rounding))
    }
}

/// The layer at computed slots with these values, for sequences of at most n tokens.
pub(super) fn attended(
    model: &Model,
    attention: &Attention,
    slots: &[DyadicInterval],
    n: usize,
) -> Result<Attended, NotCovered> {
    let width = slots.len();
    let mut heads = BTreeMap::<(usize, usize), Rounded>::new();
    for (h, head) in attention.heads.iter().enumerate() {
        let wanted: BTreeSet<usize> = attention
            .output
            .iter()
            .filter(|(row, ..)| row / width == h)
            .map(|(row, ..)| row % width)
            .collect();
        for (column, weights) in
            columns(&head.value).into_iter().filter(|(column, _)| wanted.contains(column))
        {
            let terms = weights.iter().map(|(slot, weight)| (*weight, slots[*slot]));
            let value = model.affine(terms, None)?;
            let exact = weights.iter().fold(DyadicInterval::ZERO, |sum, (slot, weight)| {
                sum + DyadicInterval::from_rational(weight) * slots[*slot]
            });
            heads.insert((h, column), of_head(model, head, (exact, value.error()), n)?);
        }
    }
    let mut attended = BTreeMap::new();
    for (slot, weights) in columns(&attention.output) {
        let inputs: Vec<(&Rational, Rounded)> = weights
            .into_iter()
            .filter_map(|(row, weight)| Some((weight, *heads.get(&(row / width, row % width))?)))
            .collect();
        if inputs.is_empty() {
            continue;
        }
        let sum = model.affine(inputs.iter().map(|(weight, (values, _))| (*weight, *values)), None)?;
        let error =
            inputs.iter().map(|(weight, (_, error))| Bound::of(weight) * *error).sum::<Bound>() + sum.error();
        let values = inputs.iter().fold(DyadicInterval::ZERO, |sum, (weight, (values, _))| {
            sum + DyadicInterval::from_rational(weight) * *values
        });
        attended.insert(slot, (values.widen(sum.error().get()), error));
    }
    Ok(Attended { slots: attended })
}

/// The columns of a matrix that are not 0.
fn columns(matrix: &SparseMatrix) -> BTreeMap<usize, Vec<(usize, &Rational)>> {
    let mut columns = BTreeMap::<usize, Vec<(usize, &Rational)>>::new();
    matrix.iter().for_each(|(row, column, weight)| columns.entry(column).or_default().push((row, weight)));
    columns
}

/// A head's output, from the values of a column and how far they are off.
fn of_head(model: &Model, head: &Head, value: Rounded, n: usize) -> Result<Rounded, NotCovered> {
    let (query, key) = (columns(&head.query), columns(&head.key));
    if query.keys().any(|column| key.contains_key(column)) {
        return Err(NotCovered::Scores);
    }
    match &head.mechanism {
        Mechanism::Softmax => Ok(mean(model, value, n, &Rational::one())?),
        Mechanism::Linformer { f: Projection::Uniform { rank, value: entry }, .. } => {
            let sums = match entry {
                UniformValue::ReciprocalLength => mean(model, value, n, &Rational::one())?,
                UniformValue::Fixed(entry) => {
                    mean(model, value, n, &(&entry.0 * Rational::from_integer(n.into())))?
                }
            };
            Ok(mean(model, sums, *rank, &Rational::one())?)
        }
        Mechanism::Linformer { .. } => Err(NotCovered::Projections),
        Mechanism::Performer { normalized: true, features } if query.is_empty() && key.is_empty() => {
            // Each value passes through at most so many operations above and below the fraction.
            let operations = Bound::count(2 * (count(n) + count(features.len())) + 10);
            let share = operations * model.roundoff;
            let (values, error) = value;
            let size = Bound::magnitude(values) + error;
            let rounding =
                (share * size).over_one_minus(share).ok_or(NoBound::Terms)? + operations * model.underflow;
            Ok(widened(model, values, error + rounding)?)
        }
        Mechanism::Performer { normalized, .. } => {
            Err(if *normalized { NotCovered::Scores } else { NotCovered::Performer })
        }
    }
}

/// `scale` times the mean of n values, by weights `scale`/n that are rounded.
fn mean(model: &Model, (values, error): Rounded, n: usize, scale: &Rational) -> Result<Rounded, NoBound> {
    let factor = Bound::of(scale);
    let size = factor * (Bound::magnitude(values) + error);
    let n = count(n);
    if Bound::count(n) > Bound::power_of_two(model.precision()) {
        return Err(NoBound::Terms);
    }
    // Of the weight, and of the product with it.
    let three = Bound::count(3) * model.roundoff;
    let term = three.over_one_minus(three).ok_or(NoBound::Terms)?;
    let additions = Bound::count(n.saturating_sub(1)) * model.partial;
    let terms = size + term * size;
    let sums =
        (terms * model.partial * Bound::count(n + 1)).over_one_minus(additions).ok_or(NoBound::Terms)?;
    let sums = sums * Bound::power_of_two(-1);
    let mut rounding = term * size + sums + Bound::count(2 * n) * model.underflow;
    rounding += model.of_result() * (size + rounding);
    let exact = values * DyadicInterval::from_rational(scale);
    widened(model, exact, factor * error + rounding)
}

/// Numbers that are off, and finite.
fn widened(model: &Model, exact: DyadicInterval, error: Bound) -> Result<Rounded, NoBound> {
    let values = exact.widen(error.get());
    model.require_finite(Bound::magnitude(values))?;
    Ok((values, error))
}
