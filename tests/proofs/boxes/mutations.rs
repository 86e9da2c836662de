//! Changed trees: those that are accepted still bound the difference.

use crate::boxes::support::{RATIONAL, proved};
use proptest::prelude::*;
use sumformer_checker::arith::number::to_f64;
use sumformer_checker::boxes::derive;

const ALPHABET: [char; 8] = ['a', 'b', 'c', 'd', '.', '-', '?', 'B'];

/// Replaces, inserts, removes or moves a piece of a tree.
fn mutated(tree: &str, edits: &[(usize, usize, usize)]) -> String {
    let mut text: Vec<char> = tree.chars().collect();
    for &(kind, at, what) in edits {
        let at = at % text.len().max(1);
        match kind {
            0 if !text.is_empty() => text[at] = ALPHABET[what % ALPHABET.len()],
            1 => text.insert(at, ALPHABET[what % ALPHABET.len()]),
            2 if !text.is_empty() => drop(text.remove(at)),
            // A leaf becomes a split with two leaves: a finer tree.
            3 if text.get(at) == Some(&'.') => {
                text.splice(at..=at, [ALPHABET[what % 3], '.', '.']);
            }
            _ if !text.is_empty() => {
                let other = what % text.len();
                text.swap(at, other);
            }
            _ => {}
        }
    }
    text.into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn accepted_mutants_bound_the_difference(
        edits in prop::collection::vec((0_usize..5, any::<usize>(), any::<usize>()), 1..3),
        shares in prop::collection::vec(0.0_f64..1.0, 30),
    ) {
        let p = proved(RATIONAL);
        let Ok(bound) = derive(&p.target, &p.sumformer, &mutated(p.tree(), &edits)) else { return Ok(()) };
        let residual = to_f64(&bound.outputs[0].0);
        for sequence in shares.chunks(3) {
            for row in p.difference(&p.sequence(sequence)) {
                prop_assert!(row[0].abs() <= residual + 1e-12);
            }
        }
    }
}

/// The property above is not empty: both kinds of mutants are common.
#[test]
fn some_mutants_are_accepted_and_most_refused() {
    let p = proved(RATIONAL);
    let accepted = |kind: usize| {
        (0..40)
            .filter(|i| derive(&p.target, &p.sumformer, &mutated(p.tree(), &[(kind, i * 53, *i)])).is_ok())
            .count()
    };
    assert!(accepted(3) > 10 && accepted(0) < 30 && accepted(1) == 0 && accepted(2) == 0);
}
