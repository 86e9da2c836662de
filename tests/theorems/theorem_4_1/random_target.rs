//! Random polynomial targets, written as target files, and random sequences in their boxes.

use proptest::prelude::*;
use sumformer_checker::arith::number::{Rational, ratio};
use sumformer_checker::language::target::Target;

/// n tokens of d coordinates.
pub type Sequence = Vec<Vec<Rational>>;

/// A monomial c·x^α·(Σ y^β)^e, or with the sum nested in another one.
#[derive(Debug, Clone)]
pub struct Term {
    coefficient: (i64, i64),
    own: Vec<u32>,
    sums: Vec<(Vec<u32>, u32)>,
    /// Σ_{y≠x} Σ_{z≠x,y} y^β z^γ instead of a product of sums.
    nested: bool,
}

#[derive(Debug, Clone)]
pub struct Shape {
    /// `None`: every length, in means.
    pub length: Option<usize>,
    sides: Vec<(i64, i64, i64)>,
    terms: Vec<Term>,
}

impl Shape {
    pub fn target(&self) -> Target {
        let monomial = |name: &str, alpha: &[u32]| -> String {
            let factors: Vec<String> = alpha
                .iter()
                .enumerate()
                .filter(|(_, e)| **e > 0)
                .map(|(k, e)| format!("{name}[{k}]^{e}"))
                .collect();
            if factors.is_empty() { "1".into() } else { factors.join("*") }
        };
        let terms: Vec<String> = self
            .terms
            .iter()
            .map(|term| {
                let mut text =
                    format!("({}/{})*{}", term.coefficient.0, term.coefficient.1, monomial("x", &term.own));
                match (self.length, term.nested, term.sums.as_slice()) {
                    (Some(_), true, [(beta, _), (gamma, _)]) => text.push_str(&format!(
                        "*sum(y != x: sum(z != x, y: {}*{}))",
                        monomial("y", beta),
                        monomial("z", gamma)
                    )),
                    (length, _, sums) => {
                        for (beta, exponent) in sums {
                            let over = if length.is_none() {
                                "mean(y:"
                            } else if term.nested {
                                "sum(y:"
                            } else {
                                "sum(y != x:"
                            };
                            text.push_str(&format!("*{over} {})^{exponent}", monomial("y", beta)));
                        }
                    }
                }
                text
            })
            .collect();
        let side = |(p, w, q): &(i64, i64, i64)| format!("[{p}/{q}, {}/{q}]", p + w);
        let sides: String = self.sides.iter().map(side).collect();
        let target = self.length.map_or_else(|| common::target("any"), common::target);
        target.domain(&sides).output(terms.join(" + ")).output("x[0]").load()
    }
}

pub fn exponents(d: usize, most: u32) -> impl Strategy<Value = Vec<u32>> {
    prop::collection::vec(0..=most, d)
}

/// An index of degree 1 to `most`·d.
pub fn nonzero(d: usize, most: u32) -> impl Strategy<Value = Vec<u32>> {
    (exponents(d, most), 0..d).prop_map(|(mut alpha, k)| {
        if alpha.iter().all(|&e| e == 0) {
            alpha[k] = 1;
        }
        alpha
    })
}

pub fn term(d: usize) -> impl Strategy<Value = Term> {
    let sum = (nonzero(d, 2), 1u32..=2);
    (
        (prop_oneof![-5i64..=-1, 1i64..=5], 1i64..=4),
        exponents(d, 2),
        prop::collection::vec(sum, 0..=2),
        any::<bool>(),
    )
        .prop_map(|(coefficient, own, sums, nested)| Term { coefficient, own, sums, nested })
}

pub fn shape(length: impl Strategy<Value = Option<usize>>, terms: usize) -> impl Strategy<Value = Shape> {
    (1usize..=2, length).prop_flat_map(move |(dimension, length)| {
        let side = (-3i64..=3, 1i64..=4, 1i64..=3);
        (prop::collection::vec(side, dimension), prop::collection::vec(term(dimension), 1..=terms))
            .prop_map(move |(sides, terms)| Shape { length, sides, terms })
    })
}

pub fn fixed(most: usize) -> impl Strategy<Value = Option<usize>> {
    (1..=most).prop_map(Some)
}

pub fn every() -> impl Strategy<Value = Option<usize>> {
    Just(None)
}

/// `count` sequences of n tokens in the box; numbers in 0..=60 say where.
pub fn sequences(target: &Target, n: usize, places: &[u8], count: usize) -> Vec<Sequence> {
    let mut at =
        places.iter().cycle().enumerate().map(|(i, &p)| (usize::from(p) + 17 * (i / places.len())) % 61);
    (0..count)
        .map(|_| {
            (0..n)
                .map(|_| {
                    let share = |p: usize| ratio(p as i64, 60);
                    target
                        .domain
                        .iter()
                        .map(|s| s.inf() + s.wid() * share(at.next().expect("cycles")))
                        .collect()
                })
                .collect()
        })
        .collect()
}

pub fn places() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(0u8..=60, 23)
}
