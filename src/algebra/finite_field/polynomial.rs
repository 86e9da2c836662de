//! Polynomials over F_q: coefficients, constant first, without trailing zeros. The empty list is 0.

use super::base::Field;
use super::quotient::Quotient;

/// Drops the zeros at the end.
pub(super) fn trim(mut a: Vec<u32>) -> Vec<u32> {
    let length = a.iter().rposition(|&c| c != 0).map_or(0, |last| last + 1);
    a.truncate(length);
    a
}

/// The quotient and the remainder of a by a nonzero b.
pub(super) fn divide(field: &Field, a: &[u32], b: &[u32]) -> (Vec<u32>, Vec<u32>) {
    let Some((&leading, low)) = b.split_last() else { return (Vec::new(), a.to_vec()) };
    let inverse = field.invert(leading);
    let mut rest = a.to_vec();
    let mut quotient = vec![0; (a.len() + 1).saturating_sub(b.len())];
    for place in (0..quotient.len()).rev() {
        let factor = field.multiply(rest[place + low.len()], inverse);
        quotient[place] = factor;
        for (j, &c) in b.iter().enumerate() {
            rest[place + j] = field.subtract(rest[place + j], field.multiply(factor, c));
        }
    }
    (quotient, trim(rest))
}

/// The monic greatest common divisor; 0 of 0 and 0.
pub(super) fn gcd(field: &Field, a: &[u32], b: &[u32]) -> Vec<u32> {
    let (mut a, mut b) = (a.to_vec(), b.to_vec());
    while !b.is_empty() {
        let remainder = divide(field, &a, &b).1;
        (a, b) = (b, remainder);
    }
    monic(field, a)
}

pub(super) fn monic(field: &Field, mut a: Vec<u32>) -> Vec<u32> {
    if let Some(&leading) = a.last() {
        let inverse = field.invert(leading);
        a.iter_mut().for_each(|c| *c = field.multiply(*c, inverse));
    }
    a
}

/// m + (the leading power) of a quotient ring, as a polynomial.
pub(super) fn modulus_polynomial(ring: &Quotient) -> Vec<u32> {
    ring.modulus().iter().copied().chain([1]).collect()
}

/// Whether x^h + Σ_{i<h} m_i x^i is irreducible, by Rabin's test: it divides x^{q^h} − x, and has no factor in common
/// with x^{q^{h/r}} − x for a prime r | h.
pub fn is_irreducible(field: &Field, modulus: &[u32]) -> bool {
    let h = modulus.len();
    if h <= 1 {
        return h == 1;
    }
    let ring = Quotient::new(field, modulus.to_vec());
    let polynomial = modulus_polynomial(&ring);
    let x = ring.linear(0);
    let mut frobenius = x.clone();
    for i in 1..=h {
        frobenius = ring.power(&frobenius, field.size().into());
        // Degrees h/r suffice; degree 1 is cheap and settles most reducible candidates.
        if i < h && (i == 1 || h.is_multiple_of(i)) {
            let difference = frobenius.iter().zip(&x).map(|(&a, &b)| field.subtract(a, b)).collect();
            if gcd(field, &polynomial, &trim(difference)).len() != 1 {
                return false;
            }
        }
    }
    frobenius == x
}

/// The coefficients below the leading 1 of the first monic irreducible polynomial of degree h ≥ 1, in the
/// lexicographic order of (m_0, …, m_{h−1}).
///
/// With m_0 before the others the first ones are 1 + c·x^{h−1} + x^h, sparse and among them usually an irreducible
/// one; with m_0 last one would go through all of c + x^h, which are never irreducible when gcd(h, q − 1) = 1.
pub fn first_irreducible(field: &Field, h: u32) -> Vec<u32> {
    let mut modulus = vec![0; h as usize];
    if h > 1 {
        // Multiples of x come before, none of them irreducible.
        modulus[0] = 1;
    }
    loop {
        if is_irreducible(field, &modulus) {
            return modulus;
        }
        for c in modulus.iter_mut().rev() {
            *c = (*c + 1) % field.size();
            if *c != 0 {
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All monic polynomials of degree h by their coefficients below the leading 1.
    fn all(q: u32, h: u32) -> impl Iterator<Item = Vec<u32>> {
        (0..q.pow(h)).map(move |index| (0..h).map(|i| index / q.pow(i) % q).collect())
    }

    #[test]
    fn irreducible_polynomials_are_those_without_divisors() {
        for (q, h) in [(2, 1), (2, 2), (2, 4), (2, 6), (3, 2), (3, 4), (4, 3), (5, 3), (9, 2)] {
            let field = Field::new(q.into()).expect("a prime power");
            for modulus in all(q, h) {
                let polynomial: Vec<u32> = modulus.iter().copied().chain([1]).collect();
                let divisible = (1..h).any(|k| {
                    all(q, k).any(|low| {
                        let divisor: Vec<u32> = low.into_iter().chain([1]).collect();
                        divide(&field, &polynomial, &divisor).1.is_empty()
                    })
                });
                assert_eq!(is_irreducible(&field, &modulus), !divisible, "q {q}: {modulus:?}");
            }
        }
    }

    #[test]
    fn the_first_irreducible_polynomial_comes_first() {
        let field = Field::new(2).expect("a prime");
        assert_eq!(first_irreducible(&field, 1), [0]);
        assert_eq!(first_irreducible(&field, 2), [1, 1]);
        assert_eq!(first_irreducible(&field, 4), [1, 0, 0, 1]);
        let field = Field::new(3).expect("a prime");
        assert_eq!(first_irreducible(&field, 2), [1, 0]);
        assert!(is_irreducible(&Field::new(27).expect("a prime power"), &[1, 0]));
        let field = Field::new(10_007).expect("a prime");
        assert!(is_irreducible(&field, &first_irreducible(&field, 5)));
    }
}
