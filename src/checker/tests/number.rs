//! The number type against `num_rational`'s arithmetic, and on numbers whose comparison there overflows the stack.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive, Zero};
use proptest::prelude::*;
use std::hash::{DefaultHasher, Hash, Hasher};
use sumformer_checker::arith::number::{Rational, integer, ratio};

fn number() -> impl Strategy<Value = (BigRational, Rational)> {
    let shifted = (-20..20_i128, 0..120_u32).prop_map(|(odd, zeros)| odd << zeros);
    let power = (0..127_u32).prop_map(|zeros| 1_i128 << zeros);
    let part = prop_oneof![-20..20_i128, any::<i64>().prop_map(i128::from), any::<i128>(), shifted, power];
    (part.clone(), part.prop_filter("a denominator", |&q| q != 0), 0..3_u32).prop_map(|(p, q, e)| {
        let (p, q) = (BigInt::from(p).pow(e + 1), BigInt::from(q).pow(e + 1));
        (BigRational::new(p.clone(), q.clone()), Rational::new(p, q))
    })
}

fn same(a: &BigRational, b: &Rational) -> bool {
    *a.numer() == b.numer() && *a.denom() == b.denom()
}

fn hash(value: &Rational) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

proptest! {
    #[test]
    fn operators_agree_with_the_library((p, a) in number(), (q, b) in number()) {
        let zero = Rational::zero();
        prop_assert!(same(&p, &a) && same(&q, &b));
        prop_assert!(same(&(&p + &q), &(&a + &b)) && same(&(&p + &q), &(a.clone() + b.clone())));
        prop_assert!(same(&(&p - &q), &(&a - &b)) && same(&(&p - &q), &(a.clone() - &b)));
        prop_assert!(same(&(&p * &q), &(&a * &b)) && same(&(&p * &q), &(&a * b.clone())));
        if b != zero {
            prop_assert!(same(&(&p / &q), &(&a / &b)) && same(&q.recip(), &b.recip()));
        }
        let mut sum = a.clone();
        sum += &b;
        sum -= a.clone();
        prop_assert_eq!(&sum, &b);
        let mut product = a.clone();
        product *= &b;
        prop_assert!(same(&(&p * &q), &product));
        prop_assert!(same(&-&p, &-&a) && same(&p.abs(), &a.abs()) && same(&p.floor(), &a.floor()));
        prop_assert!(same(&p.ceil(), &a.ceil()) && same(&p.round(), &a.round()) && p.to_f64() == a.to_f64());
        prop_assert_eq!(p.to_string(), a.to_string());
        prop_assert_eq!(p.cmp(&q), a.cmp(&b));
        prop_assert_eq!(p == q, a == b);
        prop_assert_eq!(hash(&a), hash(&(&(&a + &b) - &b)));
    }

    /// Words and longer numbers meet, and what comes out is again a word if it fits.
    #[test]
    fn equal_numbers_are_represented_alike((_, a) in number(), (_, b) in number()) {
        let there_and_back = &(&a + &b) - &b;
        prop_assert_eq!((&there_and_back, hash(&there_and_back)), (&a, hash(&a)));
        if !b.is_zero() {
            let there_and_back = &(&a * &b) / &b;
            prop_assert_eq!((&there_and_back, hash(&there_and_back)), (&a, hash(&a)));
        }
        prop_assert_eq!(a.bits(), a.numer().bits() + a.denom().bits());
    }

    #[test]
    fn powers_are_products((_, a) in number(), exponent in 0..6_u32) {
        prop_assert_eq!(a.pow(exponent), (0..exponent).map(|_| &a).product::<Rational>());
    }
}

/// Neighbouring quotients of Fibonacci numbers share a continued fraction of a hundred thousand ones.
#[test]
fn comparing_needs_no_stack() {
    let (mut low, mut high) = (BigInt::from(1), BigInt::from(1));
    for _ in 0..100_000 {
        (low, high) = (high.clone(), low + high);
    }
    let (a, b) = (Rational::reduced(high.clone(), low.clone()), Rational::reduced(&low + &high, high));
    assert!(a != b && a.cmp(&b) == b.cmp(&a).reverse() && hash(&a) != hash(&b));
    assert!(a == a.clone() && ratio(3, 2) < a && a < integer(2));
    assert_eq!((&a - &b).is_positive(), a > b);
}
