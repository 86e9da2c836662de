//! Parts of a search, for several machines.

use std::fmt;
use std::str::FromStr;

/// Part k of m of a search, 1 ≤ k ≤ m.
///
/// All parts begin alike, until enough boxes wait; of these the part number k takes those whose number is k − 1
/// modulo m, and leaves the others open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slice {
    number: usize,
    count: usize,
}

/// Text or numbers that are no part.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a part of the search is written k/m with 1 <= k <= m <= {}, such as 2/8", Slice::MOST)]
pub struct NoSlice;

impl Slice {
    /// The whole search.
    pub const WHOLE: Self = Self { number: 1, count: 1 };
    /// The most parts.
    pub const MOST: usize = 1 << 16;
    /// How many boxes per part wait before they are distributed: then no part is much larger than the others.
    const BOXES_PER_PART: usize = 8;

    /// Part `number` of `count`.
    pub fn new(number: usize, count: usize) -> Result<Self, NoSlice> {
        if (1..=count).contains(&number) && count <= Self::MOST {
            Ok(Self { number, count })
        } else {
            Err(NoSlice)
        }
    }

    /// How many boxes must wait before they are distributed; nothing for the whole search.
    pub(super) fn threshold(self) -> Option<usize> {
        (self.count > 1).then(|| Self::BOXES_PER_PART * self.count)
    }

    /// Whether a box with this number belongs to the part.
    pub(super) fn takes(self, number: usize) -> bool {
        number % self.count == self.number - 1
    }
}

impl FromStr for Slice {
    type Err = NoSlice;
    fn from_str(text: &str) -> Result<Self, NoSlice> {
        let (number, count) = text.split_once('/').ok_or(NoSlice)?;
        let read = |text: &str| text.parse().map_err(|_| NoSlice);
        Self::new(read(number)?, read(count)?)
    }
}

impl fmt::Display for Slice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_read_and_disjoint() {
        for wrong in ["", "1", "0/2", "3/2", "1/0", "1/65537", "a/2", "1/2/3", "-1/2"] {
            assert_eq!(wrong.parse::<Slice>(), Err(NoSlice), "{wrong}");
        }
        let parts: Vec<Slice> = (1..=3).map(|k| format!("{k}/3").parse().unwrap()).collect();
        for number in 0..30 {
            assert_eq!(parts.iter().filter(|part| part.takes(number)).count(), 1);
        }
        assert_eq!(parts[1].to_string(), "2/3");
    }
}
