//! Sequences in the box of a target.

use super::Sequence;
use proptest::prelude::*;
use sumformer_checker::arith::number::ratio;
use sumformer_checker::language::target::Target;

/// Places within the sides of a box are multiples of this part.
const PARTS: u8 = 60;

/// n tokens in the box of a target, faces and corners included.
pub fn sequence_in(target: &Target, n: usize) -> impl Strategy<Value = Sequence> + use<> {
    let target = target.clone();
    prop::collection::vec(0..=PARTS, n * target.dimension())
        .prop_map(move |places| sequences(&target, n, &places, 1).remove(0))
}

/// Where in a box sequences are, for [`sequences`]; it does not depend on the target.
pub fn places() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(0..=PARTS, 23)
}

/// `count` sequences of n tokens in the box; numbers in 0..=60 say where.
pub fn sequences(target: &Target, n: usize, places: &[u8], count: usize) -> Vec<Sequence> {
    let parts = usize::from(PARTS);
    let mut at = places
        .iter()
        .cycle()
        .enumerate()
        .map(|(i, &p)| ((usize::from(p) + 17 * (i / places.len())) % (parts + 1)) as i64);
    let mut share = || ratio(at.next().unwrap_or(0), i64::from(PARTS));
    let mut token = || target.domain.iter().map(|side| side.inf() + side.wid() * share()).collect();
    (0..count).map(|_| (0..n).map(|_| token()).collect()).collect()
}
