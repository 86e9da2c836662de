//! A target: the function to be realised, its domain and its length.

use super::ast::Expr;
use crate::arith::interval::Interval;
use crate::arith::number::Rational;

/// How many tokens a sequence has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tokens {
    /// Exactly n ≥ 1.
    Fixed(usize),
    /// Every length n ≥ 1; the target is written in means only.
    Any,
}

/// The function itself, one expression per output coordinate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// `output`: f_i in terms of the own token `x` and binders over the sequence.
    Output(Vec<Expr>),
    /// `semi_invariant`: g(x1; x2..xn) in explicit tokens (Lemma 2.9).
    SemiInvariant {
        /// One expression per output coordinate.
        expressions: Vec<Expr>,
        /// Average over the permutations of x2..xn instead of requiring symmetry.
        symmetrize: bool,
    },
}

impl std::fmt::Display for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Tokens::Fixed(n) => write!(f, "n = {n}"),
            Tokens::Any => f.write_str("every length"),
        }
    }
}

impl Body {
    /// The expressions, one per output coordinate.
    pub fn expressions(&self) -> &[Expr] {
        match self {
            Body::Output(expressions) | Body::SemiInvariant { expressions, .. } => expressions,
        }
    }
}

/// A parsed and resolved target file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// `name`.
    pub name: String,
    /// `tokens`.
    pub tokens: Tokens,
    /// `domain`: one closed interval per coordinate, the same box for every token.
    pub domain: Vec<Interval>,
    /// `epsilon`, if given; positive.
    pub epsilon: Option<Rational>,
    /// `output` or `semi_invariant`.
    pub body: Body,
    /// The file's text, to which spans refer.
    pub source: String,
}

impl Target {
    /// Token dimension d.
    pub fn dimension(&self) -> usize {
        self.domain.len()
    }

    /// Number of output coordinates c.
    pub fn outputs(&self) -> usize {
        self.body.expressions().len()
    }
}
