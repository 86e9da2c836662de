//! What Sections 4.1, 4.2.1 and 5 say of sizes.

use crate::algebra::multi_index::{GradedLexicographic, count};
use crate::audit::proof::{Continuous, Discontinuous, source};
use crate::audit::row::{By, Evidence, Kind, Row, fails, holds};
use crate::codes::CodeKind;
use crate::discontinuous::{Jump, TableLayout, table_entries};
use num_bigint::{BigInt, BigUint};
use num_integer::binomial;
use sumformer_checker::arith::number::{Rational, integer, ratio};

/// n·M^n/n!, the printed number of layers with 1/ε read as Δ, M = Δ^d.
fn printed_layers(tokens: u64, cells: u64) -> Rational {
    let orders: BigInt = (1..=tokens).map(BigInt::from).product();
    Rational::new(BigInt::from(cells).pow(tokens as u32) * tokens, orders)
}

/// Entries T of the table against the printed number of layers, T/printed between 1 and 1 + 2n²/M.
fn entries_against_layers(tokens: u64, cells: u64) -> Evidence {
    let printed = printed_layers(tokens, cells);
    let entries = table_entries(tokens as usize, cells)?;
    let share = Rational::from_integer(BigInt::from(entries.clone())) / &printed;
    let most = integer(1) + ratio((2 * tokens * tokens) as i64, cells as i64);
    let numbers = vec![
        ("printed", printed.to_string()),
        ("entries", entries.to_string()),
        ("ratio", share.to_string()),
    ];
    Ok((share >= integer(1) && share <= most, numbers))
}

pub(super) fn section_4_2_1() -> Row {
    let text = || source("3", 1, &["x[0] * sum(y != x: y[0]) / 2"]);
    let table = |layout| Discontinuous {
        tokens: 3,
        divisions: 8,
        code: CodeKind::BoseChowla,
        layout,
        jump: Jump::Step,
        epsilon: ratio(1, 4),
    };
    Row {
        id: "Section 4.2.1",
        place: "Sections 4.1, 4.2, 4.2.1",
        kinds: &[Kind::Omission],
        statement: "The continuous construction has a large d' and few layers, the discontinuous one d' = 1 and O(n(1/ε)^{nd}/n!) layers; both have \
                    one attention layer.",
        finding: "Holds for fixed n and d, with 1/ε read as Δ (E15): layers are then the entries T = M·C(M + n − 2, n − 1) of a table, M = Δ^d, one for \
                  each. As a count that holds for all n it fails: n·M^n/n! tends to 0 while T grows. Depth is a choice: the same entries as a search tree \
                  take log2 T layers; their number does not go away.",
        printed: vec![
            holds(
                By::Enumeration,
                "n = 3, d = 1, Δ = 100: T is n·M^n/n! up to a factor 1 + 2n²/M",
                || entries_against_layers(3, 100),
            ),
            fails(By::Enumeration, "n = 10, d = 1, Δ = 2: the same", || entries_against_layers(10, 2)),
            holds(By::Checker, "n = 3: the continuous construction, one attention layer", || {
                Continuous::default().evidence(&text())
            }),
            holds(
                By::Checker,
                "n = 3, Δ = 8: the discontinuous one, a layer for each jump of the table",
                || table(TableLayout::Layered).evidence(&text()),
            ),
        ],
        repair: Some("Count entries, and say how they are spread over layers."),
        repaired: vec![holds(By::Checker, "n = 3, Δ = 8: the same table as a search tree", || {
            table(TableLayout::Tree).evidence(&text())
        })],
    }
}

pub(super) fn section_5() -> Row {
    Row {
        id: "Section 5",
        place: "the formula for d'",
        kinds: &[Kind::Holds],
        statement: "d' = C(n + d, d) − 1 = (n + d)!/(d! n!) − 1 = Π_{i=1}^d (n + i)/i − 1.",
        finding: "Holds as a count of the α with 0 < |α| ≤ n; fewer features are enough (E12).",
        printed: vec![
            holds(By::Enumeration, "all n, d ≤ 30: the four expressions are equal", || {
                let factorial = |m: u64| (1..=m).map(BigUint::from).product::<BigUint>();
                let mut all = 0;
                for (n, d) in (1..=30u64).flat_map(|n| (1..=30u64).map(move |d| (n, d))) {
                    let product: Rational = (1..=d).map(|i| ratio((n + i) as i64, i as i64)).product();
                    let chosen = binomial(BigUint::from(n + d), BigUint::from(d));
                    let quotient = factorial(n + d) / (factorial(d) * factorial(n));
                    let equal = chosen == quotient
                        && product == Rational::from_integer(chosen.clone().into())
                        && count(d as u32, n as u32) + 1u32 == chosen;
                    all += usize::from(equal);
                }
                Ok((all == 900, vec![("pairs", "900".into()), ("equal", all.to_string())]))
            }),
            holds(By::Enumeration, "all n, d ≤ 7: so many multi-indices are listed, one by one", || {
                let mut equal = 0;
                let mut listed = 0u64;
                for (n, d) in (1..=7u32).flat_map(|n| (1..=7u32).map(move |d| (n, d))) {
                    let found = GradedLexicographic::new(d as usize, 1, n).count() as u64;
                    listed += found;
                    equal += usize::from(BigUint::from(found) == count(d, n));
                }
                Ok((equal == 49, vec![("pairs", equal.to_string()), ("multi-indices", listed.to_string())]))
            }),
        ],
        repair: None,
        repaired: Vec::new(),
    }
}
