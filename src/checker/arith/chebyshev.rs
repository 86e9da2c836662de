//! Range bounds from Chebyshev coefficients.
//!
//! On a box with middles m_v and half widths r_v let x_v = m_v + r_v·u_v, so that |u_v| ≤ 1. A polynomial has one expansion
//! Σ c_α Π_v T_{α_v}(u_v), exact in rational numbers, and |T_j(u)| ≤ 1 there: its values are within Σ_{α≠0} |c_α| of c_0. For the
//! small difference of two polynomials that are near each other Σ |c_α| is seldom more than a few times its supremum, whatever
//! the degree, and nothing is cut.

use super::interval::Interval;
use super::number::{Rational, power_of_two};
use super::polynomial::{Monomial, Polynomial};
use crate::limits::MAX_TERMS;
use num_traits::{One, Signed, Zero};

/// The coefficients c_α, the monomial α standing for Π T_{α_v}; nothing if there are too many.
pub fn series<'a>(p: &Polynomial, domain: impl Fn(u32) -> &'a Interval) -> Option<Polynomial> {
    p.variables().into_iter().try_fold(p.clone(), |p, variable| in_one(&p, variable, domain(variable)))
}

/// Contains all values of the polynomial with this series.
pub fn range(series: &Polynomial) -> Interval {
    let middle = series.coefficient(&Monomial::one());
    let varying = series.terms().filter(|(monomial, _)| !monomial.is_one());
    let radius = varying.map(|(_, coefficient)| coefficient.abs()).sum();
    Interval::point(middle).widen(&radius)
}

/// The powers of one variable replaced by their expansions.
fn in_one(p: &Polynomial, variable: u32, side: &Interval) -> Option<Polynomial> {
    let (middle, half) = (side.mid(), side.wid() * power_of_two(-1));
    let mut powers = vec![vec![Rational::one()]];
    let mut expanded = Polynomial::zero();
    for (monomial, coefficient) in p.terms() {
        let (exponent, rest) = monomial.without(variable);
        let at = crate::sizes::index(exponent);
        while powers.len() <= at {
            let next = times_variable(&powers[powers.len() - 1], &middle, &half);
            powers.push(next);
        }
        for (index, factor) in (0..).zip(&powers[at]) {
            let chebyshev = rest.times(&Monomial::from_powers([(variable, index)]));
            expanded.add_term(chebyshev, coefficient * factor);
        }
        if expanded.len() > MAX_TERMS {
            return None;
        }
    }
    Some(expanded)
}

/// The coefficients of (middle + half·u)·Σ list_j T_j(u), as u·T_0 = T_1 and u·T_j = (T_{j+1} + T_{j−1})/2.
fn times_variable(list: &[Rational], middle: &Rational, half: &Rational) -> Vec<Rational> {
    let mut product = vec![Rational::zero(); list.len() + 1];
    for (j, coefficient) in list.iter().enumerate() {
        product[j] += coefficient * middle;
        let moved = coefficient * half;
        match j.checked_sub(1) {
            None => product[1] += moved,
            Some(below) => {
                let moved = moved * power_of_two(-1);
                product[j + 1] += &moved;
                product[below] += moved;
            }
        }
    }
    product
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arith::number::{integer, ratio};
    use proptest::prelude::*;

    fn side(low: i64, high: i64) -> Interval {
        Interval::new(ratio(low, 3), ratio(high, 3)).unwrap()
    }

    #[test]
    fn chebyshev_polynomials_are_themselves() {
        // T_4(u) = 8u⁴ − 8u² + 1 at u = 2x − 1 on [0, 1]; its monomials in x say 256.
        let u = Polynomial::from_terms([(Monomial::variable(0), integer(2)), (Monomial::one(), integer(-1))]);
        let mut t4 = u.power(4).scale(&integer(8));
        t4.add_scaled(&u.power(2), &integer(-8));
        t4.add_term(Monomial::one(), integer(1));
        let unit = Interval::new(integer(0), integer(1)).unwrap();
        let expected = Polynomial::term(Monomial::from_powers([(0, 4)]), integer(1));
        assert_eq!(series(&t4, |_| &unit), Some(expected));
        assert_eq!(range(&series(&t4, |_| &unit).unwrap()), Interval::symmetric(integer(1)));
        // Where nothing varies the value is left.
        let point = Interval::point(integer(2));
        assert_eq!(range(&series(&t4, |_| &point).unwrap()), Interval::point(t4.evaluate(|_| integer(2))));
        assert_eq!(range(&Polynomial::zero()), Interval::point(integer(0)));
    }

    #[test]
    fn series_of_too_many_terms_are_none() {
        // Each factor has two terms on [0, 1].
        let all =
            |count: u32| Polynomial::term(Monomial::from_powers((0..count).map(|v| (v, 1))), integer(1));
        let unit = Interval::new(integer(0), integer(1)).unwrap();
        assert_eq!(series(&all(17), |_| &unit).unwrap().len(), 1 << 17);
        assert_eq!(series(&all(64), |_| &unit), None);
    }

    /// T_j(u)
    fn chebyshev(j: u32, u: &Rational) -> Rational {
        let (mut last, mut value) = (u.clone(), Rational::one());
        for _ in 0..j {
            let next = u * &value * integer(2) - &last;
            (last, value) = (value, next);
        }
        value
    }

    proptest! {
        #[test]
        fn series_have_the_polynomials_values_and_ranges_contain_them(
            terms in prop::collection::vec((0..6_u32, 0..6_u32, -9..10_i64), 0..8),
            (low, width) in (-9..9_i64, 0..9_i64),
            (s, t) in (-8..=8_i64, -8..=8_i64),
        ) {
            let p = Polynomial::from_terms(
                terms.into_iter().map(|(a, b, c)| (Monomial::from_powers([(0, a), (3, b)]), ratio(c, 7))),
            );
            let sides = [side(low, low + width), side(-2, 3)];
            let domain = |v: u32| &sides[usize::from(v > 0)];
            let series = series(&p, domain).unwrap();
            let u = [ratio(s, 8), ratio(t, 8)];
            let x = |v: u32| domain(v).mid() + domain(v).wid() * &u[usize::from(v > 0)] / integer(2);
            let value = p.evaluate(x);
            let terms = series.terms().map(|(m, c)| {
                m.powers().iter().fold(c.clone(), |product, &(v, j)| product * chebyshev(j, &u[usize::from(v > 0)]))
            });
            prop_assert_eq!(&terms.sum::<Rational>(), &value);
            prop_assert!(range(&series).contains(&value));
        }
    }
}
