//! A batch is cut into groups: sequences side by side, one in each lane, or one sequence whose tokens are spread over the lanes.

use super::super::split::Split;
use super::Scalar;
use super::lanes::{Lanes, Task};
use super::memory::Memory;
use super::plan::Plan;
use super::products::multiply;
use super::results::{self, Apart, Keep, Together};
use super::tables::{Tabulate, pack};

/// Longer sequences are spread over the lanes: side by side, their tables would not fit the second-level cache. Measured with
/// eight lanes: up to n = 100 spreading takes 1.1 to 1.4 of the time, from n = 200 on 0.8 to 1.
const LONGEST_ASIDE: usize = 128;

/// Tokens per lane after which the tables of a spread sequence are filled anew. Anything from 16 to 64 takes the same time.
const LONGEST_STRETCH: usize = 32;

/// What bringing one result of a spread sequence together costs, in products; as much is lost where lanes are empty.
const TOGETHER: usize = 1;

/// Sequences of `length` tokens, at least one, whose results are at least one.
pub struct Batch<'a, T> {
    pub split: &'a Split,
    pub plan: &'a Plan,
    pub memory: &'a mut Memory<T>,
    pub length: usize,
    pub tokens: &'a [T],
    pub results: &'a mut [T],
}

/// Sequences that any machine takes side by side: a multiple of all widths. Batches that are cut after so many have the same
/// groups as uncut.
pub const WIDEST: usize = 16;

impl<T: Scalar> Task<T> for Batch<'_, T> {
    #[inline(always)]
    fn run<L: Lanes<Scalar = T>>(self, lanes: L) {
        let Self { split, plan, memory, length, tokens, results } = self;
        let per = length * split.dimension();
        let count = split.places.len();
        let mut group = Group { lanes, split, plan, memory };
        for (tokens, results) in tokens.chunks(per * L::COUNT).zip(results.chunks_mut(count * L::COUNT)) {
            let sequences = results.len() / count;
            let spread = sequences * (length.div_ceil(L::COUNT) + TOGETHER);
            if length > LONGEST_ASIDE || spread <= length + TOGETHER {
                for (tokens, results) in tokens.chunks_exact(per).zip(results.chunks_exact_mut(count)) {
                    group.spread(tokens, length, results);
                }
            } else {
                let sums = group.sums::<Apart>(tokens, length, false);
                results::of_sequences(lanes, sums, &split.places, results);
            }
        }
    }
}

/// How groups are worked at.
struct Group<'a, L: Lanes> {
    lanes: L,
    split: &'a Split,
    plan: &'a Plan,
    memory: &'a mut Memory<L::Scalar>,
}

impl<L: Lanes> Group<'_, L> {
    /// One sequence, stretch by stretch.
    #[inline(always)]
    fn spread(&mut self, tokens: &[L::Scalar], length: usize, results: &mut [L::Scalar]) {
        let split = self.split;
        let stretches = length.div_ceil(LONGEST_STRETCH * L::COUNT);
        let steps = length.div_ceil(stretches * L::COUNT);
        let mut sums: &[L::Scalar] = &[];
        for (k, stretch) in tokens.chunks(steps * L::COUNT * split.dimension()).enumerate() {
            sums = self.sums::<Together>(stretch, steps, k == 0);
        }
        for (result, &place) in results.iter_mut().zip(&split.places) {
            *result = sums[place as usize];
        }
    }

    /// The sums over `steps` tokens in every lane, kept as K has it.
    #[inline(always)]
    fn sums<K: Keep<L>>(&mut self, tokens: &[L::Scalar], steps: usize, fresh: bool) -> &[K::Item] {
        let Self { lanes, split, plan, memory } = self;
        let (lanes, Plan { left, right, blocks }) = (*lanes, plan);
        let row = steps * L::COUNT;
        let most = left.places.len().max(right.places.len());
        let lengths = [split.products() * K::NUMBERS, most * L::COUNT, left.stored * row, right.stored * row];
        let [sums, of_rows, first, second] = memory.parts(lengths);
        if fresh {
            sums.fill(L::Scalar::default());
        }
        let sums = K::items(sums);
        let [of_rows, first, second] = [of_rows, first, second].map(L::vectors_mut);
        pack(lanes, tokens, steps, (first, left.dimension), (second, right.dimension));
        for (half, rows) in [(left, &mut *first), (right, &mut *second)] {
            lanes.apart(Tabulate { lanes, half, steps, rows, sums: of_rows });
            let (fours, last) = half.places.as_chunks::<4>();
            for (vectors, places) in of_rows.as_chunks::<4>().0.iter().zip(fours) {
                let items = K::of(lanes, *vectors);
                for i in 0..4 {
                    K::store(&mut sums[places[i] as usize], items[i]);
                }
            }
            let mut four = [lanes.zero(); 4];
            four[..last.len()].copy_from_slice(&of_rows[4 * fours.len()..half.places.len()]);
            for (item, &place) in K::of(lanes, four).into_iter().zip(last) {
                K::store(&mut sums[place as usize], item);
            }
        }
        for block in blocks {
            multiply::<L, K>(lanes, block, steps, first, second, sums);
        }
        sums
    }
}
