//! E9: the theorems about networks do not ask for continuity.

use crate::audit::proof::{Continuous, source};
use crate::audit::row::{By, Kind, Row, fails, holds};
use crate::audit::stream::list;
use std::collections::BTreeSet;
use sumformer_checker::arith::number::{Exact, Rational, integer, ratio};
use sumformer_checker::format::network::{Activation, AffineMap, Block, NETWORK_FORMAT, Network, Unit};
use sumformer_checker::format::sparse::{SparseMatrix, SparseVector};
use sumformer_checker::language::target::Tokens;
use sumformer_checker::witness::semantics::ExactEvaluator;

/// x ↦ relu(s(x − 1/2) + 1) − relu(s(x − 1/2)): 0 up to 1/2 − 1/s, 1 from 1/2 on.
fn ramp(slope: i64) -> Network {
    let unit = |shift: Rational, sign: i64| Unit {
        input: SparseVector::from_entries([(0, integer(slope))]),
        bias: Exact(shift - ratio(slope, 2)),
        output: SparseVector::from_entries([(1, integer(sign))]),
    };
    Network {
        format: NETWORK_FORMAT.into(),
        tokens: Tokens::Fixed(2),
        dimension: 1,
        outputs: 1,
        slots: ["x", "f"].map(String::from).to_vec(),
        embedding: AffineMap {
            weights: SparseMatrix::from_entries([(0, 0, integer(1))]),
            bias: SparseVector::default(),
        },
        blocks: vec![Block {
            label: "ramp".into(),
            attention: None,
            activation: Activation::Relu,
            units: vec![unit(integer(1), 1), unit(integer(0), -1)],
            bias: SparseVector::default(),
        }],
        readout: AffineMap {
            weights: SparseMatrix::from_entries([(1, 0, integer(1))]),
            bias: SparseVector::default(),
        },
    }
}

pub(super) fn e9() -> Row {
    Row {
        id: "E9",
        place: "Definition 2.7; Theorems 4.3–4.5",
        kinds: &[Kind::Counterexample],
        statement: "For each function f ∈ F_equi(X, Y), as Definition 2.7 has it, and each ε > 0 there is a Transformer (Linformer, Performer) \
                    with sup |f − T| < ε.",
        finding: "Definition 2.7 does not ask f to be continuous, and networks of ReLU and softmax are. For f(X)_i = 1[x_i ≥ 1/2], any n ≥ 2, and all tokens equal to x, a T with \
                  s = sup |f − T| < 1/2 is at least 1 − s at 1/2 and at most s just before, so it jumps: a counterexample to the letter of the theorems, for continuous activations. Their introductions speak of continuous functions, and the proofs assume it. Theorem 4.1 survives: it asks nothing of φ and ψ, and where φ separates multisets, as \
                  the power sums with |α| ≤ n do, any f is ψ(x, Σ) exactly.",
        printed: vec![
            fails(
                By::Evaluation,
                "n = 2, f(X)_i = 1[x_i ≥ 1/2]: ReLU ramps of slopes s = 10, 10³, 10⁶ get below the error 1/4 at x_1 = x_2 = 1/2 − 1/(2s)",
                || {
                    let errors: Vec<Rational> = [10i64, 1_000, 1_000_000]
                        .into_iter()
                        .map(|slope| {
                            let point = vec![vec![ratio(1, 2) - ratio(1, 2 * slope)]; 2];
                            Ok(ExactEvaluator::new(&ramp(slope))?.evaluate(&point)?[0][0].clone())
                        })
                        .collect::<Result<_, Box<dyn std::error::Error>>>()?;
                    let close = errors.iter().any(|error| error < &ratio(1, 4));
                    Ok((close, vec![("f there", "0".into()), ("T there", list(&errors))]))
                },
            ),
            holds(
                By::Enumeration,
                "Theorem 4.1, n = 3, d = 1, X = {0, 1/4, …, 1}: Σ = (p1, p2, p3) tells all multisets of tokens apart",
                || {
                    let mut sums = BTreeSet::new();
                    let mut multisets = 0;
                    for (a, b, c) in
                        (0..5i64).flat_map(|a| (a..5).flat_map(move |b| (b..5).map(move |c| (a, b, c))))
                    {
                        multisets += 1;
                        sums.insert([1, 2, 3].map(|power| {
                            [a, b, c].iter().map(|&t| ratio(t, 4).pow(power)).sum::<Rational>()
                        }));
                    }
                    let numbers =
                        vec![("multisets", multisets.to_string()), ("different Σ", sums.len().to_string())];
                    Ok((sums.len() == multisets, numbers))
                },
            ),
        ],
        repair: Some("Add to Theorems 4.3–4.5 that f is continuous."),
        repaired: vec![
            holds(
                By::Evaluation,
                "n = 2, f(X)_i = the ramp of slope 10 at x_i: at 1/2 − 1/20 the network of slope 10 is f",
                || {
                    let x = ratio(1, 2) - ratio(1, 20);
                    let found =
                        ExactEvaluator::new(&ramp(10))?.evaluate(&vec![vec![x.clone()]; 2])?[0][0].clone();
                    let wanted = (integer(10) * (x - ratio(1, 2))) + integer(1);
                    Ok((
                        found == wanted,
                        vec![("f there", wanted.to_string()), ("T there", found.to_string())],
                    ))
                },
            ),
            holds(
                By::Checker,
                "f(X)_i = tanh(3x_i) · mean exp(−2x_j), continuous, n = 4: a Transformer",
                || Continuous::default().evidence(&source("4", 1, &["tanh(3*x[0]) * mean(y: exp(-2*y[0]))"])),
            ),
        ],
    }
}
