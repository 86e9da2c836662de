//! Range bounds from Bernstein coefficients: a polynomial on a box lies in the hull of its coefficients.

use super::interval::Interval;
use super::number::{Rational, binomial};
use super::polynomial::Polynomial;
use crate::limits::MAX_BERNSTEIN_COEFFICIENTS;
use crate::sizes::{count, index};
use crate::work::charge_all;
use num_traits::{One, Zero};
use std::ops::{AddAssign, Mul, MulAssign};

/// An enclosure of the range of `p` over the box `domain(v)`: the term-by-term range, cut down to the Bernstein hull
/// where variables repeat and the tensor of coefficients is small.
pub fn range<'a>(p: &Polynomial, domain: impl Fn(u32) -> &'a Interval) -> Interval {
    let termwise = p.range(&domain);
    let variables = p.variables();
    let occurrences: usize = p.terms().map(|(m, _)| m.powers().len()).sum();
    if occurrences == variables.len() {
        return termwise; // every variable occurs once: already sharp
    }
    match hull(p, &variables, domain) {
        Some(hull) => Interval::new(
            crate::arith::number::max(termwise.inf().clone(), hull.inf().clone()),
            crate::arith::number::min(termwise.sup().clone(), hull.sup().clone()),
        )
        .expect("both enclose the same non-empty range"),
        None => termwise,
    }
}

fn hull<'a>(p: &Polynomial, variables: &[u32], domain: impl Fn(u32) -> &'a Interval) -> Option<Interval> {
    let (mut degrees, mut size) = (Vec::new(), 1_usize);
    for &variable in variables {
        charge_all(p.len(), 4);
        let degree = index(p.terms().map(|(m, _)| m.exponent(variable)).max().unwrap_or(0));
        // Each variable occurs, so that few of them are looked at before there are too many.
        size = size.checked_mul(degree + 1).filter(|&size| size <= MAX_BERNSTEIN_COEFFICIENTS)?;
        degrees.push(degree);
    }
    let mut tensor = vec![Rational::zero(); size];
    for (monomial, coefficient) in p.terms() {
        let at =
            variables.iter().zip(&degrees).fold(0, |at, (&v, d)| at * (d + 1) + index(monomial.exponent(v)));
        tensor[at] = coefficient.clone();
    }
    let mut stride = size;
    for (&variable, &degree) in variables.iter().zip(&degrees) {
        stride /= degree + 1;
        for line in 0..size / (degree + 1) {
            let start = line / stride * stride * (degree + 1) + line % stride;
            let mut column: Vec<Rational> =
                (0..=degree).map(|i| std::mem::take(&mut tensor[start + i * stride])).collect();
            to_bernstein(&mut column, domain(variable));
            for (i, value) in column.into_iter().enumerate() {
                tensor[start + i * stride] = value;
            }
        }
    }
    let inf = tensor.iter().min()?.clone();
    let sup = tensor.iter().max()?.clone();
    Interval::new(inf, sup).ok()
}

/// Replaces power coefficients on `[lo, hi]` by Bernstein coefficients, in place.
fn to_bernstein(coefficients: &mut [Rational], interval: &Interval) {
    let degree = count(coefficients.len().saturating_sub(1));
    let shares = (0..=degree).map(|i| Rational::from(binomial(degree, i)).recip());
    hull_coefficients(coefficients, interval.inf(), &interval.wid(), shares);
}

/// Replaces power coefficients by unit times the Bernstein coefficients on [start, start + width], in place, given
/// unit/C(m, i) for all i up to the degree m.
pub fn hull_coefficients<T>(coefficients: &mut [T], start: &T, width: &T, shares: impl IntoIterator<Item = T>)
where
    T: Clone + One + AddAssign + MulAssign,
    for<'a> &'a T: Mul<&'a T, Output = T>,
{
    let degree = coefficients.len().saturating_sub(1);
    shift(coefficients, |low, high| *low += high * start);
    let mut power = T::one();
    for (coefficient, share) in coefficients.iter_mut().zip(shares) {
        *coefficient *= &power * &share;
        power *= width.clone();
    }
    // b_j = Σ_{i ≤ j} C(j, i) a_i / C(m, i): partial sums along Pascal's triangle.
    for i in 1..=degree {
        for j in (i..=degree).rev() {
            let previous = coefficients[j - 1].clone();
            coefficients[j] += previous;
        }
    }
}

/// The coefficients of p(t + start) in those of p(t), in place, by repeated synthetic division; `carry` adds start times its
/// second argument to its first.
pub fn shift<T>(coefficients: &mut [T], carry: impl Fn(&mut T, &T)) {
    let degree = coefficients.len().saturating_sub(1);
    for i in 0..degree {
        for j in (i..degree).rev() {
            let (low, high) = coefficients.split_at_mut(j + 1);
            carry(&mut low[j], &high[0]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arith::number::{integer, ratio};

    #[test]
    fn bernstein_hull_is_tighter_than_term_by_term() {
        let difference = &Polynomial::variable(0) - &Polynomial::variable(1);
        let unit = Interval::new(integer(0), integer(1)).unwrap();
        let square = difference.times(&difference);
        assert_eq!(square.range(|_| &unit), Interval::new(integer(-2), integer(2)).unwrap());
        assert_eq!(range(&square, |_| &unit), Interval::new(ratio(-1, 2), integer(1)).unwrap());
    }

    #[test]
    fn bernstein_coefficients_interpolate_the_end_points() {
        let interval = Interval::new(ratio(-2, 3), ratio(5, 2)).unwrap();
        let power = [integer(3), ratio(-1, 2), integer(0), integer(7)];
        let value = |t: &Rational| power.iter().rev().fold(Rational::zero(), |v, c| v * t + c);
        let mut bernstein = power.to_vec();
        to_bernstein(&mut bernstein, &interval);
        assert_eq!(bernstein[0], value(interval.inf()));
        assert_eq!(bernstein[3], value(interval.sup()));
    }

    proptest::proptest! {
        #[test]
        fn bernstein_range_contains_every_value(
            terms in proptest::collection::vec((0u32..4, 0u32..4, 0u32..3, -9i64..9), 1..6),
            lo in -4i64..4, width in 0i64..5, points in proptest::collection::vec((0i64..=8, 0i64..=8, 0i64..=8), 8),
        ) {
            let p = Polynomial::from_terms(terms.iter().map(|&(a, b, c, k)| {
                (crate::arith::polynomial::Monomial::from_powers([(0, a), (1, b), (2, c)]), ratio(k, 3))
            }));
            let domain = Interval::new(integer(lo), integer(lo + width)).unwrap();
            let enclosure = range(&p, |_| &domain);
            for (a, b, c) in points {
                let at = |k: i64| domain.inf() + domain.wid() * ratio(k, 8);
                let value = p.evaluate(|v| at([a, b, c][v as usize]));
                proptest::prop_assert!(enclosure.contains(&value));
            }
        }
    }
}
