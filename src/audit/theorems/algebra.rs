//! Lemma 2.9, Theorems 2.12 and 2.13.

use crate::algebra::degree_reduction::{DegreeReducer, Route};
use crate::algebra::multi_index::GradedLexicographic;
use crate::algebra::rewriting::augmented_monomial;
use crate::algebra::{MultiIndex, PowerSumPolynomial};
use crate::audit::proof::{Continuous, source, target};
use crate::audit::row::{By, Evidence, Kind, Row, holds};
use crate::codes::{Code, CodeKind};
use itertools::Itertools;
use num_traits::One;
use std::collections::BTreeSet;
use std::error::Error;
use sumformer_checker::arith::number::{Rational, integer, ratio};
use sumformer_checker::arith::polynomial::{Monomial, Polynomial};
use sumformer_checker::language::{Shape, evaluate_sequence};
use sumformer_checker::limits::MAX_TERMS;
use sumformer_checker::normal_form::expansion::expand_target;
use sumformer_checker::normal_form::{Basis, NormalForm, Others, TermLimits};

/// An equivariant function of four tokens in two coordinates.
fn equivariant() -> String {
    source("4", 2, &["x[0] * sum(y != x: y[1]^2) - prod(y != x: y[0] + x[1])"])
}

fn four_tokens() -> Vec<Vec<Rational>> {
    [[1, 2], [3, 5], [4, 1], [2, 7]].iter().map(|t| t.iter().map(|&p| ratio(p, 9)).collect()).collect()
}

/// f(πX) = πf(X) for all π, at one sequence.
fn all_permutations() -> Evidence {
    let (target, tokens) = (target(&equivariant())?, four_tokens());
    let plain = evaluate_sequence(&target, &tokens)?;
    let mut equal = 0;
    let orders = (0..4).permutations(4).collect_vec();
    for order in &orders {
        let permute = |rows: &[Vec<Rational>]| order.iter().map(|&i| rows[i].clone()).collect_vec();
        equal += usize::from(evaluate_sequence(&target, &permute(&tokens))? == permute(&plain));
    }
    Ok((
        equal == orders.len(),
        vec![("permutations", orders.len().to_string()), ("with f(πX) = πf(X)", equal.to_string())],
    ))
}

/// f_i(X) = f_1(x_i, the others in any order), for all i.
fn semi_invariant() -> Evidence {
    let (target, tokens) = (target(&equivariant())?, four_tokens());
    let plain = evaluate_sequence(&target, &tokens)?;
    let (mut equal, mut all) = (0, 0);
    for (i, value) in plain.iter().enumerate() {
        for others in (0..4).filter(|&j| j != i).permutations(3) {
            let sequence = std::iter::once(i).chain(others).map(|j| tokens[j].clone()).collect_vec();
            all += 1;
            equal += usize::from(evaluate_sequence(&target, &sequence)?[0] == *value);
        }
    }
    Ok((equal == all, vec![("orders", all.to_string()), ("with the same value", equal.to_string())]))
}

pub(super) fn lemma_2_9() -> Row {
    Row {
        id: "Lemma 2.9",
        place: "(11)",
        kinds: &[Kind::Holds],
        statement: "f is equivariant if and only if f(X)_i = g(x_i, the others) for a semi-invariant g.",
        finding: "Holds, with f: X^n → Y^n (E16). Conversely g is f_1, whose values are those of every f_i at a reordered sequence.",
        printed: vec![
            holds(
                By::Evaluation,
                "n = 4, d = 2, f given by a semi-invariant g: f(πX) = πf(X) for all π",
                all_permutations,
            ),
            holds(
                By::Evaluation,
                "the same f: g = f_1 gives every f_i, whatever the order of the others",
                semi_invariant,
            ),
            holds(
                By::NormalForm,
                "n = 3, g = x1·x2, not symmetric in x2, x3, is refused, with the transposition that breaks it",
                || {
                    let text = "name = \"audit\"\ntokens = 3\ndomain = [[\"0\", \"1\"]]\nsemi_invariant = [\"x1[0]*x2[0]\"]\n";
                    let refused = match expand_target(&target(text)?, MAX_TERMS) {
                        Ok(_) => None,
                        Err(error) => Some(error.to_string()),
                    };
                    Ok((refused.is_some(), vec![("message", refused.unwrap_or_default())]))
                },
            ),
        ],
        repair: None,
        repaired: vec![holds(By::Checker, "a Transformer for the same f", || {
            Continuous::default().evidence(&equivariant())
        })],
    }
}

/// All multisets of at most `most` non-zero multi-indices in d coordinates of total degree at most `degree`.
fn parts(d: usize, most: usize, degree: u32) -> Vec<Vec<MultiIndex>> {
    let indices: Vec<MultiIndex> = GradedLexicographic::new(d, 1, degree).collect();
    let total = |chosen: &[MultiIndex]| chosen.iter().flat_map(|alpha| alpha.iter()).sum::<u32>();
    (1..=most)
        .flat_map(|k| indices.iter().cloned().combinations_with_replacement(k).collect_vec())
        .filter(|chosen| total(chosen) <= degree)
        .collect()
}

fn monomial(alpha: &[u32]) -> Monomial {
    Monomial::from_powers((0..).zip(alpha.iter().copied()))
}

/// A polynomial in power sums of n tokens, expanded.
fn expanded(polynomial: &PowerSumPolynomial, n: usize, d: usize) -> Result<NormalForm, Box<dyn Error>> {
    let limits = TermLimits::new(MAX_TERMS);
    let shape = Shape::new(d, 0)?;
    let zero = NormalForm::zero(shape, Others::Count(n));
    let mut sum = zero.clone();
    for (factors, coefficient) in polynomial.terms() {
        let mut product = zero.constant_like(coefficient);
        for (alpha, exponent) in factors {
            let power_sum = Polynomial::term(monomial(alpha), Rational::one());
            let power_sum = NormalForm::sum_over_others(shape, Others::Count(n), &power_sum);
            product = product.times(&power_sum.power(exponent, &limits)?, &limits)?;
        }
        sum.add_scaled(&product, &Rational::one());
    }
    Ok(sum)
}

/// Every M(β_1, …, β_k) is a polynomial in the p_α with |α| ≤ n, as an identity of polynomials in the tokens.
fn all_generated(n: usize, d: usize, degree: u32) -> Evidence {
    let mut reducer = DegreeReducer::new(n as u32, Route::Parts, 200_000);
    let (mut all, mut equal) = (0, 0);
    let mut used = BTreeSet::new();
    for chosen in parts(d, n, degree) {
        let in_power_sums = reducer.reduce(&augmented_monomial(&chosen, 200_000)?)?;
        let mut wanted = NormalForm::zero(Shape::new(d, 0)?, Others::Count(n));
        let mut basis: Vec<Monomial> = chosen.iter().map(|alpha| monomial(alpha)).collect();
        basis.sort();
        wanted.add_term(Basis { named: Monomial::one(), parts: basis }, Rational::one());
        all += 1;
        let low = in_power_sums.max_degree() <= n as u64;
        equal += usize::from(low && expanded(&in_power_sums, n, d)? == wanted);
        used.extend(in_power_sums.power_sums().iter().cloned());
    }
    let numbers = vec![
        ("functions", all.to_string()),
        ("equal to a polynomial in p_α, |α| ≤ n", equal.to_string()),
        ("power sums used", used.len().to_string()),
    ];
    Ok((equal == all, numbers))
}

pub(super) fn theorem_2_12() -> Row {
    Row {
        id: "Theorem 2.12",
        place: "(13)",
        kinds: &[Kind::Holds],
        statement: "The power sums p_α with |α| ≤ n generate all multisymmetric polynomials in n tokens.",
        finding: "Holds, and is constructive: set partitions rewrite any monomial function in power sums, and those of degree above n are \
                  polynomials in the lower ones. For the n − 1 others of (38), |α| ≤ n − 1 is enough (E12).",
        printed: vec![
            holds(
                By::NormalForm,
                "n = 3, d = 2: all augmented monomial functions of degree at most 5, of up to three tokens",
                || all_generated(3, 2, 5),
            ),
            holds(By::NormalForm, "n = 2, d = 3: all of degree at most 5, of up to two tokens", || {
                all_generated(2, 3, 5)
            }),
            holds(
                By::Evaluation,
                "degree n is needed: n = 2, d = 1, (0, 2) and (1, 1) have the same p_1 and different p_2",
                || {
                    let sum = |tokens: [i64; 2], power| {
                        tokens.iter().map(|&t| integer(t).pow(power)).sum::<Rational>()
                    };
                    let [first, second] = [1, 2].map(|power| [sum([0, 2], power), sum([1, 1], power)]);
                    let numbers = vec![
                        ("p_1", format!("{} and {}", first[0], first[1])),
                        ("p_2", format!("{} and {}", second[0], second[1])),
                    ];
                    Ok((first[0] == first[1] && second[0] != second[1], numbers))
                },
            ),
        ],
        repair: None,
        repaired: vec![holds(
            By::Checker,
            "n = 4, d = 2, the product over the three others: a Transformer",
            || Continuous::default().evidence(&source("4", 2, &["prod(y != x: y[0] + y[1]) / 8"])),
        )],
    }
}

/// Whether a code tells all multisets of `separated` of M cells apart, and gives them back.
fn separates(kind: CodeKind, cells: u64, separated: u32) -> Evidence {
    let code = Code::new(kind, cells, separated)?;
    let mut sums = BTreeSet::new();
    let (mut all, mut decoded) = (0, 0);
    for multiset in (0..cells).combinations_with_replacement(separated as usize) {
        let sum = code.sum(&multiset)?;
        decoded += usize::from(code.decode(&sum)? == multiset);
        sums.insert(sum);
        all += 1;
    }
    let numbers = vec![
        ("multisets", all.to_string()),
        ("different sums", sums.len().to_string()),
        ("d'", code.dimension().to_string()),
        ("bits of a sum", code.size().sum_bits().to_string()),
    ];
    Ok((sums.len() == all && decoded == all, numbers))
}

pub(super) fn theorem_2_13() -> Row {
    let code = |kind: CodeKind| {
        let what = format!("all multisets of 3 of 8 elements, code {}", kind.name());
        holds(By::Enumeration, what, || separates(kind, 8, 3))
    };
    Row {
        id: "Theorem 2.13",
        place: "Section 2.5, Appendix A",
        kinds: &[Kind::Holds],
        statement: "A function on the subsets of a countable set is invariant if and only if it is ψ(Σ φ(z)).",
        finding: "Holds for subsets with φ(z_m) = 2^m. Appendix A uses it for multisets, and says that the proof extends: it does, with another φ, as \
                  powers of 2 no longer do. (φ* is defined on single cells, E16; how many bits it takes is E11.)",
        printed: vec![holds(By::Enumeration, "all subsets of 10 elements, φ(z_m) = 2^m", || {
            let sums: BTreeSet<u64> =
                (0..10).powerset().map(|subset| subset.iter().map(|&m| 1u64 << m).sum()).collect();
            Ok((
                sums.len() == 1 << 10,
                vec![("subsets", "1024".into()), ("different sums", sums.len().to_string())],
            ))
        })],
        repair: Some(
            "For multisets of s elements: a histogram, power sums of the number of the cell, powers of s + 1, or a Bose–Chowla code.",
        ),
        repaired: vec![
            holds(By::Enumeration, "powers of 2 do not tell {0, 0, 2} from {1, 1, 1}", || {
                let sum = |multiset: [u32; 3]| multiset.iter().map(|&m| 1u64 << m).sum::<u64>();
                let (left, right) = (sum([0, 0, 2]), sum([1, 1, 1]));
                Ok((left == right, vec![("sums", format!("{left} and {right}"))]))
            }),
            code(CodeKind::Histogram),
            code(CodeKind::Moments),
            code(CodeKind::Radix),
            code(CodeKind::BoseChowla),
        ],
    }
}
