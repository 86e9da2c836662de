//! Shapes of sequences, and how they are said.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use sumformer::checker::language::target::Tokens;

/// What a function of sequences takes.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// n
    pub tokens: Tokens,
    /// d
    pub dimension: usize,
}

/// The axes before the coordinates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leading {
    /// How many sequences, if there is such an axis.
    pub batch: Option<usize>,
    /// n
    pub tokens: usize,
}

impl Shape {
    /// `(3, 2) or (batch, 3, 2)`
    pub fn in_words(self) -> String {
        let n = match self.tokens {
            Tokens::Fixed(n) => n.to_string(),
            Tokens::Any => "n".into(),
        };
        format!("({n}, {d}) or (batch, {n}, {d})", d = self.dimension)
    }

    /// Whether a sequence may have so many tokens.
    pub fn takes(self, tokens: usize) -> bool {
        match self.tokens {
            Tokens::Fixed(n) => tokens == n,
            Tokens::Any => tokens > 0,
        }
    }

    /// The leading axes of an array, if its shape is right.
    pub fn leading(self, found: &[usize]) -> PyResult<Leading> {
        let (batch, tokens, dimension) = match *found {
            [n, d] => (None, n, d),
            [batch, n, d] => (Some(batch), n, d),
            _ => (None, 0, 0),
        };
        if self.takes(tokens) && dimension == self.dimension {
            return Ok(Leading { batch, tokens });
        }
        let sizes: Vec<String> = found.iter().map(ToString::to_string).collect();
        let comma = if found.len() == 1 { "," } else { "" };
        let (wanted, found) = (self.in_words(), sizes.join(", "));
        Err(PyValueError::new_err(format!("expected an array of shape {wanted}, found ({found}{comma})")))
    }
}

impl Leading {
    /// How many sequences.
    pub fn sequences(self) -> usize {
        self.batch.unwrap_or(1)
    }

    /// The indices of a token, counted through all sequences.
    pub fn place(self, token: usize) -> String {
        match self.batch {
            Some(_) => format!("{}, {}", token / self.tokens, token % self.tokens),
            None => token.to_string(),
        }
    }
}
