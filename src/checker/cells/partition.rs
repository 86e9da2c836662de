//! The box of one token cut into cells, on which everything before the attention is constant, and into ramps between
//! them.

use crate::arith::interval::Interval;
use crate::arith::number::{Exact, Rational};
use num_traits::{One, Zero};
use std::cmp::Ordering;
use std::collections::BTreeSet;

/// A place where one coordinate is cut: just before `at`, or just after it (so that `at` belongs to the left).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cut {
    pub at: Exact,
    pub after: bool,
}

/// A stretch of one coordinate between two cuts.
pub(super) struct Piece {
    /// Its closure.
    pub side: Interval,
    /// A point of the piece itself, on no cut unless the piece is that point.
    pub point: Rational,
    /// Whether nothing varies on it; otherwise it is a ramp.
    pub flat: bool,
}

/// The cuts that fall inside the side, and the pieces between them, all taken for flat.
pub(super) fn pieces(side: &Interval, cuts: BTreeSet<Cut>) -> Vec<Piece> {
    let inside = |cut: &Cut| {
        let (low, high) = (side.inf().cmp(&cut.at.0), cut.at.0.cmp(side.sup()));
        match cut.after {
            false => low == Ordering::Less && high != Ordering::Greater,
            true => low != Ordering::Greater && high == Ordering::Less,
        }
    };
    let mut ends: Vec<Rational> = vec![side.inf().clone()];
    ends.extend(cuts.into_iter().filter(inside).map(|cut| cut.at.0));
    ends.push(side.sup().clone());
    let piece = |pair: &[Rational]| {
        // Cuts are sorted, so the ends are in order.
        let side = Interval::new(pair[0].clone(), pair[1].clone()).ok()?;
        Some(Piece { point: side.mid(), side, flat: true })
    };
    ends.windows(2).filter_map(piece).collect()
}

/// The box as a product of pieces; cells first, then the products with a ramp in them.
pub(super) struct Partition {
    /// Per coordinate.
    pub pieces: Vec<Vec<Piece>>,
    /// Per cell the piece of each coordinate.
    pub cells: Vec<Vec<usize>>,
    /// How many products consist of flat pieces only.
    pub flat: usize,
}

impl Partition {
    /// All products, the first coordinate varying fastest; `None` if there are more than `limit`.
    pub fn new(pieces: Vec<Vec<Piece>>, limit: usize) -> Option<Self> {
        let count = pieces.iter().try_fold(1_usize, |count, pieces| count.checked_mul(pieces.len()))?;
        if count > limit {
            return None;
        }
        let product = |mut number: usize| -> Vec<usize> {
            let place = |side: &Vec<Piece>| {
                let at = number % side.len();
                number /= side.len();
                at
            };
            pieces.iter().map(place).collect()
        };
        let is_flat = |cell: &Vec<usize>| cell.iter().zip(&pieces).all(|(&at, side)| side[at].flat);
        let (mut cells, ramps): (Vec<_>, Vec<_>) = (0..count).map(product).partition(is_flat);
        let flat = cells.len();
        cells.extend(ramps);
        Some(Self { pieces, cells, flat })
    }

    /// The share of the volume of n tokens' boxes in which some coordinate of some token is on a ramp.
    pub fn ramp_measure(&self, n: usize) -> Rational {
        let flat_share = |side: &Vec<Piece>| -> Rational {
            let width = |piece: &Piece| piece.side.wid();
            let total: Rational = side.iter().map(width).sum();
            let flat: Rational = side.iter().filter(|piece| piece.flat).map(width).sum();
            if total.is_zero() { Rational::one() } else { flat / total }
        };
        let per_token: Rational = self.pieces.iter().map(flat_share).product();
        Rational::one() - (0..n).fold(Rational::one(), |share, _| share * &per_token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arith::number::{integer, ratio};

    fn cut(p: i64, q: i64, after: bool) -> Cut {
        Cut { at: Exact(ratio(p, q)), after }
    }

    #[test]
    fn pieces_cover_the_side_and_points_stand_alone_between_two_cuts() {
        let unit = Interval::new(integer(0), integer(1)).unwrap();
        let all = [
            cut(0, 1, false),
            cut(0, 1, true),
            cut(1, 3, false),
            cut(1, 3, true),
            cut(1, 1, false),
            cut(1, 1, true),
            cut(2, 1, false),
        ];
        let found = pieces(&unit, all.into_iter().collect());
        let ends: Vec<_> = found.iter().map(|p| (p.side.inf().clone(), p.side.sup().clone())).collect();
        let third = ratio(1, 3);
        assert_eq!(
            ends,
            [
                (integer(0), integer(0)),
                (integer(0), third.clone()),
                (third.clone(), third.clone()),
                (third, integer(1)),
                (integer(1), integer(1)),
            ]
        );
        assert!(found.iter().all(|p| *p.side.inf() <= p.point && p.point <= *p.side.sup()));
        let point = Interval::point(integer(2));
        assert_eq!(pieces(&point, [cut(2, 1, false), cut(2, 1, true)].into_iter().collect()).len(), 1);
    }

    #[test]
    fn the_measure_of_ramps_is_exact() {
        let unit = Interval::new(integer(0), integer(1)).unwrap();
        let mut side = pieces(&unit, [cut(1, 4, false), cut(1, 2, false)].into_iter().collect());
        side[1].flat = false;
        let other = pieces(&unit, BTreeSet::new());
        let partition = Partition::new(vec![side, other], 100).unwrap();
        assert_eq!((partition.cells.len(), partition.flat), (3, 2));
        // 1 − (3/4)²
        assert_eq!(partition.ramp_measure(2), ratio(7, 16));
        assert!(partition.ramp_measure(1) == ratio(1, 4));
    }
}
