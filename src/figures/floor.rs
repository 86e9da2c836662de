//! The floor of Figure 2: with fewer than d sums every Sumformer errs by 12 at least, whatever was trained.

use super::targets::FIGURE_2_TOKENS;
use crate::floors::walk;
use sumformer_checker::arith::number::{integer, to_f64};
use sumformer_checker::format::floor::Floor;
use sumformer_checker::language::target::Target;

/// Why: x1 = (1, …, 1), and x2 = x3 = t moves over the whole cube. On a face t_k is 1 where it was 0, and output k changes from 8 to 32.
pub fn figure_2_floor(target: &Target) -> Option<Floor> {
    walk(target, FIGURE_2_TOKENS, &vec![integer(1); target.dimension()])
}

/// What every network errs by at least, by its number of sums, as the checker derives it; 0 from d sums on, where nothing is known.
pub fn figure_2_least(target: &Target, sums: usize) -> f64 {
    figure_2_floor(target).filter(|floor| floor.sums >= sums).map_or(0.0, |floor| to_f64(&floor.error.0))
}
