//! Tokens side by side: vector instructions work on a slot of several tokens at once.
//!
//! What is computed for a token does not depend on how many stand beside it, nor on the instructions of the machine: every number goes
//! through the same operations in the same order, and none of them are fused.

use crate::numeric::Scalar;
use std::iter;

/// How many tokens a tile has.
const SIZES: [usize; 3] = [16, 8, 4];

/// As many tokens as tiles for so many have: the last one may have room for more, where there is anything.
pub(super) fn with_room(tokens: usize) -> usize {
    tokens.next_multiple_of(4)
}

/// The tiles of so many tokens, as (first token, tokens in the tile). A tile begins at its first token times the width.
pub(super) fn tiles(tokens: usize) -> impl Iterator<Item = (usize, usize)> {
    let (mut start, end) = (0, with_room(tokens));
    iter::from_fn(move || {
        let lanes = SIZES.into_iter().find(|&lanes| start + lanes <= end)?;
        start += lanes;
        Some((start - lanes, lanes))
    })
}

/// Runs a body for each tile, with the number of its tokens as a constant.
macro_rules! for_each_tile {
    ($tokens:expr, |$start:ident, $lanes:ident| $body:block) => {
        for ($start, lanes) in $crate::eval::tile::tiles($tokens) {
            match lanes {
                16 => {
                    const $lanes: usize = 16;
                    $body
                }
                8 => {
                    const $lanes: usize = 8;
                    $body
                }
                _ => {
                    const $lanes: usize = 4;
                    $body
                }
            }
        }
    };
}
pub(super) use for_each_tile;

/// The slots of a tile, each with its tokens.
#[inline(always)]
pub(super) fn slots<S, const L: usize>(numbers: &[S], start: usize, width: usize) -> &[[S; L]] {
    numbers[start * width..][..L * width].as_chunks().0
}

/// The same, to be changed.
#[inline(always)]
pub(super) fn slots_mut<S, const L: usize>(numbers: &mut [S], start: usize, width: usize) -> &mut [[S; L]] {
    numbers[start * width..][..L * width].as_chunks_mut().0
}

/// From the numbers of the tile's tokens, and perhaps more, one token after the other.
pub(super) fn transpose_in<S: Scalar, const L: usize>(tokens: &[S], tile: &mut [[S; L]]) {
    let width = tile.len();
    for (slot, lanes) in tile.iter_mut().enumerate() {
        for (lane, value) in lanes.iter_mut().enumerate() {
            *value = tokens.get(lane * width + slot).copied().unwrap_or(S::zero());
        }
    }
}

/// The other way.
pub(super) fn transpose_out<S: Scalar, const L: usize>(tile: &[[S; L]], tokens: &mut [S]) {
    let width = tile.len();
    for (lane, token) in tokens.chunks_exact_mut(width).take(L).enumerate() {
        token.iter_mut().zip(tile).for_each(|(number, slot)| *number = slot[lane]);
    }
}
