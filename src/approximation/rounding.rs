//! Short coefficients at a known price.

use num_traits::{Signed, Zero};
use sumformer_checker::arith::number::{Rational, floor_log2, integer, power_of_two};

/// Rounds the coefficients of Σ c_i·t_i to dyadic numbers, given upper bounds of the |t_i|, such that the sum changes by
/// at most `slack` > 0: each term takes at most an equal share. A term that vanishes everywhere loses its coefficient.
pub(super) fn shortened(terms: &[(Rational, Rational)], slack: &Rational) -> Vec<Rational> {
    let share = slack / integer(terms.len().max(1) as i64);
    let short = |(coefficient, magnitude): &(Rational, Rational)| {
        if !magnitude.is_positive() {
            return Rational::zero();
        }
        // Half a unit is at most share/magnitude.
        let unit = power_of_two(floor_log2(&(&share / magnitude)) + 1);
        (coefficient / &unit).round() * unit
    };
    terms.iter().map(short).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use sumformer_checker::arith::number::ratio;

    proptest! {
        #[test]
        fn the_sum_changes_by_at_most_the_slack(
            terms in prop::collection::vec((-10_000_i64..10_000, 1_i64..1000, 1_i64..1000), 1..20),
            slack in 1_i64..1000,
        ) {
            let slack = ratio(slack, 997);
            let terms: Vec<_> =
                terms.into_iter().map(|(c, q, size)| (ratio(c, q), ratio(size, 31))).collect();
            let change: Rational = shortened(&terms, &slack)
                .iter()
                .zip(&terms)
                .map(|(short, (c, size))| (short - c).abs() * size)
                .sum();
            prop_assert!(change <= slack);
            for short in shortened(&terms, &slack) {
                prop_assert_eq!(short.denom().bits() - 1, short.denom().trailing_zeros().unwrap_or(0));
            }
        }
    }
}
