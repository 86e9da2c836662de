//! The distance between Sumformer and target by branch and bound: for every target that can be enclosed.
//!
//! The certificate holds a tree. Its root is the box of all sequences of n tokens, each inner node halves one of the
//! n·d coordinates in the middle, and each leaf says that the difference is enclosed on its box, or that the box lies
//! outside the chamber. No box is written down: all of them are derived from the domain, so that the leaves cover it
//! whatever the text says. On each enclosed leaf target − Sumformer is bounded in one centred form
//! ([`crate::boxes::difference`]); the residual of an output is the largest of these bounds.
//!
//! *One token suffices.* f_i(X) is a function of x_i and of the other tokens, and the same one for every i; so is the
//! Sumformer, ψ(x_i, Σ_{j≠i} φ(x_j)). The supremum over all X of the difference at token i is that at token 0.
//!
//! *The chamber.* Both functions do not change when the other tokens x_1, …, x_{n−1} are permuted: the Sumformer
//! because it is a sum over them, `output` because all it has are reductions over tokens, `semi_invariant` because it
//! is averaged or its symmetry is decided (`normal_form::symmetry`). Each sequence has a permutation of its other
//! tokens that sorts them, `x_1[0] ≤ x_2[0] ≤ … ≤ x_{n−1}[0]`, and the difference is the same there. So it suffices to
//! bound it on the sorted sequences. A leaf is accepted as outside only if for some j ≥ 1 every first coordinate that
//! token j + 1 can have there is less than every one that token j can have: then it holds no sorted sequence,
//! and all sorted sequences lie in the other leaves.

pub mod difference;
pub mod horner;
pub mod implied;
mod place;

pub use place::{Place, PreparedBox, Sides, Walk};

use crate::arith::dyadic::Dyadic;
use crate::arith::number::Rational;
use crate::language::EvalError;
use crate::language::target::{Target, Tokens};
use crate::limits::{MAX_LEVEL, MAX_TREE_TEXT};
use crate::normal_form::symmetry::require_symmetry;
use crate::refusal::{Refusal, Rule};
use crate::subdivision::text::{Leaf, Malformed, Node, Reader};
use difference::{Difference, DifferenceEnclosure};
use implied::ImpliedSumformer;

const PLACE: &str = "boxes";

/// What the rule derives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoxBound {
    /// Per output, a bound on |target − Sumformer| over the whole box, and the leaf it comes from.
    pub outputs: Vec<(Rational, String)>,
    /// The leaves of the tree.
    pub leaves: LeafCount,
}

/// The leaves of a tree by what is said of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LeafCount {
    /// Enclosed.
    pub enclosed: usize,
    /// Outside the chamber.
    pub outside: usize,
    /// Open.
    pub open: usize,
}

/// Bounds target − Sumformer on all leaves of the tree.
pub fn derive(target: &Target, sumformer: &ImpliedSumformer, tree: &str) -> Result<BoxBound, Refusal> {
    derive_difference(target, || DifferenceEnclosure::new(target, sumformer), tree)
}

/// The same for whatever a target is compared with; fails where that cannot be prepared.
pub fn derive_difference<D: Difference>(
    target: &Target,
    difference: impl FnOnce() -> Result<D, EvalError>,
    tree: &str,
) -> Result<BoxBound, Refusal> {
    let Tokens::Fixed(n) = target.tokens else {
        return Err(Rule::Boxes.unsupported(PLACE, "trees of boxes exist for a fixed length only"));
    };
    // First of all, since it bounds the number of tokens times coordinates.
    let mut difference =
        difference().map_err(|error| Rule::Residual.unsupported("target", error.to_string()))?;
    require_symmetry(target)?;
    let sides = Sides::new(target);
    let leaves = survey(&sides, n, tree)?;
    let coordinates = n * sides.dimension();

    let mut present = PreparedBox::new(&sides, n);
    let mut largest: Vec<(Dyadic, Vec<Place>)> = vec![(Dyadic::ZERO, Vec::new()); target.outputs()];
    for_each_leaf(tree, coordinates, |leaf, places| {
        if leaf != Leaf::Enclosed {
            return Ok(());
        }
        let outputs =
            difference.distances(present.at(places)).map_err(|error| not_enclosed(&error, &sides, places))?;
        for (largest, output) in largest.iter_mut().zip(outputs) {
            let magnitude = output.range.mag();
            if magnitude > largest.0 {
                largest.0 = magnitude;
                largest.1.clear();
                largest.1.extend_from_slice(places);
            }
        }
        Ok(())
    })?;
    let exact = |(magnitude, places): (Dyadic, Vec<Place>)| {
        let bound = magnitude.to_rational();
        let unbounded =
            || Rule::Residual.unsupported(box_name(&sides, &places), "the difference is not bounded");
        Ok((bound.ok_or_else(unbounded)?, box_name(&sides, &places)))
    };
    Ok(BoxBound { outputs: largest.into_iter().map(exact).collect::<Result<_, _>>()?, leaves })
}

/// The form of the tree and the leaves outside the chamber; an open leaf leaves the residual unproved.
fn survey(sides: &Sides, n: usize, tree: &str) -> Result<LeafCount, Refusal> {
    if tree.len() > MAX_TREE_TEXT {
        return Err(Rule::Boxes.invalid(PLACE, format!("the text is longer than {MAX_TREE_TEXT} characters")));
    }
    let mut leaves = LeafCount::default();
    let mut first_open = None;
    for_each_leaf(tree, n * sides.dimension(), |leaf, places| {
        match leaf {
            Leaf::Enclosed => leaves.enclosed += 1,
            Leaf::Outside if sides.is_outside(places) => leaves.outside += 1,
            Leaf::Outside => {
                return Err(Rule::Boxes.invalid(
                    box_name(sides, places),
                    "it is claimed to lie outside the chamber, but its other tokens can be sorted",
                ));
            }
            Leaf::Open => {
                leaves.open += 1;
                first_open.get_or_insert_with(|| box_name(sides, places));
            }
        }
        Ok(())
    })?;
    match first_open {
        None => Ok(leaves),
        Some(first) => {
            let message =
                format!("it is open, the first of {} open boxes: nothing is claimed there", leaves.open);
            Err(Rule::Boxes.unsupported(first, message))
        }
    }
}

/// Visits all leaves of a tree in its order, with their boxes.
pub fn for_each_leaf(
    tree: &str,
    coordinates: usize,
    mut visit: impl FnMut(Leaf, &[Place]) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let (mut reader, mut walk) = (Reader::new(tree), Walk::new(coordinates));
    let at = |reader: &Reader<'_>| format!("{PLACE}, character {}", reader.position());
    loop {
        let here = reader.position();
        match reader.next_node() {
            Err(Malformed) => {
                let message =
                    if reader.is_at_end() { "the tree is not complete" } else { "no node begins here" };
                return Err(Rule::Boxes.invalid(at(&reader), message));
            }
            Ok(Node::Split(coordinate)) => {
                if coordinate >= coordinates {
                    let message = format!("there is no coordinate {coordinate}, only {coordinates} of them");
                    return Err(Rule::Boxes.invalid(format!("{PLACE}, character {here}"), message));
                }
                if !walk.enter(coordinate) {
                    let message = format!("coordinate {coordinate} is halved more than {MAX_LEVEL} times");
                    return Err(Rule::Boxes.invalid(format!("{PLACE}, character {here}"), message));
                }
            }
            Ok(Node::Leaf(leaf)) => {
                visit(leaf, walk.places())?;
                if walk.advance() {
                    continue;
                }
                if !reader.is_at_end() {
                    return Err(Rule::Boxes.invalid(at(&reader), "the tree ends before the text does"));
                }
                return Ok(());
            }
        }
    }
}

fn box_name(sides: &Sides, places: &[Place]) -> String {
    format!("box {}", sides.describe(places))
}

fn not_enclosed(error: &EvalError, sides: &Sides, places: &[Place]) -> Refusal {
    Rule::Residual
        .unsupported(box_name(sides, places), format!("the difference cannot be enclosed there: {error}"))
}
