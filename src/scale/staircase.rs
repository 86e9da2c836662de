//! Floors under the error for every number of sums, against n, d and the degree, for families of targets.

use crate::floors::{Effort, certificate, essential_sums, floor, monotone};
use crate::reading::{Diagnostics, load_target};
use itertools::Itertools;
use sumformer_checker::arith::number::Rational;
use sumformer_checker::floor::derive_floors;
use sumformer_checker::language::target::Target;
use sumformer_checker::limits::MAX_TERMS;
use sumformer_checker::refusal::Refusal;
use sumformer_checker::surrogate::{Surrogate, SurrogateError};

/// A family of targets on [0, 1]^d, in sums over the n − 1 other tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StaircaseFamily {
    /// Σ (1 + x·y)^D: every monomial of degree at most D is needed, as own tokens tell them apart.
    Kernel,
    /// (Σ y_1)^D, …, (Σ y_d)^D: d sums do for every D.
    Power,
    /// e_D of the others' first coordinates: for few tokens other sums do than power sums. d = 1 only.
    Elementary,
}

impl StaircaseFamily {
    /// As on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Kernel => "kernel",
            Self::Power => "power",
            Self::Elementary => "elementary",
        }
    }

    /// The member; nothing where there is none.
    pub fn target(self, tokens: usize, dimension: usize, degree: u32) -> Option<Result<Target, Diagnostics>> {
        let outputs = match self {
            Self::Kernel => {
                let product = (0..dimension).map(|k| format!("x[{k}]*y[{k}]")).join(" + ");
                vec![format!("sum(y != x: (1 + {product})^{degree})")]
            }
            Self::Power => (0..dimension).map(|k| format!("sum(y != x: y[{k}])^{degree}")).collect(),
            Self::Elementary if dimension == 1 && (degree as usize) < tokens => vec![elementary(degree)],
            Self::Elementary => return None,
        };
        let text = format!(
            "name = \"{}\"\ntokens = {tokens}\ndomain = [{}]\noutput = [{}]\n",
            self.name(),
            vec!["[\"0\", \"1\"]"; dimension].join(", "),
            outputs.iter().map(|output| format!("{output:?}")).join(", "),
        );
        Some(load_target(self.name(), &text))
    }
}

/// Σ over all choices of D different others, each of which is met D! times.
fn elementary(degree: u32) -> String {
    let mut orders: u64 = 1;
    let mut text = String::new();
    for k in 0..degree {
        orders = orders.saturating_mul(u64::from(k) + 1);
        let taken = (0..k).map(|other| format!(", y{other}")).join("");
        text += &format!("sum(y{k} != x{taken}: ");
    }
    text += &(0..degree).map(|k| format!("y{k}[0]")).join("*");
    text += &")".repeat(degree as usize);
    format!("{text} / {orders}")
}

/// A target's staircase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaircaseRow {
    /// With so many sums the error is 0.
    pub essential: usize,
    /// Floors with fewer, as the checker derived them.
    pub floors: Vec<(usize, Rational)>,
}

/// Why there is no row.
#[derive(Debug, thiserror::Error)]
pub enum StaircaseError {
    /// The target has no normal form within the limits.
    #[error("the target of the family has no normal form: {0}")]
    Surrogate(#[from] SurrogateError),
    /// The target is no polynomial: a defect of this module.
    #[error("the target of the family is no polynomial")]
    NoPolynomial,
    /// A floor that was found is not derived: a defect of the search.
    #[error("a floor is not derived: {0}")]
    Refused(#[from] Refusal),
}

/// The staircase of a polynomial target, from so many starts for each number of sums; at most `most` of these are looked at.
pub fn staircase_row(
    target: &Target,
    tokens: usize,
    starts: usize,
    most: usize,
) -> Result<StaircaseRow, StaircaseError> {
    let essential =
        essential_sums(&Surrogate::new(target, &[], MAX_TERMS)?).ok_or(StaircaseError::NoPolynomial)?.sums();
    let effort = Effort { starts, probes: 40, seed: 0, until: None };
    let found: Vec<_> =
        (0..essential.min(most)).filter_map(|sums| floor(target, tokens, sums, &effort)).collect();
    let numbers: Vec<usize> = found.iter().map(|floor| floor.sums).collect();
    let derived = derive_floors(target, &certificate(target, tokens, found))?;
    Ok(StaircaseRow { essential, floors: monotone(&numbers.into_iter().zip(derived).collect::<Vec<_>>()) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_traits::Zero;

    fn row(family: StaircaseFamily, tokens: usize, dimension: usize, degree: u32) -> StaircaseRow {
        let target = family.target(tokens, dimension, degree).unwrap().unwrap();
        staircase_row(&target, tokens, 4, 8).unwrap()
    }

    #[test]
    fn families_need_what_is_known_of_them() {
        // All monomials of degree 1 to D.
        assert_eq!(row(StaircaseFamily::Kernel, 5, 1, 3).essential, 3);
        assert_eq!(row(StaircaseFamily::Kernel, 3, 2, 2).essential, 5);
        let power = row(StaircaseFamily::Power, 4, 2, 3);
        assert_eq!(power.essential, 2);
        assert!(power.floors.iter().all(|(_, floor)| *floor > Rational::zero()));
        // min(k, m − k + 1) sums do for every ε, whatever the number of power sums: no floor is higher up.
        let few = row(StaircaseFamily::Elementary, 4, 1, 3);
        assert_eq!(few.essential, 3);
        assert!(few.floors.iter().all(|(sums, _)| *sums < 1), "{few:?}");
        assert!(StaircaseFamily::Elementary.target(3, 2, 1).is_none());
    }
}
