//! Tokens, and what is summed over them.

use super::expression::{Coordinate, Expression, Node};
use std::ops::Index;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use sumformer_checker::language::ast::Reduction;
use sumformer_checker::limits::MAX_DIMENSION;

/// A token of the sequence; `x[k]` is its k-th coordinate, from 0.
///
/// Beyond the largest dimension that a target may have, indexing panics, as it does for slices; an index that only this target
/// lacks is said when it is built.
#[derive(Debug)]
pub struct Token {
    coordinates: Vec<Coordinate>,
}

impl Token {
    /// One that is like no other.
    pub(super) fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let token = NEXT.fetch_add(1, Relaxed);
        Self { coordinates: (0..MAX_DIMENSION).map(|index| Coordinate { token, index }).collect() }
    }

    /// What tells it from others.
    pub(super) fn name(&self) -> u64 {
        self.coordinates[0].token
    }
}

impl Index<usize> for Token {
    type Output = Coordinate;

    fn index(&self, k: usize) -> &Coordinate {
        &self.coordinates[k]
    }
}

/// All tokens but some.
#[derive(Debug, Clone)]
pub struct Except {
    excluded: Vec<u64>,
}

/// All tokens but those at the positions of these: `except([x]).sum(|y| y[0])`.
pub fn except<'a>(tokens: impl IntoIterator<Item = &'a Token>) -> Except {
    Except { excluded: tokens.into_iter().map(Token::name).collect() }
}

macro_rules! reductions {
    ($($name:ident, $reduction:ident, $what:literal;)*) => {
        impl Except {
            $(
                #[doc = concat!($what, " over these tokens.")]
                pub fn $name<E: Into<Expression>>(self, body: impl FnOnce(&Token) -> E) -> Expression {
                    self.reduce(Reduction::$reduction, |token| body(token).into())
                }
            )*

            fn reduce(self, reduction: Reduction, body: impl FnOnce(&Token) -> Expression) -> Expression {
                let token = Token::new();
                let body = body(&token);
                let below = body.height();
                let Self { excluded } = self;
                Expression::above(Node::Reduce { reduction, bound: token.name(), excluded, body }, below)
            }
        }

        $(
            #[doc = concat!($what, " over all tokens of the sequence.")]
            pub fn $name<E: Into<Expression>>(body: impl FnOnce(&Token) -> E) -> Expression {
                except([]).$name(body)
            }
        )*
    };
}

reductions! {
    sum, Sum, "The sum";
    mean, Mean, "The mean";
    product, Product, "The product";
    maximum, Max, "The largest value";
    minimum, Min, "The smallest value";
}
