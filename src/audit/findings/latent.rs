//! E11–E13: the latent dimension d'.

use crate::algebra::multi_index::count;
use crate::audit::proof::{Continuous, Discontinuous, source};
use crate::audit::row::{By, Evidence, Kind, Row, fails, holds};
use crate::codes::{CodeKind, CodeSize, information_bound};
use crate::discontinuous::{Jump, TableLayout};
use crate::floors::{essential_sums, walk};
use crate::sumformer::latent::LatentMode;
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::{integer, ratio};
use sumformer_checker::arith::polynomial::Polynomial;
use sumformer_checker::format::network::Activation;
use sumformer_checker::language::evaluate_token;
use sumformer_checker::limits::MAX_TERMS;
use sumformer_checker::surrogate::Surrogate;

use crate::audit::proof::target;
use sumformer_checker::arith::bernstein;
use sumformer_checker::arith::number::Rational;

pub(super) fn e11() -> Row {
    // n = 5 tokens, d = 4, Δ = 10.
    let (n, cells) = (5u32, 10u64.pow(4));
    let bits = |kind, separated| -> Result<u64, Box<dyn std::error::Error>> {
        Ok(CodeSize::new(kind, cells, separated)?.sum_bits())
    };
    let code = |code, what: &str| {
        let table = Discontinuous {
            tokens: 3,
            divisions: 12,
            code,
            layout: TableLayout::Tree,
            jump: Jump::Step,
            epsilon: ratio(1, 8),
        };
        holds(By::Checker, what, || table.evidence(&source("3", 1, &["(x[0] + x[0] * mean(y: y[0])) / 2"])))
    };
    Row {
        id: "E11",
        place: "Section 4.1; Theorem 2.13 with d' = 1",
        kinds: &[Kind::Omission],
        statement: "In the discontinuous construction d' = 1, so the attention is very small.",
        finding: "True of the number of coordinates; but one real number then holds the whole multiset of cells. With the code of the usual proof \
                  of Theorem 2.13 (powers of n) it has about Δ^d·log2 n bits.",
        printed: vec![
            holds(By::Enumeration, "n = 5, d = 4, Δ = 10: one coordinate does", || {
                let size = CodeSize::new(CodeKind::Radix, cells, n - 1)?;
                Ok((size.dimension() == 1, vec![("d'", size.dimension().to_string())]))
            }),
            fails(By::Enumeration, "the same: a 64-bit float (53 bits) holds Σ", || {
                let found = bits(CodeKind::Radix, n - 1)?;
                Ok((found <= 53, vec![("bits of Σ, powers of 5", found.to_string())]))
            }),
        ],
        repair: Some(
            "Say the bits; Bose–Chowla codes need about log2 of the number of multisets, which no code can do without. Or d' = Δ^d, a histogram.",
        ),
        repaired: vec![
            holds(
                By::Enumeration,
                "n = 5, d = 4, Δ = 10: a Bose–Chowla code of one coordinate has at most 8 bits more than any code needs",
                || {
                    let (found, least) =
                        (bits(CodeKind::BoseChowla, n - 1)?, information_bound(cells, n - 1)?);
                    Ok((
                        found <= least + 8,
                        vec![("bits of Σ", found.to_string()), ("least", least.to_string())],
                    ))
                },
            ),
            code(CodeKind::BoseChowla, "d' = 1, Bose–Chowla, n = 3, Δ = 12"),
            code(CodeKind::Histogram, "d' = Δ = 12, histogram, n = 3"),
        ],
    }
}

pub(super) fn e12() -> Row {
    let (n, d) = (5u32, 4u32);
    let tight = |tokens: &str, dimension, outputs: &[&str], what: &str| {
        let with =
            Continuous { activation: Activation::Relu2, latent: LatentMode::Tight, ..Continuous::default() };
        holds(By::Checker, what, || {
            let checked = with.checked(&source(tokens, dimension, outputs))?;
            let (valid, mut numbers) = checked.evidence();
            let sumformer = checked.sumformer()?;
            let degree = sumformer.features.iter().map(Polynomial::degree).max().unwrap_or(0);
            numbers.push(("d'", sumformer.latent_dimension().to_string()));
            numbers.push(("largest |α|", degree.to_string()));
            Ok((valid, numbers))
        })
    };
    Row {
        id: "E12",
        place: "(36)–(38), Section 5",
        kinds: &[Kind::Loose],
        statement: "φ has all multidegrees with 0 < |α| ≤ n, so d' = C(n + d, d) − 1.",
        finding: "True, but σ in (37), (38) sees the n − 1 other tokens only, for which |α| ≤ n − 1 generate everything (Theorem 2.12 for n − 1).",
        printed: vec![fails(
            By::Shapes,
            "n = 5, d = 4: C(n + d, d) − 1 features are the fewest that do for all targets",
            || {
                let (paper, tight) = (count(d, n), count(d, n - 1));
                Ok((paper <= tight, vec![("|α| ≤ n", paper.to_string()), ("|α| ≤ n − 1", tight.to_string())]))
            },
        )],
        repair: Some("|α| ≤ n − 1: d' = C(n − 1 + d, d) − 1; for a single target often far fewer."),
        repaired: vec![
            tight(
                "4",
                2,
                &["x[0] * prod(y != x: y[0] + y[1])"],
                "n = 4, d = 2, a product over the three others, relu2",
            ),
            tight(
                "3",
                1,
                &["sum(y != x: y[0]^4) - x[0]*sum(y: y[0]^3)"],
                "n = 3, d = 1, powers above n − 1, reduced, relu2",
            ),
            holds(
                By::NormalForm,
                "n = 4, d = 2, all nine monomials of degree at most 3, summed over the others: one sum is enough, where (36) has 14",
                one_sum,
            ),
        ],
    }
}

/// The essential sums of a sum of monomials, with a floor that says that none is too few.
fn one_sum() -> Evidence {
    let text = "sum(y != x: y[0] + y[1] + y[0]^2 + y[0]*y[1] + y[1]^2 + y[0]^3 + y[0]^2*y[1] + y[0]*y[1]^2 + y[1]^3)";
    let target = target(&source("4", 2, &[text]))?;
    let surrogate = Surrogate::new(&target, &[], MAX_TERMS)?;
    let sums = essential_sums(&surrogate).ok_or("no polynomial")?.sums();
    let paper = count(2, 4);
    Ok((sums == 1, vec![("sums", sums.to_string()), ("|α| ≤ n", paper.to_string())]))
}

/// Floors for the function of Figure 2 with d = 1, …, 10, as the checker derives them.
fn floors() -> Evidence {
    let mut all = true;
    let mut found = Vec::new();
    for d in 1..=10 {
        let target = target(&figure_2(d))?;
        let floor = walk(&target, 3, &vec![integer(1); d]).ok_or("no floor")?;
        all &= floor.sums + 1 == d && floor.error.0 == integer(12);
        found.push(format!("{}: {}", floor.sums, floor.error.0));
    }
    Ok((all, vec![("sums: floor", found.join(", "))]))
}

/// The function of Figure 2 for d coordinates.
fn figure_2(d: usize) -> String {
    let outputs: Vec<String> =
        (0..d).map(|k| format!("x[{k}] + 7*x[{k}]^2 + 3*x[{k}]*sum(y != x: y[{k}])^3")).collect();
    source("3", d, &outputs.iter().map(String::as_str).collect::<Vec<_>>())
}

/// d' and the certified bound for d = 1, …, 5.
fn latent_dimensions() -> Evidence {
    let mut all = true;
    let mut found = Vec::new();
    for d in 1..=5 {
        let with = Continuous { activation: Activation::Relu2, ..Continuous::default() };
        let checked = with.checked(&figure_2(d))?;
        let latent = checked.sumformer()?.latent_dimension();
        let certified = &checked.proof.certificate.certified.0;
        all &= checked.evidence().0 && latent == d && certified == &integer(0);
        found.push(format!("d = {d}: d' = {latent}, certified {certified}"));
    }
    Ok((all, vec![("networks", found.join("; "))]))
}

pub(super) fn e13() -> Row {
    Row {
        id: "E13",
        place: "Figure 2, Section 5",
        kinds: &[Kind::Interpretation],
        statement: "When d changes linearly, d' has to change non-linearly, \"presumably\" exponentially, \"to achieve significantly diminishing returns on \
                    further increasing d'\"; g = x1 + 7x1² + 3x1(x2 + x3)³.",
        finding: "A remark on the validation loss of trained networks, and as such a measurement (repeated in docs/figures.md). Not to be read as a \
                  claim on what the function needs: d' = d is exact, and with continuous φ and d' < d no ψ has a sup error below 12, which is had \
                  with d' = 0. (x1 = 1, x2 = x3 = t: by Borsuk–Ulam φ(t) = φ(1 − t) for some t on the boundary of the cube; there g is 8 \
                  and 32 in some coordinate, for one and the same (x1, Σ).)",
        printed: vec![fails(By::Checker, "d = 1, …, 5: an exact network needs d' > d", || {
            let (linear, numbers) = latent_dimensions()?;
            Ok((!linear, numbers))
        })],
        repair: Some(
            "d' = d, sparse latents: the sums of the coordinates. The sup error falls from 12 to 0 there, and is never in between.",
        ),
        repaired: vec![
            holds(
                By::Evaluation,
                "d = 2, φ(x) = x_1 + x_2, d' = 1: t = (0, 1) and 1 − t have the same Σ, and targets 24 apart",
                || {
                    let target = target(&figure_2(2))?;
                    let sequence = |t: [i64; 2]| -> Vec<Vec<Rational>> {
                        [[1, 1], t, t]
                            .iter()
                            .map(|token| token.iter().map(|&c| integer(c)).collect())
                            .collect()
                    };
                    let (left, right) = (sequence([0, 1]), sequence([1, 0]));
                    let sigma = |s: &[Vec<Rational>]| s.iter().flatten().sum::<Rational>();
                    let values = [evaluate_token(&target, &left, 0)?, evaluate_token(&target, &right, 0)?];
                    let apart = (&values[1][0] - &values[0][0]) / integer(2);
                    let numbers = vec![
                        ("Σ", format!("{} and {}", sigma(&left), sigma(&right))),
                        ("first output", format!("{} and {}", values[0][0], values[1][0])),
                        ("some error is at least", apart.to_string()),
                    ];
                    Ok((sigma(&left) == sigma(&right) && apart == integer(12), numbers))
                },
            ),
            holds(
                By::Checker,
                "d = 1, …, 10: with d − 1 sums every Sumformer errs by 12 at least (a certificate as in floor.json)",
                floors,
            ),
            holds(
                By::Enclosure,
                "d' = 0, ψ(x) = x + 7x² + 12x: g − ψ = 3x(y + z)³ − 12x lies in [−12, 12] on the unit cube",
                || {
                    let [x, y, z] = [0, 1, 2].map(Polynomial::variable);
                    let mut sum = y;
                    sum.add_scaled(&z, &integer(1));
                    let mut difference = x.times(&sum.power(3)).scale(&integer(3));
                    difference.add_scaled(&x, &integer(-12));
                    let side = Interval::new(integer(0), integer(1))?;
                    let range = bernstein::range(&difference, |_| &side);
                    let numbers = vec![
                        ("Bernstein coefficients from", range.inf().to_string()),
                        ("to", range.sup().to_string()),
                    ];
                    Ok((range.inf() == &integer(-12) && range.sup() == &integer(12), numbers))
                },
            ),
        ],
    }
}
