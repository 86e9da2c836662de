//! Attention with scores that are 0: means of values as they are computed.
//!
//! *Scores.* W_Q and W_K have to be 0, so that all scores are 0 as computed: what else they are multiplied with, E and ω, is finite. exp(0) is
//! taken to be 1, exactly. A softmax of n zeros is then 1 divided by n, which may be a reciprocal and a product: off by at most 2u + u² of
//! it, if n is a number of the type. In a Performer all features are one and the same number, which cancels.
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
use std::collections::BTreeMap;

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
    #[error("of attention only heads are covered whose scores are 0, with W_Q = W_K = 0")]
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
        require_zero_scores(model, head)?;
        for (column, weights) in columns(&head.value) {
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
        // What is multiplied with 0 has to be finite all the same.
        weights.iter().try_for_each(|(_, weight)| model.weight(weight).map(|_| ()))?;
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

/// W_Q and W_K are 0, and what they are multiplied with is finite.
fn require_zero_scores(model: &Model, head: &Head) -> Result<(), NotCovered> {
    if !head.query.is_empty() || !head.key.is_empty() {
        return Err(NotCovered::Scores);
    }
    let finite = |weight: &Rational| model.weight(weight).map(|_| ());
    match &head.mechanism {
        Mechanism::Softmax => {}
        Mechanism::Linformer { e: Projection::Uniform { value, .. }, .. } => {
            if let UniformValue::Fixed(entry) = value {
                finite(&entry.0)?;
            }
        }
        Mechanism::Linformer { e: Projection::Rows(rows), .. } => {
            rows.iter().flatten().try_for_each(|entry| finite(&entry.0))?;
        }
        Mechanism::Performer { features, .. } => {
            features.iter().flat_map(|row| row.iter()).try_for_each(|(_, weight)| finite(weight))?;
        }
    }
    Ok(())
}

/// A head's output, from the values of a column and how far they are off.
fn of_head(model: &Model, head: &Head, value: Rounded, n: usize) -> Result<Rounded, NotCovered> {
    match &head.mechanism {
        Mechanism::Softmax => Ok(mean(model, value, n, None)?),
        Mechanism::Linformer { f: Projection::Uniform { rank, value: entry }, .. } => {
            let entry = match entry {
                UniformValue::ReciprocalLength => {
                    // The sum may be taken before it is divided.
                    model.require_finite(Bound::count(2) * sum_of(value, n))?;
                    None
                }
                UniformValue::Fixed(entry) => Some(&entry.0),
            };
            let sums = mean(model, value, n, entry)?;
            Ok(mean(model, sums, *rank, None)?)
        }
        Mechanism::Linformer { .. } => Err(NotCovered::Projections),
        Mechanism::Performer { normalized: false, .. } => Err(NotCovered::Performer),
        Mechanism::Performer { normalized: true, features } => {
            // Each value passes through at most so many operations above and below the fraction.
            let terms = Bound::count(count(n)) + Bound::count(count(features.len()));
            let operations = Bound::count(2) * terms + Bound::count(10);
            let share = operations * model.roundoff;
            let (values, error) = value;
            let size = Bound::magnitude(values) + error;
            let rounding =
                (share * size).over_one_minus(share).ok_or(NoBound::Terms)? + operations * model.underflow;
            // Above and below the fraction stand sums, over the tokens or over the features first; being off adds less than as much again.
            model.require_finite(Bound::count(2) * sum_of(value, n))?;
            model.require_finite(Bound::count(2) * terms)?;
            Ok(widened(model, values, error + rounding)?)
        }
    }
}

/// n values added up.
fn sum_of((values, error): Rounded, n: usize) -> Bound {
    Bound::count(count(n)) * (Bound::magnitude(values) + error)
}

/// The sum of n values, each times an entry that is rounded as a weight is, or times 1/n as it is computed.
fn mean(
    model: &Model,
    (values, error): Rounded,
    n: usize,
    entry: Option<&Rational>,
) -> Result<Rounded, NoBound> {
    let length = Bound::count(count(n));
    if length > Bound::power_of_two(model.precision()) {
        return Err(NoBound::Terms);
    }
    let scale = entry.map_or_else(Rational::one, |entry| entry * Rational::from_integer(n.into()));
    // How far the entries are off, all together.
    let entries = match entry {
        Some(entry) => length * model.weight(entry)?.error,
        None => Bound::ZERO,
    };
    let largest = Bound::magnitude(values) + error;
    let size = (Bound::of(&scale) + entries) * largest;
    // Of 1/n, and of the product with it.
    let three = Bound::count(3) * model.roundoff;
    let term = three.over_one_minus(three).ok_or(NoBound::Terms)?;
    let additions = length * model.partial;
    let terms = size + term * size;
    let sums = terms * model.partial * (length + Bound::count(1));
    let sums = sums.over_one_minus(additions).ok_or(NoBound::Terms)? * Bound::power_of_two(-1);
    let mut rounding = term * size + entries * largest + sums + Bound::count(2) * length * model.underflow;
    rounding += model.of_result() * (size + rounding);
    let exact = values * DyadicInterval::from_rational(&scale);
    widened(model, exact, Bound::of(&scale) * error + rounding)
}

/// Numbers that are off, and finite.
fn widened(model: &Model, exact: DyadicInterval, error: Bound) -> Result<Rounded, NoBound> {
    let values = exact.widen(error.get());
    model.require_finite(Bound::magnitude(values))?;
    Ok((values, error))
}
