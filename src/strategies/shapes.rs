//! Random polynomial targets, written as target files.

use super::algebra::{multi_index, nonzero_index};
use crate::reading::load_target;
use proptest::prelude::*;
use sumformer_checker::language::target::Target;

/// A monomial c·x^α·(Σ y^β)^e, or with the sum nested in another one.
#[derive(Debug, Clone)]
pub struct Term {
    coefficient: (i64, i64),
    own: Box<[u32]>,
    sums: Vec<(Box<[u32]>, u32)>,
    /// Σ_{y≠x} Σ_{z≠x,y} y^β z^γ instead of a product of sums.
    nested: bool,
}

/// A polynomial target in a shape that shrinks.
#[derive(Debug, Clone)]
pub struct Shape {
    /// `None`: every length, in means.
    pub length: Option<usize>,
    sides: Vec<(i64, i64, i64)>,
    terms: Vec<Term>,
}

impl Term {
    fn text(&self, length: Option<usize>) -> String {
        let mut text =
            format!("({}/{})*{}", self.coefficient.0, self.coefficient.1, monomial("x", &self.own));
        if let (Some(_), true, [(beta, _), (gamma, _)]) = (length, self.nested, self.sums.as_slice()) {
            let (beta, gamma) = (monomial("y", beta), monomial("z", gamma));
            return text + &format!("*sum(y != x: sum(z != x, y: {beta}*{gamma}))");
        }
        let over = match (length, self.nested) {
            (None, _) => "mean(y:",
            (Some(_), true) => "sum(y:",
            (Some(_), false) => "sum(y != x:",
        };
        for (beta, exponent) in &self.sums {
            text += &format!("*{over} {})^{exponent}", monomial("y", beta));
        }
        text
    }
}

fn monomial(name: &str, alpha: &[u32]) -> String {
    let factors = alpha.iter().enumerate().filter(|(_, e)| **e > 0);
    let factors: Vec<String> = factors.map(|(k, e)| format!("{name}[{k}]^{e}")).collect();
    if factors.is_empty() { "1".into() } else { factors.join("*") }
}

impl Shape {
    /// The text of its file.
    pub fn source(&self) -> String {
        let terms: Vec<String> = self.terms.iter().map(|term| term.text(self.length)).collect();
        let side = |(p, w, q): &(i64, i64, i64)| format!("[\"{p}/{q}\", \"{}/{q}\"]", p + w);
        let sides: Vec<String> = self.sides.iter().map(side).collect();
        let tokens = self.length.map_or("\"any\"".into(), |n| n.to_string());
        format!(
            "name = \"random\"\ntokens = {tokens}\ndomain = [{}]\noutput = [\"{}\", \"x[0]\"]\n",
            sides.join(", "),
            terms.join(" + ")
        )
    }

    /// The target, with two outputs: the sum of the terms, and the own token's first coordinate.
    pub fn target(&self) -> Target {
        let source = self.source();
        load_target("target.toml", &source).unwrap_or_else(|e| panic!("{e}\n{source}"))
    }
}

/// A term for tokens of d coordinates, of degree at most 10·d.
pub fn term(d: usize) -> impl Strategy<Value = Term> {
    let sum = (nonzero_index(d, 2), 1u32..=2);
    (
        (prop_oneof![-5i64..=-1, 1i64..=5], 1i64..=4),
        multi_index(d, 2),
        prop::collection::vec(sum, 0..=2),
        any::<bool>(),
    )
        .prop_map(|(coefficient, own, sums, nested)| Term { coefficient, own, sums, nested })
}

/// A target of one or two coordinates with at most so many terms, for a random length.
pub fn shape(length: impl Strategy<Value = Option<usize>>, terms: usize) -> impl Strategy<Value = Shape> {
    (1usize..=2, length).prop_flat_map(move |(dimension, length)| {
        let side = (-3i64..=3, 1i64..=4, 1i64..=3);
        (prop::collection::vec(side, dimension), prop::collection::vec(term(dimension), 1..=terms))
            .prop_map(move |(sides, terms)| Shape { length, sides, terms })
    })
}

/// A length from 1 to `most`.
pub fn fixed(most: usize) -> impl Strategy<Value = Option<usize>> {
    (1..=most).prop_map(Some)
}

/// Every length at once.
pub fn every_length() -> impl Strategy<Value = Option<usize>> {
    Just(None)
}
