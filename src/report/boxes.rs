//! A tree of boxes, counted, and drawn where the box of all sequences is flat.

use num_traits::One;
use serde::Serialize;
use sumformer_checker::arith::number::{Rational, integer, to_f64};
use sumformer_checker::subdivision::text::{Leaf, Node, Reader};

/// More leaves than this are not drawn.
const DRAWN: usize = 6000;

/// What a tree consists of.
#[derive(Debug, Clone, Serialize)]
pub struct TreeFacts {
    /// Leaves on which target − Sumformer is enclosed.
    pub enclosed: usize,
    /// Leaves without a sequence whose other tokens are sorted.
    pub outside: usize,
    /// Leaves of which nothing is said.
    pub open: usize,
    /// The longest path.
    pub depth: usize,
    /// The leaves as parts of the unit square, where there are two coordinates in all and not too many leaves.
    pub parts: Option<Vec<Part>>,
}

/// A leaf, as a part of the unit square.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Part {
    /// Lower ends.
    pub low: [f64; 2],
    /// Widths.
    pub width: [f64; 2],
    /// Whether it is enclosed, outside or open.
    #[serde(skip)]
    pub leaf: Leaf,
}

impl TreeFacts {
    /// Reads a tree over `coordinates` sides; nothing for a text that is no tree, which the checker refuses.
    pub fn read(tree: &str, coordinates: usize) -> Option<Self> {
        let mut facts = Self { enclosed: 0, outside: 0, open: 0, depth: 0, parts: None };
        let mut parts = Vec::new();
        let mut reader = Reader::new(tree);
        let mut waiting =
            vec![(0, [Rational::default(), Rational::default()], [Rational::one(), Rational::one()])];
        while let Some((depth, low, width)) = waiting.pop() {
            facts.depth = facts.depth.max(depth);
            match reader.next_node().ok()? {
                Node::Split(k) => {
                    let (mut half, mut upper) = (width, low.clone());
                    if coordinates == 2 && k < 2 {
                        half[k] /= integer(2);
                        upper[k] += &half[k];
                    }
                    waiting.push((depth + 1, upper, half.clone()));
                    waiting.push((depth + 1, low, half));
                }
                Node::Leaf(leaf) => {
                    *match leaf {
                        Leaf::Enclosed => &mut facts.enclosed,
                        Leaf::Outside => &mut facts.outside,
                        Leaf::Open => &mut facts.open,
                    } += 1;
                    if coordinates == 2 && parts.len() <= DRAWN {
                        let float = |pair: &[Rational; 2]| [to_f64(&pair[0]), to_f64(&pair[1])];
                        parts.push(Part { low: float(&low), width: float(&width), leaf });
                    }
                }
            }
        }
        facts.parts = (coordinates == 2 && parts.len() <= DRAWN).then_some(parts);
        reader.is_at_end().then_some(facts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_are_counted_and_placed() {
        let facts = TreeFacts::read("aa..b-.", 2).expect("a tree");
        assert_eq!((facts.enclosed, facts.outside, facts.open, facts.depth), (3, 1, 0, 2));
        let parts = facts.parts.expect("two coordinates");
        assert_eq!((parts[0].low, parts[0].width), ([0.0, 0.0], [0.25, 1.0]));
        assert_eq!((parts[3].low, parts[3].width, parts[3].leaf), ([0.5, 0.5], [0.5, 0.5], Leaf::Enclosed));
        assert!(TreeFacts::read("c..", 3).expect("a tree").parts.is_none());
        assert!(TreeFacts::read("a.", 2).is_none() && TreeFacts::read("..", 2).is_none());
    }
}
