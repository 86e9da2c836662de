//! The ring F_q[x]/(m): the field F_{q^h} when m is irreducible of degree h.

use super::base::Field;

/// F_q[x]/(m) for a monic m of degree h ≥ 1. Its elements are the h coefficients of a remainder, constant first.
#[derive(Debug, Clone)]
pub struct Quotient<'f> {
    field: &'f Field,
    /// The coefficients of m below the leading 1, constant first: h of them.
    modulus: Vec<u32>,
}

impl<'f> Quotient<'f> {
    /// `modulus`: the coefficients of m below the leading 1, constant first. At least one.
    pub fn new(field: &'f Field, modulus: Vec<u32>) -> Self {
        Self { field, modulus }
    }

    /// F_q.
    pub fn field(&self) -> &'f Field {
        self.field
    }

    /// h, the number of coefficients of an element.
    pub fn degree(&self) -> usize {
        self.modulus.len()
    }

    /// The coefficients of m below the leading 1, constant first.
    pub fn modulus(&self) -> &[u32] {
        &self.modulus
    }

    /// The element with number Σ c_i q^i.
    pub fn element(&self, mut index: u128) -> Vec<u32> {
        let q = u128::from(self.field.size());
        let mut digit = || {
            let digit = (index % q) as u32;
            index /= q;
            digit
        };
        (0..self.degree()).map(|_| digit()).collect()
    }

    /// Σ c_i q^i, the inverse of [`Self::element`] for q^h < 2^128.
    pub fn index(&self, element: &[u32]) -> u128 {
        let q = u128::from(self.field.size());
        element.iter().rev().fold(0u128, |index, &c| index.wrapping_mul(q).wrapping_add(c.into()))
    }

    /// The class of x + a.
    pub fn linear(&self, a: u32) -> Vec<u32> {
        let mut element = vec![0; self.degree()];
        element[0] = a;
        match element.get_mut(1) {
            Some(coefficient) => *coefficient = 1,
            // Degree 1: x is −m_0.
            None => element[0] = self.field.subtract(a, self.modulus[0]),
        }
        element
    }

    /// a·b.
    pub fn multiply(&self, a: &[u32], b: &[u32]) -> Vec<u32> {
        if self.field.is_prime() { self.multiply_modulo_prime(a, b) } else { self.multiply_generally(a, b) }
    }

    /// Products below 2^44 are summed in 64 bits and reduced once per coefficient: up to 2^19 terms fit.
    fn multiply_modulo_prime(&self, a: &[u32], b: &[u32]) -> Vec<u32> {
        let p = u64::from(self.field.size());
        let h = self.degree();
        let mut product = vec![0u64; 2 * h - 1];
        for (i, &x) in a.iter().enumerate() {
            for (j, &y) in b.iter().enumerate() {
                product[i + j] += u64::from(x) * u64::from(y);
            }
        }
        for top in (h..product.len()).rev() {
            let negative = (p - product[top] % p) % p;
            for (j, &c) in self.modulus.iter().enumerate().filter(|&(_, &c)| c != 0) {
                product[top - h + j] += negative * u64::from(c);
            }
        }
        product[..h].iter().map(|&c| (c % p) as u32).collect()
    }

    fn multiply_generally(&self, a: &[u32], b: &[u32]) -> Vec<u32> {
        let (f, h) = (self.field, self.degree());
        let mut product = vec![0; 2 * h - 1];
        for (i, &x) in a.iter().enumerate() {
            for (j, &y) in b.iter().enumerate() {
                product[i + j] = f.add(product[i + j], f.multiply(x, y));
            }
        }
        for top in (h..product.len()).rev() {
            for (j, &c) in self.modulus.iter().enumerate().filter(|&(_, &c)| c != 0) {
                product[top - h + j] = f.subtract(product[top - h + j], f.multiply(product[top], c));
            }
        }
        product.truncate(h);
        product
    }

    /// a^exponent.
    pub fn power(&self, a: &[u32], exponent: u128) -> Vec<u32> {
        let mut result = self.element(1);
        for bit in (0..u128::BITS - exponent.leading_zeros()).rev() {
            result = self.multiply(&result, &result);
            if exponent >> bit & 1 == 1 {
                result = self.multiply(&result, a);
            }
        }
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_multiplications_agree() {
        let field = Field::new(7).expect("a prime");
        let ring = Quotient::new(&field, vec![3, 0, 5]);
        for a in 0..343 {
            for b in (0..343).step_by(5) {
                let (a, b) = (ring.element(a), ring.element(b));
                assert_eq!(ring.multiply(&a, &b), ring.multiply_generally(&a, &b));
            }
        }
    }

    #[test]
    fn powers_are_repeated_products() {
        let field = Field::new(9).expect("a prime power");
        let ring = Quotient::new(&field, vec![2, 4]);
        let mut product = ring.element(1);
        for exponent in 0..100 {
            assert_eq!(ring.power(&ring.linear(5), exponent), product);
            assert_eq!(ring.element(ring.index(&product)), product);
            product = ring.multiply(&product, &ring.linear(5));
        }
    }
}
