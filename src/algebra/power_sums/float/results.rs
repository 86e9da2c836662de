//! What becomes of sums: they are kept as vectors, a lane for each sequence, or brought together over the lanes; then they are
//! put into graded lexicographic order.

use super::lanes::Lanes;

/// What is kept of sums.
pub trait Keep<L: Lanes> {
    /// For each sum.
    type Item: Copy;
    /// Numbers in an item.
    const NUMBERS: usize;
    /// Memory for items.
    fn items(memory: &mut [L::Scalar]) -> &mut [Self::Item];
    /// Four sums at a time.
    fn of(lanes: L, sums: [L::Vector; 4]) -> [Self::Item; 4];
    /// Stores one of them.
    fn store(slot: &mut Self::Item, item: Self::Item);
}

/// Every lane for itself; what was there is overwritten.
pub struct Apart;

/// All lanes together, added to what was there.
pub struct Together;

impl<L: Lanes> Keep<L> for Apart {
    type Item = L::Vector;
    const NUMBERS: usize = L::COUNT;
    #[inline(always)]
    fn items(memory: &mut [L::Scalar]) -> &mut [L::Vector] {
        L::vectors_mut(memory)
    }
    #[inline(always)]
    fn of(_: L, sums: [L::Vector; 4]) -> [L::Vector; 4] {
        sums
    }
    #[inline(always)]
    fn store(slot: &mut L::Vector, item: L::Vector) {
        *slot = item;
    }
}

impl<L: Lanes> Keep<L> for Together {
    type Item = L::Scalar;
    const NUMBERS: usize = 1;
    #[inline(always)]
    fn items(memory: &mut [L::Scalar]) -> &mut [L::Scalar] {
        memory
    }
    #[inline(always)]
    fn of(lanes: L, sums: [L::Vector; 4]) -> [L::Scalar; 4] {
        totals(lanes, sums)
    }
    #[inline(always)]
    fn store(slot: &mut L::Scalar, item: L::Scalar) {
        *slot = *slot + item;
    }
}

/// Every lane is a sequence: lane l's sums become the results of sequence l, for as many sequences as `results` has room for.
#[inline(always)]
pub fn of_sequences<L: Lanes>(lanes: L, sums: &[L::Vector], places: &[u32], results: &mut [L::Scalar]) {
    match L::COUNT {
        2 => in_lanes::<L, 2>(lanes, sums, places, results),
        4 => in_lanes::<L, 4>(lanes, sums, places, results),
        8 => in_lanes::<L, 8>(lanes, sums, places, results),
        _ => in_lanes::<L, 16>(lanes, sums, places, results),
    }
}

/// Four results at a time of up to N sequences, whose rows are known to have the same length.
#[inline(always)]
fn in_lanes<L: Lanes, const N: usize>(
    lanes: L,
    sums: &[L::Vector],
    places: &[u32],
    results: &mut [L::Scalar],
) {
    let sequences = (results.len() / places.len()).min(N);
    let (fours, last) = places.as_chunks::<4>();
    let mut rest = results;
    let mut rows: [&mut [[L::Scalar; 4]]; N] = std::array::from_fn(|_| Default::default());
    let mut ends: [&mut [L::Scalar]; N] = std::array::from_fn(|_| Default::default());
    for (row, end) in rows.iter_mut().zip(&mut ends).take(sequences) {
        let (now, later) = std::mem::take(&mut rest).split_at_mut(places.len());
        (*row, *end) = now.as_chunks_mut();
        rest = later;
    }
    if sequences == N {
        for row in &mut rows {
            *row = &mut std::mem::take(row)[..fours.len()];
        }
        for g in 0..fours.len() {
            let mixed = lanes.interleave(gather::<L>(sums, &fours[g]));
            let pieces: &[[L::Scalar; 4]; N] = L::pieces(&mixed).first_chunk().expect("N lanes");
            for l in 0..N {
                rows[l][g] = pieces[l];
            }
        }
    } else {
        for (g, four) in fours.iter().enumerate() {
            let mixed = lanes.interleave(gather::<L>(sums, four));
            for (row, piece) in rows[..sequences].iter_mut().zip(L::pieces(&mixed)) {
                row[g] = *piece;
            }
        }
    }
    let mut four = [lanes.zero(); 4];
    for (vector, &place) in four.iter_mut().zip(last) {
        *vector = sums[place as usize];
    }
    for (end, piece) in ends.into_iter().zip(L::pieces(&lanes.interleave(four))) {
        end.copy_from_slice(&piece[..end.len()]);
    }
}

#[inline(always)]
fn gather<L: Lanes>(sums: &[L::Vector], places: &[u32; 4]) -> [L::Vector; 4] {
    let [a, b, c, d] = *places;
    [sums[a as usize], sums[b as usize], sums[c as usize], sums[d as usize]]
}

/// The sum over the lanes of each of four vectors.
#[inline(always)]
fn totals<L: Lanes>(lanes: L, sums: [L::Vector; 4]) -> [L::Scalar; 4] {
    let mixed @ [a, b, c, d] = lanes.interleave(sums);
    // Vectors of whole pieces are added as they are.
    let (mixed, pieces) = if L::COUNT >= 4 {
        let sum = lanes.add(lanes.add(a, b), lanes.add(c, d));
        ([sum, lanes.zero(), lanes.zero(), lanes.zero()], L::COUNT / 4)
    } else {
        (mixed, L::COUNT)
    };
    let mut totals = [L::Scalar::default(); 4];
    for piece in &L::pieces(&mixed)[..pieces] {
        for i in 0..4 {
            totals[i] = totals[i] + piece[i];
        }
    }
    totals
}
