//! Factors of q^h − 1, the order of the multiplicative group of F_{q^h}.

use num_integer::{Integer, Roots};
use num_modular::{ModularCoreOps, ModularPow};
use std::collections::BTreeMap;

/// The bases of the Miller–Rabin test: below 3.3·10²⁴ no composite number passes for all of them (Sorenson and Webster,
/// Strong pseudoprimes to twelve prime bases, 2017).
const BASES: [u128; 13] = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41];

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
        (root.checked_pow(k) == Some(q) && is_prime(root.into())).then_some((root, k))
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
    // Composite numbers in between divide nothing, as their primes came before.
    for prime in 2u64..256 {
        while rest.is_multiple_of(prime.into()) {
            rest /= u128::from(prime);
            *exponents.entry(prime).or_default() += 1;
        }
    }
    let mut pending = vec![rest];
    while let Some(part) = pending.pop().filter(|_| exponents.keys().all(|&prime| prime <= limit)) {
        if part == 1 {
            continue;
        }
        match u64::try_from(part) {
            Ok(prime) if is_prime(part) => *exponents.entry(prime).or_default() += 1,
            _ => {
                let divisor = divisor(part, limit)?;
                pending.extend([divisor, part / divisor]);
            }
        }
    }
    exponents.keys().all(|&prime| prime <= limit).then_some(())
}

/// The Miller–Rabin test for n < 2^126, proved below 3.3·10²⁴ and so for all 64-bit integers.
fn is_prime(n: u128) -> bool {
    if n < 2 || BASES.iter().any(|&base| n.is_multiple_of(base)) {
        return BASES.contains(&n);
    }
    let halvings = (n - 1).trailing_zeros();
    BASES.iter().all(|&base| {
        let mut power = base.powm((n - 1) >> halvings, &n);
        // The last square root of 1 on the way down is 1 itself, or −1 comes first.
        power == 1
            || (0..halvings).any(|_| {
                let found = power == n - 1;
                power = power.mulm(power, &n);
                found
            })
    })
}

/// A proper divisor of a number without factors below 256, by Pollard's rho, whose expected length is √p for the least
/// prime factor p.
///
/// Beyond 64 bits only factors p ≤ `limit` are looked for, and a probable prime is given up at once; it would be above
/// every limit. (Were the test wrong, a group would be passed over, nothing more.)
fn divisor(n: u128, limit: u64) -> Option<u128> {
    if n <= u64::MAX.into() {
        return (1..n).find_map(|offset| rho(n, offset, u64::MAX));
    }
    let steps = 4 * limit.sqrt() + 64;
    (1..=2).filter(|_| !is_prime(n)).find_map(|offset| rho(n, offset, steps))
}

/// A proper divisor of n, if the sequence 2, x ↦ x² + offset meets itself modulo one within so many steps, about
/// (Brent's way to find the meeting: the tortoise waits, and jumps to the hare at each power of two).
fn rho(n: u128, offset: u128, steps: u64) -> Option<u128> {
    /// Differences are multiplied, so many at once, as a common divisor costs more than a product.
    const BATCH: u64 = 128;
    let next = |x: u128| x.mulm(x, &n).addm(offset, &n);
    let (mut hare, mut taken, mut lap) = (2, 0, 1);
    while taken < steps {
        let tortoise = hare;
        let mut left = lap;
        while left > 0 && taken < steps {
            let (start, batch) = (hare, left.min(BATCH));
            let mut product = 1;
            for _ in 0..batch {
                hare = next(hare);
                product = product.mulm(hare.abs_diff(tortoise), &n);
            }
            let mut found = product.gcd(&n);
            if found == n {
                // Several factors at once: the batch again, step by step.
                hare = start;
                let mut step = || {
                    hare = next(hare);
                    hare.abs_diff(tortoise).gcd(&n)
                };
                found = (0..batch).map(|_| step()).find(|&found| found > 1)?;
            }
            if found > 1 {
                return Some(found).filter(|&found| found < n);
            }
            (taken, left) = (taken + batch, left - batch);
        }
        lap *= 2;
    }
    None
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
    fn primes_are_those_without_divisors() {
        let sieved = |n: u128| n > 1 && (2..n).take_while(|d| d * d <= n).all(|d| !n.is_multiple_of(d));
        assert!((0..20_000).all(|n| is_prime(n) == sieved(n)));
        // Strong pseudoprimes to all bases up to 7, 11, 13, 17 and 37.
        for n in [
            3_215_031_751,
            2_152_302_898_747,
            3_474_749_660_383,
            341_550_071_728_321,
            318_665_857_834_031_151_167_461,
        ] {
            assert!(!is_prime(n), "{n}");
        }
        assert!(is_prime((1 << 61) - 1) && is_prime((1 << 89) - 1) && !is_prime((1 << 67) - 1));
    }

    #[test]
    fn divisors_are_found_also_of_powers() {
        for (a, b) in
            [(257, 257), (65_537, 65_537), (4_294_967_291, 4_294_967_279), (1_000_003, 1 << 40 | 15)]
        {
            let found = divisor(a * b, 1 << 32).expect("composite");
            assert!(found > 1 && found < a * b && (a * b).is_multiple_of(found), "{a}·{b}");
        }
    }

    #[test]
    fn factors_multiply_to_the_group_order() {
        for (p, k, h) in
            [(2, 1, 60), (2, 4, 5), (3, 3, 4), (5, 2, 7), (10_007, 1, 4), (101, 1, 12), (2, 1, 1)]
        {
            let factors = group_order_factors(p, k, h, 1 << 40).expect("smooth");
            let product: u128 = factors.iter().map(Factor::value).product();
            assert_eq!(product, u128::from(p).pow(k * h) - 1, "{p}^{k}, {h}");
            assert!(factors.iter().all(|factor| is_prime(factor.prime.into())));
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
