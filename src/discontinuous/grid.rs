//! The grid: the box cut into M equal cells, numbered 0..M.

use super::DiscontinuousError;
use num_traits::{ToPrimitive, Zero};
use sumformer_checker::arith::interval::Interval;
use sumformer_checker::arith::number::Rational;

/// The cells of (29), Δ to each side of the box; a side that is a point is not divided.
///
/// Coordinate x with relative position t in its side lies in slice q(x) = min(⌊Δ·t⌋, Δ − 1), so slices are half-open
/// but for the last one, which is closed: the paper's half-open cubes leave the upper faces of the box uncovered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grid {
    domain: Vec<Interval>,
    divisions: Vec<u64>,
    cells: u64,
}

impl Grid {
    /// `divisions` = Δ slices on every side of `domain` that is not a point.
    pub fn new(domain: Vec<Interval>, divisions: u64) -> Result<Self, DiscontinuousError> {
        if domain.is_empty() {
            return Err(DiscontinuousError::NoCoordinates);
        }
        if divisions == 0 {
            return Err(DiscontinuousError::NoDivisions);
        }
        let per_side: Vec<u64> =
            domain.iter().map(|side| if side.wid().is_zero() { 1 } else { divisions }).collect();
        let cells = per_side.iter().try_fold(1u64, |cells, &slices| cells.checked_mul(slices)).ok_or(
            DiscontinuousError::TooManyCells {
                divisions,
                sides: per_side.iter().filter(|&&s| s > 1).count(),
            },
        )?;
        Ok(Self { domain, divisions: per_side, cells })
    }

    /// The box.
    pub fn domain(&self) -> &[Interval] {
        &self.domain
    }

    /// Slices per coordinate: Δ, or 1 where the side is a point.
    pub fn divisions(&self) -> &[u64] {
        &self.divisions
    }

    /// d.
    pub fn dimension(&self) -> usize {
        self.domain.len()
    }

    /// M, the product of the divisions.
    pub fn cells(&self) -> u64 {
        self.cells
    }

    /// Π_{l<k} divisions_l: what a step of coordinate k adds to the cell number.
    pub fn stride(&self, k: usize) -> u64 {
        self.divisions.iter().take(k).product()
    }

    /// The cell Σ_k q_k·Π_{l<k} divisions_l of a point; none if the point is not in the box.
    pub fn cell_of(&self, point: &[Rational]) -> Option<u64> {
        if point.len() != self.dimension() {
            return None;
        }
        let mut cell = 0;
        for (k, (side, x)) in self.domain.iter().zip(point).enumerate() {
            if !side.contains(x) {
                return None;
            }
            let slices = self.divisions[k];
            if slices > 1 {
                let position = (x - side.inf()) * count(slices) / side.wid();
                let slice = position.floor().to_integer().to_u64()?.min(slices - 1);
                cell += slice * self.stride(k);
            }
        }
        Some(cell)
    }

    /// The slices q_k of a cell. A number that is no cell is read modulo M, here and below.
    pub fn slices(&self, cell: u64) -> Vec<u64> {
        let mut rest = cell;
        let slice = |&slices: &u64| {
            let slice = rest % slices;
            rest /= slices;
            slice
        };
        self.divisions.iter().map(slice).collect()
    }

    /// The closure of a cell.
    pub fn sides(&self, cell: u64) -> Vec<Interval> {
        self.slices(cell).into_iter().enumerate().map(|(k, slice)| self.slice(k, slice)).collect()
    }

    /// The closure of a slice of side k.
    pub fn slice(&self, k: usize, slice: u64) -> Interval {
        let (inf, sup) = (self.boundary(k, slice), self.boundary(k, slice + 1));
        // The two ends are in order; a point has both at its place.
        Interval::new(inf.clone(), sup).unwrap_or_else(|_| Interval::point(inf))
    }

    /// The lowest point of a cell, at which (29) samples the function.
    pub fn corner(&self, cell: u64) -> Vec<Rational> {
        self.slices(cell).into_iter().enumerate().map(|(k, slice)| self.boundary(k, slice)).collect()
    }

    /// The midpoint of a cell, at most half a cell away from each of its points.
    pub fn centre(&self, cell: u64) -> Vec<Rational> {
        self.sides(cell).iter().map(Interval::mid).collect()
    }

    /// The Δ_k − 1 inner boundaries on side k, increasing; none if there is no side k.
    pub fn thresholds(&self, k: usize) -> Vec<Rational> {
        let slices = self.divisions.get(k).copied().unwrap_or(1);
        (1..slices).map(|r| self.boundary(k, r)).collect()
    }

    /// Whether `value` is one of the thresholds of side k.
    pub(super) fn is_threshold(&self, k: usize, value: &Rational) -> bool {
        let (side, slices) = (&self.domain[k], count(self.divisions[k]));
        if side.wid().is_zero() {
            return false;
        }
        let position = (value - side.inf()) * &slices / side.wid();
        let one = count(1);
        position.is_integer() && one <= position && position <= (slices - one)
    }

    /// inf + r·(width/divisions) on side k.
    fn boundary(&self, k: usize, r: u64) -> Rational {
        let side = &self.domain[k];
        side.inf() + side.wid() * count(r) / count(self.divisions[k])
    }
}

fn count(x: u64) -> Rational {
    Rational::from_integer(x.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use sumformer_checker::arith::number::{integer, ratio};

    fn grid() -> Grid {
        let side = |a, b| Interval::new(integer(a), integer(b)).expect("in order");
        Grid::new(vec![side(0, 1), side(5, 5), side(-1, 1)], 3).expect("a grid")
    }

    #[test]
    fn cells_are_numbered_with_the_first_coordinate_fastest() {
        let grid = grid();
        assert_eq!((grid.cells(), grid.divisions()), (9, &[3, 1, 3][..]));
        assert_eq!(grid.cell_of(&[ratio(1, 3), integer(5), ratio(1, 3)]), Some(1 + 3 * 2));
        assert_eq!(grid.cell_of(&[ratio(33, 100), integer(5), ratio(-1, 3)]), Some(3));
        assert_eq!(grid.slices(7), [1, 0, 2]);
    }

    #[test]
    fn the_upper_faces_belong_to_the_last_cells_and_nothing_outside_to_any() {
        let grid = grid();
        assert_eq!(grid.cell_of(&[integer(1), integer(5), integer(1)]), Some(8));
        assert_eq!(grid.cell_of(&[integer(0), integer(5), integer(-1)]), Some(0));
        assert_eq!(grid.cell_of(&[ratio(101, 100), integer(5), integer(1)]), None);
        assert_eq!(grid.cell_of(&[integer(1), integer(5)]), None);
    }

    #[test]
    fn every_cell_contains_its_corner_and_its_centre() {
        let grid = grid();
        for cell in 0..grid.cells() {
            assert_eq!(grid.cell_of(&grid.corner(cell)), Some(cell));
            assert_eq!(grid.cell_of(&grid.centre(cell)), Some(cell));
            for (side, x) in grid.sides(cell).iter().zip(grid.corner(cell)) {
                assert_eq!(*side.inf(), x);
            }
        }
    }

    #[test]
    fn thresholds_are_the_inner_boundaries() {
        let grid = grid();
        assert_eq!(grid.thresholds(2), [ratio(-1, 3), ratio(1, 3)]);
        assert!(grid.thresholds(1).is_empty() && grid.thresholds(3).is_empty());
        assert!(grid.is_threshold(0, &ratio(2, 3)) && !grid.is_threshold(0, &integer(1)));
        assert!(!grid.is_threshold(0, &integer(0)) && !grid.is_threshold(1, &integer(5)));
    }

    #[test]
    fn bad_grids_are_refused() {
        let unit = Interval::new(integer(0), integer(1)).expect("in order");
        assert_eq!(Grid::new(vec![], 2), Err(DiscontinuousError::NoCoordinates));
        assert_eq!(Grid::new(vec![unit.clone()], 0), Err(DiscontinuousError::NoDivisions));
        assert_eq!(
            Grid::new(vec![unit; 65], 2),
            Err(DiscontinuousError::TooManyCells { divisions: 2, sides: 65 })
        );
    }
}
