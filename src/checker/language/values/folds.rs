//! Many values combined by an associative operation: in pairs, and without some of them.
//!
//! Sums, products, maxima and minima are associative, so that how their terms are bracketed changes no exact value and no
//! containment in an enclosure. Pairs of about equal size keep rounding errors small and exact fractions short; and a
//! tree of such pairs gives the value over any range of its leaves from a logarithmic number of nodes. So the value
//! without some terms needs no inverse, which products and extrema do not have.

use std::ops::Range;

/// Values one after the other, combined.
pub(crate) struct Total<S> {
    /// Whether to combine in pairs, not from left to right.
    in_pairs: bool,
    /// Each stands for twice as many values as the next, or more; each with the logarithm of how many.
    parts: Vec<(u32, S)>,
}

impl<S> Total<S> {
    /// Nothing so far.
    pub(crate) fn new(in_pairs: bool) -> Self {
        Self { in_pairs, parts: Vec::new() }
    }

    /// Combines with one more value, which comes after the others.
    pub(crate) fn add(&mut self, value: S, combine: &impl Fn(S, &S) -> S) {
        let mut new = (0, value);
        while let Some((size, last)) = self.parts.pop_if(|(size, _)| *size == new.0 || !self.in_pairs) {
            new = (size + 1, combine(last, &new.1));
        }
        self.parts.push(new);
    }

    /// All of them; nothing if there are none.
    pub(crate) fn finish(self, combine: &impl Fn(S, &S) -> S) -> Option<S> {
        let parts = self.parts.into_iter().map(|(_, part)| part);
        parts.rev().reduce(|after, before| combine(before, &after))
    }
}

/// Values of consecutive places, and of blocks of them.
pub(crate) struct Folds<S> {
    leaves: usize,
    /// Node 1 is the root and node k has the children 2k and 2k + 1; the leaves come last, in their order.
    nodes: Vec<Option<S>>,
}

impl<S: Clone> Folds<S> {
    /// A tree over these values.
    pub(crate) fn new(values: Vec<Option<S>>, combine: &impl Fn(S, &S) -> S) -> Self {
        let leaves = values.len().next_power_of_two();
        let mut nodes: Vec<Option<S>> = (0..leaves).map(|_| None).chain(values).collect();
        nodes.resize_with(2 * leaves, || None);
        for k in (1..leaves).rev() {
            nodes[k] = both(nodes[2 * k].clone(), nodes[2 * k + 1].as_ref(), combine);
        }
        Self { leaves, nodes }
    }

    /// The value over a range of places, in their order; nothing where there is no value.
    pub(crate) fn over(&self, range: Range<usize>, combine: &impl Fn(S, &S) -> S) -> Option<S> {
        let (mut low, mut high) = (range.start + self.leaves, range.end.min(self.leaves) + self.leaves);
        let (mut before, mut after) = (None, Vec::new());
        while low < high {
            if low % 2 == 1 {
                before = both(before, self.nodes[low].as_ref(), combine);
                low += 1;
            }
            if high % 2 == 1 {
                high -= 1;
                after.push(high);
            }
            (low, high) = (low / 2, high / 2);
        }
        after.into_iter().rev().fold(before, |value, node| both(value, self.nodes[node].as_ref(), combine))
    }
}

fn both<S: Clone>(left: Option<S>, right: Option<&S>, combine: &impl Fn(S, &S) -> S) -> Option<S> {
    match (left, right) {
        (Some(left), Some(right)) => Some(combine(left, right)),
        (left, right) => left.or_else(|| right.cloned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Associative, but the order matters.
    fn join() -> impl Fn(String, &String) -> String {
        |left, right| left + right
    }

    #[test]
    fn every_range_has_its_values_in_order() {
        for n in 0..20 {
            let value = |i: usize| (i % 5 != 3).then(|| i.to_string() + " ");
            let folds = Folds::new((0..n).map(value).collect(), &join());
            for from in 0..=n {
                for to in from..=n {
                    let wanted = (from..to).filter_map(value).reduce(|a, b| a + &b);
                    assert_eq!(folds.over(from..to, &join()), wanted, "{from}..{to} of {n}");
                }
            }
        }
    }

    #[test]
    fn totals_have_their_values_in_order() {
        for in_pairs in [false, true] {
            for n in 0..40 {
                let mut total = Total::new(in_pairs);
                (0..n).for_each(|i| total.add(i.to_string() + " ", &join()));
                assert!(total.parts.len() <= 7);
                let wanted = (0..n).map(|i| i.to_string() + " ").reduce(|a, b| a + &b);
                assert_eq!(total.finish(&join()), wanted);
            }
        }
    }

    #[test]
    fn pairs_are_of_equal_size() {
        // How deep a value lies in brackets: at most the logarithm of how many there are.
        let deeper = |a: u32, b: &u32| a.max(*b) + 1;
        let mut total = Total::new(true);
        (0..1 << 10).for_each(|_| total.add(0, &deeper));
        assert_eq!(total.finish(&deeper), Some(10));
    }
}
