//! Roots in F_q.

use super::base::Field;
use super::polynomial::{divide, gcd, monic, trim};
use super::quotient::Quotient;

/// The roots of Σ c_i x^i in F_q with multiplicity, in increasing order of their numbers; none unless the polynomial
/// is a nonzero constant times a product of linear factors over F_q.
pub fn roots(field: &Field, coefficients: &[u32]) -> Option<Vec<u32>> {
    let mut polynomial = monic(field, trim(coefficients.to_vec()));
    if polynomial.len() <= 1 {
        return (polynomial.len() == 1).then(Vec::new);
    }
    // gcd(f, x^q − x) has every root once.
    let ring = quotient(field, &polynomial);
    let x = ring.linear(0);
    let difference = subtract(field, ring.power(&x, field.size().into()), &x);
    let mut distinct = Vec::new();
    split(field, gcd(field, &polynomial, &difference), 0, &mut distinct);
    distinct.sort_unstable();
    let mut found = Vec::new();
    for root in distinct {
        loop {
            let (quotient, remainder) = divide(field, &polynomial, &[field.subtract(0, root), 1]);
            if !remainder.is_empty() {
                break;
            }
            found.push(root);
            polynomial = quotient;
        }
    }
    (polynomial.len() == 1).then_some(found)
}

/// F_q[x]/(f) for a monic f of degree ≥ 1.
fn quotient<'f>(field: &'f Field, polynomial: &[u32]) -> Quotient<'f> {
    Quotient::new(field, polynomial[..polynomial.len() - 1].to_vec())
}

fn subtract(field: &Field, mut a: Vec<u32>, b: &[u32]) -> Vec<u32> {
    a.iter_mut().zip(b).for_each(|(a, &b)| *a = field.subtract(*a, b));
    trim(a)
}

/// The roots of a monic product of distinct linear factors, no two of which are separated by trials before `trial`.
///
/// Trial t compares, for odd q, the quadratic character of root + t; for even q the trace of root·2^t, 2^t being the
/// t-th vector of a basis of F_q over F_2. Distinct roots differ in at least one trial, so every call ends.
fn split(field: &Field, polynomial: Vec<u32>, trial: u32, found: &mut Vec<u32>) {
    if polynomial.len() <= 2 {
        found.extend(polynomial.first().filter(|_| polynomial.len() == 2).map(|&c| field.subtract(0, c)));
        return;
    }
    let ring = quotient(field, &polynomial);
    for trial in trial..field.size() {
        let image = if field.characteristic() == 2 {
            if 1u64 << trial >= u64::from(field.size()) {
                return;
            }
            trace(&ring, 1 << trial)
        } else {
            let character = ring.power(&ring.linear(trial), u128::from(field.size() / 2));
            subtract(field, character, &ring.element(1))
        };
        let factor = gcd(field, &polynomial, &image);
        if factor.len() > 1 && factor.len() < polynomial.len() {
            let cofactor = divide(field, &polynomial, &factor).0;
            split(field, factor, trial + 1, found);
            split(field, cofactor, trial + 1, found);
            return;
        }
    }
}

/// Σ_i (b·x)^{2^i} over 2^i < q, of degree below f.
fn trace(ring: &Quotient, b: u32) -> Vec<u32> {
    let field = ring.field();
    let mut term: Vec<u32> = ring.linear(0).into_iter().map(|c| field.multiply(c, b)).collect();
    let mut sum = vec![0; ring.degree()];
    let mut place = 1;
    while place < field.size() {
        sum.iter_mut().zip(&term).for_each(|(sum, &t)| *sum = field.add(*sum, t));
        term = ring.multiply(&term, &term);
        place *= 2;
    }
    trim(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_are_found_by_evaluation_of_every_polynomial() {
        for (q, degree) in [(2u32, 5u32), (3, 4), (4, 4), (5, 3), (8, 3), (9, 3), (16, 2), (25, 2), (27, 2)] {
            let field = Field::new(q.into()).expect("a prime power");
            let mut split_ones = 0;
            for index in 0..q.pow(degree) {
                let polynomial: Vec<u32> = (0..degree).map(|i| index / q.pow(i) % q).chain([1]).collect();
                let found = roots(&field, &polynomial);
                // The naive way: divide by x − a for every a in turn.
                let (mut rest, mut expected) = (polynomial.clone(), Vec::new());
                for a in 0..q {
                    while rest.len() > 1 && divide(&field, &rest, &[field.subtract(0, a), 1]).1.is_empty() {
                        rest = divide(&field, &rest, &[field.subtract(0, a), 1]).0;
                        expected.push(a);
                    }
                }
                assert_eq!(found, (rest.len() == 1).then_some(expected), "q {q}: {polynomial:?}");
                split_ones += u32::from(found.is_some());
            }
            // Multisets of `degree` roots.
            let count = (0..degree).fold(1, |count, i| count * (q + i) / (i + 1));
            assert_eq!(split_ones, count);
        }
    }

    #[test]
    fn constants_have_no_roots() {
        let field = Field::new(5).expect("a prime");
        assert_eq!(roots(&field, &[3, 0]), Some(vec![]));
        assert_eq!(roots(&field, &[0]), None);
    }
}
