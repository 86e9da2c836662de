//! E14, E15, E18: counts of layers, and what scales how.

use crate::algebra::multi_index::count;
use crate::audit::proof::{Continuous, source, target};
use crate::audit::row::{By, Kind, Row, fails, holds};
use crate::discontinuous::{CellValue, smallest_grid};
use crate::lowering::plan::Layout;
use num_traits::ToPrimitive;
use sumformer_checker::arith::number::{integer, ratio};

pub(super) fn e14() -> Row {
    Row {
        id: "E14",
        place: "Section 4.1; Appendix B",
        kinds: &[Kind::Inconsistency],
        statement: "\"Four feed-forward layers and one attention or summing layer are sufficient.\"",
        finding: "Appendix B counts otherwise: one layer for (40), two for φ, one for (42), two for ψ. With embedding and readout outside \
                  the blocks, fewer do.",
        printed: vec![fails(By::Shapes, "the layers of Appendix B are four", || {
            let layers = [("(40)", 1), ("φ", 2), ("(42)", 1), ("ψ", 2)];
            let all: usize = layers.iter().map(|(_, count)| count).sum();
            let mut numbers: Vec<_> = layers.map(|(name, count)| (name, count.to_string())).to_vec();
            numbers.push(("in all", all.to_string()));
            Ok((all == 4, numbers))
        })],
        repair: Some(
            "Count blocks of Definition 2.3, each with one hidden layer: one for φ, the one with attention, one for ψ (layout shallow).",
        ),
        repaired: vec![holds(
            By::Checker,
            "n = 3, φ = (x, x²), ψ of degree 3: a Transformer of three blocks",
            || {
                let with =
                    Continuous { layout: Layout::Shallow, epsilon: ratio(1, 10), ..Continuous::default() };
                let checked =
                    with.checked(&source("3", 1, &["x[0] * sum(y != x: y[0]^2) * sum(y != x: y[0]) / 4"]))?;
                let (valid, numbers) = checked.evidence();
                Ok((valid && checked.proof.size.blocks == 3, numbers))
            },
        )],
    }
}

/// 1/ε and the least Δ whose grid proves ε for f = √x with corner values, for ε = 1/4, 1/8, 1/16.
fn grids_of_the_root() -> Result<Vec<(u64, u64)>, Box<dyn std::error::Error>> {
    let target = target(&source("1", 1, &["sqrt(x[0])"]))?;
    let grid = |inverse: u64| {
        let epsilon = ratio(1, inverse as i64);
        Ok((inverse, smallest_grid(&target, 1, CellValue::Corner, &epsilon, 10_000, &|_| ())?.cells()))
    };
    [4, 8, 16].into_iter().map(grid).collect()
}

pub(super) fn e15() -> Row {
    Row {
        id: "E15",
        place: "Section 4.1, Appendix A; \"O(n(1/ε)^{nd}/n!) layers\"",
        kinds: &[Kind::Loose, Kind::Counterexample],
        statement: "Each of the d coordinates is approximated to ε/d; the discontinuous construction has O(n(1/ε)^{nd}/n!) layers.",
        finding: "In the maximum norm ε for each coordinate is enough. And layers go with Δ = 1/δ, where δ comes from the modulus of continuity of f: \
                  1/ε only up to a constant for Lipschitz f, and not at all for f = √x, where corner values need Δ ≥ 1/ε².",
        printed: vec![
            holds(By::Checker, "d = 3 outputs: ε/3 for each is enough for ε = 1/100", || {
                let with = Continuous { epsilon: ratio(1, 300), ..Continuous::default() };
                with.evidence(&source(
                    "3",
                    3,
                    &["x[0]*mean(y: y[0])", "x[1]*mean(y: y[1])", "x[2]*mean(y: y[2])"],
                ))
            }),
            fails(
                By::Enclosure,
                "n = d = 1, f = √x: the smallest grid that proves ε has Δ ≤ 2/ε, for ε = 1/4, 1/8, 1/16",
                || {
                    let found = grids_of_the_root()?;
                    let linear = found.iter().all(|(inverse, cells)| *cells <= 2 * inverse);
                    let numbers =
                        found.iter().map(|(inverse, cells)| format!("ε = 1/{inverse}: Δ = {cells}"));
                    Ok((linear, vec![("smallest grids", numbers.collect::<Vec<_>>().join("; "))]))
                },
            ),
        ],
        repair: Some("ε for each coordinate; layers in terms of Δ(ε) = 1/δ(ε)."),
        repaired: vec![
            holds(
                By::Checker,
                "the same three outputs with ε = 1/100 for each: the sup-norm error of all is below 1/100",
                || {
                    Continuous::default().evidence(&source(
                        "3",
                        3,
                        &["x[0]*mean(y: y[0])", "x[1]*mean(y: y[1])", "x[2]*mean(y: y[2])"],
                    ))
                },
            ),
            holds(
                By::Enclosure,
                "f = √x: the smallest grids for ε = 1/4, 1/8, 1/16 have Δ = 1/ε² or at most one more",
                || {
                    let found = grids_of_the_root()?;
                    let close = found
                        .iter()
                        .all(|(inverse, cells)| (inverse.pow(2)..=inverse.pow(2) + 1).contains(cells));
                    let numbers = found
                        .iter()
                        .map(|(inverse, cells)| format!("1/ε² = {}: Δ = {cells}", inverse.pow(2)));
                    Ok((close, vec![("smallest grids", numbers.collect::<Vec<_>>().join("; "))]))
                },
            ),
        ],
    }
}

pub(super) fn e18() -> Row {
    Row {
        id: "E18",
        place: "Sections 4.1, 6",
        kinds: &[Kind::Inconsistency],
        statement: "For a fixed token size d the size of the attention matrix scales with n^d.",
        finding: "By Definition 2.1 the attention matrix is n × n, whatever d' is. What grows is d' = C(n + d, d) − 1, which is about n^d/d!, and with it \
                  the width D = 1 + d + 2d' and the D × D weight matrices; if these are meant, the statement is right.",
        printed: vec![fails(
            By::Shapes,
            "d = 3, n = 10, 20, 40: the entries of A grow with n^3, eightfold each time",
            || {
                let entries: Vec<u64> = [10u64, 20, 40].iter().map(|n| n * n).collect();
                let eightfold = entries.windows(2).all(|pair| pair[1] == 8 * pair[0]);
                Ok((eightfold, vec![("entries of A", format!("{entries:?}"))]))
            },
        )],
        repair: Some("Say it of d' and of the weight matrices: n^d/d! ≤ d' + 1 ≤ (n + d)^d/d!."),
        repaired: vec![
            holds(By::Enumeration, "d = 3, n = 1, …, 100: n^d/d! ≤ d' + 1 ≤ (n + d)^d/d!", || {
                let power = |base: i64| integer(base).pow(3) / integer(6);
                let mut all = true;
                for n in 1..=100u32 {
                    let plus_one = count(3, n).to_i64().ok_or("small")? + 1;
                    all &=
                        power(n.into()) <= integer(plus_one) && integer(plus_one) <= power(i64::from(n) + 3);
                }
                Ok((
                    all,
                    vec![("d' at n = 100", count(3, 100).to_string()), ("n^d/d!", power(100).to_string())],
                ))
            }),
            holds(By::Checker, "n = 12, d = 2: one attention layer of 12 × 12 weights, with d' = 1", || {
                let checked =
                    Continuous::default().checked(&source("12", 2, &["x[1] * sum(y: y[0]*y[1]) / 12"]))?;
                let (valid, mut numbers) = checked.evidence();
                let latent = checked.sumformer()?.latent_dimension();
                numbers.push(("d'", latent.to_string()));
                Ok((valid && latent == 1, numbers))
            }),
        ],
    }
}
