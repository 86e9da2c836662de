//! d' against n and d: the closed forms beside an actual enumeration of the multi-indices.

use crate::algebra::multi_index::{GradedLexicographic, count};
use crate::lowering::plan::Layout;
use crate::parallel;
use crate::sumformer::latent::{LatentDimensions, LatentMode, SumformerError, choose};
use num_bigint::BigUint;
use num_traits::ToPrimitive;
use sumformer_checker::language::target::Target;
use sumformer_checker::limits::MAX_TERMS;
use sumformer_checker::surrogate::Surrogate;

/// The number of multi-indices of degree 1..=D in d coordinates, from two sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LatentCount {
    /// C(D + d, d) − 1.
    pub closed_form: BigUint,
    /// How many the enumeration lists; `None` beyond the limit.
    pub enumerated: Option<u64>,
}

impl LatentCount {
    /// Counts by the closed form, and one by one if there are at most `max_count`; memory O(d) whatever the count.
    pub fn new(dimension: u32, max_degree: u32, max_count: u64) -> Self {
        let closed_form = count(dimension, max_degree);
        let enumerated = (closed_form <= BigUint::from(max_count)).then(|| {
            let mut stream = GradedLexicographic::new(dimension as usize, 1, max_degree);
            let mut listed = 0;
            while stream.advance().is_some() {
                listed += 1;
            }
            listed
        });
        Self { closed_form, enumerated }
    }

    /// The closed form as a float, infinite where it is larger than all of them.
    pub fn to_f64(&self) -> f64 {
        self.closed_form.to_f64().unwrap_or(f64::INFINITY)
    }

    /// Whether both sides are equal, if both are known.
    pub fn agrees(&self) -> Option<bool> {
        self.enumerated.map(|listed| BigUint::from(listed) == self.closed_form)
    }
}

/// d' for sequences of n tokens in d coordinates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LatentRow {
    /// Sequence length.
    pub n: u32,
    /// Token dimension.
    pub d: u32,
    /// Degrees up to n, as in (36).
    pub paper: LatentCount,
    /// Degrees up to n − 1, which suffice because σ in (38) sees the n − 1 others.
    pub tight: LatentCount,
}

impl LatentRow {
    /// Whether every enumeration that was made agrees with its closed form; `None` if one was not made.
    pub fn agrees(&self) -> Option<bool> {
        match (self.paper.agrees(), self.tight.agrees()) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        }
    }
}

/// The row of a point.
pub fn latent_row(n: u32, d: u32, max_count: u64) -> LatentRow {
    LatentRow {
        n,
        d,
        paper: LatentCount::new(d, n, max_count),
        tight: LatentCount::new(d, n.saturating_sub(1), max_count),
    }
}

/// The rows of all points (n, d), in their order; `done` is called after each of them, from any thread.
pub fn latent_table(points: &[(u32, u32)], max_count: u64, done: &(dyn Fn() + Sync)) -> Vec<LatentRow> {
    let row = |&(n, d): &(u32, u32)| {
        let row = latent_row(n, d, max_count);
        done();
        row
    };
    parallel::map(points, row)
}

/// d' of a polynomial target, or of one that is one in functions of one variable, in all three modes.
pub fn target_dimensions(target: &Target) -> Result<LatentDimensions, SumformerError> {
    let surrogate = Surrogate::new(target, &[], MAX_TERMS)?;
    // The number of features does not depend on ε.
    Ok(choose(&surrogate, LatentMode::Sparse, Layout::Tree, 1e-3)?.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beyond_the_limit_only_the_closed_form_is_given() {
        let points: Vec<(u32, u32)> = (1..=3).flat_map(|n| [(n, 1), (n, 2)]).collect();
        let rows = latent_table(&points, 5, &|| ());
        let shown: Vec<_> =
            rows.iter().map(|r| (r.n, r.d, r.paper.enumerated, r.tight.enumerated, r.agrees())).collect();
        assert_eq!(
            shown,
            [
                (1, 1, Some(1), Some(0), Some(true)),
                (1, 2, Some(2), Some(0), Some(true)),
                (2, 1, Some(2), Some(1), Some(true)),
                (2, 2, Some(5), Some(2), Some(true)),
                (3, 1, Some(3), Some(2), Some(true)),
                (3, 2, None, Some(5), None),
            ]
        );
        assert_eq!(rows[5].paper.closed_form, BigUint::from(9u32));
    }
}
