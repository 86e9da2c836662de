//! How many variables a normal form has, and their numbers.

/// Coordinates per token and named tokens, so few that all variables have numbers below 2^32.
///
/// Coordinate k of named token t is variable t·d + k. Every number of a variable is made here, of factors that were
/// checked together, so that none can wrap around and be taken for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    dimension: u32,
    named: u32,
}

/// There are more variables than can be numbered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{named} tokens with {dimension} coordinates each, atoms included, are 2^32 variables or more")]
pub struct TooManyVariables {
    /// Coordinates per token.
    pub dimension: usize,
    /// Tokens with names of their own.
    pub named: usize,
}

impl Shape {
    /// d coordinates per token, and this many named tokens.
    pub fn new(dimension: usize, named: usize) -> Result<Self, TooManyVariables> {
        let small = |count: usize| u32::try_from(count).ok();
        small(dimension)
            .zip(small(named))
            .filter(|&(d, t)| d.checked_mul(t).is_some())
            .map(|(dimension, named)| Self { dimension, named })
            .ok_or(TooManyVariables { dimension, named })
    }

    /// Coordinates per token.
    pub fn dimension(self) -> u32 {
        self.dimension
    }

    /// Named tokens.
    pub fn named(self) -> u32 {
        self.named
    }

    /// The first variable of a named token; for the number of named tokens, the first that is no variable.
    pub(crate) fn first(self, token: u32) -> u32 {
        debug_assert!(token <= self.named);
        token * self.dimension
    }

    /// A coordinate of a named token; nothing if there is no such token or coordinate.
    pub fn variable(self, token: usize, index: usize) -> Option<u32> {
        let token = u32::try_from(token).ok().filter(|&token| token < self.named)?;
        let index = u32::try_from(index).ok().filter(|&index| index < self.dimension)?;
        Some(self.first(token) + index)
    }

    /// The named token and the coordinate that a variable is.
    pub fn place(self, variable: u32) -> (u32, u32) {
        (variable / self.dimension, variable % self.dimension)
    }

    /// One more named token.
    pub(crate) fn with_new_token(self) -> Result<Self, TooManyVariables> {
        let too_many = TooManyVariables {
            dimension: usize::try_from(self.dimension).unwrap_or(usize::MAX),
            named: usize::try_from(self.named).unwrap_or(usize::MAX).saturating_add(1),
        };
        let named = self.named.checked_add(1).ok_or(too_many)?;
        self.dimension.checked_mul(named).ok_or(too_many)?;
        Ok(Self { named, ..self })
    }

    /// Without the last named token.
    pub(crate) fn without_last(self) -> Self {
        Self { named: self.named - 1, ..self }
    }
}
