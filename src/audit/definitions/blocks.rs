//! Definitions 2.2–2.4: layers, blocks, networks, exactly.

use crate::audit::row::{By, Evidence, Kind, Row, holds};
use crate::audit::stream::list;
use nalgebra::DMatrix;
use num_traits::Signed;
use std::error::Error;
use sumformer_checker::arith::number::{Exact, Rational, integer, ratio};
use sumformer_checker::format::network::{
    Activation, AffineMap, Attention, Block, Head, Mechanism, NETWORK_FORMAT, Network, Unit,
};
use sumformer_checker::format::sparse::{SparseMatrix, SparseVector};
use sumformer_checker::language::target::Tokens;
use sumformer_checker::witness::semantics::ExactEvaluator;

/// n = D = d, and as many heads and hidden units as come out.
const TOKENS: usize = 4;
const WIDTH: usize = 3;
const HEADS: usize = 2;
const UNITS: usize = 5;

type Matrix = DMatrix<Rational>;

/// Weights without a pattern that a wrong formula could miss, the same at every run.
fn weights(rows: usize, columns: usize, salt: usize) -> Matrix {
    Matrix::from_fn(rows, columns, |r, c| ratio(((7 * r + 5 * c + 3 * salt + r * c) % 11) as i64 - 5, 4))
}

/// The weights of a block with constant scores, dense.
struct Dense {
    values: Vec<Matrix>,
    output: Matrix,
    w1: Matrix,
    b1: Matrix,
    w2: Matrix,
    b2: Matrix,
}

impl Dense {
    fn new(salt: usize) -> Self {
        Self {
            values: (0..HEADS).map(|head| weights(WIDTH, WIDTH, salt + head)).collect(),
            output: weights(HEADS * WIDTH, WIDTH, salt + 2),
            w1: weights(WIDTH, UNITS, salt + 3),
            b1: weights(1, UNITS, salt + 4),
            w2: weights(UNITS, WIDTH, salt + 5),
            b2: weights(1, WIDTH, salt + 6),
        }
    }

    /// (2) with A = (1/n)·1: every row is the mean of X·W_V, head by head, times W_O.
    fn attention(&self, x: &Matrix) -> Matrix {
        let mean = Matrix::from_element(x.nrows(), x.nrows(), ratio(1, x.nrows() as i64));
        let mut heads = Matrix::from_element(x.nrows(), HEADS * WIDTH, integer(0));
        for (head, value) in self.values.iter().enumerate() {
            heads.columns_mut(head * WIDTH, WIDTH).copy_from(&(&mean * x * value));
        }
        heads * &self.output
    }

    /// (3)
    fn block(&self, x: &Matrix) -> Matrix {
        let every_row = |bias: &Matrix| Matrix::from_fn(x.nrows(), bias.ncols(), |_, c| bias[c].clone());
        let hidden = (x + self.attention(x)) * &self.w1 + every_row(&self.b1);
        let active = hidden.map(|value| if value.is_negative() { integer(0) } else { value });
        x + active * &self.w2 + every_row(&self.b2)
    }

    /// The same attention with FC(z) = relu(z + 100) − 100, the identity on all that is met here.
    fn with_linear_layer(&self) -> Self {
        let mut w1 = Matrix::from_element(WIDTH, UNITS, integer(0));
        w1.fill_diagonal(integer(1));
        Self {
            values: self.values.clone(),
            output: self.output.clone(),
            w2: w1.transpose(),
            w1,
            b1: Matrix::from_element(1, UNITS, integer(100)),
            b2: Matrix::from_element(1, WIDTH, integer(-100)),
        }
    }

    fn in_file(&self) -> Block {
        let vector = |row: &Matrix| SparseVector::from_entries(row.iter().cloned().enumerate());
        let head = |value: &Matrix| Head {
            mechanism: Mechanism::Softmax,
            query: SparseMatrix::default(),
            key: SparseMatrix::default(),
            value: sparse(value),
        };
        let unit = |u: usize| Unit {
            input: SparseVector::from_entries(self.w1.column(u).iter().cloned().enumerate()),
            bias: Exact(self.b1[u].clone()),
            output: SparseVector::from_entries(self.w2.row(u).iter().cloned().enumerate()),
        };
        Block {
            label: "audit".into(),
            attention: Some(Attention {
                heads: self.values.iter().map(head).collect(),
                output: sparse(&self.output),
            }),
            activation: Activation::Relu,
            units: (0..UNITS).map(unit).collect(),
            bias: vector(&self.b2),
        }
    }
}

fn sparse(matrix: &Matrix) -> SparseMatrix {
    let entries = (0..matrix.nrows()).flat_map(|r| (0..matrix.ncols()).map(move |c| (r, c)));
    SparseMatrix::from_entries(entries.map(|(r, c)| (r, c, matrix[(r, c)].clone())))
}

/// The exact pass of a network of these blocks, on the stream itself.
fn evaluated(blocks: &[&Dense], x: &Matrix) -> Result<Matrix, Box<dyn Error>> {
    let identity = || AffineMap {
        weights: SparseMatrix::scaled_identity(WIDTH, integer(1)),
        bias: SparseVector::default(),
    };
    let network = Network {
        format: NETWORK_FORMAT.into(),
        tokens: Tokens::Fixed(TOKENS),
        dimension: WIDTH,
        outputs: WIDTH,
        slots: (0..WIDTH).map(|slot| format!("x{slot}")).collect(),
        embedding: identity(),
        blocks: blocks.iter().map(|block| block.in_file()).collect(),
        readout: identity(),
    };
    let sequence: Vec<Vec<Rational>> = x.row_iter().map(|row| row.iter().cloned().collect()).collect();
    let rows = ExactEvaluator::new(&network)?.evaluate(&sequence)?;
    Ok(Matrix::from_row_iterator(TOKENS, WIDTH, rows.into_iter().flatten()))
}

fn compared(found: &Matrix, expected: &Matrix) -> Evidence {
    let first = |matrix: &Matrix| list(&matrix.row(0).iter().cloned().collect::<Vec<_>>());
    let numbers = vec![("first row, transcribed", first(expected)), ("evaluated", first(found))];
    Ok((found == expected, numbers))
}

fn row(
    id: &'static str,
    place: &'static str,
    statement: &'static str,
    finding: &'static str,
    what: &str,
    evidence: impl FnOnce() -> Evidence,
) -> Row {
    let printed = vec![holds(By::Evaluation, what, evidence)];
    Row { id, place, kinds: &[Kind::Holds], statement, finding, printed, repair: None, repaired: Vec::new() }
}

pub(super) fn definition_2_2() -> Row {
    row(
        "Definition 2.2",
        "(2)",
        "Att(X) = [AttHead_1(X), …, AttHead_h(X)]·W_O.",
        "As it is evaluated here.",
        "n = 4, D = 3, two heads, W_Q = W_K = 0: the layer, taken out of a block whose FC hands it on",
        || {
            let x = weights(TOKENS, WIDTH, 9);
            let dense = Dense::new(1);
            // FC(z) = z: X + (X + Att(X)).
            let found = evaluated(&[&dense.with_linear_layer()], &x)?;
            compared(&(found - &x - &x), &dense.attention(&x))
        },
    )
}

pub(super) fn definition_2_3() -> Row {
    row(
        "Definition 2.3",
        "(3)",
        "Block(X) = X + FC(X + Att(X)), FC row by row.",
        "As it is evaluated here. The paper's own construction does not keep to it (E4–E6).",
        "n = 4, D = 3, two heads, five ReLU units with biases",
        || {
            let (x, dense) = (weights(TOKENS, WIDTH, 9), Dense::new(1));
            compared(&evaluated(&[&dense], &x)?, &dense.block(&x))
        },
    )
}

pub(super) fn definition_2_4() -> Row {
    row(
        "Definition 2.4",
        "(4)",
        "A network is a composition of blocks.",
        "As it is evaluated here, between an affine embedding and an affine readout.",
        "n = 4, D = 3: three blocks with different weights",
        || {
            let (x, blocks) = (weights(TOKENS, WIDTH, 9), [1, 4, 6].map(Dense::new));
            let expected = blocks.iter().fold(x.clone(), |x, block| block.block(&x));
            compared(&evaluated(&blocks.iter().collect::<Vec<_>>(), &x)?, &expected)
        },
    )
}
