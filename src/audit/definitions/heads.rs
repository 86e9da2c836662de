//! Definitions 2.1, 2.5, 2.6: attention heads whose scores vary, in enclosures.

use crate::audit::row::{By, Evidence, Instance, Kind, Row, holds};
use crate::audit::stream::uniform;
use crate::eval::Forward;
use crate::numeric::float_interval::FloatInterval;
use num_traits::{Signed, Zero};
use std::error::Error;
use sumformer_checker::arith::exp::exp;
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::{Exact, Rational, integer, power_of_two, ratio, to_f64};
use sumformer_checker::format::network::{
    Activation, AffineMap, Attention, Block, Head, Mechanism, NETWORK_FORMAT, Network, Projection, Unit,
};
use sumformer_checker::format::sparse::{SparseMatrix, SparseVector};
use sumformer_checker::language::target::Tokens;

/// D: two coordinates, and two slots for what the head returns. √D = 2 is rational.
const WIDTH: usize = 4;
/// 1/√D.
const SCALE: (i64, i64) = (1, 2);
/// Both enclosures of an entry are narrower than 2^−30.
const WIDEST: i64 = -30;

type Matrix = Vec<Vec<Rational>>;

fn matrix(rows: &[[i64; 2]], denominator: i64) -> Matrix {
    rows.iter().map(|row| row.iter().map(|&p| ratio(p, denominator)).collect()).collect()
}

fn product(a: &Matrix, b: &Matrix) -> Matrix {
    let column = |row: &Vec<Rational>, c: usize| row.iter().zip(b).map(|(x, row)| x * &row[c]).sum();
    a.iter().map(|row| (0..b[0].len()).map(|c| column(row, c)).collect()).collect()
}

fn dot(a: &[Rational], b: &[Rational]) -> Rational {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// X, X·W_Q, X·W_K, X·W_V for three tokens of two coordinates, with weights that were picked by hand.
struct Inputs {
    x: Matrix,
    query: Matrix,
    key: Matrix,
    value: Matrix,
}

fn inputs() -> Inputs {
    Inputs {
        x: matrix(&[[3, 1], [-2, 4], [5, -1]], 4),
        query: matrix(&[[2, -1], [1, 3]], 3),
        key: matrix(&[[1, 2], [-2, 1]], 2),
        value: matrix(&[[4, -3], [1, 2]], 5),
    }
}

/// The head as a network that returns A·X·W_V: it goes to two slots that are empty, and FC hands these on.
fn network(mechanism: Mechanism) -> Network {
    let Inputs { query, key, value, .. } = inputs();
    let place = |weights: &Matrix, column: usize| {
        let entries = weights.iter().enumerate().flat_map(|(row, weights)| {
            weights.iter().enumerate().map(move |(c, weight)| (row, column + c, weight.clone()))
        });
        SparseMatrix::from_entries(entries.collect::<Vec<_>>())
    };
    let carry = |slot: usize, sign: i64| Unit {
        input: SparseVector::from_entries([(slot, integer(sign))]),
        bias: Exact(integer(0)),
        output: SparseVector::from_entries([(slot, integer(sign))]),
    };
    let linear = |entries: [(usize, usize); 2]| AffineMap {
        weights: SparseMatrix::from_entries(entries.map(|(from, to)| (from, to, integer(1)))),
        bias: SparseVector::default(),
    };
    Network {
        format: NETWORK_FORMAT.into(),
        tokens: Tokens::Fixed(3),
        dimension: 2,
        outputs: 2,
        slots: ["x0", "x1", "a0", "a1"].map(String::from).to_vec(),
        embedding: linear([(0, 0), (1, 1)]),
        blocks: vec![Block {
            label: "head".into(),
            attention: Some(Attention {
                heads: vec![Head {
                    mechanism,
                    query: place(&query, 0),
                    key: place(&key, 0),
                    value: place(&value, 2),
                }],
                output: SparseMatrix::scaled_identity(WIDTH, integer(1)),
            }),
            activation: Activation::Relu,
            units: (2..WIDTH).flat_map(|slot| [carry(slot, 1), carry(slot, -1)]).collect(),
            bias: SparseVector::default(),
        }],
        readout: linear([(2, 0), (3, 1)]),
    }
}

/// Weights and values of the definition: A in enclosures, not yet divided by its row sums, and what it multiplies.
struct Transcribed {
    weights: Vec<Vec<Interval>>,
    values: Matrix,
    divided: bool,
}

fn exponentials(
    rows: &Matrix,
    columns: &Matrix,
    exponent: impl Fn(&[Rational], &[Rational]) -> Vec<Rational>,
) -> Result<Vec<Vec<Interval>>, Box<dyn Error>> {
    let weight = |row: &Vec<Rational>, column: &Vec<Rational>| {
        exponent(row, column)
            .iter()
            .try_fold(Interval::point(Rational::zero()), |sum, e| Some(&sum + &exp(e)?))
    };
    let row =
        |row| columns.iter().map(|column| weight(row, column).ok_or("an exponent is too large")).collect();
    Ok(rows.iter().map(row).collect::<Result<_, _>>()?)
}

/// (1) and (5): softmax of Q·Kᵀ/√D, K and V as given.
fn softmax(query: &Matrix, key: &Matrix, values: Matrix) -> Result<Transcribed, Box<dyn Error>> {
    let scale = ratio(SCALE.0, SCALE.1);
    let weights = exponentials(query, key, |q, k| vec![dot(q, k) * &scale])?;
    Ok(Transcribed { weights, values, divided: true })
}

/// (7), (8): a(q)·a(k) = (1/m) Σ_r exp(ω_r·(q + k) − (‖q‖² + ‖k‖²)/2).
fn performer(
    query: &Matrix,
    key: &Matrix,
    values: Matrix,
    omega: &Matrix,
) -> Result<Transcribed, Box<dyn Error>> {
    let weights = exponentials(query, key, |q, k| {
        let norms = (dot(q, q) + dot(k, k)) / integer(2);
        omega.iter().map(|w| dot(w, q) + dot(w, k) - &norms).collect()
    })?;
    let share = ratio(1, omega.len() as i64);
    let weights = weights.into_iter().map(|row| row.iter().map(|weight| weight.scale(&share)).collect());
    Ok(Transcribed { weights: weights.collect(), values, divided: false })
}

impl Transcribed {
    /// An enclosure of each entry of the head's output.
    fn outputs(&self) -> Result<Vec<Vec<Interval>>, Box<dyn Error>> {
        let sum = |terms: &mut dyn Iterator<Item = Interval>| {
            terms.fold(Interval::point(Rational::zero()), |sum, term| &sum + &term)
        };
        let row = |weights: &Vec<Interval>| -> Result<Vec<Interval>, Box<dyn Error>> {
            let total = sum(&mut weights.iter().cloned());
            let entry = |c: usize| -> Result<Interval, Box<dyn Error>> {
                let sum =
                    sum(&mut weights.iter().zip(&self.values).map(|(weight, value)| weight.scale(&value[c])));
                if !self.divided {
                    return Ok(sum);
                }
                let corner = |end: &Rational, small: &Rational, large: &Rational| {
                    if end.is_negative() { end / small } else { end / large }
                };
                let low = corner(sum.inf(), total.inf(), total.sup());
                Ok(Interval::new(low, corner(sum.sup(), total.sup(), total.inf()))?)
            };
            (0..2).map(entry).collect()
        };
        self.weights.iter().map(row).collect()
    }
}

fn exact(value: f64) -> Result<Rational, Box<dyn Error>> {
    Ok(Rational::from_float(value).ok_or("not a finite number")?)
}

/// Whether the interval pass of the network and the transcription enclose the same numbers.
fn agree(mechanism: Mechanism, transcribed: &Transcribed) -> Evidence {
    let network = network(mechanism);
    let tokens: Vec<Vec<FloatInterval>> =
        inputs().x.iter().map(|token| token.iter().map(FloatInterval::from_rational).collect()).collect();
    let found = Forward::<FloatInterval>::compile(&network)?.run(&tokens)?;
    let widest = power_of_two(WIDEST);
    let mut all = true;
    let expected = transcribed.outputs()?;
    for (found, expected) in found.iter().flatten().zip(expected.iter().flatten()) {
        let found = Interval::new(exact(found.inf())?, exact(found.sup())?)?;
        all &= found.intersection(expected).is_some() && found.wid() < widest && expected.wid() < widest;
    }
    let first = &expected[0][0];
    let numbers = vec![
        ("entries", expected.iter().flatten().count().to_string()),
        ("the first, transcribed", format!("≈ {:.15}", to_f64(&first.mid()))),
        ("evaluated", format!("≈ {:.15}", found[0][0].mid())),
    ];
    Ok((all, numbers))
}

fn both_agree(
    what: &str,
    mechanism: Mechanism,
    transcribed: Result<Transcribed, Box<dyn Error>>,
) -> Instance {
    holds(By::Enclosure, what, || agree(mechanism, &transcribed?))
}

fn projected() -> (Matrix, Matrix, Matrix) {
    let Inputs { x, query, key, value } = inputs();
    (product(&x, &query), product(&x, &key), product(&x, &value))
}

pub(super) fn definition_2_1() -> Row {
    let (query, key, value) = projected();
    Row {
        id: "Definition 2.1",
        place: "(1)",
        kinds: &[Kind::Holds],
        statement: "AttHead(X) = ρ(XW_Q(XW_K)ᵀ/√d)·XW_V, ρ the softmax, row by row.",
        finding: "As it is evaluated here. ρ acts on rows of n entries (E17).",
        printed: vec![both_agree(
            "n = 3, D = 4: a head with scores that vary: the interval pass and the formula, in rational enclosures, meet in every entry",
            Mechanism::Softmax,
            softmax(&query, &key, value),
        )],
        repair: None,
        repaired: Vec::new(),
    }
}

pub(super) fn definition_2_5() -> Row {
    let (query, key, value) = projected();
    let e: Matrix = [[2, 1, -1], [0, 3, 1]].iter().map(|row| row.map(|p| ratio(p, 4)).to_vec()).collect();
    let f: Matrix = [[1, 0, 2], [-1, 2, 1]].iter().map(|row| row.map(|p| ratio(p, 3)).to_vec()).collect();
    let rows =
        |m: &Matrix| Projection::Rows(m.iter().map(|row| row.iter().cloned().map(Exact).collect()).collect());
    let third: Matrix = vec![vec![ratio(1, 3); 3]; 2];
    Row {
        id: "Definition 2.5",
        place: "(5)",
        kinds: &[Kind::Holds],
        statement: "LinAttHead(X) = ρ(XW_Q(EXW_K)ᵀ/√d)·FXW_V with E, F of k rows.",
        finding: "As it is evaluated here; k < n is not needed (E2), and ρ acts on rows of k entries (E17).",
        printed: vec![
            both_agree(
                "n = 3, k = 2, E and F given by their rows",
                Mechanism::Linformer { e: rows(&e), f: rows(&f) },
                softmax(&query, &product(&e, &key), product(&f, &value)),
            ),
            both_agree(
                "n = 3, k = 2, E = F = (1/3)·1",
                Mechanism::Linformer { e: uniform(2, 3), f: uniform(2, 3) },
                softmax(&query, &product(&third, &key), product(&third, &value)),
            ),
        ],
        repair: None,
        repaired: Vec::new(),
    }
}

pub(super) fn definition_2_6() -> Row {
    let (query, key, value) = projected();
    let omega = matrix(&[[1, -2], [3, 1]], 4);
    let features =
        omega.iter().map(|row| SparseVector::from_entries(row.iter().cloned().enumerate())).collect();
    let (normalized, transcribed) = (false, performer(&query, &key, value, &omega));
    Row {
        id: "Definition 2.6",
        place: "(7), (8)",
        kinds: &[Kind::Holds],
        statement: "PerAttHead(X) = a(XW_Q)(a(XW_K)ᵀ(XW_V)) with random features a.",
        finding: "As it is evaluated here, for any ω; as deployed (FAVOR+) rows are divided by their sums, which the definition leaves out. k < n is not \
                  needed (E2).",
        printed: vec![both_agree(
            "n = 3, two features",
            Mechanism::Performer { normalized, features },
            transcribed,
        )],
        repair: None,
        repaired: Vec::new(),
    }
}
