//! Heads with scores of their own: what they add is a weighted mean of the surrogate.
//!
//! Let the head's scores be s(x_i, x_j) + g(x_i) + ε_ij with |ε_ij| ≤ η, s that of the weighted mean m = Σ_j p_j v(x_j), and its values F v(x_j) + c + δ_j
//! with |δ_j| ≤ e. What g adds to all scores of a row cancels. So the head's weights are p̃_j = p_j e^(ε_j) / Σ_k p_k e^(ε_k).
//!
//! With e, by the lemma of [`crate::surrogate`]'s weighted means, the head adds F m + c up to |F|·w·min(η/2, 1) + e, w the width of the range of v.

use super::claims::number;
use super::stream::Stream;
use crate::arith::number::{Exact, Rational, integer, round_up};
use crate::arith::polynomial::{Monomial, Polynomial};
use crate::attention::mean_layer::{output_rows, product};
use crate::format::certificate::HeadClaim;
use crate::format::network::{Attention, Head, Mechanism, Projection};
use crate::format::sparse::{SparseMatrix, SparseVector};
use crate::language::Shape;
use crate::limits::{MAX_DEGREE, MAX_TERM_PAIRS};
use crate::refusal::{Refusal, Rule};
use crate::sizes::index;
use crate::surrogate::{Surrogate, WeightedMean, tilted};
use num_traits::{One, Signed, Zero};
use std::collections::BTreeMap;

/// What a head adds to a slot: a polynomial in the own token's variables, up to an error.
pub(super) struct Attended {
    pub slot: usize,
    pub polynomial: Polynomial,
    pub error: Rational,
}

/// Scores of a head, as a polynomial in the variables of the own token and of another one, up to an error.
struct Scores {
    shape: Shape,
    polynomial: Polynomial,
    error: Rational,
}

/// What a claimed head adds to each slot, if the claim is right.
pub(super) fn attended(
    surrogate: &Surrogate,
    stream: &Stream,
    attention: &Attention,
    claim: &HeadClaim,
    place: &str,
) -> Result<Vec<Attended>, Refusal> {
    let place = format!("{place}, head {}", claim.head);
    let Some(head) = attention.heads.get(claim.head) else {
        return Err(Rule::Attention.invalid(place, "there is no such head"));
    };
    if !is_softmax(&head.mechanism) {
        return Err(Rule::Attention.unsupported(
            place,
            "scores of its own are covered for softmax, and for a Linformer whose E and F are the identity",
        ));
    }
    let values = product(&head.value, &output_rows(attention, claim.head, stream.slots.len()), &place)?;
    let mut columns = BTreeMap::<usize, Vec<(usize, Rational)>>::new();
    for (slot, column, value) in values.iter() {
        columns.entry(column).or_default().push((slot, value.clone()));
    }
    if !columns.keys().copied().eq(claim.outputs.iter().map(|output| output.slot)) {
        return Err(Rule::Attention.invalid(
            place,
            format!(
                "it writes to the slots {:?}, of which others are claimed",
                columns.keys().collect::<Vec<_>>()
            ),
        ));
    }
    let scores = scores(stream, head, &place)?;
    let mut all = Vec::with_capacity(claim.outputs.len());
    for (output, (slot, column)) in claim.outputs.iter().zip(columns) {
        let Some(mean) = surrogate.means.get(output.mean) else {
            let message = format!(
                "there is no weighted mean {}, the target has {}",
                output.mean,
                surrogate.means.len()
            );
            return Err(Rule::Attention.invalid(place, message));
        };
        require_scores(mean, &scores, &place)?;
        let factor = &output.factor.0;
        let value = stream.combination(&SparseVector::from_entries(column));
        let mut rest = value.polynomial;
        rest.add_scaled(&mean.value, &-factor.clone());
        let Some(constant) = rest.as_constant() else {
            let message =
                format!("the values for slot {slot} are not those of the weighted mean times its factor");
            return Err(Rule::Attention.invalid(place, message));
        };
        let variable = number(surrogate.coordinate_of_mean(output.mean))
            .map_err(|e| Rule::Attention.unsupported(&*place, e))?;
        let mut polynomial = Polynomial::term(Monomial::variable(variable), factor.clone());
        polynomial.add_term(Monomial::one(), constant);
        let moved = tilted(&mean.range, &scores.error) * factor.abs();
        all.push(Attended { slot, polynomial, error: round_up(&(moved + value.error), 32) });
    }
    Ok(all)
}

/// Each token attends to each token with weights e^score.
fn is_softmax(mechanism: &Mechanism) -> bool {
    match mechanism {
        Mechanism::Softmax => true,
        Mechanism::Linformer { e, f } => is_identity(e) && is_identity(f),
        Mechanism::Performer { .. } => false,
    }
}

fn is_identity(projection: &Projection) -> bool {
    let Projection::Rows(rows) = projection else { return false };
    let is_row = |(i, row): (usize, &Vec<_>)| {
        let entry = |(j, Exact(value)): (usize, &Exact)| {
            if i == j { value.is_one() } else { value.is_zero() }
        };
        row.len() == rows.len() && row.iter().enumerate().all(entry)
    };
    rows.iter().enumerate().all(is_row)
}

/// q_i·k_j/√D, of the slots before the block.
fn scores(stream: &Stream, head: &Head, place: &str) -> Result<Scores, Refusal> {
    let refuse = |message: String| Rule::Attention.unsupported(place, message);
    let shape = Shape::new(stream.ranges.len(), 2).map_err(|e| refuse(e.to_string()))?;
    let bilinear: SparseMatrix = product(&head.query, &head.key.transpose(), place)?;
    let width = stream.slots.len();
    let root = width.isqrt();
    if root * root != width && !bilinear.is_empty() {
        return Err(refuse(format!(
            "the width {width} is no square, so that scores are divided by an irrational number"
        )));
    }
    let pairs = bilinear.iter().fold(0, |pairs: usize, (own, other, _)| {
        let [own, other] = [own, other].map(|slot| stream.slots[slot].polynomial.len());
        pairs.saturating_add(own.saturating_mul(other))
    });
    let degree = |slot: usize| stream.slots[slot].polynomial.degree();
    let degree = bilinear.iter().map(|(own, other, _)| degree(own).saturating_add(degree(other))).max();
    if pairs > MAX_TERM_PAIRS || degree > Some(MAX_DEGREE) {
        return Err(refuse("the scores have too many terms to follow".into()));
    }
    let (mut polynomial, mut error) = (Polynomial::zero(), Rational::zero());
    for (own, other, weight) in bilinear.iter() {
        let weight = weight / integer(root);
        let [own, other] = [own, other].map(|slot| &stream.slots[slot]);
        let shifted =
            other.polynomial.rename(|v| shape.variable(1, index(v)).expect("the stream has this variable"));
        polynomial.add_scaled(&own.polynomial.times(&shifted), &weight);
        let mut off = &own.error * &other.error;
        for (exact, known) in [(own, other), (other, own)] {
            if !known.error.is_zero() {
                off += exact.polynomial_range(&stream.ranges).mag() * &known.error;
            }
        }
        error += off * weight.abs();
    }
    Ok(Scores { shape, polynomial, error })
}

/// The scores are those of the weighted mean, but for what is of the own token alone.
fn require_scores(mean: &WeightedMean, scores: &Scores, place: &str) -> Result<(), Refusal> {
    let mut difference = scores.polynomial.clone();
    difference.add_scaled(&mean.score, &-Rational::one());
    let of_other = |&(v, _): &(u32, u32)| scores.shape.place(v).0 > 0;
    if difference.terms().any(|(monomial, _)| monomial.powers().iter().any(of_other)) {
        return Err(Rule::Attention.invalid(place, "its scores are not those of the weighted mean"));
    }
    Ok(())
}
