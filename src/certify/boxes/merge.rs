//! Several trees of the same box, each with other leaves open, as one.

use crate::words::push_node;
use sumformer_checker::subdivision::text::{Leaf, Malformed, Node, Reader};

/// Why trees do not go together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MergeConflict {
    /// A tree is not well formed.
    #[error("tree {tree}, character {position}: {message}")]
    Malformed {
        /// Which tree, from 0.
        tree: usize,
        /// Bytes from the beginning.
        position: usize,
        /// What is wrong.
        message: &'static str,
    },
    /// Two trees halve the same box in different coordinates.
    #[error(
        "tree {} halves coordinate {} at character {}, where tree {} halves coordinate {} (character {})",
        .first.tree, .first.coordinate, .first.position, .second.tree, .second.coordinate, .second.position
    )]
    Splits {
        /// One of them.
        first: SplitAt,
        /// The other.
        second: SplitAt,
    },
    /// There is no tree.
    #[error("there is nothing to merge")]
    Nothing,
}

/// A split of a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SplitAt {
    /// Which tree, from 0.
    pub tree: usize,
    /// The coordinate that is halved.
    pub coordinate: usize,
    /// Bytes from the beginning.
    pub position: usize,
}

/// The tree in which a box is open only where it is open in all of them.
///
/// Where a leaf of one tree is enclosed or outside, it stands for all that the others have there.
pub fn merge_trees(trees: &[&str]) -> Result<String, MergeConflict> {
    let mut readers: Vec<Reader<'_>> = trees.iter().map(|text| Reader::new(text)).collect();
    if readers.is_empty() {
        return Err(MergeConflict::Nothing);
    }
    let mut merged = String::new();
    // Which trees have a node at each box that is still to come, the next one last.
    let mut boxes: Vec<Vec<usize>> = vec![(0..readers.len()).collect()];
    while let Some(present) = boxes.pop() {
        let (mut leaf, mut split) = (Leaf::Open, None::<SplitAt>);
        let mut splitting = Vec::new();
        for tree in present {
            let position = readers[tree].position();
            match read(&mut readers, tree)? {
                Node::Leaf(Leaf::Outside) => leaf = Leaf::Outside,
                Node::Leaf(Leaf::Enclosed) if leaf == Leaf::Open => leaf = Leaf::Enclosed,
                Node::Leaf(_) => {}
                Node::Split(coordinate) => {
                    let second = SplitAt { tree, coordinate, position };
                    let first = *split.get_or_insert(second);
                    if first.coordinate != coordinate {
                        return Err(MergeConflict::Splits { first, second });
                    }
                    splitting.push(tree);
                }
            }
        }
        match split {
            Some(SplitAt { coordinate, .. }) if leaf == Leaf::Open => {
                push_node(&mut merged, Node::Split(coordinate));
                boxes.extend([splitting.clone(), splitting]);
            }
            _ => {
                push_node(&mut merged, Node::Leaf(leaf));
                for tree in splitting {
                    skip_halves(&mut readers, tree)?;
                }
            }
        }
    }
    match readers.iter().position(|reader| !reader.is_at_end()) {
        None => Ok(merged),
        Some(tree) => Err(malformed(&readers, tree, "the tree ends before the text does")),
    }
}

fn malformed(readers: &[Reader<'_>], tree: usize, message: &'static str) -> MergeConflict {
    MergeConflict::Malformed { tree, position: readers[tree].position(), message }
}

fn read(readers: &mut [Reader<'_>], tree: usize) -> Result<Node, MergeConflict> {
    readers[tree].next_node().map_err(|Malformed| malformed(readers, tree, "no node begins here"))
}

/// Reads both halves of a split that has just been read.
fn skip_halves(readers: &mut [Reader<'_>], tree: usize) -> Result<(), MergeConflict> {
    let mut nodes = 2_usize;
    while nodes > 0 {
        match read(readers, tree)? {
            Node::Split(_) => nodes += 1,
            Node::Leaf(_) => nodes -= 1,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_is_open_only_where_it_is_open_in_all() {
        for (trees, merged) in [
            (vec!["?", "."], "."),
            (vec!["-", ".", "?"], "-"),
            (vec!["?", "?"], "?"),
            (vec!["a.?", "a?b-?"], "a.b-?"),
            (vec!["aa?.?", ".", "?"], "."),
            (vec!["ab??-", "a?-", "ab.?-"], "ab.?-"),
        ] {
            assert_eq!(merge_trees(&trees).as_deref(), Ok(merged), "{trees:?}");
            let reversed: Vec<&str> = trees.into_iter().rev().collect();
            assert_eq!(merge_trees(&reversed).as_deref(), Ok(merged), "{reversed:?}");
        }
    }

    #[test]
    fn conflicts_are_located() {
        let first = SplitAt { tree: 0, coordinate: 1, position: 2 };
        let second = SplitAt { tree: 1, coordinate: 26, position: 2 };
        assert_eq!(merge_trees(&["a.b..", "a?Ba.."]), Err(MergeConflict::Splits { first, second }));
        assert_eq!(merge_trees(&[]), Err(MergeConflict::Nothing));
        for (text, position) in [("a.", 2), ("a..?", 3), ("?x", 1), ("", 0)] {
            let found = merge_trees(&["?", text]);
            assert!(
                matches!(found, Err(MergeConflict::Malformed { tree: 1, position: p, .. }) if p == position),
                "{text}: {found:?}"
            );
        }
    }
}
