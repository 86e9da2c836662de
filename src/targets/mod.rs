//! Targets built in code: closures over the tokens of a sequence, with the same text as a target file.
//!
//! ```
//! use sumformer::targets::{mean, target};
//!
//! let covariance = target("covariance")
//!     .tokens(5)
//!     .domain(0, 1)
//!     .domain(0, 1)
//!     .output(|_x| mean(|y| y[0] * y[1]) - mean(|y| y[0]) * mean(|y| y[1]))
//!     .build()?;
//! assert!(covariance.source.contains("mean(y: y[0] * y[1]) - mean(y: y[0]) * mean(y: y[1])"));
//! # Ok::<(), sumformer::targets::TargetError>(())
//! ```
//!
//! What is built is printed and then read like any other file, so that there is one language, and [`Target::source`] can be
//! saved. Its limits, and what an expression means, stand in `docs/target-language.md`. Targets in explicit tokens
//! (`semi_invariant`) are written as text.

mod expression;
mod functions;
mod operators;
mod tokens;
mod tree;

pub use expression::{Coordinate, Expression, length};
pub use tokens::{Except, Token, except, maximum, mean, minimum, product, sum};
pub use tree::OutOfScope;

use crate::reading::{Diagnostics, load_target};
use crate::words::{TokenNames, print};
use sumformer_checker::arith::number::Rational;
use sumformer_checker::language::target::{Target, Tokens};
use tree::tree;

/// What is said of a number that an interval begins or ends with: an integer, or anything exact.
pub trait Exact {
    /// The number.
    fn exact(self) -> Rational;
}

impl Exact for Rational {
    fn exact(self) -> Rational {
        self
    }
}

impl Exact for i64 {
    fn exact(self) -> Rational {
        Rational::from_integer(self.into())
    }
}

/// Why there is no target.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// No text stands for it.
    #[error("output {output}: {error}")]
    Expression {
        /// Which one, from 0.
        output: usize,
        /// Why.
        error: OutOfScope,
    },
    /// The text is no target, for the reasons that a file would be none.
    #[error(transparent)]
    Text(#[from] Diagnostics),
}

/// A target in the making.
#[derive(Debug, Clone)]
pub struct Builder {
    name: String,
    tokens: Tokens,
    domain: Vec<(Rational, Rational)>,
    epsilon: Option<Rational>,
    outputs: Vec<(u64, Expression)>,
}

/// Begins a target of that name, for every length until [`Builder::tokens`] says otherwise.
pub fn target(name: impl Into<String>) -> Builder {
    Builder { name: name.into(), tokens: Tokens::Any, domain: Vec::new(), epsilon: None, outputs: Vec::new() }
}

impl Builder {
    /// For sequences of exactly so many tokens.
    pub fn tokens(self, n: usize) -> Self {
        Self { tokens: Tokens::Fixed(n), ..self }
    }

    /// One more coordinate, between these numbers.
    pub fn domain(mut self, inf: impl Exact, sup: impl Exact) -> Self {
        self.domain.push((inf.exact(), sup.exact()));
        self
    }

    /// The error that is to be proved.
    pub fn epsilon(self, epsilon: impl Exact) -> Self {
        Self { epsilon: Some(epsilon.exact()), ..self }
    }

    /// One more output, as a function of the own token.
    pub fn output<E: Into<Expression>>(mut self, value: impl FnOnce(&Token) -> E) -> Self {
        let own = Token::new();
        let value = value(&own).into();
        self.outputs.push((own.name(), value));
        self
    }

    /// The text of its file.
    pub fn source(&self) -> Result<String, TargetError> {
        let tokens = match self.tokens {
            Tokens::Fixed(n) => n.to_string(),
            Tokens::Any => "\"any\"".to_string(),
        };
        let sides: Vec<String> =
            self.domain.iter().map(|(inf, sup)| format!("[\"{inf}\", \"{sup}\"]")).collect();
        let epsilon = self.epsilon.as_ref().map_or(String::new(), |e| format!("epsilon = \"{e}\"\n"));
        let mut outputs = String::new();
        for (output, (own, value)) in self.outputs.iter().enumerate() {
            let value = tree(*own, value).map_err(|error| TargetError::Expression { output, error })?;
            outputs += &format!("  \"{}\",\n", print(&value, TokenNames::OwnAndBound));
        }
        Ok(format!(
            "name = {}\ntokens = {tokens}\ndomain = [{}]\n{epsilon}output = [\n{outputs}]\n",
            quoted(&self.name),
            sides.join(", "),
        ))
    }

    /// The target, as it is read from the text.
    pub fn build(&self) -> Result<Target, TargetError> {
        Ok(load_target(&self.name, &self.source()?)?)
    }
}

/// A name as TOML has strings; which names there may be is said when the text is read.
fn quoted(name: &str) -> String {
    let escape = |c: char| match c {
        '"' | '\\' => format!("\\{c}"),
        c if c.is_control() => format!("\\u{:04X}", u32::from(c)),
        c => c.to_string(),
    };
    format!("\"{}\"", name.chars().map(escape).collect::<String>())
}

#[cfg(test)]
mod tests;
