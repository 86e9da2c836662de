//! How the units of the look-up are spread over blocks. They all read the key, which no look-up block changes, and add
//! to the outputs; so the sum is the same however they are spread.

use num_bigint::BigUint;
use num_traits::One;

/// The spread of the look-up units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TableLayout {
    /// The balanced binary search tree over the keys, one block per level: ⌈log2(units + 1)⌉ blocks.
    Tree,
    /// Blocks of ⌈√units⌉ units, about as many.
    Balanced,
    /// One block.
    Wide,
    /// One unit per block: the paper's one layer for each entry.
    Layered,
}

impl TableLayout {
    /// As on the command line.
    pub fn name(self) -> &'static str {
        match self {
            TableLayout::Tree => "tree",
            TableLayout::Balanced => "balanced",
            TableLayout::Wide => "wide",
            TableLayout::Layered => "layered",
        }
    }

    /// The units of each block. Without any unit there is still one block, for the bias.
    pub(super) fn blocks(self, units: usize) -> Box<dyn Iterator<Item = Vec<usize>>> {
        if units == 0 {
            return Box::new(std::iter::once(Vec::new()));
        }
        let chunk = match self {
            TableLayout::Tree => return Box::new(levels(units)),
            TableLayout::Balanced => least_root(&units.into()).try_into().unwrap_or(units),
            TableLayout::Wide => units,
            TableLayout::Layered => 1,
        };
        let block = move |start: usize| (start..units.min(start.saturating_add(chunk))).collect();
        Box::new((0..units).step_by(chunk).map(block))
    }

    /// The number of blocks.
    pub fn depth(self, units: &BigUint) -> BigUint {
        let one = BigUint::one();
        match self {
            _ if *units == BigUint::ZERO => one,
            TableLayout::Tree => units.bits().into(),
            TableLayout::Balanced => {
                let chunk = least_root(units);
                (units + &chunk - 1u32) / chunk
            }
            TableLayout::Wide => one,
            TableLayout::Layered => units.clone(),
        }
    }
}

/// ⌈√x⌉.
fn least_root(x: &BigUint) -> BigUint {
    let root = x.sqrt();
    if &root * &root == *x { root } else { root + 1u32 }
}

/// The levels of the balanced search tree over 0..units: midpoints, then midpoints of what is left and right of them.
fn levels(units: usize) -> impl Iterator<Item = Vec<usize>> {
    let mut intervals = vec![(0, units)];
    std::iter::from_fn(move || {
        let middles: Vec<usize> = intervals.iter().map(|&(start, end)| start + (end - start) / 2).collect();
        let halves = intervals.iter().zip(&middles).flat_map(|(&(s, e), &m)| [(s, m), (m + 1, e)]);
        intervals = halves.filter(|(start, end)| start < end).collect();
        (!middles.is_empty()).then_some(middles)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use itertools::Itertools;

    #[test]
    fn every_unit_once_in_as_many_blocks_as_stated() {
        for layout in [TableLayout::Tree, TableLayout::Balanced, TableLayout::Wide, TableLayout::Layered] {
            for units in (0..70).chain([127, 128, 255, 256, 1000]) {
                let blocks: Vec<Vec<usize>> = layout.blocks(units).collect();
                assert_eq!(layout.depth(&units.into()), blocks.len().into(), "{layout:?}, {units}");
                let all: Vec<usize> = blocks.iter().flatten().copied().sorted().collect();
                assert_eq!(all, (0..units).collect::<Vec<_>>(), "{layout:?}");
                for (level, block) in blocks.iter().enumerate() {
                    let most = match layout {
                        TableLayout::Tree => 1 << level,
                        TableLayout::Balanced => blocks.len() + 1,
                        TableLayout::Wide => units,
                        TableLayout::Layered => 1,
                    };
                    assert!(block.len() <= most, "{layout:?}, {units}: {} in block {level}", block.len());
                    assert!(block.is_sorted());
                }
            }
        }
    }

    #[test]
    fn a_tree_of_a_million_has_twenty_levels() {
        assert_eq!(TableLayout::Tree.depth(&999_999u32.into()), 20u32.into());
        assert_eq!(TableLayout::Balanced.depth(&999_999u32.into()), 1000u32.into());
    }
}
