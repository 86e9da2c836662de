//! Monomials from products of two, in ⌈log2 degree⌉ layers, sub-monomials shared.

use itertools::Itertools;
use std::collections::{BTreeMap, BTreeSet};
use sumformer_checker::arith::polynomial::Monomial;

/// One product `target = left · right`; a factor is a variable or the target of an earlier layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// First factor.
    pub left: Monomial,
    /// Second factor; equal to the first for a square.
    pub right: Monomial,
    /// What is computed, of degree at least 2.
    pub target: Monomial,
}

impl Product {
    /// Whether both factors are the same.
    pub fn is_square(&self) -> bool {
        self.left == self.right
    }
}

/// The layers that compute all `needed` monomials (those of degree ≤ 1 need nothing).
///
/// A monomial of degree k stands in layer ⌈log2 k⌉, counted from 1. Splits prefer factors that are computed anyway,
/// then squares, then even halves.
pub fn product_tree(needed: &BTreeSet<Monomial>) -> Vec<Vec<Product>> {
    let mut pool: BTreeMap<u32, BTreeSet<Monomial>> = BTreeMap::new();
    for monomial in needed.iter().filter(|m| m.degree() >= 2) {
        pool.entry(monomial.degree()).or_default().insert(monomial.clone());
    }
    let mut layers: Vec<Vec<Product>> = Vec::new();
    // Highest degrees first: their factors join the pool before it is their turn.
    while let Some((degree, monomials)) = pool.pop_last() {
        let layer = layer_of(degree);
        if layers.len() < layer {
            layers.resize_with(layer, Vec::new);
        }
        for target in monomials {
            let (left, right) = best_split(&target, layer, &pool);
            for factor in [&left, &right] {
                if factor.degree() >= 2 {
                    pool.entry(factor.degree()).or_default().insert(factor.clone());
                }
            }
            layers[layer - 1].push(Product { left, right, target });
        }
    }
    for layer in &mut layers {
        layer.sort_by(|a, b| a.target.cmp(&b.target));
    }
    layers
}

/// ⌈log2 degree⌉ for degree ≥ 2.
fn layer_of(degree: u32) -> usize {
    (32 - (degree - 1).leading_zeros()) as usize
}

fn best_split(
    target: &Monomial,
    layer: usize,
    pool: &BTreeMap<u32, BTreeSet<Monomial>>,
) -> (Monomial, Monomial) {
    let most = 1u32 << (layer - 1);
    let degree = target.degree();
    let known = |m: &Monomial| m.degree() == 1 || pool.get(&m.degree()).is_some_and(|set| set.contains(m));
    let mut best: Option<((usize, bool, u32), Monomial, Monomial)> = None;
    for left in divisors(target) {
        let left_degree = left.degree();
        let right_degree = degree - left_degree;
        if left_degree == 0 || left_degree < right_degree || left_degree > most {
            continue;
        }
        let right = quotient(target, &left);
        let square = left == right;
        let new = [&left, &right].into_iter().unique().filter(|factor| !known(factor)).count();
        let score = (new, !square, left_degree - right_degree);
        if best.as_ref().is_none_or(|(least, l, _)| (&score, &left) < (least, l)) {
            best = Some((score, left, right));
        }
    }
    let (_, left, right) =
        best.expect("a monomial of degree k ≥ 2 splits into halves of degree at most 2^(layer-1)");
    (left, right)
}

fn quotient(target: &Monomial, divisor: &Monomial) -> Monomial {
    Monomial::from_powers(target.powers().iter().map(|&(v, e)| (v, e - divisor.exponent(v))))
}

/// Every monomial that divides the target, the target and 1 included.
fn divisors(target: &Monomial) -> impl Iterator<Item = Monomial> {
    target
        .powers()
        .iter()
        .map(|&(v, e)| (0..=e).map(move |f| (v, f)))
        .multi_cartesian_product()
        .map(Monomial::from_powers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn monomial(exponents: &[u32]) -> Monomial {
        Monomial::from_powers(exponents.iter().enumerate().map(|(v, &e)| (v as u32, e)))
    }

    proptest::proptest! {
        #[test]
        fn every_needed_monomial_is_computed_from_earlier_layers_in_log_depth(
            needed in proptest::collection::btree_set(proptest::collection::vec(0u32..5, 3), 1..8)
        ) {
            let needed: BTreeSet<Monomial> = needed.iter().map(|e| monomial(e)).collect();
            let layers = product_tree(&needed);
            let highest = needed.iter().map(Monomial::degree).max().unwrap();
            let expected = if highest < 2 { 0 } else { layer_of(highest) };
            proptest::prop_assert_eq!(layers.len(), expected);
            let mut known: BTreeSet<Monomial> = (0..3).map(Monomial::variable).collect();
            for layer in &layers {
                for product in layer {
                    proptest::prop_assert_eq!(&product.left.times(&product.right), &product.target);
                    proptest::prop_assert!(known.contains(&product.left) && known.contains(&product.right));
                }
                for product in layer {
                    proptest::prop_assert!(known.insert(product.target.clone()), "computed once");
                }
            }
            for monomial in needed.iter().filter(|m| m.degree() >= 1) {
                proptest::prop_assert!(known.contains(monomial));
            }
        }
    }

    #[test]
    fn sub_monomials_are_shared() {
        let needed = [monomial(&[1, 3]), monomial(&[0, 3]), monomial(&[0, 2])].into();
        let products: usize = product_tree(&needed).iter().map(Vec::len).sum();
        assert_eq!(products, 4); // y², xy (or another degree-2 factor), y³, xy³
    }
}
