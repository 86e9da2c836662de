//! How a domain is cut into parts, as certificates write it.
//!
//! A text lists the nodes of binary trees in preorder, the lower half first. Parts are never written down: they are derived from
//! the domain, so that the leaves of a tree cover it whatever the text says, and what holds on every leaf holds on the whole.
//! Who made the text has searched; who reads it does not.

pub mod text;

use crate::limits::MAX_CUTS;
use text::{Leaf, Malformed, Node, Reader};

/// Why a text does not say how something is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotCut {
    /// No node begins at this character.
    #[error("cuts, character {0}: neither a leaf nor a split begins here")]
    Malformed(usize),
    /// The node at this character splits what has no such side, or has no middle.
    #[error("cuts, character {0}: this part has no such side that could be halved")]
    Indivisible(usize),
    /// The node at this character is too deep.
    #[error("cuts, character {0}: a part is halved more than {MAX_CUTS} times")]
    TooDeep(usize),
    /// The last part ends before this character.
    #[error("cuts, character {0}: the text goes on behind the last part")]
    Longer(usize),
}

/// The trees of one text, one after the other. Where the text has ended, nothing is cut any more.
#[derive(Debug, Clone)]
pub struct Cuts<'a>(Reader<'a>);

impl<'a> Cuts<'a> {
    /// From the first tree on.
    pub fn new(text: &'a str) -> Self {
        Self(Reader::new(text))
    }

    /// Visits the leaves of the next tree. `halves` cuts a part at one of its sides, if it can; it and `visit` are handed the
    /// context.
    pub fn for_each_leaf<C: ?Sized, P, E: From<NotCut>>(
        &mut self,
        context: &mut C,
        whole: P,
        halves: impl Fn(&mut C, &P, usize) -> Result<Option<[P; 2]>, E>,
        visit: impl Fn(&mut C, &P) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut open = vec![(whole, 0)];
        while let Some((part, depth)) = open.pop() {
            let at = self.0.position();
            let Some(side) = self.next_split()? else {
                visit(context, &part)?;
                continue;
            };
            if depth == MAX_CUTS {
                return Err(NotCut::TooDeep(at).into());
            }
            let [low, high] = halves(context, &part, side)?.ok_or(NotCut::Indivisible(at))?;
            open.extend([(high, depth + 1), (low, depth + 1)]);
        }
        Ok(())
    }

    /// The side that is halved next; nothing at a leaf.
    fn next_split(&mut self) -> Result<Option<usize>, NotCut> {
        if self.0.is_at_end() {
            return Ok(None);
        }
        let at = self.0.position();
        match self.0.next_node() {
            Ok(Node::Split(side)) => Ok(Some(side)),
            Ok(Node::Leaf(Leaf::Enclosed)) => Ok(None),
            Ok(Node::Leaf(Leaf::Outside | Leaf::Open)) | Err(Malformed) => Err(NotCut::Malformed(at)),
        }
    }

    /// After the last tree nothing is left.
    pub fn require_end(&self) -> Result<(), NotCut> {
        if self.0.is_at_end() { Ok(()) } else { Err(NotCut::Longer(self.0.position())) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The leaves of two intervals of integers that are halved at even lengths.
    fn leaves(text: &str) -> Result<Vec<(u64, u64)>, NotCut> {
        let (mut cuts, mut found) = (Cuts::new(text), Vec::new());
        for whole in [(0, 1 << 40), (1 << 40, 3 << 40)] {
            let halves = |_: &mut Vec<_>, &(low, high): &(u64, u64), side: usize| {
                let middle = low.midpoint(high);
                Ok((side == 0 && high - low > 1).then_some([(low, middle), (middle, high)]))
            };
            cuts.for_each_leaf(&mut found, whole, halves, |found, &part| {
                found.push(part);
                Ok::<(), NotCut>(())
            })?;
        }
        cuts.require_end().map(|()| found)
    }

    #[test]
    fn trees_follow_each_other_and_end_with_the_text() {
        let whole = 1 << 40;
        let uncut = vec![(0, whole), (whole, 3 * whole)];
        assert_eq!(leaves(""), Ok(uncut.clone()));
        assert_eq!(leaves(".."), Ok(uncut));
        let (half, middle) = (whole / 2, 2 * whole);
        assert_eq!(leaves("a"), Ok(vec![(0, half), (half, whole), (whole, 3 * whole)]));
        assert_eq!(leaves(".a"), Ok(vec![(0, whole), (whole, middle), (middle, 3 * whole)]));
        assert_eq!(leaves("a.a"), leaves("a.a..."));
    }

    #[test]
    fn other_texts_are_refused_at_their_place() {
        assert_eq!(leaves("a."), leaves("a"));
        assert_eq!(leaves("a..x."), Err(NotCut::Indivisible(3)));
        assert_eq!(leaves("..."), Err(NotCut::Longer(2)));
        assert_eq!(leaves("a?"), Err(NotCut::Malformed(1)));
        assert_eq!(leaves("-"), Err(NotCut::Malformed(0)));
        assert_eq!(leaves(" "), Err(NotCut::Malformed(0)));
        // One part of length 1 is left after 40 halvings.
        assert_eq!(leaves(&"a".repeat(41)), Err(NotCut::Indivisible(40)));
        let forever = |text: &str| {
            Cuts::new(text).for_each_leaf(
                &mut (),
                (),
                |(), (), _| Ok(Some([(), ()])),
                |(), ()| Ok::<(), NotCut>(()),
            )
        };
        assert_eq!(forever(&"a".repeat(64)), Ok(()));
        assert_eq!(forever(&"a".repeat(65)), Err(NotCut::TooDeep(64)));
    }

    proptest! {
        /// The leaves of every tree cover the whole, in order.
        #[test]
        fn leaves_cover_the_whole(text in "[a.]{0,60}") {
            match leaves(&text) {
                Ok(found) => {
                    prop_assert_eq!(found[0].0, 0);
                    prop_assert_eq!(found.last().unwrap().1, 3_u64 << 40);
                    prop_assert!(found.windows(2).all(|pair| pair[0].1 == pair[1].0));
                }
                Err(refused) => prop_assert!(matches!(refused, NotCut::Longer(_) | NotCut::Indivisible(_))),
            }
        }
    }
}
