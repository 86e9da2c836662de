//! The attention lemmas: when the weights are provably constant, a head is a multiple of the mean (Thms 4.3–4.5).

use crate::arith::exp::exp;
use crate::arith::interval::Interval;
use crate::arith::number::{Exact, Rational, integer, max, round_down};
use crate::format::network::{Attention, Head, Mechanism, Projection, UniformValue};
use crate::format::sparse::{SparseMatrix, SparseVector};
use crate::language::target::Tokens;
use crate::limits::MAX_MATRIX_PRODUCTS;
use crate::refusal::{Refusal, Rule};
use crate::work::charge_all;
use num_traits::{One, Signed, Zero};
use std::collections::BTreeMap;

/// Significant bits of a multiple of the mean that is only enclosed.
const CENTRE_BITS: u32 = 128;

/// What an attention layer adds to every token: `X_i ↦ X_i + mean_j (X_j · matrix)`, up to `spread`.
pub struct MeanLayer {
    /// D × D, from slots to slots.
    pub matrix: SparseMatrix,
    /// Heads whose multiple of the mean is only known up to a radius: (D × D matrix of the head's values, radius).
    pub spread: Vec<(SparseMatrix, Rational)>,
}

/// Derives the layer's action from its weights and from the slots that have the same exact value for every token of
/// every sequence (the others are `None`).
///
/// Heads with these numbers, which increase, are left out.
pub fn mean_layer(
    attention: &Attention,
    left_out: &[usize],
    state: &[Option<Rational>],
    tokens: Tokens,
    place: &str,
) -> Result<MeanLayer, Refusal> {
    let width = state.len();
    let mut entries = Vec::new();
    let mut spread = Vec::new();
    for (h, head) in attention.heads.iter().enumerate().filter(|(h, _)| left_out.binary_search(h).is_err()) {
        let place = format!("{place}, head {h}");
        let values = product(&head.value, &output_rows(attention, h, width), &place)?;
        if values.is_empty() {
            continue;
        }
        let multiple = mean_multiple(head, state, tokens, &place)?;
        // A short centre keeps the polynomials short; what it misses goes into the radius.
        let centre =
            if multiple.wid().is_zero() { multiple.mid() } else { round_down(&multiple.mid(), CENTRE_BITS) };
        entries.extend(values.iter().map(|(row, column, value)| (row, column, value * &centre)));
        let radius = max(multiple.sup() - &centre, &centre - multiple.inf());
        if !radius.is_zero() {
            spread.push((values, radius));
        }
    }
    Ok(MeanLayer { matrix: SparseMatrix::from_entries(entries), spread })
}

/// The rows of the output matrix that a head's values are multiplied with, D × D.
pub(crate) fn output_rows(attention: &Attention, head: usize, width: usize) -> SparseMatrix {
    let first = head.saturating_mul(width);
    let rows = attention.output.rows(first..first.saturating_add(width));
    SparseMatrix::from_entries(rows.map(|(row, column, value)| (row - first, column, value.clone())))
}

/// The product of two matrices; dense products of wide ones are refused rather than waited for.
pub(crate) fn product(
    left: &SparseMatrix,
    right: &SparseMatrix,
    place: &str,
) -> Result<SparseMatrix, Refusal> {
    let mut rows = BTreeMap::<usize, usize>::new();
    right.iter().for_each(|(row, _, _)| *rows.entry(row).or_default() += 1);
    let products = left.iter().filter_map(|(_, column, _)| rows.get(&column));
    let products = products.fold(0, |sum: usize, row| sum.saturating_add(*row));
    if products > MAX_MATRIX_PRODUCTS {
        return Err(Rule::Attention.unsupported(
            place,
            format!("the weight matrices are too large and too dense to multiply: {MAX_MATRIX_PRODUCTS} products are the limit"),
        ));
    }
    // Besides the arithmetic: all of them are listed and entered into a map.
    charge_all(products, 64);
    Ok(left.times(right))
}

/// μ with `head(X)_i = μ · mean_j V_j` for every sequence.
fn mean_multiple(
    head: &Head,
    state: &[Option<Rational>],
    tokens: Tokens,
    place: &str,
) -> Result<Interval, Refusal> {
    match &head.mechanism {
        Mechanism::Softmax => {
            require_constant_scores(head, state, place)?;
            Ok(Interval::point(Rational::one()))
        }
        Mechanism::Linformer { e, f } => linformer_multiple(head, e, f, state, tokens, place),
        Mechanism::Performer { normalized: true, .. } => {
            // a(q)·a(k_j) is positive and, k_j being the same for all j, constant in j: uniform weights for any ω.
            constant_rows(&head.key, state)
                .ok_or_else(|| Rule::Attention.unsupported(place, "the keys differ between tokens"))?;
            Ok(Interval::point(Rational::one()))
        }
        Mechanism::Performer { normalized: false, features } => {
            performer_multiple(head, features, state, tokens, place)
        }
    }
}

/// `X W` when every slot that W reads is constant: the one row all tokens share.
fn constant_rows(matrix: &SparseMatrix, state: &[Option<Rational>]) -> Option<SparseVector> {
    let entries: Option<Vec<(usize, Rational)>> =
        matrix.iter().map(|(row, column, value)| Some((column, state[row].as_ref()? * value))).collect();
    entries.map(SparseVector::from_entries)
}

/// Scores z_i (W_Q W_Kᵀ) z_jᵀ do not depend on j if every slot that the second factor reads is constant.
fn require_constant_scores(head: &Head, state: &[Option<Rational>], place: &str) -> Result<(), Refusal> {
    let bilinear = product(&head.query, &head.key.transpose(), place)?;
    match bilinear.iter().find(|(_, column, _)| state[*column].is_none()) {
        None => Ok(()),
        Some((_, column, _)) => Err(Rule::Attention
            .unsupported(place, format!("the scores depend on slot {column}, which differs between tokens"))),
    }
}

fn linformer_multiple(
    head: &Head,
    e: &Projection,
    f: &Projection,
    state: &[Option<Rational>],
    tokens: Tokens,
    place: &str,
) -> Result<Interval, Refusal> {
    let averaged = match rows_agree(f, |a, b| a == b) {
        // Rows of F equal: the weights, whatever they are, sum to 1 (k = 1 included).
        true => column_values(f, 1),
        false => {
            require_constant_scores(head, state, place)?;
            let bilinear = product(&head.query, &head.key.transpose(), place)?;
            let sum = |row: &[Exact]| -> Rational { row.iter().map(|v| &v.0).sum() };
            if !bilinear.is_empty() && !rows_agree(e, |a, b| sum(a) == sum(b)) {
                return Err(
                    Rule::Attention.unsupported(place, "the row sums of E differ, so the scores do too")
                );
            }
            column_values(f, f.rank())
        }
    };
    let per_token = averaged.ok_or_else(|| {
        Rule::Attention
            .invalid(place, "F weighs the tokens differently, so the output is not a multiple of their sum")
    })?;
    match (per_token, tokens) {
        (Column::ReciprocalLength, _) => Ok(Interval::point(Rational::one())),
        (Column::Fixed(value), Tokens::Fixed(n)) => {
            Ok(Interval::point(value * Rational::from_integer(n.into())))
        }
        (Column::Fixed(_), Tokens::Any) => {
            Err(Rule::Attention
                .invalid(place, "a fixed entry of F is not 1/n for every length; write \"1/n\""))
        }
    }
}

/// The common weight of every token.
enum Column {
    ReciprocalLength,
    Fixed(Rational),
}

/// Whether all rows are alike.
fn rows_agree(projection: &Projection, alike: impl Fn(&[Exact], &[Exact]) -> bool) -> bool {
    match projection {
        Projection::Uniform { .. } => true,
        Projection::Rows(rows) => rows.windows(2).all(|pair| alike(&pair[0], &pair[1])),
    }
}

/// The mean of the first `count` rows, if it is the same in every column.
fn column_values(projection: &Projection, count: usize) -> Option<Column> {
    match projection {
        Projection::Uniform { value: UniformValue::ReciprocalLength, .. } => Some(Column::ReciprocalLength),
        Projection::Uniform { value: UniformValue::Fixed(Exact(value)), .. } => {
            Some(Column::Fixed(value.clone()))
        }
        Projection::Rows(rows) => {
            let rows = &rows[..count];
            let column = |j: usize| -> Rational {
                rows.iter().map(|row| &row[j].0).sum::<Rational>() / Rational::from_integer(count.into())
            };
            let first = column(0);
            (1..rows[0].len()).all(|j| column(j) == first).then_some(Column::Fixed(first))
        }
    }
}

/// Definition 2.6 without normaliser: λ·Σ_j V_j = (λ·n)·mean, λ = (1/m) Σ_r exp(ω_r·(q + k) − (‖q‖² + ‖k‖²)/2).
fn performer_multiple(
    head: &Head,
    features: &[SparseVector],
    state: &[Option<Rational>],
    tokens: Tokens,
    place: &str,
) -> Result<Interval, Refusal> {
    let (Some(query), Some(key)) = (constant_rows(&head.query, state), constant_rows(&head.key, state))
    else {
        return Err(Rule::Attention.unsupported(place, "queries or keys differ between tokens"));
    };
    let Tokens::Fixed(n) = tokens else {
        return Err(Rule::Attention.unsupported(
            place,
            "a Performer without normaliser sums over the tokens, which no bound covers for every length",
        ));
    };
    let n = Rational::from_integer(n.into());
    let square = |v: &SparseVector| -> Rational { v.iter().map(|(_, x)| x * x).sum() };
    let norms = (square(&query) + square(&key)) / integer(2);
    let both = SparseVector::from_entries(query.iter().chain(key.iter()).map(|(i, x)| (i, x.clone())));
    let mut sum = Interval::point(Rational::zero());
    for omega in features {
        let exponent: Rational = both.iter().map(|(i, x)| omega.get(i) * x).sum::<Rational>() - &norms;
        let term = if exponent.is_zero() {
            Interval::point(Rational::one())
        } else {
            exp(&exponent).ok_or_else(|| {
                Rule::Attention
                    .unsupported(place, format!("exp({exponent}) is out of the range that is enclosed"))
            })?
        };
        sum = &sum + &term;
    }
    let multiple = sum.scale(&(n / Rational::from_integer(features.len().into())));
    debug_assert!(multiple.inf().is_positive());
    Ok(multiple)
}
