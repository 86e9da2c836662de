//! Questions with known answers: an extreme, moved to just beyond and just before.

use super::error::ZooError;
use super::specimen::{Side, Specimen};
use crate::export::Dtype;
use crate::numeric::Scalar;
use num_traits::{Signed, Zero};
use sumformer_checker::arith::number::{Rational, integer, ratio};

/// How far a threshold is from the extreme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Margin {
    /// The next single-precision number.
    Ulp,
    /// A millionth of the extreme, or the next single-precision number beyond.
    Millionth,
}

/// Both margins.
pub const MARGINS: [Margin; 2] = [Margin::Ulp, Margin::Millionth];

/// Whether the output reaches a threshold anywhere in the box.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Answer {
    /// Nowhere: the threshold lies beyond the extreme.
    Unsat,
    /// Where the extreme is taken.
    Sat,
}

/// A question about a specimen.
#[derive(Debug, Clone)]
pub struct Instance {
    /// The name of the specimen.
    pub specimen: String,
    /// How far the threshold is from the extreme.
    pub margin: Margin,
    /// The answer.
    pub answer: Answer,
    /// A single-precision number.
    pub threshold: Rational,
}

impl Margin {
    /// As part of a name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ulp => "ulp",
            Self::Millionth => "millionth",
        }
    }

    /// The single-precision number nearest to the extreme that lies at least so far beyond it (or before it).
    ///
    /// Near 0 there is no relative distance: a millionth is then one of 1, and the next number, which many programs take for 0,
    /// is not asked for.
    pub(super) fn threshold(self, extreme: &Rational, up: bool) -> Option<Rational> {
        let size = if extreme.is_zero() { integer(1) } else { extreme.abs() };
        let distance = match self {
            Self::Ulp if extreme.is_zero() => return None,
            Self::Ulp => Rational::zero(),
            Self::Millionth => size * ratio(1, 1_000_000),
        };
        let wanted = if up { extreme + distance } else { extreme - distance };
        next_single(&wanted, up)
    }
}

/// The nearest single-precision number above (or below) a number, other than that number.
pub(super) fn next_single(value: &Rational, up: bool) -> Option<Rational> {
    let mut single = f32::from_rational(value);
    let exact = |single: f32| Rational::from_float(single);
    loop {
        let candidate = exact(single)?;
        if candidate != *value && (candidate > *value) == up {
            return Some(candidate);
        }
        single = if up { single.next_up() } else { single.next_down() };
    }
}

impl Answer {
    /// As in the results of VNN-COMP.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unsat => "unsat",
            Self::Sat => "sat",
        }
    }
}

impl Instance {
    /// Its name, which is that of its files.
    pub fn name(&self) -> String {
        format!("{}-{}-{}", self.specimen, self.margin.name(), self.answer.name())
    }

    /// The questions about a specimen. One with the answer `sat` is left out where single or double precision, every operation
    /// rounded, does not reach the threshold at the point that does.
    pub fn all(specimen: &Specimen) -> Result<Vec<Self>, ZooError> {
        let defect = |what: &str| ZooError::Defect { name: specimen.name.clone(), what: what.into() };
        if specimen.at.iter().any(|x| !Dtype::F32.round(x).exact) {
            return Err(defect("the extreme is taken where an input is no single-precision number"));
        }
        if specimen.at.iter().zip(&specimen.domain).any(|(x, [lo, hi])| x < lo || hi < x) {
            return Err(defect("the extreme is taken outside of the box"));
        }
        if specimen.compared(specimen.model.exact(&specimen.at)?) != specimen.extreme {
            return Err(defect("the extreme is not the value at its point"));
        }
        let floats = [specimen.float::<f32>()?, specimen.float::<f64>()?];
        let mut instances = Vec::new();
        for margin in MARGINS {
            for answer in [Answer::Unsat, Answer::Sat] {
                let up = (specimen.side == Side::Largest) == (answer == Answer::Unsat);
                let Some(threshold) = margin.threshold(&specimen.extreme, up) else { continue };
                let survives = floats.iter().all(|value| specimen.side.reaches(value, &threshold));
                if answer == Answer::Unsat || survives {
                    instances.push(Self { specimen: specimen.name.clone(), margin, answer, threshold });
                }
            }
        }
        Ok(instances)
    }
}

impl Specimen {
    /// What is compared, given the output at the extreme's point.
    fn compared(&self, output: Rational) -> Rational {
        let terms = self.subtracted.iter();
        terms.fold(output, |sum, term| {
            let [i, j] = term.inputs;
            sum - &term.coefficient * &self.at[i] * &self.at[j]
        })
    }

    /// The same, the output being rounded; products that are subtracted are exact, since no network computes them.
    pub(super) fn float<S: Scalar + Into<f64>>(&self) -> Result<Rational, ZooError> {
        let output: S = self.model.float(&self.at)?;
        Ok(self.compared(Rational::from_float(output.into()).unwrap_or_default()))
    }
}
