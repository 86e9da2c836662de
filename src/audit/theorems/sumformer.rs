//! Theorem 4.1 by both proofs, and Theorem C.1.

use crate::algebra::multi_index::count;
use crate::approximation::way::Way;
use crate::audit::proof::{Continuous, Discontinuous, source, target};
use crate::audit::row::{By, Evidence, Kind, Row, holds};
use crate::audit::stream::list;
use crate::codes::CodeKind;
use crate::discontinuous::{Jump, TableLayout, table_entries};
use crate::floors::{Effort, certificate, floor};
use crate::lowering::plan::outer_atoms;
use crate::sumformer::latent::LatentMode;
use num_bigint::BigUint;
use std::collections::BTreeSet;
use sumformer_checker::arith::number::{Rational, integer, ratio};
use sumformer_checker::floor::derive_floors;
use sumformer_checker::format::network::{Activation, Head};
use sumformer_checker::language::evaluate_sequence;

fn polynomial() -> String {
    source("3", 2, &["x[0] * sum(y != x: y[1])^2 - x[1]^2", "prod(y: y[0] + y[1])"])
}

fn continuous() -> String {
    source("5", 1, &["sigmoid(4*x[0] - 2) / mean(y: exp(-y[0]))"])
}

/// ψ(x_i, Σ) = f_i with the φ of (36), at a sequence; and that no power sum is left out.
fn printed_features() -> Evidence {
    let with =
        Continuous { activation: Activation::Relu2, latent: LatentMode::Paper, ..Continuous::default() };
    let checked = with.checked(&polynomial())?;
    let sumformer = checked.sumformer()?;
    let tokens: Vec<Vec<Rational>> =
        [[1, 6], [5, 2], [3, 4]].iter().map(|t| t.iter().map(|&p| ratio(p, 7)).collect()).collect();
    let (found, wanted) = (sumformer.evaluate(&tokens), evaluate_sequence(&target(&polynomial())?, &tokens)?);
    let numbers = vec![
        ("d'", sumformer.latent_dimension().to_string()),
        ("f(X)_1", list(&wanted[0])),
        ("S(X)_1", list(&found[0])),
    ];
    Ok((found == wanted && sumformer.latent_dimension() == 9, numbers))
}

/// The numbers that the attention passes on are the fewest possible: a floor for one fewer.
fn least_width() -> Evidence {
    let text = source("4", 1, &["x[0]*sum(y != x: y[0]) + sum(y != x: y[0]^2)"]);
    let checked = Continuous::default().checked(&text)?;
    let (valid, mut numbers) = checked.evidence();
    let layer = checked.network.blocks.iter().find_map(|block| block.attention.as_ref());
    let heads = &layer.ok_or("no attention")?.heads;
    let width = |head: &Head| head.value.iter().map(|(_, to, _)| to).collect::<BTreeSet<_>>().len();
    let passed: usize = heads.iter().map(width).sum();
    let effort = Effort { starts: 16, probes: 40, seed: 0, until: None };
    let target = target(&text)?;
    let floor = floor(&target, 4, passed.saturating_sub(1), &effort).ok_or("no floor")?;
    let derived = derive_floors(&target, &certificate(&target, 4, vec![floor]))?;
    let above = derived.iter().all(|floor| *floor > ratio(1, 100));
    numbers.push(("numbers through the attention", passed.to_string()));
    numbers.push(("features of (36)", count(1, 4).to_string()));
    Ok((valid && passed == 2 && above, numbers))
}

pub(super) fn theorem_4_1_continuous() -> Row {
    Row {
        id: "Theorem 4.1 (continuous)",
        place: "(16), (17), (36)–(38)",
        kinds: &[Kind::Holds],
        statement: "Every equivariant f is within ε of a Sumformer: Stone–Weierstrass, then Theorem 2.12 with φ of (36).",
        finding: "Holds, for continuous f by this proof. (36) has more features than are needed (E12), ε/d for each coordinate is not needed (E15), and φ, ψ have to be made by a \
                  network with an error that goes through ψ (E16). The Stone–Weierstrass step is taken for each target with a certified error.",
        printed: vec![
            holds(
                By::Evaluation,
                "n = 3, d = 2, two outputs, φ of (36): S(X) = f(X) at a sequence",
                printed_features,
            ),
            holds(
                By::Checker,
                "the same: the Sumformer, as a network with squared ReLU, is f: the error is 0",
                || {
                    let with = Continuous {
                        activation: Activation::Relu2,
                        latent: LatentMode::Paper,
                        ..Continuous::default()
                    };
                    let checked = with.checked(&polynomial())?;
                    let (valid, numbers) = checked.evidence();
                    Ok((valid && checked.proof.certificate.certified.0 == integer(0), numbers))
                },
            ),
        ],
        repair: None,
        repaired: vec![
            holds(By::Checker, "n = 5, f no polynomial, ε = 1/100: a Transformer", || {
                Continuous::default().evidence(&continuous())
            }),
            holds(
                By::Checker,
                "n = 4, f_i = x_i Σ x_j + Σ x_j²: two numbers pass through the attention (heads × width of a value), where (36) has four; \
                 with one every Sumformer, and so every network with one layer of constant scores, errs by more than ε = 1/100",
                least_width,
            ),
        ],
    }
}

pub(super) fn theorem_4_1_discontinuous() -> Row {
    let table = |divisions, epsilon| Discontinuous {
        tokens: 3,
        divisions,
        code: CodeKind::BoseChowla,
        layout: TableLayout::Tree,
        jump: Jump::Step,
        epsilon,
    };
    let text = || source("3", 1, &["abs(x[0] - mean(y: y[0]))"]);
    Row {
        id: "Theorem 4.1 (discontinuous)",
        place: "(29)–(35)",
        kinds: &[Kind::Holds],
        statement: "Every equivariant f is within ε of a Sumformer with d' = 1 that is constant on cells.",
        finding: "Holds, for continuous f by this proof, once the last slices are closed (E8). d' = 1 hides the bits of Σ (E11). χ, λ and ψ* together are a table with an entry for each \
                  own cell and multiset of the other cells.",
        printed: vec![holds(
            By::Checker,
            "n = 3, f_i = |x_i − mean|, Δ = 12, d' = 1: every cell of the box, one by one, ε = 1/4",
            || {
                let checked = table(12, ratio(1, 4)).checked(&text())?;
                let (valid, mut numbers) = checked.evidence();
                let claim = checked.proof.certificate.cells().ok_or("no cells")?;
                let entries = table_entries(3, 12)?;
                numbers.push(("entries", claim.entries.to_string()));
                numbers.push(("M·C(M + n − 2, n − 1)", entries.to_string()));
                Ok((valid && BigUint::from(claim.entries) == entries, numbers))
            },
        )],
        repair: Some("Closed last slices."),
        repaired: vec![holds(By::Checker, "the same with Δ = 24: twice as fine, ε = 1/8", || {
            table(24, ratio(1, 8)).evidence(&text())
        })],
    }
}

/// Whether ψ of an invariant function depends on the sums alone; with the checker's verdict on its network.
fn without_own_token(text: &str) -> Evidence {
    let checked = Continuous::default().checked(text)?;
    let (valid, mut numbers) = checked.evidence();
    let Way { sumformer, surrogate, .. } = checked.way.as_ref().ok_or("there is no Sumformer")?;
    let outer = outer_atoms(surrogate);
    let outputs = surrogate.forms.len();
    // What ψ is: the outputs, and the functions of sums that they need.
    let psi = (0..outputs).chain(outer.iter().map(|atom| outputs + atom)).map(|p| &sumformer.psi[p]);
    let is_own = |&v: &u32| {
        let v = v as usize;
        v < surrogate.dimension || (v < sumformer.dimension && !outer.contains(&(v - surrogate.dimension)))
    };
    let own = psi.flat_map(|p| p.variables()).filter(is_own).count();
    numbers.push(("d'", sumformer.latent_dimension().to_string()));
    numbers.push(("own coordinates in ψ", own.to_string()));
    Ok((valid && own == 0, numbers))
}

pub(super) fn theorem_c_1() -> Row {
    Row {
        id: "Theorem C.1",
        place: "Appendix C",
        kinds: &[Kind::Holds],
        statement: "Every continuous invariant function of M elements of a compact set is close to some ψ(Σ φ(x)).",
        finding: "Holds, by the same construction: for an invariant f, ψ does not look at the own token. (The paper's remark that φ needs a second \
                  parameter for sequence-to-sequence functions means ψ, E17.)",
        printed: vec![
            holds(By::Checker, "the variance, for every M at once: ψ of two means", || {
                without_own_token(&source("\"any\"", 1, &["mean(y: y[0]^2) - mean(y: y[0])^2"]))
            }),
            holds(By::Checker, "log mean exp, no polynomial, for every M at once", || {
                without_own_token(&source("\"any\"", 1, &["log(mean(y: exp(y[0])))"]))
            }),
        ],
        repair: None,
        repaired: Vec::new(),
    }
}
