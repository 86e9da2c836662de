//! The field F_q itself.

use super::factorisation::prime_power;
use super::polynomial::first_irreducible;
use super::quotient::Quotient;

/// F_q, q = p^k ≤ 2^22. Its elements are the numbers 0..q: the base-p digits of a number are the coefficients of a
/// polynomial modulo the first irreducible one of degree k. 0 and 1 are zero and one.
#[derive(Debug, Clone)]
pub struct Field {
    size: u32,
    characteristic: u32,
    /// For k > 1, g^0..g^{q−2} of a primitive g, and the exponent of every nonzero element.
    tables: Option<Tables>,
}

#[derive(Debug, Clone)]
struct Tables {
    powers: Vec<u32>,
    exponents: Vec<u32>,
}

impl Field {
    /// The largest q for which a field is built.
    pub const LARGEST: u64 = 1 << 22;

    /// None unless q is a prime power and at most [`Self::LARGEST`].
    pub fn new(q: u64) -> Option<Self> {
        let (p, k) = prime_power(q).filter(|_| q <= Self::LARGEST)?;
        let prime_field = Self { size: p as u32, characteristic: p as u32, tables: None };
        if k == 1 {
            return Some(prime_field);
        }
        let modulus = first_irreducible(&prime_field, k);
        let ring = Quotient::new(&prime_field, modulus);
        let tables =
            (2..q).find_map(|index| Tables::generated(&ring, &ring.element(index.into()), q as u32))?;
        Some(Self { size: q as u32, characteristic: p as u32, tables: Some(tables) })
    }

    /// q.
    pub fn size(&self) -> u32 {
        self.size
    }

    /// p.
    pub fn characteristic(&self) -> u32 {
        self.characteristic
    }

    /// Whether q is a prime, so that arithmetic is arithmetic modulo q.
    pub(super) fn is_prime(&self) -> bool {
        self.tables.is_none()
    }

    /// a + b.
    pub fn add(&self, a: u32, b: u32) -> u32 {
        if self.is_prime() {
            return (a + b) % self.size;
        }
        if self.characteristic == 2 {
            return a ^ b;
        }
        self.by_digits(a, b, |x, y| x + y)
    }

    /// a − b.
    pub fn subtract(&self, a: u32, b: u32) -> u32 {
        if self.is_prime() {
            return (a + self.size - b) % self.size;
        }
        if self.characteristic == 2 {
            return a ^ b;
        }
        self.by_digits(a, b, |x, y| x + self.characteristic - y)
    }

    /// a·b.
    pub fn multiply(&self, a: u32, b: u32) -> u32 {
        match &self.tables {
            None => (u64::from(a) * u64::from(b) % u64::from(self.size)) as u32,
            Some(_) if a == 0 || b == 0 => 0,
            Some(tables) => {
                let exponent = tables.exponents[a as usize] + tables.exponents[b as usize];
                tables.powers[(exponent % (self.size - 1)) as usize]
            }
        }
    }

    /// 1/a = a^{q−2}; 0 for 0.
    pub fn invert(&self, a: u32) -> u32 {
        let (mut result, mut square, mut exponent) = (1, a, self.size - 2);
        if a == 0 {
            return 0;
        }
        while exponent > 0 {
            if exponent & 1 == 1 {
                result = self.multiply(result, square);
            }
            square = self.multiply(square, square);
            exponent >>= 1;
        }
        result
    }

    fn by_digits(&self, mut a: u32, mut b: u32, combine: impl Fn(u32, u32) -> u32) -> u32 {
        let p = self.characteristic;
        let (mut result, mut place) = (0, 1);
        while a > 0 || b > 0 {
            result += combine(a % p, b % p) % p * place;
            (a, b, place) = (a / p, b / p, place * p);
        }
        result
    }
}

impl Tables {
    /// None if the element does not run through all q − 1 nonzero elements.
    fn generated(ring: &Quotient, generator: &[u32], q: u32) -> Option<Self> {
        let mut powers = Vec::with_capacity(q as usize - 1);
        let mut exponents = vec![0; q as usize];
        let mut power = ring.element(1);
        for exponent in 0..q - 1 {
            let index = ring.index(&power) as u32;
            if exponent > 0 && index == 1 {
                return None;
            }
            powers.push(index);
            exponents[index as usize] = exponent;
            power = ring.multiply(&power, generator);
        }
        Some(Self { powers, exponents })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_laws_of_a_field_hold() {
        for q in [2, 3, 4, 5, 7, 8, 9, 16, 25, 27] {
            let f = Field::new(q).expect("a prime power");
            let q = q as u32;
            for a in 0..q {
                assert_eq!(f.add(a, 0), a);
                assert_eq!(f.multiply(a, 1), a);
                assert_eq!((0..f.characteristic()).fold(0, |sum, _| f.add(sum, a)), 0);
                assert_eq!(f.multiply(a, f.invert(a)), u32::from(a > 0));
                for b in 0..q {
                    assert_eq!(f.add(a, b), f.add(b, a));
                    assert_eq!(f.subtract(f.add(a, b), b), a);
                    assert_eq!(f.multiply(a, b), f.multiply(b, a));
                    for c in 0..q {
                        assert_eq!(f.add(f.add(a, b), c), f.add(a, f.add(b, c)));
                        assert_eq!(f.multiply(f.multiply(a, b), c), f.multiply(a, f.multiply(b, c)));
                        assert_eq!(f.multiply(a, f.add(b, c)), f.add(f.multiply(a, b), f.multiply(a, c)));
                    }
                }
            }
        }
    }

    #[test]
    fn other_sizes_are_refused() {
        assert!([0, 1, 6, 100, Field::LARGEST + 15].into_iter().all(|q| Field::new(q).is_none()));
        assert!(Field::new(3u64.pow(15)).is_none(), "a prime power above the largest size");
    }
}
