//! E8, E10: the piecewise constant function of (29).

use crate::audit::proof::{Discontinuous, source, target, with_decimals};
use crate::audit::row::{By, Kind, Row, fails, holds};
use crate::audit::stream::list;
use crate::codes::CodeKind;
use crate::discontinuous::{Grid, Jump, TableLayout};
use num_traits::Signed;
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::{Rational, integer, max, ratio};
use sumformer_checker::language::Sequence;
use sumformer_checker::language::evaluate_token;
use sumformer_checker::witness::semantics::ExactEvaluator;

/// The number of half-open cubes Π [p, p + 1/Δ), p ∈ {0, 1/Δ, …, 1 − 1/Δ}, that contain a point.
fn half_open_cubes(point: &[Rational], divisions: i64) -> usize {
    let slices = |x: &Rational| {
        let inside = |p: &i64| &ratio(*p, divisions) <= x && x < &ratio(p + 1, divisions);
        (0..divisions).filter(inside).count()
    };
    point.iter().map(slices).product()
}

fn unit_grid(dimension: usize, divisions: u64) -> Result<Grid, Box<dyn std::error::Error>> {
    Ok(Grid::new(vec![Interval::new(integer(0), integer(1))?; dimension], divisions)?)
}

/// A grid with step units for f(X)_i = x_i (1 + mean of the others)/2.
fn steps(tokens: usize, divisions: u64) -> Discontinuous {
    Discontinuous {
        tokens,
        divisions,
        code: CodeKind::Histogram,
        layout: TableLayout::Tree,
        jump: Jump::Step,
        epsilon: ratio(1, 5),
    }
}

pub(super) fn e8() -> Row {
    let point = [integer(1), ratio(1, 2)];
    let two = source("2", 1, &["(x[0] + x[0] * sum(y != x: y[0])) / 2"]);
    Row {
        id: "E8",
        place: "(29)",
        kinds: &[Kind::Counterexample],
        statement: "ḡ(X) = Σ_p g(p)·1[X ∈ C_p] with half-open cubes C_p is within ε of g on [0, 1]^(n×d) once Δ is large enough.",
        finding: "A sequence with a coordinate equal to 1 lies in no cube, so ḡ = 0 there, whatever Δ is. A counterexample to (29) where X reaches the upper faces; not to the theorem, and not where g is taken for a continuous function on R^(nd) with support in the cube, since it is 0 on the faces then.",
        printed: vec![fails(
            By::Enumeration,
            "n = 2, d = 1, g(x1; x2) = x1: X = (1, 1/2) lies in a cube for some Δ ≤ 64",
            || {
                let covered: usize = (1..=64).map(|divisions| half_open_cubes(&point, divisions)).sum();
                let numbers = vec![
                    ("cubes that contain X, all Δ ≤ 64", covered.to_string()),
                    ("g(X)", "1".into()),
                    ("ḡ(X)", "0".into()),
                ];
                Ok((covered > 0, numbers))
            },
        )],
        repair: Some("q(x) = min(⌊Δx⌋, Δ − 1) for each coordinate: the last slice is closed."),
        repaired: vec![
            holds(By::Enumeration, "Δ = 1, …, 64: both coordinates of X lie in exactly one slice", || {
                let mut cells = Vec::new();
                for divisions in 1..=64 {
                    let grid = unit_grid(1, divisions)?;
                    cells.extend(point.iter().map(|x| grid.cell_of(std::slice::from_ref(x))));
                }
                let last = unit_grid(1, 64)?.cell_of(&point[..1]);
                let numbers =
                    vec![("slice of 1 at Δ = 64", last.map_or("none".into(), |slice| slice.to_string()))];
                Ok((cells.iter().all(Option::is_some) && last == Some(63), numbers))
            }),
            holds(
                By::Evaluation,
                "f(X)_i = x_i (1 + x_j)/2, Δ = 8, step units: at X = (1, 1/2) the network is within 1/5 of f",
                || {
                    let target = target(&two)?;
                    let network = steps(2, 8).network(&target)?;
                    let sequence: Vec<Vec<Rational>> = point.iter().map(|x| vec![x.clone()]).collect();
                    let found = ExactEvaluator::new(&network)?.evaluate_run(Sequence::once(&sequence), 0)?;
                    let wanted = evaluate_token(&target, &sequence, 0)?;
                    let close = (&found[0] - &wanted[0]).abs() <= ratio(1, 5);
                    Ok((close, vec![("f(X)_1", wanted[0].to_string()), ("network", found[0].to_string())]))
                },
            ),
            holds(By::Checker, "the same network, on the whole box, faces included", || {
                steps(2, 8).evidence(&two)
            }),
        ],
    }
}

pub(super) fn e10() -> Row {
    let identity = source("1", 1, &["x[0]"]);
    let ramps = |width: Rational, epsilon: Rational| Discontinuous {
        jump: Jump::Ramp(width),
        epsilon,
        ..steps(1, 4)
    };
    Row {
        id: "E10",
        place: "Theorem 4.3, discontinuous proof",
        kinds: &[Kind::Gap],
        statement: "Feed-forward layers represent the quantiser q, and by Lemma 7 of Yun et al. 2019 the finite maps, of the piecewise constant \
                    Sumformer S, as closely as (39) needs it.",
        finding: "S jumps, and a network with a continuous activation does not: sup |S − T| is at least half the largest jump of S, so S is not \
                  approximated to every accuracy. Between the cells q takes values in between, of which a lemma on finitely many inputs says \
                  nothing (Yun et al. state L^p bounds). A gap in this proof; the theorem follows from the continuous one.",
        printed: vec![fails(
            By::Evaluation,
            "n = d = 1, f = x, Δ = 4, corner values: at the threshold 1/4 ReLU ramps of widths 1/10, 1/1000, 10⁻⁶ come closer to S than 1/8, half its jump",
            || {
                let target = target(&identity)?;
                let at = ratio(1, 4);
                let distances: Vec<Rational> = [10i64, 1_000, 1_000_000]
                    .into_iter()
                    .map(|q| {
                        let network = ramps(ratio(1, q), ratio(1, 2)).network(&target)?;
                        let value =
                            ExactEvaluator::new(&network)?.evaluate(&[vec![at.clone()]])?[0][0].clone();
                        // S is 0 to the left of the threshold and 1/4 from it on; T is continuous.
                        Ok(max(value.abs(), (value - &at).abs()))
                    })
                    .collect::<Result<_, Box<dyn std::error::Error>>>()?;
                let numbers =
                    vec![("sup |S − T| is at least", list(&distances)), ("half a jump", "1/8".into())];
                Ok((distances.iter().any(|distance| distance < &ratio(1, 8)), numbers))
            },
        )],
        repair: Some(
            "Step units, with which T = S everywhere; or ReLU ramps compared with f itself and not with S; or the continuous proof.",
        ),
        repaired: vec![
            holds(By::Checker, "step units, f = x, Δ = 4: T within 3/10 of f on the whole box", || {
                Discontinuous { epsilon: ratio(3, 10), ..steps(1, 4) }.evidence(&identity)
            }),
            holds(
                By::Checker,
                "ReLU ramps of width 1/10, f = x, Δ = 4: T within 2/5 of f on the whole box, ramps included",
                || {
                    let checked = ramps(ratio(1, 10), ratio(2, 5)).checked(&identity)?;
                    let (valid, mut numbers) = checked.evidence();
                    let claim = checked.proof.certificate.cells().and_then(|cells| cells.ramps.as_ref());
                    let claim = claim.ok_or("the certificate says nothing about ramps")?;
                    numbers.push(("bound off the ramps", claim.bound.0.to_string()));
                    numbers.push(("share of the box with ramps", with_decimals(&claim.measure.0)));
                    Ok((valid, numbers))
                },
            ),
        ],
    }
}

pub(super) fn e19() -> Row {
    let (low, high) = (ratio(1, 3), ratio(2, 3));
    let thirds = "name = \"audit\"\ntokens = 1\ndomain = [[\"1/3\", \"2/3\"]]\noutput = [\"x[0]\"]\n";
    Row {
        id: "E19",
        place: "(29), Appendix A",
        kinds: &[Kind::Gap],
        statement: "ḡ has the value g(p) on the cube of the grid point p, for a compact X ⊆ [0, 1]^d.",
        finding: "p need not lie in X^n, where alone g is defined: the corner of a cell that meets X may be outside. An extension of g that is \
                  continuous and semi-invariant (Tietze, then an average over permutations) would do, or another point of each cell.",
        printed: vec![fails(
            By::Enumeration,
            "n = d = 1, X = [1/3, 2/3], Δ = 2: the corners of the two cells that meet X are in X",
            || {
                let corners = [integer(0), ratio(1, 2)];
                let inside = corners.iter().all(|p| &low <= p && p <= &high);
                Ok((inside, vec![("corners", list(&corners))]))
            },
        )],
        repair: Some("Take a point of X in each cell that meets it; for a box, cut the box itself."),
        repaired: vec![holds(
            By::Checker,
            "X = [1/3, 2/3] cut into 4 cells, f = x, corner values, step units",
            || Discontinuous { epsilon: ratio(1, 10), ..steps(1, 4) }.evidence(thirds),
        )],
    }
}
