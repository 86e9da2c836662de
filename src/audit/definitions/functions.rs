//! Definitions 2.7, 2.8, 2.10, 2.11, 3.1: functions of sequences.

use crate::algebra::power_sums::PowerSums;
use crate::audit::proof::{Continuous, source, target};
use crate::audit::row::{By, Kind, Row, holds};
use crate::audit::stream::list;
use crate::sumformer::{SumBasis, Sumformer};
use itertools::Itertools;
use sumformer_checker::arith::number::{Rational, integer, ratio};
use sumformer_checker::arith::polynomial::Polynomial;
use sumformer_checker::language::evaluate_sequence;
use sumformer_checker::limits::MAX_TERMS;
use sumformer_checker::normal_form::expansion::expand_target;

/// Three tokens of two coordinates.
fn tokens() -> Vec<Vec<Rational>> {
    [[1, 4], [3, 2], [5, 6]].iter().map(|token| token.iter().map(|&p| ratio(p, 7)).collect()).collect()
}

fn permuted(rows: &[Vec<Rational>], order: &[usize]) -> Vec<Vec<Rational>> {
    order.iter().map(|&i| rows[i].clone()).collect()
}

pub(super) fn definition_2_7() -> Row {
    Row {
        id: "Definition 2.7",
        place: "(9)",
        kinds: &[Kind::Holds],
        statement: "f is equivariant if permuting the tokens permutes the values.",
        finding: "As it is meant: f: X^n → Y^n, where (9) has X^n → Y (E16). Continuity is not part of it (E9).",
        printed: vec![holds(
            By::Checker,
            "n = 3, d = 2: a network of the construction is equivariant, at all permutations of a sequence",
            || {
                let text = source("3", 2, &["x[0] * sum(y != x: y[1])", "max(x[0], mean(y: y[1]))"]);
                let checked = Continuous { epsilon: ratio(1, 20), ..Continuous::default() }.checked(&text)?;
                let (valid, mut numbers) = checked.evidence();
                let evaluator = sumformer_checker::witness::semantics::ExactEvaluator::new(&checked.network)?;
                let plain = evaluator.evaluate(&tokens())?;
                let mut equal = 0;
                for order in (0..3).permutations(3) {
                    equal += usize::from(
                        evaluator.evaluate(&permuted(&tokens(), &order))? == permuted(&plain, &order),
                    );
                }
                numbers.push(("permutations with T(πX) = πT(X), of 6", equal.to_string()));
                Ok((valid && equal == 6, numbers))
            },
        )],
        repair: None,
        repaired: Vec::new(),
    }
}

pub(super) fn definition_2_8() -> Row {
    let text = |body: &str, symmetrize: bool| {
        format!(
            "name = \"audit\"\ntokens = 3\ndomain = [[\"0\", \"1\"], [\"0\", \"1\"]]\nsemi_invariant = [\"{body}\"]\nsymmetrize = {symmetrize}\n"
        )
    };
    Row {
        id: "Definition 2.8",
        place: "(10)",
        kinds: &[Kind::Holds],
        statement: "g is semi-invariant if permuting all tokens but the first does not change it.",
        finding: "As it is checked here, as an identity of polynomials.",
        printed: vec![
            holds(By::NormalForm, "n = 3, d = 2, g = x1[0]·x2[1]·x3[1] is semi-invariant", || {
                let forms = expand_target(&target(&text("x1[0]*x2[1]*x3[1]", false))?, MAX_TERMS)?;
                Ok((forms[0].len() == 1, vec![("terms of the normal form", forms[0].len().to_string())]))
            }),
            holds(
                By::NormalForm,
                "g = x1[0]·x2[1]·x3[0] is not, and its average over the others is",
                || {
                    let body = "x1[0]*x2[1]*x3[0]";
                    let refused = expand_target(&target(&text(body, false))?, MAX_TERMS).is_err();
                    let averaged = expand_target(&target(&text(body, true))?, MAX_TERMS).is_ok();
                    Ok((
                        refused && averaged,
                        vec![("as it is", "refused".into()), ("averaged", "accepted".into())],
                    ))
                },
            ),
        ],
        repair: None,
        repaired: Vec::new(),
    }
}

pub(super) fn definition_2_10() -> Row {
    Row {
        id: "Definition 2.10",
        place: "Section 2.4",
        kinds: &[Kind::Holds],
        statement: "A multisymmetric polynomial is one that is invariant under permutations of the tokens.",
        finding: "As the language has it: every expression without own coordinates.",
        printed: vec![holds(
            By::Evaluation,
            "n = 3, d = 2: Σ_i x_i[0]²·Π_{j≠i} x_j[1], at all permutations of a sequence",
            || {
                let target = target(&source("3", 2, &["sum(y: y[0]^2 * prod(z != y: z[1]))"]))?;
                let values: Vec<Rational> = (0..3)
                    .permutations(3)
                    .map(|order| Ok(evaluate_sequence(&target, &permuted(&tokens(), &order))?[0][0].clone()))
                    .collect::<Result<_, Box<dyn std::error::Error>>>()?;
                Ok((values.iter().all_equal(), vec![("value, six times", values[0].to_string())]))
            },
        )],
        repair: None,
        repaired: Vec::new(),
    }
}

pub(super) fn definition_2_11() -> Row {
    Row {
        id: "Definition 2.11",
        place: "(12)",
        kinds: &[Kind::Holds],
        statement: "p_α = Σ_i (x^(i))^α for α ≠ 0.",
        finding: "As they are evaluated here, all of them at once.",
        printed: vec![holds(By::Evaluation, "n = 3, d = 2: all nine p_α with |α| ≤ 3", || {
            let sums = PowerSums::new(2, 3)?;
            let found = sums.evaluate_exact(&tokens().concat())?;
            let mut equal = 0;
            for (index, value) in found.iter().enumerate() {
                let alpha = sums.table().multi_index(index + 1).ok_or("no such multi-index")?;
                let power = |token: &Vec<Rational>| {
                    token.iter().zip(alpha.iter()).map(|(x, &e)| x.pow(e)).product::<Rational>()
                };
                equal += usize::from(value == &tokens().iter().map(power).sum::<Rational>());
            }
            Ok((
                equal == 9 && found.len() == 9,
                vec![("p_α", found.len().to_string()), ("equal", equal.to_string())],
            ))
        })],
        repair: None,
        repaired: Vec::new(),
    }
}

pub(super) fn definition_3_1() -> Row {
    Row {
        id: "Definition 3.1",
        place: "(14), (15)",
        kinds: &[Kind::Holds],
        statement: "Σ = Σ_k φ(x_k), S(X) = [ψ(x_1, Σ), …, ψ(x_n, Σ)].",
        finding: "As it is evaluated here, for polynomial φ, ψ.",
        printed: vec![holds(
            By::Evaluation,
            "n = 3, d = 2, φ(x) = (x_1, x_1·x_2), ψ(x, Σ) = x_2·Σ_1 − Σ_2²",
            || {
                let mut psi = Polynomial::variable(1).times(&Polynomial::variable(2));
                psi.add_scaled(&Polynomial::variable(3).power(2), &integer(-1));
                let sumformer = Sumformer {
                    dimension: 2,
                    tokens: sumformer_checker::language::target::Tokens::Fixed(3),
                    basis: SumBasis::All,
                    features: vec![
                        Polynomial::variable(0),
                        Polynomial::variable(0).times(&Polynomial::variable(1)),
                    ],
                    psi: vec![psi],
                };
                let x = tokens();
                let sigma: [Rational; 2] =
                    [x.iter().map(|t| t[0].clone()).sum(), x.iter().map(|t| &t[0] * &t[1]).sum()];
                let expected: Vec<Rational> = x.iter().map(|t| &t[1] * &sigma[0] - sigma[1].pow(2)).collect();
                let found = sumformer.evaluate(&x).concat();
                Ok((found == expected, vec![("Σ", list(&sigma)), ("S(X)", list(&found))]))
            },
        )],
        repair: None,
        repaired: Vec::new(),
    }
}
