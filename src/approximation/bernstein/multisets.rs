//! Multisets as increasing sequences, numbered without gaps.

/// The multisets of one size among 0..P, in colexicographic order: the largest elements count most.
#[derive(Debug, Clone)]
pub(super) struct Multisets {
    size: usize,
    elements: usize,
    /// `below[r][v]` = C(v + r, r + 1): multisets of size r + 1 among 0..v.
    below: Vec<Vec<usize>>,
}

impl Multisets {
    /// Of `size` elements among 0..`elements`; the caller has made sure that their number is small.
    pub(super) fn new(size: usize, elements: usize) -> Self {
        let mut below: Vec<Vec<usize>> = Vec::with_capacity(size);
        for _ in 0..size {
            let mut row = vec![0; elements + 1];
            for v in 0..elements {
                // The largest element is v, or all are below v.
                row[v + 1] = row[v] + below.last().map_or(1, |shorter| shorter[v + 1]);
            }
            below.push(row);
        }
        Self { size, elements, below }
    }

    /// C(P + size − 1, size).
    pub(super) fn len(&self) -> usize {
        self.below.last().map_or(1, |row| row[self.elements])
    }

    /// The number of a multiset given in increasing order.
    pub(super) fn rank(&self, multiset: &[usize]) -> usize {
        multiset.iter().zip(&self.below).map(|(&v, row)| row[v]).sum()
    }

    /// All of them, by their numbers.
    pub(super) fn list(&self) -> Vec<Vec<usize>> {
        let mut list = Vec::with_capacity(self.len());
        let mut current = vec![0; self.size];
        for _ in 0..self.len() {
            list.push(current.clone());
            // The first element that may grow without passing its successor; those before start again.
            let fits = |&i: &usize| {
                current[i] + 1 < self.elements && current.get(i + 1).is_none_or(|&next| current[i] < next)
            };
            let Some(at) = (0..self.size).find(fits) else { break };
            current[at] += 1;
            current[..at].fill(0);
        }
        list
    }
}

/// The multiset with one more element.
pub(super) fn with(multiset: &[usize], element: usize) -> Vec<usize> {
    let mut larger = multiset.to_vec();
    larger.insert(larger.partition_point(|&v| v <= element), element);
    larger
}

#[cfg(test)]
mod tests {
    use super::*;
    use itertools::Itertools;

    #[test]
    fn numbers_and_multisets_correspond() {
        for (size, elements) in [(0, 1), (0, 4), (1, 5), (2, 1), (2, 4), (3, 3), (4, 2)] {
            let multisets = Multisets::new(size, elements);
            let list = multisets.list();
            assert_eq!(list.len(), multisets.len());
            assert!(list.iter().enumerate().all(|(rank, multiset)| multisets.rank(multiset) == rank));
            let expected: Vec<_> = (0..elements).combinations_with_replacement(size).collect();
            assert_eq!(list.into_iter().sorted().collect_vec(), expected, "{size} of {elements}");
        }
    }
}
