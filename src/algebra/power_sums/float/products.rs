//! Products of rows of both tables, summed over the steps in registers: p_{(β,γ)} for β, γ ≠ 0.

use super::lanes::{Lanes, Part};
use super::plan::Block;
use super::results::Keep;

/// All products of one block.
#[inline(always)]
pub fn multiply<L: Lanes, K: Keep<L>>(
    lanes: L,
    block: &Block,
    steps: usize,
    left: &[L::Vector],
    right: &[L::Vector],
    sums: &mut [K::Item],
) {
    // Sums of R rows times 4 columns, with the factors of a step, stay in registers.
    let most = if L::REGISTERS >= 32 { 6 } else { (L::REGISTERS / 4).saturating_sub(1).max(1) };
    let mut left = &left[block.row * steps..][..block.rows * steps];
    let right = &right[..block.width * steps];
    let mut sums = &mut sums[block.sums..];
    while !left.is_empty() {
        let rest = left.len() / steps;
        let rows = rest.div_ceil(rest.div_ceil(most));
        let (now, later) = left.split_at(rows * steps);
        left = later;
        let (out, later) = std::mem::take(&mut sums).split_at_mut(rows * (block.width + 1) - 1);
        sums = later.get_mut(1..).unwrap_or_default();
        let band = Band::<L, K> { lanes, steps, left: now, right, width: block.width, sums: out };
        match rows {
            1 => lanes.apart(Of::<_, 1, 8>(band)),
            2 => lanes.apart(Of::<_, 2, 4>(band)),
            3 => lanes.apart(Of::<_, 3, 4>(band)),
            4 => lanes.apart(Of::<_, 4, 4>(band)),
            5 => lanes.apart(Of::<_, 5, 4>(band)),
            _ => lanes.apart(Of::<_, 6, 4>(band)),
        }
    }
}

/// Some rows of a block.
struct Band<'a, L: Lanes, K: Keep<L>> {
    lanes: L,
    steps: usize,
    left: &'a [L::Vector],
    right: &'a [L::Vector],
    width: usize,
    sums: &'a mut [K::Item],
}

/// A band of R rows, in tiles of C columns.
struct Of<B, const R: usize, const C: usize>(B);

impl<L: Lanes, K: Keep<L>, const R: usize, const C: usize> Part for Of<Band<'_, L, K>, R, C> {
    #[inline(always)]
    fn run(self) {
        let Band { lanes, steps, left, mut right, width, sums } = self.0;
        let left: [&[L::Vector]; R] = rows_of(&mut { left }, steps);
        let mut rest = sums;
        let mut sums: [&mut [K::Item]; R] = std::array::from_fn(|_| Default::default());
        for row in &mut sums {
            let (now, later) = std::mem::take(&mut rest).split_at_mut(width);
            *row = now;
            rest = later.get_mut(1..).unwrap_or_default();
        }
        let mut at = 0;
        while width.wrapping_sub(at) >= C {
            tile::<L, K, R, C>(lanes, steps, &left, &mut right, &mut sums, at);
            at = at.wrapping_add(C);
        }
        if C > 4 && width.wrapping_sub(at) >= 4 {
            tile::<L, K, R, 4>(lanes, steps, &left, &mut right, &mut sums, at);
            at = at.wrapping_add(4);
        }
        match width.wrapping_sub(at) {
            3 => tile::<L, K, R, 3>(lanes, steps, &left, &mut right, &mut sums, at),
            2 => tile::<L, K, R, 2>(lanes, steps, &left, &mut right, &mut sums, at),
            1 => tile::<L, K, R, 1>(lanes, steps, &left, &mut right, &mut sums, at),
            _ => {}
        }
    }
}

/// R rows times the next C columns.
#[inline(always)]
fn tile<L: Lanes, K: Keep<L>, const R: usize, const C: usize>(
    lanes: L,
    steps: usize,
    left: &[&[L::Vector]; R],
    right: &mut &[L::Vector],
    kept: &mut [&mut [K::Item]; R],
    at: usize,
) {
    let columns: [&[L::Vector]; C] = rows_of(right, steps);
    let rows: [&[L::Vector]; R] = rows_of_each(left, steps);
    let mut sums = [[lanes.zero(); C]; R];
    for s in 0..steps {
        if R < C {
            let mut factors = [lanes.zero(); R];
            for r in 0..R {
                factors[r] = rows[r][s];
            }
            for c in 0..C {
                let x = columns[c][s];
                for r in 0..R {
                    sums[r][c] = lanes.mul_add(x, factors[r], sums[r][c]);
                }
            }
        } else {
            let mut factors = [lanes.zero(); C];
            for c in 0..C {
                factors[c] = columns[c][s];
            }
            for r in 0..R {
                let x = rows[r][s];
                for c in 0..C {
                    sums[r][c] = lanes.mul_add(x, factors[c], sums[r][c]);
                }
            }
        }
    }
    for r in 0..R {
        let out: &mut [K::Item; C] = kept[r].split_at_mut(at).1.first_chunk_mut().expect("C sums");
        keep::<L, K>(lanes, &sums[r][..C.min(4)], &mut out[..C.min(4)]);
        if C > 4 {
            keep::<L, K>(lanes, &sums[r][4..], &mut out[4..]);
        }
    }
}

/// Keeps at most four sums.
#[inline(always)]
fn keep<L: Lanes, K: Keep<L>>(lanes: L, sums: &[L::Vector], out: &mut [K::Item]) {
    let mut four = [lanes.zero(); 4];
    four[..sums.len()].copy_from_slice(sums);
    let items = K::of(lanes, four);
    for i in 0..out.len() {
        K::store(&mut out[i], items[i]);
    }
}

/// The next N rows of a table.
#[inline(always)]
pub fn rows_of<'a, V, const N: usize>(table: &mut &'a [V], steps: usize) -> [&'a [V]; N] {
    let mut rows: [&[V]; N] = [&[]; N];
    for row in &mut rows {
        let (now, later) = table.split_at(steps);
        (*row, *table) = (now, later);
    }
    rows
}

/// Rows known to have as many steps.
#[inline(always)]
fn rows_of_each<'a, V, const N: usize>(rows: &[&'a [V]; N], steps: usize) -> [&'a [V]; N] {
    let mut rows = *rows;
    for row in &mut rows {
        *row = &row[..steps];
    }
    rows
}
