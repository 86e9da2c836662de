//! Polarisation: a monomial as a combination of powers of linear forms.

use itertools::Itertools;
use num_traits::One;
use sumformer_checker::arith::number::{Rational, binomial, integer};
use sumformer_checker::arith::polynomial::Monomial;

/// `weight · (Σ form)^k`, k the monomial's degree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RidgePower {
    /// Pairs (variable, non-zero coefficient).
    pub form: Vec<(u32, i64)>,
    /// What the power is multiplied with.
    pub weight: Rational,
}

/// `Π z_i^{a_i} = 1/(2^{k−1} k!) Σ_j (−1)^{|j|} Π C(a_i, j_i) (Σ (a_i − 2 j_i) z_i)^k`, one j of each pair {j, a − j}.
pub fn ridge_powers(monomial: &Monomial) -> Vec<RidgePower> {
    let powers = monomial.powers();
    let degree = monomial.degree();
    let mut scale = Rational::one();
    for i in 1..=degree {
        scale /= integer(i64::from(i)) * integer(if i < degree { 2 } else { 1 });
    }
    powers
        .iter()
        .map(|&(_, a)| 0..=a)
        .multi_cartesian_product()
        .filter_map(|choice| {
            let form: Vec<(u32, i64)> = powers
                .iter()
                .zip(&choice)
                .map(|(&(v, a), &j)| (v, i64::from(a) - 2 * i64::from(j)))
                .filter(|&(_, c)| c != 0)
                .collect();
            // Of j and a − j the one whose form starts with a positive coefficient stands for both.
            if form.first().is_none_or(|&(_, c)| c < 0) {
                return None;
            }
            let choices =
                powers.iter().zip(&choice).map(|(&(_, a), &j)| Rational::from(binomial(a.into(), j.into())));
            let weight = choices.fold(scale.clone(), |weight, choices| weight * choices);
            let odd = choice.iter().sum::<u32>() % 2 == 1;
            Some(RidgePower { form, weight: if odd { -weight } else { weight } })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use sumformer_checker::arith::polynomial::Polynomial;

    proptest::proptest! {
        #[test]
        fn polarisation_is_an_identity(exponents in proptest::collection::vec(0u32..4, 1..4)) {
            let monomial = Monomial::from_powers(exponents.iter().enumerate().map(|(v, &e)| (v as u32, e)));
            proptest::prop_assume!(monomial.degree() >= 1);
            let mut sum = Polynomial::zero();
            for term in ridge_powers(&monomial) {
                let form = Polynomial::from_terms(
                    term.form.iter().map(|&(v, c)| (Monomial::variable(v), integer(c))));
                sum.add_scaled(&form.power(monomial.degree()), &term.weight);
            }
            proptest::prop_assert_eq!(sum, Polynomial::term(monomial, Rational::one()));
        }
    }
}
