//! Theorem 2.12, constructively: multisymmetric polynomials of m tokens are polynomials in the p_α, |α| ≤ m.
//!
//! Everything is compared exactly, against definitions written out over all tokens.

use num_bigint::BigUint;
use num_traits::{One, Zero};
use proptest::prelude::*;
use std::cmp::Ordering;
use sumformer::algebra::degree_reduction::{DegreeReducer, Route};
use sumformer::algebra::multi_index::{
    GradedLexicographic, MonomialTable, compare, count, count_checked, degree,
};
use sumformer::algebra::power_sums::PowerSums;
use sumformer::algebra::rewriting::{RewritingError, augmented_monomial, monomial_multisymmetric};
use sumformer::algebra::{MultiIndex, PowerSumPolynomial};
use sumformer::strategies::{nonzero_index, rationals, tokens};
use sumformer_checker::arith::number::{Rational, integer};

const LIMIT: usize = 200_000;

type Token = Vec<Rational>;

fn monomial(token: &[Rational], alpha: &[u32]) -> Rational {
    token.iter().zip(alpha).map(|(x, &e)| x.pow(e)).product()
}

/// p_α by its definition.
fn power_sum(tokens: &[Token], alpha: &[u32]) -> Rational {
    tokens.iter().map(|token| monomial(token, alpha)).sum()
}

/// M(β_1..β_k) by its definition: one distinct token per part, `used` are taken.
fn augmented(tokens: &[Token], parts: &[MultiIndex], used: &mut Vec<bool>) -> Rational {
    let Some((part, rest)) = parts.split_first() else { return Rational::one() };
    let mut sum = Rational::zero();
    for j in 0..tokens.len() {
        if !used[j] {
            used[j] = true;
            sum += monomial(&tokens[j], part) * augmented(tokens, rest, used);
            used[j] = false;
        }
    }
    sum
}

fn value(polynomial: &PowerSumPolynomial, tokens: &[Token]) -> Rational {
    polynomial.evaluate(|alpha| power_sum(tokens, alpha))
}

/// Tokens and parts of a common dimension, up to 6 parts for up to 4 tokens; small exponents make equal parts common.
fn tokens_and_parts() -> impl Strategy<Value = (Vec<Token>, Vec<MultiIndex>)> {
    (0usize..=4, 1usize..=3)
        .prop_flat_map(|(n, d)| (tokens(n, d), prop::collection::vec(nonzero_index(d, 2), 0..=6)))
}

/// m tokens and one γ with |γ| > m.
fn tokens_and_high_index() -> impl Strategy<Value = (Vec<Token>, MultiIndex)> {
    (0usize..=3, 1usize..=3).prop_flat_map(|(m, d)| {
        let high = nonzero_index(d, 4).prop_map(move |mut gamma| {
            // Raise the first exponents until the degree exceeds m; it stays small.
            let mut k = 0;
            while degree(&gamma) <= m as u64 {
                gamma[k % d] += 1;
                k += 1;
            }
            gamma
        });
        (tokens(m, d), high.prop_filter("small enough to expand", |gamma| degree(gamma) <= 7))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn theorem_2_12_augmented_monomials_are_polynomials_in_power_sums((tokens, parts) in tokens_and_parts()) {
        let rewritten = augmented_monomial(&parts, LIMIT).unwrap();
        let expected = augmented(&tokens, &parts, &mut vec![false; tokens.len()]);
        prop_assert_eq!(value(&rewritten, &tokens), expected.clone());
        if parts.len() > tokens.len() {
            prop_assert!(expected.is_zero());
        }
    }

    #[test]
    fn theorem_2_12_monomial_functions_divide_by_the_symmetry((tokens, parts) in tokens_and_parts()) {
        let m = monomial_multisymmetric(&parts, LIMIT).unwrap();
        let mut symmetry = Rational::one();
        for (r, part) in parts.iter().enumerate() {
            symmetry *= integer(1 + parts[..r].iter().filter(|other| *other == part).count() as i64);
        }
        prop_assert_eq!(m.scale(&symmetry), augmented_monomial(&parts, LIMIT).unwrap());
        prop_assert_eq!(value(&m, &tokens) * symmetry, augmented(&tokens, &parts, &mut vec![false; tokens.len()]));
    }

    #[test]
    fn theorem_2_12_the_recursion_over_the_last_part(parts in prop::collection::vec(nonzero_index(2, 3), 1..=5), point in prop::collection::vec(rationals(), 400)) {
        // M(β_1..β_k) = p_{β_k} M(β_1..β_{k−1}) − Σ_r M(.., β_r + β_k, ..) as polynomials in free variables p_α.
        let at = |alpha: &MultiIndex| point[(alpha[0] * 17 + alpha[1]) as usize].clone();
        let (last, rest) = parts.split_last().unwrap();
        let of = |parts: &[MultiIndex]| augmented_monomial(parts, LIMIT).unwrap().evaluate(at);
        let mut expected = at(last) * of(rest);
        for r in 0..rest.len() {
            let mut joined = rest.to_vec();
            joined[r].iter_mut().zip(last).for_each(|(a, b)| *a += b);
            expected -= of(&joined);
        }
        prop_assert_eq!(of(&parts), expected);
    }

    #[test]
    fn theorem_2_12_high_power_sums_reduce_by_both_routes((tokens, gamma) in tokens_and_high_index()) {
        let m = tokens.len() as u32;
        let high = PowerSumPolynomial::power_sum(gamma.clone());
        for route in [Route::Parts, Route::Newton] {
            let reduced = DegreeReducer::new(m, route, LIMIT).reduce(&high).unwrap();
            prop_assert!(reduced.max_degree() <= u64::from(m), "{route:?}");
            prop_assert_eq!(value(&reduced, &tokens), power_sum(&tokens, &gamma), "{:?}", route);
        }
    }

    #[test]
    fn theorem_2_12_polynomials_reduce(
        (tokens, parts) in tokens_and_parts(),
        factor in rationals(),
        route in prop::sample::select(vec![Route::Parts, Route::Newton]),
    ) {
        let m = tokens.len() as u32;
        // As many parts as keep the expansion small.
        let total = |k: usize| parts[..k].iter().map(|part| degree(part)).sum::<u64>();
        let kept = (0..=parts.len()).rev().find(|&k| total(k) <= 8).unwrap();
        let parts = &parts[..kept];
        let zero: MultiIndex = vec![0; parts.first().map_or(1, |p| p.len())].into();
        let original = augmented_monomial(parts, LIMIT).unwrap().scale(&factor);
        let mut reducer = DegreeReducer::new(m, route, LIMIT);
        let reduced = reducer.reduce(&original).unwrap();
        prop_assert!(reduced.power_sums().iter().all(|alpha| (1..=u64::from(m)).contains(&degree(alpha))));
        prop_assert_eq!(value(&reduced, &tokens), value(&original, &tokens));
        // The memo does not change results, a reduced polynomial is left alone, and p_0 is m.
        prop_assert_eq!(reducer.reduce(&original).unwrap(), reduced.clone());
        prop_assert_eq!(reducer.reduce(&reduced).unwrap(), reduced);
        let tokens_number = reducer.reduce(&PowerSumPolynomial::power_sum(zero)).unwrap();
        prop_assert_eq!(tokens_number, PowerSumPolynomial::constant(integer(m)));
    }

    #[test]
    fn exact_power_sums_agree_with_the_definition(
        (n, d, max_degree, tokens) in (0usize..=5, 1usize..=5, 0u32..=4)
            .prop_flat_map(|(n, d, max_degree)| (Just(n), Just(d), Just(max_degree), tokens(n, d))),
        exponent in prop::sample::select(vec![0u32, 30, 200]),
    ) {
        // The factor drives the same data through 64-bit, 128-bit and unlimited integers.
        let factor = integer(2).pow(exponent) + integer(1);
        let tokens: Vec<Token> = tokens.into_iter().map(|t| t.into_iter().map(|x| x * &factor).collect()).collect();
        let flat: Vec<Rational> = tokens.concat();
        prop_assert_eq!(flat.len(), n * d);
        let sums = PowerSums::new(d, max_degree).unwrap();
        let exact = sums.evaluate_exact(&flat).unwrap();
        let scaled = sums.evaluate_scaled(&flat).unwrap();
        prop_assert_eq!(exact.len(), sums.count());
        for (i, found) in exact.iter().enumerate() {
            let alpha = sums.table().multi_index(i + 1).unwrap();
            let expected = power_sum(&tokens, &alpha);
            prop_assert_eq!(found, &expected);
            // Reduced as BigRational would: numerator and denominator agree one by one.
            prop_assert_eq!((found.numer(), found.denom()), (expected.numer(), expected.denom()));
            let denominator = scaled.denominators[degree(&alpha) as usize].clone();
            prop_assert_eq!(Rational::new(scaled.numerators[i].clone(), denominator), expected);
        }
    }

    #[test]
    fn float_power_sums_are_exact_on_small_integers(
        batch in 0usize..=3,
        (n, d, max_degree) in (prop::sample::select(vec![0usize, 1, 3, 7, 8, 9, 30, 1030]), 1usize..=6, 0u32..=4),
        seed in any::<u64>(),
    ) {
        let mut state = seed;
        let coordinates: Vec<i64> = (0..batch * n * d).map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as i64 % 9 - 4
        }).collect();
        let sums = PowerSums::new(d, max_degree).unwrap();
        let floats: Vec<f64> = coordinates.iter().map(|&x| x as f64).collect();
        let mut output = vec![f64::NAN; batch * sums.count()];
        sums.evaluate_f64(batch, n, &floats, &mut output).unwrap();
        for b in 0..batch {
            let sequence: Vec<Rational> = coordinates[b * n * d..(b + 1) * n * d].iter().map(|&x| integer(x)).collect();
            let exact = sums.evaluate_exact(&sequence).unwrap();
            for (i, p) in exact.iter().enumerate() {
                let found = Rational::from_float(output[b * sums.count() + i]);
                prop_assert_eq!(found.as_ref(), Some(p), "b = {}, i = {}", b, i);
            }
        }
    }
}

/// Bands of all heights, tiles of all widths, one stretch and more.
#[test]
fn float_power_sums_of_wide_blocks_are_exact_on_small_integers() {
    for (n, d, max_degree) in [(7, 8, 5), (8, 8, 5), (40, 8, 4), (1100, 6, 4), (9, 4, 12)] {
        let sums = PowerSums::new(d, max_degree).unwrap();
        let coordinates: Vec<i64> = (0..n * d).map(|i| (i as i64 * 7 + i as i64 / 5) % 5 - 2).collect();
        let floats: Vec<f64> = coordinates.iter().map(|&x| x as f64).collect();
        let mut output = vec![f64::NAN; sums.count()];
        sums.evaluate_f64(1, n, &floats, &mut output).unwrap();
        let exact =
            sums.evaluate_exact(&coordinates.iter().map(|&x| integer(x)).collect::<Vec<_>>()).unwrap();
        for (found, expected) in output.iter().zip(&exact) {
            assert_eq!(
                Rational::from_float(*found).as_ref(),
                Some(expected),
                "n = {n}, d = {d}, D = {max_degree}"
            );
        }
    }
}

#[test]
fn shapes_that_do_not_fit_are_refused() {
    let sums = PowerSums::new(3, 2).unwrap();
    let mut output = vec![0.0; 9];
    assert!(sums.evaluate_f64(1, 2, &[0.0; 5], &mut output).unwrap_err().to_string().contains("needs 6"));
    assert!(
        sums.evaluate_f64(2, 1, &[0.0; 6], &mut output).unwrap_err().to_string().contains("18 are computed")
    );
    assert!(sums.evaluate_f64(usize::MAX, usize::MAX, &[], &mut output).is_err());
    assert!(sums.evaluate_exact(&[integer(1), integer(2)]).is_err());
    let nothing = PowerSums::new(0, 3).unwrap();
    assert_eq!(nothing.evaluate_exact(&[]), Ok(vec![]));
    assert!(nothing.evaluate_exact(&[integer(1)]).is_err());
}

#[test]
fn the_number_of_power_sums_is_the_closed_form() {
    for d in 1..=10u32 {
        for n in 1..=10u32 {
            for max_degree in [n, n - 1] {
                let mut stream = GradedLexicographic::new(d as usize, 1, max_degree);
                let mut listed = 0u128;
                while stream.advance().is_some() {
                    listed += 1;
                }
                assert_eq!(Some(listed), count_checked(d, max_degree), "d = {d}, D = {max_degree}");
                assert_eq!(BigUint::from(listed), count(d, max_degree));
            }
        }
    }
}

#[test]
fn the_table_lists_the_enumeration_with_parents() {
    for (d, max_degree) in [(1, 10), (4, 6), (7, 4), (10, 3)] {
        let table = MonomialTable::new(d, max_degree).unwrap();
        let mut previous: Option<MultiIndex> = None;
        for (entry, alpha) in GradedLexicographic::new(d, 0, max_degree).enumerate() {
            assert_eq!(table.entry(&alpha), Some(entry));
            if let Some((parent, variable)) = table.parent(entry) {
                let mut child = table.multi_index(parent).unwrap();
                child[variable] += 1;
                assert_eq!(child, alpha);
                assert!(
                    alpha[variable + 1..].iter().all(|&e| e == 0),
                    "the last non-zero coordinate is taken"
                );
            }
            assert!(previous.is_none_or(|p| compare(&p, &alpha) == Ordering::Less));
            previous = Some(alpha);
        }
    }
}

/// Theory, section 1: two splits of (2,2) at m = d = 2 differ as polynomials; so do the two routes at (3,1).
#[test]
fn power_sums_satisfy_relations_in_two_coordinates() {
    let differ = |gamma: [u32; 2]| {
        let p = PowerSumPolynomial::power_sum(gamma.into());
        let by = |route| DegreeReducer::new(2, route, LIMIT).reduce(&p).unwrap();
        by(Route::Parts) != by(Route::Newton)
    };
    assert!([[2, 2], [3, 1], [3, 2], [2, 3]].into_iter().any(differ));
    // In one coordinate p_1..p_m are free: all routes give the same polynomial.
    for m in 1..=4 {
        for k in m + 1..=9 {
            let p = PowerSumPolynomial::power_sum([k].into());
            let by = |route| DegreeReducer::new(m, route, LIMIT).reduce(&p).unwrap();
            assert_eq!(by(Route::Parts), by(Route::Newton), "m = {m}, k = {k}");
        }
    }
}

#[test]
fn reductions_beyond_the_limit_are_refused() {
    for (m, gamma, limit) in [(9, vec![40, 40, 40], 1000), (2, vec![1_000_000], 1000), (60, vec![61], 1000)] {
        let p = PowerSumPolynomial::power_sum(gamma.into());
        for route in [Route::Parts, Route::Newton] {
            let refused = DegreeReducer::new(m, route, limit).reduce(&p);
            assert_eq!(refused, Err(RewritingError::TooManyTerms { limit }), "m = {m}, {route:?}");
        }
    }
    let p = PowerSumPolynomial::power_sum([u32::MAX, u32::MAX].into());
    assert!(DegreeReducer::new(u32::MAX, Route::Parts, 1000).reduce(&p).is_err());
    assert!(DegreeReducer::new(0, Route::Newton, 1000).reduce(&p).unwrap().is_empty());
}

/// With one token every p_γ is a product, however large γ is.
#[test]
fn one_token_reduces_to_products() {
    let p = PowerSumPolynomial::power_sum([3, 2].into());
    let expected =
        PowerSumPolynomial::from_terms([(vec![([1, 0].into(), 3), ([0, 1].into(), 2)], Rational::one())]);
    assert_eq!(DegreeReducer::new(1, Route::Newton, LIMIT).reduce(&p).unwrap(), expected);
    assert_eq!(DegreeReducer::new(1, Route::Parts, LIMIT).reduce(&p).unwrap(), expected);
    let large = PowerSumPolynomial::power_sum([1_000_000].into());
    let power = PowerSumPolynomial::from_terms([(vec![([1].into(), 1_000_000)], Rational::one())]);
    assert_eq!(DegreeReducer::new(1, Route::Parts, LIMIT).reduce(&large).unwrap(), power);
}
