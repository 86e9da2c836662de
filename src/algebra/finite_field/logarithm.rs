//! Primitive elements and discrete logarithms.

use super::factorisation::Factor;
use super::quotient::Quotient;
use crate::parallel;
use num_integer::{Integer, Roots};
use rustc_hash::FxHashMap;

/// The first element (by number, from x = θ on) of order N = Π p_i^{e_i} = q^h − 1: g^N = 1 and g^{N/p_i} ≠ 1 for every
/// prime p_i. None if there is none, in particular if the modulus is reducible.
pub fn primitive_element(field: &Quotient, factors: &[Factor]) -> Option<Vec<u32>> {
    let order: u128 = factors.iter().map(Factor::value).product();
    let one = field.element(1);
    let first = if field.degree() == 1 { 1 } else { u128::from(field.field().size()) };
    (first..=order).map(|index| field.element(index)).find(|g| {
        field.power(g, order) == one
            && factors.iter().all(|factor| field.power(g, order / u128::from(factor.prime)) != one)
    })
}

/// The baby steps γ^0..γ^{B−1} of a cyclic group of order n = p^e, and the giant step γ^{−B}.
struct Steps {
    order: u128,
    /// N/n.
    cofactor: u128,
    /// (N/n)^{−1} mod n.
    inverse: u128,
    baby: FxHashMap<u128, u32>,
    giant: Vec<u32>,
}

/// At most this many baby steps are stored per group.
const MAX_BABY_STEPS: u128 = 1 << 21;

impl Steps {
    /// √(n·targets) baby steps balance them against the giant steps of all targets.
    fn new(
        field: &Quotient,
        generator: &[u32],
        group_order: u128,
        factor: &Factor,
        targets: usize,
    ) -> Option<Self> {
        let order = factor.value();
        let cofactor = group_order / order;
        let gamma = field.power(generator, cofactor);
        let count = (order * targets.max(1) as u128).sqrt().clamp(1, order.min(MAX_BABY_STEPS));
        let mut baby = FxHashMap::default();
        let mut power = field.element(1);
        for exponent in 0..count as u32 {
            baby.insert(field.index(&power), exponent);
            power = field.multiply(&power, &gamma);
        }
        let giant = field.power(&gamma, order - count % order);
        let inverse = inverse_modulo((cofactor % order) as i128, order as i128)?;
        Some(Self { order, cofactor, inverse, baby, giant })
    }

    /// The logarithm modulo n of an element of the subgroup of order n.
    fn logarithm(&self, field: &Quotient, element: Vec<u32>) -> Option<u128> {
        let baby_steps = self.baby.len() as u128;
        let mut element = element;
        for giant_step in 0..self.order.div_ceil(baby_steps) {
            if let Some(&exponent) = self.baby.get(&field.index(&element)) {
                return Some(giant_step * baby_steps + u128::from(exponent));
            }
            element = field.multiply(&element, &self.giant);
        }
        None
    }
}

fn inverse_modulo(a: i128, n: i128) -> Option<u128> {
    let bezout = a.extended_gcd(&n);
    (bezout.gcd == 1).then(|| bezout.x.rem_euclid(n) as u128)
}

/// log_g of every target, in 0..N, for g of order N = Π p_i^{e_i} < 2^126 with every p_i^{e_i} < 2^63
/// (Pohlig–Hellman; time √(p_i^{e_i}·targets) for each i).
///
/// Every result is verified, g^{log} = target, before it is returned; so nothing depends on the order of g, on the
/// factors being prime, or on the modulus being irreducible. None if some logarithm does not exist.
pub fn discrete_logarithms(
    field: &Quotient,
    generator: &[u32],
    factors: &[Factor],
    targets: &[Vec<u32>],
) -> Option<Vec<u128>> {
    let group_order: u128 = factors.iter().map(Factor::value).product();
    if factors.iter().any(|factor| factor.value() >= 1 << 63) || group_order >= 1 << 126 {
        return None;
    }
    let steps: Vec<Steps> = factors
        .iter()
        .map(|factor| Steps::new(field, generator, group_order, factor, targets.len()))
        .collect::<Option<_>>()?;
    let logarithms = parallel::map(targets, |target| {
        let logarithm = logarithm(field, &steps, target.clone(), group_order)?;
        (field.power(generator, logarithm) == *target).then_some(logarithm)
    });
    logarithms.into_iter().collect()
}

/// The number modulo N that is log_i modulo each n_i (Chinese remainders), where log_i belongs to the element's
/// projection on the i-th group. The projections are shared along a product tree: the element raised to the order of
/// all groups on the other side.
fn logarithm(field: &Quotient, steps: &[Steps], element: Vec<u32>, modulus: u128) -> Option<u128> {
    let (left, right) = match steps {
        [] => return Some(0),
        [group] => {
            // n < 2^63, so the product of two residues fits; the result is below n·(N/n) = N.
            let residue = group.logarithm(field, element)?;
            return Some(residue * group.inverse % group.order * group.cofactor);
        }
        _ => steps.split_at(steps.len() / 2),
    };
    let order = |groups: &[Steps]| groups.iter().map(|group| group.order).product();
    let on_left = field.power(&element, order(right));
    let on_right = field.power(&element, order(left));
    Some((logarithm(field, left, on_left, modulus)? + logarithm(field, right, on_right, modulus)?) % modulus)
}

#[cfg(test)]
mod tests {
    use super::super::{Field, first_irreducible, group_order_factors, prime_power};
    use super::*;

    #[test]
    fn logarithms_are_those_of_a_list_of_powers() {
        for (q, h) in [(2, 8), (3, 5), (4, 3), (5, 1), (7, 3), (9, 2), (16, 2), (27, 2)] {
            let field = Field::new(q).expect("a prime power");
            let ring = Quotient::new(&field, first_irreducible(&field, h));
            let (p, k) = prime_power(q).expect("a prime power");
            let factors = group_order_factors(p, k, h, 1 << 20).expect("small");
            let generator = primitive_element(&ring, &factors).expect("a field");
            let order = u128::from(q).pow(h) - 1;
            let mut powers = vec![ring.element(1)];
            for exponent in 1..order as usize {
                powers.push(ring.multiply(&powers[exponent - 1], &generator));
            }
            // The powers are all different: the element is primitive.
            let mut indices: Vec<u128> = powers.iter().map(|power| ring.index(power)).collect();
            indices.sort_unstable();
            assert!(indices.into_iter().eq(1..=order), "q {q}, h {h}");
            let logarithms = discrete_logarithms(&ring, &generator, &factors, &powers).expect("all exist");
            assert!(logarithms.into_iter().eq(0..order), "q {q}, h {h}");
            assert_eq!(discrete_logarithms(&ring, &generator, &factors, &[ring.element(0)]), None);
            if order.is_multiple_of(2) {
                let square = ring.multiply(&generator, &generator);
                assert_eq!(discrete_logarithms(&ring, &square, &factors, &[generator]), None);
            }
        }
    }
}
