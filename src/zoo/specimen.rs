//! A network and what it reaches.

use super::model::Model;
use num_traits::Signed;
use sumformer_checker::arith::number::{Rational, integer};

/// Which extreme is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// The largest value: asked is whether there are values at least as large as a threshold.
    Largest,
    /// The least value: asked is whether there are values at most as large.
    Least,
}

impl Side {
    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Largest => "largest",
            Self::Least => "least",
        }
    }

    /// 1 for the largest value, −1 for the least.
    pub(super) fn sign(self) -> Rational {
        integer(match self {
            Self::Largest => 1,
            Self::Least => -1,
        })
    }

    /// Whether `value` lies beyond `threshold`, or at it.
    pub(super) fn reaches(self, value: &Rational, threshold: &Rational) -> bool {
        !((value - threshold) * self.sign()).is_negative()
    }
}

/// What is known of an extreme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// Its exact value.
    Exactly,
    /// A number that is reached; or one beyond which nothing lies.
    Bound {
        /// Which of the two.
        reached: bool,
    },
}

impl Known {
    /// As in "the largest value is … 1".
    pub(super) fn words(self, side: Side) -> &'static str {
        match self {
            Self::Exactly => "exactly",
            Self::Bound { reached } if reached == (side == Side::Largest) => "at least",
            Self::Bound { .. } => "at most",
        }
    }
}

/// `coefficient · x_i · x_j`, for inputs i and j.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// The coefficient.
    pub coefficient: Rational,
    /// i and j.
    pub inputs: [usize; 2],
}

/// A network on a box, and the extreme of its first output (of its first token) there.
#[derive(Debug, Clone)]
pub struct Specimen {
    /// Its name, which begins with that of its family and is that of its file.
    pub name: String,
    /// The network.
    pub model: Model,
    /// The ends of every input, row by row.
    pub domain: Vec<[Rational; 2]>,
    /// What is subtracted from the output before it is compared; only VNN-LIB 2.0 can say it.
    pub subtracted: Vec<Term>,
    /// Which extreme.
    pub side: Side,
    /// The extreme, or a bound of it.
    pub extreme: Rational,
    /// Which of the two.
    pub known: Known,
    /// An input where it is taken.
    pub at: Vec<Rational>,
    /// Why nothing goes beyond it.
    pub why: String,
    /// Target, network and certificate, where `sumformer prove` made the network.
    pub proof: Option<[String; 3]>,
}

impl Specimen {
    /// A specimen of whose output nothing is subtracted.
    pub fn new(
        name: impl Into<String>,
        model: impl Into<Model>,
        domain: Vec<[Rational; 2]>,
        (side, extreme, at): (Side, Rational, Vec<Rational>),
        why: impl Into<String>,
    ) -> Self {
        let (name, model, why) = (name.into(), model.into(), why.into());
        let (subtracted, known) = (Vec::new(), Known::Exactly);
        Self { name, model, domain, subtracted, side, extreme, known, at, why, proof: None }
    }
}

/// The same ends for every token: `[[lo, hi]; d]` for n tokens, row by row.
pub(super) fn repeated<T: Clone>(tokens: usize, token: &[T]) -> Vec<T> {
    token.iter().cycle().take(tokens * token.len()).cloned().collect()
}
