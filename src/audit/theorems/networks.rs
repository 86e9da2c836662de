//! Theorems 4.3–4.5.

use crate::audit::proof::{Continuous, source};
use crate::audit::row::{By, Instance, Kind, Row, fails, holds};
use crate::audit::stream::{
    FeedForward, harmonic, linformer, performer, printed_scores, softmax, stream_of, sum_of,
};
use crate::lowering::attention::{Architecture, Scores};
use sumformer_checker::arith::number::{integer, ratio};
use sumformer_checker::format::sparse::SparseMatrix;

fn polynomial() -> String {
    source("5", 2, &["x[0] * sum(y != x: y[0]*y[1]) / 4", "x[1] - mean(y: y[1]^2)"])
}

fn continuous() -> String {
    source("5", 1, &["tanh(2*x[0]) * mean(y: exp(-y[0]))"])
}

/// Both targets, as networks of an architecture.
fn networks(architecture: Architecture, scores: Scores, name: &str) -> [Instance; 2] {
    [("a polynomial", polynomial()), ("a function that is no polynomial", continuous())].map(
        |(kind, text)| {
            holds(By::Checker, format!("n = 5, {kind}, ε = 1/100: {name}"), || {
                Continuous { architecture, scores, ..Continuous::default() }.evidence(&text)
            })
        },
    )
}

pub(super) fn theorem_4_3() -> Row {
    Row {
        id: "Theorem 4.3",
        place: "(21)–(24), (39)–(47)",
        kinds: &[Kind::Gap],
        statement: "Every equivariant f is within ε of a Transformer with one attention layer.",
        finding: "Holds for continuous f (E9) by the continuous proof. The printed attention returns Σ; the printed block does not put it into the \
                  stream (E5), widths change (E6), and the discontinuous proof needs steps (E10).",
        printed: vec![
            holds(By::Evaluation, "n = 7: the head with W_Q, W_K of (23) and W_V of (45) returns Σ", || {
                sum_of(&softmax(7, FeedForward::LastSlot), &harmonic(7))
            }),
            fails(
                By::Evaluation,
                "n = 4: a residual connection after it makes (47), as a block of Definition 2.3 with FC = 0",
                || stream_of(&softmax(4, FeedForward::Zero), &harmonic(4)),
            ),
        ],
        repair: Some("f continuous; one width; FC hands on the slot of Σ."),
        repaired: networks(Architecture::Transformer, Scores::Paper, "a Transformer with the printed scores")
            .into(),
    }
}

pub(super) fn theorem_4_4() -> Row {
    let with_rank =
        |rank| networks(Architecture::Linformer { rank }, Scores::Paper, &format!("a Linformer, k = {rank}"));
    Row {
        id: "Theorem 4.4",
        place: "(25), (26)",
        kinds: &[Kind::Gap],
        statement: "Every equivariant f is within ε of a Linformer with one attention layer, for some k ∈ O(d/ε²).",
        finding: "Holds for continuous f and n ≥ 2 (E2, E9), with another F than is printed (E1), and for every k.",
        printed: vec![fails(
            By::Evaluation,
            "n = 7, k = 3: the head with the printed E, F, W_Q, W_K, W_V returns Σ",
            || sum_of(&linformer(7, 3, 3, printed_scores()), &harmonic(7)),
        )],
        repair: Some("F = (1/n)·1; any k ≥ 1."),
        repaired: with_rank(1).into_iter().chain(with_rank(4)).collect(),
    }
}

pub(super) fn theorem_4_5() -> Row {
    let architecture = |normalized| Architecture::Performer { features: 16, seed: 0, normalized };
    let plain = networks(
        architecture(false),
        Scores::Zero,
        "a Performer of Definition 2.6, zero scores, 16 features",
    );
    let normalised =
        networks(architecture(true), Scores::Paper, "a normalised Performer, printed scores, 16 features");
    Row {
        id: "Theorem 4.5",
        place: "(27), (28)",
        kinds: &[Kind::Gap],
        statement: "Every equivariant f is within ε of a Performer with one attention layer.",
        finding: "Holds for continuous f (E9). The printed weights depend on the draw of ω (E3) and scale the rest of the stream \
                  (E4); zero scores make λ = 1, for every number of features, whether below n or not (E2).",
        printed: vec![fails(
            By::Evaluation,
            "n = 4, λ = 1: the printed layer after the head makes the stream [1, x, φ, Σ]",
            || {
                let printed = FeedForward::Multiple(ratio(1, 4));
                stream_of(&performer(false, SparseMatrix::default(), integer(4), printed), &harmonic(4))
            },
        )],
        repair: Some("W_Q = W_K = 0, or divide by the row sums; FC hands on the slot of Σ."),
        repaired: plain.into_iter().chain(normalised).collect(),
    }
}
