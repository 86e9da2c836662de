//! Whatever the input: no panic, every problem inside the file. That the checker reads the same is asserted by every reading.

use super::{file, target, trees};
use crate::reading::load_target;
use proptest::prelude::*;

const GOOD: &str = r#"
name    = "pairwise"
tokens  = 4
domain  = [["0", "1"], ["-1/2", "0.5"]]
epsilon = "1/1000"
output  = ["sum(y: (y[0]-x[0]) * y[1]^2)", """
  m - max(z != x: mean(w != x, z: \u0077[0])) """]
[where]
m = 'sum(y: y[1]) / n'
"#;

/// Pieces that expressions are made of.
const PIECES: [&str; 40] = [
    "x",
    "y",
    "z",
    "n",
    "m",
    "[0]",
    "[1]",
    "[",
    "]",
    "(",
    ")",
    "(",
    ")",
    "+",
    "-",
    "*",
    "/",
    "^",
    "^2",
    ":",
    ",",
    "!=",
    "sum(",
    "mean(y:",
    "max(",
    "min(z != y:",
    "exp(",
    "log(",
    "0",
    "1",
    "2.5",
    "1e-3",
    " ",
    "é",
    "$",
    "\\",
    "x[0]",
    "y[1]",
    "prod(y != x:",
    "m",
];

/// Loads; a refusal must point into the file and be printable.
fn survives(source: &str) {
    if let Err(problems) = load_target("t.toml", source) {
        assert!(!problems.list().is_empty());
        for problem in problems.list() {
            assert!(source.get(problem.span.clone()).is_some(), "{problem:?}");
            assert!(!problem.message.is_empty());
        }
        assert!(problems.to_string().contains("error: "));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn arbitrary_files_are_survived(source in any::<String>()) {
        survives(&source);
    }

    #[test]
    fn arbitrary_expressions_are_survived(text in "[^'\\x00-\\x08\\x0a-\\x1f\\x7f]{0,60}", tokens in prop::sample::select(&["3", "\"any\""][..])) {
        survives(&file(tokens, &format!("output = ['{text}']")));
    }

    #[test]
    fn token_soup_is_survived(
        pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..40),
        tokens in prop::sample::select(&["1", "3", "\"any\""][..]),
        key in prop::sample::select(&["output", "semi_invariant"][..]),
    ) {
        let text = pieces.concat();
        survives(&file(tokens, &format!("{key} = ['{text}', '''\n{text}''']\n[where]\nm = '{text}'")));
    }

    #[test]
    fn mutated_files_are_survived(edits in prop::collection::vec((any::<prop::sample::Index>(), 0..4_usize, prop::sample::select(&PIECES[..])), 1..6)) {
        let mut characters: Vec<char> = GOOD.chars().collect();
        for (place, length, piece) in edits {
            let start = place.index(characters.len() + 1);
            let end = (start + length).min(characters.len());
            characters.splice(start..end, piece.chars());
        }
        survives(&characters.iter().collect::<String>());
    }
}

#[test]
fn the_unmutated_file_is_good() {
    let second = target("4", "sum(y: y[1]) / n - max(z != x: mean(w != x, z: w[0]))");
    assert_eq!(trees(&load_target("t.toml", GOOD).unwrap())[1..], trees(&second));
}
