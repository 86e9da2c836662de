//! Tables of monomials, one row for each, and the sums of their rows.

use super::lanes::{Lanes, Part};
use super::plan::Half;
use super::products::rows_of;

/// Lays the coordinates of up to [`Lanes::COUNT`] stretches of `steps` tokens side by side, as the first rows of both tables:
/// `h` of one, `rest` of the other. Row r of a table has a vector for each step from `r · steps` on.
///
/// `tokens` has the stretches one after the other; where one is missing or short, its lane has zeros, and so have all sums
/// and products there.
#[inline(always)]
pub fn pack<L: Lanes>(
    lanes: L,
    tokens: &[L::Scalar],
    steps: usize,
    (first, h): (&mut [L::Vector], usize),
    (second, rest): (&mut [L::Vector], usize),
) {
    let stretch = steps * (h + rest);
    let full = tokens.len() == stretch * L::COUNT;
    let (mut k, mut step) = (0usize, 0usize);
    let mut at = 0usize;
    while at < stretch {
        let mut pieces = [lanes.zero(); 4];
        let whole = full && stretch - at >= 4;
        let mut from = at;
        for piece in L::pieces_mut(&mut pieces) {
            if whole {
                piece.copy_from_slice(&tokens[from..][..4]);
            } else {
                let end = (from - at + stretch).min(tokens.len());
                for (slot, &number) in piece.iter_mut().zip(tokens.get(from..end).unwrap_or_default()) {
                    *slot = number;
                }
            }
            from = from.wrapping_add(stretch);
        }
        for vector in lanes.deinterleave(pieces).into_iter().take(stretch - at) {
            if k < h {
                first[k * steps + step] = vector;
            } else {
                second[(k - h) * steps + step] = vector;
            }
            k += 1;
            if k == h + rest {
                (k, step) = (0, step + 1);
            }
        }
        at += 4;
    }
}

/// Fills a table whose coordinates are packed.
pub struct Tabulate<'a, L: Lanes> {
    pub lanes: L,
    pub half: &'a Half,
    pub steps: usize,
    /// The table.
    pub rows: &'a mut [L::Vector],
    /// The sum of every row, also of those that the table does not hold.
    pub sums: &'a mut [L::Vector],
}

impl<L: Lanes> Part for Tabulate<'_, L> {
    #[inline(always)]
    fn run(self) {
        let Self { lanes, half, steps, rows, sums } = self;
        let d = half.dimension;
        for (sum, row) in sums.iter_mut().zip(rows.chunks_exact(steps)).take(d) {
            *sum = row.iter().fold(lanes.zero(), |sum, &x| lanes.add(sum, x));
        }
        let (kept, summed) = half.families.split_at(half.kept);
        for family in kept {
            let (done, open) = rows.split_at_mut(family.child * steps);
            let parent = &done[family.parent * steps..][..steps];
            let factors = &done[family.variable * steps..d * steps];
            children::<L, true>(lanes, steps, parent, factors, open, &mut sums[family.child..]);
        }
        for family in summed {
            let parent = &rows[family.parent * steps..][..steps];
            let factors = &rows[family.variable * steps..d * steps];
            children::<L, false>(lanes, steps, parent, factors, &mut [], &mut sums[family.child..]);
        }
    }
}

/// All children of one parent.
#[inline(always)]
fn children<L: Lanes, const STORED: bool>(
    lanes: L,
    steps: usize,
    parent: &[L::Vector],
    mut factors: &[L::Vector],
    mut rows: &mut [L::Vector],
    mut sums: &mut [L::Vector],
) {
    while !factors.is_empty() {
        let some = (factors.len() / steps).min(4);
        let (now, later) = factors.split_at(some * steps);
        factors = later;
        let (out, after) = rows.split_at_mut(if STORED { some * steps } else { 0 });
        rows = after;
        let (totals, after) = sums.split_at_mut(some);
        sums = after;
        match some {
            1 => siblings::<L, 1, STORED>(lanes, steps, parent, now, out, totals),
            2 => siblings::<L, 2, STORED>(lanes, steps, parent, now, out, totals),
            3 => siblings::<L, 3, STORED>(lanes, steps, parent, now, out, totals),
            _ => siblings::<L, 4, STORED>(lanes, steps, parent, now, out, totals),
        }
    }
}

/// C children of one parent at once.
#[inline(always)]
fn siblings<L: Lanes, const C: usize, const STORED: bool>(
    lanes: L,
    steps: usize,
    parent: &[L::Vector],
    factors: &[L::Vector],
    rows: &mut [L::Vector],
    sums: &mut [L::Vector],
) {
    let factors: [&[L::Vector]; C] = rows_of(&mut { factors }, steps);
    let mut rest = rows;
    let mut rows: [&mut [L::Vector]; C] = std::array::from_fn(|_| Default::default());
    for row in &mut rows {
        let (now, later) = std::mem::take(&mut rest).split_at_mut(if STORED { steps } else { 0 });
        (*row, rest) = (now, later);
    }
    let parent = &parent[..steps];
    let mut totals = [lanes.zero(); C];
    for s in 0..steps {
        let p = parent[s];
        for c in 0..C {
            if STORED {
                let product = lanes.mul(p, factors[c][s]);
                rows[c][s] = product;
                totals[c] = lanes.add(totals[c], product);
            } else {
                totals[c] = lanes.mul_add(p, factors[c][s], totals[c]);
            }
        }
    }
    let sums: &mut [L::Vector; C] = sums.first_chunk_mut().expect("C sums");
    *sums = totals;
}
