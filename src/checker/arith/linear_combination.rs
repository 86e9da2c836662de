//! Finite linear combinations over Q, the ground of polynomials and normal forms.

use super::number::Rational;
use crate::work::charge;
use num_traits::Zero;
use std::collections::BTreeMap;
use std::collections::btree_map::{Entry, IntoIter, Iter};

/// Coefficients by key, in the keys' order; no zero coefficients stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinearCombination<K>(BTreeMap<K, Rational>);

impl<K> Default for LinearCombination<K> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<K: Ord> LinearCombination<K> {
    /// Adds `coefficient · key`.
    pub fn add(&mut self, key: K, coefficient: Rational) {
        if coefficient.is_zero() {
            return;
        }
        // A way down the tree.
        charge(8);
        match self.0.entry(key) {
            Entry::Vacant(slot) => {
                slot.insert(coefficient);
            }
            Entry::Occupied(mut slot) => {
                *slot.get_mut() += coefficient;
                if slot.get().is_zero() {
                    slot.remove();
                }
            }
        }
    }

    /// The coefficient of a key, if it is not zero.
    pub fn get(&self, key: &K) -> Option<&Rational> {
        self.0.get(key)
    }

    /// Keys and coefficients, keys increasing.
    pub fn iter(&self) -> Iter<'_, K, Rational> {
        self.0.iter()
    }

    /// The keys, increasing.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &K> {
        self.0.keys()
    }

    /// Number of terms.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether this is zero.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'a, K: Ord> IntoIterator for &'a LinearCombination<K> {
    type Item = (&'a K, &'a Rational);
    type IntoIter = Iter<'a, K, Rational>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<K> IntoIterator for LinearCombination<K> {
    type Item = (K, Rational);
    type IntoIter = IntoIter<K, Rational>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<K: Ord> FromIterator<(K, Rational)> for LinearCombination<K> {
    fn from_iter<T: IntoIterator<Item = (K, Rational)>>(terms: T) -> Self {
        let mut combination = Self::default();
        for (key, coefficient) in terms {
            combination.add(key, coefficient);
        }
        combination
    }
}
