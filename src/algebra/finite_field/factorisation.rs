//! Factors of q^h − 1, the order of the multiplicative group of F_{q^h}.

use num_integer::Roots;
use num_prime::factor::pollard_rho;
use num_prime::nt_funcs::{factorize64, is_prime, is_prime64};
use std::collections::BTreeMap;

/// A prime and how often it divides. [`Factor::value`] is their power.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Factor {
    /// A prime, by a Miller–Rabin test that is proved for all 64-bit integers.
    pub prime: u64,
    /// At least 1.
    pub exponent: u32,
}

impl Factor {
    /// prime^exponent; it divides a group order below 2^126.
    pub fn value(&self) -> u128 {
        u128::from(self.prime).saturating_pow(self.exponent)
    }
}

/// (p, k) with q = p^k, p prime, k ≥ 1; none if there is no such pair.
pub fn prime_power(q: u64) -> Option<(u64, u32)> {
    (1..u64::BITS).find_map(|k| {
        let root = q.nth_root(k);
        (root.checked_pow(k) == Some(q) && is_prime64(root)).then_some((root, k))
    })
}

/// The factors of q^h − 1, q = p^k, by increasing primes, if each factor p_i^{e_i} is at most `limit`. None also if
/// q^h ≥ 2^126, or if the bounded search for a factor gives up.
///
/// q^h − 1 is the product of the cyclotomic values Φ_d(p), d | kh, which are factored one by one.
pub fn group_order_factors(p: u64, k: u32, h: u32, limit: u64) -> Option<Vec<Factor>> {
    let degree = k.checked_mul(h)?;
    u128::from(p).checked_pow(degree).filter(|&size| size < 1 << 126)?;
    let mut exponents = BTreeMap::new();
    for value in cyclotomic_values(p.into(), degree) {
        collect_primes(value, limit, &mut exponents)?;
    }
    let factors: Vec<Factor> =
        exponents.into_iter().map(|(prime, exponent)| Factor { prime, exponent }).collect();
    factors.iter().all(|factor| factor.value() <= limit.into()).then_some(factors)
}

/// Φ_d(p) for the divisors d of n: p^d − 1 with the Φ_e, e | d, e < d, divided out.
fn cyclotomic_values(p: u128, n: u32) -> Vec<u128> {
    let mut values: Vec<(u32, u128)> = Vec::new();
    for d in (1..=n).filter(|&d| n.is_multiple_of(d)) {
        let below = values.iter().filter(|(e, _)| d.is_multiple_of(*e));
        let value = below.fold(p.pow(d) - 1, |rest, (_, value)| rest / value);
        values.push((d, value));
    }
    values.into_iter().map(|(_, value)| value).collect()
}

/// Adds the primes of n ≥ 1 to the table, unless one is above the limit or the search gives up.
fn collect_primes(n: u128, limit: u64, exponents: &mut BTreeMap<u64, u32>) -> Option<()> {
    let mut rest = n;
    for prime in (2u64..256).filter(|&candidate| is_prime64(candidate)) {
        while rest.is_multiple_of(prime.into()) {
            rest /= u128::from(prime);
            *exponents.entry(prime).or_default() += 1;
        }
    }
    let mut pending = vec![rest];
    while let Some(part) = pending.pop() {
        if let Ok(small) = u64::try_from(part) {
            for (prime, exponent) in factorize64(small).into_iter().filter(|&(prime, _)| prime > 1) {
                if prime > limit {
                    return None;
                }
                *exponents.entry(prime).or_default() += exponent as u32;
            }
        } else {
            let divisor = divisor(part, limit)?;
            pending.extend([divisor, part / divisor]);
        }
    }
    Some(())
}

/// A proper divisor of n > 2^64 by Pollard's rho, whose expected length is √p for a prime factor p ≤ `limit`.
///
/// A probable prime is given up at once; it would be above every limit. (Were the test wrong, a group would be
/// passed over, nothing more.)
fn divisor(n: u128, limit: u64) -> Option<u128> {
    if is_prime(&n, None).probably() {
        return None;
    }
    let steps = 4 * limit.sqrt() as usize + 64;
    (1..=2u128)
        .find_map(|offset| pollard_rho(&n, 2, offset, steps).0)
        .filter(|&found| found > 1 && found < n && n.is_multiple_of(found))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prime_powers_are_recognised() {
        let found: Vec<u64> = (0..=32).filter(|&q| prime_power(q).is_some()).collect();
        assert_eq!(found, [2, 3, 4, 5, 7, 8, 9, 11, 13, 16, 17, 19, 23, 25, 27, 29, 31, 32]);
        assert_eq!(prime_power(1 << 20), Some((2, 20)));
        assert_eq!(prime_power(3u64.pow(40)), Some((3, 40)));
        assert_eq!(prime_power(18_446_744_073_709_551_557), Some((18_446_744_073_709_551_557, 1)));
        assert_eq!(prime_power(u64::MAX), None);
    }

    #[test]
    fn factors_multiply_to_the_group_order() {
        for (p, k, h) in
            [(2, 1, 60), (2, 4, 5), (3, 3, 4), (5, 2, 7), (10_007, 1, 4), (101, 1, 12), (2, 1, 1)]
        {
            let factors = group_order_factors(p, k, h, 1 << 40).expect("smooth");
            let product: u128 = factors.iter().map(Factor::value).product();
            assert_eq!(product, u128::from(p).pow(k * h) - 1, "{p}^{k}, {h}");
            assert!(factors.iter().all(|factor| is_prime64(factor.prime)));
        }
    }

    #[test]
    fn rough_or_large_orders_are_passed_over() {
        // 2^61 − 1 is prime, 2^89 − 1 is a prime beyond 64 bits.
        assert_eq!(group_order_factors(2, 1, 61, 1 << 40), None);
        assert_eq!(group_order_factors(2, 1, 89, 1 << 40), None);
        assert_eq!(group_order_factors(2, 1, 126, 1 << 40), None);
        assert_eq!(group_order_factors(u64::MAX, 2, 2, 1 << 40), None);
    }
}
