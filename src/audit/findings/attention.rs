//! E1–E5: the attention layer of Theorems 4.3–4.5 with its weights as printed.

use crate::audit::proof::{Continuous, source};
use crate::audit::row::{By, Evidence, Kind, Row, fails, holds};
use crate::audit::stream::{
    FeedForward, PrintedBlock, SIGMA, WIDTH, harmonic, linformer, list, performer, printed_scores, softmax,
    stream_of, sum_of,
};
use crate::lowering::attention::{Architecture, Scores, averaging_attention};
use num_traits::{One, Zero};
use sumformer_checker::arith::exp::exp;
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::{Rational, integer, ratio, to_f64};
use sumformer_checker::format::network::Mechanism;
use sumformer_checker::format::sparse::SparseMatrix;
use sumformer_checker::language::target::Tokens;
use sumformer_checker::witness::semantics::ExactEvaluator;

/// A target that needs the sum over seven tokens.
fn seven() -> String {
    source("7", 1, &["x[0] * sum(y != x: y[0]) / 6"])
}

pub(super) fn e1() -> Row {
    let proof = |rank| {
        let with = Continuous { architecture: Architecture::Linformer { rank }, ..Continuous::default() };
        holds(
            By::Checker,
            format!("a Linformer with F = (1/n)·1, n = 7, k = {rank}, and the printed scores"),
            || with.evidence(&seven()),
        )
    };
    Row {
        id: "E1",
        place: "(26), (45)",
        kinds: &[Kind::Counterexample],
        statement: "With E = (1/n)·1, F = (1/k)·1 (both k × n) and W_V = n·I on the φ slot, the Linformer head returns Σ.",
        finding: "It returns (n/k)·Σ: every row of F·X·W_V is (n/k)·Σ, and the k softmax weights 1/k average k equal rows. \
                  A counterexample to the formula, not to Theorem 4.4.",
        printed: vec![fails(
            By::Evaluation,
            "n = 7, k = 3, the printed weights: every token gets Σ",
            || sum_of(&linformer(7, 3, 3, printed_scores()), &harmonic(7)),
        )],
        repair: Some("F = (1/n)·1 (or W_V = k·I with the printed F)."),
        repaired: vec![
            holds(By::Evaluation, "n = 7, k = 3, F = (1/n)·1: every token gets Σ", || {
                sum_of(&linformer(7, 3, 7, printed_scores()), &harmonic(7))
            }),
            proof(3),
        ],
    }
}

pub(super) fn e2() -> Row {
    let ranks = |n: usize| (1..n).count();
    let with = |rank| Continuous { architecture: Architecture::Linformer { rank }, ..Continuous::default() };
    Row {
        id: "E2",
        place: "Theorem 4.4; Definitions 2.5, 2.6",
        kinds: &[Kind::Loose, Kind::Counterexample],
        statement: "Linformer needs some k ∈ O(d/ε²); k < n in the definitions of Linformer and Performer heads.",
        finding: "k = 1 is in O(d/ε²), so the theorem is true as far as k goes, but no ε enters: k = 1 is exact, for any W_Q, W_K and E. \
                  k < n leaves no k ≥ 1 for n = 1: there the theorem, which says that a k exists, is false as printed, and Theorem 4.5, \
                  which is about every k < n, says nothing.",
        printed: vec![
            holds(By::Checker, "d = 2, ε = 1/1000: k = 1 does, where d/ε² = 2000000", || {
                let with = Continuous { epsilon: ratio(1, 1000), ..with(1) };
                with.evidence(&source("5", 2, &["x[0] * mean(y: y[1])"]))
            }),
            fails(By::Shapes, "n = 1: there is a k with 1 ≤ k < n", || {
                Ok((ranks(1) > 0, vec![("n", "1".into()), ("number of k", ranks(1).to_string())]))
            }),
        ],
        repair: Some("Allow every k ≥ 1, and take k = 1."),
        repaired: vec![
            holds(
                By::Evaluation,
                "n = 5, k = 1, W_Q = W_K = I, so that scores vary: every token gets Σ",
                || {
                    sum_of(
                        &linformer(5, 1, 5, SparseMatrix::scaled_identity(WIDTH, integer(1))),
                        &harmonic(5),
                    )
                },
            ),
            holds(By::Checker, "n = 1, k = 1: a Linformer", || {
                with(1).evidence(&source("1", 1, &["x[0]^2 + sum(y: y[0])"]))
            }),
            holds(By::Checker, "n = 3, k = 5 > n: a Linformer", || {
                with(5).evidence(&source("3", 1, &["x[0] * sum(y: y[0]) / 3"]))
            }),
        ],
    }
}

/// λ = (1/k) Σ_r exp(2ω_{r,1} − 1) of the printed Performer head, from four features drawn with a seed and recorded on a
/// grid of rationals.
fn lambda(seed: u64) -> Option<Interval> {
    let performer = Architecture::Performer { features: 4, seed, normalized: false };
    let attention = averaging_attention(performer, Tokens::Fixed(4), WIDTH, &[], None);
    let Mechanism::Performer { features, .. } = &attention.heads[0].mechanism else { return None };
    let sum = features.iter().try_fold(Interval::point(Rational::zero()), |sum, omega| {
        Some(&sum + &exp(&(omega.get(0) * integer(2) - Rational::one()))?)
    })?;
    Some(sum.scale(&ratio(1, features.len() as i64)))
}

pub(super) fn e3() -> Row {
    let proof = |normalized, scores, what: &str| {
        let architecture = Architecture::Performer { features: 8, seed: 0, normalized };
        let with = Continuous { architecture, scores, ..Continuous::default() };
        holds(By::Checker, what, || with.evidence(&seven()))
    };
    Row {
        id: "E3",
        place: "Theorem 4.5, (28)",
        kinds: &[Kind::Omission],
        statement: "a(XW_Q)a(XW_K)ᵀ = λ·1 for some λ ∈ R, and a layer with the weights 1/(λn) divides it away.",
        finding: "λ = (1/k)Σ_r exp(2ω_{r,1} − 1) depends on the draw of ω. For rational ω with some ω_{r,1} ≠ 1/2 it is transcendental \
                  (Lindemann–Weierstrass), so 1/(λn) is a real number but not a rational one: every weight that can be stored is off.",
        printed: vec![fails(
            By::Enclosure,
            "n = 4, k = 4: one weight 1/(λn) serves the draws of ω with seeds 0 and 1",
            || {
                let (first, second) = (lambda(0).ok_or("no exp")?, lambda(1).ok_or("no exp")?);
                let numbers = vec![
                    ("λ, seed 0", format!("≈ {:.12}", to_f64(&first.mid()))),
                    ("λ, seed 1", format!("≈ {:.12}", to_f64(&second.mid()))),
                ];
                Ok((first.intersection(&second).is_some(), numbers))
            },
        )],
        repair: Some(
            "W_Q = W_K = 0, then a(q)·a(k) = 1 for every ω and every k, so λ = 1; or divide by the row sums, as FAVOR+ does.",
        ),
        repaired: vec![
            holds(
                By::Evaluation,
                "n = 4, three ω, W_Q = W_K = 0, W_V = I on the φ slot: every token gets Σ",
                || {
                    let block = performer(false, SparseMatrix::default(), integer(1), FeedForward::LastSlot);
                    sum_of(&block, &harmonic(4))
                },
            ),
            holds(
                By::Evaluation,
                "n = 4, three ω, the printed scores, rows divided by their sums, W_V = n·I: the same",
                || {
                    sum_of(
                        &performer(true, printed_scores(), integer(4), FeedForward::LastSlot),
                        &harmonic(4),
                    )
                },
            ),
            proof(
                false,
                Scores::Zero,
                "a Performer of Definition 2.6 with zero scores, n = 7, eight features",
            ),
            proof(
                true,
                Scores::Paper,
                "a normalised Performer with the printed scores, n = 7, eight features",
            ),
        ],
    }
}

pub(super) fn e4() -> Row {
    let zero = |feed_forward| performer(false, SparseMatrix::default(), integer(4), feed_forward);
    Row {
        id: "E4",
        place: "(28)",
        kinds: &[Kind::Typo, Kind::Counterexample],
        statement: "A feed-forward layer with W = (1/(λn))·I of size D × D and b = 0 turns the head's output into [0, Σ], from which the skip \
                    connection makes the input of ψ.",
        finding: "W stands on the wrong side of an n × D matrix (a typo). And in Definition 2.3 the layer sees X + Att(X) and is added to X, so \
                  (1/(λn))·I scales 1, x and φ as well. Shown where λ is known: W_Q = W_K = 0, λ = 1, W_V = n·I as printed in (45).",
        printed: vec![
            fails(
                By::Shapes,
                "n = 3, D = 4: the columns of W are as many as the rows of what it multiplies",
                || {
                    let (n, d) = (3, WIDTH);
                    Ok((
                        n == d,
                        vec![("W", format!("{d} × {d}")), ("a(XW_Q)a(XW_K)ᵀXW_V", format!("{n} × {d}"))],
                    ))
                },
            ),
            fails(
                By::Evaluation,
                "n = 4, FC(z) = z/(λn) with λ = 1: the stream becomes [1, x, φ, Σ]",
                || stream_of(&zero(FeedForward::Multiple(ratio(1, 4))), &harmonic(4)),
            ),
        ],
        repair: Some("1/λ goes into W_V, and the layer selects the slot that is to hold Σ."),
        repaired: vec![
            holds(
                By::Evaluation,
                "n = 4, W_V = I on the φ slot, FC hands on the last slot alone: [1, x, φ, Σ]",
                || {
                    let block = performer(false, SparseMatrix::default(), integer(1), FeedForward::LastSlot);
                    stream_of(&block, &harmonic(4))
                },
            ),
            holds(By::Checker, "a Performer of Definition 2.6, one feature, n = 7", || {
                let architecture = Architecture::Performer { features: 1, seed: 3, normalized: false };
                Continuous { architecture, scores: Scores::Zero, ..Continuous::default() }.evidence(&seven())
            }),
        ],
    }
}

pub(super) fn e5() -> Row {
    Row {
        id: "E5",
        place: "(46), (47)",
        kinds: &[Kind::Gap],
        statement: "Applying the residual connection to the attention layer's output gives [1, x, φ(x), Σ].",
        finding: "A block of Definition 2.3 puts out X + FC(X + Att(X)), not X + Att(X). With FC = 0 the sum is lost, with FC = identity \
                  everything else is doubled.",
        printed: vec![
            fails(
                By::Evaluation,
                "n = 4, the printed attention, FC = 0: the stream becomes [1, x, φ, Σ]",
                || stream_of(&softmax(4, FeedForward::Zero), &harmonic(4)),
            ),
            fails(By::Evaluation, "n = 4, the printed attention, FC = identity: the same", || {
                stream_of(&softmax(4, FeedForward::Multiple(integer(1))), &harmonic(4))
            }),
        ],
        repair: Some("FC hands on the slot of Σ: relu(t) − relu(−t), two units for each latent."),
        repaired: vec![
            holds(
                By::Evaluation,
                "n = 4, the printed attention, FC hands on the last slot: [1, x, φ, Σ]",
                || stream_of(&softmax(4, FeedForward::LastSlot), &harmonic(4)),
            ),
            holds(
                By::Checker,
                "a Transformer with the printed scores, n = 7, blocks of Definition 2.3",
                || Continuous::default().evidence(&seven()),
            ),
        ],
    }
}

/// Whether the head with constant scores is defined at all: for [`super::shapes`].
pub(super) fn printed_head_is_the_mean() -> Evidence {
    let block = PrintedBlock {
        tokens: 3,
        mechanism: Mechanism::Softmax,
        scores: printed_scores(),
        value: integer(1),
        feed_forward: FeedForward::LastSlot,
    };
    let xs = harmonic(3);
    let mean = xs.iter().sum::<Rational>() / integer(3);
    let sequence: Vec<Vec<Rational>> = xs.iter().map(|x| vec![x.clone()]).collect();
    let network = block.network();
    let found = ExactEvaluator::new(&network)?.evaluate(&sequence)?;
    let numbers =
        vec![("x", list(&xs)), ("mean", mean.to_string()), ("returned", found[0][SIGMA].to_string())];
    Ok((found.iter().all(|token| token[SIGMA] == mean), numbers))
}
