//! Small changes of exact numbers, vectors and matrices.

pub use crate::dice::Dice;
use num_traits::{One, Zero};
use sumformer_checker::arith::number::{Rational, integer, power_of_two, ratio};
use sumformer_checker::format::sparse::{SparseMatrix, SparseVector};

impl Dice {
    pub fn pick<'a, T>(&mut self, choices: &'a [T]) -> Option<&'a T> {
        if choices.is_empty() { None } else { Some(&choices[self.below(choices.len())]) }
    }

    /// p/q with |p| ≤ `size` and q from a few denominators, not all of them powers of two.
    pub fn rational(&mut self, size: usize) -> Rational {
        let denominator = [1, 1, 2, 3, 4, 7][self.below(6)];
        ratio(self.below(2 * size + 1) as i64 - size as i64, denominator)
    }

    /// A different number: one step or a tiny one up or down, twice or half as much, the other sign, or zero.
    pub fn changed(&mut self, value: &Rational) -> Rational {
        loop {
            let other = match self.below(9) {
                0 => value + integer(1),
                1 => value - integer(1),
                2 => value + power_of_two(-40),
                3 => value - power_of_two(-40),
                4 => value * integer(2),
                5 => value / integer(2),
                6 => value + integer(1000),
                7 => -value.clone(),
                _ => Rational::zero(),
            };
            if &other != value {
                return other;
            }
        }
    }

    /// One entry changed, removed, moved or added; `None` if there is nowhere to do so.
    pub fn changed_vector(&mut self, vector: &SparseVector, length: usize) -> Option<SparseVector> {
        let mut entries: Vec<(usize, Rational)> = vector.iter().map(|(i, v)| (i, v.clone())).collect();
        let kind = self.below(4);
        if entries.is_empty() || kind == 0 {
            let one = if self.coin() { Rational::one() } else { -Rational::one() };
            entries.push((self.below(length), one));
        } else {
            let at = self.below(entries.len());
            match kind {
                1 => entries[at].0 = self.below(length),
                _ => entries[at].1 = self.changed(&entries[at].1.clone()),
            }
        }
        let changed = SparseVector::from_entries(entries);
        (&changed != vector).then_some(changed)
    }

    /// The same for a matrix; an entry moves along its row or its column.
    pub fn changed_matrix(
        &mut self,
        matrix: &SparseMatrix,
        rows: usize,
        columns: usize,
    ) -> Option<SparseMatrix> {
        let mut entries: Vec<(usize, usize, Rational)> =
            matrix.iter().map(|(r, c, v)| (r, c, v.clone())).collect();
        let kind = self.below(5);
        if entries.is_empty() || kind == 0 {
            let one = if self.coin() { Rational::one() } else { -Rational::one() };
            entries.push((self.below(rows), self.below(columns), one));
        } else {
            let at = self.below(entries.len());
            match kind {
                1 => entries[at].0 = self.below(rows),
                2 => entries[at].1 = self.below(columns),
                _ => entries[at].2 = self.changed(&entries[at].2.clone()),
            }
        }
        let changed = SparseMatrix::from_entries(entries);
        (&changed != matrix).then_some(changed)
    }
}
