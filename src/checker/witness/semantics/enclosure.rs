//! Enclosures of what a network computes at one sequence: Definition 2.3 in interval arithmetic.
//!
//! Every operation of the definition is done on intervals that contain its arguments, so the results contain the exact
//! values, whatever the attention weights are. A row stands for a run of equal tokens, as in [`super`]: a sum over
//! tokens takes each row as often as its run has tokens.
//!
//! Not tight over boxes: it is for points, where intervals are as wide as rounding makes them.

use super::error::{SemanticsError, check_shape};
use crate::arith::dyadic_interval::DyadicInterval;
use crate::arith::number::Rational;
use crate::format::network::{Activation, AffineMap, Attention, Block, Head, Mechanism, Network, Projection};
use crate::format::sparse::{SparseMatrix, SparseVector};
use crate::language::ast::Function;
use crate::language::{EvalError, Scalar, Sequence};
use crate::sizes;
use crate::work::charge_all;
use num_bigint::BigInt;

type Row = Vec<DyadicInterval>;

/// Enclosures of the c outputs of the tokens of one run. The sequence must have the shape that the network reads.
pub fn enclose_run(
    network: &Network,
    sequence: Sequence<'_, Rational>,
    run: usize,
) -> Result<Row, EnclosureError> {
    check_shape(network, sequence)?;
    let width = network.width();
    let tokens: Vec<Row> = sequence.tokens().iter().map(|token| token.iter().map(number).collect()).collect();
    let mut x = affine(&tokens, &network.embedding, width);
    let last = network.blocks.iter().rposition(|block| block.attention.is_some());
    // Where the wanted row stands: once no later block looks at the others they are dropped.
    let mut wanted = run;
    if last.is_none() {
        keep_only(&mut x, &mut wanted)?;
    }
    for (index, block) in network.blocks.iter().enumerate() {
        charge_all(x.len(), 2 * sizes::count(width));
        let mut z = x.clone();
        if let Some(attention) = &block.attention {
            let attended = attend(attention, &x, sequence, width)?;
            for (row, more) in z.iter_mut().zip(attended) {
                row.iter_mut().zip(more).for_each(|(slot, value)| *slot = *slot + value);
            }
        }
        if last == Some(index) {
            let mut place = wanted;
            keep_only(&mut z, &mut place)?;
            keep_only(&mut x, &mut wanted)?;
        }
        feed_forward(block, &z, &mut x);
    }
    keep_only(&mut x, &mut wanted)?;
    affine(&x, &network.readout, network.outputs).pop().ok_or(SemanticsError::Empty.into())
}

/// Why a network is not enclosed at a sequence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnclosureError {
    /// The sequence does not fit the network.
    #[error(transparent)]
    Shape(#[from] SemanticsError),
    /// An enclosure of a divisor contains 0, or a number leaves the range of the arithmetic.
    #[error("the attention weights cannot be enclosed: {0}")]
    Weights(#[from] EvalError),
}

/// Drops all rows but the wanted one.
fn keep_only(rows: &mut Vec<Row>, wanted: &mut usize) -> Result<(), EnclosureError> {
    let length = rows.len();
    let absent = SemanticsError::NoSuchToken { token: *wanted, length };
    let row = rows.get_mut(*wanted).map(std::mem::take).ok_or(absent)?;
    *rows = vec![row];
    *wanted = 0;
    Ok(())
}

fn number(value: &Rational) -> DyadicInterval {
    DyadicInterval::from_rational(value)
}

fn count(tokens: usize) -> DyadicInterval {
    number(&Rational::from_integer(BigInt::from(tokens)))
}

fn dot(a: &[DyadicInterval], b: &[DyadicInterval]) -> DyadicInterval {
    a.iter().zip(b).fold(DyadicInterval::ZERO, |sum, (p, q)| sum + *p * *q)
}

/// `rows · matrix`, with so many columns.
fn times(rows: &[Row], matrix: &SparseMatrix, columns: usize) -> Vec<Row> {
    charge_all(rows.len(), sizes::count(columns));
    let mut images = vec![vec![DyadicInterval::ZERO; columns]; rows.len()];
    for (from, to, weight) in matrix.iter() {
        let weight = number(weight);
        for (row, image) in rows.iter().zip(&mut images) {
            image[to] = image[to] + row[from] * weight;
        }
    }
    images
}

fn affine(rows: &[Row], map: &AffineMap, columns: usize) -> Vec<Row> {
    let mut images = times(rows, &map.weights, columns);
    add_to_all(&mut images, &map.bias);
    images
}

fn add_to_all(rows: &mut [Row], bias: &SparseVector) {
    for (slot, value) in bias.iter() {
        let value = number(value);
        rows.iter_mut().for_each(|row| row[slot] = row[slot] + value);
    }
}

/// `x += FC(z)`
fn feed_forward(block: &Block, z: &[Row], x: &mut [Row]) {
    add_to_all(x, &block.bias);
    for unit in &block.units {
        let entries = |weights: &SparseVector| -> Vec<(usize, DyadicInterval)> {
            weights.iter().map(|(slot, weight)| (slot, number(weight))).collect()
        };
        let (input, bias, output) = (entries(&unit.input), number(&unit.bias.0), entries(&unit.output));
        for (z, x) in z.iter().zip(x.iter_mut()) {
            let argument = input.iter().fold(bias, |sum, (slot, weight)| sum + z[*slot] * *weight);
            let activated = activate(block.activation, argument);
            for (slot, weight) in &output {
                x[*slot] = x[*slot] + activated * *weight;
            }
        }
    }
}

fn activate(activation: Activation, t: DyadicInterval) -> DyadicInterval {
    let relu = t.max(DyadicInterval::ZERO);
    match activation {
        Activation::Relu => relu,
        Activation::Relu2 => relu.pow(2),
        Activation::Step if t.inf().signum() >= 0 => DyadicInterval::ONE,
        Activation::Step if t.sup().signum() < 0 => DyadicInterval::ZERO,
        Activation::Step => DyadicInterval::ZERO.hull(DyadicInterval::ONE),
    }
}

/// Att(X): for each row the sum over the heads of head · (its rows of the output matrix).
fn attend(
    attention: &Attention,
    x: &[Row],
    sequence: Sequence<'_, Rational>,
    width: usize,
) -> Result<Vec<Row>, EnclosureError> {
    let mut concatenated = vec![Row::new(); x.len()];
    for head in &attention.heads {
        for (row, more) in concatenated.iter_mut().zip(evaluate_head(head, x, sequence, width)?) {
            row.extend(more);
        }
    }
    Ok(times(&concatenated, &attention.output, width))
}

fn evaluate_head(
    head: &Head,
    x: &[Row],
    sequence: Sequence<'_, Rational>,
    width: usize,
) -> Result<Vec<Row>, EnclosureError> {
    let [query, key, value] = [&head.query, &head.key, &head.value].map(|matrix| times(x, matrix, width));
    let copies: Row = (0..x.len()).map(|run| count(sequence.copies(run))).collect();
    let exp = |t: DyadicInterval| t.call(Function::Exp);
    let root = count(width).call(Function::Sqrt)?;
    let softmax = |key: &[Row], value: &[Row], copies: &[DyadicInterval]| {
        let row = |q: &Row| -> Result<Row, EvalError> {
            let score = |k: &Row| dot(q, k).div(&root).and_then(exp);
            mean(key.iter().map(score), value, copies)
        };
        query.iter().map(row).collect::<Result<_, _>>()
    };
    Ok(match &head.mechanism {
        Mechanism::Softmax => softmax(&key, &value, &copies)?,
        Mechanism::Linformer { e, f } => {
            let rows = match (e, f) {
                // All rows of either are equal, so those of E·K and of F·V are: one row stands for them.
                (Projection::Uniform { .. }, Projection::Uniform { .. }) => 1,
                _ => e.rank(),
            };
            let (key, value) = (project(e, rows, &key, sequence), project(f, rows, &value, sequence));
            softmax(&key, &value, &vec![DyadicInterval::ONE; rows])?
        }
        Mechanism::Performer { normalized, features } => {
            let features: Vec<Vec<(usize, DyadicInterval)>> = features
                .iter()
                .map(|omega| omega.iter().map(|(slot, w)| (slot, number(w))).collect())
                .collect();
            // √m · a(z)
            let image = |z: &Row| -> Result<Row, EvalError> {
                let half = z.iter().fold(DyadicInterval::ZERO, |sum, &v| sum + DyadicInterval::pow(v, 2))
                    * DyadicInterval::HALF;
                let product = |omega: &Vec<(usize, DyadicInterval)>| {
                    omega.iter().fold(DyadicInterval::ZERO, |sum, (slot, w)| sum + z[*slot] * *w)
                };
                features.iter().map(|omega| exp(product(omega) - half)).collect()
            };
            let keys: Vec<Row> = key.iter().map(image).collect::<Result<_, _>>()?;
            let features = count(features.len());
            let row = |q: &Row| -> Result<Row, EvalError> {
                let q = image(q)?;
                let weights = keys.iter().map(|k| dot(&q, k).div(&features));
                if *normalized {
                    mean(weights, &value, &copies)
                } else {
                    sum(weights, &value, &copies).map(|s| s.0)
                }
            };
            query.iter().map(row).collect::<Result<_, _>>()?
        }
    })
}

/// The first `rows` rows of `P · x`, one column of P for each token.
fn project(projection: &Projection, rows: usize, x: &[Row], sequence: Sequence<'_, Rational>) -> Vec<Row> {
    let n = sequence.len();
    let columns = x.first().map_or(0, Vec::len);
    let row = |r: usize| {
        let mut position = 0;
        let mut image = vec![DyadicInterval::ZERO; columns];
        for (run, values) in x.iter().enumerate() {
            let copies = sequence.copies(run);
            let weight = match projection {
                Projection::Uniform { .. } => count(copies) * number(&projection.entry(r, position, n)),
                Projection::Rows(_) => {
                    let entries = (position..position + copies).map(|j| projection.entry(r, j, n));
                    number(&entries.sum::<Rational>())
                }
            };
            position += copies;
            image.iter_mut().zip(values).for_each(|(sum, value)| *sum = *sum + weight * *value);
        }
        image
    };
    (0..rows).map(row).collect()
}

/// `Σ_j copies_j · weight_j · row_j` and `Σ_j copies_j · weight_j`.
fn sum(
    weights: impl Iterator<Item = Result<DyadicInterval, EvalError>>,
    rows: &[Row],
    copies: &[DyadicInterval],
) -> Result<(Row, DyadicInterval), EvalError> {
    let mut total = vec![DyadicInterval::ZERO; rows.first().map_or(0, Vec::len)];
    let mut weight_sum = DyadicInterval::ZERO;
    for ((weight, row), copies) in weights.zip(rows).zip(copies) {
        let weight = weight? * *copies;
        weight_sum = weight_sum + weight;
        total.iter_mut().zip(row).for_each(|(sum, value)| *sum = *sum + weight * *value);
    }
    Ok((total, weight_sum))
}

/// The mean of the rows with these weights.
fn mean(
    weights: impl Iterator<Item = Result<DyadicInterval, EvalError>>,
    rows: &[Row],
    copies: &[DyadicInterval],
) -> Result<Row, EvalError> {
    let (total, weight) = sum(weights, rows, copies)?;
    total.iter().map(|value| value.div(&weight)).collect()
}
