//! E6, E7, E16, E17: widths, shapes and types that do not fit, and what falls through the gaps.

use super::attention::printed_head_is_the_mean;
use crate::audit::proof::{Continuous, source};
use crate::audit::row::{By, Kind, Row, fails, holds};
use crate::audit::stream::{FeedForward, PrintedBlock, SIGMA, harmonic, list};
use sumformer_checker::arith::number::{Rational, integer, ratio};
use sumformer_checker::format::network::Mechanism;
use sumformer_checker::format::sparse::SparseMatrix;

/// d and d' of the instances.
const D: usize = 2;
const LATENT: usize = 5;
/// 1 + d + 2d'.
const PRINTED_WIDTH: usize = 1 + D + 2 * LATENT;

pub(super) fn e6() -> Row {
    let widths = [D, 2 * D, D + LATENT, PRINTED_WIDTH];
    Row {
        id: "E6",
        place: "(40)–(43)",
        kinds: &[Kind::Gap],
        statement: "Blocks take the stream from width d to 2d, to d + d', to 1 + d + 2d'.",
        finding: "A block of Definition 2.3 adds FC(…) to its input, so its input and its output have the same width; and a network of \
                  Definition 2.4 is a composition of such blocks.",
        printed: vec![fails(By::Shapes, "d = 2, d' = 5: the four widths are equal", || {
            let named = ["input", "(40)", "(41)", "(43)"].into_iter().zip(widths.map(|w| w.to_string()));
            Ok((widths.iter().all(|&width| width == widths[0]), named.collect()))
        })],
        repair: Some(
            "One width for all blocks: an affine embedding pads once, before the first block, and an affine readout ends.",
        ),
        repaired: vec![holds(By::Checker, "d = 2, a network of blocks of one width", || {
            let checked =
                Continuous::default().checked(&source("4", 2, &["x[0] * sum(y: y[0] * y[1]) / 4"]))?;
            let (valid, mut numbers) = checked.evidence();
            numbers.push(("width of every block", checked.network.width().to_string()));
            Ok((valid, numbers))
        })],
    }
}

pub(super) fn e7() -> Row {
    Row {
        id: "E7",
        place: "(23), (43)",
        kinds: &[Kind::Typo],
        statement: "W_Q = W_K = [e1, 0] with a D × D block of zeros, D = 1 + d + 2d'; the rows of (43) are [1, x_i, φ(x_i), 0], the last with 0_d.",
        finding: "[e1, 0_{D×D}] has D + 1 columns, and 0_d should be 0_{d'}: slips, with an obvious reading.",
        printed: vec![
            fails(By::Shapes, "d = 2, d' = 5: [e1, 0_{D×D}] is D × D", || {
                let columns = 1 + PRINTED_WIDTH;
                Ok((
                    columns == PRINTED_WIDTH,
                    vec![("D", PRINTED_WIDTH.to_string()), ("columns", columns.to_string())],
                ))
            }),
            fails(By::Shapes, "d = 2, d' = 5: the last row of (43) has D entries", || {
                let entries = 1 + D + LATENT + D;
                Ok((
                    entries == PRINTED_WIDTH,
                    vec![("D", PRINTED_WIDTH.to_string()), ("entries", entries.to_string())],
                ))
            }),
        ],
        repair: Some("[e1, 0_{D×(D−1)}] and 0_{d'}."),
        repaired: vec![holds(
            By::Evaluation,
            "n = 3: the head with W_Q = W_K = [e1, 0_{D×(D−1)}] returns the mean",
            printed_head_is_the_mean,
        )],
    }
}

pub(super) fn e16() -> Row {
    let (n, delta) = (8i64, ratio(1, 100));
    Row {
        id: "E16",
        place: "(9), (18), (33), (39), after (40)",
        kinds: &[Kind::Typo, Kind::Gap],
        statement: "f_π(i) is a component of a function X^n → Y; Σ sums φ*(q(x)); φ* is defined on [Δ]^((n−1)×d); a layer is the identity on the \
                    first n components; and a network for φ and one for ψ make one for the Sumformer.",
        finding: "Slips: f maps to Y^n, q is taken at x_i, φ* at single cells [Δ]^d, the components are d. A gap: φ is only approximated, by φ + δ say, so Σ is off by nδ, and ψ multiplies that by its Lipschitz constant. No bound is printed for this; the instance shows what there is to bound.",
        printed: vec![
            fails(
                By::Shapes,
                "n = 5, d = 4: the identity acts on the first n of the 2d components, all of x_i",
                || {
                    let (n, d) = (5, 4);
                    Ok((n == d, vec![("n", n.to_string()), ("d", d.to_string())]))
                },
            ),
            fails(
                By::Evaluation,
                "n = 8, φ(x) = x, ψ(x, Σ) = Σ²: an error of δ = 1/100 in φ makes an error of at most δ in S at (1, …, 1)",
                || {
                    let exact = integer(n).pow(2);
                    let off = (integer(n) * (integer(1) + &delta)).pow(2) - exact;
                    Ok((off <= delta, vec![("δ", delta.to_string()), ("error of S", off.to_string())]))
                },
            ),
        ],
        repair: Some(
            "Every slot of the stream carries an error bound; a sum over tokens carries (n − 1)·e_others + e_own, and ψ's polynomials propagate it.",
        ),
        repaired: vec![
            holds(
                By::Evaluation,
                "the same: the error is at most n·δ times the Lipschitz constant 2·n(1 + δ) of ψ",
                || {
                    let off = (integer(n) * (integer(1) + &delta)).pow(2) - integer(n).pow(2);
                    let bound: Rational = integer(n) * &delta * integer(2 * n) * (integer(1) + &delta);
                    Ok((off <= bound, vec![("error of S", off.to_string()), ("bound", bound.to_string())]))
                },
            ),
            holds(
                By::Checker,
                "n = 8, φ(x) = x² within its error, ψ = Σ²: the certificate carries the latent's error through ψ",
                || {
                    let checked =
                        Continuous::default().checked(&source("8", 1, &["sum(y: y[0]^2)^2 / 64"]))?;
                    let (valid, mut numbers) = checked.evidence();
                    let errors: Vec<Rational> = checked
                        .proof
                        .certificate
                        .stream()
                        .ok_or("no claims about latents")?
                        .latents
                        .iter()
                        .map(|latent| latent.error.0.clone())
                        .collect();
                    numbers.push(("claimed error of Σ", list(&errors)));
                    Ok((valid, numbers))
                },
            ),
        ],
    }
}

pub(super) fn e17() -> Row {
    let (n, rank) = (7, 3);
    let block = |scores| PrintedBlock {
        tokens: 3,
        mechanism: Mechanism::Softmax,
        scores,
        value: integer(3),
        feed_forward: FeedForward::LastSlot,
    };
    Row {
        id: "E17",
        place: "Definitions 2.1, 2.5; (26), (44); proof of Theorem 4.4; Appendix C",
        kinds: &[Kind::Typo],
        statement: "ρ: R^d → R^d is applied to the rows of the scores; (26) and (44) have no 1/√d; the proof of Theorem 4.4 refers to Theorem 4.2, \
                    proof sketches to a Theorem 2.9; φ is said to need a second parameter.",
        finding: "Slips: the rows have n entries (k for Linformer); the 1/√d of (1) and (5) is left out, which changes nothing while scores are \
                  constant along rows; Theorem 4.3 and Lemma 2.9 are meant, and ψ; N is with 0 in Definition 2.11 and without it in the N_0 of (38).",
        printed: vec![fails(
            By::Shapes,
            "n = 7, k = 3, d = 2: the rows of the scores have d entries",
            || {
                let numbers =
                    vec![("softmax", n.to_string()), ("Linformer", rank.to_string()), ("d", D.to_string())];
                Ok((n == D && rank == D, numbers))
            },
        )],
        repair: Some("ρ acts on R^n (R^k), and 1/√d may be left out where scores are constant along rows."),
        repaired: vec![holds(
            By::Evaluation,
            "n = 3: the head returns Σ whether its scores are 1, or √D = 2 times as large",
            || {
                let xs = harmonic(3);
                let sum: Rational = xs.iter().sum();
                let scores = |q: i64| SparseMatrix::from_entries([(0, 0, integer(q))]);
                // W_Q = W_K: scores of q² in place of 1.
                let [plain, larger] = [block(scores(1)).stream(&xs)?, block(scores(2)).stream(&xs)?];
                let all = plain.iter().chain(&larger).all(|token| token[SIGMA] == sum);
                Ok((
                    all,
                    vec![
                        ("x", list(&xs)),
                        ("Σ", sum.to_string()),
                        ("returned", larger[0][SIGMA].to_string()),
                    ],
                ))
            },
        )],
    }
}
