//! Attention in affine forms.
//!
//! *Softmax as one unit.* Let p_j = e^{s_j}/Σ_k e^{s_k} and A = Σ_j p_j v_j. With t_j = s_j − s_r for one r, b = Σ_k e^{t_k}, and any numbers t_j' and v_j', for
//! which p_j' and A' = Σ_j p_j' v_j' are what they should be,
//!
//! A − A' = Σ_j p_j (v_j − v_j') + Σ_j ((e^{t_j} − e^{t_j'})/b) (v_j' − A'),
//!
//! since Σ_j p_j v_j' − A' = Σ_j p_j (v_j' − A') = Σ_j (e^{t_j}/b) (v_j' − A'), and Σ_j e^{t_j'} (v_j' − A') = 0. By the mean value theorem e^{t_j} − e^{t_j'} is
//! e^ξ (t_j − t_j') for some ξ between t_j and t_j', and e^ξ/b lies between e^{t_j}/b = p_j and e^{t_j'}/b. With t_j' and v_j' the constants of the forms,
//! that is a multiple of the deviations of v_j by a number of P_j ∋ p_j, and of those of t_j by one of the hull G_j of the two, times v_j' − A': the middles of
//! P_j and G_j make slopes, what they are off by goes to the rest. As p_j ≥ 0 and Σ p_j = 1, A lies in the hull of the
//! v_j, and is m + Σ_j p_j (v_j − m) for every m. p_j = 1/Σ_k e^{t_k − t_j}, where differences of scores are forms, in which what they have in common
//! cancels.
//!
//! *Performers.* √m·a(q)·√m·a(k_j) = Σ_r e^{ω_r·q + ω_r·k_j − |q|²/2 − |k_j|²/2}. Normalised, that is a softmax over all pairs (r, j) with scores
//! ω_r·(q + k_j) − |k_j|²/2 and the value of j for each r: |q|² is in all of them.
//!
//! *Linformers* whose F has equal rows: all rows of F·V are equal, and the weights of a softmax add up to 1, so each token gets this row, v·Σ_j V_j for the entry v of F.

use super::form::{Factor, Form, around, times};
use super::layers::{Weights, factors, product};
use crate::arith::dyadic_interval::DyadicInterval;
use crate::arith::number::{Rational, integer};
use crate::format::network::{self, Mechanism, Projection, UniformValue};
use crate::format::sparse::SparseMatrix;
use crate::language::ast::Function;
use crate::language::{EvalError, Scalar};
use std::collections::{BTreeMap, BTreeSet};

/// Beyond so many scores, their differences are not taken as forms.
const MAX_PAIRED: usize = 32;

/// A layer.
pub(super) struct Attention {
    heads: Vec<Head>,
    /// Of each slot that is written to what it takes from each head's results.
    output: Vec<(usize, Vec<Weights>)>,
}

struct Head {
    kernel: Kernel,
    query: Vec<Weights>,
    key: Vec<Weights>,
    value: Vec<Weights>,
}

enum Kernel {
    /// Scores are multiplied by 1/√D.
    Softmax(Factor),
    /// F has this entry everywhere, or 1/n.
    Constant(Option<Rational>),
    Performer {
        normalized: bool,
        features: Vec<Weights>,
    },
}

/// The columns of a matrix that are asked for, as rows of weights.
fn columns(matrix: &SparseMatrix, asked: &BTreeSet<usize>) -> Vec<Weights> {
    let mut columns: BTreeMap<usize, Weights> =
        asked.iter().map(|&column| (column, Weights::new())).collect();
    for (from, to, weight) in matrix.iter() {
        if let Some(column) = columns.get_mut(&to) {
            column.push((from, Factor::of(weight)));
        }
    }
    columns.into_values().collect()
}

/// The entry of a projection that has the same everywhere, or 1/n; nothing for others.
pub(super) fn entry_of(projection: &Projection) -> Option<Option<Rational>> {
    match projection {
        Projection::Uniform { value: UniformValue::Fixed(value), .. } => Some(Some(value.0.clone())),
        Projection::Uniform { value: UniformValue::ReciprocalLength, .. } => Some(None),
        Projection::Rows(rows) => {
            let first = &rows.first()?.first()?.0;
            rows.iter().flatten().all(|entry| entry.0 == *first).then(|| Some(first.clone()))
        }
    }
}

impl Attention {
    pub fn new(attention: &network::Attention, width: usize) -> Result<Self, EvalError> {
        let root = DyadicInterval::from_rational(&integer(width)).call(Function::Sqrt)?;
        let scale = DyadicInterval::ONE.divide(root).ok_or(EvalError::DivisorMayVanish)?;
        let mut heads = Vec::new();
        let mut output: BTreeMap<usize, Vec<Weights>> = BTreeMap::new();
        for (number, head) in attention.heads.iter().enumerate() {
            let own = || {
                let entries = attention.output.iter().filter(move |(row, ..)| row / width == number);
                entries.map(move |(row, column, weight)| (row % width, column, weight))
            };
            let read: BTreeSet<usize> = own().map(|(row, ..)| row).collect();
            let place: BTreeMap<usize, usize> = read.iter().enumerate().map(|(at, &row)| (row, at)).collect();
            for (row, column, weight) in own() {
                let by_head =
                    output.entry(column).or_insert_with(|| vec![Weights::new(); attention.heads.len()]);
                by_head[number].push((place[&row], Factor::of(weight)));
            }
            let written =
                |matrix: &SparseMatrix| matrix.iter().map(|(_, to, _)| to).collect::<BTreeSet<usize>>();
            // In a score only columns that both have; in a feature, all that either has.
            let (queries, keys) = (written(&head.query), written(&head.key));
            let (kernel, compared) = match &head.mechanism {
                Mechanism::Softmax => {
                    (Kernel::Softmax(Factor::new(scale)), queries.intersection(&keys).copied().collect())
                }
                Mechanism::Linformer { f, .. } => {
                    let entry = entry_of(f).ok_or(EvalError::Unbound)?;
                    (Kernel::Constant(entry), BTreeSet::new())
                }
                Mechanism::Performer { normalized, features } => {
                    let compared: BTreeSet<usize> = queries.union(&keys).copied().collect();
                    let at: BTreeMap<usize, usize> =
                        compared.iter().enumerate().map(|(at, &slot)| (slot, at)).collect();
                    let feature = |omega| {
                        let weights = factors(omega).into_iter();
                        weights.filter_map(|(slot, weight)| Some((*at.get(&slot)?, weight))).collect()
                    };
                    let features = features.iter().map(feature).collect();
                    (Kernel::Performer { normalized: *normalized, features }, compared)
                }
            };
            heads.push(Head {
                kernel,
                query: columns(&head.query, &compared),
                key: columns(&head.key, &compared),
                value: columns(&head.value, &read),
            });
        }
        Ok(Self { heads, output: output.into_iter().collect() })
    }

    /// X + Att(X) for the first `asked` tokens.
    pub fn added(
        &self,
        stream: &[Vec<Form>],
        asked: usize,
        next: &mut usize,
    ) -> Result<Vec<Vec<Form>>, EvalError> {
        let mut added: Vec<Vec<Form>> = stream.iter().take(asked).cloned().collect();
        for (number, head) in self.heads.iter().enumerate() {
            for (token, results) in added.iter_mut().zip(head.results(stream, asked, next)?) {
                for (slot, by_head) in &self.output {
                    by_head[number]
                        .iter()
                        .for_each(|(at, weight)| token[*slot].add_multiple(&results[*at], weight));
                }
            }
        }
        added.iter_mut().flatten().for_each(Form::sharpen);
        Ok(added)
    }
}

fn images(columns: &[Weights], slots: &[Form]) -> Vec<Form> {
    columns.iter().map(|weights| product(weights, slots, DyadicInterval::ZERO)).collect()
}

fn dot(a: &[Form], b: &[Form]) -> Form {
    let mut sum = Form::constant(DyadicInterval::ZERO);
    a.iter().zip(b).for_each(|(a, b)| sum.add_in_place(&a.mul(b)));
    sum
}

impl Head {
    /// The columns of the head's results that are read, for each token that asks.
    fn results(
        &self,
        stream: &[Vec<Form>],
        asked: usize,
        next: &mut usize,
    ) -> Result<Vec<Vec<Form>>, EvalError> {
        let values: Vec<Vec<Form>> = stream.iter().map(|token| images(&self.value, token)).collect();
        if let Kernel::Constant(entry) = &self.kernel {
            let entry = match entry {
                Some(value) => Factor::of(value),
                None => Factor::of(&(integer(1) / integer(stream.len()))),
            };
            let column = |at: usize| {
                Form::combination(values.iter().map(|row| (&row[at], &entry)), DyadicInterval::ZERO)
            };
            let row: Vec<Form> = (0..self.value.len()).map(column).collect();
            return Ok(vec![row; asked]);
        }
        let keys: Vec<Vec<Form>> = stream.iter().map(|token| images(&self.key, token)).collect();
        let queries = stream.iter().take(asked).map(|token| images(&self.query, token));
        queries.map(|query| self.kernel.result(&query, &keys, &values, next)).collect()
    }
}

impl Kernel {
    /// What one query gets of the values.
    fn result(
        &self,
        query: &[Form],
        keys: &[Vec<Form>],
        values: &[Vec<Form>],
        next: &mut usize,
    ) -> Result<Vec<Form>, EvalError> {
        match self {
            Self::Constant(_) => Err(EvalError::Unbound),
            Self::Softmax(scale) => {
                let score =
                    |key: &Vec<Form>| Form::combination([(&dot(query, key), scale)], DyadicInterval::ZERO);
                mean(&keys.iter().map(score).collect::<Vec<_>>(), &values.iter().collect::<Vec<_>>(), next)
            }
            Self::Performer { normalized, features } => {
                let half_square = |z: &[Form]| -> Result<Form, EvalError> {
                    let mut sum = Form::constant(DyadicInterval::ZERO);
                    for coordinate in z {
                        sum.add_multiple(&coordinate.pow(2)?, &Factor::new(DyadicInterval::HALF));
                    }
                    Ok(sum)
                };
                let (mut scores, mut rows) = (Vec::new(), Vec::new());
                for (key, value) in keys.iter().zip(values) {
                    let square = half_square(key)?;
                    for omega in features {
                        let mut score = product(omega, key, DyadicInterval::ZERO);
                        score.add_in_place(&product(omega, query, DyadicInterval::ZERO));
                        score.sub_in_place(&square);
                        scores.push(score);
                        rows.push(value);
                    }
                }
                if *normalized {
                    return mean(&scores, &rows, next);
                }
                let square = half_square(query)?;
                let share = Factor::of(&(integer(1) / integer(features.len().max(1))));
                let mut sums = vec![Form::constant(DyadicInterval::ZERO); values.first().map_or(0, Vec::len)];
                for (score, row) in scores.iter().zip(rows) {
                    let weight = score.sub(&square).call(Function::Exp)?;
                    sums.iter_mut()
                        .zip(row)
                        .for_each(|(sum, value)| sum.add_multiple(&weight.mul(value), &share));
                }
                Ok(sums)
            }
        }
    }
}

/// Σ_j p_j v_j for each column of the values, p the softmax of the scores; what bends gets symbols from `next` on.
fn mean(scores: &[Form], values: &[&Vec<Form>], next: &mut usize) -> Result<Vec<Form>, EvalError> {
    let reference = (0..scores.len()).max_by_key(|&j| scores[j].value().mid()).ok_or(EvalError::Unbound)?;
    let mut relative: Vec<Form> = scores.iter().map(|score| score.sub(&scores[reference])).collect();
    relative[reference] = Form::constant(DyadicInterval::ZERO);
    let exp = |t: DyadicInterval| t.call(Function::Exp);
    let one_over = |b: DyadicInterval| DyadicInterval::ONE.divide(b).ok_or(EvalError::DivisorMayVanish);
    let positive = DyadicInterval::ZERO.hull(DyadicInterval::ONE);
    let weight =
        |difference: &dyn Fn(usize) -> DyadicInterval, own: usize| -> Result<DyadicInterval, EvalError> {
            let mut sum = DyadicInterval::ONE;
            for k in (0..scores.len()).filter(|&k| k != own) {
                sum = sum + exp(difference(k))?;
            }
            let weight = one_over(sum)?;
            Ok(weight.intersection(positive).unwrap_or(weight))
        };
    let mut total = DyadicInterval::ZERO;
    for t in &relative {
        total = total + exp(t.range())?;
    }
    let (mut weights, mut at_constants, mut chords) = (Vec::new(), Vec::new(), Vec::new());
    for (j, own) in relative.iter().enumerate() {
        let apart = |k: usize| match scores.len() {
            0..=MAX_PAIRED => relative[k].sub(own).range(),
            _ => relative[k].range() - own.range(),
        };
        let range = weight(&apart, j)?;
        at_constants.push(weight(&|k| relative[k].value() - own.value(), j)?);
        chords.push(range.hull(exp(own.value())? * one_over(total)?));
        weights.push(range);
    }
    let columns = values.first().map_or(0, |row| row.len());
    let mut column = |at: usize| {
        let all = || values.iter().map(|row| &row[at]);
        let hull = |of: &dyn Fn(&Form) -> DyadicInterval| all().map(of).reduce(DyadicInterval::hull);
        let sum = |weights: &[DyadicInterval], of: &dyn Fn(&Form) -> DyadicInterval| {
            weights.iter().zip(all()).fold(DyadicInterval::ZERO, |sum, (weight, v)| sum + *weight * of(v))
        };
        let constant = sum(&at_constants, &Form::value);
        let constant = hull(&Form::value).and_then(|hull| hull.intersection(constant)).unwrap_or(constant);
        let (middle, _) = around(constant);
        let range = middle + sum(&weights, &|v| v.range() - middle);
        let range = hull(&Form::range).and_then(|hull| hull.intersection(range)).unwrap_or(range);
        let mut form = Form::begin(range, constant);
        for ((v, weight), (t, chord)) in all().zip(&weights).zip(relative.iter().zip(&chords)) {
            let (share, off) = around(*weight);
            form.add_deviation(v, &Factor::new(share));
            form.add_rest(times(off, v.radius()));
            let (share, off) = around(*chord);
            let apart = v.value() - constant;
            form.add_deviation(t, &Factor::new(share * apart));
            form.add_rest(times(times(off, apart.mag()), t.radius()));
        }
        form.sharpen();
        form.name(next);
        form
    };
    Ok((0..columns).map(&mut column).collect())
}
