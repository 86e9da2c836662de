//! What the rows say of one instance, as properties of all.

use super::row::{By, Kind, Outcome, Row, fails, holds};
use super::stream::{FeedForward, PrintedBlock, SIGMA, WIDTH, linformer, performer, printed_scores, softmax};
use super::*;
use proptest::prelude::*;
use sumformer_checker::arith::number::{Rational, integer, ratio};
use sumformer_checker::format::sparse::SparseMatrix;

fn tokens(n: usize) -> impl Strategy<Value = Vec<Rational>> {
    // Positive, so that FC(z) = c·z is what it says with one of the two units, and sums are not 0.
    prop::collection::vec((1i64..20, 1i64..9).prop_map(|(p, q)| ratio(p, q)), n)
}

/// Scores that vary.
fn scores(entries: &[(usize, usize, i64)]) -> SparseMatrix {
    SparseMatrix::from_entries(entries.iter().map(|&(row, column, p)| (row, column, ratio(p, 3))))
}

proptest! {
    #[test]
    fn e1_the_printed_projection_returns_n_over_k_sums(
        (xs, rank) in (1usize..8).prop_flat_map(|n| (tokens(n), 1usize..10)),
        entries in prop::collection::vec((0..WIDTH, 0..WIDTH, -5i64..=5), 0..4),
    ) {
        let n = xs.len();
        let sum: Rational = xs.iter().sum();
        let printed = linformer(n, rank, rank, printed_scores()).stream(&xs).unwrap();
        let expected = &sum * ratio(n as i64, rank as i64);
        prop_assert!(printed.iter().all(|token| token[SIGMA] == expected));
        // The repair is exact for every k and whatever the scores.
        let distinct: std::collections::BTreeMap<_, _> = entries.iter().map(|&(r, c, p)| ((r, c), p)).collect();
        let entries: Vec<_> = distinct.into_iter().map(|((r, c), p)| (r, c, p)).collect();
        let repaired = linformer(n, rank, n, scores(&entries)).stream(&xs).unwrap();
        prop_assert!(repaired.iter().all(|token| token[SIGMA] == sum));
    }

    #[test]
    fn e4_e5_only_the_selecting_layer_makes_the_stream_of_24(xs in tokens(4), p in 1i64..9, q in 1i64..9) {
        let wanted = PrintedBlock::wanted(&xs);
        let selecting = softmax(4, FeedForward::LastSlot).stream(&xs).unwrap();
        prop_assert_eq!(&selecting, &wanted);
        prop_assert_ne!(&softmax(4, FeedForward::Zero).stream(&xs).unwrap(), &wanted);
        // FC(z) = c·z makes (1 + c)·[1, x, φ] and cΣ, never what is wanted.
        let multiple = softmax(4, FeedForward::Multiple(ratio(p, q))).stream(&xs).unwrap();
        let factor = ratio(p, q);
        for (found, wanted) in multiple.iter().zip(&wanted) {
            let expected: Vec<Rational> = wanted.iter().take(SIGMA).map(|value| value * (integer(1) + &factor)).collect();
            prop_assert_eq!(&found[..SIGMA], &expected[..]);
            prop_assert_eq!(&found[SIGMA], &(&wanted[SIGMA] * &factor));
        }
        let plain = performer(false, SparseMatrix::default(), integer(1), FeedForward::LastSlot);
        prop_assert_eq!(plain.stream(&xs).unwrap(), wanted);
    }
}

#[test]
fn every_entry_makes_the_row_it_names_and_names_are_distinct() {
    let names: Vec<&str> = identifiers().collect();
    let distinct: std::collections::BTreeSet<&&str> = names.iter().collect();
    assert_eq!(distinct.len(), names.len());
    for (number, id) in (1..=19).zip(names.iter().skip_while(|id| **id != "E1")) {
        assert_eq!(*id, format!("E{number}"));
    }
    // The light ones suffice to see that the order of the tables is that of the rows.
    for (id, row) in entries().filter(|(id, _)| id.starts_with("Definition")) {
        assert_eq!(row().id, id);
    }
}

fn row(instances: Vec<Instance>) -> Row {
    Row {
        id: "X",
        place: "nowhere",
        kinds: &[Kind::Typo],
        statement: "",
        finding: "",
        printed: instances,
        repair: None,
        repaired: Vec::new(),
    }
}

#[test]
fn a_row_that_comes_out_otherwise_is_not_met() {
    let yes = || Ok((true, Vec::new()));
    let no = || Ok((false, Vec::new()));
    assert!(row(vec![holds(By::Shapes, "", yes), fails(By::Shapes, "", no)]).is_met());
    assert!(!row(vec![holds(By::Shapes, "", yes), fails(By::Shapes, "", yes)]).is_met());
    assert!(!row(vec![holds(By::Shapes, "", no)]).is_met());
    // What cannot be decided is neither.
    for instance in [holds(By::Shapes, "", || Err("no".into())), fails(By::Shapes, "", || Err("no".into()))] {
        let row = row(vec![instance]);
        assert!(!row.is_met());
        assert_eq!(row.printed_outcome(), Outcome::Broken("no".into()));
    }
}
